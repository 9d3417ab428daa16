"""Levels that follow from a budget of false alarms for the whole desk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.levels import DEFAULT_RULES, level_of
from service.domain.warning import Level
from service.usecases.budget import CHANCES, rules_within
from tests.alerts import make_signal

budgets = st.floats(0.01, 1000)


@given(budgets, budgets)
def test_no_budget_holds_back_a_risk_or_a_crisis(watches: float, alarms: float) -> None:
    gates = rules_within(watches=watches, alarms=alarms).gates
    assert gates[Level.WATCH].unusual <= gates[Level.WARNING].unusual <= gates[Level.RISK].unusual
    for level in (Level.RISK, Level.CRISIS):
        assert gates[level] == DEFAULT_RULES.gates[level]


@given(budgets, budgets)
def test_a_larger_budget_is_never_stricter(one: float, other: float) -> None:
    small, large = (rules_within(watches=b, alarms=b / 4).gates for b in sorted((one, other)))
    for level in (Level.WATCH, Level.WARNING):
        assert large[level].unusual <= small[level].unusual


def test_a_budget_is_what_chance_gives_all_streams_in_a_month() -> None:
    gate = rules_within(watches=8.0, alarms=2.0).gates[Level.WATCH]
    assert CHANCES * 730 / 10**gate.unusual == pytest.approx(8.0, rel=0.01)


def test_a_warning_by_chance_is_as_rare_with_its_harm_counted_in() -> None:
    gate = rules_within(watches=8.0, alarms=2.0).gates[Level.WARNING]
    assert CHANCES * 730 / 10 ** (gate.unusual / 1.1) == pytest.approx(2.0, rel=0.01)


def test_the_same_signal_is_a_watch_only_where_the_budget_allows_it() -> None:
    signal = make_signal(unusual=3.5, harmful=0.1)
    assert level_of(signal, rules=rules_within(watches=40.0, alarms=2.0)) is Level.WATCH
    assert level_of(signal, rules=rules_within(watches=2.0, alarms=1.0)) is Level.NORMAL
