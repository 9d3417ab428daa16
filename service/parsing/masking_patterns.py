"""What personal data looks like in Vietnamese texts. Patterns see a text of the same length in which look-alike
characters are one (see `alike`), so that each needs one form of a digit, dash or point only."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from service.domain.documents import MaskKind

FEWEST_DIGITS = 6
_ALIKE: dict[int, int | str] = {
    **{0xFF01 + n: 0x21 + n for n in range(94)},  # full-width forms
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
    **dict.fromkeys(map(ord, "\u00b7\u2022\u2219\u30fb"), "."),
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\u3000"), " "),
}


def alike(text: str) -> str:
    """The text, character for character, with one form of those that look alike."""
    return text if text.isascii() else text.translate(_ALIKE)


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to look for; where it has a group, the first is what is replaced.

    Attributes:
        holds: whether the piece found is what it looks like.
        number: it has FEWEST_DIGITS or more; where a whole text has fewer, it need not be looked for.
    """

    kind: MaskKind
    regex: re.Pattern[str]
    holds: Callable[[str], bool] = lambda piece: True
    number: bool = False


_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19[4-9]|20[0-4])\d"


def _digits(piece: str) -> str:
    return re.sub(r"\D", "", piece)


def _no_amount(piece: str) -> bool:
    """«2.340.000» is money, whatever stands before it."""
    return not re.fullmatch(r"[1-9]\d{0,2}(?:\.\d{3})+", piece)


def _no_sum(piece: str) -> bool:
    """As `_no_amount` where money is likely: not in groups of three, not round, no date."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:[ .]\d{3})+|\d{1,2}[.\-]\d{1,2}[.\-](?:19|20)\d{2}", piece):
        return False
    return not _digits(piece).endswith("000")


def _not_round(piece: str) -> bool:
    """«15 000 000» and «15500000» are how many of something."""
    return not re.fullmatch(r"[1-9]\d{0,2}(?:[ .]\d{3})*[ .]000|[1-9]\d*0{5}", piece)


def _insurance(piece: str) -> bool:
    """Neither money nor a telephone number, which is taken as what it is."""
    return _no_amount(piece.replace(" ", ".")) and not re.match("0[35789]", _digits(piece))


def _citizen_grouped(piece: str) -> bool:
    return not re.fullmatch(rf"\d{{4}}/{_YEAR}/\d{{4}}", piece)  # number, year and kind of a document


def _half_said(piece: str) -> bool:
    """«0900 không không không 000»: ten digits, some of them as words."""
    words = re.findall(r"[^\W\d]+", piece)
    return len(words) >= 3 and len(words) + len(_digits(piece)) == 10


def _grouped_phone(piece: str) -> bool:
    digits = _digits(piece)
    # number, year and kind of a document; a date that goes on
    if re.fullmatch(rf"\d+ ?/ ?(?:19|20)\d{{2}} ?/ ?\d+|{_DAY}/{_MONTH}/{_YEAR}/\d+", piece):
        return False
    return (len(digits) == 10 and digits[1] in "35789") or (len(digits) == 11 and digits.startswith("02"))


# Every pattern that needs a cue before the number lets nothing between the two that holds a line end, a placeholder or
# digits other than a year or «9 số», so that masking one thing never brings a cue nearer to another.
_BETWEEN = r"(?:(?:19|20)\d{2}(?![\d.,/\-])|(?<!\d)\d{1,2} ?s[ốo](?!\w)|[^\d\[\]\n@])"
_GAP = _BETWEEN + r"{0,40}?"
_GAP_NO_CALL = (
    r"(?:(?!gọi(?! là)|goi (?!la)|liên hệ|lien he|điện thoại|dien thoai|đt|sđt|sdt|hotline|thuế|thue)"
    + _BETWEEN + r"){0,40}?"
)  # fmt: skip
_CUE = r"(?i)(?<![\w\[])"
_UNIT = r"đồng|đ\b|vnđ|vnd|triệu|tr\b|tỷ|tỉ|nghìn|ngàn|usd|người|lượt|%|cổ phiếu|cổ phần|cổ đông|trái phiếu"
_NOT_MONEY = r"(?!\s*(?:" + _UNIT + "))"
_DIGITS_SPACED = r"\d(?:[ .\-/]?\d){%s}(?![ .\-/]?\d)"
# before a number of money: «lãi 10254678912»
_NO_MONEY_WORD = "".join(rf"(?<!\b(?i:{word}) )" for word in ("lãi", "lỗ", "nợ", "vay", "thu", "chi", "vốn", "nhuận"))

# dates, times and years that are followed by more digits are no number of anybody's; one that goes on with its own
# separator («05.12.2003.45») is no date
_NO_DATE = (
    r"(?!(?:\d{1,2}[.:]\d{2} )?(?:"
    + "|".join(
        f"{_DAY}{s}{_MONTH}(?:{s}{_YEAR}|{to}{_DAY}{s}{_MONTH}(?:{s}{_YEAR})?)(?!{s}?\\d)"
        for s, to in ((r"\.", "-"), ("/", "-"), ("-", "/"))
    )
    + rf"|{_MONTH}[./]{_YEAR}(?![./]?\d)|{_YEAR}-{_MONTH}-{_DAY}(?![.\-]?\d)"
    + rf"|{_YEAR}(?:[ ,.]?[ \-]{{1,2}}{_YEAR}){{1,4}}(?![ .\-]?\d)|\d{{1,5}}/{_YEAR}/))"
)
# how many of something, in groups of three
_NO_COUNT = (
    r"(?!(?:" + _YEAR + r" )?[1-9]\d{0,2}(?:[ .]\d{3}){2,5}\s*(?:" + _UNIT
    + r"|thẻ(?! (?:atm|tín|ngân|số))|khách(?! hàng:)|hồ sơ|công dân|tài khoản|hộ(?! chiếu| khẩu| tên)))"
)  # fmt: skip
_NO_FIGURE = r"(?i:" + _NO_DATE + _NO_COUNT + r")"

_PATH = r"[^\s<>\"'\[\]]{1,299}[^\s<>\"'\[\].,;:!?)]"
_PROFILE = re.compile(
    r"(?i)(?<![\w.@-])(?:https?://)?(?:[a-z-]{1,12}\.)?(?:"
    r"(?:facebook|fb|instagram|threads|twitter|x|zalo|zaloapp|t|m|wa|linkedin)\.(?:com|me|net)/(?!search\b|hashtag\b)"
    r"|(?:fb\.watch|bsky\.app/profile|(?:vt|vm)\.tiktok\.com)/"
    r"|(?:tiktok|youtube)\.com/(?=@|channel/|c/|user/))" + _PATH
)
# the page of a person on any other site
_MEMBER = re.compile(
    r"(?i)(?<![\w.@-])(?:https?://)?(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,12}/"
    r"(?:(?:w|en|vi|forum|diendan)/)?(?:@|(?:u|user|users|profile|members|thanh-vien)/)" + _PATH
)
_DOMAIN = r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}"
_PROVIDER = r"(?:gmail|yahoo|hotmail|outlook|icloud)"
_LOCAL = r"(?i)(?<![\w.+%-])[\w.+%-]{1,64}"
_EMAIL = re.compile(_LOCAL + r"(?:@|\s?[(\[](?:at|a còng)[)\]]\s?)" + _DOMAIN)
_EMAIL_SPELT = re.compile(
    _LOCAL + r"(?:\s?@\s?|\s?[(\[](?:at|a|a còng|a cong)[)\]]\s?|\s(?:at|a còng|a cong)\s)"
    + _PROVIDER + r"(?:\s?(?:[.,]|\(dot\)|\[dot\]|\schấm\s|\scham\s|\sdot\s)\s?(?:com|net|vn))?(?![\w-])"
)  # fmt: skip
_FEDERATED_HANDLE = re.compile(r"(?i)(?<![\w@/.])@[\w.-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,4}")
_HANDLE = re.compile(r"(?<![\w@/.])@{1,3}(?=[\w.\-]{0,60}[^\W\d])\w[\w.\-]{0,58}\w")
_NAMED_HANDLE = re.compile(
    r"(?i)(?<![\w.])(?:fb|facebook|face|zalo|tiktok|insta(?:gram)?|tele(?:gram)?|skype|twitter)"
    r"(?:(?: của \w+)?\s?:\s?|\s(?=\w{1,40}_))"
    r"((?:live:)?(?=[\w.]{0,40}[\d._])[a-z][\w.]{1,40}\w)(?!\.?\w)(?<!\.vn)(?<!\.com)(?<!\.net)(?<!\.org)"
)

_CITIZEN_CUE = re.compile(
    _CUE + r"(?:cccd|cmnd|cmtnd|cmt|giấy cm|căn cước|can cuoc|chứng minh|chung minh|định danh|dinh danh)"
    + _GAP + _NO_FIGURE + r"(" + _DIGITS_SPACED % "8" + "|" + _DIGITS_SPACED % "11" + ")"
)  # fmt: skip
_CITIZEN = re.compile(r"(?<![\d.,])0\d{2}(?: ?\d){9}(?! ?\d)")
_CITIZEN_GROUPED = re.compile(
    r"(?<!\d)(?<!\d[.,/\-])(0\d{2}([.\-/])\d{3}\2\d{3}\2\d{3}|0\d{3}([.\-/])\d{4}\3\d{4})(?!\d)(?![.,/\-]\d)"
)
_PASSPORT = re.compile(_CUE + r"(?:hộ chiếu|ho chieu|passport)" + _GAP + r"([a-z]\d{7,8})(?!\w)")
_TAX_CUE = re.compile(_CUE + r"(?:mst|mã số thuế|ma so thue)" + _GAP + r"(8\d{9}(?:-\d{3})?)(?!\d)")  # of persons
_PLATE = re.compile(
    _CUE + r"(?:biển|biển số|biển kiểm soát|bien so|bks|xe|xe máy|ô tô)[ :]{1,3}"
    r"(\d{2}[ \-]?[a-z]{1,2}\d?[ \-.]?\d{3}[. ]?\d{2})(?!\w)"
)
_ALLEY = r"(?:ngõ|ngách|hẻm|kiệt|ngach) \d{1,4}[a-z]?(?:/\d{1,4}[a-z]?){0,3}(?!\w)"
_HOUSE = r"\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?){0,3}(?!\w)"
_ADDRESS = re.compile(
    r"(?i)(?<![\w\[])(?<!tòa )(?<!toà )(?:(?:số nhà|so nha)\s{1,2}" + _HOUSE + r"(?:,? " + _ALLEY + r"){0,2}"
    r"|số " + _HOUSE + r"(?:,? " + _ALLEY + r"){1,2}|" + r"(?:ngõ|ngách|hẻm) \d{1,4}/\d{1,4}[a-z]?(?!\w))"
)

_INSURANCE_CUE = re.compile(
    _CUE + r"(?:(?:ms)?bhxh|bảo hiểm xã hội|bao hiem xa hoi|bhyt|bảo hiểm y tế|bao hiem y te|bảo hiểm số|mã số|ma so"
    r"|số sổ|so so|sổ số|mã thẻ|số thẻ|vssid|mã hộ gia đình|mã hộ|mã hồ sơ|số hồ sơ)"
    + _GAP_NO_CALL + _NO_FIGURE + r"(" + _DIGITS_SPACED % "9" + ")" + _NOT_MONEY
)  # fmt: skip
_CARD_LETTERS = (
    r"(?:dn|hx|ch|nn|tk|hc|xk|ht|tb|no|ct|xb|tn|cs|qn|ca|cy|xn|ms|cc|ck|cb|kc|hd|te|bt|hn|dt|dk|xd|ts|tc|tq|ta|ty|hg|ls"
    r"|pv|hs|sv|gb|gd)"
)
_HEALTH_CARD = re.compile(
    r"(?<!\w)(?:[A-Z]{2} ?\d ?\d{2} ?(?:\d ?){9}\d|(?i:" + _CARD_LETTERS + r")[.\-]?[1-5](?:[.\-]?\d){12})(?!\d)"
    + _NOT_MONEY
)  # fmt: skip

_ACCOUNT_CUE = re.compile(
    _CUE + r"(?:stk|s\.t\.k|số tài khoản|so tai khoan|số tk|so tk|tài khoản|tai khoan|account)"
    + _GAP + _NO_FIGURE + r"(\d(?:[ .\-]?\d){5,18})(?! ?\d)" + _NOT_MONEY
)  # fmt: skip
# right after a word for the number itself it is no money, even in groups of three: «STK 1.234.567.890»
_ACCOUNT_GROUPED = re.compile(
    _CUE + r"(?:stk|s\.t\.k|số tài khoản|so tai khoan|số tk|so tk)(?:\s?(?:là|la|của \w+))?[ :.\-]{1,3}" + _NO_FIGURE
    + r"(\d{1,3}(?:\.\d{3}){2,5})(?![.,]?\d)" + _NOT_MONEY
)  # fmt: skip
_TRANSFER_CUE = re.compile(
    _CUE + r"(?:chuyển khoản|chuyen khoan|ck|tk)(?!\w)[^\d\[\]\n@]{0,20}?" + _NO_FIGURE
    + r"(\d(?:[ .\-]?\d){7,18})(?! ?\d)" + _NOT_MONEY
)  # fmt: skip
_BANKS = (
    r"(?:vietcombank|vcb|techcombank|tcb|mb ?bank|bidv|vietinbank|agribank|acb|sacombank|tpbank"
    r"|vpbank|vib|shb|hdbank|msb|ocb|seabank|eximbank|lpbank|momo|zalopay|ngân hàng|ngan hang)"
)
_BANK_CUE = re.compile(_CUE + _BANKS + _GAP + _NO_MONEY_WORD + _NO_FIGURE + r"(\d(?: ?\d){7,18})(?! ?\d)" + _NOT_MONEY)
_BEFORE_BANK = re.compile(
    r"(?i)(?<!\d)(?<!\d[.,/])" + _NO_DATE + r"(\d(?:[ .\-]?\d){8,18})(?!\d)[ ,(\-]{1,3}" + _BANKS + r"(?!\w)"
)
_BANK_CARD = re.compile(r"(?<!\d)9704(?:[ .\-]?\d){12,15}(?![ .\-]?\d)")
_CREDIT_CARD = re.compile(
    _CUE + r"(?:visa|master ?card|jcb|số thẻ|thẻ tín dụng|thẻ atm)" + _GAP + _NO_DATE
    + r"(\d{4}(?:[ .\-]?\d{4}){3})(?!\d)"
)  # fmt: skip

# «84.298.765.432» is money, as is what a word or a unit calls so; no telephone has «84 2» and eight digits
_SUM_84 = r"(?!84(?:(?:\.\d{3}){3}(?!\d)| 2\d{2}(?: \d{3}){2}(?! ?\d)|(?:[ .]?\d{3}){3}\s*(?i:" + _UNIT + ")))"
_PHONE = re.compile(
    r"(?<![\d+])(?<!\d[.\-])" + _NO_DATE +
    r"(?:(?:\(?\+|00)84\)?[ .\-]{0,2}(?:\(0\))?0?|" + _NO_MONEY_WORD + _SUM_84 + r"84|[0oO])"
    r"[ .\-()]{0,2}(?:[35789](?:[ .\-()]{0,2}[\doO]){8}|2(?:[ .\-()]{0,2}[\doO]){8,9})(?!\d)(?!\.\d)"
)  # fmt: skip
_PHONE_CUE = re.compile(
    _CUE + r"(?:gọi|điện thoại|di động|đt|sđt|sdt|tel|zalo|viber|hotline|liên hệ|số máy|số)[ :.]{0,3}"
    r"(84\.[35789]\d{2}\.\d{3}\.\d{3})(?![.\d])" + _NOT_MONEY
)
# ten digits of which the second is one of these are a telephone number whatever stands around them
_PHONE_WHOLE = re.compile(r"(?<!\d)0[35789]\d{8}(?!\d)|(?<!\d)01[2689]\d{8}(?!\d)")
_PHONE_GROUPED = re.compile(
    r"(?<!\d)(?<!\d[.,/\-])(0\d{1,4}( ?[.,/_*|\-] ?|\.{2,3} ?| {2,3})\d{2,4}\2\d{2,4}(?:\2\d{1,4})?)(?!\d)(?![./\-]\d)"
)
_PHONE_LETTERS = re.compile(r"(?<!\w)[0oO][35789][\doOIl]{8}(?!\w)")
_PHONE_ABROAD = re.compile(r"(?<![\w+])\+(?!84)[1-9](?:[ \-]?\d){9,13}(?!\d)(?![.,]\d)" + _NOT_MONEY)
_SAID = r"(?:không|khong|một|mot|mốt|hai|ba|bốn|bon|tư|năm|nam|lăm|lam|sáu|sau|bảy|bay|bẩy|tám|tam|chín|chin|mười|muoi)"
_PHONE_SAID = re.compile(r"(?i)(?<!\w)(?:không|khong|0)(?:[ ,.\-]{1,2}" + _SAID + r"){9,10}(?!\w)")
_PHONE_HALF_SAID = re.compile(
    r"(?i)(?<![\w.,/])(?:(?:không|khong|0) (?:[35789]|ba|năm|bảy|tám|chín)|0[35789]\d{0,4})"
    r"(?:[ ,.\-]{1,2}(?:" + _SAID + r"|\d{1,4})){3,9}(?![\w/]|[.,]\d)"
)
HOTLINE = re.compile(r"1[89]00(?:[ .\-]?\d{2,4}){1,3}")

# in order of precedence: what comes first keeps its piece of the text
PATTERNS: tuple[Pattern, ...] = (
    Pattern(MaskKind.PROFILE_LINK, _PROFILE),
    Pattern(MaskKind.PROFILE_LINK, _MEMBER),
    Pattern(MaskKind.HANDLE, _FEDERATED_HANDLE),
    Pattern(MaskKind.EMAIL, _EMAIL),
    Pattern(MaskKind.EMAIL, _EMAIL_SPELT),
    Pattern(MaskKind.CITIZEN_ID, _CITIZEN_CUE, _not_round, number=True),
    Pattern(MaskKind.PAPER, _PASSPORT, number=True),
    Pattern(MaskKind.PAPER, _TAX_CUE, number=True),
    Pattern(MaskKind.PAPER, _PLATE, number=True),
    Pattern(MaskKind.ACCOUNT, _CREDIT_CARD, number=True),
    Pattern(MaskKind.INSURANCE_CODE, _INSURANCE_CUE, _insurance, number=True),
    Pattern(MaskKind.INSURANCE_CODE, _HEALTH_CARD, number=True),
    Pattern(MaskKind.ACCOUNT, _ACCOUNT_CUE, _no_amount, number=True),
    Pattern(MaskKind.ACCOUNT, _ACCOUNT_GROUPED, number=True),
    Pattern(MaskKind.CITIZEN_ID, _CITIZEN, number=True),
    Pattern(MaskKind.CITIZEN_ID, _CITIZEN_GROUPED, _citizen_grouped, number=True),
    Pattern(MaskKind.ACCOUNT, _BANK_CARD, number=True),
    Pattern(MaskKind.PHONE, _PHONE),
    Pattern(MaskKind.PHONE, _PHONE_CUE, number=True),
    Pattern(MaskKind.PHONE, _PHONE_WHOLE, number=True),
    Pattern(MaskKind.PHONE, _PHONE_GROUPED, _grouped_phone, number=True),
    Pattern(MaskKind.PHONE, _PHONE_LETTERS, lambda piece: len(_digits(piece)) >= 7, number=True),
    Pattern(MaskKind.PHONE, _PHONE_ABROAD, number=True),
    Pattern(MaskKind.PHONE, _PHONE_SAID),
    Pattern(MaskKind.PHONE, _PHONE_HALF_SAID, _half_said),
    Pattern(MaskKind.ACCOUNT, _BANK_CUE, _not_round, number=True),
    Pattern(MaskKind.ACCOUNT, _BEFORE_BANK, _no_sum, number=True),
    Pattern(MaskKind.ACCOUNT, _TRANSFER_CUE, _no_sum, number=True),
    Pattern(MaskKind.ADDRESS, _ADDRESS),
    Pattern(MaskKind.HANDLE, _HANDLE),
    Pattern(MaskKind.HANDLE, _NAMED_HANDLE),
)
