"""The recovery curve of an alert as inline SVG."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from markupsafe import Markup

from service.insight.recovery import Recovery

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
WIDTH, HEIGHT, BASE, TOP = 720, 150, 122, 8


def recovery_chart(recovery: Recovery) -> Markup:
    """Negative origins of the last 24 hours over time, the usual level dashed, peak and return marked."""
    points = recovery.curve
    top = max(max(p.negative for p in points), recovery.usual, 1)
    step = WIDTH / max(1, len(points) - 1)

    def y(value: float) -> float:
        return BASE - (BASE - TOP) * value / top

    line = " ".join(f"{n * step:.1f},{y(p.negative):.1f}" for n, p in enumerate(points))
    parts = [f'<polygon class="area" points="0,{BASE} {line} {(len(points) - 1) * step:.1f},{BASE}"/>']
    parts.append(f'<polyline class="curve" points="{line}"/>')
    usual = y(recovery.usual)
    parts.append(f'<line class="usual" x1="0" x2="{WIDTH}" y1="{usual:.1f}" y2="{usual:.1f}"/>')
    for n, point in enumerate(points):
        local = point.at.astimezone(VIETNAM)
        if local.hour == 0 and (len(points) < 24 * 10 or local.day % 3 == 1):
            parts.append(f'<line class="day" x1="{n * step:.1f}" x2="{n * step:.1f}" y1="0" y2="{BASE}"/>')
            parts.append(f'<text class="tick" x="{n * step + 3:.1f}" y="{HEIGHT - 8}">{local:%d/%m}</text>')
    at_peak = next(n for n, p in enumerate(points) if p.at == recovery.peak_at)
    parts.append(f'<circle class="peak" cx="{at_peak * step:.1f}" cy="{y(recovery.peak):.1f}" r="4"/>')
    label = (
        f"Đỉnh {recovery.peak} bài gốc tiêu cực trong 24 giờ, mức thường {recovery.usual:.0f}; "
        f"hiện là {points[-1].negative}"
    )
    return Markup(  # noqa: S704 - numbers and dates only
        f'<svg class="chart recovery" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
        f"<title>{label}</title>{''.join(parts)}</svg>"
    )
