"""Every head of the shipped model has a Vietnamese name."""

from __future__ import annotations

import pytest

from classifiers.labels import AUDIENCES, AXES, FEEDBACKS, TONES, TOPICS, Limb
from service.insight.label_words import name_of_head, said

HEADS = [
    "relevant", "protected", "denunciation", *(f"tone={t}" for t in TONES), *(f"feedback={f}" for f in FEEDBACKS),
    *(f"axis={a}" for a in AXES), *(f"topic={t}" for t in TOPICS), *(f"limb={a}" for a in Limb),
    *(f"audience={a}" for a in AUDIENCES),
]  # fmt: skip


def test_names_of_topics_that_hold_commas_are_kept_apart() -> None:
    assert said("topics", ["pension", "social_pension"]) == "Lương hưu, tuổi nghỉ hưu; Trợ cấp hưu trí xã hội"


@pytest.mark.parametrize("head", HEADS)
def test_a_head_is_named_in_words(head: str) -> None:
    name = name_of_head(head)
    assert name != head
    assert "=" not in name
    assert not name.isascii()
    assert name_of_head(f"article:{head}") == f"{name} (bài báo)"
