"""Signals beyond volume: what a few documents tell that their number does not.

Each fact has a strength of 0 to 1 (judgement, measured by benchmarks/signals.py) and a sentence for the desk. Together
they raise `harmful` and `sure`, or open a watch (L1) although counts alone would not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import prod

from service.alerting import wording
from service.alerting.risks import Risk
from service.domain.intervals import wilson
from service.domain.judgement import Feedback
from service.domain.sources import SourceKind
from service.domain.streams import StreamDocument
from service.domain.times import VIETNAM
from service.domain.wording import lasting, one_line, percent

DAY = timedelta(days=1)
LOOK = timedelta(days=14)  # how far back the documents of a stream are wanted
STORY_SPAN = timedelta(days=3)
WIDEST_REACH = 5
TALK = (SourceKind.FORUM, SourceKind.SOCIAL)
HARM_SHARE, SURE_SHARE = 0.4, 0.3
ONE_SIDED = 1.645  # of a Wilson interval, for 95 %


class Kind(StrEnum):
    """What a fact is about."""

    JUMP = "jump"
    TIER1 = "tier1"
    NOVEL = "novel"
    PROVINCES = "provinces"
    QUESTIONS = "questions"
    VOID = "void"
    EDITS = "edits"
    REPEAT = "repeat"
    CALENDAR = "calendar"
    REBUTTAL = "rebuttal"
    IMPOSTORS = "impostors"
    ARREARS = "arrears"
    CONDUCT = "conduct"
    TALES = "tales"


WITNESSES = frozenset({Kind.JUMP, Kind.TIER1, Kind.NOVEL})  # these also make it more sure that there is something
TAKEN_UP = frozenset({Kind.JUMP, Kind.TIER1})  # the press has just taken up what others told


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that counts do not tell."""

    kind: Kind
    strength: float
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Older:
    """An older story that one of now is like."""

    headline: str
    at: datetime
    negative: int
    likeness: float


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What facts are found in.

    Attributes:
        documents: of the stream in the last LOOK, copies too, oldest first, none after `now`.
        older: older stories that those of now are like.
        risks: calendar risks of the stream's topic that hold at `now`.
        edited, gone: publications whose title was changed, or that were taken down, in the last day.
        matter: of these documents, those of the last day that tell of one topic in one province, from the first
            criticism on: one matter, in whatever stories they stand; empty where there is no such matter.
    """

    now: datetime
    documents: Sequence[StreamDocument]
    older: Sequence[Older] = ()
    risks: Sequence[Risk] = ()
    edited: int = 0
    gone: int = 0
    matter: Sequence[StreamDocument] = ()
    stories: dict[str, list[StreamDocument]] = field(init=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[StreamDocument]] = defaultdict(list)
        for d in self.documents:
            if d.story_id and d.published_at > self.now - STORY_SPAN:
                grouped[d.story_id].append(d)
        # frozen only for those who are handed it
        object.__setattr__(self, "stories", {s: ds for s, ds in grouped.items() if any(d.negative for d in ds)})

    def matters(self) -> list[Sequence[StreamDocument]]:
        """What is told of together."""
        return [m for m in (*self.stories.values(), self.matter) if m]

    def today(self) -> list[StreamDocument]:
        """Documents of the last day."""
        return [d for d in self.documents if d.published_at > self.now - DAY]


def facts(view: View, *, kinds: Iterable[Kind] = tuple(Kind)) -> list[Fact]:
    """Every fact of the kinds wanted, strongest first."""
    wanted = set(kinds)
    found = [fact for kind, find in _FINDERS.items() if kind in wanted and (fact := find(view)) is not None]
    return sorted(found, key=lambda f: (-f.strength, f.kind))


def lift(found: Iterable[Fact]) -> float:
    """All facts together, 0 to 1; a further fact never makes it less."""
    return 1.0 - prod(1.0 - f.strength for f in found)


def raised_harm(harmful: float, found: Sequence[Fact]) -> float:
    """Harm with the facts counted in."""
    return harmful + HARM_SHARE * lift(found) * (1.0 - harmful)


def raised_sure(sure: float, found: Sequence[Fact]) -> float:
    """Sureness with those facts counted in that are witnesses of their own."""
    return sure + SURE_SHARE * lift(f for f in found if f.kind in WITNESSES) * (1.0 - sure)


def _jump(view: View) -> Fact | None:
    """A story that began as talk has reached the press within the last day."""
    for documents in view.matters():
        press = [d for d in documents if SourceKind(d.source_kind).is_press and not d.official]
        if press and documents[0].source_kind in TALK and press[0].published_at > view.now - DAY:
            after = lasting(press[0].published_at - documents[0].published_at)
            return Fact(Kind.JUMP, 0.35, f"chuyện bắt đầu trên diễn đàn, mạng xã hội, sau {after} đã lên báo chí")
    return None


def _tier1(view: View) -> Fact | None:
    """The first outlet that everybody reads has taken up a story that others had before."""
    for documents in view.matters():
        wide = next((d for d in documents if d.reach >= WIDEST_REACH and not d.official), None)
        if wide is None or wide.published_at <= view.now - DAY or wide is documents[0]:
            continue
        if wide.publisher not in {d.publisher for d in documents[: documents.index(wide)]}:
            name = one_line(wide.source_name)
            return Fact(Kind.TIER1, 0.3, f"{name} là cơ quan báo chí có lượng độc giả lớn đầu tiên đưa chuyện này")
    return None


def _novel(view: View) -> Fact | None:
    """A story that nobody told two days ago, told critically by several independent publishers."""
    most, headline = 0, ""
    for documents in view.stories.values():
        if documents[0].published_at > view.now - 2 * DAY:
            told = {d.publisher for d in documents if d.negative and not d.is_copy}
            if len(told) > most:
                most, headline = len(told), next((d for d in documents if d.press), documents[0]).title
    if most < 2:
        return None
    strength = min(0.6, 0.2 * (most - 1))
    title = wording.quoted(headline)
    return Fact(Kind.NOVEL, strength, f"chuyện mới “{title}” được {most} nguồn độc lập cùng phản ánh tiêu cực")


def _provinces(view: View) -> Fact | None:
    """Provinces that are criticised today and were not in the week before."""
    before: set[str] = set()
    today: set[str] = set()
    for d in view.documents:
        if d.negative:
            (today if d.published_at > view.now - DAY else before).update(d.places)
    new = len(today - before)
    if new < 2:
        return None
    return Fact(Kind.PROVINCES, min(0.5, 0.15 * new), f"trong 24 giờ qua có thêm {new} địa phương bị phản ánh")


def _questions(view: View) -> Fact | None:
    """Clearly more of what is published asks something than in the two weeks before."""
    origins = [d for d in view.documents if not d.is_copy]
    today = [d for d in origins if d.published_at > view.now - DAY]
    earlier = len(origins) - len(today)
    asked = sum(d.feedback == Feedback.QUESTION for d in today)
    asked_before = sum(d.feedback == Feedback.QUESTION for d in origins) - asked
    usual = (asked_before + 1) / (earlier + 10)
    if asked < 3 or wilson(asked, len(today), z=ONE_SIDED)[0] <= usual:
        return None
    share = percent(asked / len(today))
    return Fact(Kind.QUESTIONS, 0.25, f"{share} tin, bài trong 24 giờ qua là câu hỏi (trước đó {percent(usual)})")


def _void(view: View) -> Fact | None:
    """Several publications ask within two days, and no agency has said anything since the first of them."""
    asked = [d for d in view.documents if d.feedback == Feedback.QUESTION and not d.is_copy]
    asked = [d for d in asked if d.published_at > view.now - 2 * DAY]
    if len(asked) < 3 or len({d.publisher for d in asked}) < 2:
        return None
    if any(d.official and d.published_at > asked[0].published_at for d in view.documents):
        return None
    strength = min(0.5, 0.2 + 0.05 * len(asked))
    sentence = f"{len(asked)} câu hỏi trong 48 giờ qua chưa có văn bản, tin trả lời của cơ quan nhà nước"
    return Fact(Kind.VOID, strength, sentence)


def _edits(view: View) -> Fact | None:
    """Titles changed and publications taken down: somebody has reacted."""
    if not view.edited and not view.gone:
        return None
    told = [f"{view.edited} tin, bài đổi tiêu đề"] * bool(view.edited) + [f"{view.gone} tin, bài bị gỡ"] * bool(
        view.gone
    )
    return Fact(Kind.EDITS, min(0.4, 0.1 * view.edited + 0.15 * view.gone), " và ".join(told) + " trong 24 giờ qua")


def _repeat(view: View) -> Fact | None:
    """A story of now is like one that was criticised before."""
    if not view.older or not any(d.negative for d in view.today()):
        return None
    old = max(view.older, key=lambda o: o.likeness)
    when = f"{old.at.astimezone(VIETNAM):%d/%m/%Y}"
    title = wording.quoted(old.headline)
    return Fact(
        Kind.REPEAT, min(0.4, 0.5 * old.likeness), f"giống chuyện “{title}” ({when}, {old.negative} bài gốc tiêu cực)"
    )


def _calendar(view: View) -> Fact | None:
    """The time of year in which such a topic turns more readily."""
    if not view.risks:
        return None
    return Fact(Kind.CALENDAR, 0.1, f"đang trong thời gian dư luận dễ chú ý: {view.risks[0].name}")


_FINDERS: dict[Kind, Callable[[View], Fact | None]] = {
    Kind.JUMP: _jump,
    Kind.TIER1: _tier1,
    Kind.NOVEL: _novel,
    Kind.PROVINCES: _provinces,
    Kind.QUESTIONS: _questions,
    Kind.VOID: _void,
    Kind.EDITS: _edits,
    Kind.REPEAT: _repeat,
    Kind.CALENDAR: _calendar,
}


def unanswered(documents: Sequence[StreamDocument], now: datetime) -> int:
    """Questions since the agency last said anything, in the documents given."""
    answered = max((d.published_at for d in documents if d.official and d.published_at <= now), default=None)
    asked = [d for d in documents if d.feedback == Feedback.QUESTION and not d.is_copy and d.published_at <= now]
    return sum(answered is None or d.published_at > answered for d in asked)


def outlets(documents: Sequence[StreamDocument], most: int = 6) -> tuple[list[tuple[str, int]], int]:
    """Where a stream lives: names of outlets with how much they published, most first, of as much the press first; and
    how many others there are."""
    names = Counter(one_line(d.source_name) for d in documents)
    press = {one_line(d.source_name) for d in documents if SourceKind(d.source_kind).is_press}
    found = sorted(names.items(), key=lambda n: (-n[1], n[0] not in press, n[0]))
    return found[:most], max(0, len(found) - most)
