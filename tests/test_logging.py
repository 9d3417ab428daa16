"""What a failing job leaves in the log, in a file and on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

FAILING = """
from service.cli.logs import configure_logging
from service.scheduling.timers import _logged

def job():
    key = "khoa-" + "ky-1234"
    raise ValueError("hỏng")

configure_logging("info")
_logged("deliver", job)()
"""


@pytest.mark.parametrize("terminal", [False, True])
def test_a_failing_job_is_logged_without_its_variables(terminal: bool) -> None:
    reading, writing = pty.openpty() if terminal else os.pipe()
    subprocess.run([sys.executable, "-c", FAILING], stderr=writing, check=True, timeout=60)
    os.close(writing)
    with open(reading, "rb", closefd=True) as stream:
        told = stream.read1(1_000_000).decode()
    assert "job failed" in told
    assert "hỏng" in told
    assert "khoa-ky-1234" not in told
