"""A text taken apart once: syllables, cues, sentences about social insurance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from classifiers.features.lexicon import LEXICON
from classifiers.features.normalise import canonical, clean, fold, tokens

MOST_TOKENS = 4000  # of a page of 10,000 words the first 4,000 decide
_URL_TOKENS = {"<url>", "<gov>"}
_QUOTES = re.compile('["“”«»]')
_PHONE = re.compile(r"(?<!\d)(?:\+84|0)[\dxX*][\dxX*. -]{7,11}[\dxX*]|\b1900[ .]?\d{4}|\b09xx")
_MONEY = re.compile(r"\d+\s?(?:k|tr|triệu|trieu|tỷ|nghìn|đồng|đ|củ|lít|%)\b")

Index = dict[str, list[tuple[tuple[str, ...], str]]]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the features of a text are counted from.

    Attributes:
        title, body: canonical syllables.
        cues: name -> count; names of LEXICON, structure and kind.
        bare: written without diacritics.
    """

    title: tuple[str, ...]
    body: tuple[str, ...]
    cues: dict[str, int]
    bare: bool


def _index(form: Iterable[tuple[str, str]]) -> Index:
    index: Index = {}
    for cue, phrase in form:
        first, *rest = phrase.split()
        index.setdefault(first, []).append((tuple(rest), cue))
    return index


_PHRASES = [(cue, phrase) for cue, phrases in LEXICON.items() for phrase in phrases]
_ACCENTED = _index(_PHRASES)
_BARE = _index((cue, " ".join(fold(t) for t in phrase.split())) for cue, phrase in _PHRASES)


def syllables(text: str) -> tuple[str, ...]:
    """Canonical syllables of a cleaned text, at most MOST_TOKENS tokens of it."""
    return tuple(chain.from_iterable(map(canonical, tokens(text)[:MOST_TOKENS])))


def is_bare(words: Sequence[str]) -> bool:
    """Whether a text is written without diacritics (fewer than one word in twelve has any)."""
    return sum(not w.isascii() for w in words) * 12 < len(words)


def lexicon_cues(words: Sequence[str], *, bare: bool) -> dict[str, int]:
    """How often phrases of each cue occur."""
    index = _BARE if bare else _ACCENTED
    found: dict[str, int] = {}
    for at, word in enumerate(words):
        for rest, cue in index.get(word, ()):
            if not rest or tuple(words[at + 1 : at + 1 + len(rest)]) == rest:
                found[cue] = found.get(cue, 0) + 1
    return found


def _structure(text: str, words: Sequence[str], kind: str, titled: bool) -> dict[str, int]:
    last = text.rstrip()[-1:] if text else ""
    capitals = sum(c.isupper() for c in text[:400])
    marks = {
        f"kind={kind}": True,
        "titled": titled,
        f"length={min(len(words), 1500).bit_length()}": True,
        "ends?": last == "?",
        "any?": "?" in text,
        "shout": capitals > 0.3 * min(len(text), 400),
        "!": "!" in text,
        "quotes": bool(_QUOTES.search(text)),
        "url": not _URL_TOKENS.isdisjoint(words),
        "phone": bool(_PHONE.search(text[:3000])),
        "money": bool(_MONEY.search(text[:3000].lower())),
        "dialogue": "\n-" in text or text.startswith("-"),
    }
    return {name: 1 for name, holds in marks.items() if holds}


def _conjunctions(cues: dict[str, int]) -> Iterable[str]:
    """Use against mention: an order to act with a way to pay or a secret, and no frame of a report around it."""
    lure = ("order" in cues) and not cues.keys().isdisjoint({"otp", "url", "phone"})
    told = "report" in cues
    if lure:
        yield "lure&told" if told else "lure"
    if "offer" in cues:
        yield "offer&told" if told else "offer!"
        if not cues.keys().isdisjoint({"order", "phone", "money"}):
            yield "offer+contact&told" if told else "offer+contact"
    if "threat" in cues and "order" in cues:
        yield "threat+order&told" if told else "threat+order"
    if "personal" in cues:
        yield from (f"own+{c}" for c in ("blame", "praise", "withhold", "reprisal", "denounce") if c in cues)
    if "blame" in cues and "praise" not in cues:
        yield "blame-only"
    if "praise" in cues and "blame" not in cues:
        yield "praise-only"
    if "blame" not in cues and "praise" not in cues:
        yield "no-stance"


def analyse(title: str, text: str, kind: str) -> Analysis:
    """Take a text apart. The title is part of what is read; `text` alone decides the structural cues."""
    title, text = clean(title), clean(text)
    head, body = syllables(title), syllables(text)
    bare = is_bare(head + body)
    cues = lexicon_cues(head + body, bare=bare) | _structure(text, body, kind, bool(head))
    if bare:
        cues["bare"] = 1
    cues |= dict.fromkeys(_conjunctions(cues), 1)
    return Analysis(head, body, cues, bare)
