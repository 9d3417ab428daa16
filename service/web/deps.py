"""What the routes need, handed over by bootstrap; nothing here reads settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from service.alerting.decide import Policy
from service.domain.reports import ReportFile, ReportForm, Unavailable
from service.domain.sources import Feed
from service.parsing.own_contacts import OwnContacts
from service.ports import Clock, Ledger, Signer
from service.ports.read_models import ReadModels
from service.ports.reports import Reports
from service.ports.storage import Store
from service.usecases.accounts import Accounts
from service.usecases.after_action import AfterAction
from service.usecases.review import ReviewRoom
from service.web.limits import RateLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an OpenID provider says of the person who entered.

    Attributes:
        second_factor: it says that it asked for one.
    """

    issuer: str
    subject: str
    email: str
    second_factor: bool = False


class Provider(Protocol):
    """An OpenID provider; see service.web.oidc."""

    @property
    def label(self) -> str: ...

    def begin(self, *, state: str, nonce: str, verifier: str, redirect: str) -> str | None:
        """The address at the provider where the person is sent; None where it does not answer as it should."""
        ...

    def finish(self, *, code: str, nonce: str, verifier: str, redirect: str, now: datetime) -> Claims | None:
        """Who came back; None where anything about the answer is not as it has to be."""
        ...


class SiteReports(Reports, Protocol):
    """Makes all reports that pages give; see service.reporting.files."""

    def after_action(self, facts: AfterAction, form: ReportForm) -> ReportFile | Unavailable:
        """The report after an alert."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloHook:
    """What a message of Zalo is checked with; the secret is never shown."""

    app_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything the web application uses.

    Attributes:
        hosts: names under which the site may be asked for; another Host header is refused (DNS rebinding).
        status: lines for the person in charge, in Vietnamese («Chưa cấu hình máy chủ thư»).
        stopped: lines for everybody who reads, in Vietnamese: what has not been done since when (usecases/rounds.py).
        rounds: how long ago each role («work», «schedule») was last at work; None: never.
        ending: whether the process is about to end; then nobody is kept listening.
        session_key: signs forms and what waits between two steps of a log-in.
        secure: the site is reached over https; cookies are sent over https only.
        base_url: where people reach the site, without a slash at the end.
        trusted_proxies: addresses of proxies whose X-Forwarded-For is believed (rate limits only).
        oidc: None where no provider is set up.
        signer: checks the audit log on its page; None where there is no key.
        ledger: addresses deleted on request are noted there too (see service.usecases.forget).
        zalo: of the agency's own official account; None where none is set up.
        review: what the review of findings needs; None: it is not set up.
        domains: the agency's own mail domains.
        desk: addresses of the desk, which are told of everything.
        webhook_hosts: hosts that webhooks may go to.
        policy: the rules that the watch goes by, for explanations.
        reports: makes reports of periods and after alerts; None: they are not set up.
    """

    store: Store
    read: ReadModels
    accounts: Accounts
    clock: Clock
    feeds: Sequence[Feed]
    hosts: tuple[str, ...]
    session_key: bytes = field(repr=False)
    secure: bool = False
    trusted_proxies: tuple[str, ...] = ()
    limits: RateLimits = field(default_factory=RateLimits)
    oidc: Provider | None = None
    signer: Signer | None = None
    ledger: Ledger | None = None
    status: Callable[[], list[str]] = list
    stopped: Callable[[], list[str]] = list
    rounds: Callable[[], Mapping[str, timedelta | None]] = dict
    ending: Callable[[], bool] = lambda: False
    stream_seconds: float = 2.0
    zalo: ZaloHook | None = None
    review: ReviewRoom | None = None
    domains: tuple[str, ...] = ()
    desk: tuple[str, ...] = ()
    webhook_hosts: frozenset[str] = frozenset()
    policy: Policy = field(default_factory=Policy)
    reports: SiteReports | None = None
    base_url: str = "http://127.0.0.1:8000"

    @property
    def own(self) -> OwnContacts:
        """Contacts of the agency, which people here may name in what they write."""
        return self.review.own if self.review is not None else OwnContacts(domains=self.domains)
