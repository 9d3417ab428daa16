"""Sentences as spans of the text as given."""

from __future__ import annotations

from underthesea import sent_tokenize

LONGEST = 20_000  # characters looked at


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """[start, end) in code points of every sentence, in order, not overlapping; lines end sentences too."""
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text[:LONGEST].split("\n"):
        start = at
        for sentence in sent_tokenize(line):
            found = text.find(sentence, start)
            spans.append((found, found + len(sentence)))
            start = found + len(sentence)
        at += len(line) + 1
    return spans
