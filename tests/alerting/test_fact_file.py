"""Facts by topic and date: each has a source, and holds on its first and last day."""

from __future__ import annotations

from datetime import date

import pytest

from service.alerting.fact_file import facts_on, parse, shipped


def test_facts_change_with_the_date() -> None:
    before, after = ({f.id for f in facts_on(day, "pension")} for day in (date(2025, 6, 30), date(2025, 7, 1)))
    assert "pension-years-20" in before - after
    assert "pension-years-15" in after - before
    assert facts_on(date(2025, 7, 1), None) == []


def test_every_fact_has_a_source_and_an_id_of_its_own() -> None:
    assert all(f.source and f.text and f.topics for f in shipped())
    assert len({f.id for f in shipped()}) == len(shipped())


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("topics: [pension], text: x", "fact 1: expected id, topics, text, source"),
        ("topics: [pension], text: x, source: y, author: z", "fact 1: expected id, topics, text, source"),
        ("topics: [rain], text: x, source: y", "fact a: expected known topics, found rain"),
        ("topics: [fund], text: x, source: y, valid_from: 2026-01-02, valid_to: 2026-01-01", "fact a: expected valid_"),
    ],
)
def test_a_bad_entry_is_named(fields: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        parse(f"facts: [{{id: a, {fields}}}]")
