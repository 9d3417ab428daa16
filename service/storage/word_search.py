"""What stands in a field of search, as conditions on title and excerpt of publications."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, and_, false, or_

from service.domain.text import NOT_WORD, fold, nfc, spellings
from service.storage.schema import DocumentRow
from service.storage.sql import table

DOCUMENTS = table(DocumentRow)
MOST = 12  # words or phrases that are looked for
QUOTED = re.compile('["“”]([^"“”]*)["“”]')
# words for the same thing, folded, the longer ones first: who asks for one is given all
SAME = tuple(
    tuple(form.split() for form in forms)
    for forms in (
        ("bao hiem xa hoi", "bhxh"),
        ("bao hiem y te", "bhyt"),
        ("bao hiem that nghiep", "bhtn"),
        ("thanh pho ho chi minh", "tp ho chi minh", "ho chi minh", "tp hcm", "tphcm", "hcm"),
        ("mot lan", "1 lan"),
    )
)
Phrase = Sequence[str]


def with_words(asked: str) -> list[ColumnElement[bool]]:
    """Every word, and what stands in quotation marks as it stands there; a word that is written with diacritics with
    these, any other with or without."""
    exact = [_words(found) for found in QUOTED.findall(asked)]
    wanted = [_as_written(phrase) for phrase in exact if phrase] + list(_alike(_words(QUOTED.sub(" ", asked))))
    if asked.strip() and not wanted:
        return [false()]  # texts are searched without their symbols: what is nothing else is in none
    return wanted[:MOST]


def _words(asked: str) -> Phrase:
    return [word for word in NOT_WORD.split(nfc(asked)) if word]


def _alike(words: Phrase) -> Iterable[ColumnElement[bool]]:
    """The words one by one, those that have other names by any of these."""
    folded, at = [fold(word) for word in words], 0
    while at < len(words):
        found = next(((s, f) for s in SAME for f in s if folded[at : at + len(f)] == f), None)
        yield or_(*map(_folded, found[0])) if found else _as_written([words[at]])
        at += len(found[1]) if found else 1


def _folded(phrase: Phrase) -> ColumnElement[bool]:
    return DOCUMENTS.c.folded.contains(f" {' '.join(map(fold, phrase))} ", autoescape=True)


def _as_written(phrase: Phrase) -> ColumnElement[bool]:
    if all(fold(word) == word.lower() for word in phrase):
        return _folded(phrase)
    # folding has narrowed it down; neither database knows capitals with diacritics in every locale
    pattern = r"(?<!\w)" + r"\W+".join(map(_spelled, phrase)) + r"(?!\w)"
    return and_(_folded(phrase), or_(*(c.regexp_match(pattern) for c in (DOCUMENTS.c.title, DOCUMENTS.c.excerpt))))


def _spelled(word: str) -> str:
    """A word as it may be written at the beginning of a sentence, in capitals, and by either custom of placing tones;
    one without diacritics is no stricter within a phrase than alone."""
    forms = {form for one in spellings(word.lower()) for form in (one, one.capitalize(), one.upper())}
    return f"({'|'.join(sorted(forms))})" if fold(word) != word.lower() else r"\w+"
