"""What is remembered of each host: its client with its cookies, its robots.txt, and when it may be asked next."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import httpx

from service.crawling.addresses import KEEP_ALIVE
from service.crawling.robots import RobotsRules
from service.domain.fetching import Failed, Refused

MAX_COOKIES = 30


@dataclass(slots=True)
class Host:
    """One origin (scheme, name, port); times in monotonic seconds.

    Attributes:
        slots: how many requests may run at once.
        cookies: those that the client had when it was closed.
        next_start: before that no request starts.
        said: what it said when it asked for time, and until when that holds; then it is not asked at all.
        in_use: requests that hold the client.
    """

    slots: asyncio.Semaphore
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    client: httpx.AsyncClient | None = None
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    robots: RobotsRules | None = None
    next_start: float = 0.0
    last_used: float = 0.0
    in_use: int = 0
    said: tuple[Refused | Failed, float] | None = None

    def leave_alone(self, said: Refused | Failed, now: float) -> bool:
        """Ask nothing before the time is over that the host asked for; a shorter one does not cut it (False)."""
        until = now + (said.retry_after or timedelta(0)).total_seconds()
        longer = self.said is None or until > self.said[1]
        if longer:
            self.said = said, until
        return longer

    def left_alone(self, now: float) -> Refused | Failed | None:
        """What the host said, with the time that is left of it; None if it may be asked."""
        if self.said is None or self.said[1] <= now:
            return None
        said, until = self.said
        return replace(said, retry_after=timedelta(seconds=until - now), asked=False)

    def turn(self, now: float, *, delay: float, longest: float) -> float | None:
        """Take the next turn: seconds to wait for it, None (no turn taken) if that is more than `longest`."""
        start = max(now, self.next_start)
        if start - now > longest:
            return None
        self.next_start = start + delay
        return start - now


class Hosts:
    """All hosts by origin; clients of idle ones are closed, so that memory does not grow with the list of feeds."""

    def __init__(self, make_client: Callable[[], httpx.AsyncClient], *, per_host: int, open_at_most: int) -> None:
        self._make_client = make_client
        self._per_host = per_host
        self._open_at_most = open_at_most
        self._hosts: dict[str, Host] = {}

    def get(self, origin: str) -> Host:
        """What is known of an origin."""
        if origin not in self._hosts:
            self._hosts[origin] = Host(asyncio.Semaphore(self._per_host))
        return self._hosts[origin]

    async def client(self, host: Host, now: float) -> httpx.AsyncClient:
        """The host's client, opened if need be."""
        host.last_used = now
        if host.client is None:
            await self._close_idle()
            host.client = self._make_client()
            host.client.cookies = host.cookies
        if len(host.client.cookies.jar) > MAX_COOKIES:
            host.client.cookies.clear()
        return host.client

    async def close_unused(self, now: float) -> None:
        """Close what no request used for so long that it is not used again: a client looks at the age of its
        connections only when it is asked for one."""
        for host in list(self._hosts.values()):
            if host.client is not None and not host.in_use and now - host.last_used >= KEEP_ALIVE:
                await self._close(host)

    async def close_all(self) -> None:
        """Close every client."""
        for host in self._hosts.values():
            await self._close(host)

    async def _close_idle(self) -> None:
        unused = [h for h in self._hosts.values() if h.client is not None]
        if len(unused) < self._open_at_most:
            return
        idle = sorted((h for h in unused if not h.in_use), key=lambda h: h.last_used)
        for host in idle[: len(idle) // 2 + 1]:
            if not host.in_use:  # while the one before was being closed a request may have begun
                await self._close(host)

    async def _close(self, host: Host) -> None:
        client, host.client = host.client, None
        if client is not None:
            host.cookies = client.cookies
            await client.aclose()
