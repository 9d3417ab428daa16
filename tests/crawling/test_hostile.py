"""A hostile server cannot reach inside, cannot exhaust memory or time, and leaves a clear reason."""

from __future__ import annotations

import asyncio
import gzip
import os
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Sequence

import httpcore
import pytest

from service.crawling.addresses import ForbiddenAddressError, GuardedBackend, is_public
from service.crawling.bodies import Body, TooLargeError
from service.domain.fetching import Failed, FailureKind, Fetched, FetchRequest
from tests.crawling.conftest import Fetch, MakeFetcher
from tests.crawling.server import HostileServer, Request, redirect, reply


def failure(outcome: object) -> FailureKind | None:
    return outcome.kind if isinstance(outcome, Failed) else None


# --- addresses -------------------------------------------------------------------------------------------------------

PRIVATE = [
    "http://127.0.0.1:{port}/", "http://127.0.0.5:{port}/", "http://localhost:{port}/", "http://LOCALHOST.:{port}/",
    "http://[::1]:{port}/", "http://[::ffff:127.0.0.1]:{port}/", "http://[::ffff:7f00:1]:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://0x7f.1:{port}/", "http://0177.0.0.1:{port}/", "http://127.1:{port}/",
    "http://0.0.0.0:{port}/", "http://0:{port}/", "http://[::]:{port}/", "http://169.254.169.254/latest/meta-data/",
    "http://[fe80::1]/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/",
    "http://[fd00::1]/", "http://224.0.0.1/", "http://255.255.255.255/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://①②⑦.⓪.⓪.①:{port}/",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_spelling_of_a_private_address_is_dialled(
    address: str, server: HostileServer, make_fetcher: MakeFetcher
) -> None:
    fetcher = make_fetcher(allowed=frozenset())
    ((_, outcome),) = fetcher.fetch_all([FetchRequest(key="k", url=address.format(port=server.port))])
    # some spellings are no host name to httpx, some none to the system; none is dialled
    assert failure(outcome) in (FailureKind.FORBIDDEN_ADDRESS, FailureKind.NAME_NOT_FOUND, FailureKind.CLIENT_ERROR)
    assert server.requests == []


def test_an_exception_is_exact(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    server.routes["/"] = reply(200, b"<rss/>")
    fetcher = make_fetcher()
    urls = [server.url("/"), f"http://127.0.0.1:{server.port + 1}/", f"http://localhost:{server.port}/"]
    outcomes = dict(fetcher.fetch_all([FetchRequest(key=u, url=u) for u in urls]))
    kinds = {request.key: failure(outcome) for request, outcome in outcomes.items()}
    assert kinds == {urls[0]: None, urls[1]: FailureKind.FORBIDDEN_ADDRESS, urls[2]: FailureKind.FORBIDDEN_ADDRESS}


@pytest.mark.parametrize(
    "target", ["http://localhost:{port}/secret", "http://[::1]/", "http://169.254.169.254/", "//0x7f.1/"]
)
def test_redirects_inside_are_not_followed(target: str, server: HostileServer, fetch: Fetch) -> None:
    server.routes["/r"] = redirect(target.format(port=server.port))
    server.routes["/secret"] = reply(200, b"secret")
    assert failure(fetch("/r")) is FailureKind.FORBIDDEN_ADDRESS
    assert server.paths() == ["/r"]


class Recorder(httpcore.AsyncNetworkBackend):
    """Connects to nothing and remembers where it was sent."""

    def __init__(self) -> None:
        self.dialled: list[str] = []

    async def connect_tcp(self, host: str, port: int, *_: object, **__: object) -> httpcore.AsyncNetworkStream:
        self.dialled.append(host)
        raise httpcore.ConnectError


def test_the_address_that_was_checked_is_the_one_that_is_dialled() -> None:
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    async def rebinding(host: str, port: int) -> Sequence[str]:
        return next(answers)

    recorder = Recorder()
    backend = GuardedBackend(resolver=rebinding, inner=recorder)

    async def connect_twice() -> None:
        with pytest.raises(httpcore.ConnectError):
            await backend.connect_tcp("rebind.example", 80)
        with pytest.raises(ForbiddenAddressError):
            await backend.connect_tcp("rebind.example", 80)

    asyncio.run(connect_twice())
    assert recorder.dialled == ["93.184.215.14"]


@pytest.mark.parametrize("port", [21, 22, 25, 3306, 5432, 6379, 9200, 11211])
def test_only_ports_of_the_web_are_dialled(port: int) -> None:
    recorder = Recorder()
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(GuardedBackend(inner=recorder).connect_tcp("93.184.215.14", port))
    assert recorder.dialled == []
    listed = GuardedBackend(allowed=frozenset({f"93.184.215.14:{port}"}), inner=recorder)
    for backend, at in ((GuardedBackend(inner=recorder), 443), (listed, port)):
        with pytest.raises(httpcore.ConnectError):
            asyncio.run(backend.connect_tcp("93.184.215.14", at))


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    async def both(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "10.0.0.1"]

    recorder = Recorder()
    with pytest.raises(ForbiddenAddressError):
        asyncio.run(GuardedBackend(resolver=both, inner=recorder).connect_tcp("example.com", 80))
    assert recorder.dialled == []


def test_a_name_that_points_inside_is_refused_by_the_whole_fetcher(
    server: HostileServer, make_fetcher: MakeFetcher
) -> None:
    async def inside(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    fetcher = make_fetcher(resolver=inside)
    ((_, outcome),) = fetcher.fetch_all([FetchRequest(key="k", url=f"http://rebind.example:{server.port}/")])
    assert failure(outcome) is FailureKind.FORBIDDEN_ADDRESS
    assert server.requests == []


@pytest.mark.parametrize("address", ["fec0::1", "192.0.0.8", "3fff::1", "5f00::1"])
def test_ranges_that_python_does_not_know_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:93.184.215.14"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://", "", "http://[::1", "\x00"]
)
def test_what_is_no_web_address_is_not_asked_for(url: str, fetch: Fetch) -> None:
    assert failure(fetch(url or " ")) is FailureKind.CLIENT_ERROR


# --- sizes and times -------------------------------------------------------------------------------------------------


def push_often(body: Body, chunk: bytes) -> None:
    for _ in range(100):
        body.push(chunk)


@pytest.mark.parametrize("piece", [gzip.compress(b""), b"\x00" * 20], ids=["empty members", "padding"])
def test_what_comes_to_nothing_stops_at_the_limit_too(piece: bytes) -> None:
    body, cut = Body("gzip", limit=10_000), Body("gzip", limit=10_000, cut=True)
    first = gzip.compress(b"x")
    for each in (body, cut):
        each.push(first)
    chunk = piece * 500
    with pytest.raises(TooLargeError):
        push_often(body, chunk)
    push_often(cut, chunk)
    assert (cut.full, cut.finish()) == (True, b"x")
    noise = os.urandom(10_000)  # grows by compression
    whole = Body("gzip", limit=10_000)
    whole.push(gzip.compress(noise))
    assert whole.finish() == noise


def test_a_gzip_bomb_stops_at_the_limit(server: HostileServer, fetch: Fetch) -> None:
    bomb = gzip.compress(b"\x00" * 100_000_000, compresslevel=9)
    server.routes["/bomb"] = reply(200, bomb, ("Content-Encoding", "gzip"))
    server.routes["/nested"] = reply(200, gzip.compress(bomb), ("Content-Encoding", "gzip, gzip"))
    tracemalloc.start()
    outcome = fetch("/bomb", max_bytes=1_000_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert failure(outcome) is FailureKind.TOO_LARGE
    assert most < 8_000_000
    assert failure(fetch("/nested")) is FailureKind.BAD_CONTENT


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "x-gzip", "two members", "identity"])
def test_compressed_bodies_are_read(encoding: str, server: HostileServer, fetch: Fetch) -> None:
    text = b"<rss>" + bytes(range(256)) * 500 + b"</rss>"
    raw = zlib.compressobj(wbits=-15)
    bodies = {
        "gzip": gzip.compress(text),
        "x-gzip": gzip.compress(text) + b"\x00" * 10,
        "two members": gzip.compress(text[:100]) + gzip.compress(text[100:]),
        "deflate": zlib.compress(text),
        "raw deflate": raw.compress(text) + raw.flush(),
        "identity": text,
    }
    header = {"raw deflate": "deflate", "two members": "gzip"}.get(encoding, encoding)
    server.routes["/z"] = reply(200, bodies[encoding], ("Content-Encoding", header))
    outcome = fetch("/z")
    assert isinstance(outcome, Fetched)
    assert outcome.body == text


@pytest.mark.parametrize("wbits", [15, -15])
def test_a_deflated_body_may_come_byte_by_byte(wbits: int) -> None:
    packed = zlib.compressobj(wbits=wbits)
    body = Body("deflate", limit=1000)
    for byte in packed.compress(b"<rss>tin</rss>") + packed.flush():
        body.push(bytes([byte]))
    assert body.finish() == b"<rss>tin</rss>"


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(b"x" * 1000, mtime=0)[:-12], "gzip"),
        (b"no gzip", "gzip"),
        (b"x", "br"),
        (b"\xff\xff\xff", "deflate"),
    ],
)
def test_damaged_bodies_are_bad_content(body: bytes, encoding: str, server: HostileServer, fetch: Fetch) -> None:
    server.routes["/z"] = reply(200, body, ("Content-Encoding", encoding))
    assert failure(fetch("/z")) is FailureKind.BAD_CONTENT


async def endless(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n"
    while True:
        yield b"x" * 65536


async def slow(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    for _ in range(100):
        yield b"x"
        await asyncio.sleep(0.05)


async def silent(request: Request) -> AsyncIterator[bytes]:
    yield b""
    await asyncio.sleep(5)


async def slow_headers(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    for number in range(100):
        yield f"X-{number}: x\r\n".encode()
        await asyncio.sleep(0.05)


async def endless_headers(request: Request) -> AsyncIterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-Header: " + b"x" * 60_000 + b"\r\n"


def test_an_endless_body_stops_at_the_limit(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/endless"] = endless
    assert failure(fetch("/endless", max_bytes=300_000)) is FailureKind.TOO_LARGE


def test_a_declared_length_over_the_limit_is_not_waited_for(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/large"] = reply(200, b"x", length=10**12)
    started = time.monotonic()
    assert failure(fetch("/large")) is FailureKind.TOO_LARGE
    assert time.monotonic() - started < 0.4


@pytest.mark.parametrize("answer", [slow, silent, slow_headers])
def test_slow_answers_end_at_the_deadline(answer: object, server: HostileServer, fetch: Fetch) -> None:
    server.routes["/slow"] = answer  # type: ignore[assignment]
    started = time.monotonic()
    assert failure(fetch("/slow")) is FailureKind.TIMEOUT
    assert time.monotonic() - started < 2


def test_endless_headers_are_cut_off(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/headers"] = endless_headers
    assert failure(fetch("/headers")) is FailureKind.CONNECTION


def test_one_slow_host_does_not_stall_the_others(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    server.routes |= {f"/{n}": slow for n in range(4)} | {f"/ok{n}": reply(200, b"ok") for n in range(4)}
    names = {f"slow.example:{server.port}", f"fast.example:{server.port}"}

    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    fetcher = make_fetcher(allowed=frozenset(names), resolver=loopback)
    requests = [FetchRequest(key=f"slow{n}", url=f"http://slow.example:{server.port}/{n}") for n in range(4)]
    requests += [FetchRequest(key=f"fast{n}", url=f"http://fast.example:{server.port}/ok{n}") for n in range(4)]
    finished = [request.key for request, _ in fetcher.fetch_all(requests)]
    assert {key[:4] for key in finished[:4]} == {"fast"}
    assert len(finished) == 8


# --- protocol --------------------------------------------------------------------------------------------------------


def test_a_redirect_loop_ends(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/a"] = redirect("/b")
    server.routes["/b"] = redirect("/a")
    assert failure(fetch("/a")) is FailureKind.TOO_MANY_REDIRECTS
    assert len(server.paths()) == 6


def test_a_cookie_from_the_front_door_is_carried(server: HostileServer, fetch: Fetch) -> None:
    def door(request: Request) -> bytes:
        if "seen=1" in request.headers.get("cookie", ""):
            return reply(200, b"<rss/>")
        return redirect("/feed", ("Set-Cookie", "seen=1; Path=/"))

    server.routes["/feed"] = door
    assert isinstance(fetch("/feed"), Fetched)


def test_a_cookie_loop_ends_and_does_not_grow(server: HostileServer, fetch: Fetch) -> None:
    def baker(request: Request) -> bytes:
        number = len(server.requests)
        return redirect("/jar", *[("Set-Cookie", f"c{number}-{n}=x") for n in range(20)])

    server.routes["/jar"] = baker
    for _ in range(5):
        assert failure(fetch("/jar")) is FailureKind.TOO_MANY_REDIRECTS
    assert max(len(r.headers.get("cookie", "")) for r in server.requests) < 1000


def test_cookies_stay_with_their_host(server: HostileServer, make_fetcher: MakeFetcher) -> None:
    async def loopback(host: str, port: int) -> Sequence[str]:
        return ["127.0.0.1"]

    one, other = f"one.example:{server.port}", f"other.example:{server.port}"
    server.routes["/set"] = redirect(f"http://{other}/read", ("Set-Cookie", "secret=1; Domain=example; Path=/"))
    server.routes["/read"] = reply(200, b"ok")
    fetcher = make_fetcher(allowed=frozenset({one, other}), resolver=loopback)
    list(fetcher.fetch_all([FetchRequest(key="k", url=f"http://{one}/set")]))
    assert [r.headers.get("cookie") for r in server.requests if r.path == "/read"] == [None]


@pytest.mark.parametrize("location", ["file:///etc/passwd", "javascript:alert(1)", "http://", "ftp://example.com/x"])
def test_redirects_to_what_is_no_web_address(location: str, server: HostileServer, fetch: Fetch) -> None:
    server.routes["/r"] = redirect(location)
    assert isinstance(fetch("/r"), Failed)
    assert set(server.paths()) == {"/r"}


def test_line_ends_in_addresses_and_validators_inject_no_header(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/aX-Evil:%201"] = reply(200, b"ok")
    outcome = fetch("/a\r\nX-Evil: 1", etag='"a"\r\nX-Evil: 1', last_modified="x\nX-Evil: 1")
    assert isinstance(outcome, Fetched)
    assert all("x-evil" not in r.headers for r in server.requests)
    assert all("if-none-match" not in r.headers for r in server.requests)


def test_credentials_in_an_address_are_not_sent(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/a"] = redirect(f"http://user:secret@{server.netloc}/b")
    server.routes["/b"] = reply(200, b"ok")
    assert isinstance(fetch(f"http://user:secret@{server.netloc}/a"), Fetched)
    assert all("authorization" not in r.headers for r in server.requests)


def test_validators_that_could_not_be_sent_back_are_not_kept(server: HostileServer, fetch: Fetch) -> None:
    server.routes["/a"] = reply(200, b"ok", ("ETag", "x" * 5000), ("Last-Modified", "h\xf4m nay"))
    outcome = fetch("/a")
    assert isinstance(outcome, Fetched)
    assert (outcome.etag, outcome.last_modified) == (None, None)


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nabcde",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
        b"HTTP/1.1 200 OK\r\nX: \x00\r\n\r\n",
    ],
)
def test_answers_that_are_no_http_fail(answer: bytes, server: HostileServer, fetch: Fetch) -> None:
    async def once(request: Request) -> AsyncIterator[bytes]:
        yield answer

    server.routes["/x"] = once
    assert failure(fetch("/x")) is FailureKind.CONNECTION


def test_a_body_shorter_than_declared_fails(server: HostileServer, fetch: Fetch) -> None:
    async def short(request: Request) -> AsyncIterator[bytes]:
        yield reply(200, b"<rss>", length=500)

    server.routes["/x"] = short
    assert failure(fetch("/x")) is FailureKind.CONNECTION
