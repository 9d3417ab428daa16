"""What the press and agencies report that counts of criticism miss: a rumour that is denied, people who are defrauded,
workers whose contributions are not paid, trouble of the agency's own making.

All are told in a neutral tone. Only publications of the press and of agencies are read, never posts or comments: a
denial says that something false is about, not who said it, and nothing is said here of the texts that spread it
(ADR 0001). Words and rule are judgement; what they found in six open months of headlines is in docs/detection.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from service.alerting.conduct import CLAUSE, Trouble, trouble_in
from service.alerting.context import Fact, Kind
from service.alerting.stakes import stake_of
from service.domain.provinces import name_of
from service.domain.sources import SourceKind
from service.domain.streams import ALL, PressText, StreamDocument
from service.domain.text import nfc
from service.domain.warning import Level
from service.domain.wording import one_line

WITHIN = timedelta(hours=48)  # reports of so long are one matter
QUIET = timedelta(days=14)  # an older report within it: the wave is known, and has been told of
KEPT = WITHIN + QUIET
FRAUD, EVASION = "fraud", "evasion"
MOST_PLACES = 3  # that a sentence names; a report that names more is of the country

AGENCY = r"(?:bhxh|bhyt|bhtn|vssid|bảo hiểm (?:xã hội|y tế|thất nghiệp)|(?:cán bộ|nhân viên) bảo hiểm|lương hưu)"
_ABOUT = re.compile(rf"\b{AGENCY}\b")
_DENIAL = re.compile(
    r"\btin (?:giả|đồn|bịa)|\bthất thiệt\b|\bsai sự thật\b|\bkhông đúng sự thật\b|\bbịa đặt\b|\bkhông có chuyện\b"
    r"|\bbác (?:bỏ )?(?:tin|thông tin)|\bđính chính (?:tin|thông tin|về)"
    r"|\bthông tin (?:\S+ ){0,12}(?:là giả|sai lệch|không chính xác)\b"
)
# «đính chính thông tin trên thẻ»: a card is put right, not a rumour
_CARD = re.compile(r"\bđính chính (?:thông tin|về) (?:\S+ ){0,4}(?:thẻ|sổ|hồ sơ|cá nhân)\b")
# the agency, or a ministry, is quoted with the denial: there is an answer already
_QUOTED = re.compile(
    r"\b(?:bhxh|bảo hiểm xã hội|bộ (?:y tế|nội vụ|tài chính)|chính phủ)\b(?: [^\s.;]+){0,5}"
    r" (?:bác bỏ|khẳng định|đính chính|cải chính|phủ nhận|lên tiếng)\b"
)
_OWN_OUTLET = re.compile(r"\b(?:bhxh|bảo hiểm xã hội)\b", re.IGNORECASE)
_POSING = (
    r"(?:mạo danh|giả danh|giả mạo|mạo nhận|tự xưng|xưng là|đóng giả"
    r"|lừa đảo(?=.*(?:cập nhật|cuộc gọi|gọi điện|tin nhắn|nhắn tin|liên hệ|đường (?:link|dẫn)|zalo|ứng dụng|website))"
    r"|giả (?:cán bộ|nhân viên|giấy|văn bản|thông báo|trang))"
)
# papers forged to draw a benefit: nobody posed as the agency
_PAPERS = re.compile(
    r"\b(?:làm giả|giả mạo|giả) (?:chữ k[ýí]|hồ sơ|bệnh án|giấy (?:[ủu][yỷ] quyền|ra viện|nghỉ)|sổ|thẻ)\b"
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
    OFFICIALS = "officials"  # officials of the agency are charged, tried or punished
    FUND = "fund"  # money of the fund is lost
    LEAK = "leak"  # data of participants is out


_TROUBLE = {Trouble.OFFICIALS: Cue.OFFICIALS, Trouble.FUND: Cue.FUND, Trouble.DATA: Cue.LEAK}
_IMPOSTORS = (Cue.CASES, Cue.WAVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A publication that reports something, and the stream that it belongs to.

    Attributes:
        topics: those by which it is of one matter with another report.
    """

    cue: Cue
    stream: str
    document: PressText
    topics: Sequence[str] = ()


def read(document: PressText) -> Report | None:
    """What a publication reports; None for nearly all of them."""
    if not SourceKind(document.source_kind).is_press:
        return None
    text = nfc(document.text).lower()
    if _denies(text):
        topics = [t for t in document.topics if t != FRAUD] or list(document.topics)
        return Report(cue=Cue.DENIAL, stream=_home(topics), document=document, topics=topics)
    # what the agency publishes of itself is no report of the press
    if not _is_official(document) and (trouble := trouble_in(text)) is not None:
        stream = _home(document.topics, first=str(trouble))
        return Report(cue=_TROUBLE[trouble], stream=stream, document=document, topics=document.topics)
    if (cue := _fraud(text, local=bool(document.places))) is not None:
        stream = _home(document.topics, first=FRAUD)
        return Report(cue=cue, stream=stream, document=document, topics=document.topics)
    if _ARREARS.search(text) and _MANY.search(text):
        stream = _home(document.topics, first=EVASION)
        return Report(cue=Cue.ARREARS, stream=stream, document=document, topics=document.topics)
    return None


def joined(reports: Iterable[Report]) -> list[Report]:
    """Reports with those of one matter in the stream of its first one: of one kind, within WITHIN of each other, and of
    one story or on a common topic (troubles of the agency's own are rare: two alike are one matter anyway).

    Outlets print one denial under this topic and that, and one affair as charges here and as money lost there.
    """
    found: list[Report] = []
    for report in sorted(reports, key=lambda r: (r.document.published_at, r.document.id)):
        same = next((earlier for earlier in reversed(found) if _of_one_matter(earlier, report)), None)
        found.append(replace(report, stream=same.stream) if same else report)
    return found


def _of_one_matter(earlier: Report, later: Report) -> bool:
    same_cue = earlier.cue is later.cue
    alike = same_cue or any(earlier.cue in kind and later.cue in kind for kind in (_IMPOSTORS, _OWN))
    if not alike or later.document.published_at - earlier.document.published_at >= WITHIN:
        return False
    same = (same_cue and later.cue in _OWN) or earlier.document.story_id == later.document.story_id
    return same or not set(earlier.topics).isdisjoint(later.topics)


def _is_official(document: PressText) -> bool:
    """Whether the agency, or another one of the State, says it itself."""
    own = _OWN_OUTLET.search(document.source_name) or _OWN_OUTLET.search(document.publisher)
    return document.source_kind == SourceKind.STATE_AGENCY or own is not None


def _denies(text: str) -> bool:
    """A clause that names the agency's business and a denial; one alone says nothing (digests of several news)."""
    clauses = CLAUSE.split(text)
    return any(_ABOUT.search(c) and _DENIAL.search(c) and not _CARD.search(c) for c in clauses)


def _fraud(text: str, *, local: bool) -> Cue | None:
    if not _FRAUD.search(_PAPERS.sub(" ", text)):
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
    documents: Sequence[PressText | StreamDocument]

    def with_(self, other: Told) -> Told:
        """Both together."""
        return Told(
            level=max(self.level, other.level), facts=[*self.facts, *other.facts],
            documents=[*self.documents, *other.documents],
        )  # fmt: skip


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
    matters = (_rumour(known, now), _impostors(known, now), _arrears(known, now), *_troubles(known, now))
    found = [t for t in matters if t is not None]
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
    # an answer of the agency's own is no witness, and leaves nothing to be done today
    said = [r for r in fresh if not _is_official(r.document)]
    answered = len(said) < len(fresh)
    if answered:
        todo = (
            "cơ quan đã có văn bản, tin trả lời; đề xuất dẫn lại nội dung đó ở nơi tin sai lan truyền và theo dõi thêm"
        )
    elif any(_QUOTED.search(nfc(r.document.text).lower()) for r in said):
        todo = (
            "bài đã dẫn câu trả lời của cơ quan có thẩm quyền; đề xuất kiểm tra câu trả lời đó đã có trên kênh chính "
            "thức chưa và dẫn lại"
        )
    else:
        todo = "đề xuất kiểm tra và đăng thông tin đúng trên kênh chính thức trong ngày"
    sentence = f"bác bỏ hoặc cải chính một thông tin sai đang lan truyền về bảo hiểm xã hội; {todo}"
    level = _level(said)
    return _told(said, Kind.REBUTTAL, sentence, level=min(level, Level.WATCH) if answered else level)


def _impostors(known: Sequence[Report], now: datetime) -> Told | None:
    cases = [r for r in known if r.cue in _IMPOSTORS]
    fresh = [r for r in cases if r.document.published_at > now - WITHIN]
    lost = any(r.cue is Cue.CASES for r in fresh)
    what = "đã có người bị lừa hoặc cơ quan công an vào cuộc" if lost else "thủ đoạn đang xuất hiện tại địa phương"
    sentence = (
        f"đưa tin về việc mạo danh, giả mạo cơ quan bảo hiểm xã hội ({what}) {_since(cases, fresh)}; đề xuất phát "
        f"cảnh báo công khai tới người dân trong ngày"
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


_OWN = {
    Cue.OFFICIALS: (
        "đưa tin cán bộ, lãnh đạo đương chức hoặc đã thôi việc của cơ quan bảo hiểm xã hội bị xử lý, khởi tố hoặc xét "
        "xử; đề xuất xác minh với đơn vị phụ trách, thống nhất người phát ngôn và không bình luận khi chưa có kết luận"
    ),
    Cue.FUND: (
        "đưa tin tiền của quỹ bảo hiểm bị thất thoát hoặc khó thu hồi; đề xuất đối chiếu số liệu gốc và chuẩn bị thông "
        "tin chính thức về số tiền, trách nhiệm và quyền lợi của người tham gia"
    ),
    Cue.LEAK: (
        "đưa tin dữ liệu của người tham gia bảo hiểm bị lộ hoặc rao bán; đề xuất xác minh ngay với đơn vị công nghệ "
        "thông tin và cho người dân biết việc cần làm"
    ),
}


def _troubles(known: Sequence[Report], now: datetime) -> list[Told | None]:
    """Trouble of the agency's own making, one matter in one stream; what was reported before is no news."""
    matter = [r for r in known if r.cue in _OWN]
    fresh = [r for r in matter if r.document.published_at > now - WITHIN]
    level = _new(matter, fresh)
    each = [(sentence, [r for r in fresh if r.cue is cue]) for cue, sentence in _OWN.items()]
    return [_told(mine, Kind.CONDUCT, sentence, level=level) for sentence, mine in each if _publishers(mine)]


def _since(matter: Sequence[Report], fresh: Sequence[Report]) -> str:
    """Whether what is fresh comes after a quiet spell, in words."""
    begun = min((r.document.published_at for r in fresh), default=None)
    before = [r for r in matter if begun is not None and begun - QUIET < r.document.published_at < begun]
    return "và đã có tin cùng loại trong 14 ngày trước đó" if before else "sau một thời gian không có tin tương tự"


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
    fact = Fact(kind, min(0.6, 0.3 * len(names)), f"{named} {sentence}{_places(fresh)}")
    return Told(level=level, facts=[fact], documents=[r.document for r in fresh if not r.document.is_copy])


def _places(reports: Sequence[Report]) -> str:
    """Which provinces are named, so that the desk knows whom to call."""
    names = sorted({name_of(code) for r in reports for code in r.document.places})
    return f" (địa phương được nhắc đến: {', '.join(names)})" if 0 < len(names) <= MOST_PLACES else ""


def _publishers(reports: Sequence[Report]) -> list[str]:
    """Names of the outlets of independent publishers, first come first; a copy is no witness of its own."""
    names: dict[str, str] = {}
    for r in reports:
        if not r.document.is_copy:
            names.setdefault(r.document.publisher, one_line(r.document.source_name))
    return list(names.values())
