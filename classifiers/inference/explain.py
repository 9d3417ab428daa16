"""Why a text was judged so: the words and sentences that weighed most, and for a flag what speaks against it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from classifiers.features.analysis import analyse
from classifiers.inference.evidence import Evidence
from classifiers.inference.hosts import lookalikes
from classifiers.inference.parts import parts_of
from classifiers.labels import Act, Judgement, Kind, Text
from classifiers.models.linear import of_kind
from classifiers.models.model import Model

CLAUSES = Path(__file__).parent / "facts" / "article11.yaml"
MOST_WORDS = 6
SHOWN_BLOCKS = "wt"  # whole words and pairs; letters and bare spellings only repeat them


@cache
def clauses() -> dict[str, Any]:
    """Text of the clauses, and what commonly speaks against a flag, by limb."""
    loaded: dict[str, Any] = yaml.safe_load(CLAUSES.read_text(encoding="utf-8"))
    return loaded


def _heads_of(judged: Judgement, *, article: bool) -> Iterable[tuple[str, str]]:
    """(name in the explanation, head) of every label given."""
    yield "relevant", "relevant"
    for label, choice in (("tone", judged.tone), ("feedback", judged.feedback), ("axis", judged.axis)):
        if choice:
            yield label, of_kind(f"{label}={choice.label}", article=article)
    yield from ((f"topics:{t.id}", f"topic={t.id}") for t in judged.topics)
    yield from ((f"audiences:{a}", f"audience={a}") for a in judged.audiences)
    if judged.protected.label:
        yield "protected", "protected"
    if judged.denunciation.label:
        yield "denunciation", "denunciation"


class _Reader:
    """One text with its features, opened once for all labels."""

    def __init__(self, model: Model, text: Text) -> None:
        self._model = model
        parts = parts_of(text) or [text]
        rows = model.vectoriser.transform([analyse(part.title, part.text, part.kind.value) for part in parts])
        self._row = rows[int(model.heads.margins(rows, ["relevant"]).argmax())]
        self._evidence = Evidence(model, text)

    def words(self, head: str, *, against: bool = False) -> list[str]:
        """Words, pairs and cues that weigh most for a head (or against it)."""
        names = self._model.vectoriser.names
        weights = self._row.data * self._model.heads.coef[self._row.indices, self._model.heads.column[head]]
        if against:
            weights = -weights
        found: list[str] = []
        for i in np.argsort(-weights, kind="stable"):
            name = names[self._row.indices[i]]
            if weights[i] <= 0 or len(found) == MOST_WORDS:
                break
            shown = f"[{name[1:]}]" if name[0] == "x" else name[1:]
            if name[0] in SHOWN_BLOCKS + "x" and shown not in found:
                found.append(shown)
        return found

    def sentences(self, head: str) -> list[list[int]]:
        """Spans of the sentences that weigh most for a head."""
        return [list(span) for span in self._evidence.of(head)]


def explain(model: Model, text: Text, judged: Judgement) -> dict[str, Any]:
    """For every label given: `words` ([cue] in brackets) and `sentences` (spans of `Text.text`); flags say more. A text
    of after the law's end, as one without a date is taken to be, gets no `clause_text`."""
    reader = _Reader(model, text)
    out: dict[str, Any] = {}
    if not judged.relevant.label:
        return {"relevant": {"words_against": reader.words("relevant", against=True)}}
    for name, head in _heads_of(judged, article=text.kind is Kind.ARTICLE):
        forced = name == "protected" and text.protected_section
        out[name] = {"words": reader.words(head), "sentences": reader.sentences(head)} | (
            {"forced_by": "protected_section"} if forced else {}
        )
    hosts = [{"host": h.host, "span": [h.start, h.end], "score": h.score} for h in lookalikes(text.text)]
    out["article11"] = [_flag(reader, act, text.date) for act in judged.article11]
    return out | ({"lookalike_hosts": hosts} if hosts else {})


def _flag(reader: _Reader, act: Act, date: str | None) -> dict[str, Any]:
    head = f"limb={act.limb.value}"
    known = clauses()
    in_force = date is not None and date[:10] <= str(known["valid_to"])
    return {
        "limb": act.limb.value,
        "clause_text": known["clauses"][act.limb.clause] if in_force else None,
        "valid_to": str(known["valid_to"]),
        "words": reader.words(head),
        "reason_against": known["against"][act.limb.value],
        "words_against": reader.words(head, against=True),
        "probability_of_no_act": round(1.0 - act.score, 4),
    }
