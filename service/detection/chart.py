"""A page with one small chart a scenario: counts, what was expected, score, alarm; plain SVG, no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from html import escape

from service.detection.backtest import Crisis, Point, Replayed
from service.domain.times import VIETNAM

WIDTH, HEIGHT, LEFT, BOTTOM = 860, 190, 40, 20
HOURS_SHOWN = 24 * 20
HEAD = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Kiểm nghiệm cảnh báo sớm</title>
<style>body{font:15px/1.45 system-ui,sans-serif;max-width:900px;margin:2rem auto;padding:0 1rem;color:#1c2430}
svg{width:100%;height:auto}table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #d5dae1;
text-align:right}td:first-child,th:first-child{text-align:left}.note{color:#5a6675}</style>
<h1>Kiểm nghiệm cảnh báo sớm</h1>
<p class="note">Số lượng trong các kịch bản do chúng tôi đặt ra cho khớp với diễn biến mà báo chí đã đưa; đó không phải
số đo thực tế. Cột: số bài tiêu cực mỗi giờ; đường liền: mức dự kiến; đường đứt: điểm bất thường; vạch đỏ: thời điểm
cảnh báo; nền vàng: từ bài đầu tiên đến đỉnh.</p>
"""


def page(replayed: Sequence[Replayed], points: Sequence[Point]) -> str:
    """The whole report as one HTML page."""
    parts = [HEAD, _frontier(points)]
    for r in replayed:
        parts.append(f"<h2>{escape(r.episode.scenario.id)}: {escape(r.episode.scenario.title)}</h2>")
        parts.extend(f"<p>{escape(_told(c))}</p>" for c in r.crises)
        if not r.crises:
            parts.append(f"<p>Tình huống đối chứng, không phải khủng hoảng: {r.false} báo động nhầm.</p>")
        parts.append(_chart(r))
    return "\n".join(parts) + "</html>\n"


def _told(crisis: Crisis) -> str:
    first = f"Bài đầu tiên {_local(crisis.first_item)}, đỉnh {_local(crisis.peak)}"
    if crisis.alarm is None or crisis.lead_hours is None:
        return f"{first}; không phát hiện được."
    when = "trước" if crisis.lead_hours >= 0 else "sau"
    return f"{first}; cảnh báo {_local(crisis.alarm)}, {when} đỉnh {abs(crisis.lead_hours):.0f} giờ."


def _local(time: datetime) -> str:
    return f"{time.astimezone(VIETNAM):%H:%M %d/%m/%Y}"


def _frontier(points: Sequence[Point]) -> str:
    rows = "".join(
        f"<tr><td>{p.budget:g}</td><td>{p.score:.2f}</td><td>{p.found}/{p.crises}</td><td>{p.before_peak}/{p.crises}</td>"
        f"<td>{'–' if p.median_delay_hours is None else f'{p.median_delay_hours:.0f}'}</td>"
        f"<td>{p.false_a_month:.2f}</td></tr>"
        for p in points
    )
    return (
        "<table><tr><th>Ngân sách báo động nhầm mỗi tháng</th><th>Ngưỡng điểm</th><th>Phát hiện</th>"
        "<th>Trước đỉnh</th><th>Độ trễ trung vị (giờ)</th><th>Báo động nhầm mỗi tháng, một dòng tin</th></tr>"
        f"{rows}</table>"
    )


def _chart(replayed: Replayed) -> str:
    scored = replayed.scored
    begin, end = _shown(replayed)
    part = scored[begin:end]
    most = max(*(u.value for u in part), *(u.expected for u in part), 1.0)
    top = max(*(u.score for u in part), 6.0)
    step = (WIDTH - LEFT) / len(part)

    def x(time: datetime) -> float:
        return LEFT + (time - part[0].start) / timedelta(hours=1) * step

    def y(value: float, scale: float) -> float:
        return HEIGHT - BOTTOM - value / scale * (HEIGHT - BOTTOM - 10)

    marks = []
    for c in replayed.crises:
        marks.append(f'<rect x="{x(c.first_item):.1f}" y="10" width="{max(x(c.peak) - x(c.first_item), 1):.1f}" '
                     f'height="{HEIGHT - BOTTOM - 10}" fill="#fff3cd"/>')  # fmt: skip
    bars = "".join(f"M{x(u.start):.1f} {HEIGHT - BOTTOM}V{y(u.value, most):.1f}" for u in part if u.value)
    marks.append(f'<path d="{bars}" stroke="#6b8fb5" stroke-width="{max(step * 0.7, 0.6):.2f}" fill="none"/>')
    for values, scale, style in (
        ([u.expected for u in part], most, 'stroke="#1c2430"'),
        ([u.score for u in part], top, 'stroke="#b4690e" stroke-dasharray="4 3"'),
    ):
        line = " ".join(f"{x(u.start):.1f},{y(v, scale):.1f}" for u, v in zip(part, values, strict=True))
        marks.append(f'<polyline points="{line}" fill="none" {style}/>')
    marks.extend(
        f'<path d="M{x(u.start):.1f} 10V{HEIGHT - BOTTOM}" stroke="#c0272d" stroke-width="2"/>' for u in part if u.alarm
    )
    marks.extend(
        f'<text x="{x(u.start):.1f}" y="{HEIGHT - 5}" font-size="10">{u.start.astimezone(VIETNAM):%d/%m}</text>'
        for u in part[:: max(24 * (len(part) // 240), 24)]
        if u.start.astimezone(UTC).hour == part[0].start.hour
    )
    marks.append(f'<text x="0" y="18" font-size="11">{most:.0f}</text>')
    title = escape(replayed.episode.scenario.title)
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{title}</title>{"".join(marks)}</svg>'


def _shown(replayed: Replayed) -> tuple[int, int]:
    """About the crises, at most 20 days."""
    scored = replayed.scored
    if not replayed.crises:
        return 0, min(len(scored), HOURS_SHOWN)
    begin = max(round((replayed.crises[0].first_item - scored[0].start) / timedelta(hours=1)) - 72, 0)
    return begin, min(begin + HOURS_SHOWN, len(scored))
