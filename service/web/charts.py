"""Small charts as inline SVG: no script, no network, styled by the page's own style sheet.

Every chart has a zero line, its highest value with the unit, a few dates, and its figures as a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from service.domain.times import VIETNAM
from service.domain.views import CoverageView, HourCount
from service.domain.wording import percent

WIDTH, HEIGHT, LEFT, TOP, BASE = 720, 172, 24, 36, 136
DATE_WIDTH = 100  # of a date in the large type of narrow screens


def hours_chart(counts: Sequence[HourCount], *, since: datetime, until: datetime) -> Markup:
    """Columns an hour: all origins behind, negative ones in front; midnight marked with its date."""
    first = since.replace(minute=0, second=0, microsecond=0)
    n = max(1, int((until - first) / timedelta(hours=1)) + 1)
    by_hour = {c.start: c for c in counts if first <= c.start <= until and c.total}
    if not by_hour:
        return nothing("Chưa có số liệu trong 72 giờ qua.")
    top = max(c.total for c in by_hour.values())
    step = (WIDTH - LEFT) / n
    hours = [first + timedelta(hours=i) for i in range(n)]
    parts = [frame(f"{top} tin, bài mỗi giờ"), dates((LEFT + i * step, at) for i, at in enumerate(hours))]
    for i, at in enumerate(hours):
        if count := by_hour.get(at):
            parts.append(_column(LEFT + i * step, step, count, top, f"{at.astimezone(VIETNAM):%H:%M %d/%m}"))
    negative, total = sum(c.negative for c in by_hour.values()), sum(c.total for c in by_hour.values())
    label = (
        f"Số tin, bài độc lập theo giờ: {total} trong 72 giờ qua, trong đó {negative} mang sắc thái tiêu cực; "
        f"nhiều nhất {top} tin, bài trong một giờ"
    )
    rows = [
        (f"{at.astimezone(VIETNAM):%H:%M %d/%m}", str(c.total), str(c.negative))
        for at in reversed(hours)
        if (c := by_hour.get(at))
    ]
    return drawing("chart", label, parts) + figures(("Giờ bắt đầu", "Tin, bài độc lập", "Tiêu cực"), rows)


def coverage_chart(hours: Sequence[CoverageView], *, until: datetime) -> Markup:
    """Columns an hour of the last 48: share of sources that reported as expected."""
    first = until.replace(minute=0, second=0, microsecond=0) - timedelta(hours=47)
    step = (WIDTH - LEFT) / 48
    shown = [h for h in hours if h.start >= first]
    places = [LEFT + (h.start - first) / timedelta(hours=1) * step for h in shown]
    parts = [frame("100%"), dates(zip(places, (h.start for h in shown), strict=True))]
    for x, each in zip(places, shown, strict=True):
        height = (BASE - TOP) * each.value
        box = f'x="{x:.1f}" y="{BASE - height:.1f}" width="{step * 0.8:.1f}" height="{height:.1f}"'
        title = f"{each.start.astimezone(VIETNAM):%H:%M %d/%m}: {each.reporting} trên {each.expected} nguồn"
        parts.append(f'<g><title>{title}</title><rect class="total" {box}/></g>')
    low = min((h.value for h in hours), default=1.0)
    rows = [
        (f"{h.start.astimezone(VIETNAM):%H:%M %d/%m}", percent(h.value), f"{h.reporting} trên {h.expected}")
        for h in reversed(shown)
    ]
    picture = drawing("chart", f"Độ phủ theo giờ trong 48 giờ qua, thấp nhất {low:.0%}", parts)
    return picture + figures(("Giờ bắt đầu", "Độ phủ", "Nguồn"), rows)


def drawing(css: str, label: str, parts: Iterable[str]) -> Markup:
    """The picture; every part of it is made of numbers and dates."""
    head = f'<svg class="{css}" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}"><title>{label}</title>'
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704 - numbers and dates only


def frame(top: str) -> str:
    """Lines at zero and at the highest value, with what they are."""
    lines = "".join(f'<line class="edge" x1="{LEFT}" x2="{WIDTH}" y1="{y}" y2="{y}"/>' for y in (TOP, BASE))
    labels = (
        f'<text class="tick" x="{LEFT}" y="{TOP - 9}">{top}</text><text class="tick" x="0" y="{BASE}">0</text>'
    )  # fmt: skip
    return lines + labels


def dates(hours: Iterable[tuple[float, datetime]]) -> str:
    """Midnights, as many of them with their date as there is room for; where there is none, the first hour's time.

    Args:
        hours: horizontal place and time of every hour, in order.
    """
    all_hours = [(x, at.astimezone(VIETNAM)) for x, at in hours]
    days = [(x, f"{at:%d/%m}") for x, at in all_hours if at.hour == 0]
    lines = "".join(f'<line class="day" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BASE}"/>' for x, _ in days)
    if len(days) < 2 and all_hours:
        days = [(x, f"{at:%H:%M %d/%m}") for x, at in (all_hours[0], all_hours[-1])]
    labels, free = [], float(LEFT)
    for x, label in days:
        if x < free:
            continue
        near_end = x + DATE_WIDTH > WIDTH
        if near_end and x - DATE_WIDTH < free - DATE_WIDTH / 2:
            continue
        anchor, at = ("end", min(x, WIDTH - 2.0)) if near_end else ("start", x + 3)
        labels.append(f'<text class="tick" x="{at:.1f}" y="{HEIGHT - 8}" text-anchor="{anchor}">{label}</text>')
        free = x + DATE_WIDTH * (1 if len(label) < 6 else 2)
    return lines + "".join(labels)


def figures(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """What a chart shows, as a table for whoever does not see it or wants to know exactly."""
    tag = "".join(f'<th scope="col"{" class=n" if n else ""}>{h}</th>' for n, h in enumerate(head))
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>' + "".join(f'<td class="n">{escape(c)}</td>' for c in rest) + "</tr>"
        for first, *rest in rows
    )
    return Markup(  # noqa: S704 - all of it is escaped
        '<details class="figures"><summary class="small">Số liệu của biểu đồ</summary><div class="scroll">'
        f"<table><thead><tr>{tag}</tr></thead><tbody>{body}</tbody></table></div></details>"
    )


def nothing(said: str) -> Markup:
    """In place of a chart where there is nothing to draw."""
    return Markup('<p class="calm">{}</p>').format(said)


def _column(x: float, step: float, count: HourCount, top: int, when: str) -> str:
    width = max(1.0, step * 0.8)
    out = f"<g><title>{when}: {count.total} tin, {count.negative} tiêu cực</title>"
    for css, value in (("total", count.total), ("negative", count.negative)):
        height = (BASE - TOP) * value / top
        out += f'<rect class="{css}" x="{x:.1f}" y="{BASE - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    return out + "</g>"
