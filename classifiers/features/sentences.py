"""Sentences as spans of the text as given."""

from __future__ import annotations

from underthesea import sent_tokenize

LONGEST = 20_000  # characters looked at


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """[start, end) in code points of every sentence, in order, not overlapping; lines end sentences too, and dots
    within an address do not."""
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text[:LONGEST].split("\n"):
        start = at
        for sentence in sent_tokenize(line):
            found = text.find(sentence, start)
            inside = bool(spans) and spans[-1][1] == found > at and text[found].isalnum()  # «vssid.example.com»
            begin = spans.pop()[0] if inside else found
            start = found + len(sentence)
            spans.append((begin, start))
        at += len(line) + 1
    return spans
