"""The recovery curve of an alert as inline SVG."""

from __future__ import annotations

from markupsafe import Markup

from service.domain.times import VIETNAM
from service.domain.wording import number
from service.insight.recovery import Recovery
from service.web.charts import BASE, LEFT, TOP, WIDTH, dates, drawing, figures, frame, nothing

EVERY = 6  # hours between rows of the table


def recovery_chart(recovery: Recovery) -> Markup:
    """Negative origins of the last 24 hours over time, the usual level dashed, peak and return marked."""
    points = recovery.curve
    if not any(p.total or p.negative for p in points):
        return nothing("Chưa có số liệu.")
    top = max(max(p.negative for p in points), recovery.usual, 1)
    step = (WIDTH - LEFT) / max(1, len(points) - 1)

    def x(n: int) -> float:
        return LEFT + n * step

    def y(value: float) -> float:
        return BASE - (BASE - TOP) * value / top

    line = " ".join(f"{x(n):.1f},{y(p.negative):.1f}" for n, p in enumerate(points))
    at_peak = next(n for n, p in enumerate(points) if p.at == recovery.peak_at)
    usual = y(recovery.usual)
    parts = [
        frame(f"{number(top)} bài gốc tiêu cực trong 24 giờ"),
        dates((x(n), p.until) for n, p in enumerate(points)),
        f'<polygon class="area" points="{LEFT},{BASE} {line} {x(len(points) - 1):.1f},{BASE}"/>',
        f'<polyline class="curve" points="{line}"/>',
        f'<line class="usual" x1="{LEFT}" x2="{WIDTH}" y1="{usual:.1f}" y2="{usual:.1f}"/>',
        f'<circle class="peak" cx="{x(at_peak):.1f}" cy="{y(recovery.peak):.1f}" r="4"/>',
    ]
    label = (
        f"Đỉnh {recovery.peak} bài gốc tiêu cực trong 24 giờ, mức thường {recovery.usual:.0f}; "
        f"hiện là {points[-1].negative}"
    )
    kept = {at_peak, len(points) - 1}
    rows = [
        (f"{p.until.astimezone(VIETNAM):%H:%M %d/%m}", str(p.negative), str(p.total))
        for n, p in enumerate(points)
        if n in kept or p.until.astimezone(VIETNAM).hour % EVERY == 0
    ]
    return drawing("chart recovery", label, parts) + figures(("24 giờ đến", "Tiêu cực", "Tất cả bài gốc"), rows)
