"""The three forms every text is kept in: as given, NFC, folded."""

from __future__ import annotations

import re
import unicodedata

NOT_WORD = re.compile(r"\W+")


def nfc(text: str) -> str:
    """Unicode normalisation form C, the form of every text inside the service (TCVN 6909:2001)."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d: the form full-text search uses, so that "lua dao" finds "lừa đảo"."""
    stripped = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return stripped.replace("đ", "d")


def syllables(text: str) -> str:
    """Folded syllables, each between spaces, so that " gia " finds the syllable «gia» and not a part of «giao»."""
    return f" {NOT_WORD.sub(' ', fold(text)).strip()} "
