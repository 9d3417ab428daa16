"""Explanations, lookalike hosts, facts by date, figures and floors."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluation.floors import broken
from classifiers.evaluation.measure import Figure, f1, macro_f1, micro_f1
from classifiers.inference.hosts import is_official, lookalike_score, lookalikes
from classifiers.inference.knowledge import facts, facts_for
from classifiers.labels import TOPICS
from service.cli import main


@pytest.mark.parametrize(
    "host", ["baohiemxahoi.gov.vn", "dichvucong.baohiemxahoi.gov.vn", "vss.gov.vn", "hanoi.gov.vn"]
)
def test_government_hosts_are_no_lookalikes(host: str) -> None:
    assert lookalike_score(host) == 0.0


@pytest.mark.parametrize(
    "host",
    ["dichvucongbaohiemxahoi.example.com", "vssid.govvn.com", "baohiemxahoi.biz", "bhxh.co", "vss.gov.vn.example.com"],
)
def test_hosts_that_pass_for_the_agency_score(host: str) -> None:
    assert lookalike_score(host) > 0.3
    assert not is_official(host)


def test_a_lookalike_is_found_where_it_stands() -> None:
    text = "Vào vssid[.]govvn.com để cập nhật, đừng vào baohiemxahoi.gov.vn"
    (found,) = lookalikes(text)
    assert text[found.start : found.end].replace("[.]", ".") == found.host == "vssid.govvn.com"


def test_facts_change_with_the_date() -> None:
    before = {f.id for f in facts_for(["pension"], "2025-06-30")}
    after = {f.id for f in facts_for(["pension"], "2025-07-01")}
    assert "pension-years-20" in before - after
    assert "pension-years-15" in after - before


def test_every_fact_has_a_source_and_ordered_dates() -> None:
    for fact in facts():
        assert fact.source
        assert fact.topics <= set(TOPICS)
        assert fact.valid_from is None or fact.valid_to is None or fact.valid_from <= fact.valid_to


def test_explained_lines_name_words_sentences_and_what_speaks_against(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    text = "Chào cả nhà. Nhận làm giấy nghỉ ốm C65, dấu thật, giao tận nơi, ib zalo 0900 000 000. Vào bhxh.co xem mẫu."
    file.write_text(json.dumps({"id": "1", "text": text, "kind": "post"}) + "\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["classify", "--explain", str(file)])
    assert done.exit_code == 0, done.output
    row = json.loads(done.stdout)
    assert row["explanation"]["relevant"]["words"]
    flag = row["explanation"]["article11"][0]
    assert flag["reason_against"]
    assert "thông tin" in flag["clause_text"]
    assert row["explanation"]["lookalike_hosts"][0]["host"] == "bhxh.co"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_figures_lie_between_0_and_1_and_are_1_when_all_is_right(pairs: list[tuple[str, str]]) -> None:
    assert 0.0 <= macro_f1(pairs, "abc").value <= 1.0
    assert macro_f1([(a, a) for a, _ in pairs], "abc").value == 1.0
    assert micro_f1((frozenset(a), frozenset(a)) for a, _ in pairs).value == 1.0
    assert f1(0, 3, 2) == 0.0


def test_floors_say_what_is_broken() -> None:
    figures = {"relevance_f1": Figure(0.9, 100), "flagged_without_act": Figure(0.02, 50)}
    assert broken(figures, {"relevance_f1": 0.9, "flagged_without_act": 0.02}) == []
    assert len(broken(figures, {"relevance_f1": 0.91, "flagged_without_act": 0.01})) == 2


def test_evaluate_counts_and_refuses_bad_labels(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    rows = [
        {"id": 1, "text": "Lương hưu về chậm quá, chán", "kind": "comment", "tone": "negative", "feedback": "complaint"}
    ]
    file.write_text(
        "".join(json.dumps(r) + "\n" for r in [*rows, {"id": 2, "text": "x", "topics": "a"}]), encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["evaluate", str(file)])
    assert done.exit_code == 1
    assert "own: 1 items" in done.output
    assert re.search(r"^  acts_recall_all_limbs +–$", done.output, re.MULTILINE)  # no act among them
    assert "field 'topics'" in done.output
    for field, value in (("tone", "angry"), ("feedback", "rage"), ("topics", ["luong"])):
        file.write_text(json.dumps(rows[0] | {field: value}), encoding="utf-8")
        done = CliRunner().invoke(main, ["evaluate", str(file)])
        assert done.exit_code == 1
        assert f"own.jsonl:1: field '{field}': expected values of docs/labels.md, found" in done.stderr


def test_an_empty_file_measures_nothing_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("")
    done = CliRunner().invoke(main, ["evaluate", str(file)])
    assert done.exit_code == 1
    assert "empty.jsonl: no labelled line: there is nothing to measure" in done.stderr
