"""Facts by topic and date: each has a source, and holds on its first and last day."""

from __future__ import annotations

import re
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


def test_papers_are_cited_by_kind_and_number_and_an_unknown_number_is_left_open() -> None:
    for fact in shipped():
        assert not re.search(r"(?<!số )(?<![\d/])\d+/", fact.source), fact
        if not re.search(r"số \d+/", fact.source):
            assert "[số, ngày]" in fact.source, fact


def test_a_fact_of_one_year_ends_with_it() -> None:
    assert "minimum-wages-2026" in {f.id for f in facts_on(date(2026, 12, 31), "contribution")}
    assert "minimum-wages-2026" not in {f.id for f in facts_on(date(2027, 1, 1), "contribution")}


def test_contributions_go_by_the_reference_level_since_it_is_in_force() -> None:
    on = {day: {f.id for f in facts_on(day, "contribution")} for day in (date(2025, 6, 30), date(2025, 7, 1))}
    assert "reference-level" in on[date(2025, 7, 1)] - on[date(2025, 6, 30)]


def test_the_agency_has_a_place_at_all_times_of_its_reorganisation() -> None:
    days = (date(2025, 3, 1), date(2025, 6, 30), date(2025, 7, 1))
    assert [[f.id for f in facts_on(day, "personnel")] for day in days] == [
        ["regional-offices"], ["regional-offices"], ["under-ministry-of-finance"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "held", "not_held"),
    [
        ("household-owners", "chủ hộ kinh doanh có đăng ký kinh doanh không thuộc trường hợp trên", "các chủ hộ khác"),
        ("household-owners-rate", "cao nhất bằng 20 lần mức tham chiếu", "tự chọn"),
        ("late-payers-named", "công khai theo quy định", "chương"),
        ("pension-years-15", "từ đủ 15 năm trở lên", "có từ đủ"),
        ("pension-years-20", "nói chung", "có từ đủ"),
        ("first-contact-facility", "thay đổi theo quý", "đầu mỗi quý"),
    ],
)
def test_facts_claim_no_more_than_is_known(fact: str, held: str, not_held: str) -> None:
    text = next(f.text for f in shipped() if f.id == fact)
    assert held in text
    assert not_held not in text


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
