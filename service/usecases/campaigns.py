"""Campaigns: list, enter, remove."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from service.alerting.campaigns import around
from service.domain.campaigns import HANOI, Campaign
from service.domain.provinces import CODES
from service.domain.topics import TOPICS
from service.ports import Clock
from service.ports.storage import Store


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign; `entered` by a person, or shipped."""

    campaign: Campaign
    entered: bool
    runs: bool


def listed(store: Store, clock: Clock) -> list[Listed]:
    """Campaigns that run or are to come within a year, and those people have entered, in order of their start."""
    now = clock.now()
    today = now.astimezone(HANOI).date()
    with store.begin() as tx:
        mine = tx.campaigns()
    known = {c.id for c in mine}
    return [
        Listed(c, c.id in known, c.covers(now))
        for c in around(now, mine)
        if c.id in known or (c.ends >= today and (c.starts - today).days < 365)
    ]


def add(
    *, name: str, starts: date, ends: date, topics: tuple[str, ...], places: tuple[str, ...], who: str, store: Store,
    clock: Clock,
) -> Campaign:  # fmt: skip
    """Enter a campaign.

    Raises:
        ValueError: it ends before it starts, names no topic, an unknown topic or province, or is there already.
    """
    unknown = sorted(set(topics) - TOPICS.keys())
    if unknown or not topics:
        raise ValueError(f"topics: expected some of {', '.join(TOPICS)}, found {', '.join(unknown) or 'none'}")
    if wrong := [code for code in places if code not in CODES]:
        raise ValueError(f"places: expected codes of provinces of today, found {', '.join(wrong)}")
    digest = hashlib.blake2b(f"{name}|{starts}|{ends}|{topics}|{places}".encode(), digest_size=6).hexdigest()
    campaign = Campaign(id=f"c{digest}", name=name, starts=starts, ends=ends, topics=topics, places=places)
    with store.begin() as tx:
        if campaign.id in {c.id for c in tx.campaigns()}:
            raise ValueError("this campaign is there already")
        tx.add_campaign(campaign, by=who, at=clock.now())
    return campaign


def remove(campaign_id: str, *, store: Store) -> bool:
    """Remove a campaign that a person entered; whether there was one."""
    with store.begin() as tx:
        return tx.remove_campaign(campaign_id)
