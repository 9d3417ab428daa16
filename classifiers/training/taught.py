"""Answers of people at the desk as training items: each answers some of the questions only."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.datasets.corpus import Item

# first part of a head's name -> question that is asked at the desk
QUESTION_OF = {"topic": "topics"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """A text with what people answered about it.

    Attributes:
        answered: relevant, tone, feedback, axis, topics, protected, and «limb=forgery» and so on; what is not among
            them says nothing about the item.
    """

    item: Item
    answered: frozenset[str]

    def answers(self, head: str) -> bool:
        """Whether people answered what this head is asked."""
        question = head.partition("=")[0]
        return head in self.answered or QUESTION_OF.get(question, question) in self.answered


def labels_hash(taught: Sequence[Taught]) -> str:
    """SHA-256 over texts and answers, in the order given."""
    digest = hashlib.sha256()
    for one in taught:
        i = one.item
        values = [
            i.text.kind, i.text.title, i.text.text, i.relevant, i.tone, i.feedback, i.axis, sorted(i.topics),
            i.protected, sorted(i.limbs), sorted(one.answered),
        ]  # fmt: skip
        digest.update(json.dumps(values, ensure_ascii=False).encode() + b"\n")
    return digest.hexdigest()


def counts(taught: Sequence[Taught]) -> Mapping[str, int]:
    """Answers by question."""
    return dict(sorted(Counter(q for one in taught for q in one.answered).items()))
