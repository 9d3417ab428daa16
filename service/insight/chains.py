"""Alerts that people merged, folded into the one that went on: a crisis counts once, as grave as its gravest part."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from service.domain.indicators import AlertFacts
from service.domain.warning import Level, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An alert as it is stored.

    Attributes:
        into: id of the alert it was merged into.
        readable: whoever asks may read it; of other parts only what was done about the crisis is told.
        refused_at: when a person last refused the level it was proposed at.
    """

    facts: AlertFacts
    into: str | None = None
    readable: bool = True
    refused_at: datetime | None = None


def judged(
    peak: int, verdict: Verdict | None, events: Sequence[tuple[str, datetime]], *, opened_at: datetime, proposed: bool
) -> tuple[int, int]:  # fmt: skip
    """Level to report, and the highest one that a person confirmed or that needs nobody to (L1, L2).

    Args:
        verdict: the last one.
        events: kind and time of each time it was raised, confirmed or refused, oldest first.
        proposed: a level waits for a person.
    """
    peak_at = max((at for kind, at in events if kind == "raised"), default=opened_at)
    confirmed = min(peak, Level.WARNING)
    if verdict is not None and verdict.confirmed:
        confirmed = max(confirmed, verdict.level)
    elif verdict is not None and verdict.level == Level.CRISIS:
        # of one level the last word counts; what was said before the L4 was of an L3
        before = [kind for kind, at in events if kind != "raised" and at < peak_at]
        confirmed = Level.RISK if before[-1:] == ["confirmed"] else confirmed
    refused = verdict is not None and not verdict.confirmed and peak_at <= verdict.at and not proposed
    return (int(confirmed) if refused else peak), int(confirmed)


def last(alert: str, into: Mapping[str, str]) -> tuple[str, int]:
    """The alert that one went on in at last, and after how many mergers."""
    passed = {alert}
    while (target := into.get(alert)) is not None and target not in passed:
        passed.add(target)
        alert = target
    return alert, len(passed) - 1


def fold(parts: Iterable[Part], *, since: datetime, until: datetime) -> list[AlertFacts]:
    """Alerts that opened in a span, oldest first: each chain once, opened with its first part, its parts besides."""
    parts = list(parts)
    into = {p.facts.id: p.into for p in parts if p.into is not None}
    chains: dict[str, list[tuple[int, Part]]] = defaultdict(list)
    for part in parts:
        end, mergers = last(part.facts.id, into)
        chains[end].append((mergers, part))
    found: list[AlertFacts] = []
    for chain in chains.values():
        ordered = [p for _, p in sorted(chain, key=lambda c: (c[0], c[1].facts.opened_at, c[1].facts.id))]
        readable = [p for p in ordered if p.readable]
        if readable:
            found += [_whole(ordered, readable), *(replace(p.facts, merged=True) for p in readable[1:])]
    return sorted((a for a in found if since <= a.opened_at < until), key=lambda a: (a.opened_at, a.id))


def _whole(ordered: Sequence[Part], readable: Sequence[Part]) -> AlertFacts:
    """One alert of a chain, under the name of its last part that may be read."""
    end = ordered[0]
    every = [p.facts for p in ordered]
    return replace(
        readable[0].facts,
        level=max(_level(p, end) for p in readable),
        confirmed=max(p.facts.confirmed for p in readable),
        opened_at=min(p.facts.opened_at for p in readable),
        told_at=_first(a.told_at for a in every),
        seen_at=_first(a.seen_at for a in every),
        statement_at=_first(a.statement_at for a in every),
        state=end.facts.state,
        closed_at=end.facts.closed_at,
        ended=end.facts.ended,
        dismissed=end.facts.dismissed,
        merged=False,
    )


def _level(part: Part, end: Part) -> int:
    """Whoever refused the level of the alert that goes on refused that of what had been merged into it too."""
    merged_at = part.facts.closed_at
    settled = part is not end and end.refused_at is not None and merged_at is not None and merged_at <= end.refused_at
    return part.facts.confirmed if settled else part.facts.level


def _first(times: Iterable[datetime | None]) -> datetime | None:
    return min((t for t in times if t is not None), default=None)
