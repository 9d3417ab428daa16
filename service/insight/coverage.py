"""Feeds against their own past, and the share of sources that report as expected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from service.domain.coverage import HOUR, Coverage, FeedCheck, FeedPast, FeedWarning, hour_of
from service.domain.fetching import FeedState
from service.domain.sources import Feed
from service.domain.text import fold
from service.domain.times import believed
from service.insight.health import is_empty, is_stale
from service.insight.rhythm import Rhythm, missed

# a feed that was due to bring so many has a chance below one in a hundred of having had none (Poisson, exp(-4.6))
SILENT_BEYOND = 4.6
DAY_HOURS = 24
ENOUGH_JUDGED = 20
MOST_OF_LINKS = 0.8
PATIENCE = 1.5  # of a feed's own interval, before a poll counts as missing
SLACK = timedelta(minutes=15)


def check_feed(feed: Feed, past: FeedPast | None, state: FeedState, *, wrong_section: str, now: datetime) -> FeedCheck:
    """Expected and actual counts of a feed, and the warning it deserves.

    Args:
        wrong_section: why its content does not fit its name; "" where it does.
    """
    hour = hour_of(now)
    if past is None:
        warning, detail = _warning(feed, None, state, 0.0, wrong_section, now)
        return FeedCheck(feed_id=feed.id, at=now, warning=warning, detail=detail)
    rhythm = Rhythm.of(past)
    behind = missed(past, rhythm, now)
    counted = {h.start: h.entries for h in past.recent}
    day = [hour - HOUR * n for n in range(1, DAY_HOURS + 1)]
    warning, detail = _warning(feed, past, state, behind, wrong_section, now)
    return FeedCheck(
        feed_id=feed.id,
        at=now,
        expected_hour=rhythm.at(hour - HOUR),
        actual_hour=counted.get(hour - HOUR, 0),
        expected_day=sum(rhythm.at(h) for h in day),
        actual_day=sum(counted.get(h, 0) for h in day),
        missed=behind,
        delay=past.delay,
        warning=warning,
        detail=detail,
    )


def _warning(
    feed: Feed, past: FeedPast | None, state: FeedState, behind: float, wrong_section: str, now: datetime
) -> tuple[str, str]:
    """Only for a feed that answers: one that fails or refuses says so itself."""
    if state.failures or state.refusals or state.last_success_at is None:
        return "", ""
    if is_empty(state):
        again = f", {state.empties} lần liền" if state.empties > 1 else ""
        return FeedWarning.EMPTY, f"đọc được nhưng không có tin nào{again}"
    if state.newest_item_at is not None and is_stale(state, now):
        days = (now - state.newest_item_at).days
        return FeedWarning.OLD_ITEMS, f"chỉ có tin cũ, tin mới nhất cách đây {days} ngày"
    if behind > SILENT_BEYOND:
        return FeedWarning.SILENT, f"từ tin cuối, bình thường đã phải có khoảng {behind:.0f} tin"
    if wrong_section:
        return FeedWarning.WRONG_SECTION, wrong_section
    if feed.topics and past is not None and past.judged >= ENOUGH_JUDGED and not past.relevant:
        return FeedWarning.WRONG_SECTION, f"{past.judged} tin đã đọc đều không thuộc chủ đề của chuyên mục"
    return "", ""


def wrong_sections(feeds: Sequence[Feed], signs: Mapping[str, tuple[str, str, float]]) -> dict[str, str]:
    """Feeds that say of themselves, or whose links say, that they are another section of the same outlet.

    Args:
        signs: by feed, its own title, the commonest first part of its links' paths and the share of links with it.
    """
    of_outlet: dict[str, dict[str, Feed]] = {}
    for feed in feeds:
        if slug := _slug(feed.section):
            of_outlet.setdefault(feed.source.id, {})[slug] = feed
    found = {}
    for feed in feeds:
        own = _slug(feed.section)
        others = {s: f for s, f in of_outlet.get(feed.source.id, {}).items() if s not in own and own not in s}
        if not own or feed.id not in signs:
            continue
        title, path, share = signs[feed.id]
        named = _slug(title)
        if share >= MOST_OF_LINKS and path != own and path in others:
            found[feed.id] = f"{share:.0%} liên kết dẫn tới chuyên mục “{others[path].section}”"
        elif own not in named and (other := next((f for s, f in others.items() if _within(s, named)), None)):
            found[feed.id] = f"nguồn tự xưng là “{title[:80]}”, giống chuyên mục “{other.section}”"
    return found


def coverage_of(
    feeds: Sequence[Feed],
    states: Mapping[str, FeedState],
    pasts: Mapping[str, FeedPast],
    hours: Sequence[datetime],
    *,
    now: datetime,
) -> list[Coverage]:
    """Coverage of hours of the last day, as it looks now.

    A source is expected once one of its feeds has brought something in the last four weeks. It reports in an hour if a
    feed of it was read in or after that hour (feeds reach back about a day, so an outage that is over is made up for)
    and had not fallen silent by then.
    """
    by_source: dict[str, list[tuple[FeedState, FeedPast, Rhythm]]] = {}
    for feed in feeds:
        if feed.enabled and feed.id in states and feed.id in pasts and pasts[feed.id].last_entry_hour:
            past = pasts[feed.id]
            by_source.setdefault(feed.source.id, []).append((states[feed.id], past, Rhythm.of(past)))
    found = []
    for hour in hours:
        reporting = sum(any(_reports(*one, hour, now) for one in members) for members in by_source.values())
        found.append(Coverage(start=hour, reporting=reporting, expected=len(by_source)))
    return found


def _reports(state: FeedState, past: FeedPast, rhythm: Rhythm, hour: datetime, now: datetime) -> bool:
    read_at = believed(state.last_success_at, now)
    if read_at is None or past.last_entry_hour is None:
        return False
    # a poll that is not due yet is not missing
    allowed = state.interval * PATIENCE + SLACK
    if read_at < min(hour, now - allowed):
        return False
    if past.last_entry_hour >= hour:
        return True
    return rhythm.between(past.last_entry_hour, hour) <= SILENT_BEYOND


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in fold(text)).split())


def _within(slug: str, named: str) -> bool:
    return len(slug) >= 5 and f"-{slug}-" in f"-{named}-"
