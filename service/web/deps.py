"""What the routes need, handed over by bootstrap; nothing here reads settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from service.domain.accounts import Token, User
from service.domain.sources import Feed
from service.ports import Clock
from service.ports.read_models import ReadModels
from service.ports.storage import Store
from service.usecases.review import ReviewRoom


class Accounts(Protocol):
    """Who may do what; see service.usecases.accounts."""

    def token(self, secret: str) -> Token | None:
        """A token that is valid now, else None."""
        ...

    def log_in(self, email: str, password: str) -> User | None:
        """The account if the password is right and it is not locked."""
        ...

    def user(self, email: str) -> User | None: ...

    def change_password(self, email: str, password: str) -> None: ...

    def log_out(self, email: str) -> None:
        """End every session of the account."""
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
        session_key: signs the session cookie.
        secure: the site is reached over https; cookies are sent over https only.
        zalo: of the agency's own official account; None where none is set up.
        review: what the review of findings needs; None: it is not set up.
        domains: the agency's own mail domains.
        webhook_hosts: hosts that webhooks may go to.
    """

    store: Store
    read: ReadModels
    accounts: Accounts
    clock: Clock
    feeds: Sequence[Feed]
    hosts: tuple[str, ...]
    session_key: bytes
    secure: bool = False
    status: Callable[[], list[str]] = list
    stream_seconds: float = 2.0
    zalo: ZaloHook | None = None
    review: ReviewRoom | None = None
    domains: tuple[str, ...] = ()
    webhook_hosts: frozenset[str] = frozenset()
    base_url: str = "http://127.0.0.1:8000"
