"""Explanations as whoever asks may read them: of alerts and stories of their provinces, with the documents of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.alerting.wording import unquoted
from service.domain.provinces import name_of
from service.domain.views import StoryDetailView
from service.insight.periods import today
from service.usecases.explain import Explanation, explain_alert, explain_story
from service.usecases.outlook import Outlook, outlook
from service.usecases.recover import Aftermath, aftermath
from service.web.deps import Site


def alert_explanation(site: Site, alert_id: str) -> Explanation | None:
    """Why an alert fired; None if there is none that may be read."""
    if site.read.alert(alert_id) is None:
        return None
    found = explain_alert(alert_id, store=site.store, policy=site.policy)
    return _readable(site, [found])[0] if found else None


def story_detail(site: Site, story_id: str) -> StoryDetailView | None:
    """What a story is made of, with the names of provinces on the day of its newest document."""
    found = site.read.story_detail(story_id)
    if found is None:
        return None
    day = today(found.story.last_at)
    return replace(found, places=[(name_of(code, day), n) for code, n in found.places])


def story_explanations(site: Site, story_id: str) -> list[Explanation]:
    """Why a story did or did not become an alert; empty if there is none that may be read."""
    if site.read.story(story_id) is None:
        return []
    return _readable(site, explain_story(story_id, store=site.store, clock=site.clock, policy=site.policy))


def alert_aftermath(site: Site, alert_id: str) -> Aftermath | None:
    """Recovery and plan of an alert; None if there is none that may be read."""
    return aftermath(alert_id, read=site.read, store=site.store, clock=site.clock)


def alert_outlook(site: Site, alert_id: str) -> Outlook | None:
    """What is to be expected of an open alert; None if there is none that may be read."""
    return outlook(alert_id, store=site.store, clock=site.clock) if site.read.alert(alert_id) else None


def _readable(site: Site, explanations: Sequence[Explanation]) -> list[Explanation]:
    if not site.read.limits():
        return list(explanations)
    readable = site.read.readable([e.id for x in explanations for e in x.evidence])
    return [_told(replace(x, evidence=[e for e in x.evidence if e.id in readable])) for x in explanations]


def _told(found: Explanation) -> Explanation:
    """Without titles of documents beyond its evidence."""
    known = [e.title for e in found.evidence]
    return replace(
        found, name=unquoted(found.name, known=known), why=unquoted(found.why, known=known),
        reasons=tuple(unquoted(r, known=known) for r in found.reasons),
    )  # fmt: skip
