"""What `radar train`, `predict` and `evaluate` need of the library, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from classifiers.datasets.corpus import CorpusError
from classifiers.datasets.labelled import LabelledError, read_labelled
from classifiers.models.model import SHIPPED, save_model
from classifiers.models.own import load_own, save_own
from classifiers.store.files import MANIFEST, MODEL, StoreError
from classifiers.training.recipe import train_own
from classifiers.training.shipped import train_shipped, versions

__all__ = ["SHIPPED", "TrainingError", "predict_rows", "rebuild_shipped", "train_from_files"]


class TrainingError(ValueError):
    """Data or a model that cannot be used; the message says which file and why."""


def rebuild_shipped(out: Path) -> Mapping[str, Any]:
    """Train the shipped model from the corpus in the repository into `out`; its manifest."""
    _make_folder(out)
    try:
        model = train_shipped()
    except CorpusError as error:
        raise TrainingError(str(error)) from None
    save_model(out, model)
    return model.manifest


def train_from_files(train: Path, dev: Path, out: Path, *, tell: Callable[[str], None]) -> Mapping[str, Any]:
    """Train a model of one's own labels into `out`, which gives it its name; its manifest.

    Args:
        tell: is told before the work what about the data makes the model worse than its figures.
    """
    try:
        inside, held = read_labelled(train), read_labelled(dev)
    except LabelledError as error:
        raise TrainingError(str(error)) from None
    known = {label for _, label in inside}
    if len(known) < 2:
        raise TrainingError(f"{train}: expected at least two different labels")
    unknown = [label for _, label in held if label not in known]
    if len(unknown) == len(held):
        raise TrainingError(f"{dev}: expected lines with labels of {train}")
    _make_folder(out)
    if any(out.iterdir()):
        try:
            load_own(out)
        except StoreError as error:
            raise TrainingError(str(error)) from None
    if unknown:
        labels = ", ".join(map(repr, sorted(set(unknown))))
        tell(f"{dev}: {len(unknown)} of {len(held)} lines are left out: {train} has no label {labels}")
    if again := len({text for text, _ in inside} & {text for text, _ in held}):
        tell(f"{dev}: {again} texts are in {train} too: figures on them say nothing of new texts")
    model = train_own(inside, held, manifest={"name": out.resolve().name, "version": "1", "versions": versions()})
    save_own(out, model)
    return model.manifest


def _make_folder(out: Path) -> None:
    """The folder of a model: before the work, not after it; of another's files none is written over."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        found = {path.name for path in out.iterdir()}
    except OSError as error:
        raise TrainingError(f"{out}: no folder can be made there: {error.strerror}") from None
    if found and found != {MANIFEST, MODEL}:
        strange = sorted(found - {MANIFEST, MODEL}) or sorted(found)
        raise TrainingError(f"{out}: expected an empty folder, that of a model or none; found {strange[0]!r} in it")


def predict_rows(folder: Path, batches: Iterable[Sequence[tuple[str, str]]]) -> Iterator[dict[str, Any]]:
    """Answers `{id,label,scores}` for (id, text) pairs, in order, a batch at a time."""
    try:
        model = load_own(folder)
    except StoreError as error:
        raise TrainingError(str(error)) from None
    for rows in batches:
        for (identity, _), answer in zip(rows, model.answers([text for _, text in rows]), strict=True):
            scores = {label: round(share, 4) for label, share in answer.scores.items()}
            yield {"id": identity, "label": answer.label, "scores": scores}
