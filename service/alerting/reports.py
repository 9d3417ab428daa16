"""What the press and agencies report that counts of criticism miss: a rumour that is denied, people who are defrauded.

Both are told in a neutral tone. Only publications of the press and of agencies are read, never posts or comments: a
denial says that something false is about, not who said it, and nothing is said here of the texts that spread it
(ADR 0001). Words and rule are judgement; what they found in six open months of headlines is in docs/detection.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.alerting.context import Fact, Kind
from service.alerting.stakes import stake_of
from service.domain.sources import SourceKind
from service.domain.streams import ALL, PressText
from service.domain.text import nfc
from service.domain.warning import Level
from service.domain.wording import one_line

WITHIN = timedelta(hours=48)  # reports of so long are one matter
QUIET = timedelta(days=14)  # an older report within it: the wave is known, and has been told of
KEPT = WITHIN + QUIET
FRAUD, EVASION = "fraud", "evasion"

AGENCY = r"(?:bhxh|bhyt|bhtn|vssid|bảo hiểm (?:xã hội|y tế|thất nghiệp)|(?:cán bộ|nhân viên) bảo hiểm|lương hưu)"
_CLAUSE = re.compile(r"[.;|!?…\n]+\s+|\s+[|–]\s+")
_ABOUT = re.compile(rf"\b{AGENCY}\b")
_DENIAL = re.compile(
    r"\btin (?:giả|đồn|bịa)|\bthất thiệt\b|\bsai sự thật\b|\bkhông đúng sự thật\b|\bbịa đặt\b|\bkhông có chuyện\b"
    r"|\bbác (?:bỏ )?(?:tin|thông tin)|\bđính chính (?:tin|thông tin|về)"
    r"|\bthông tin (?:\S+ ){0,12}(?:là giả|sai lệch|không chính xác)\b"
)
# «đính chính thông tin trên thẻ»: a card is put right, not a rumour
_CARD = re.compile(r"\bđính chính (?:thông tin|về) (?:\S+ ){0,4}(?:thẻ|sổ|hồ sơ|cá nhân)\b")
_POSING = (
    r"(?:mạo danh|giả danh|giả mạo|mạo nhận|tự xưng|xưng là|đóng giả|lừa đảo"
    r"|giả (?:cán bộ|nhân viên|giấy|văn bản|thông báo|trang))"
)
_FRAUD = re.compile(rf"\b{_POSING}\b.{{0,80}}\b{AGENCY}\b|\b{AGENCY}\b.{{0,60}}\b{_POSING}\b")
_VICTIM = re.compile(
    r"\bmất (?:\S+ ){0,3}(?:tiền|triệu|tỉ|tỷ)\b|\bbị (?:\S+ ){0,6}(?:lừa|chiếm đoạt)\b|\bchiếm đoạt (?:\S+ ){0,3}\d"
    r"|\bnạn nhân\b|\b(?:sập|mắc) bẫy\b|\b(?:đã|đến|tới) trình báo\b"
)
_INVESTIGATED = re.compile(r"\bcông an\b|\bcảnh sát\b|\bcơ quan (?:điều tra|chức năng)\b|\bkhởi tố\b|\btạm giữ\b")
# what people are told to do, or to beware of: nobody has lost anything yet
_ADVICE = re.compile(
    r"\b(?:báo|trình báo|tố giác|liên hệ|thông báo|phản ánh)\b(?: \S+){0,5}"
    r" (?:công an|cơ quan (?:điều tra|chức năng))\b"
    r"|\b(?:tránh|để không|không để|khỏi|nguy cơ|có thể|đừng)\b(?: \S+){0,4} (?:bị|mất|sập|mắc|nạn nhân)\b(?: \S+){0,3}"
)
_SPREADING = re.compile(
    r"\b(?:liên tiếp|liên tục|hàng loạt|rộ lên|tái diễn|gia tăng|ngày càng)\b"
    r"|\bnhiều (?:đối tượng|trường hợp|vụ|người)\b|\bxuất hiện\b|\bchiêu (?:trò|thức)\b"
)
_LOCAL = re.compile(r"\b(?:phường|xã|huyện|tỉnh|tp|thành phố)\b")
# a warning of the agency as a whole, which the press re-prints every year
_HOUSE = re.compile(
    r"\b(?:bhxh|bảo hiểm xã hội) việt nam\b.{0,40}\b(?:cảnh báo|khuyến cáo|lưu ý|khẳng định|đề nghị|thông báo)\b"
    r"|\b(?:cảnh báo|khuyến cáo|lưu ý|đề nghị|hướng dẫn|thông báo) của (?:bhxh|bảo hiểm xã hội) việt nam\b"
)
_ARREARS = re.compile(
    r"\b(?:nợ|chậm đóng|trốn đóng|không đóng|chưa đóng)\b.{0,40}\b(?:bhxh|bảo hiểm)\b"
    r"|\b(?:bhxh|bảo hiểm xã hội)\b.{0,40}\b(?:bị nợ|chậm đóng|trốn đóng)\b"
)
_MANY = re.compile(
    r"\b(?:\d{1,3}(?:\.\d{3})+|\d+(?:,\d+)? (?:triệu|vạn|nghìn|ngàn)|hàng (?:chục |trăm )?(?:nghìn|ngàn|vạn|triệu))"
    r" (?:\S+ ){0,2}(?:doanh nghiệp|công ty|đơn vị|lao động|người|công nhân)\b"
)


class Cue(StrEnum):
    """What a publication reports."""

    DENIAL = "denial"
    CASES = "cases"  # people who lost money, or police at work
    WAVE = "wave"  # a local body says that impostors are about
    ARREARS = "arrears"  # thousands of workers whose contributions are not paid


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A publication that reports something, and the stream that it belongs to."""

    cue: Cue
    stream: str
    document: PressText


def read(document: PressText) -> Report | None:
    """What a publication reports; None for nearly all of them."""
    if not SourceKind(document.source_kind).is_press:
        return None
    text = nfc(document.text).lower()
    if _denies(text):
        topics = [t for t in document.topics if t != FRAUD] or list(document.topics)
        return Report(cue=Cue.DENIAL, stream=_home(topics), document=document)
    if (cue := _fraud(text, local=bool(document.places))) is not None:
        return Report(cue=cue, stream=_home(document.topics, first=FRAUD), document=document)
    if _ARREARS.search(text) and _MANY.search(text):
        return Report(cue=Cue.ARREARS, stream=_home(document.topics, first=EVASION), document=document)
    return None


def _denies(text: str) -> bool:
    """A clause that names the agency's business and a denial; one alone says nothing (digests of several news)."""
    clauses = _CLAUSE.split(text)
    return any(_ABOUT.search(c) and _DENIAL.search(c) and not _CARD.search(c) for c in clauses)


def _fraud(text: str, *, local: bool) -> Cue | None:
    if not _FRAUD.search(text):
        return None
    house, told_of = _HOUSE.search(text) is not None, _ADVICE.sub(" ", text)
    if _VICTIM.search(told_of) or (_INVESTIGATED.search(told_of) and not house):
        return Cue.CASES
    local = local or _LOCAL.search(text) is not None
    return Cue.WAVE if local and _SPREADING.search(text) and not house else None


def _home(topics: Sequence[str], *, first: str = "") -> str:
    """One stream for a report: that of its topic `first`, else of its gravest one."""
    if not topics:
        return ALL
    return f"topic:{min(topics, key=lambda t: (t != first, -stake_of([t]).weight, t))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the reports of a stream come to: facts, the level that they ask for, and the publications behind."""

    level: Level
    facts: Sequence[Fact]
    documents: Sequence[PressText]


NOTHING = Told(level=Level.NORMAL, facts=(), documents=())


def told(reports: Iterable[Report], *, now: datetime) -> Told:
    """What the reports of one stream say at a time.

    A matter that one publisher reports after a quiet spell asks for L1; two independent ones within WITHIN ask for L2,
    of impostors only where somebody has come to harm or the police are at work.
    """
    known = sorted(
        (r for r in reports if now - KEPT < r.document.published_at <= now),
        key=lambda r: (r.document.published_at, r.document.id),
    )
    found = [t for t in (_rumour(known, now), _impostors(known, now), _arrears(known, now)) if t is not None]
    if not found:
        return NOTHING
    return Told(
        level=max(t.level for t in found),
        facts=[f for t in found for f in t.facts],
        documents=[d for t in found for d in t.documents],
    )


def _rumour(known: Sequence[Report], now: datetime) -> Told | None:
    denials = [r for r in known if r.cue is Cue.DENIAL]
    # another rumour is another matter: only a later print of a known denial is none
    old = {r.document.story_id for r in denials if r.document.published_at <= now - WITHIN} - {None}
    fresh = [r for r in denials if r.document.published_at > now - WITHIN and r.document.story_id not in old]
    sentence = (
        "bác bỏ hoặc cải chính một thông tin sai đang lan truyền về bảo hiểm xã hội; đề xuất kiểm tra và đăng "
        "thông tin đúng trên kênh chính thức trong ngày"
    )
    return _told(fresh, Kind.REBUTTAL, sentence, level=_level(fresh))


def _impostors(known: Sequence[Report], now: datetime) -> Told | None:
    cases = [r for r in known if r.cue in (Cue.CASES, Cue.WAVE)]
    fresh = [r for r in cases if r.document.published_at > now - WITHIN]
    lost = any(r.cue is Cue.CASES for r in fresh)
    what = "đã có người bị lừa hoặc cơ quan công an vào cuộc" if lost else "thủ đoạn đang xuất hiện tại địa phương"
    sentence = (
        f"đưa tin về việc mạo danh, giả mạo cơ quan bảo hiểm xã hội ({what}; trước đó một thời gian không có tin tương "
        "tự); đề xuất phát cảnh báo công khai tới người dân trong ngày"
    )
    level = _new(cases, fresh)
    return _told(fresh, Kind.IMPOSTORS, sentence, level=level if lost else min(level, Level.WATCH))


def _arrears(known: Sequence[Report], now: datetime) -> Told | None:
    matter = [r for r in known if r.cue is Cue.ARREARS]
    fresh = [r for r in matter if r.document.published_at > now - WITHIN]
    sentence = (
        "đưa tin hàng nghìn doanh nghiệp chậm đóng, trốn đóng hoặc hàng nghìn người lao động bị chậm đóng, trốn đóng "
        "bảo hiểm xã hội; đề xuất nêu rõ quyền lợi được giải quyết ngay và nơi tiếp nhận phản ánh"
    )
    return _told(fresh, Kind.ARREARS, sentence, level=_new(matter, fresh))


def _new(matter: Sequence[Report], fresh: Sequence[Report]) -> Level:
    """The level of a matter that goes on: what was at this level in the time before is no news."""
    level = _level(fresh)
    if level is Level.NORMAL:
        return level
    begun = fresh[0].document.published_at
    before = [r for r in matter if begun - QUIET < r.document.published_at < begun]
    if level is Level.WATCH:
        return Level.NORMAL if before else level
    ends = [r.document.published_at for r in before]
    pairs = (_level([r for r in before if end - WITHIN < r.document.published_at <= end]) for end in ends)
    return Level.NORMAL if Level.WARNING in pairs else level


def _level(fresh: Sequence[Report]) -> Level:
    return [Level.NORMAL, Level.WATCH, Level.WARNING][min(2, len(_publishers(fresh)))]


def _told(fresh: Sequence[Report], kind: Kind, sentence: str, *, level: Level) -> Told | None:
    if level is Level.NORMAL:
        return None
    names = _publishers(fresh)
    named = " và ".join(names) if len(names) <= 2 else f"{names[0]} và {len(names) - 1} nguồn khác"
    fact = Fact(kind, min(0.6, 0.3 * len(names)), f"{named} {sentence}")
    return Told(level=level, facts=[fact], documents=[r.document for r in fresh if not r.document.is_copy])


def _publishers(reports: Sequence[Report]) -> list[str]:
    """Names of the outlets of independent publishers, first come first; a copy is no witness of its own."""
    names: dict[str, str] = {}
    for r in reports:
        if not r.document.is_copy:
            names.setdefault(r.document.publisher, one_line(r.document.source_name))
    return list(names.values())
