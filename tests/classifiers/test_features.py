"""From text as written to what is counted: amounts, phrases that carry a cue, heads by kind of text."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from classifiers.features.analysis import STANCE_CUES, analyse, syllables
from classifiers.features.lexicon import LEXICON
from classifiers.features.normalise import clean
from classifiers.inference.explain import explain
from classifiers.inference.judge import judge
from classifiers.labels import Kind, Text
from classifiers.models.linear import of_kind
from classifiers.models.model import Model


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nộp 500k", ("nộp", "500", "nghìn")),
        ("lãnh 2tr9 một tháng", ("lãnh", "2", "triệu", "một", "tháng")),
        ("thiếu 2,5tr", ("thiếu", "2,5", "triệu")),
        ("trước 17h", ("trước", "17", "giờ")),
        ("3 k biết", ("3", "không", "biết")),
        ("từ 1/7/2025", ("từ", "#6")),
    ],
)
def test_amounts_and_hours_are_told_from_teencode(text: str, found: tuple[str, ...]) -> None:
    assert syllables(clean(text)) == found


@pytest.mark.parametrize("cue", sorted(LEXICON))
def test_every_phrase_is_found_with_and_without_diacritics(cue: str) -> None:
    phrases = LEXICON[cue]
    assert [p for p, n in Counter(phrases).items() if n > 1] == []
    assert [p for p in phrases if cue not in analyse("", str(p), "comment").cues] == []


def test_a_phrase_counts_as_often_as_it_stands_there() -> None:
    assert analyse("", "Ngồi chờ dài cổ, lại dài cổ", "comment").cues["blame_delay"] >= 2
    assert "blame_delay" not in analyse("", "Dài", "comment").cues


def test_protection_and_limbs_never_see_a_stance(model: Model) -> None:
    """Rule 2 of the product: sentiment is no input of the gate of protected speech, nor of the limbs."""
    assert {c for c in LEXICON if c.startswith(("blame", "praise", "relief", "press_"))} <= STANCE_CUES
    rows = [n for n, name in enumerate(model.vectoriser.names) if name[0] == "x" and name[1:] in STANCE_CUES]
    blind = [n for head, n in model.heads.column.items() if head == "protected" or head.startswith("limb=")]
    assert len(rows) > 15
    assert not np.any(model.heads.coef[np.ix_(rows, blind)])


def test_articles_have_heads_of_their_own(model: Model) -> None:
    head = "tone=negative"
    assert of_kind(head, article=False) == head
    assert of_kind("topic=pension", article=True) == "topic=pension"
    columns = [model.heads.column[h] for h in (head, of_kind(head, article=True))]
    assert np.any(model.heads.coef[:, columns[0]] != model.heads.coef[:, columns[1]])
    text = Text(id="a", title="Có thẻ BHYT vẫn phải mua thuốc ngoài", text="Người bệnh chật vật.", kind=Kind.ARTICLE)
    [judged] = judge(model, [text])
    assert judged.diagnostics is not None
    assert not [h for h in judged.diagnostics.scores if h.startswith("article:")]
    assert explain(model, text, judged)["tone"]["words"]


def test_anger_at_insurance_nobody_sells_is_about_social_insurance(model: Model) -> None:
    angry, calm, sold = judge(
        model,
        [
            Text(id="a", text="Bảo hiểm gì mà đến viện chờ dài cổ, thuốc thì không có, dân khổ", kind=Kind.COMMENT),
            Text(id="b", text="Bảo hiểm thì nhà nào cũng nên có một gói phòng thân", kind=Kind.COMMENT),
            Text(id="c", text="Bảo hiểm nhân thọ lừa đảo, tư vấn viên biến mất, tức quá", kind=Kind.COMMENT),
        ],
    )
    assert angry.relevant.label
    assert not calm.relevant.label
    assert not sold.relevant.label
