"""The daily and the weekly digest as an e-mail."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Protocol
from urllib.parse import urlsplit

from jinja2 import Environment

from service.alerting import wording
from service.alerting.rendering import templates
from service.domain.desk import AlertFigures, Subscription, SubscriptionChannel
from service.domain.notifications import NotificationDraft
from service.domain.provinces import names_of
from service.domain.times import VIETNAM
from service.domain.topics import TOPICS
from service.domain.views import AlertView, FeedView
from service.domain.warning import Level
from service.domain.wording import ALERT_MOVES, ALERT_STATES, local_time, number, percent

HOUR = 7  # local hour at which digests go out
MONDAY = 0
_HOST = re.compile(r"[^a-z0-9.-]+")
DIRECTIONS = {"up": "tăng", "down": "giảm", "unclear": "chưa rõ"}


class TopicLine(Protocol):
    """A topic now and before; see service.insight.trends.TopicTrend."""

    @property
    def label(self) -> str: ...
    @property
    def documents(self) -> int: ...
    @property
    def before(self) -> int: ...
    @property
    def share(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...
    @property
    def share_before(self) -> float | None: ...
    @property
    def trend(self) -> str: ...
    @property
    def moved(self) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What a digest tells.

    Attributes:
        since, until: the span it is about.
        happened: alerts opened in the span; `open_alerts`: all that have not ended.
        moved: those opened earlier that were raised, ended or opened again in the span, each with when (ALERT_MOVES).
        limits: what its alerts are limited to, in words; empty: nothing.
        places: names of the provinces that its account, and so all it tells, is limited to; empty: none.
        documents: origins in the span, the denominator of everything.
        feeds: that are on; `never_read` of them were not read yet.
        troubled: feeds that do not work as they should, each with what is wrong.
        stopped: since when nothing was read at all, for the head: what is not read is no calm.
    """

    channel: SubscriptionChannel
    since: datetime
    until: datetime
    happened: Sequence[AlertView]
    open_alerts: Sequence[AlertView]
    moved: Sequence[tuple[AlertView, Mapping[str, datetime]]] = ()
    limits: Sequence[str] = ()
    places: str = ""
    figures: AlertFigures
    documents: int
    documents_before: int
    topics: Sequence[TopicLine]
    feeds: int
    never_read: int = 0
    troubled: Sequence[tuple[FeedView, str]]
    stopped: Sequence[str] = ()
    base_url: str


def span_of(channel: SubscriptionChannel, now: datetime) -> tuple[datetime, datetime]:
    """The span of the latest digest that is due: days and weeks end at HOUR, weeks on Monday."""
    local = now.astimezone(VIETNAM)
    until = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    if until > local:
        until -= timedelta(days=1)
    if channel is SubscriptionChannel.WEEKLY:
        until -= timedelta(days=(until.weekday() - MONDAY) % 7)
    length = timedelta(days=7 if channel is SubscriptionChannel.WEEKLY else 1)
    return (until - length).astimezone(now.tzinfo), until.astimezone(now.tzinfo)


def key_of(channel: SubscriptionChannel, until: datetime, *, recipient: str) -> str:
    """The same digest for the same recipient always has the same key."""
    digest = hashlib.blake2b(f"email|{recipient}".encode(), digest_size=8).hexdigest()
    return f"digest:{channel}:{until.astimezone(VIETNAM):%Y-%m-%d}:{digest}"


def draft(digest: Digest, *, recipient: str) -> NotificationDraft:
    """The digest for one recipient."""
    key = key_of(digest.channel, digest.until, recipient=recipient)
    host = _HOST.sub("", (urlsplit(digest.base_url).hostname or "").lower()) or "localhost"
    weekly = digest.channel is SubscriptionChannel.WEEKLY
    values = {"d": digest, "title": "Bản tin tuần" if weekly else "Bản tin ngày", "lead": lead(digest)}
    return NotificationDraft(
        key=key,
        message_id=f"<{key.replace(':', '.')}@{host}>",
        channel="email",
        recipient=recipient,
        subject=f"[BHXH Radar] {values['title']} {digest.until.astimezone(VIETNAM):%d/%m/%Y}: {values['lead']}"[:160],
        text=_templates().get_template("digest.txt").render(values),
        html=_templates().get_template("digest.html").render(values),
        alert_id=None,
    )


def limits_of(subscription: Subscription, provinces: Sequence[str]) -> list[str]:
    """What the alerts of a digest are limited to: «từ mức L2», «chủ đề “Lương hưu, tuổi nghỉ hưu”».

    Args:
        provinces: that the account is limited to.
    """
    found = [f"từ mức L{subscription.min_level:d}"] if subscription.min_level > Level.WATCH else []
    if subscription.topics:
        topics = ", ".join(f"“{TOPICS.get(t, t)}”" for t in subscription.topics)
        found.append(f"chủ đề {topics} (cảnh báo không riêng chủ đề nào: từ mức L3)")
    if subscription.provinces:
        found.append(f"địa phương {names_of(subscription.provinces)} (cảnh báo của cả nước: từ mức L3)")
    if provinces:
        found.append(f"trong phạm vi tài khoản ({names_of(provinces)})")
    return found


def lead(digest: Digest) -> str:
    """One sentence: the most important first."""
    unseen = sum(a.state == "open" for a in digest.open_alerts)
    grave = sum(a.level >= Level.RISK for a in digest.open_alerts)
    limits = "theo đăng ký" if len(digest.limits) > 1 else "".join(digest.limits)
    within = f" ({limits})" if limits else ""
    parts = [f"{len(digest.happened)} cảnh báo mới"]
    if digest.moved:
        parts.append(f"{len(digest.moved)} cảnh báo đã nâng mức, kết thúc hoặc mở lại")
    parts.append(f"{len(digest.open_alerts)} cảnh báo đang mở{within}")
    if grave:
        parts.append(f"{grave} ở mức nguy cơ khủng hoảng trở lên")
    if unseen:
        parts.append(f"{unseen} chưa có người tiếp nhận")
    return ", ".join(parts) + "."


@lru_cache(maxsize=1)
def _templates() -> Environment:
    environment = templates(__package__, number=number, percent=percent, local=local_time)
    environment.globals |= {
        "DIRECTIONS": DIRECTIONS, "ALERT_MOVES": ALERT_MOVES, "ALERT_STATES": ALERT_STATES,
        "standing": wording.standing,
    }  # fmt: skip
    return environment
