"""`radar up` and `radar demo` as processes: first start, the page, an alert e-mail, a kill in the middle."""

from __future__ import annotations

import email
import email.policy
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from playwright.sync_api import sync_playwright

from service.bootstrap import Plan, install
from service.cli.demo import DAY
from service.cli.running import end_if_asked, end_orderly, serve
from service.demo.server import load_day
from service.scheduling.clock import SystemClock
from service.settings import Settings
from service.usecases.place import StoryDesk
from service.usecases.tidy import Tidy
from service.usecases.watch import UndecidedError, Watch, Watched
from tests.builders import free_port
from tests.system.conftest import REPOSITORY, Installation, Web, answers, wait_for
from tests.system.test_crawl import SOURCES, count, make_feeds, rss

pytestmark = pytest.mark.slow


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[email.message.EmailMessage]]]:
    """A real SMTP server; gives its port and what arrived."""
    arrived: list[email.message.EmailMessage] = []

    class Box:
        async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
            arrived.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]
            return "250 OK"

    controller = Controller(Box(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port, arrived
    controller.stop()


@pytest.fixture
def port(installation: Installation) -> int:
    chosen = free_port()
    installation.environment["RADAR_PORT"] = str(chosen)
    return chosen


def test_first_start_without_any_feed_that_answers(installation: Installation, port: int) -> None:
    (installation.folder / "feeds.yaml").write_text(
        SOURCES + "  - {id: f0, source: bao-thu, url: 'http://127.0.0.1:9/rss'}\n", encoding="utf-8"
    )
    running = installation.start("up")
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
    wait_for(lambda: count(installation, "feeds where polls > 0"))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as page:
        text = page.read().decode()
    assert "Hiện không có cảnh báo nào" in text
    assert "địa chỉ nội bộ hoặc cổng lạ, không được phép đọc" in text
    output = installation.signal(running, signal.SIGTERM)
    assert re.search(r"one-time password: \S{12,}", output)
    assert '"id": "f0"' in output
    assert "Traceback" not in output


class Dying:
    """Gets SIGTERM while it is taken down, where Python drops every exception."""

    def __del__(self) -> None:
        signal.raise_signal(signal.SIGTERM)


@pytest.fixture
def dropped() -> Iterator[None]:
    """A signal to end whose exception was dropped."""
    before = signal.getsignal(signal.SIGTERM)
    end_orderly()
    end_if_asked()
    Dying()
    yield
    end_orderly()
    signal.signal(signal.SIGTERM, before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("dropped")
def test_a_signal_that_python_drops_ends_the_start_before_a_password_is_shown(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", state_dir=tmp_path, text_workers=0)
    with install(settings, Plan(clock=SystemClock(), feeds=())) as radar:
        with pytest.raises(SystemExit) as ended:
            serve(radar, "admin@example.com")
        with radar.store.begin() as tx:
            assert tx.count_users() == 0
    assert ended.value.code == 0


@pytest.mark.parametrize("watching", ["well", "a stream stays undecided"])
def test_alerts_wait_for_nothing_that_is_tidied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watching: str) -> None:
    done: list[str] = []

    def watch(_: Watch) -> Watched:
        done.append("watch")
        if watching == "well":
            return Watched()
        raise UndecidedError

    monkeypatch.setattr(StoryDesk, "place", lambda _: done.append("place"))
    monkeypatch.setattr(Watch, "run", watch)
    monkeypatch.setattr(Tidy, "run", lambda _: done.append("tidy"))
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", state_dir=tmp_path, text_workers=0)
    with install(settings, Plan(clock=SystemClock(), feeds=())) as radar, suppress(UndecidedError):
        radar.schedule()["tell"][0]()
    assert done == ["place", "watch", "tidy"]


HANGS = """
import signal, threading
from service.cli import running
running.LONGEST_END = 0.5
with running.running():
    threading.Thread(target=threading.Event().wait).start()
    signal.raise_signal(signal.SIGTERM)
"""


def test_a_thread_that_waits_for_ever_does_not_hold_up_the_end(installation: Installation) -> None:
    (installation.folder / "feeds.yaml").write_text(
        SOURCES + "  - {id: f0, source: bao-thu, url: 'http://127.0.0.1:9/rss'}\n", encoding="utf-8"
    )
    ended = subprocess.run(
        [sys.executable, "-c", HANGS], cwd=installation.folder, capture_output=True, text=True, timeout=60,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "LANG": "C.UTF-8"},
    )  # fmt: skip
    assert ended.returncode == 0
    assert "something was still at work" in ended.stderr


def test_killed_in_the_middle_nothing_is_lost_or_doubled(installation: Installation, web: Web, port: int) -> None:
    titles = [f"Bảo hiểm xã hội huyện số {n} trả lương hưu đúng hẹn, đợt {n * 7}" for n in range(40)]
    web.pages["/rss"] = (rss(web, *((f"/{n}.html", t) for n, t in enumerate(titles))), "application/rss+xml")
    for n, title in enumerate(titles):
        page = f"<html lang=vi><title>{title}</title><article><h1>{title}</h1><p>{(title + '. ') * 9}</p></article>"
        web.pages[f"/{n}.html"] = (page.encode(), "text/html; charset=utf-8")
    make_feeds(installation, web, "/rss")
    first = installation.start("up", "--allow-host", web.netloc)
    wait_for(lambda: any(path.endswith(".html") for path, _ in web.asked))
    installation.signal(first, signal.SIGKILL)
    second = installation.start("up", "--allow-host", web.netloc)
    wait_for(lambda: count(installation, "documents where partial = 0 and story_id is not null") == len(titles))
    assert count(installation, "documents") == len(titles)
    assert count(installation, "sightings") == len(titles)
    assert "Traceback" not in installation.signal(second, signal.SIGTERM)


def test_the_day_of_the_demo_is_one_of_its_season() -> None:
    told = " ".join(f"{item.title} {item.text}" for item in load_day(DAY).items)
    for other in ("Không khí lạnh", "Tết", "đông xuân", "chợ huyện"):
        assert other not in told


def test_demo_ends_at_once_where_its_port_is_taken(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = installation.run("demo", "--port", port, status=1)
    assert re.fullmatch(rf"Error: port {port} cannot be used: .+; try --port 0\n", told)
    for wrong in (["--port", "99999"], ["--port", "-1"], ["--speed", "nan"]):
        assert "Invalid value" in installation.run("demo", *wrong, status=2)


def test_demo_finds_the_crisis_and_not_the_campaign(
    installation: Installation, mailbox: tuple[int, list[email.message.EmailMessage]]
) -> None:
    smtp, arrived = mailbox
    told = installation.run("demo", "--speed", "900", "--port", "0", "--no-stay", "--smtp", f"127.0.0.1:{smtp}")
    alerts = re.findall(r"^\d\d:\d\d  L(\d)  (.+)$", told, re.MULTILINE)
    assert alerts, told
    assert max(int(level) for level, _ in alerts) >= 2
    assert all("Tuyên truyền, vận động" not in headline for _, headline in alerts)
    assert arrived
    message = arrived[0]
    # An alert that opened as a mere watch is first mailed when it rises: which comes first hangs on the machine's pace.
    assert re.match(r"\[BHXH Radar\] L[2-4].*: (cảnh báo mới|nâng mức)", message["Subject"])
    text = message.get_body(("plain",))
    assert text is not None
    assert "BIỆN PHÁP ĐỀ XUẤT" in text.get_content()


@pytest.mark.browser
def test_the_page_in_a_browser(installation: Installation, port: int) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (apt-get install chromium)")
    (installation.folder / "feeds.yaml").write_text(
        SOURCES + "  - {id: f0, source: bao-thu, url: 'http://127.0.0.1:9/rss'}\n", encoding="utf-8"
    )
    installation.start("up")
    wait_for(lambda: answers(f"http://127.0.0.1:{port}/readyz"))
    problems: list[str] = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_text("Trực tiếp").wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Đến nội dung chính"
        assert page.get_by_role("heading", name="Cảnh báo đang mở").is_visible()
        without = browser.new_context(java_script_enabled=False).new_page()
        without.goto(f"http://127.0.0.1:{port}/")
        assert without.get_by_role("heading", name="Tình trạng nguồn tin").is_visible()
        browser.close()
    assert problems == []
