"""`radar backtest`: scenarios through the detector of the service; lead time, misses, false alarms, other budgets."""

from __future__ import annotations

import os
from pathlib import Path

import click

from service.cli.backtest_desks import tell_desks
from service.cli.backtest_history import tell_history
from service.cli.common import FiniteRange, false_alarms_option
from service.detection.alarms import threshold
from service.detection.backtest import Point, Replayed, frontier, replay, summary
from service.detection.chart import page
from service.detection.scenario import Scenario, ScenarioError, built_in, load, play
from service.domain.warning import Level
from service.usecases.budget import rules_within
from service.usecases.scenario_levels import highest_level

NAME = 58
HISTORY = (".csv", ".csv.gz")


@click.command(short_help="Replay scenarios through detection: lead time, misses, false alarms a month.")
@click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
@click.option("--series", type=click.IntRange(1), default=12, show_default=True, help="Streams that share the budget.")
@false_alarms_option("streams")
@click.option(
    "--false-watches-per-month",
    "watches",
    type=FiniteRange(0, min_open=True),
    default=8.0,
    show_default=True,
    help="The same for watches (L1).",
)
@click.option("--desks", type=click.IntRange(1), help="Rehearse so many invented desks, seeds from --seed on.")
@click.option("--months", type=FiniteRange(0.5), default=4.0, show_default=True, help="Of each invented desk.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the invented counts.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for backtest.html with charts.")
def command(
    scenarios: tuple[str, ...], series: int, budget: float, watches: float, desks: int | None, months: float, seed: int,
    out: Path | None,
) -> None:  # fmt: skip
    """Replay scenarios hour by hour through the same code as the service.

    SCENARIO is the id of a built-in one (C1 to C15: past crises; N1 to N7: what must stay quiet) or a YAML file of your
    own; none means all built-in ones. Prints when each crisis was noticed, before or after its peak, what was missed,
    false alarms a month by level, and what other budgets would bring. Counts of built-in scenarios are invented to fit
    the reported course. A file of counts (.csv, as for `radar detect`) is replayed as the history of your own streams:
    its alarms, bursts by level, and what other budgets would bring. --desks rehearses the whole watch, stories, places
    and all, on invented desks: false alarms asked and got by level, and what became of each crisis.
    """
    if desks:
        if scenarios or out is not None:
            raise click.UsageError("invented desks are rehearsed by themselves, without SCENARIO and --out")
        tell_desks(range(seed, seed + desks), months=months, watches=watches, alarms=budget)
        return
    if any(name.endswith(HISTORY) for name in scenarios):
        if len(scenarios) > 1:
            raise click.UsageError("a file of counts is replayed by itself, without another SCENARIO")
        if out is not None:
            raise click.UsageError("a file of counts is replayed without --out")
        tell_history(scenarios[0], budget)
        return
    chosen = _chosen(scenarios)
    if out is not None:
        _make(out)
    replayed = []
    rules = rules_within(watches=watches, alarms=budget)
    for scenario in chosen:
        done = replay(play(scenario, seed=seed), series=series, false_alarms_per_month=budget)
        replayed.append(done)
        _tell(done, highest_level(done.episode, done.scored, rules=rules))
    _tell_all(replayed, summary(replayed, budget, threshold(series, budget)))
    points = frontier(replayed, series=series)
    click.echo("\nbudget a month  score  found    by the peak  median delay h  false a month, a stream")
    for p in points:
        delay = "-" if p.median_delay_hours is None else f"{p.median_delay_hours:.0f}"
        found, early = f"{p.found}/{p.crises}", f"{p.before_peak}/{p.crises}"
        click.echo(f"{p.budget:>14g}  {p.score:>5.2f}  {found:<7}  {early:<11}  {delay:>14}  {p.false_a_month:.3f}")
    if out is not None:
        (out / "backtest.html").write_text(page(replayed, points), encoding="utf-8")
        click.echo(f"\n{out / 'backtest.html'}")


def _chosen(names: tuple[str, ...]) -> list[Scenario]:
    known = {s.id: s for s in built_in()}
    chosen: list[Scenario] = []
    for name in names or tuple(known):
        if name in known:
            chosen.append(known[name])
            continue
        path = Path(name)
        if not path.is_file():
            raise click.BadParameter(f"{name!r} is no file and not one of {', '.join(known)}", param_hint="SCENARIO")
        try:
            chosen += load(path.read_text(encoding="utf-8"), name)
        except (ScenarioError, UnicodeDecodeError) as error:
            raise click.BadParameter(str(error), param_hint="SCENARIO") from None
    return chosen


def _make(folder: Path) -> None:
    """Said before the work, not after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK)
    except OSError:
        writable = False
    if not writable:
        raise click.BadParameter(f"{str(folder)!r} is no directory that can be written to", param_hint="--out")


def _tell(done: Replayed, level: Level) -> None:
    name = f"{done.episode.scenario.id} {done.episode.scenario.title}"
    name = name if len(name) <= NAME else name[: NAME - 1] + "…"
    if not done.crises:
        said = "quiet" if not done.false else f"{done.false} false"
        click.echo(f"{name:<{NAME}}  control: {said}, L{level:d}")
    for crisis in done.crises:
        if crisis.alarm is None:
            click.echo(f"{name:<{NAME}}  MISSED")
            continue
        lead, delay = crisis.lead_hours or 0.0, crisis.delay_hours or 0.0
        wanted = done.episode.scenario.expected
        asked = f", L{level:d}" + (f" of L{wanted[0]} to L{wanted[1]}" if wanted else "")
        click.echo(f"{name:<{NAME}}  alarm {delay:3.0f} h after the first item, {_against_peak(lead)}{asked}")


def _against_peak(lead: float) -> str:
    return f"{lead:.0f} h before the peak" if lead >= 0 else f"{-lead:.0f} h after the peak"


def _tell_all(replayed: list[Replayed], all_of_it: Point) -> None:
    hours = sum(r.hours for r in replayed)
    months = max(hours / (24 * 30.4), 1e-9)
    one, two = (sum(r.bursts_by_level[i] for r in replayed) / months for i in (0, 1))
    missed = all_of_it.crises - all_of_it.found
    click.echo(
        f"\n{all_of_it.found} of {all_of_it.crises} crises found, {missed} missed, "
        f"{all_of_it.before_peak} by the peak; "
        f"{months:.1f} months of one stream"
    )
    click.echo(
        f"false alarms a month, a stream: {all_of_it.false_a_month:.3f} at this budget; "
        f"bursts of level 1 {one:.3f}, of level 2 {two:.3f}"
    )
