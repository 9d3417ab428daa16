"""Small values for tests."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.domain.accounts import Scope
from service.domain.documents import DateSource, Document, DocumentKind, Entry, FeedContent, Page
from service.domain.fetching import Failed, FailureKind, FetchOutcome, FetchRequest
from service.domain.intents import DocumentIntent
from service.domain.judgement import Feedback, Judgement, TextToJudge, Tone
from service.domain.sources import Feed, Source, SourceKind
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.vault import FernetVault
from service.usecases.accounts import Accounts

VAULT_KEY = "dGhlIGtleSB0aGF0IHRlc3RzIHNlYWwgd2l0aC4gLi4="
NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def make_vault() -> FernetVault:
    return FernetVault([VAULT_KEY])


def make_accounts(store: SqlStore, clock: SetClock) -> Accounts:
    """Accounts whose password hashes cost nothing."""
    hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
    return Accounts(store, clock, hasher, vault=make_vault())


def enrol(accounts: Accounts, email: str) -> list[str]:
    """A second factor in the newest session of the account, as its page enrols one; gives its recovery codes."""
    user = accounts.user(email)
    assert user is not None
    newest = max((s.id for s in accounts.sessions.of(user)), default=None)
    factor = accounts.second_factor
    secret = factor.new_secret()
    code = pyotp.TOTP(secret).at(accounts.clock.now())
    return factor.enrol(user, secret, code, session=newest)


def make_token(
    accounts: Accounts, name: str, scope: Scope, lifetime: timedelta = timedelta(days=1), *, owner: str | None = None
) -> str:
    """The secret of a new token that reads, and may do what a scope allows."""
    return accounts.tokens.create(name, frozenset({Scope.READ, scope}), lifetime, owner=owner)


def bearer(accounts: Accounts, scope: Scope, *, name: str = "may") -> dict[str, str]:
    """The header of a new token."""
    return {"Authorization": f"Bearer {make_token(accounts, name, scope)}"}


def make_source(name: str = "Báo Thử", kind: SourceKind = SourceKind.ONLINE, reach: int = 3) -> Source:
    return Source(id=name.lower().replace(" ", "-"), name=name, kind=kind, publisher=name, reach=reach)


def make_feed(feed_id: str = "thu", *, source: Source | None = None, **more: Any) -> Feed:
    return Feed(
        id=feed_id, url=f"https://{feed_id}.example.com/rss", source=source or make_source(), verified=True, **more
    )


def make_entry(n: int, *, title: str = "", summary: str = "", at: datetime | None = NOW, **more: Any) -> Entry:
    url = f"https://bao.example.com/tin-{n}.html"
    return Entry(id=url, url=url, title=title or f"Lương hưu tháng {n}", summary=summary, published_at=at, **more)


def make_judgement(key: str, *, relevant: bool = True, tone: Tone = Tone.NEUTRAL, **more: Any) -> Judgement:
    values: dict[str, Any] = {
        "id": key,
        "relevant": relevant,
        "relevance": 0.9 if relevant else 0.1,
        "tone": tone if relevant else None,
        "tone_score": 0.8,
        "feedback": Feedback.NONE if relevant else None,
        "axis": None,
        "topics": ("pension",) if relevant else (),
        "audiences": (),
        "places": (),
        "protected": False,
        "denunciation": False,
        "model": "test@1",
    }
    return Judgement(**(values | more))


def make_intent(
    key: str, *, tone: Tone = Tone.NEUTRAL, at: datetime = NOW, source: Source | None = None, **more: Any
) -> DocumentIntent:
    source = source or make_source()
    document = Document(
        id=key,
        url=f"https://bao.example.com/{key}",
        feed_id="thu",
        source_id=source.id,
        kind=DocumentKind.ARTICLE,
        title=more.pop("title", f"Lương hưu {key}"),
        text=more.pop("text", "Nội dung"),
        excerpt=more.pop("excerpt", "Nội dung"),
        published_at=at,
        date_source=DateSource.FEED,
        first_seen_at=more.pop("first_seen_at", at),
    )
    return DocumentIntent(document=document, judgement=make_judgement(key, tone=tone, **more), source=source)


@dataclass
class RuleClassifier:
    """Judges by words that the tests put into the texts; remembers what it was given."""

    seen: list[TextToJudge] = field(default_factory=list)

    def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
        self.seen += texts
        return [self._one(t) for t in texts]

    def _one(self, t: TextToJudge) -> Judgement:
        words = f"{t.title} {t.text}".lower()
        relevant = any(w in words for w in ("lương hưu", "bhxh", "bhyt"))
        negative = any(w in words for w in ("bức xúc", "chậm", "tệ"))
        return make_judgement(
            t.id,
            relevant=relevant,
            tone=Tone.NEGATIVE if negative else Tone.NEUTRAL,
            denunciation="tố cáo" in words,
            protected="tố cáo" in words,
        )


@dataclass
class FakeFetcher:
    """Answers from a table of outcomes by address; remembers the requests."""

    answers: dict[str, FetchOutcome]
    requests: list[FetchRequest] = field(default_factory=list)

    def fetch_all(self, requests: Sequence[FetchRequest]) -> Iterator[tuple[FetchRequest, FetchOutcome]]:
        for request in requests:
            self.requests.append(request)
            yield request, self.answers[request.url]


@dataclass
class FakeReader:
    """Gives the entries and pages the test set, by address."""

    feeds: dict[str, list[Entry] | None] = field(default_factory=dict)
    pages: dict[str, Page | None] = field(default_factory=dict)
    thorough: list[bool] = field(default_factory=list)

    def feed(
        self, body: bytes, *, url: str, content_type: str, now: datetime, form: str = "", selector: str | None = None
    ) -> FeedContent | Failed:
        found = self.feeds.get(url)
        return Failed(kind=FailureKind.NOT_A_FEED) if found is None else FeedContent(entries=tuple(found))

    def page(self, body: bytes, *, url: str, content_type: str, now: datetime, thorough: bool = True) -> Page | None:
        self.thorough.append(thorough)
        return self.pages.get(url)


def hours_ago(n: float) -> datetime:
    return NOW - timedelta(hours=n)


def free_port() -> int:
    """A port on loopback that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
