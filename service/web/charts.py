"""Small charts as inline SVG: no script, no network, styled by the page's own style sheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from service.domain.views import CoverageView, HourCount

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
WIDTH, HEIGHT, BASE = 720, 120, 100


def hours_chart(counts: Sequence[HourCount], *, since: datetime, until: datetime) -> Markup:
    """Columns an hour: all origins behind, negative ones in front; midnight marked with its date."""
    first = since.replace(minute=0, second=0, microsecond=0)
    n = max(1, int((until - first) / timedelta(hours=1)) + 1)
    by_hour = {c.start: c for c in counts}
    top = max((c.total for c in counts), default=0) or 1
    step = WIDTH / n
    parts = []
    for i in range(n):
        at = first + timedelta(hours=i)
        local = at.astimezone(VIETNAM)
        if local.hour == 0:
            parts.append(_day_mark(i * step, f"{local:%d/%m}"))
        if count := by_hour.get(at):
            parts.append(_column(i * step, step, count, top, f"{local:%H:%M %d/%m}"))
    negative, total = sum(c.negative for c in counts), sum(c.total for c in counts)
    label = f"Số tin, bài độc lập theo giờ: {total} trong 72 giờ qua, trong đó {negative} mang sắc thái tiêu cực"
    head = f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    # every value in it is a number or a date made here
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704


def coverage_chart(hours: Sequence[CoverageView], *, until: datetime) -> Markup:
    """Columns an hour of the last 48: share of sources that reported as expected."""
    first = until.replace(minute=0, second=0, microsecond=0) - timedelta(hours=47)
    step = WIDTH / 48
    parts = []
    for each in hours:
        x = (each.start - first) / timedelta(hours=1) * step
        if x < 0:
            continue
        local, height = each.start.astimezone(VIETNAM), BASE * each.value
        if local.hour == 0:
            parts.append(_day_mark(x, f"{local:%d/%m}"))
        box = f'x="{x:.1f}" y="{BASE - height:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}"'
        title = f"{local:%H:%M %d/%m}: {each.reporting} trên {each.expected} nguồn"
        parts.append(f'<g><title>{title}</title><rect class="total" {box}/></g>')
    edges = "".join(f'<line class="edge" x1="0" x2="{WIDTH}" y1="{y}" y2="{y}"/>' for y in (0.5, BASE))
    low = min((h.value for h in hours), default=1.0)
    label = f"Độ phủ theo giờ trong 48 giờ qua, thấp nhất {low:.0%}"
    head = f'<svg class="chart" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{edges}'
    # every value in it is a number or a date made here
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704


def _day_mark(x: float, label: str) -> str:
    line = f'<line class="day" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{BASE}"/>'
    return line + f'<text class="tick" x="{x + 3:.1f}" y="{HEIGHT - 5}">{label}</text>'


def _column(x: float, step: float, count: HourCount, top: int, when: str) -> str:
    width = max(1.0, step * 0.8)
    out = f"<g><title>{when}: {count.total} tin, {count.negative} tiêu cực</title>"
    for css, value in (("total", count.total), ("negative", count.negative)):
        height = BASE * value / top
        out += f'<rect class="{css}" x="{x:.1f}" y="{BASE - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    return out + "</g>"
