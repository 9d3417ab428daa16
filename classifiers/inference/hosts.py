"""Addresses that pass for those of Vietnam Social Security.

Rule: official hosts end in one of OFFICIAL; a lookalike has one of the agency's names, or «gov» inside a label, in a
host that is not a government one (patterns of the impersonation waves of 2023 to 2026).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

OFFICIAL = ("baohiemxahoi.gov.vn", "vss.gov.vn")
# the agency's own site and hotline; no host that goes on behind it, none before or behind an @, no address in its path
_OWN = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:[a-z0-9-]+\.)*(?:baohiemxahoi|vss)\.gov\.vn(?![\w@-]|\.\w)(?:[/?#][^\s@:]*)?"
    r"|\b1900[ .\-]?90[ .\-]?68\b",
    re.IGNORECASE,
)
# every other way to reach somebody or to pay: address, telephone, account, messenger, what stands masked in its place
_OTHER_WAY = re.compile(
    r"://|www\.|@|[a-z0-9-](?:\.|\[\.\])[a-z]{2,}|(?:\+84|\b0|\b1[89]00)[ .\-()]*(?:[\dx*][ .\-()]{0,2}){4,10}|\d{6,}"
    r"|\b(?:zalo|tele\w*|viber|messenger|facebook|fb|inbox|ib|kết bạn|ket ban|chuyển khoản|chuyen khoan|ck|stk"
    r"|số tài khoản|so tai khoan|nhắn lại|nhan lai|trả lời tin|tra loi tin)\b"
    r"|\[(?:PHONE|ACCOUNT|EMAIL|HANDLE|PROFILE)\]",
    re.IGNORECASE,
)
GOVERNMENT = ".gov.vn"
_NAMES = re.compile("baohiemxahoi|bhxh|bhyt|vssid|dichvucong|vneid|luonghuu")
_TYPING_ERROR = re.compile(r"g0v|gov+v+n|gov-?vn|\.gov\.(?!vn)|govn\b")
_HOST = re.compile(
    r"(?<![a-z0-9-])((?:[a-z0-9-]{1,63}(?:\.|\[\.\]))+(?:com|vn|net|org|info|top|xyz|cc|biz|co|me|ly|site|online|app|example))\b",
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
    rest, own = _OWN.subn(" ", text)
    return own > 0 and _OTHER_WAY.search(rest) is None


def lookalike_score(host: str) -> float:
    """0 for official, government and unrelated hosts; more the more of the agency is imitated."""
    host = host.lower().rstrip(".")
    if is_official(host) or host.endswith(GOVERNMENT):
        return 0.0
    named, typed = bool(_NAMES.search(host.replace("-", ""))), bool(_TYPING_ERROR.search(host))
    inside = any("gov" in label for label in host.split("."))
    if not (named or typed or inside):
        return 0.0
    return min(1.0, 0.6 * named + 0.4 * (typed or inside) + 0.2 * typed)


def lookalikes(text: str) -> tuple[Lookalike, ...]:
    """Lookalike hosts in a text, in order; brackets around dots («[.]») are read as dots."""
    found = []
    for match in _HOST.finditer(text[:20_000]):
        host = match[1].replace("[.]", ".")
        score = lookalike_score(host)
        if score > 0:
            found.append(Lookalike(host, match.start(1), match.end(1), score))
    return tuple(found)
