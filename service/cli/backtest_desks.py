"""`radar backtest --desks N`: the whole watch on invented desks; asked against realised false alarms, by level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from statistics import median

import click

from service.alerting.decide import Policy
from service.detection.simulator import MONTH_DAYS, Matter, simulate
from service.domain.warning import Alert, Level
from service.usecases.budget import rules_within
from service.usecases.rehearse import Rehearsal, rehearse

HOUR = timedelta(hours=1)
FOUND_WITHIN = timedelta(hours=24)
SMALL = 5  # negative origins in three days: below it, a matter is not worth a count


def tell_desks(seeds: Iterable[int], *, months: float, watches: float, alarms: float) -> None:
    """Rehearse, and print a line a desk and the sum."""
    policy = Policy(rules=rules_within(watches=watches, alarms=alarms))
    false: Counter[Level] = Counter()
    found: Counter[str] = Counter()
    delays: list[float] = []
    lasted = 0.0
    for seed in seeds:
        done = rehearse(simulate(seed=seed, months=months), policy=policy)
        mine, theirs = _false(done), [_outcome(done, m) for m in done.desk.matters]
        lasted += (done.desk.end - done.desk.counted_from) / timedelta(days=MONTH_DAYS)
        false += mine
        for kind, alerts, delay in theirs:
            found[f"{kind} matters"] += 1
            found[f"{kind} found"] += delay is not None and delay <= FOUND_WITHIN / HOUR
            found[f"{kind} alerts"] += alerts
            if kind == "crisis" and delay is not None:
                delays.append(delay)
        click.echo(f"desk {seed}: false " + ", ".join(f"L{level:d} {mine[level]}" for level in list(Level)[1:]))
    budgets = {Level.WATCH: f"{watches:g}", Level.WARNING: f"{alarms:g}", Level.RISK: "-", Level.CRISIS: "-"}
    for level, budget in budgets.items():
        click.echo(f"L{level:d}: {budget} false a month asked, {false[level] / lasted:.2f} got, in {lasted:.1f} months")
    for kind in ("crisis", "smaller", "small"):
        n = found[f"{kind} matters"]
        if n:
            each = f"{found[f'{kind} alerts'] / n:.1f} alerts each"
            click.echo(f"{kind}: {found[f'{kind} found']} of {n} found within 24 h, {each}")
    if delays:
        click.echo(f"crises: median delay {median(delays):.0f} h")


def _false(done: Rehearsal) -> Counter[Level]:
    """Alerts on nothing but an ordinary day, by their highest level."""
    return Counter(a.peak_level for a in _counted(done) if done.matter(a) is None)


def _counted(done: Rehearsal) -> list[Alert]:
    return [a for a in done.alerts if a.opened_at >= done.desk.counted_from]


def _outcome(done: Rehearsal, matter: Matter) -> tuple[str, int, float | None]:
    """Kind of a matter, alerts on it, and hours to the first one."""
    kind = "crisis" if matter.is_crisis else "smaller" if matter.origins >= SMALL else "small"
    mine = [a for a in done.alerts if done.matter(a) == matter.number]
    times = [m.at for m in done.moments if done.matter(m.alert) == matter.number and m.at >= matter.first]
    return kind, len(mine), (min(times) - matter.first) / HOUR if times else None
