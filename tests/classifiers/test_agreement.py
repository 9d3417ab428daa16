"""Two readings of the corpus, and what was settled of them."""

from __future__ import annotations

from classifiers.datasets.corpus import load
from classifiers.evaluation.agreement import READINGS, agreements, read

FIRST, SECOND = read(READINGS / "first.jsonl"), read(READINGS / "second.jsonl")


def test_every_item_was_read_twice() -> None:
    assert {i.text.id for i in load()} == set(FIRST) == set(SECOND)


def test_readings_agree_beyond_chance() -> None:
    found = {a.label: a for a in agreements(FIRST, SECOND)}
    for label in ("relevant", "protected", "denunciation", "tone", "feedback", "axis", "limb=forgery", "limb=property"):
        assert found[label].kappa > 0.85, label
    assert min(a.kappa for a in found.values()) > 0.5
    assert found["relevant"].items == len(FIRST)


def test_a_reading_agrees_with_itself() -> None:
    assert {a.share for a in agreements(FIRST, FIRST)} == {1.0}


def test_what_both_readings_said_was_kept() -> None:
    for item in load():
        first, second = FIRST[item.text.id], SECOND[item.text.id]
        if first["relevant"] == second["relevant"] and first["tone"] == second["tone"]:
            assert item.relevant == first["relevant"], item.text.id
            assert item.tone == first["tone"], item.text.id
