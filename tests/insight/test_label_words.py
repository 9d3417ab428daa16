"""Every head of the shipped model has a Vietnamese name."""

from __future__ import annotations

import pytest

from classifiers.labels import AUDIENCES as KNOWN
from classifiers.labels import AXES, FEEDBACKS, TONES, TOPICS, Limb
from service.insight.label_words import AUDIENCES, name_of_head

HEADS = [
    "relevant", "protected", "denunciation", *(f"tone={t}" for t in TONES), *(f"feedback={f}" for f in FEEDBACKS),
    *(f"axis={a}" for a in AXES), *(f"topic={t}" for t in TOPICS), *(f"limb={a}" for a in Limb),
    *(f"audience={a}" for a in KNOWN),
]  # fmt: skip


def test_audiences_are_those_of_the_classifiers() -> None:
    assert set(AUDIENCES) == set(KNOWN)


@pytest.mark.parametrize("head", HEADS)
def test_a_head_is_named_in_words(head: str) -> None:
    name = name_of_head(head)
    assert name != head
    assert "=" not in name
    assert not name.isascii()
    assert name_of_head(f"article:{head}") == f"{name} (bài báo)"
