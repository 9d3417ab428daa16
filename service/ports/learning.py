"""What learning from the desk asks of the storage, and what its pages read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from service.domain.drift import ScoreCount
from service.domain.labels import DoubtView, Label, LabelCounts, LabelledText, LabelView, Question
from service.domain.views import DocumentView


class LearningStorage(Protocol):
    """Labels by people, and the spread of scores."""

    def labels(self, document_id: str) -> list[Label]: ...

    def save_labels(self, document_id: str, labels: Sequence[Label]) -> None:
        """Keep answers; of a question that was answered before, the machine's first answer stays."""
        ...

    def relabel(self, document_id: str) -> None:
        """Make the document say what its labels say, and drop open findings that it cannot have any more."""
        ...

    def withdraw_labels(self, document_id: str, questions: Collection[Question]) -> None:
        """Remove answers; the document says again what the machine said last. Findings that an answer ruled out stay
        dropped."""
        ...

    def labelled_texts(self) -> list[LabelledText]:
        """Masked texts that are still kept with what people answered about them, in order of their ids."""
        ...

    def add_scores(self, counts: Mapping[tuple[str, int], int], *, model: str, week: str) -> None:
        """Count scores by (head, tenth of the scale)."""
        ...


class LearningModels(Protocol):
    """Labels, doubts and drift as the page and the API read them."""

    def labelled_document(self, document_id: str) -> DocumentView | None:
        """A document that may be labelled: as `document`, and those that people called irrelevant."""
        ...

    def document_text(self, document_id: str) -> str | None:
        """The masked text while it is kept, else the excerpt; None: there is no such document."""
        ...

    def label_views(self, document_id: str) -> list[LabelView]: ...

    def doubts(self, *, question: Question | None, since: datetime, limit: int) -> list[DoubtView]:
        """What the model is least sure of among documents published since a time: origins nobody has answered the
        question about, one a story, least sure first."""
        ...

    def label_counts(self) -> list[LabelCounts]: ...

    def score_counts(self, model: str) -> list[ScoreCount]: ...

    def newest_model(self) -> str | None:
        """Name of the model whose scores were counted last."""
        ...
