"""Figures for Prometheus, read from the tables at the moment they are asked for."""

from __future__ import annotations

import math
from collections import Counter
from datetime import timedelta

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from service.web.deps import Site
from service.web.learning import drift_now


def exposition(site: Site) -> bytes:
    """The metrics in Prometheus' text format."""
    now = site.clock.now()
    totals = site.read.totals(now=now)
    registry = CollectorRegistry()

    def gauge(name: str, help_text: str, value: float) -> None:
        Gauge(f"radar_{name}", help_text, registry=registry).set(value)

    gauge("documents", "relevant documents kept", totals.documents)
    gauge("stories", "stories", totals.stories)
    gauge("alerts_open", "alerts nobody has acknowledged", totals.open_alerts)
    gauge("notifications_pending", "messages waiting in the outbox", totals.pending_notifications or 0)
    gauge("notifications_dead", "messages given up or refused", totals.dead_notifications or 0)
    gauge("pages_due", "pages waiting to be read", totals.pages_due)
    gauge("pages_put_off", "pages whose next try has not come", totals.pages_put_off)
    if totals.newest_document_at:
        age = (now - totals.newest_document_at).total_seconds()
        gauge("newest_document_age_seconds", "time since the last relevant document came in", age)
    health = Gauge("radar_feeds", "feeds by health", ["health"], registry=registry)
    for name, count in Counter(f.health for f in site.read.feeds(site.feeds, now=now)).items():
        health.labels(name).set(count)
    hours = site.read.coverage(since=now - timedelta(hours=1), until=now + timedelta(hours=1))
    if hours:
        gauge("coverage", "share of sources that report as expected in this hour", hours[-1].value)
    rounds = Gauge("radar_role_age_seconds", "time since the role was last at work", ["role"], registry=registry)
    for role, since in site.rounds().items():
        rounds.labels(role).set(math.inf if since is None else since.total_seconds())
    _drift(site, registry)
    return generate_latest(registry)


def _drift(site: Site, registry: CollectorRegistry) -> None:
    found = drift_now(site)
    if found is None:
        return
    stability = Gauge("radar_score_psi", "population stability index of scores", ["head"], registry=registry)
    for shift in found.shifts:
        if shift.psi is not None:
            stability.labels(shift.head).set(shift.psi)
    if found.unknown is not None:
        Gauge("radar_unknown_words", "share of words the vocabulary lacks", registry=registry).set(found.unknown)
    Gauge("radar_drift_warnings", "signs of drift shown on /model", registry=registry).set(len(found.warnings))
