"""What an installation reads and sends through: fetcher, interfaces, worker processes, mail, webhooks."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from importlib.metadata import version

from service.bootstrap.opening import shelf_of
from service.bootstrap.plan import Plan
from service.domain.channels import Channel
from service.domain.fetching import HostRest
from service.domain.notifications import MessageChannel
from service.domain.sources import FeedFormat
from service.notifications.email import EmailNotifier, MailServer
from service.ports import Classifier, FeedReader, Fetcher, Notifier
from service.settings import Settings
from service.storage.engine import SqlStore
from service.storage.vault import FernetVault

YOUTUBE_KEEP = timedelta(days=30)  # YouTube API Services Developer Policies, III.E.4


def user_agent(settings: Settings) -> str:
    """Honest: who reads, which version, and whom an editor can write to."""
    return f"BHXH-Radar/{version('bhxh-radar')} (+mailto:{settings.contact})"


def classifier_of(settings: Settings) -> Classifier:
    """Judges in this process, with the model that is in service."""
    from service.classification.direct import DirectClassifier

    return DirectClassifier(shelf_of(settings).in_service()[0])


def text_processes(settings: Settings, stack: ExitStack) -> tuple[Classifier, FeedReader]:
    """Who judges and who parses: a process each, so that a hostile page stops neither page nor mail; or this one."""
    if settings.text_workers == 0:
        from service.crawling.readers import DirectReader

        return classifier_of(settings), DirectReader()
    from service.classification.worker import WorkerClassifier
    from service.crawling.readers import WorkerReader

    model, _ = shelf_of(settings).in_service()
    return stack.enter_context(WorkerClassifier(1, folder=model)), stack.enter_context(WorkerReader())


def make_fetcher(settings: Settings, plan: Plan, store: SqlStore, stack: ExitStack) -> Fetcher:
    from service.crawling.fetcher import FetchLimits, HttpFetcher

    def rests() -> list[HostRest]:
        with store.snapshot() as tx:
            return tx.host_rests(plan.clock.now())

    def keep_rest(rest: HostRest) -> None:
        with store.begin() as tx:
            tx.save_host_rest(rest)

    fetcher = HttpFetcher(
        user_agent=user_agent(settings),
        now=plan.clock.now,
        allowed=plan.allowed_hosts,
        limits=FetchLimits(delay=plan.host_delay),
        rests=rests,
        keep_rest=keep_rest,
    )
    stack.callback(fetcher.close)
    return fetcher


def channels(settings: Settings) -> dict[FeedFormat, Channel]:
    """The official interfaces that are set up; docs/social.md says what each can see."""
    found = {FeedFormat.MASTODON: Channel(name="mastodon", base="")}
    if key := settings.youtube_api_key.get_secret_value():
        found[FeedFormat.YOUTUBE_COMMENTS] = Channel(
            name="youtube",
            base="https://www.googleapis.com",
            headers=(("X-Goog-Api-Key", key),),
            units=1,
            units_a_day=settings.youtube_units_a_day,
            zone="America/Los_Angeles",
            keep=YOUTUBE_KEEP,
        )
    if token := settings.facebook_page_token.get_secret_value():
        found[FeedFormat.FACEBOOK_PAGE] = Channel(
            name="facebook", base="https://graph.facebook.com/v24.0", headers=(("Authorization", f"Bearer {token}"),)
        )
    return found


def make_notifiers(
    settings: Settings, plan: Plan, store: SqlStore, vault: FernetVault, ending: Callable[[], bool]
) -> dict[str, Notifier]:
    found: dict[str, Notifier] = {}
    if settings.smtp_host:
        found[MessageChannel.EMAIL] = EmailNotifier(_mail_server(settings), ending=ending)
    if settings.webhook_hosts:
        found[MessageChannel.WEBHOOK] = _webhooks(settings, plan, store, vault, ending)
    return found


def _webhooks(
    settings: Settings, plan: Plan, store: SqlStore, vault: FernetVault, ending: Callable[[], bool]
) -> Notifier:
    """Posts through the same address guard as the crawler; a private address needs its host and port on a list."""
    import ssl

    import httpx

    from service.crawling.addresses import ForbiddenAddressError, GuardedBackend, NameNotFoundError, guarded_client
    from service.crawling.answers import retry_after
    from service.notifications.webhook import WebhookNotifier

    backend = GuardedBackend(allowed=plan.allowed_hosts | frozenset(settings.webhook_hosts))
    context = ssl.create_default_context()
    headers = {"User-Agent": user_agent(settings)}

    def key_of(url: str) -> bytes | None:
        with store.begin() as tx:
            sealed = tx.webhook_key(url)
        return vault.open(sealed) if sealed else None

    return WebhookNotifier(
        client=lambda: guarded_client(
            backend, context=context, headers=headers, timeout=httpx.Timeout(10.0), connections=1
        ),
        forbidden=(ForbiddenAddressError,),
        unreachable=(httpx.HTTPError, OSError, NameNotFoundError),
        key_of=key_of,
        clock=plan.clock,
        retry_after=retry_after,
        ending=ending,
    )


def _mail_server(settings: Settings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        security=settings.smtp_security,
        sender=settings.mail_from,
        subscriptions=f"{settings.base_url}/subscriptions",
    )
