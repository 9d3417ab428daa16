"""The three forms every text is kept in: as given, NFC, folded."""

from __future__ import annotations

import re
import unicodedata

# decomposed: the tone on the second of two open vowels; the u of «quý» belongs to the consonant
NEW_PLACE = re.compile(
    "(o(?=[ae])|(?<![qQ])u(?=y))([aey])([\u0300\u0301\u0303\u0309\u0323])(?![\\w\u0300-\u036f])", re.IGNORECASE
)
OLD_PLACE = re.compile(
    "(o(?=[\u0300\u0301\u0303\u0309\u0323][ae])|(?<![qQ])u(?=[\u0300\u0301\u0303\u0309\u0323]y))"
    "([\u0300\u0301\u0303\u0309\u0323])([aey])(?![\\w\u0300-\u036f])",
    re.IGNORECASE,
)
BLANK = re.compile(r"\[[^\[\]]*\]|\[|\]")  # one that was half struck out too
NO_BLANK = re.compile(r"https?://\S+|\[\d+\]")  # brackets of an address, number of a note
NOT_WORD = re.compile(r"\W+")


def nfc(text: str) -> str:
    """Unicode normalisation form C, the form of every text inside the service (TCVN 6909:2001)."""
    return unicodedata.normalize("NFC", text)


def tones_placed(text: str) -> str:
    """NFC with one of the two customs of placing a tone in «oa», «oe», «uy» («hòa» and «hoà»), to compare texts by."""
    return nfc(NEW_PLACE.sub(r"\1\3\2", unicodedata.normalize("NFD", text)))


def spellings(text: str) -> set[str]:
    """A text with its tones placed by each of the two customs: «hòa» and «hoà»."""
    return {tones_placed(text), nfc(OLD_PLACE.sub(r"\1\3\2", unicodedata.normalize("NFD", text)))}


def fold(text: str) -> str:
    """Lower case without diacritics, đ as d: the form full-text search uses, so that "lua dao" finds "lừa đảo"."""
    stripped = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    return stripped.replace("đ", "d")


def unfilled(text: str) -> str:
    """Why a draft is not ready, in Vietnamese: the first blank that is still to be filled in («[nêu thủ đoạn]»), or a
    colon that nothing follows; empty where it is."""
    if found := BLANK.search(NO_BLANK.sub(" ", text)):
        return f"Nội dung còn chỗ chưa điền: “{found[0]}”. Vui lòng điền hoặc bỏ đi."
    if text.rstrip().endswith(":"):
        return "Nội dung dừng ở dấu hai chấm; vui lòng viết tiếp điều cần công bố."
    return ""


def syllables(text: str) -> str:
    """Folded syllables, each between spaces, so that " gia " finds the syllable «gia» and not a part of «giao»."""
    return f" {NOT_WORD.sub(' ', fold(text)).strip()} "
