"""Reads addresses: politely (robots.txt, turns, refusals), safely (checked addresses, limits), many hosts at once."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

import httpx
import structlog

from service.crawling import answers
from service.crawling.addresses import GuardedBackend, Resolver, guarded_client, resolve
from service.crawling.bodies import BadBodyError, Body
from service.crawling.hosts import Host, Hosts
from service.crawling.robots import MAX_ROBOTS_BYTES, UNREACHABLE_FOR, RobotsRules, rules_of, unreadable
from service.domain.fetching import (
    Failed,
    FailureKind,
    Fetched,
    FetchOutcome,
    FetchRequest,
    HostRest,
    NotModified,
    RefusalKind,
    Refused,
)
from service.parsing.challenges import is_challenge
from service.parsing.urls import web_address

log = structlog.get_logger(__name__)
ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, text/xml;q=0.9, text/html;q=0.9, */*;q=0.5"
REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT = frozenset((301, 308))
ERROR_BYTES = 64 * 1024
MAX_WAYS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much time, how many at once.

    Attributes:
        total: seconds for one address, redirects included, without the wait for its turn.
        connect: seconds for a connection and between two pieces of an answer.
        delay: seconds between two requests to a host; robots.txt may ask for more.
        per_host, concurrency: requests at once to a host, and altogether.
        longest_turn: seconds that a request waits for its turn before it is put off; so long can a host that wants to
            be read slowly hold up the others of a batch.
        open_clients: hosts whose connections are kept open.
    """

    total: float = 30.0
    connect: float = 10.0
    delay: float = 1.0
    per_host: int = 2
    concurrency: int = 64
    redirects: int = 5
    longest_turn: float = 20.0
    open_clients: int = 256


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer with its body, after redirects."""

    response: httpx.Response
    url: str
    body: bytes
    permanent_url: str | None


@dataclass(slots=True)
class _Way:
    """Where redirects have led so far; `permanent` as far as all were."""

    url: str
    hops: int = 0
    permanent: str | None = None
    only_permanent: bool = True

    def go_on(self, target: str, *, permanently: bool) -> None:
        self.url, self.hops = target, self.hops + 1
        self.only_permanent = self.only_permanent and permanently
        self.permanent = target if self.only_permanent else self.permanent


@dataclass(slots=True)
class _Budget:
    """Seconds that an address may still take; waiting for a turn costs nothing."""

    seconds: float

    @contextlib.asynccontextmanager
    async def spent(self) -> AsyncIterator[None]:
        started = time.monotonic()
        try:
            async with asyncio.timeout(self.seconds):
                yield
        finally:
            self.seconds -= time.monotonic() - started


class HttpFetcher:
    """`ports.Fetcher` over httpx on an event loop in a thread of its own.

    Args:
        user_agent: product token, version and contact, as «BHXH-Radar/1.0 (+https://example.com/radar)».
        now: the installation's clock, for Retry-After as a date.
        allowed: exact «host:port» that may be read whatever their address and port are.
        resolver: name and port to IP addresses.
        rests: what hosts asked for that want to be left alone, as far as another process heard it.
        keep_rest: keeps what one asks for; in a thread of its own.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        now: Callable[[], datetime],
        allowed: frozenset[str] = frozenset(),
        limits: FetchLimits | None = None,
        resolver: Resolver = resolve,
        rests: Callable[[], Sequence[HostRest]] = tuple,
        keep_rest: Callable[[HostRest], None] = lambda rest: None,
    ) -> None:
        self._limits = limits or FetchLimits()
        self._agent = user_agent.split("/")[0].split(" ")[0]
        self._now = now
        self._rests, self._keep_rest = rests, keep_rest
        self._keeper = ThreadPoolExecutor(1, "host-rests")  # so that nobody waits for the database
        backend = GuardedBackend(allowed=allowed, resolver=resolver)
        headers = {
            "User-Agent": user_agent,
            "Accept": ACCEPT,
            "Accept-Encoding": "gzip, deflate",
            "Accept-Language": "vi, en;q=0.5",
        }
        context = httpx.create_ssl_context(trust_env=False)
        timeout = httpx.Timeout(self._limits.connect)
        self._hosts = Hosts(
            lambda: guarded_client(
                backend, context=context, headers=headers, timeout=timeout, connections=self._limits.per_host
            ),
            per_host=self._limits.per_host,
            open_at_most=self._limits.open_clients,
        )
        self._ways: dict[str, _Way] = {}
        self._all = asyncio.Semaphore(self._limits.concurrency)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fetcher", daemon=True)
        self._thread.start()

    def fetch_all(self, requests: Sequence[FetchRequest]) -> Iterator[tuple[FetchRequest, FetchOutcome]]:
        """Every request with its outcome, as they finish; never raises for a single address."""
        asyncio.run_coroutine_threadsafe(self._hosts.close_unused(time.monotonic()), self._loop)
        if not requests:
            return
        rests = self._rests()  # each time, as another process may have had the turn since
        done: queue.SimpleQueue[tuple[FetchRequest, FetchOutcome]] = queue.SimpleQueue()
        running = asyncio.run_coroutine_threadsafe(self._run(requests, done, rests), self._loop)
        try:
            for _ in requests:
                yield done.get()
        finally:
            running.cancel()

    def close(self) -> None:
        """Close all connections and end the thread; the fetcher cannot be used afterwards."""
        if self._loop.is_closed():
            return
        asyncio.run_coroutine_threadsafe(self._hosts.close_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
        self._keeper.shutdown()

    def __enter__(self) -> HttpFetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def _run(
        self,
        requests: Sequence[FetchRequest],
        done: queue.SimpleQueue[tuple[FetchRequest, FetchOutcome]],
        rests: Sequence[HostRest],
    ) -> None:
        now, started = self._now(), time.monotonic()
        for rest in rests:
            self._hosts.get(rest.origin).leave_alone(replace(rest.said, retry_after=rest.until - now), started)

        async def one(request: FetchRequest) -> None:
            done.put((request, await self._outcome(request)))

        async with asyncio.TaskGroup() as group:
            for request in requests:
                group.create_task(one(request))

    async def _outcome(self, request: FetchRequest) -> FetchOutcome:
        try:
            return await self._fetch(request)
        except Exception as error:
            failed = answers.from_error(error)
            log.info("fetch_failed", key=request.key, kind=str(failed.kind), error=type(error).__name__)
            return failed

    async def _fetch(self, request: FetchRequest) -> FetchOutcome:
        asked = web_address(request.url)
        if asked is None:
            return Failed(kind=FailureKind.CLIENT_ERROR, detail="không phải địa chỉ web")
        answer = await self._get(asked, request)
        return answer if isinstance(answer, Refused | Failed) else self._interpret(answer, request)

    async def _turn(self, host: Host, url: str, *, obey_robots: bool) -> Refused | Failed | None:
        """Wait until an address may be asked; or why it may not be, or not soon."""
        refused = host.left_alone(time.monotonic())
        if refused is None and obey_robots:
            refused = await self._robots_say_no(host, url)
        if refused is not None:
            return refused
        delay = max(self._limits.delay, host.robots.delay(self._agent) if host.robots else 0.0)
        wait = host.turn(time.monotonic(), delay=delay, longest=self._limits.longest_turn)
        if wait is None:
            put_off = timedelta(seconds=host.next_start - time.monotonic())
            return Failed(kind=FailureKind.NO_TURN, retry_after=put_off)
        await asyncio.sleep(wait)
        return None

    async def _robots_say_no(self, host: Host, url: str) -> Refused | Failed | None:
        async with host.lock:
            if host.robots is None or host.robots.expires <= time.monotonic():
                host.robots = await self._read_robots(url)
        rules = host.robots
        if rules.failed is not None or rules.allows(url, self._agent):
            return rules.failed
        if not rules.refuse_all:
            return Refused(kind=RefusalKind.ROBOTS)
        # nobody forbade the address itself: it is asked for when the file is read again
        left = timedelta(seconds=max(rules.expires - time.monotonic(), 0.0))
        return Refused(kind=RefusalKind.ROBOTS, detail=rules.refuse_all, retry_after=left, asked=False)

    async def _read_robots(self, url: str) -> RobotsRules:
        """Read robots.txt; a host that cannot be reached at all is left alone for a minute."""
        request = FetchRequest(key="robots", url=urljoin(url, "/robots.txt"), max_bytes=MAX_ROBOTS_BYTES)
        way, budget = _Way(request.url), _Budget(self._limits.total)
        try:
            while True:
                host = self._hosts.get(_origin(way.url))
                if (said := host.left_alone(time.monotonic())) is not None:
                    return RobotsRules(time.monotonic() + UNREACHABLE_FOR, refuse_all=f"robots.txt: {said.detail}")
                response, body = await self._one_hop(way.url, request, budget, cut=True)
                if not self._goes_on(way, response):
                    said = answers.asks_for_time(response, now=self._now())
                    wait = said.retry_after.total_seconds() if said and said.retry_after else None
                    return rules_of(response.status_code, body, at=time.monotonic(), wait=wait)
        except (answers.TooManyRedirectsError, answers.BadRedirectError):
            return rules_of(404, b"", at=time.monotonic())
        except BadBodyError as error:
            return unreadable(str(error), at=time.monotonic())
        except Exception as error:
            return RobotsRules(time.monotonic() + UNREACHABLE_FOR, failed=answers.from_error(error))

    async def _get(self, asked: str, request: FetchRequest) -> _Answer | Refused | Failed:
        """GET with redirects: cookies per host, no credentials; every hop through the guard, past robots.txt, in its
        turn. Where the turn of a hop is too far away, the next request for the address goes on from there."""
        budget = _Budget(self._limits.total)
        way = self._ways.pop(asked, None) or _Way(asked)
        while True:
            host = self._hosts.get(_origin(way.url))
            refused = await self._turn(host, way.url, obey_robots=request.obey_robots)
            if refused is not None:
                if refused.kind is FailureKind.NO_TURN and way.hops:
                    self._remember(asked, way)
                return refused
            async with host.slots:
                if (refused := host.left_alone(time.monotonic())) is not None:  # said to another request meanwhile
                    return refused
                response, body = await self._one_hop(way.url, request, budget)
            if not self._goes_on(way, response):
                return _Answer(response, way.url, body, way.permanent)

    def _goes_on(self, way: _Way, response: httpx.Response) -> bool:
        """Go on to where an answer redirects to; False if it does not."""
        location = response.headers.get("location")
        if response.status_code not in REDIRECTS or not location:
            return False
        target = web_address(urljoin(way.url, location))
        if target is None:
            raise answers.BadRedirectError(f"chuyển hướng đến {location[:80]!r}")
        if way.hops >= self._limits.redirects:
            raise answers.TooManyRedirectsError(f"hơn {self._limits.redirects} lần")
        way.go_on(target, permanently=response.status_code in PERMANENT)
        return True

    def _remember(self, asked: str, way: _Way) -> None:
        if len(self._ways) >= MAX_WAYS:
            self._ways.clear()
        self._ways[asked] = way

    async def _one_hop(
        self, url: str, request: FetchRequest, budget: _Budget, *, cut: bool = False
    ) -> tuple[httpx.Response, bytes]:
        host = self._hosts.get(_origin(url))
        async with self._all, budget.spent():
            host.in_use += 1
            try:
                client = await self._hosts.client(host, time.monotonic())
                async with contextlib.aclosing(await _ask(client, url, _headers(request, url))) as response:
                    if (said := answers.asks_for_time(response, now=self._now())) is not None:
                        self._leave_alone(_origin(url), said)
                    limit = request.max_bytes if response.is_success else min(ERROR_BYTES, request.max_bytes)
                    return response, await _read(response, limit, cut=cut)
            finally:
                host.in_use -= 1

    def _leave_alone(self, origin: str, said: Refused | Failed) -> None:
        now = self._now()
        if self._hosts.get(origin).leave_alone(said, time.monotonic()) and said.retry_after:
            self._keeper.submit(
                self._keep_safely, HostRest(origin=origin, said=said, at=now, until=now + said.retry_after)
            )

    def _keep_safely(self, rest: HostRest) -> None:
        try:
            self._keep_rest(rest)
        except Exception:
            # this process knows it all the same
            log.exception("rest of a host not kept", host=rest.origin)

    def _interpret(self, answer: _Answer, request: FetchRequest) -> FetchOutcome:
        response = answer.response
        if response.status_code == 304:
            return NotModified(max_age=answers.max_age(response.headers))
        challenge = is_challenge(answer.body)
        reason = "" if request.obey_robots else answers.reason_of(answer.body)
        refused = answers.from_status(response, challenge=challenge, now=self._now(), reason=reason)
        if refused is not None:
            return refused
        return Fetched(
            url=answer.url,
            status=response.status_code,
            body=answer.body,
            content_type=response.headers.get("content-type", "").lower()[:200],
            etag=answers.validator(response.headers.get("etag")),
            last_modified=answers.validator(response.headers.get("last-modified")),
            max_age=answers.max_age(response.headers),
            permanent_url=answer.permanent_url,
        )


async def _ask(client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> httpx.Response:
    """The answer with its body still to be read."""
    asked = client.build_request("GET", url, headers=headers)
    try:
        return await client.send(asked, stream=True)
    except (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError):
        # as a rule a kept connection that the server had closed meanwhile; a GET may be repeated (RFC 9110, 9.2.2)
        return await client.send(asked, stream=True)


async def _read(response: httpx.Response, limit: int, *, cut: bool = False) -> bytes:
    """The decoded body, with `cut` the beginning of one that is too long; what is no success is read only as far as it
    says why."""
    wanted = response.is_success
    try:
        body = Body(response.headers.get("content-encoding", ""), limit=limit, cut=cut)
        declared = response.headers.get("content-length", "")
        if wanted and not cut and declared.isdecimal() and int(declared) > limit:
            body.push(b"\0" * (limit + 1))
        async for chunk in response.aiter_raw():
            body.push(chunk)
            if body.full:
                break
        return body.finish()
    except Exception:
        if wanted:
            raise
        return b""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _headers(request: FetchRequest, url: str) -> dict[str, str]:
    given = {"If-None-Match": request.etag, "If-Modified-Since": request.last_modified}
    conditions = {name: value for name, value in given.items() if value and answers.validator(value)}
    asked = web_address(request.url)
    own = dict(request.headers) if asked and _origin(asked) == _origin(url) else {}
    return conditions | own
