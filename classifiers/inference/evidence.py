"""Which sentences of a text decided a label: those without which the text would be further from it."""

from __future__ import annotations

import numpy as np

from classifiers.features.analysis import analyse
from classifiers.features.sentences import sentence_spans
from classifiers.labels import Text
from classifiers.models.model import Model

MOST_SENTENCES = 2
LEAST = 0.25  # of what the heaviest one weighs
MOST_LOOKED_AT = 60  # sentences of a long page, from its start: each is one more text to take apart


class Evidence:
    """The sentences of one text, weighed once for all labels by leaving each out (occlusion, Zeiler and Fergus
    2014)."""

    def __init__(self, model: Model, text: Text) -> None:
        self._heads = model.heads
        self._spans = sentence_spans(text.text)[:MOST_LOOKED_AT]
        whole, kind = text.text, text.kind.value
        texts = [whole, *(f"{whole[:start]} {whole[end:]}" for start, end in self._spans)]
        alone = [analyse("", whole[start:end], kind) for start, end in self._spans]
        self._rows = model.vectoriser.transform([analyse(text.title, t, kind) for t in texts] + alone)

    def of(self, head: str) -> tuple[tuple[int, int], ...]:
        """Spans [start, end) of the sentences that weigh most for a head, in the order of the text. Where no single
        sentence makes a difference, because others say the same, the one that says it best alone."""
        count = len(self._spans)
        if count < 2:
            return tuple(self._spans)
        margins = self._heads.margins(self._rows, [head])[:, 0]
        lost, alone = margins[0] - margins[1 : count + 1], margins[count + 1 :]
        picked = [int(i) for i in np.argsort(-lost, kind="stable")[:MOST_SENTENCES] if lost[i] > LEAST * lost.max() > 0]
        return tuple(self._spans[i] for i in sorted(picked or [int(alone.argmax())]))
