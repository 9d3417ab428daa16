"""What filter commands have in common: damaged input, pipes, output that cannot be written."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import main
from service.cli.lines import Lines, batches

ROW = {"id": "1", "text": "Chậm lương hưu", "published_at": "2026-03-02", "url": "https://a.example.com/1"}
LINE = json.dumps({**ROW, "html": f"<p>{'Bảo hiểm xã hội ' * 30}</p>"})
RADAR = [sys.executable, "-m", "service.cli"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"} | {
    "PYTHONPATH": str(Path(__file__).parents[2])
}


def shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """A line of bash in which $RADAR is the command line."""
    return subprocess.run(
        ["bash", "-c", line], cwd=folder, env={**ENVIRONMENT, "RADAR": " ".join(RADAR)}, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("command", ["classify", "cluster"])
def test_a_lone_surrogate_goes_out_as_it_came_in(command: str) -> None:
    lines = [json.dumps({**ROW, "id": "s\ud800"}), json.dumps({**ROW, "id": "2"})]
    result = CliRunner().invoke(main, [command], input="\n".join(lines))
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["s\ud800", "2"]


def test_a_damaged_gzip_is_told_by_line_and_what_is_whole_is_judged(tmp_path: Path) -> None:
    whole = gzip.compress(f"{LINE}\n".encode())
    flipped = bytes([*whole[:14], whole[14] ^ 0xFF, *whole[15:]])
    for name, content, judged in [("cut", whole[:-4], 1), ("none", b"hello", 0), ("flipped", flipped, 0)]:
        file = tmp_path / f"{name}.jsonl.gz"
        file.write_bytes(content)
        result = CliRunner().invoke(main, ["classify", str(file)])
        assert (result.exit_code, len(result.stdout.splitlines())) == (1, judged)
        assert f"{name}.jsonl.gz:{judged + 1}: the input is damaged or cut off here" in result.stderr


@pytest.mark.parametrize("command", [["classify"], ["cluster"], ["extract", "--jsonl"]])
def test_a_pipe_that_stays_open_gets_its_answers(command: list[str], tmp_path: Path) -> None:
    with subprocess.Popen(
        [*RADAR, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path, env=ENVIRONMENT, text=True
    ) as filter_:
        assert filter_.stdin is not None
        assert filter_.stdout is not None
        filter_.stdin.write(LINE + "\n")
        filter_.stdin.flush()
        assert json.loads(filter_.stdout.readline())["id"] == "1"


def test_pipes_are_files_and_folders_are_not(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(LINE)
    for line in ("$RADAR classify <(cat a.jsonl)", "$RADAR classify /dev/stdin < a.jsonl"):
        assert json.loads(shell(line, tmp_path).stdout)["id"] == "1"
    assert "Is a directory" in CliRunner().invoke(main, ["classify", str(tmp_path)]).stderr
    assert "no such file" in CliRunner().invoke(main, ["classify", str(tmp_path / "b")]).stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("$RADAR classify a.jsonl > /dev/full", "the output cannot be written: No space left on device"),
        ("$RADAR classify a.jsonl >&-", "standard output is closed"),
        ("$RADAR classify <&-", "standard input is closed"),
        ("$RADAR --help > /dev/full", "the output cannot be written: No space left on device"),
        ("$RADAR --version > /dev/full", "the output cannot be written: No space left on device"),
        ("$RADAR feeds --help > /dev/full", "the output cannot be written: No space left on device"),
        ("$RADAR indicators list > /dev/full", "the output cannot be written: No space left on device"),
    ],
)
def test_streams_that_are_full_or_closed_are_told_in_one_line(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "a.jsonl").write_text(LINE)
    result = shell(line, tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(f"Error: {told}")
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "line",
    [
        "classify a.jsonl | head -1",
        "parse-feed --url https://bao.example.com/ a.xml | head -1",
        "cluster a.jsonl | true",
    ],
)
def test_a_reader_that_has_enough_is_no_failure(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.jsonl").write_text(
        (LINE.rstrip()[:-1] + ',"published_at":"2026-11-25T10:00:00Z","source":"a"}\n') * 3000
    )
    item = "<item><title>Lương hưu</title><link>https://bao.example.com/{}</link></item>"
    feed = "".join(item.format(n) for n in range(3000))
    (tmp_path / "a.xml").write_text(f"<rss version='2.0'><channel><title>a</title>{feed}</channel></rss>")
    result = shell(f"set -o pipefail; $RADAR {line}", tmp_path)
    assert (result.returncode, result.stderr) == (0, "")


def test_what_is_no_address_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<p>Lương hưu")
    refused = CliRunner().invoke(main, ["extract", "--url", "xx", str(tmp_path / "a.html")])
    assert refused.exit_code == 2
    assert "expected an http or https address, found 'xx'" in refused.stderr
    (tmp_path / "a.jsonl").write_text('{"id":"1","url":"xx","html":"<p>Lương hưu"}')
    told = CliRunner().invoke(main, ["extract", "--jsonl", str(tmp_path / "a.jsonl")])
    assert told.exit_code == 1
    assert "a.jsonl:1: field 'url': expected an http or https address, found 'xx'" in told.stderr


def test_lines_without_a_label_are_no_measure(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id":"1","text":"Chậm lương hưu","tones":"negative"}')
    told = CliRunner().invoke(main, ["evaluate", str(tmp_path / "a.jsonl")])
    assert told.exit_code == 1
    assert "a.jsonl:1: no label: expected at least one of article11, audience" in told.stderr
    assert "relevance_f1" not in told.stdout


@pytest.mark.parametrize("arguments", ["--nothing", "classify --nothing", "--help > /dev/full", "classify none.jsonl"])
def test_errors_that_find_no_room_either_end_quietly(tmp_path: Path, arguments: str) -> None:
    assert shell(f"$RADAR {arguments} 2> /dev/full", tmp_path).returncode == 1


def test_what_has_come_is_taken_together() -> None:
    reading, writing = os.pipe()
    with open(reading, "rb") as stream, open(writing, "wb") as pipe:
        lines = Lines("pipe", stream, live=True)
        taken = batches(lines.parsed(lambda row: row["n"]), lines)
        pipe.write(b"".join(b'{"n": %d}\n' % n for n in range(600)))
        pipe.flush()
        assert [len(next(taken)) for _ in range(3)] == [256, 256, 88]
        pipe.write(b'{"n": 1}\n{"n"')
        pipe.flush()
        assert [n for _, n in next(taken)] == [1]
        pipe.write(b": 2}")
        pipe.close()
        assert [[n for _, n in batch] for batch in taken] == [[2]]


def _heed_interrupts() -> None:
    """What runs in the background of a shell without job control ignores them, and its children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interrupted_filter_ends_quietly_while_its_input_is_open(tmp_path: Path) -> None:
    command = [*RADAR, "classify"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=_heed_interrupts,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(LINE.encode() + b"\n")
        process.stdin.flush()
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().split() == [b"Aborted!"]
    assert process.returncode == 1
