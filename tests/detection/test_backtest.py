"""Scenario files, their replay, and `radar backtest`."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from service.cli import backtest as command
from service.detection.backtest import frontier, replay
from service.detection.chart import page
from service.detection.scenario import ScenarioError, built_in, load, play
from service.detection.simulator import simulate
from service.usecases.budget import rules_within
from service.usecases.scenario_levels import highest_level

GOOD = """
- id: own
  title: "Thử <nghiệm>"
  from: 2026-03-01
  days: 10
  negative_a_day: 10
  waves:
    - {start: "2026-03-04 08:00", rise_hours: 12, peak: 12, half_life_hours: 24}
"""


def test_every_episode_and_control_is_there() -> None:
    assert [s.id for s in built_in()] == [f"C{i}" for i in range(1, 16)] + [f"N{i}" for i in range(1, 8)]
    for scenario in built_in():
        crises = play(scenario).crises
        assert bool(crises) == scenario.id.startswith("C")
        assert all(first <= peak <= last for first, peak, last in crises)


def test_every_episode_reaches_the_level_it_deserves_and_no_control_reaches_any() -> None:
    rules = rules_within(watches=8.0, alarms=2.0)
    for scenario in built_in():
        done = replay(play(scenario), series=12, false_alarms_per_month=2)
        level = highest_level(done.episode, done.scored, rules=rules)
        least, most = scenario.expected or (0, 0)
        assert least <= level <= most, scenario.id


def test_an_invented_desk_is_rehearsed_with_its_budget() -> None:
    result = CliRunner().invoke(command.command, ["--desks", "1", "--months", "0.5", "--false-alarms-per-month", "1"])
    assert result.exit_code == 0, result.output
    assert re.search(r"^L2: 1 false a month asked, [\d.]+ got, in 0\.5 months$", result.output, re.MULTILINE)
    assert CliRunner().invoke(command.command, ["C1", "--desks", "1"]).exit_code == 2


def test_desks_are_the_same_for_the_same_seed_and_hold_crises() -> None:
    desk = simulate(seed=3, months=1)
    assert desk == simulate(seed=3, months=1)
    assert desk != simulate(seed=4, months=1)
    times = [p.document.published_at for p in desk.published]
    assert times == sorted(times)
    assert any(m.is_crisis for m in simulate(seed=3, months=4).matters)


def test_a_scenario_plays_the_same_for_the_same_seed() -> None:
    (scenario,) = load(GOOD, "own.yaml")
    assert play(scenario) == play(scenario)
    assert play(scenario).bins != play(scenario, seed=1).bins
    bins = play(scenario).bins
    assert all(b.start - a.start == timedelta(hours=1) for a, b in pairwise(bins))
    assert all(b.sources <= b.value <= b.total for b in bins)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- id: [", "own.yaml: not YAML"),
        ("", "own.yaml: expected a list of scenarios, found none"),
        ("a: 1", "own.yaml: expected a list of scenarios, found {'a': 1}"),
        (GOOD.replace("from: 2026-03-01", "from: 2026-03-32"), "own.yaml: not YAML: day is out of range"),
        (GOOD.replace("from: 2026", "from: 9999"), "0.from: Value error, expected a time from 1990 to 2099"),
        (GOOD.replace('"2026', '"0001'), "0.waves.0.start: Value error, expected a time from 1990 to 2099"),
        (GOOD.replace('"2026', '"2025'), "waves.0.start: expected a time in the 10 days from 2026-03-01"),
        (GOOD.replace("days: 10", "days: many"), "own.yaml: 0.days: "),
        (GOOD.replace("peak: 12", "peek: 12"), "own.yaml: 0.waves.0.peek: Extra inputs are not permitted"),
        (GOOD.replace("rise_hours: 12", "rise_hours: 0"), "0.waves.0.rise_hours: Input should be greater than 0"),
    ],
)
def test_a_bad_file_says_what_is_wrong_and_where(text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(said)):
        load(text, "own.yaml")


def test_a_crisis_is_noticed_before_its_peak_and_the_frontier_grows() -> None:
    (scenario,) = load(GOOD, "own.yaml")
    done = replay(play(scenario), series=12, false_alarms_per_month=2)
    (crisis,) = done.crises
    assert crisis.lead_hours is not None
    assert crisis.lead_hours >= 0
    points = frontier([done], series=12)
    assert [p.score for p in points] == sorted((p.score for p in points), reverse=True)
    assert [p.found for p in points] == sorted(p.found for p in points)
    assert "Thử &lt;nghiệm&gt;" in page([done], points)


def test_the_command_prints_lead_misses_and_false_alarms_and_draws(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(GOOD, encoding="utf-8")
    result = CliRunner().invoke(command.command, ["C4", "N4", str(own), "--out", str(tmp_path / "out")])
    assert result.exit_code == 0
    assert "C4 Xét xử các khoản cho ALC II vay" in result.stdout
    assert "control: quiet" in result.stdout
    assert "2 of 2 crises found, 0 missed" in result.stdout
    assert "budget a month" in result.stdout
    html = (tmp_path / "out" / "backtest.html").read_text(encoding="utf-8")
    assert html.count("<svg") == 3
    assert "do chúng tôi đặt ra" in html
    assert "http" not in html


def test_a_wave_at_the_very_end_is_no_crisis_yet() -> None:
    (scenario,) = load(GOOD.replace("2026-03-04 08:00", "2026-03-10 23:00"), "own.yaml")
    assert play(scenario).crises == []


def test_what_cannot_be_done_is_said_before_the_work(tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.touch()
    no_folder = ["C1", "--out", str(taken / "out")]
    for arguments in (no_folder, ["--false-watches-per-month", "inf"], ["--desks", "1", "--months", "nan"]):
        result = CliRunner().invoke(command.command, arguments)
        assert (result.exit_code, result.stdout) == (2, "")


def test_bad_usage_names_the_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text("- id: 3\n", encoding="utf-8")
    for argument in ("C99", str(bad)):
        result = CliRunner().invoke(command.command, [argument])
        assert result.exit_code == 2
        assert argument in result.stderr.replace("\n", "")


def test_a_history_of_counts_is_replayed(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    values = [1 + (h % 3) for h in range(24 * 20)] + [30] * 6
    days = [f"2026-03-{1 + h // 24:02d}T{h % 24:02d}:00:00,{v}" for h, v in enumerate(values)]
    file.write_text("\n".join(["timestamp,value", *days]), encoding="utf-8")
    result = CliRunner().invoke(command.command, [str(file)])
    assert result.exit_code == 0
    assert "2026-03-21T00:00:00  all  score" in result.stdout
    assert "budget   2: score 2.56, " in result.stdout
    second = CliRunner().invoke(command.command, [str(file), "C1"])
    assert second.exit_code == 2
    assert "without another SCENARIO" in second.stderr
