"""Campaigns: list, enter, remove."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta

from service.alerting.campaigns import around
from service.domain.audit import Action
from service.domain.campaigns import Campaign
from service.domain.provinces import why_not
from service.domain.times import VIETNAM
from service.domain.topics import TOPICS
from service.domain.wording import one_line
from service.parsing.own_contacts import OwnContacts
from service.ports import Clock
from service.ports.storage import Store
from service.usecases.audit import actor_ref, audit
from service.usecases.personal import why_not_kept

MOST_NAME = 160
LONGEST = timedelta(days=200)
# older ones measure nothing any more, and a later one is a slip of the pen
FARTHEST = timedelta(days=2 * 366)


class CampaignError(ValueError):
    """It cannot be entered; the message says why, in Vietnamese."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A campaign; `entered` by a person, or shipped."""

    campaign: Campaign
    entered: bool
    runs: bool


def listed(store: Store, clock: Clock) -> list[Listed]:
    """Campaigns that run or are to come within a year, and those people have entered, in order of their start."""
    now = clock.now()
    today = now.astimezone(VIETNAM).date()
    with store.snapshot() as tx:
        mine = tx.campaigns()
    known = {c.id for c in mine}
    return [
        Listed(c, c.id in known, c.covers(now))
        for c in around(now, mine)
        if c.id in known or (c.ends >= today and (c.starts - today).days < 365)
    ]


def add(
    *, name: str, days: tuple[date, date], topics: tuple[str, ...], places: tuple[str, ...], who: str, store: Store,
    clock: Clock, own: OwnContacts | None = None,
) -> Campaign:  # fmt: skip
    """Enter a campaign.

    Args:
        days: the first and the last.
        own: contacts that the name may hold (see `why_not_kept`).

    Raises:
        CampaignError: no name, one with personal data, days out of order, too many or too far away, no topic or an
            unknown one, what is no code of a province, or it is there already.
    """
    now, name = clock.now(), one_line(name)
    starts, ends = days
    topics, places = tuple(dict.fromkeys(topics)), tuple(dict.fromkeys(places))
    if problem := _problem(name, starts, ends, topics, places, now.astimezone(VIETNAM).date()):
        raise CampaignError(problem)
    digest = hashlib.blake2b(f"{name}|{starts}|{ends}|{topics}|{places}".encode(), digest_size=6).hexdigest()
    campaign = Campaign(id=f"c{digest}", name=name, starts=starts, ends=ends, topics=topics, places=places)
    with store.begin() as tx:
        if problem := why_not_kept(tx, name, own):
            raise CampaignError(problem)
        if campaign.id in {c.id for c in tx.campaigns()}:
            raise CampaignError("Chiến dịch này đã có.")
        tx.add_campaign(campaign, by=who, at=now)
        audit(
            tx, Action.CAMPAIGN_ADDED, actor=actor_ref(tx, who), at=now, subject=f"campaign:{campaign.id}",
            starts=starts.isoformat(), ends=ends.isoformat(), topics=len(topics),
            provinces="+".join(places)[:100] or "national",
        )  # fmt: skip
    return campaign


def _problem(
    name: str, starts: date, ends: date, topics: tuple[str, ...], places: tuple[str, ...], today: date
) -> str:  # fmt: skip
    if not name or len(name) > MOST_NAME:
        return f"Vui lòng ghi tên chiến dịch, nhiều nhất {MOST_NAME} ký tự."
    if starts > ends:
        return "Ngày kết thúc phải bằng hoặc sau ngày bắt đầu."
    if ends - starts >= LONGEST:
        return f"Một chiến dịch kéo dài nhiều nhất {LONGEST.days} ngày."
    if today - starts > FARTHEST or ends - today > FARTHEST:
        return "Ngày của chiến dịch chỉ được cách hôm nay nhiều nhất hai năm."
    if not topics or not TOPICS.keys() >= set(topics):
        return "Vui lòng chọn ít nhất một chủ đề có trong danh mục."
    return next(filter(None, map(why_not, places)), "")


def remove(campaign_id: str, *, who: str, store: Store, clock: Clock) -> bool:
    """Remove a campaign that a person entered; whether there was one."""
    with store.begin() as tx:
        removed = tx.remove_campaign(campaign_id)
        if removed:
            subject = f"campaign:{campaign_id}"
            audit(tx, Action.CAMPAIGN_REMOVED, actor=actor_ref(tx, who), at=clock.now(), subject=subject)
        return removed
