"""Rows of the filter `radar classify`: texts in, judgements out, as plain JSON values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from classifiers.inference.explain import explain
from classifiers.inference.judge import judge
from classifiers.labels import Kind, Text
from classifiers.models.model import SHIPPED
from classifiers.store import StoreError
from service.classification.direct import model_in

__all__ = ["RowError", "StoreError", "judge_rows", "to_text"]


class RowError(ValueError):
    """A row that is not a text to judge; the message says which field and what was expected."""


def _text(row: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = row.get(key)
    if value is None:
        value = default
    if not isinstance(value, str):
        found = "nothing" if value is None else type(value).__name__
        raise RowError(f"field '{key}': expected text, found {found}")
    return value


def _date(row: Mapping[str, Any]) -> str | None:
    value = row.get("date")
    if value is None or value == "":
        return None
    told = str(value)[:10]
    try:
        return date.fromisoformat(told + "-01-01"[3 * told.count("-") :] if len(told) < 10 else told).isoformat()
    except ValueError:
        raise RowError(f"field 'date': expected YYYY-MM-DD, YYYY-MM or YYYY, found {value!r}") from None


def to_text(row: Mapping[str, Any]) -> Text:
    """A line `{id, title?, text, kind?, date?, protected_section?}`; RowError names the field that is wrong."""
    identity = row.get("id")
    if isinstance(identity, int) and not isinstance(identity, bool):
        identity = str(identity)
    if not isinstance(identity, str):
        raise RowError(f"field 'id': expected text, found {'nothing' if identity is None else type(identity).__name__}")
    kind = _text(row, "kind", Kind.ARTICLE.value)
    if kind not in set(Kind):
        raise RowError(f"field 'kind': expected one of {', '.join(Kind)}, found {kind!r}")
    protected_section = row.get("protected_section", False)
    if not isinstance(protected_section, bool):
        raise RowError(f"field 'protected_section': expected true or false, found {protected_section!r}")
    return Text(
        id=identity,
        text=_text(row, "text"),
        title=_text(row, "title", ""),
        kind=Kind(kind),
        date=_date(row),
        protected_section=protected_section,
    )


def judge_rows(
    batches: Iterable[Sequence[Text]], *, explained: bool = False, folder: Path | None = None
) -> Iterator[dict[str, Any]]:
    """Judgements in the order of the texts, a batch at a time; `explained` adds a field `explanation`.

    Args:
        folder: of the model; None: the shipped one.

    Raises:
        StoreError: there is no such model.
    """
    model = model_in(folder or SHIPPED)
    for texts in batches:
        for text, judgement in zip(texts, judge(model, texts), strict=True):
            row = judgement.to_json()
            yield {**row, "explanation": explain(model, text, judgement)} if explained else row
