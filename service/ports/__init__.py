"""The few protocols that have a real and a fake implementation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from service.domain.documents import FeedContent, Page
from service.domain.fetching import Failed, FetchOutcome, FetchRequest
from service.domain.judgement import Judgement, TextToJudge
from service.domain.notifications import DeliveryOutcome, NotificationDraft


class Clock(Protocol):
    """Tells the time; injected everywhere, so that tests and replays have their own."""

    def now(self) -> datetime:
        """Current time, UTC, timezone-aware."""
        ...


class Turn(Protocol):
    """Of several processes on one database, one at a time has it."""

    def take(self) -> bool:
        """Whether it is ours now; does not wait."""
        ...

    def why_not(self) -> str:
        """Why it was not ours when it was last asked for, for the log."""
        ...

    def held(self) -> bool:
        """Whether it is still ours."""
        ...

    def give_back(self) -> None:
        """Let another process have it."""
        ...


class Fetcher(Protocol):
    """Reads addresses, politely and safely."""

    def fetch_all(self, requests: Sequence[FetchRequest]) -> Iterator[tuple[FetchRequest, FetchOutcome]]:
        """Every request with its outcome, as they finish (not in order); never raises for a single address."""
        ...


class FeedReader(Protocol):
    """Makes entries of feed bytes and text of pages, in a worker with a limit on time and memory."""

    def feed(
        self, body: bytes, *, url: str, content_type: str, now: datetime, form: str = "", selector: str | None = None
    ) -> FeedContent | Failed:
        """What a feed says, or why it says nothing.

        Args:
            form: how the bytes are read where they are no ordinary feed (a social interface); "" for those.
            selector: CSS selector of the items, where the address is a list page.
        """
        ...

    def page(self, body: bytes, *, url: str, content_type: str, now: datetime, thorough: bool = True) -> Page | None:
        """Title and text of a page, or None if there is no text to be had.

        Args:
            thorough: exact but slow, or quick.
        """
        ...


class Classifier(Protocol):
    """Judges texts."""

    def judge(self, texts: Sequence[TextToJudge]) -> Sequence[Judgement]:
        """One judgement a text, in the same order."""
        ...


class Notifier(Protocol):
    """One channel out."""

    def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
        """Try each once, in order; an expected failure is a value. Ends early where the channel is down, and leaves
        untried what is for a receiver that has just not answered.

        The next draft is asked for only when the outcome of the one before was taken.
        """
        ...


class Signer(Protocol):
    """A key pair kept outside the database."""

    @property
    def key_id(self) -> str:
        """The public key, hexadecimal."""
        ...

    def sign(self, data: bytes) -> str:
        """Signature, hexadecimal."""
        ...

    def verify(self, data: bytes, signature: str) -> bool: ...


class Vault(Protocol):
    """Seals what the database must not hold in the clear, with keys kept outside it."""

    def seal(self, value: bytes) -> bytes:
        """Sealed with the newest key, as ASCII."""
        ...

    def open(self, sealed: bytes) -> bytes | None:
        """What was sealed, with this key or an older one; None where no key opens it."""
        ...

    def is_newest(self, sealed: bytes) -> bool:
        """Whether the newest key opens it."""
        ...


class Ledger(Protocol):
    """Digests of publications deleted on request, kept outside the database: no older backup brings them back."""

    def add(self, digests: Sequence[str], *, at: datetime) -> None: ...

    def all(self) -> list[tuple[str, datetime]]: ...
