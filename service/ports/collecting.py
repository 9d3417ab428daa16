"""What collection asks of the storage beyond feeds and documents: revisions, health, coverage, channel counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from service.domain.coverage import Coverage, FeedCheck, FeedPast, PollFigures
from service.domain.documents import KeptText
from service.domain.fetching import FeedState
from service.domain.revisions import PageState, Revision, RevisionKind


class RevisionStorage(Protocol):
    """Edits and take-downs, and the pages that are read again to find them."""

    def title_digests(self, keys: Sequence[str], *, feed_id: str) -> dict[str, str | None]:
        """Digest of the title by entry key, of entries that this feed was the first to bring."""
        ...

    def save_digests(self, digests: Mapping[str, str]) -> None: ...

    def add_revisions(self, revisions: Iterable[Revision]) -> None: ...

    def count_revised(self, ids: Sequence[str], kind: RevisionKind, *, since: datetime, until: datetime) -> int:
        """How many of the documents were changed in this way in a time."""
        ...

    def pages_to_check(self, now: datetime, *, limit: int) -> list[PageState]: ...

    def save_page(self, state: PageState) -> None: ...

    def recount_later(self, document_id: str) -> None:
        """The judgement of a document changed: its story and its hour are to be counted anew."""
        ...

    def recount(self) -> int:
        """Count anew what `recount_later` named; gives how many documents that were."""
        ...

    def pages_waiting(self, now: datetime) -> int:
        """How many pages are due to be read for the first time."""
        ...

    def kept_since(self, *, feed_ids: Sequence[str], before: datetime) -> list[KeptText]:
        """Documents of some feeds that were last known to be there before a time, thread by thread."""
        ...

    def confirm(self, ids: Sequence[str], *, at: datetime) -> None:
        """The interface still has these documents."""
        ...


class CoverageStorage(Protocol):
    """What feeds brought hour by hour, and what follows from it."""

    def count_poll(self, figures: PollFigures) -> None:
        """Add a poll to the figures of its feed and hour."""
        ...

    def feed_states(self) -> list[FeedState]: ...

    def feed_pasts(self, *, since: datetime, recent: datetime, until: datetime) -> list[FeedPast]:
        """Figures by feed up to `until`: hours of the week since `since`, hour by hour since `recent`."""
        ...

    def save_checks(self, checks: Iterable[FeedCheck]) -> None: ...

    def save_sign(self, feed_id: str, *, title: str, path: str, path_share: float) -> None:
        """What a feed said of itself at its last reading."""
        ...

    def signs(self) -> dict[str, tuple[str, str, float]]:
        """Title, first part of the links' paths and its share, by feed."""
        ...

    def save_coverage(self, hours: Sequence[Coverage]) -> None:
        """Keep the series, and bring the counts of these hours up to date with it."""
        ...

    def coverage(self, *, since: datetime, until: datetime) -> list[Coverage]: ...

    def forget_feed_hours(self, *, before: datetime) -> int: ...

    def count_hosts(self, hosts: Mapping[str, tuple[int, int]], *, day: str) -> None:
        """Add (links, relevant ones) by host to the figures of a day."""
        ...

    def count_channel(self, channel: str, kind: str, count: int, *, day: str) -> None: ...

    def channel_count(self, channel: str, kind: str, *, day: str) -> int: ...
