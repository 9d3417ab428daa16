"""Whole commands in processes of their own, against servers on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 60.0


@dataclass
class Installation:
    """A folder with settings of its own, in which `radar` is run as a user does."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "service.cli", *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"} | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.running.append(process)
        return process

    def run(self, *arguments: str, status: int = 0) -> str:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=110)
        assert process.returncode == status, output
        return output

    def signal(self, process: subprocess.Popen[str], number: signal.Signals) -> str:
        """What it wrote until it ended by a signal that it alone got. All its workers have its standard output, so that
        this waits for them too; one that outlives it is killed when the test ends."""
        process.send_signal(number)
        output, _ = process.communicate(timeout=40)
        assert process.returncode == (0 if number == signal.SIGTERM else -number), output
        return output

    def end(self) -> None:
        for process in self.running:
            with suppress(ProcessLookupError):  # nobody is left of its group
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.end()


@dataclass
class Web:
    """A plain web server with ETags; `asked` counts what was asked for, by path and whether 304 was the answer."""

    pages: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    asked: list[tuple[str, int]] = field(default_factory=list)
    port: int = 0

    @property
    def netloc(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture
def web() -> Iterator[Web]:
    site = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = site.pages.get(self.path, (b"", ""))
            tag = f'"{hash(body)}"'
            status = 404 if not kind else 304 if self.headers.get("If-None-Match") == tag else 200
            site.asked.append((self.path, status))
            self.send_response(status)
            self.send_header("ETag", tag)
            if status == 200:
                self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body) if status == 200 else 0))
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()


def wait_for(what: Callable[[], object], *, seconds: float = PATIENCE) -> object:
    """Ask until the answer is true, and give it; the one place where a test looks at a clock."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds:.0f} s")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False
