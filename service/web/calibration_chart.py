"""How often what was given a chance came true, as inline SVG."""

from __future__ import annotations

from markupsafe import Markup

from service.alerting.outlook import Model

SIZE, LEFT, BASE = 320, 40, 290
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def calibration_chart(model: Model) -> Markup:
    """Share that came true over the chance given; on the dashed line both are the same. Area of a point: how many."""

    def x(share: float) -> float:
        return LEFT + share * (SIZE - LEFT - 12)

    def y(share: float) -> float:
        return BASE - share * (BASE - 12)

    parts = [f'<line class="usual" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>']
    for tick in TICKS:
        label = f"{round(100 * tick)}%"
        anchor = "end" if tick == TICKS[-1] else "middle"
        parts.append(f'<line class="day" x1="{x(0)}" x2="{x(1)}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        parts.append(f'<text class="tick" x="2" y="{y(tick) + 4:.1f}">{label}</text>')
        parts.append(f'<text class="tick" x="{x(tick):.1f}" y="{BASE + 18}" text-anchor="{anchor}">{label}</text>')
    most = max((r.count for r in model.reliability), default=1)
    line = " ".join(f"{x(r.expected):.1f},{y(r.reached):.1f}" for r in model.reliability)
    parts.append(f'<polyline class="curve" points="{line}"/>')
    for r in model.reliability:
        radius = 3 + 7 * (r.count / most) ** 0.5
        said = f"dự báo {100 * r.expected:.0f}%, xảy ra {100 * r.reached:.0f}% trong {r.count} lần"
        parts.append(
            f'<circle class="peak" cx="{x(r.expected):.1f}" cy="{y(r.reached):.1f}" r="{radius:.1f}">'
            f"<title>{said}</title></circle>"
        )
    label = "Tỷ lệ thực sự xảy ra (trục đứng) so với xác suất đã dự báo (trục ngang)"
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="chart calibration" viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{label}">'
        f"<title>{label}</title>{''.join(parts)}</svg>"
    )
