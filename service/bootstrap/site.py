"""The web application on an installation, and what makes its reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from service.bootstrap.installation import Installation
from service.bootstrap.opening import policy_of
from service.domain.sources import Feed
from service.ports import Clock
from service.settings import Settings
from service.storage.engine import SqlStore

if TYPE_CHECKING:
    from service.reporting.files import ReportMaker
    from service.storage.rate_windows import RateWindows
    from service.web.deps import Provider


def make_site(installation: Installation) -> object:
    """The web application on an installation."""
    from service.storage.read_models import SqlReadModels
    from service.web.app import make_app
    from service.web.deps import Site, ZaloHook
    from service.web.limits import RateLimits

    settings = installation.settings
    session_key = installation.vault.derive("sessions")
    public = urlsplit(settings.base_url)
    return make_app(
        Site(
            store=installation.store,
            read=SqlReadModels(installation.store),
            accounts=installation.accounts,
            clock=installation.plan.clock,
            feeds=tuple(installation.collector.feeds.values()),
            hosts=tuple({"127.0.0.1", "localhost", "::1", settings.host, public.hostname or ""} - {""}),
            session_key=session_key,
            limits=RateLimits(storage=_windows(installation.store, session_key)),
            policy=policy_of(settings),
            secure=public.scheme == "https",
            base_url=settings.base_url,
            trusted_proxies=settings.trusted_proxies,
            oidc=_provider(settings),
            signer=installation.signer,
            ledger=installation.state.ledger,
            status=installation.status,
            stopped=installation.rounds.stopped,
            rounds=installation.rounds.ages,
            ending=installation.ending.is_set,
            zalo=ZaloHook(app_id=settings.zalo_app_id, secret=settings.zalo_secret.get_secret_value())
            if settings.zalo_app_id
            else None,
            review=installation.review_room(),
            domains=settings.allowed_domains,
            desk=settings.desk_recipients,
            webhook_hosts=frozenset(settings.webhook_hosts),
            reports=report_maker(settings, tuple(installation.collector.feeds.values()), installation.plan.clock),
        )
    )


def report_maker(settings: Settings, feeds: Sequence[Feed], clock: Clock) -> ReportMaker:
    """What makes reports."""
    from service.reporting.files import ReportMaker

    return ReportMaker(
        feeds=feeds, clock=clock, parent=settings.report_parent, agency=settings.report_agency,
        place=settings.report_place,
    )  # fmt: skip


def _windows(store: SqlStore, secret: bytes) -> RateWindows | None:
    """Where requests are counted: in the database where several processes may share it, else in memory."""
    from service.storage.rate_windows import RateWindows

    return RateWindows(store.engine, secret) if store.engine.dialect.name == "postgresql" else None


def _provider(settings: Settings) -> Provider | None:
    if not settings.oidc_issuer:
        return None
    from service.web.oidc import OidcProvider

    return OidcProvider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret.get_secret_value(),
        label=settings.oidc_label,
    )
