"""Personal data in a text replaced by typed placeholders before anything is stored (product rule 1)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from service.domain.documents import MaskedText, MaskKind, Replacement

# Every pattern that needs a cue before the number lets nothing between the two that holds digits, a line end or a
# placeholder, so that masking one thing never brings a cue nearer to another.
_GAP = r"[^\d\[\]\n@]{0,30}?"
_GAP_NO_CALL = (
    r"(?:(?!gọi|goi |liên hệ|lien he|điện thoại|dien thoai|đt|sđt|sdt|zalo|hotline|thuế|thue)[^\d\[\]\n@]){0,30}?"
)
_NUMBER_CUE = r"(?<![\w\[])"

_PATH = r"[^\s<>\"'\[\]]{1,299}[^\s<>\"'\[\].,;:!?)]"
_PROFILE = re.compile(
    r"(?i)(?<![\w.@-])(?:https?://)?(?:[a-z-]{1,12}\.)?(?:"
    r"(?:facebook|fb|instagram|threads|twitter|x|zalo|t|m|linkedin)\.(?:com|me|net)/(?!search\b|hashtag\b)"
    r"|(?:tiktok|youtube)\.com/(?=@|channel/|c/|user/))" + _PATH
)
_EMAIL = re.compile(
    r"(?i)(?<![\w.+%-])[\w.+%-]{1,64}(?:@|\s?[(\[](?:at|a còng)[)\]]\s?)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}"
)
_HANDLE = re.compile(r"(?<![\w@/.])@[A-Za-z_][\w.]{1,29}")
_FEDERATED_HANDLE = re.compile(r"(?i)(?<![\w@/.])@[\w.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")

_DIGITS_SPACED = r"\d(?:[ .\-]?\d){%s}(?![ .\-]?\d)"
_CITIZEN_CUE = re.compile(
    r"(?i)" + _NUMBER_CUE + r"(?:cccd|cmnd|cmtnd|cmt|căn cước|can cuoc|chứng minh|chung minh|định danh|dinh danh)"
    r"[^\d\[\]\n@]{0,40}?(" + _DIGITS_SPACED % "8" + "|" + _DIGITS_SPACED % "11" + ")"
)
_CITIZEN = re.compile(r"(?<![\d.,])0\d{2}(?: ?\d){9}(?! ?\d)")
_INSURANCE_CUE = re.compile(
    r"(?i)"
    + _NUMBER_CUE
    + r"(?:bhxh|bảo hiểm xã hội|bao hiem xa hoi|bhyt|bảo hiểm y tế|bao hiem y te|mã số|ma so|số sổ|so so)"
    + _GAP_NO_CALL
    + r"("
    + _DIGITS_SPACED % "9"
    + ")"
)
_HEALTH_CARD = re.compile(r"(?<!\w)[A-Z]{2} ?\d ?\d{2} ?(?:\d ?){9}\d(?!\d)")
_NOT_MONEY = r"(?!\s*(?:đồng|đ\b|vnđ|vnd|triệu|tr\b|tỷ|tỉ|usd|%))"
_ACCOUNT_CUE = re.compile(
    r"(?i)" + _NUMBER_CUE + r"(?:stk|số tài khoản|so tai khoan|số tk|so tk|tài khoản|tai khoan|account)"
    r"[^\d\[\]\n@]{0,40}?(\d(?: ?\d){5,18})(?! ?\d)" + _NOT_MONEY
)
_BANK_CUE = re.compile(
    r"(?i)" + _NUMBER_CUE + r"(?:vietcombank|vcb|techcombank|tcb|mb ?bank|bidv|vietinbank|agribank|acb|sacombank|tpbank"
    r"|vpbank|vib|shb|hdbank|msb|ocb|seabank|eximbank|lpbank|momo|zalopay|ngân hàng|ngan hang)"
    + _GAP
    + r"(\d(?: ?\d){7,18})(?! ?\d)"
    + _NOT_MONEY
)
# a date at the start («05.12.2024 10 giờ») is no telephone number
_PHONE = re.compile(
    r"(?<![\d+])(?<!\d[.,\-])(?!\d{1,2}[.\-]\d{1,2}[.\-](?:19|20)\d{2}(?!\d))"
    r"(?:(?:\(?\+|00)84\)?[ .\-]{0,2}(?:\(0\))?0?|84|[0oO])"
    r"[ .\-()]{0,2}(?:[35789](?:[ .\-()]{0,2}[\doO]){8}|2(?:[ .\-()]{0,2}[\doO]){8,9})(?![\d])(?![.,]\d)"
)
HOTLINE = re.compile(r"1[89]00[ .\-]?\d{2,4}(?:[ .\-]?\d{2,4})?")

# in order of precedence: what comes first keeps its piece of the text
PATTERNS: tuple[tuple[MaskKind, re.Pattern[str]], ...] = (
    (MaskKind.PROFILE_LINK, _PROFILE),
    (MaskKind.HANDLE, _FEDERATED_HANDLE),
    (MaskKind.EMAIL, _EMAIL),
    (MaskKind.CITIZEN_ID, _CITIZEN_CUE),
    (MaskKind.INSURANCE_CODE, _INSURANCE_CUE),
    (MaskKind.INSURANCE_CODE, _HEALTH_CARD),
    (MaskKind.ACCOUNT, _ACCOUNT_CUE),
    (MaskKind.CITIZEN_ID, _CITIZEN),
    (MaskKind.PHONE, _PHONE),
    (MaskKind.ACCOUNT, _BANK_CUE),
    (MaskKind.HANDLE, _HANDLE),
)
MAX_PASSES = 8


def mask(text: str) -> MaskedText:
    """Replace telephone and identity numbers, BHXH codes, accounts, e-mail addresses, handles and profile links.

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
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span(1 if pattern.groups else 0)
            at = bisect_left(taken, (start, end))
            follows_end = at > 0 and taken[at - 1][1] > start
            if follows_end or (at < len(taken) and taken[at][0] < end) or HOTLINE.fullmatch(text, start, end):
                continue
            taken.insert(at, (start, end))
            yield Replacement(start, end, kind)


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
