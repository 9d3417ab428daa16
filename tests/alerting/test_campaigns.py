"""Campaigns: which days and streams they cover, and how much of a score is left in them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.campaigns import MOST, around, guarded, parse_yearly, running, shipped, usual_factor
from service.domain.campaigns import Campaign
from service.domain.topics import TOPICS
from service.domain.warning import Bin, Unusual

MAY = datetime(2026, 5, 12, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)


def unusual(value: int, expected: float, score: float) -> Unusual:
    return Unusual(start=MAY, value=value, expected=expected, score=score)


def test_the_month_for_the_poor_has_its_name() -> None:
    assert any("Tháng cao điểm “Vì người nghèo”" in each.name for each in shipped())


def test_the_shipped_campaigns_name_known_topics() -> None:
    assert {t for y in shipped() for t in y.topics} <= TOPICS.keys()
    assert len({y.id for y in shipped()}) == len(shipped())


def test_may_is_a_campaign_of_its_topics_only() -> None:
    found = around(MAY)
    assert [c.id for c in running("topic:voluntary", MAY, found)] == ["may-2026"]
    assert [c.id for c in running("topic:voluntary@01", MAY, found)] == ["may-2026"]
    for stream in ("topic:pension", "all", "story:s1", "place:01"):
        assert running(stream, MAY, found) == []


def test_a_campaign_that_crosses_the_new_year_covers_both_ends() -> None:
    for at in (datetime(2025, 12, 25, tzinfo=UTC), datetime(2026, 2, 10, tzinfo=UTC)):
        assert any(c.id == "new-year-gifts-2025" for c in running("topic:campaign", at, around(at)))


def test_a_campaign_of_one_province_covers_that_province() -> None:
    mine = Campaign(
        id="x", name="Ra quân", starts=date(2026, 5, 1), ends=date(2026, 5, 20), topics=("pension",), places=("01",)
    )
    assert mine.concerns("topic:pension@01")
    assert mine.concerns("place:01")
    assert not mine.concerns("topic:pension@79")
    assert mine.concerns("topic:pension")


def test_a_campaign_ends_after_it_starts() -> None:
    with pytest.raises(ValueError, match="campaign x"):
        Campaign(id="x", name="", starts=date(2026, 5, 2), ends=date(2026, 5, 1), topics=())


def test_a_bad_file_names_the_entry() -> None:
    with pytest.raises(ValueError, match="campaign 1: expected id, name, from"):
        parse_yearly("- {id: a, name: b, from: '13-01', until: '05-01', topics: []}")


def test_what_campaigns_usually_bring_is_quiet_and_a_crisis_inside_is_not() -> None:
    usual = unusual(6, 4.0, 3.4)
    assert guarded(usual, [usual], 1.5).score == 0
    crisis = unusual(40, 4.0, 14.0)
    assert guarded(crisis, [crisis], 1.5).score > 7


@given(st.integers(0, 80), st.floats(0.01, 20), st.floats(0, 20), st.floats(1, 3), st.floats(1, 3))
def test_a_campaign_never_makes_a_score_higher(
    value: int, expected: float, score: float, little: float, much: float
) -> None:
    hour = unusual(value, expected, score)
    little, much = sorted((little, much))
    a, b = guarded(hour, [hour], little), guarded(hour, [hour], much)
    assert 0 <= b.score <= a.score + 1e-9
    assert a.score <= score + 1e-9
    assert b.expected >= a.expected


def test_the_factor_is_learned_from_a_streams_own_campaigns() -> None:
    first = MAY - timedelta(days=60)
    campaign = [Campaign(id="x", name="", starts=date(2026, 3, 25), ends=date(2026, 5, 31), topics=("pension",))]

    def bins(inside: int) -> list[Bin]:
        starts = [first + n * 6 * HOUR for n in range(240)]
        values = [inside if campaign[0].covers(at) else 2 for at in starts]
        return [Bin(start=at, value=v, total=v, sources=1) for at, v in zip(starts, values, strict=True)]

    quiet, loud = (usual_factor("topic:pension", bins(n), first, MAY, campaign) for n in (2, 6))
    assert 1.0 <= quiet < 1.5 < loud <= MOST
    assert usual_factor("topic:pension", [], MAY, MAY, campaign) == 1.5


def test_the_last_day_is_not_its_own_measure() -> None:
    first = MAY - timedelta(days=60)
    campaign = [Campaign(id="x", name="", starts=date(2026, 5, 1), ends=date(2026, 5, 31), topics=("pension",))]
    bins = [Bin(start=first + n * 6 * HOUR, value=2, total=2, sources=1) for n in range(230)]

    def factor(at: datetime) -> float:
        loud = Bin(start=at, value=500, total=500, sources=1)
        return usual_factor("topic:pension", [*bins, loud], first, MAY, campaign)

    before = usual_factor("topic:pension", bins, first, MAY, campaign)
    assert factor(MAY - 24 * HOUR) == before
    assert factor(MAY - 25 * HOUR) > before


def test_exactly_as_much_as_campaigns_bring_is_quiet_and_one_more_is_not() -> None:
    usual, more = unusual(6, 4.0, 3.4), unusual(7, 4.0, 3.4)
    assert guarded(usual, [usual], 1.5).score == 0
    assert guarded(more, [more], 1.5).score > 0
