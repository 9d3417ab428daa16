"""Rules of the product that no setting turns off (docs/adr/0001-scope-of-article-11.md)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from classifiers.datasets.corpus import CORPUS, CorpusError, parse
from classifiers.features.analysis import STANCE_CUES
from classifiers.inference.judge import judge
from classifiers.labels import OWN_CONDUCT, Kind, Limb, Text
from classifiers.models.model import Model
from service.domain.views import DocumentView
from service.storage.schema import Base

ROOT = Path(__file__).parent.parent
FOUR = {"forgery", "property", "withheld", "retaliation"}
NEVER = ("false_info", "panic", "dignity", "gender", "violence")
ACT = "Nhận làm giấy nghỉ ốm C65, dấu thật, ib zalo 0900 000 000"


def test_there_are_four_limbs_and_the_model_has_a_head_for_no_other(model: Model) -> None:
    assert {x.value for x in Limb} == FOUR
    assert {n for n in model.heads.names if n.startswith("limb=")} == {f"limb={x}" for x in FOUR}
    assert set(model.thresholds.limbs) == FOUR


@pytest.mark.parametrize("limb", NEVER)
def test_corpus_cannot_hold_another_limb(limb: str) -> None:
    with pytest.raises(CorpusError, match="article11"):
        parse({"id": "x", "kind": "comment", "text": "bhxh", "article11": [limb]})


def test_no_code_or_corpus_names_another_limb() -> None:
    pattern = re.compile(rf"[\"'](?:{'|'.join(NEVER)})[\"']")
    files = [*(ROOT / "classifiers").rglob("*.py"), *(ROOT / "service").rglob("*.py"), *CORPUS.glob("*.jsonl")]
    files += (ROOT / "classifiers").rglob("*.yaml")
    assert [str(f) for f in files if pattern.search(f.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize("kind", list(Kind))
def test_a_protected_section_forces_protection_and_leaves_conduct_only(model: Model, kind: Kind) -> None:
    judged = judge(model, [Text(id="x", text=ACT, kind=kind, protected_section=True)])[0]
    assert judged.protected.label
    assert judged.protected.score == 1.0
    assert {a.limb for a in judged.article11} <= OWN_CONDUCT


def test_sentiment_is_no_input_of_the_gate_nor_of_a_limb(model: Model) -> None:
    stance = [i for i, n in enumerate(model.vectoriser.names) if n[0] == "x" and n[1:] in STANCE_CUES]
    assert stance
    blind = [i for n, i in model.heads.column.items() if n == "protected" or n.startswith("limb=")]
    assert not np.any(model.heads.coef[np.ix_(stance, blind)])


def test_a_document_is_stored_and_served_without_article_11() -> None:
    """Acts go into the review queue, a table of its own that people with the role see; no document carries them."""
    stored = {c.name for c in Base.metadata.tables["documents"].columns}
    served = set(DocumentView.__slots__)
    assert [n for n in stored | served if re.search("article11|limb|clause|finding|^acts?$", n)] == []


def test_an_act_is_one_of_the_four_and_names_its_clause(model: Model) -> None:
    judged = judge(model, [Text(id="x", text=ACT, kind=Kind.POST)])[0]
    assert judged.article11
    assert {a.limb.value for a in judged.article11} <= FOUR
    assert {a.limb.clause for a in judged.article11} <= {1, 3, 4}
