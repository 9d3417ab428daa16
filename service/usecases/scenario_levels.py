"""The level that a scenario would have reached: its counts through the detector, its topic through the stakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from service.alerting.decide import reached
from service.alerting.levels import DEFAULT_RULES, Rules
from service.detection.scenario import Episode
from service.domain.intents import Evidence
from service.domain.sources import SourceKind
from service.domain.warning import Bin, Level, Unusual
from service.usecases.assess import make_signal

DAY_HOURS = 24
REACH = 3  # of the outlets, of which a scenario says nothing


def highest_level(episode: Episode, scored: Sequence[Unusual], *, rules: Rules = DEFAULT_RULES) -> Level:
    """The highest level of the replayed hours; publishers are online outlets of middle reach."""
    bins = episode.bins[len(episode.bins) - len(scored) :]
    best = Level.NORMAL
    for n, unusual in enumerate(scored):
        if unusual.score < rules.gates[Level.WATCH].unusual:
            continue
        day = bins[max(0, n - DAY_HOURS + 1) : n + 1]
        topics = [episode.scenario.topic] if episode.scenario.topic else []
        usual = sum(u.expected for u in scored[max(0, n - DAY_HOURS + 1) : n + 1])
        stream = f"topic:{topics[0]}" if topics else "all"
        signal = make_signal(stream, unusual, bins[n], _evidence(day), topics=topics, usual=usual)
        signal = replace(signal, day=sum(b.value for b in day), day_expected=usual)
        best = max(best, reached(signal, rules=rules))
    return best


def _evidence(day: Sequence[Bin]) -> list[Evidence]:
    """Documents of a day: each hour's publishers are counted anew, so no more of them are told apart than the most."""
    publishers = max((b.sources for b in day), default=0) + sum(b.sources > 0 for b in day) - 1
    total = sum(b.value for b in day)
    at = day[-1].start + timedelta(hours=1)
    return [
        Evidence(
            document_id=f"d{n}", title="", source_name="", publisher=f"p{n % max(1, publishers)}",
            source_kind=str(SourceKind.ONLINE), reach=REACH, url="", published_at=at, story_id=None,
        )
        for n in range(total)
    ]  # fmt: skip
