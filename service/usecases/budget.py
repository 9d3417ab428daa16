"""Levels that keep to a budget of false alarms a month, for all streams of the desk together."""

from __future__ import annotations

from dataclasses import replace

from service.alerting.levels import DEFAULT_RULES, Rules
from service.detection.alarms import threshold
from service.domain.streams import StreamKind
from service.domain.warning import Level
from service.usecases.assess import USUAL_STREAMS

# the agency with its topics, and three kinds of detail whose scores are brought to as many chances (assess.among)
CHANCES = USUAL_STREAMS * (1 + sum(kind.is_detail for kind in StreamKind))

# what harm weighs (levels.weighted) in warnings by chance: 1.14 on average of 162 on the desks 1 to 12, and a little
# less here, so that no more are held back than the budget asks
USUAL_WEIGHT = 1.1


def rules_within(*, watches: float, alarms: float) -> Rules:
    """Rules whose L1 and L2 begin where chance alone gives so many alerts a month.

    A score of s is reached by chance once in 10**s hours in each stream, so the scores follow from the number of
    streams. L2 is asked of the score with harm counted in, which lifts what is by chance too. L3 and L4 stay as they
    are: nothing holds them back.

    Args:
        watches: alerts by chance of L1 a month that are accepted; they are on the page only.
        alarms: the same for L2, which sends messages.
    """
    warning = min(USUAL_WEIGHT * threshold(CHANCES, alarms), DEFAULT_RULES.gates[Level.RISK].unusual)
    watch = min(threshold(CHANCES, watches), warning)
    gates = dict(DEFAULT_RULES.gates)
    gates[Level.WATCH] = replace(gates[Level.WATCH], unusual=watch)
    gates[Level.WARNING] = replace(gates[Level.WARNING], unusual=warning)
    return replace(DEFAULT_RULES, gates=gates)
