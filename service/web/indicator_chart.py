"""An indicator over its last periods as a small inline SVG."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from service.domain.indicators import IndicatorValue
from service.insight.indicators import interval, said, with_unit
from service.web.charts import figures

WIDTH, BASE, TOP, HEIGHT = 300, 52, 6, 70
UNDER = TOP + 8  # the figure of the scale


def indicator_chart(
    name: str, points: Sequence[tuple[str, IndicatorValue | None]], *, breaks: int = 0
) -> Markup:  # fmt: skip
    """A point a period, its 95 % interval behind it; nothing where there is too little data. A dashed line stands
    where the method or the territory changes.

    Args:
        points: short label of the period and its value, the oldest first.
        breaks: number of points that are of another territory than those behind them.
    """
    known = [v for _, v in points if v is not None and v.value is not None]
    if not known:
        return Markup()
    scale = _Scale(len(points), top=max(max(v.value or 0.0, v.high or 0.0) for v in known) or 1.0)
    parts = [f'<line class="edge" x1="0" x2="{WIDTH}" y1="{BASE}" y2="{BASE}"/>']
    parts.append(f'<text class="tick" x="0" y="{TOP + 5}">{escape(with_unit(scale.top, known[0].unit))}</text>')
    run: list[str] = []
    version: int | None = None
    for n, (label, v) in enumerate(points):
        if n in (0, len(points) - 1):
            anchor, at = ("end", WIDTH) if n else ("start", 0)
            parts.append(f'<text class="tick" x="{at}" y="{HEIGHT - 4}" text-anchor="{anchor}">{escape(label)}</text>')
        if (v is not None and version is not None and v.version != version) or n == (breaks or None):
            x = n * scale.step
            parts += [_line(run), f'<line class="usual" x1="{x:.1f}" x2="{x:.1f}" y1="{UNDER}" y2="{BASE}"/>']
            run = []
        version = v.version if v is not None else version
        if v is None or v.value is None:
            parts.append(_line(run))
            run = []
        else:
            run.append(f"{scale.x(n):.1f},{scale.y(v.value):.1f}")
            parts += _point(scale, n, label, v)
    parts.append(_line(run))
    label = escape(_told(name, known, len(points)))
    head = f'<svg class="chart spark" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">'
    rows = [(label, said(v) if v is not None else "-", (v and interval(v)) or "-") for label, v in reversed(points)]
    # labels are escaped, everything else is a number made here
    picture = Markup(head + "".join(parts) + "</svg>")  # noqa: S704
    return picture + figures(("Kỳ", "Giá trị", "Khoảng tin cậy 95%"), rows)


@dataclass(frozen=True)
class _Scale:
    """Where things stand in the drawing: so many periods, values up to `top`."""

    periods: int
    top: float

    @property
    def step(self) -> float:
        return WIDTH / max(1, self.periods)

    def x(self, number: int) -> float:
        return (number + 0.5) * self.step

    def y(self, value: float) -> float:
        return BASE - (BASE - TOP) * value / self.top


def _point(scale: _Scale, number: int, label: str, v: IndicatorValue) -> Iterator[str]:
    """A value that is known, before it its interval where it has one."""
    x = f"{scale.x(number):.1f}"
    if v.low is not None and v.high is not None:
        yield f'<line class="band" x1="{x}" x2="{x}" y1="{scale.y(v.low):.1f}" y2="{scale.y(v.high):.1f}"/>'
    told = f"{label}: {said(v)}" + (f" ({interval(v)})" if interval(v) else "")
    y = f"{scale.y(v.value or 0.0):.1f}"
    yield f'<circle class="dot" cx="{x}" cy="{y}" r="3"><title>{escape(told)}</title></circle>'


def _told(name: str, known: Sequence[IndicatorValue], periods: int) -> str:
    """The drawing for whoever does not see it."""
    most = max(known, key=lambda v: v.value or 0.0)
    enough = f"{len(known)} trong {periods} kỳ có đủ dữ liệu"
    return f"{name}: {enough}, gần nhất {said(known[-1])}, cao nhất {said(most)}"


def _line(run: Sequence[str]) -> str:
    return f'<polyline class="curve" points="{" ".join(run)}"/>' if len(run) > 1 else ""
