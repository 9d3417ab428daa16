"""A shipped model: vectoriser, heads and what was settled on held-out texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.features.vectoriser import Vectoriser
from classifiers.models.linear import Heads
from classifiers.store import StoreError, load, save

SHIPPED = Path(__file__).parent / "shipped"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """Probabilities from which a label is given, and what is added to margins of classes that exclude one another.

    Attributes:
        relevant: of anything but an article, where it names social insurance or a benefit of it;
            `relevant_insurance`: where it says no more than «bảo hiểm», `relevant_unnamed`: not even that;
            `relevant_insurance_complaint`, `relevant_unnamed_complaint`: of these two where they complain and name no
            product of a company.
        relevant_article: of an article; `relevant_article_unnamed`: of one that names neither social insurance nor a
            benefit of it.
        topics, audiences, limbs: by id; `topics_article`: topics of articles; `topic_alone`: the likeliest topic of a
            text that reaches no border.
        tone_article, tone, feedback: added to the margin of each class, in the order of the label's enum; the first in
            articles, the others in anything else.
    """

    relevant: float
    relevant_article: float
    relevant_article_unnamed: float
    relevant_insurance: float
    relevant_unnamed: float
    relevant_insurance_complaint: float
    relevant_unnamed_complaint: float
    protected: float
    denunciation: float
    topics: Mapping[str, float]
    topics_article: Mapping[str, float]
    topic_alone: float
    audiences: Mapping[str, float]
    limbs: Mapping[str, float]
    tone_article: tuple[float, ...]
    tone: tuple[float, ...]
    feedback: tuple[float, ...]


@dataclass(frozen=True)
class Model:
    """What judging needs, and the manifest it came with."""

    vectoriser: Vectoriser
    heads: Heads
    thresholds: Thresholds
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """«name@version», part of every judgement."""
        return f"{self.manifest['name']}@{self.manifest['version']}"


def save_model(folder: Path, model: Model) -> None:
    """Write the model; coefficients in half precision, which changes no label by more than rounding does."""
    arrays: dict[str, np.ndarray[Any, Any]] = {
        "names": np.frombuffer("\n".join(model.vectoriser.names).encode(), dtype=np.uint8),
        "idf": model.vectoriser.idf,
        "coef": model.heads.coef.astype(np.float16),
        "intercept": model.heads.intercept,
        "slope": model.heads.slope,
        "offset": model.heads.offset,
    }
    manifest = {**model.manifest, "heads": list(model.heads.names), "thresholds": asdict(model.thresholds)}
    save(folder, arrays, manifest)


def load_model(folder: Path = SHIPPED) -> Model:
    """Read a model; StoreError if there is none or it is of another version of the program."""
    stored = load(folder)
    try:
        arrays, manifest = stored.arrays, stored.manifest
        vectoriser = Vectoriser(tuple(arrays["names"].tobytes().decode().split("\n")), arrays["idf"])
        heads = Heads(
            tuple(manifest["heads"]),
            arrays["coef"].astype(np.float32),
            arrays["intercept"],
            arrays["slope"],
            arrays["offset"],
        )
        return Model(vectoriser, heads, Thresholds(**manifest["thresholds"]), manifest)
    except (KeyError, TypeError) as error:
        raise StoreError(f"{folder}: made by another version of the program ({error})") from None
