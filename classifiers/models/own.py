"""A model of somebody's own labels: one linear layer over `Grams`, as `radar train --train F --dev F` makes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.features.grams import Grams
from classifiers.features.weighting import Floats
from classifiers.store import StoreError, load, save

KIND = "own-labels"
Matrix = np.ndarray[tuple[int, int], np.dtype[np.float32]]


@dataclass(frozen=True)
class Answer:
    """The label given, and calibrated probabilities that add up to 1.

    The label is the class with the best probability times its weight: weights make rare classes findable, so the label
    need not be the most probable class.
    """

    label: str
    scores: Mapping[str, float]


@dataclass(frozen=True)
class OwnModel:
    """Margins = row · coef + intercept, a class a column.

    Attributes:
        bias: added to margins before the best class is taken.
        slope, offset: the calibration, softmax(slope * margins + offset).
    """

    grams: Grams
    classes: tuple[str, ...]
    coef: Matrix
    intercept: Floats
    bias: Floats
    slope: float
    offset: Floats
    manifest: Mapping[str, Any]

    def margins(self, texts: Sequence[str]) -> Matrix:
        return np.asarray(self.grams.transform(texts) @ self.coef) + self.intercept

    def answers(self, texts: Sequence[str]) -> Iterator[Answer]:
        """One answer a text, in the same order."""
        margins = self.margins(texts)
        z = self.slope * margins + self.offset
        shares = np.exp(z - z.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        for picked, row in zip((margins + self.bias).argmax(axis=1), shares, strict=True):
            yield Answer(self.classes[picked], dict(zip(self.classes, map(float, row), strict=True)))


def save_own(folder: Path, model: OwnModel) -> None:
    """Write model and manifest."""
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "names": np.frombuffer("\n".join(model.grams.names).encode(), dtype=np.uint8),
        "idf": model.grams.idf,
        "coef": model.coef.astype(np.float16),
        "intercept": model.intercept,
        "bias": model.bias,
        "offset": model.offset,
    }
    save(folder, arrays, {**model.manifest, "kind": KIND, "classes": list(model.classes), "slope": model.slope})


def load_own(folder: Path) -> OwnModel:
    """Read a model; StoreError if the folder holds none, or the shipped model, which answers other questions."""
    stored = load(folder)
    manifest, arrays = stored.manifest, stored.arrays
    if manifest.get("kind") != KIND:
        raise StoreError(f"{folder}: not a model of one's own labels; `radar classify` uses the shipped one")
    try:
        found = OwnModel(
            Grams(tuple(arrays["names"].tobytes().decode().split("\n")), arrays["idf"]),
            tuple(manifest["classes"]),
            arrays["coef"].astype(np.float32),
            arrays["intercept"],
            arrays["bias"],
            float(manifest["slope"]),
            arrays["offset"],
            manifest,
        )
        shapes = (found.coef.shape, found.intercept.shape, found.bias.shape, found.offset.shape)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StoreError(f"{folder}: made by another version of the program ({error})") from None
    classes = len(found.classes)
    if shapes != ((len(found.grams.names), classes), (classes,), (classes,), (classes,)):
        raise StoreError(f"{folder}: its {classes} classes do not fit its arrays {shapes}")
    return found
