"""Personal data in a text replaced by typed placeholders before anything is stored (product rule 1)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from service.domain.documents import MaskedText, MaskKind, Replacement
from service.parsing.masking_patterns import FEWEST_DIGITS, HOTLINE, PATTERNS, alike

_DIGIT = re.compile(r"\d")
MAX_PASSES = 8


def mask(text: str) -> MaskedText:
    """Replace telephone and identity numbers, BHXH codes, accounts, e-mail addresses, handles and profile links; also
    numbers of passports, of a person's taxes, of vehicles and houses, where a word says that they are these.

    Numbers that could be anything (9, 10 or more digits) are only taken after words that say what they are. Public
    hotlines (1800, 1900) stay. Masking a masked text changes nothing. Offsets are code points of `text`.
    """
    masked = MaskedText(text=text)
    for _ in range(MAX_PASSES):
        found = list(_find(masked.text))
        if not found:
            break
        masked = _apply(text, [*_in_original(found, masked), *masked.replacements])
    return masked


def remap(spans: Iterable[tuple[int, int]], masked: MaskedText) -> tuple[tuple[int, int], ...]:
    """Spans of the text as it came as spans of the masked text; one that cuts into a placeholder takes all of it."""
    starts = [r.start for r in masked.replacements]
    shifts = _shifts(masked.replacements)
    return tuple(
        (_moved(start, masked, starts, shifts, to_end=False), _moved(end, masked, starts, shifts, to_end=True))
        for start, end in spans
    )


def placeholder(kind: MaskKind) -> str:
    """What stands in the text instead of personal data of this kind."""
    return f"[{kind}]"


def _find(text: str) -> Iterator[Replacement]:
    taken: list[tuple[int, int]] = []  # sorted, without overlap
    seen = alike(text)
    numbers = len(_DIGIT.findall(seen)) >= FEWEST_DIGITS
    for pattern in PATTERNS:
        for match in pattern.regex.finditer(seen) if numbers or not pattern.number else ():
            start, end = match.span(1 if pattern.regex.groups else 0)
            at = bisect_left(taken, (start, end))
            follows_end = at > 0 and taken[at - 1][1] > start
            if follows_end or (at < len(taken) and taken[at][0] < end) or HOTLINE.fullmatch(seen, start, end):
                continue
            if pattern.holds(seen[start:end]):
                taken.insert(at, (start, end))
                yield Replacement(start, end, pattern.kind)


def _apply(text: str, replacements: Sequence[Replacement]) -> MaskedText:
    """The text with its outermost replacements put in."""
    outermost: list[Replacement] = []
    for each in sorted(replacements, key=lambda r: (r.start, -r.end)):
        if not outermost or each.start >= outermost[-1].end:
            outermost.append(each)
    pieces, at = [], 0
    for each in outermost:
        pieces += [text[at : each.start], placeholder(each.kind)]
        at = each.end
    return MaskedText(text="".join([*pieces, text[at:]]), replacements=tuple(outermost))


def _shifts(replacements: Sequence[Replacement]) -> list[int]:
    """How far what follows the n-th replacement has moved."""
    return list(accumulate((len(placeholder(r.kind)) - (r.end - r.start) for r in replacements), initial=0))


def _moved(offset: int, masked: MaskedText, starts: list[int], shifts: list[int], *, to_end: bool) -> int:
    before = bisect_right(starts, offset - to_end) - 1
    if before < 0:
        return offset
    last = masked.replacements[before]
    if offset >= last.end:
        return offset + shifts[before + 1]
    placed = last.start + shifts[before]
    return placed + len(placeholder(last.kind)) if to_end else placed


def _in_original(found: Iterable[Replacement], masked: MaskedText) -> Iterator[Replacement]:
    """Findings in a masked text as findings in the text that it was made of."""
    shifts = _shifts(masked.replacements)
    placed = [r.start + s for r, s in zip(masked.replacements, shifts, strict=False)]
    for each in found:
        start_at, end_at = bisect_right(placed, each.start), bisect_right(placed, each.end - 1)
        yield Replacement(each.start - shifts[start_at], each.end - shifts[end_at], each.kind)
