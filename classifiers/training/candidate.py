"""A candidate: the corpus with what the desk has answered, and the figures that decide whether it is adopted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from classifiers.datasets.corpus import CORPUS, Item, load
from classifiers.evaluation.measure import measure
from classifiers.evaluation.pinned import pinned_kept, pinned_texts
from classifiers.features.anchors import may_concern
from classifiers.inference.judge import judge, judge_one
from classifiers.labels import Judgement
from classifiers.models.model import Model
from classifiers.training.shipped import Trained, corpus_hash, train_measured
from classifiers.training.taught import Taught, counts, labels_hash

Figures = Mapping[str, float]


def as_row(item: Item) -> dict[str, Any]:
    """The labels of an item in the form in which figures are measured."""
    return {
        "relevant": item.relevant,
        "tone": item.tone,
        "feedback": item.feedback,
        "topics": item.topics,
        "audience": item.audiences,
        "protected": item.protected,
        "article11": [limb.value for limb in item.limbs],
    }


def held_out_judgements(trained: Trained, items: Sequence[Item]) -> list[Judgement]:
    """What models that had not seen an item (or its pair) say of it, in order."""
    probabilities = trained.model.heads.calibrated(trained.held_out)
    found = []
    for row, (item, analysis) in enumerate(zip(items, trained.analyses, strict=True)):
        if may_concern(item.text.title, item.text.text):
            found.append(judge_one(trained.model, item.text, analysis, trained.held_out[row], probabilities[row]))
        else:
            found += judge(trained.model, [item.text])
    return found


def figures(trained: Trained, items: Sequence[Item]) -> Figures:
    """Figures on held-out items, and on the pinned texts."""
    pairs = list(zip(map(as_row, items), held_out_judgements(trained, items), strict=True))
    measured = {name: figure.value for name, figure in measure(pairs).items()}
    return {name: round(value, 6) for name, value in measured.items()} | {
        "pinned_kept": round(pinned_kept(judge(trained.model, pinned_texts())).value, 6)
    }


def reference_figures(items: Sequence[Item] | None = None) -> Figures:
    """Of a model from the corpus alone, as the shipped one."""
    known = load(CORPUS) if items is None else items
    return figures(train_measured(known, data_hash=""), known)


def candidate(taught: Sequence[Taught], items: Sequence[Item] | None = None) -> Model:
    """A model from the corpus and the answers of the desk; its manifest names their number, hash and the figures."""
    known = load(CORPUS) if items is None else items
    trained = train_measured(known, data_hash=corpus_hash(), taught=taught)
    told = labels_hash(taught)
    manifest = {
        **trained.model.manifest,
        "version": f"{trained.model.manifest['version']}+desk.{told[:10]}",
        "labels": {"texts": len(taught), "answers": counts(taught), "hash": told},
        "figures": figures(trained, known),
    }
    return replace(trained.model, manifest=manifest)
