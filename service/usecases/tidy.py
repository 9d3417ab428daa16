"""Stories looked at again: their phase every hour, and at night which of them are one; merges and splits by people."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future
from datetime import date, datetime, timedelta

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

NIGHT = 3  # hour of the merge pass, Việt Nam; one that was missed is made up for later in the day
ROUND = "merge"  # its name among the rounds
MERGES = 10  # of one round, so that placing and alerts do not wait for it
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
    """Runs beside a StoryDesk, in the same thread. The merge pass of a night is a step in each of many rounds.

    Args:
        beside: where the pass looks for stories that are one, which takes long in a crisis; None: in the round itself.
    """

    def __init__(self, desk: StoryDesk, *, beside: Executor | None = None) -> None:
        self.desk, self._beside = desk, beside
        self._search: Future[list[Merge]] | None = None
        self._hour: datetime | None = None
        self._begun = desk.clock.now()  # when the pass that is under way began
        self._done: date | None = None  # day of the last pass
        self._left: list[Merge] | None = None  # what the pass that is under way has still to merge

    def run(self) -> tuple[int, int]:
        """Do what is due; gives how many phases were worked out, and how many stories were merged."""
        now = self.desk.clock.now()
        merged = self._merge(now)
        hour = bin_start(now, HOUR)
        if hour == self._hour:
            return 0, merged
        # noted when it is done: what fails is tried again in the next round
        looked_at = look_at_phases(self.desk.store, now)
        self._hour = hour
        return looked_at, merged

    def _merge(self, now: datetime) -> int:
        """The next step of the pass, if it is due; a process that takes over finds out anew what is left."""
        if self._left is None:
            if self._search is None:
                if not self._is_due(now):
                    return 0
                self._begun = now
            self._left = self._found()
            if self._left is None:
                return 0
        # those that go into one story are merged together: its figures are worked out once
        step = [m for m in self._left if m.kept == self._left[0].kept][:MERGES]
        merged = _merge_alike(self.desk.store, step, at=now) if step else 0
        self._left = [m for m in self._left if m not in step]
        if not self._left:
            with self.desk.store.begin() as tx:
                tx.note_round(ROUND, at=self._begun)  # of that night, though it may end after midnight
            self._left = None
        return merged

    def _found(self) -> list[Merge] | None:
        """What the pass has to merge; None while it is looked for."""
        if self._beside is None:
            return proposals(*self.desk.centres())
        if self._search is None:
            self._search = self._beside.submit(proposals, *self.desk.centres())
        if not self._search.done():
            return None
        search, self._search = self._search, None
        return search.result()

    def _is_due(self, now: datetime) -> bool:
        local = now.astimezone(VIETNAM)
        if local.hour < NIGHT or self._done == local.date():
            return False
        with self.desk.store.snapshot() as tx:
            last = tx.rounds().get(ROUND)
        self._done = last.astimezone(VIETNAM).date() if last else None
        return self._done != local.date()


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


def _merge_alike(store: Store, found: Sequence[Merge], *, at: datetime) -> int:
    """Merge stories that turned out to be one with another; gives how many were absorbed. The desk follows as it does
    where people decide. What people took apart stays apart, and what they merged since is left where it is."""
    with store.begin() as tx:
        tx.wait_for_counts()  # people merge meanwhile
        split = {o.into for _, o in tx.story_decisions() if isinstance(o, Split)}
        merges = [m for m in found if not {m.kept, m.absorbed} & split and _both_there(tx, m)]
        tx.move_documents([p for m in merges for p in _absorbed(tx, m)])
        for each in merges:
            tx.add_story_decision(each, actor=MACHINE, reason="gộp tự động: nội dung trùng nhau", at=at)
    return len(merges)


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
        tx.wait_for_counts()  # what is read here is what is moved: documents are placed meanwhile
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
        tx.wait_for_counts()
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
        moved = _absorbed(tx, override)
    else:
        leave = set(override.documents)
        members = tx.story_members(story, irrelevant=True)
        moved = rooted([_at(p, override.into if p.id in leave else story) for p in members])
    tx.move_documents(moved)


def _both_there(tx: Transaction, merge: Merge) -> bool:
    return bool(tx.story_members(merge.kept) and tx.story_members(merge.absorbed, irrelevant=True))


def _absorbed(tx: Transaction, merge: Merge) -> list[StoryPlacement]:
    return [_at(p, merge.kept) for p in tx.story_members(merge.absorbed, irrelevant=True)]


def _at(placement: StoryPlacement, story: str) -> StoryPlacement:
    return StoryPlacement(id=placement.id, story=story, origin=placement.origin)
