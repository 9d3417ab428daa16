"""`radar train --with-labels`: a candidate from the corpus and the answers of the desk."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from classifiers.datasets.corpus import Item
from classifiers.labels import Kind, Limb, Text
from classifiers.models.model import SHIPPED
from classifiers.training.candidate import candidate, reference_figures
from classifiers.training.taught import Taught
from service.classification.shelf import OnShelf, Shelf, digest_of
from service.domain.labels import LabelledText, Question

REFERENCE = ".reference.json"


class NothingToLearnError(ValueError):
    """There is no label whose text is still kept."""


def taught(text: LabelledText) -> Taught:
    """A labelled text as a training item. Answers imply nothing about questions that were not asked."""
    said = text.answers
    limbs = frozenset(Limb(limb) for limb, shown in text.limbs.items() if shown)
    topics = said.get(Question.TOPICS, ())
    item = Item(
        text=Text(
            id=text.id, text=text.text, title=text.title, kind=Kind(text.kind), date=text.day,
            protected_section=text.protected_section,
        ),
        register="desk",
        relevant=said.get(Question.RELEVANT) is not False,
        tone=_class(said.get(Question.TONE)),
        feedback=_class(said.get(Question.FEEDBACK)),
        axis=_class(said.get(Question.AXIS)),
        topics=frozenset(topics if isinstance(topics, tuple) else ()),
        audiences=frozenset(),
        protected=said.get(Question.PROTECTED) is True,
        denunciation=False,
        limbs=limbs,
        places=(),
        group=text.id,
    )  # fmt: skip
    # of a text that is not about BHXH nothing else is learned
    asked = [Question.RELEVANT, Question.PROTECTED] if not item.relevant else list(Question)
    answered = {str(q) for q in asked if q in said} | {f"limb={limb}" for limb in text.limbs if item.relevant}
    return Taught(item=item, answered=frozenset(answered))


def _class(answer: object) -> str | None:
    return answer if isinstance(answer, str) else None


def train_candidate(texts: Sequence[LabelledText], shelf: Shelf, *, corpus: Sequence[Item] | None = None) -> OnShelf:
    """Train, measure and keep a candidate; nothing is adopted.

    Args:
        corpus: in place of the repository's (tests).

    Raises:
        NothingToLearnError: no text with a label is kept any more.
    """
    lessons = [one for one in map(taught, texts) if one.answered]
    if not lessons:
        raise NothingToLearnError("no label whose text is still kept")
    made = candidate(lessons, corpus)
    return shelf.put(made, reference=_reference(shelf.folder / REFERENCE, corpus))


def _reference(kept: Path, corpus: Sequence[Item] | None) -> Mapping[str, float]:
    """Figures of the shipped model; measured once, because that takes as long as a training."""
    key = f"{digest_of(SHIPPED)} {len(corpus) if corpus is not None else 'all'}"
    try:
        known = json.loads(kept.read_text(encoding="utf-8"))
        if known["of"] == key:
            return dict(known["figures"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    found = dict(reference_figures(corpus))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps({"of": key, "figures": found}) + "\n", encoding="utf-8")
    return found
