"""The chance that a watch becomes a crisis: shape of the model, wording, and what it is given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting import outlook
from service.alerting.context import Fact, Kind
from service.domain.streams import StreamDocument
from tests.alerts import make_signal

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)


def told(hours_ago: float, kind: str = "online") -> StreamDocument:
    at = NOW - timedelta(hours=hours_ago)
    return StreamDocument(
        id=f"d{hours_ago}", published_at=at, first_seen_at=at, source_kind=kind, publisher="p", source_name="p",
        reach=3, negative=True, feedback=None, official=False, is_copy=False, story_id="s", title="Chuyện",
    )  # fmt: skip


def known(**more: object) -> dict[str, float]:
    facts = [Fact(Kind.TIER1, 0.3, "")]
    documents = [told(30), told(7, "forum"), told(2), told(1)]
    return outlook.features(make_signal(**more), facts, documents, opened_at=NOW - timedelta(hours=5), now=NOW)


def test_the_model_is_asked_for_exactly_what_is_known() -> None:
    assert set(outlook.shipped().weights) == set(known())


def test_features_tell_growth_talk_and_kinds_of_facts() -> None:
    found = known()
    assert found["growth"] > 0
    assert found["talk"] == pytest.approx(1 / 3)
    assert (found["tier1"], found["jump"]) == (1.0, 0.0)


@given(st.floats(0, 30), st.floats(0, 1), st.floats(0, 1))
def test_a_chance_is_a_probability(unusual: float, harmful: float, sure: float) -> None:
    assert 0.0 < outlook.shipped().chance(known(unusual=unusual, harmful=harmful, sure=sure)) < 1.0


def test_more_unusual_is_never_less_likely_to_become_grave() -> None:
    model = outlook.shipped()
    chances = [model.chance(known(unusual=u)) for u in (2.0, 4.0, 6.0, 9.0)]
    assert chances == sorted(chances)


def test_the_calibration_that_is_shown_is_that_of_the_model() -> None:
    model = outlook.shipped()
    assert sum(r.count for r in model.reliability) == model.held_out
    assert model.brier < model.brier_of_share
