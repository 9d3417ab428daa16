"""`radar detect` and `radar forecast` as filters: order, bad rows, exit status, files and standard input alike."""

from __future__ import annotations

import json
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from service.cli import counts, detect, forecast

HEADER = "timestamp,series,value,origins,sources,coverage"


def rows(days: int = 4, series: tuple[str, ...] = ("lương hưu", "bhyt")) -> list[str]:
    rng = np.random.default_rng(4)
    return [
        f"2026-03-{d + 1:02d}T{h:02d}:00:00,{s},{v},{v},{v},1"
        for d in range(days)
        for h in range(24)
        for s in series
        for v in [int(rng.poisson(2.2 if h > 6 else 0.7)) + (20 if d == days - 1 and h > 18 and s == series[0] else 0)]
    ]


def run(lines: list[str], *arguments: str) -> tuple[int, list[dict[str, object]], str]:
    result = CliRunner().invoke(detect.command, [*arguments], input="\n".join(lines) + "\n")
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_every_row_is_answered_in_its_order() -> None:
    lines = rows()
    code, answers, errors = run([HEADER, *lines], "--series", "2")
    assert (code, errors) == (0, "")
    assert [f"{a['timestamp']},{a['series']},{a['value']}" for a in answers] == [
        ",".join(r.split(",")[:3]) for r in lines
    ]
    assert set(answers[0]) == {"timestamp", "series", "value", "expected", "score", "level", "alarm"}
    opened = [a for a in answers if a["alarm"]]
    assert [(a["series"], a["timestamp"][:10]) for a in opened] == [("lương hưu", "2026-03-04")]


def test_columns_that_are_not_used_change_nothing_whatever_is_in_them() -> None:
    lines = rows(days=2)
    plain = run([HEADER, *lines])
    assert run([f"{HEADER},total", *(f"{line},không rõ" for line in lines)]) == plain
    assert run([HEADER.replace("origins", "ghi chú"), *lines]) == plain


def test_a_file_and_standard_input_give_the_same(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    lines = rows()
    file.write_text("\ufeff" + "\r\n".join([HEADER, *lines]), encoding="utf-8")
    from_file = CliRunner().invoke(detect.command, [str(file)])
    assert from_file.exit_code == 0
    assert [json.loads(x) for x in from_file.stdout.splitlines()] == run([HEADER, *lines], "--series", "2")[1]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_ends_of_lines_do_not_count(end: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"2026-03-0{1 + h // 24}T{h % 24:02d}:00:00,{h % 5},a" for h in range(72)]
    monkeypatch.setattr(counts, "CHUNK_BYTES", 100)  # some chunks end between CR and LF
    file = tmp_path / "counts.csv"
    said = []
    for chosen in ("\n", end):
        file.write_bytes(chosen.join(["timestamp,value,series", *lines, ""]).encode())
        result = CliRunner().invoke(detect.command, [str(file)])
        assert (result.exit_code, result.stderr) == (0, "")
        said.append(result.stdout)
    assert said[0] == said[1]
    assert len(said[0].splitlines()) == 72


def test_series_one_after_the_other_score_as_interleaved_ones(tmp_path: Path) -> None:
    lines = rows()
    apart = sorted(lines, key=lambda r: r.split(",")[1])
    together, separate = run([HEADER, *lines], "--series", "2")[1], run([HEADER, *apart], "--series", "2")[1]
    key = lambda a: (a["series"], a["timestamp"])  # noqa: E731
    assert sorted(together, key=key) == sorted(separate, key=key)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("2026-03-05T00:00:00,bhyt,x,1,1,1", "line 10: field 'value': expected a number from 0 to 1e+12, found 'x'"),
        ("2026-03-05T00:00:00,bhyt,-1,1,1,1", "field 'value'"),
        ("2026-03-05T00:00:00,bhyt,nan,1,1,1", "field 'value'"),
        ("2026-03-05T00:00:00,bhyt,,1,1,1", "field 'value'"),
        ("2026-03-05T00:00:00,bhyt,1,1,1,1.5", "field 'coverage': expected a number from 0 to 1"),
        ("2026-03-05T00:00:00,bhyt,1_000,1,1,1", "field 'value': expected a number from 0 to 1e+12, found '1_000'"),
        ("0001-01-01T00:00:00+07:00,bhyt,1,1,1,1", "field 'timestamp': expected a time such as"),
        ("9999-12-31T23:00:00,bhyt,1,1,1,1", "from 1990 to 2099, found '9999-12-31T23:00:00'"),
        ("yesterday,bhyt,1,1,1,1", "field 'timestamp': expected a time such as"),
        ("2026-03-05T00:00:00,bhyt,1", "expected 6 fields, found 3"),
        ("2026-03-01T00:00:00,bhyt,1,1,1,1", "expected a time after the row before it"),
        ("2026-03-01T04:30:00,bhyt,1,1,1,1", "expected regular bins of 60 minutes"),
        ('2026-03-05T00:00:00,"bhyt,1,1,1,1', "each quotation mark closed"),
    ],
)
def test_a_bad_row_is_reported_and_the_rest_goes_on(bad: str, reason: str, tmp_path: Path) -> None:
    lines = [HEADER, *rows()]
    lines.insert(9, bad)
    file = tmp_path / "counts.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    for arguments, text in (([str(file)], None), (["--series", "2"], "\n".join(lines) + "\n")):
        result = CliRunner().invoke(detect.command, arguments, input=text)
        assert result.exit_code == 1
        assert len(result.stdout.splitlines()) == len(lines) - 2
        assert ":10: " in result.stderr
        assert reason.removeprefix("line 10: ") in result.stderr


def test_bad_usage_is_2_and_a_bad_header_1(tmp_path: Path) -> None:
    assert CliRunner().invoke(detect.command, [str(tmp_path / "none.csv")]).exit_code == 2
    for budget in ("0", "nan", "inf"):
        assert CliRunner().invoke(detect.command, ["--false-alarms-per-month", budget]).exit_code == 2
    code, answers, errors = run(["time,count", "1,2"])
    assert (code, answers) == (1, [])
    assert "expected a header with timestamp and value" in errors


def test_times_with_an_offset_and_optional_columns() -> None:
    lines = ["timestamp,value", *(f"2026-03-01T{h:02d}:00:00Z,{h % 3}" for h in range(24))]
    local = ["timestamp,value", *(f"2026-03-0{1 + (h + 7) // 24}T{(h + 7) % 24:02d}:00:00,{h % 3}" for h in range(24))]
    assert [a["score"] for a in run(lines)[1]] == [a["score"] for a in run(local)[1]]
    assert run(lines)[1][0]["series"] == "all"


def test_a_name_with_braces_stays_whole() -> None:
    _, answers, _ = run(["timestamp,series,value", "2026-03-01T00:00:00,a},{b,1", "2026-03-01T01:00:00,a},{b,1"])
    assert answers == []  # a comma in a name needs quotation marks
    quoted = ["timestamp,series,value", '2026-03-01T00:00:00,"a},{b",1', '2026-03-01T01:00:00,"a},{b",1']
    assert [a["series"] for a in run(quoted)[1]] == ["a},{b"] * 2


def test_forecast_uses_what_ended_by_the_time_given() -> None:
    lines = [HEADER, *rows()]
    arguments = ["--at", "2026-03-04T19:00:00", "--hours", "24"]
    known = CliRunner().invoke(forecast.command, arguments, input="\n".join(lines[: 1 + 2 * (3 * 24 + 19)]))
    all_of_it = CliRunner().invoke(forecast.command, arguments, input="\n".join(lines))
    assert known.exit_code == all_of_it.exit_code == 0
    assert known.stdout == all_of_it.stdout
    first = json.loads(known.stdout.splitlines()[0])
    assert list(first) == ["series", "at", "hours", "p10", "p50", "p90"]
    assert first["p10"] <= first["p50"] <= first["p90"]


def test_forecast_reports_a_series_without_a_past_and_refuses_a_bad_time() -> None:
    text = "\n".join([HEADER, *rows()])
    late = CliRunner().invoke(forecast.command, ["--at", "2026-02-01T00:00:00"], input=text)
    assert late.exit_code == 1
    assert "no bin ends by" in late.stderr
    assert CliRunner().invoke(forecast.command, ["--at", "soon"], input=text).exit_code == 2


def test_forecast_leaves_out_a_series_that_ended_long_ago() -> None:
    old = ["1990-01-01T00:00:00,1,old", "1990-01-01T01:00:00,1,old"]
    new = [f"2026-03-01T{h:02d}:00:00,1,new" for h in range(4)]
    result = CliRunner().invoke(forecast.command, input="\n".join(["timestamp,value,series", *old, *new]))
    assert result.exit_code == 1
    assert [json.loads(line)["series"] for line in result.stdout.splitlines()] == ["new"]
    assert "standard input:3: series 'old': its last bin is too far from 2026-03-01T04:00:00" in result.stderr


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "found nothing"), (f"{HEADER}\n", "there is no row below the header"), (HEADER, "there is no row")],
)
@pytest.mark.parametrize("command", [detect.command, forecast.command])
def test_an_input_without_rows_is_told(command: click.Command, text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    for done in (
        CliRunner().invoke(command, [str(tmp_path / "a.csv")]),
        CliRunner().invoke(command, input=text),
    ):
        assert done.exit_code == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
