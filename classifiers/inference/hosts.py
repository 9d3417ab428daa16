"""Addresses that pass for those of Vietnam Social Security.

Rule: official hosts end in one of OFFICIAL; a lookalike has one of the agency's names, or «gov» inside a label, in a
host that is not a government one (patterns of the impersonation waves of 2023 to 2026).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from classifiers.features.normalise import clean, fold

OFFICIAL = ("baohiemxahoi.gov.vn", "vss.gov.vn")
# the agency's own site and hotline; no host that goes on behind it, none before or behind an @, no address in its path
_OWN = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[a-z0-9-]+\.)*(?:baohiemxahoi|vss)\.gov\.vn(?![\w@-]|\.\w)(?:[/?#][^\s@:]*)?"
    r"|\b1900[ .\-]?90[ .\-]?68\b",
    re.IGNORECASE,
)
_DOT = r"(?:[.。｡]|[\[({][.。｡][\])}])"  # «.», «[.]», «(.)», «。»
_WRITTEN_DOT = re.compile(_DOT)
# every other way to reach somebody or to pay: address, telephone, account, messenger, picture to scan, application,
# what stands masked in its place
_OTHER_WAY = re.compile(
    rf"://|www\.|@|[a-z0-9-]{_DOT}[a-z]{{2,}}|\bch[ấa]m (?:com|vn|net|org|top|xyz)\b"
    r"|(?:\+84|(?<!\d[.,])\b0|\b1[89]00)[ .\-()]*(?:[\dx*][ .\-()]{0,2}){4,10}|\d{6,}|\b0\d?[x*]{2}"  # no amount
    r"|(?<![\w/])(?<!\d[.,])0(?!\d/\d\d?/\d{4})(?:[ /,.()\-‐-―]{0,3}\d){8,10}(?!\d)"
    r"|\bz[\W_]?a[\W_]?l[\W_]?o\b|\b(?:tele\w*|viber|messenger|facebook|fb|inbox|ib|kết bạn|ket ban|chuyển khoản"
    r"|chuyen khoan|ck|stk|số tài khoản|so tai khoan|nhắn lại|nhan lai|trả lời tin|tra loi tin"
    r"|tin nhắn sau|tin nhan sau|bình luận|binh luan|qr|quét mã|quet ma|mã vạch|ma vach|apk)\b"
    r"|\b(?:tải|tai|cài|cai)(?: đặt| dat)? (?:ứng dụng|ung dung|app)\b(?! [\"“«]?(?:vssid|vneid))"
    r"|\[(?:PHONE|ACCOUNT|EMAIL|HANDLE|PROFILE)\]",
    re.IGNORECASE,
)
GOVERNMENT = ".gov.vn"
_PROVIDERS = (".misa.vn", ".efy.com.vn")  # of lawful electronic declaration
_NAMES = re.compile("baohiemxahoi|bhxh|bhyt|vssid|dichvucong|vneid|luonghuu")
_TYPING_ERROR = re.compile(r"g0v|gov+v+n|gov-?vn|\.gov\.(?!vn)|govn\b")
_GOVERNMENT_LIKE = re.compile(r"(?:^|[.-]|vss|vssid|bhxh)gov[.-]")  # no «governor»
# lengths are bounded, or hosts in a row take time that grows with its square
_HOST = re.compile(
    rf"(?<![\w.-])((?:[\w-]{{1,63}}{_DOT}){{1,8}}(?:com|vn|net|org|info|top|xyz|cc|biz|co|me|ly|site|online|app|example"
    r"|icu|club|vip|live|shop|store|cfd|dev|link|click|website|space|pro|tk|ml|cf|gq|sbs|bond|cyou|asia|mobi|cloud))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A host that passes for an official one, where it stands ([start, end) in the text), and 0 < score <= 1."""

    host: str
    start: int
    end: int
    score: float


def is_official(host: str) -> bool:
    """Whether a host belongs to the agency."""
    host = host.lower().rstrip(".")
    return any(host == o or host.endswith(f".{o}") for o in OFFICIAL)


def leads_to_the_agency_only(text: str) -> bool:
    """Whether a text names the agency's own site or hotline and no other way to reach somebody or to pay: whoever
    follows it comes to the agency. In doubt it does not: a fraud names the hotline too, to be believed."""
    return _OWN.search(plain(text)) is not None and not leads_elsewhere(text)


def leads_elsewhere(text: str) -> bool:
    """Whether a text names a way to reach somebody or to pay that is not the agency's own."""
    return _OTHER_WAY.search(_OWN.sub(" ", plain(text))) is not None


def plain(text: str) -> str:
    """As the eye reads it: no invisible or look-alike letters, one kind of hyphen and blank."""
    return " ".join(unicodedata.normalize("NFKC", clean(text)).split())


def lookalike_score(host: str) -> float:
    """0 for official, government and unrelated hosts; more the more of the agency is imitated."""
    host = host.lower().rstrip(".")
    if is_official(host) or host.endswith((GOVERNMENT, *_PROVIDERS)):
        return 0.0
    shown = fold(clean(_decoded(host)))
    named = bool(_NAMES.search(shown.replace("-", "").replace("0", "o")))
    typed, inside = bool(_TYPING_ERROR.search(shown)), bool(_GOVERNMENT_LIKE.search(shown))
    if not (named or typed or inside):
        return 0.0
    return min(1.0, 0.6 * named + 0.4 * (typed or inside) + 0.2 * typed)


def _decoded(host: str) -> str:
    """An address with letters beyond ASCII («xn--…») as browsers show it."""
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def lookalikes(text: str) -> tuple[Lookalike, ...]:
    """Lookalike hosts in a text, in order; brackets around dots («[.]») are read as dots."""
    found = []
    for match in _HOST.finditer(text[:20_000]):
        host = _WRITTEN_DOT.sub(".", match[1])
        score = lookalike_score(host)
        if score > 0:
            found.append(Lookalike(host, match.start(1), match.end(1), score))
    return tuple(found)
