"""Stories looked at again: their phase every hour, and at night which of them are one; merges and splits by people."""

from __future__ import annotations

from datetime import datetime, timedelta

from service.domain.audit import Action
from service.domain.stories import Merge, Override, Split, StoryPlacement
from service.domain.streams import HOUR, bin_start
from service.domain.times import VIETNAM
from service.parsing.own_contacts import OwnContacts
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.stories.builder import story_id
from service.stories.merging import proposals
from service.stories.overrides import rooted, settle
from service.stories.phase import Phase, phase
from service.usecases.audit import actor_ref, audit
from service.usecases.personal import why_not_kept
from service.usecases.place import StoryDesk

NIGHT = 3  # hour of the merge pass, Việt Nam
MOVING = timedelta(days=4)
LONGEST = 24 * 90
MACHINE = "radar"


class UnknownStoryError(ValueError):
    """There is no such story, or it has no such documents."""


class NotOfStoryError(UnknownStoryError):
    """Some of the documents are of another story, perhaps since a moment ago."""


class ReasonError(ValueError):
    """The reason is not kept; the message says why, in Vietnamese."""


class Tidy:
    """Runs beside a StoryDesk, in the same thread."""

    def __init__(self, desk: StoryDesk) -> None:
        self.desk = desk
        self._hour: datetime | None = None
        self._day: str | None = None

    def run(self) -> tuple[int, int]:
        """Do what is due; gives how many phases were worked out, and how many stories were merged."""
        now = self.desk.clock.now()
        hour = bin_start(now, HOUR)
        if hour == self._hour:
            return 0, 0
        local = now.astimezone(VIETNAM)
        merged = 0
        # noted when it is done: what fails is tried again in the next round
        if local.hour >= NIGHT and self._day != local.date().isoformat():
            merged = merge_pass(self.desk)
            self._day = local.date().isoformat()
        looked_at = look_at_phases(self.desk.store, now)
        self._hour = hour
        return looked_at, merged


def look_at_phases(store: Store, now: datetime) -> int:
    """Work out the phase of every story that may have moved; gives how many."""
    with store.begin() as tx:
        phases = {s: str(_phase(tx.story_hours(s), now)) for s in tx.moving_stories(since=now - MOVING)}
        tx.save_phases(phases, at=now)
    return len(phases)


def _phase(hours: list[datetime], now: datetime) -> Phase:
    if not hours:
        return Phase.DORMANT
    last = bin_start(now, HOUR)
    length = min(LONGEST, max(1, int((last - hours[0]) / HOUR) + 1))
    counts = [0] * length
    for hour in hours:
        back = int((last - hour) / HOUR)
        if 0 <= back < length:
            counts[length - 1 - back] += 1
    return phase(counts)


def merge_pass(desk: StoryDesk) -> int:
    """Merge stories that turned out to be one; gives how many were absorbed. What people took apart stays apart."""
    now = desk.clock.now()
    with desk.store.begin() as tx:
        split = {o.into for _, o in tx.story_decisions() if isinstance(o, Split)}
        found = [m for m in proposals(*desk.centres()) if not {m.kept, m.absorbed} & split]
        for each in found:
            _carry_out(tx, each)
            tx.add_story_decision(each, actor=MACHINE, reason="gộp ban đêm: nội dung trùng nhau", at=now)
    desk.follow()
    return len(found)


def merge(
    store: Store, clock: Clock, *, kept: str, absorbed: str, who: str, reason: str, own: OwnContacts | None = None
) -> None:
    """A person says that two stories are one.

    Args:
        own: contacts that the reason may name (see `why_not_kept`).

    Raises:
        UnknownStoryError: one of them is not there, or they are the same.
        ReasonError: the reason holds personal data.
    """
    with store.begin() as tx:
        if problem := why_not_kept(tx, reason, own):
            raise ReasonError(problem)
        if kept == absorbed or not tx.story_members(kept) or not tx.story_members(absorbed):
            raise UnknownStoryError(f"expected two stories, found {kept!r} and {absorbed!r}")
        override = Merge(kept=kept, absorbed=absorbed)
        _carry_out(tx, override)
        tx.add_story_decision(override, actor=who, reason=reason, at=clock.now())
        subject = f"story:{absorbed}"
        audit(tx, Action.STORY_MERGED, actor=actor_ref(tx, who), at=clock.now(), subject=subject, into=kept)


def split(
    store: Store, clock: Clock, *, story: str, documents: tuple[str, ...], who: str, reason: str,
    own: OwnContacts | None = None,
) -> str:  # fmt: skip
    """A person says that documents are a story of their own; gives its id.

    Raises:
        NotOfStoryError: the story does not hold them all (any more).
        UnknownStoryError: none are chosen, or the story would be left empty.
        ReasonError: the reason holds personal data.
    """
    with store.begin() as tx:
        if problem := why_not_kept(tx, reason, own):
            raise ReasonError(problem)
        members = [p.id for p in tx.story_members(story)]
        if set(documents) - set(members):
            raise NotOfStoryError(f"not all of these documents are of story {story!r}")
        if not documents or not set(documents) < set(members):
            raise UnknownStoryError(f"expected some but not all documents of story {story!r}")
        first = next(m for m in members if m in set(documents))
        into = story_id(f"{first}|{story}")
        override = Split(documents=tuple(documents), into=into)
        _carry_out(tx, override, story)
        tx.add_story_decision(override, actor=who, reason=reason, at=clock.now())
        audit(
            tx, Action.STORY_SPLIT, actor=actor_ref(tx, who), at=clock.now(), subject=f"story:{story}", into=into,
            documents=len(set(documents)),
        )  # fmt: skip
    return into


def successor(story: str, *, store: Store) -> str | None:
    """The story that an absorbed one is part of now; None if it was never absorbed."""
    with store.begin() as tx:
        return settle(o for _, o in tx.story_decisions()).absorbed.get(story)


def _carry_out(tx: Transaction, override: Override, story: str = "") -> None:
    """Move documents in the storage, those that the builder has long forgotten too."""
    if isinstance(override, Merge):
        moved = [_at(p, override.kept) for p in tx.story_members(override.absorbed, irrelevant=True)]
    else:
        leave = set(override.documents)
        members = tx.story_members(story, irrelevant=True)
        moved = rooted([_at(p, override.into if p.id in leave else story) for p in members])
    tx.move_documents(moved)


def _at(placement: StoryPlacement, story: str) -> StoryPlacement:
    return StoryPlacement(id=placement.id, story=story, origin=placement.origin)
