"""What of a text is looked at: all of it, and of a news digest each headline by itself."""

from __future__ import annotations

from classifiers.features.analysis import Analysis, analyse
from classifiers.features.anchors import may_concern
from classifiers.features.digest import parts_of_digest
from classifiers.labels import Kind, Text


def parts_of(text: Text) -> list[Analysis]:
    """The text; of a digest those of its headlines that could concern; nothing where nothing could."""
    if not may_concern(text.title, text.text):
        return []
    headlines = parts_of_digest(text.title, text.text) if text.kind is Kind.ARTICLE else ()
    if not headlines:
        return [analyse(text.title, text.text, text.kind.value)]
    return [analyse(headline, "", text.kind.value) for headline in headlines if may_concern(headline, "")]
