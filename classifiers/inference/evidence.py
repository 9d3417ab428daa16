"""Which sentences of a text decided a label: those without which the text would be further from it."""

from __future__ import annotations

import re

import numpy as np

from classifiers.features.analysis import analyse
from classifiers.features.normalise import clean
from classifiers.features.sentences import sentence_spans
from classifiers.labels import Text
from classifiers.models.linear import Matrix
from classifiers.models.model import Model

MOST_SENTENCES = 2
LEAST = 0.25  # of what the heaviest one weighs
LONGEST = 10_000  # characters looked at: one without blanks takes time that grows with its square
MOST_LOOKED_AT = 60  # sentences of a long page, from its start: each is one more text to take apart
_LETTER = re.compile("(?s:.)[\u0300-\u036f]*")  # with the marks that stand behind it where it is not composed


def spans_of(text: str) -> list[tuple[int, int]]:
    """Sentences of a text as given, where they end in it as it is read: composed, without characters nobody sees."""
    text = text[:LONGEST]
    if clean(text) == text:
        return sentence_spans(text)
    read, from_to = "", []
    for letter in _LETTER.finditer(text):
        shown = clean(letter[0])
        read += shown
        from_to += [letter.span()] * len(shown)
    return [(from_to[start][0], from_to[end - 1][1]) for start, end in sentence_spans(read)]


def _without_repeats(whole: str, spans: list[tuple[int, int]]) -> str:
    said: set[str] = set()
    kept, at = "", 0
    for start, end in spans:
        kept += whole[at:start] if whole[start:end] in said else whole[at:end]
        said.add(whole[start:end])
        at = end
    return kept + whole[at:]


class Evidence:
    """The sentences of one text, weighed once for all labels by leaving each out (occlusion, Zeiler and Fergus
    2014)."""

    def __init__(self, model: Model, text: Text) -> None:
        self._heads = model.heads
        spans = spans_of(text.text)
        self._spans = spans[:MOST_LOOKED_AT]
        whole, kind = text.text, text.kind.value
        texts = [whole, *(f"{whole[:start]} {whole[end:]}" for start, end in self._spans)]
        once = _without_repeats(whole, spans)
        self._repeats = len(once) < len(whole)
        alone = [analyse("", whole[start:end], kind) for start, end in self._spans]
        self._rows = model.vectoriser.transform([analyse(text.title, t, kind) for t in [*texts, once]] + alone)

    def said_once(self) -> Matrix | None:
        """Probabilities of all heads for the text without sentences that stand in it before; None where there are
        none."""
        row = self._rows[len(self._spans) + 1]
        return self._heads.calibrated(self._heads.margins(row))[0] if self._repeats else None

    def of(self, head: str) -> tuple[tuple[int, int], ...]:
        """Spans [start, end) of the sentences that weigh most for a head, in the order of the text. Where no single
        sentence makes a difference, because others say the same, the one that says it best alone."""
        count = len(self._spans)
        if count < 2:
            return tuple(self._spans)
        margins = self._heads.margins(self._rows, [head])[:, 0]
        lost, alone = margins[0] - margins[1 : count + 1], margins[count + 2 :]
        picked = [int(i) for i in np.argsort(-lost, kind="stable")[:MOST_SENTENCES] if lost[i] > LEAST * lost.max() > 0]
        return tuple(self._spans[i] for i in sorted(picked or [int(alone.argmax())]))
