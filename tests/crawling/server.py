"""A web server on loopback that misbehaves as told: every route writes its own bytes."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

Answer = bytes | Callable[["Request"], "bytes | AsyncIterator[bytes]"]
Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked."""

    path: str
    headers: dict[str, str]


def reply(status: int = 200, body: bytes = b"", *headers: Header, length: int | None = None) -> bytes:
    """A whole answer; `length` where it lies about that of the body."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(to: str, *headers: Header, status: int = 302) -> bytes:
    return reply(status, b"", ("Location", to), *headers)


@dataclass
class HostileServer:
    """Routes by path; what was asked is kept in `requests`."""

    routes: dict[str, Answer] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    port: int = 0
    running: int = 0
    most_running: int = 0

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.netloc}{path}"

    def paths(self, *, without: Iterable[str] = ("/robots.txt",)) -> list[str]:
        return [r.path for r in self.requests if r.path not in without]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                first, *lines = head.strip().split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
                request = Request(first.split(" ")[1], headers)
                self.requests.append(request)
                self.running += 1
                self.most_running = max(self.most_running, self.running)
                try:
                    if not await self._answer(request, writer):
                        return
                finally:
                    self.running -= 1

    async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> bool:
        """Write the answer; whether the connection goes on."""
        route = self.routes.get(request.path, reply(404))
        answer = route(request) if callable(route) else route
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
            return True
        async for piece in answer:
            writer.write(piece)
            await writer.drain()
        writer.close()
        return False


@contextlib.contextmanager
def hostile_server() -> Iterable[HostileServer]:
    """The server, running in a thread of its own."""
    server = HostileServer()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> asyncio.Server:
        return await asyncio.start_server(server._serve, "127.0.0.1", 0)

    async def stop(listening: asyncio.Server) -> None:
        listening.close()
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    listening = asyncio.run_coroutine_threadsafe(start(), loop).result(5)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(listening), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()
