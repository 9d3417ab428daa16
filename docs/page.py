"""Makes docs/page.png anew: the first screen of somebody at the desk, in the invented day of `radar demo`.

Needs Chromium and playwright; takes some minutes. On a slow or busy machine a lower --speed is better.

    .venv/bin/python docs/page.py
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from playwright.sync_api import Page, sync_playwright

PICTURE = Path(__file__).with_name("page.png")
SIZE = {"width": 1280, "height": 1500}
LIVE = 2000  # milliseconds, until the page has said that it is live
WHO, PASSWORD = "lan@example.com", "mot-cau-dai-cua-rieng-toi"
RADAR = [sys.executable, "-m", "service.cli"]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--speed", type=float, default=120.0, help="minutes of the day a minute")
    speed = arguments.parse_args().speed
    with tempfile.TemporaryDirectory() as folder:
        # the demo keeps its database in a folder of its own, in this one
        demo = subprocess.Popen(
            [*RADAR, "demo", "--port", "0", "--speed", str(speed)], stdout=subprocess.PIPE, text=True,
            env=os.environ | {"TMPDIR": folder, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        try:
            assert demo.stdout
            address = until(demo.stdout, r"http://127\.0\.0\.1:\d+/")
            until(demo.stdout, r"^\d\d:\d\d  L3 ")  # the crisis
            [database] = Path(folder).glob("radar-demo-*/demo.db")
            with desk(address, once_password(database)) as page:
                until(demo.stdout, r"^\d\d:\d\d  L1 ")  # the scam
                page.goto(address)
                page.get_by_text("Giao cho quý vị").wait_for()
                page.wait_for_timeout(LIVE)
                page.screenshot(path=PICTURE)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait()


def until(said: IO[str], wanted: str) -> str:
    """What the demo says that looks so."""
    for line in said:
        print(line, end="")
        if found := re.search(wanted, line):
            return found[0]
    raise SystemExit(f"the demo ended without saying {wanted}")


def once_password(database: Path) -> str:
    """Makes the account; gives its one-time password."""
    settings = {"RADAR_DATABASE_URL": f"sqlite:///{database}", "RADAR_STATE_DIR": str(database.parent)}
    added = subprocess.run(
        [*RADAR, "users", "add", WHO, "--role", "desk"], check=True, capture_output=True, text=True,
        env=os.environ | settings,
    ).stdout  # fmt: skip
    return added.split()[-1]


@contextmanager
def desk(address: str, once: str) -> Iterator[Page]:
    """A browser of the account, which has been given the gravest alert."""
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE, locale="vi-VN")
        page.goto(f"{address}login")
        submit(page, email=WHO, password=once)
        submit(page, old=once, new=PASSWORD)
        page.goto(address)
        page.locator(".alert h3 a").first.click()
        page.locator("summary", has_text="Giao xử lý").click()
        page.locator("form:has([value=assign]) button").click()
        yield page
        browser.close()


def submit(page: Page, **fields: str) -> None:
    """Fills the form of a page in and sends it."""
    for name, value in fields.items():
        page.fill(f"main input[name={name}]", value)
    page.click("main form button")
    page.wait_for_load_state()


if __name__ == "__main__":
    main()
