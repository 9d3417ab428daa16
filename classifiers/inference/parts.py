"""What of a text is looked at: all of it, and of a news digest each headline by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from classifiers.features.anchors import may_concern
from classifiers.features.digest import parts_of_digest
from classifiers.labels import Kind, Text


def parts_of(text: Text) -> list[Text]:
    """The text; of a digest those of its headlines that could concern; nothing where nothing could."""
    if not may_concern(text.title, text.text):
        return []
    headlines = parts_of_digest(text.title, text.text) if text.kind is Kind.ARTICLE else ()
    if not headlines:
        return [text]
    return [replace(text, title=headline, text="") for headline in headlines if may_concern(headline, "")]


def together(text: Text, parts: Sequence[Text]) -> Text:
    """Parts of a text as one text again; of a digest its label («Điểm tin Nghệ An: …») stands behind its headlines, for
    where these do not say where."""
    if parts[0] is text:
        return text
    label, _, _ = text.title.partition(parts_of_digest(text.title, text.text)[0])
    return replace(text, title="\n".join(part.title for part in parts), text=label)
