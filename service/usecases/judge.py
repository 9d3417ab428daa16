"""Judge texts; what sells gambling under the words of social insurance is about neither."""

from __future__ import annotations

from collections.abc import Sequence

from service.domain.judgement import Judgement, TextToJudge
from service.parsing.spam import is_gambling_spam
from service.ports import Classifier


def judge(classifier: Classifier, texts: Sequence[TextToJudge]) -> list[Judgement]:
    """One judgement a text, in the same order."""
    judgements = classifier.judge(texts) if texts else []
    return [
        j.as_irrelevant() if j.relevant and is_gambling_spam(t.title, t.text) else j
        for t, j in zip(texts, judgements, strict=True)
    ]
