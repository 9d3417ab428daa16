"""Hold every feed against its own past, and keep the coverage series that early warning goes by."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from service.domain.coverage import HOUR, Coverage, FeedCheck, hour_of
from service.domain.sources import Feed
from service.insight.coverage import check_feed, coverage_of, wrong_sections
from service.ports import Clock
from service.ports.storage import Store

WEEKS = timedelta(days=28)
LAST_DAY = 24


def measure(feeds: Mapping[str, Feed], store: Store, clock: Clock) -> tuple[list[FeedCheck], Coverage]:
    """Check all feeds and the coverage of the last day hour by hour; gives the checks and the present hour's."""
    now = clock.now()
    hour = hour_of(now)
    with store.begin() as tx:
        states = {s.feed_id: s for s in tx.feed_states()}
        past = tx.feed_pasts(since=now - WEEKS, recent=hour - LAST_DAY * HOUR, until=now)
        pasts = {p.feed_id: p for p in past}
        signs = tx.signs()
    chosen = list(feeds.values())
    wrong = wrong_sections(chosen, signs)
    checks = [
        check_feed(f, pasts.get(f.id), states[f.id], wrong_section=wrong.get(f.id, ""), now=now)
        for f in chosen
        if f.id in states
    ]
    hours = [hour - n * HOUR for n in range(LAST_DAY, -1, -1)]
    coverage = coverage_of(chosen, states, pasts, hours, now=now)
    with store.begin() as tx:
        tx.save_checks(checks)
        if coverage[-1].expected:
            tx.save_coverage(coverage)
    return checks, coverage[-1]
