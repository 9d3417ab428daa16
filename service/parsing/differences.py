"""What changed between two versions of a text: an excerpt of the changed words, not both texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from service.domain.text import nfc, syllables, tones_placed

AROUND = 4
MOST_WORDS = 3000  # of a changed stretch; matching takes time in proportion to its square
MOST_CHARACTERS = 700
LONGEST_PIECE = 240
WORD = re.compile(r"\S+")
BARE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Difference:
    """Changed words.

    Attributes:
        words: how many words went or came; 0 where only spaces and punctuation differ.
        text: «... [-old words-]{+new words+} ...» with a few words around, at most 700 characters.
        share: changed words of all words of both versions, 0 to 1.
    """

    words: int
    text: str
    share: float


def difference(before: str, after: str) -> Difference:
    """Compare paragraph by paragraph, then word by word where paragraphs differ."""
    old, new = _lines(before), _lines(after)
    changed, pieces = 0, []
    for old_part, new_part in _differing(old, new):
        old_words, new_words = _words(old_part), _words(new_part)
        for words, piece in _word_changes(old_words, new_words):
            changed += words
            pieces.append(piece)
    total = len(_words(old)) + len(_words(new))
    return Difference(changed, _joined(pieces), changed / total if total else 0.0)


def same_words(one: str, other: str) -> bool:
    """Whether two texts differ in spaces, punctuation, case and the placing of tones only."""
    return _bare(one) == _bare(other)


def share_of(text: str, other: str) -> float:
    """Share of the syllables of a text that another one has too, without diacritics; 1 where there are none."""
    wanted = set(syllables(text).split())
    return len(wanted & set(syllables(other).split())) / len(wanted) if wanted else 1.0


def _word_changes(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, str]]:
    if len(old) > MOST_WORDS or len(new) > MOST_WORDS:
        yield len(old) + len(new), _marked(old, new, (), ())
        return
    matcher = SequenceMatcher(None, [_bare(w) for w in old], [_bare(w) for w in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        gone, come = old[a:b], new[c:d]
        count = sum(bool(_bare(w)) for w in (*gone, *come))
        if kind != "equal" and count:
            yield count, _marked(gone, come, old[max(a - AROUND, 0) : a], old[b : b + AROUND])


def _differing(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[list[str], list[str]]]:
    matcher = SequenceMatcher(None, [_bare(x) for x in old], [_bare(x) for x in new], autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            yield list(old[a:b]), list(new[c:d])


def _marked(gone: Sequence[str], come: Sequence[str], before: Sequence[str], after: Sequence[str]) -> str:
    out = f"[-{_short(gone)}-]" if gone else ""
    new = f"{{+{_short(come)}+}}" if come else ""
    return " ".join(part for part in (" ".join(before), f"{out}{new}", " ".join(after)) if part)


def _short(words: Sequence[str]) -> str:
    text = " ".join(words)
    return text if len(text) <= LONGEST_PIECE else text[: LONGEST_PIECE - 1].rsplit(" ", 1)[0] + "…"


def _joined(pieces: Sequence[str]) -> str:
    text = ""
    for piece in pieces:
        longer = f"{text} … {piece}" if text else piece
        if len(longer) > MOST_CHARACTERS:
            return f"{text} …" if text else longer[: MOST_CHARACTERS - 1] + "…"
        text = longer
    return text


def _lines(text: str) -> list[str]:
    return [line for raw in nfc(text).split("\n") if (line := raw.strip())][:2000]


def _words(lines: Sequence[str]) -> list[str]:
    return [word for line in lines for word in WORD.findall(line)]


def _bare(text: str) -> str:
    return BARE.sub(" ", tones_placed(text).casefold()).strip()
