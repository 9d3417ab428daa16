"""Only public addresses are dialled: the guard sits where the connection is made, below every redirect and retry.

A check of the host's name before the request would leave a gap in which the name can be made to point elsewhere (DNS
rebinding); here the address that was checked is the one that is dialled. httpx 0.28.1 offers no public way to set a
network backend, so that its version is pinned and a test fails if this stops working.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Sequence

import httpcore
import httpx

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
# never reachable, whatever this version of Python knows of them: protocol assignments, site-local, documentation, SRv6
NOT_PUBLIC = tuple(ipaddress.ip_network(n) for n in ("192.0.0.0/24", "fec0::/10", "3fff::/20", "5f00::/16"))
NAT64 = ipaddress.ip_network("64:ff9b::/96")
# where the web is served; a link in a stranger's feed is no way to knock at mail servers and databases
WEB_PORTS = frozenset({80, 443, 8080, 8443})
KEEP_ALIVE = 15.0  # seconds for which a connection is kept for the next request


class ForbiddenAddressError(Exception):
    """The host's addresses are not public ones, or its port is none of the web's."""


class NameNotFoundError(Exception):
    """The host's name has no address."""


def is_public(address: str) -> bool:
    """Whether an IP address may be dialled: globally reachable, no multicast; an IPv4 address inside counts."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    if any(ip in network for network in NOT_PUBLIC if network.version == ip.version):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_unspecified and not ip.is_reserved


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, in the system's order; also of the odd spellings of addresses that it understands."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise NameNotFoundError(host) from None
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only, on the ports of the web.

    Args:
        allowed: exact «host:port» that may be dialled whatever address and port are (tests, a local feed server).
        resolver: name and port to IP addresses.
        inner: what makes the connection.
    """

    def __init__(
        self,
        *,
        allowed: frozenset[str] = frozenset(),
        resolver: Resolver = resolve,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = allowed
        self._resolver = resolver
        self._inner = inner or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, check, dial; the first address that answers is taken."""
        exempt = bool({f"{host}:{port}", f"[{host}]:{port}"} & self._allowed)
        if not exempt and port not in WEB_PORTS:
            raise ForbiddenAddressError(f"{host}:{port} (port)")
        addresses = [host] if _is_address(host) else await self._resolver(host, port)
        if not exempt:
            refused = [a for a in addresses if not is_public(a)]
            # one private address among public ones is the mark of an attack, not of a mistake
            if refused or not addresses:
                raise ForbiddenAddressError(f"{host} ({', '.join(refused) or 'no address'})")
        for number, address in enumerate(addresses, 1):
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == min(len(addresses), 3):
                    raise
        raise NameNotFoundError(host)

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.AsyncNetworkStream:
        raise ForbiddenAddressError(path)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def guarded_client(
    backend: GuardedBackend,
    *,
    context: ssl.SSLContext,
    headers: dict[str, str],
    timeout: httpx.Timeout,
    connections: int,
) -> httpx.AsyncClient:
    """A client for one host that dials through the guard, follows no redirects and knows no proxy."""
    transport = httpx.AsyncHTTPTransport(
        verify=context, trust_env=False, limits=httpx.Limits(max_connections=connections, keepalive_expiry=KEEP_ALIVE)
    )
    transport._pool._network_backend = backend
    return httpx.AsyncClient(
        transport=transport, headers=headers, timeout=timeout, follow_redirects=False, trust_env=False
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True
