"""What is at stake in a stream: the facts of topics.yaml."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml


class Cluster(StrEnum):
    """How much responsibility the public puts on the organisation (Coombs 2007, situational crisis communication)."""

    VICTIM = "victim"
    ACCIDENTAL = "accidental"
    PREVENTABLE = "preventable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What is at stake in a topic.

    Attributes:
        weight: how readily it turns into a crisis, 1 to 5.
        people: order of magnitude of the people it concerns, 1 (thousands) to 5 (nearly everybody).
    """

    weight: int
    people: int
    cluster: Cluster


UNKNOWN = Stake(weight=3, people=3, cluster=Cluster.ACCIDENTAL)


def parse(text: str) -> dict[str, Stake]:
    """Facts by topic id; ValueError that names the topic and what was expected."""
    return {topic: _stake(topic, fields) for topic, fields in yaml.safe_load(text).items()}


def _stake(topic: str, fields: dict[str, Any]) -> Stake:
    try:
        stake = Stake(weight=fields["weight"], people=fields["people"], cluster=Cluster(fields["cluster"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"topic {topic}: expected weight, people and cluster ({', '.join(Cluster)}): {error}"
        ) from None
    if stake.weight not in range(1, 6) or stake.people not in range(1, 6):
        raise ValueError(f"topic {topic}: expected weight and people from 1 to 5, found {stake}")
    return stake


@lru_cache(maxsize=1)
def shipped() -> dict[str, Stake]:
    """The facts that come with the package."""
    return parse((files(__package__) / "topics.yaml").read_text(encoding="utf-8"))


def stake_of(topics: Sequence[str]) -> Stake:
    """The gravest stake of several topics, part by part; UNKNOWN where no topic is known."""
    known = [stake for topic in topics if (stake := shipped().get(topic)) is not None]
    if not known:
        return UNKNOWN
    order = list(Cluster)
    return Stake(
        weight=max(stake.weight for stake in known),
        people=max(stake.people for stake in known),
        cluster=max((stake.cluster for stake in known), key=order.index),
    )
