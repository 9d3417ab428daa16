"""The feedback summary as bars, two a group, as inline SVG that can be saved as it is and put on a slide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from textwrap import wrap

from markupsafe import Markup, escape

from service.domain.views import Summary, SummaryRow
from service.domain.wording import local_time, number, one_line, percent
from service.insight.comparing import Pair, told
from service.insight.periods import named
from service.ports.read_models import DocumentFilter
from service.web.search import conditions

WIDTH, LEFT, RIGHT, BAR, ROW, LINE = 960, 280, 240, 14, 46, 18
MOST, LABEL, TEXT, TITLE = 12, 38, 150, 88  # groups; characters of a line
NAMED = 3  # outlets under the picture
# a slide has no style sheet: of the page's own the light colours, which it overrides
INK, SOFT, PAPER, EDGE, NOW, NEGATIVE, BEFORE = (
    "#16202a", "#52606d", "#ffffff", "#7b8794", "#bcd1e3", "#c8431b", "#d8dee6",
)  # fmt: skip
BY = {
    "topic": "chủ đề", "place": "địa phương", "audience": "đối tượng", "feedback": "loại phản hồi", "tone": "sắc thái",
    "axis": "chính sách, việc thực hiện", "kind": "loại nguồn", "source": "nguồn",
}  # fmt: skip
SEVERAL = ("topic", "place", "audience")  # one publication may count in more than one of these


def headline(found: Summary, wanted: DocumentFilter) -> str:
    """What is counted, of what, and when."""
    only = "; ".join(conditions(replace(wanted, until=found.until), found.until))
    beside = f", so với {named(found.before.since, found.before.until)}" if found.before else ""
    return (
        f"Tin, bài về BHXH theo {BY[found.group_by]}{f' ({only})' if only else ''}: "
        f"{named(found.since, found.until)}{beside}"
    )


def notes(found: Summary, outlets: Sequence[str], *, made_at: datetime) -> list[str]:
    """What has to stand under the picture wherever it is shown: n, sources, limits."""
    said = f"n = {number(found.documents)} tin, bài gốc"
    silent = ""
    if found.before and found.before.read:
        said += f"; kỳ so sánh: n = {number(found.before.documents)}"
    elif found.before:
        silent = (
            f" Trong {named(found.before.since, found.before.until)} không có tin, bài nào như vậy, nên không so sánh; "
            "cũng có thể khi đó các nguồn chưa được theo dõi."
        )
    several = " Một bài có thể thuộc nhiều nhóm." if found.group_by in SEVERAL else ""
    most = f", nhiều nhất là {', '.join(map(one_line, outlets[:NAMED]))}" if outlets else ""
    upto = f" Kỳ này chưa hết, số liệu đến {local_time(made_at)}." if found.until > made_at else ""
    apart = f" Có địa phương không so sánh được vì {found.apart}." if found.apart else ""
    return [
        f"{said}. Bản đăng lại không tính.{several}{upto}{silent}{apart}",
        f"Nguồn: BHXH Radar, nội dung đã công bố ở {number(len(outlets))} nguồn tin{most}. Sắc thái, chủ đề do máy "
        f"nhận định và có sai số. Lập lúc {local_time(made_at)}.",
    ]


def summary_chart(found: Summary, *, title: str, under: Sequence[str]) -> Markup:
    """Two bars a group: all origins, and the negative ones in front; the earlier span below, paler."""
    known, few = told(found)
    shown = known[:MOST]
    rows = [r for p in shown for r in (p.now, p.before) if r]
    top = max((r.documents for r in rows), default=0) or 1
    parts: list[str] = []
    y = 8
    for line in wrap(title, TITLE):
        y += 24
        parts.append(_text(16, y, line, size=18, bold=True))
    y += 26
    parts.append(_legend(y, compared=found.before is not None))
    y += 16
    for pair in shown:
        parts.append(_group(y, pair, top, compared=found.before is not None))
        y += ROW
    if not shown:
        y += LINE
        parts.append(_text(16, y, "Không có tin, bài nào như vậy."))
    left_out = _left_out(len(known) - len(shown), few)
    for line in (one for note in [left_out, *under] for one in wrap(note, TEXT)):
        y += LINE
        parts.append(_text(16, y, line, soft=True))
    height = y + 14
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart summary" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="Arial, sans-serif" role="img" aria-label="{escape(title)}">'
        f'<title>{escape(title)}</title><rect class="ground" fill="{PAPER}" width="{WIDTH}" height="{height}"/>'
    )
    # every text is escaped, everything else is a number made here
    return Markup(head + "".join(parts) + "</svg>")  # noqa: S704


def _left_out(more: int, few: int) -> str:
    parts = [f"{more} nhóm ít tin, bài hơn không vẽ" if more > 0 else "",
             f"{few} tỉnh, thành phố có quá ít tin, bài nên không nêu" if few else ""]  # fmt: skip
    said = "; ".join(p for p in parts if p)
    return f"Còn {said}." if said else ""


def _legend(y: int, *, compared: bool) -> str:
    keys = [(NOW, "total", "tin, bài gốc"), (NEGATIVE, "negative", "trong đó tiêu cực")]
    if compared:
        keys.append((BEFORE, "before", "kỳ so sánh (thanh dưới)"))
    out = ""
    for n, (fill, css, words) in enumerate(keys):
        x = LEFT + n * 190
        out += f'<rect class="{css}" fill="{fill}" stroke="{EDGE}" x="{x}" y="{y - 10}" width="12" height="12"/>'
        out += _text(x + 18, y, words, soft=True)
    return out


def _group(y: int, pair: Pair, top: int, *, compared: bool) -> str:
    label = wrap(pair.now.label[:1].upper() + pair.now.label[1:], LABEL, max_lines=2, placeholder="…")
    out = "".join(_text(LEFT - 12, y + 12 + n * 15, line, end=True) for n, line in enumerate(label))
    out += _bar(y, pair.now, top, "total", NOW)
    if pair.before:
        out += _bar(y + BAR + 3, pair.before, top, "before", BEFORE)
    elif compared:
        out += _text(LEFT + 6, y + 2 * BAR + 1, "không so sánh: đổi địa giới hành chính", soft=True)
    return f"<g>{out}</g>"


def _bar(y: int, row: SummaryRow, top: int, css: str, fill: str) -> str:
    room = WIDTH - LEFT - RIGHT
    whole, part = (room * v / top for v in (row.documents, row.negative))
    size = f'x="{LEFT}" y="{y}" height="{BAR}"'
    out = f'<rect class="{css}" fill="{fill}" stroke="{EDGE}" {size} width="{whole:.1f}"/>'
    out += f'<rect class="negative" fill="{NEGATIVE}" {size} width="{part:.1f}"/>' if row.negative else ""
    share = f"tiêu cực {number(row.negative)} ({percent(row.negative_share)})" if row.documents else ""
    said = f"{number(row.documents)}{f'; {share}' if share else ''}"
    return out + _text(round(LEFT + whole + 6), y + BAR - 2, said, soft=css == "before")


def _text(
    x: int, y: int, words: str, *, size: int = 13, bold: bool = False, soft: bool = False, end: bool = False
) -> str:
    css, fill = ("note", SOFT) if soft else ("word", INK)
    more = (' font-weight="bold"' if bold else "") + (' text-anchor="end"' if end else "")
    return f'<text class="{css}" fill="{fill}" font-size="{size}" x="{x}" y="{y}"{more}>{escape(words)}</text>'
