"""From text as people write it to tokens a model can count.

Everything here works token by token behind a cache, so that a long page costs one dictionary look-up a token.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from underthesea.pipeline.text_normalize.token_normalize import token_normalize

from classifiers.features.teencode import TEENCODE

CACHE_SIZE = 1 << 17
LONGEST_TOKEN = 32

# Characters nobody sees, and Greek, Cyrillic, full-width and mathematical letters that spammers put for Latin ones
_UNSEEN = (
    "\u00ad\u034f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f"
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_DISGUISED = re.compile(f"[{_UNSEEN}\u0370-\u052f\uff01-\uff5e\U0001d400-\U0001d7ff]")
_HOMOGLYPHS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјкорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABESIJKMHOPCTYXaesijkopcyxdqwABEZHIKMNOPTYXo"
)

# "b.h.x.h", "O-T-P", "z a l o", "BH.XH", "b_h_y_t": a word spelt out to slip past filters
_SPELT_OUT = re.compile(
    r"(?<![\w.])(?:b[\W_]{0,2}h[\W_]{0,2}(?:x[\W_]{0,2}h|y[\W_]{0,2}t|t[\W_]{0,2}n)|z[\W_]a[\W_]l[\W_]o"
    r"|z[\W_]a?l+o?|o[\W_]t[\W_]p|i[\W_]n[\W_]b[\W_]o[\W_]x|v[\W_]?s[\W_]?s[\W_]?i[\W_]?d)(?![\w])"
)
_NOT_LETTER = re.compile(r"[\W_]+")
_TOKEN = re.compile(  # lengths are bounded, or a run of dashes takes time that grows with its square
    r"(?:https?://|www\.)\S+|(?<![\w-])[\w-]{1,63}(?:\.[\w-]{1,63}){0,8}\.(?:com|vn|net|org|info|top|xyz|cc|biz|co|me|ly|example|invalid|test)\b\S*"
    r"|\d+(?:[.,:/x*-]\w+)*(?:(?:k|tr\d{0,3})\b)?|[^\W\d_]\w*|[?!]+|:\)+|=\)+|[\U0001f300-\U0001faff\u2600-\u27bf]"
)
_AMOUNT = re.compile(r"^(\d[\d.,]*)(k|tr)(\d{0,3})$")  # «500k», «2tr9»
_UNITS = {"k": "nghìn", "tr": "triệu"}
_LEET = str.maketrans("01345789@$", "oieastbgas")
_DIGIT_INSIDE = re.compile(r"^[^\W\d_]+[0134578]+[^\W\d_]+$|^[^\W\d_]{2,}[01345]$")
_FOLD = {ord("đ"): "d", ord("Đ"): "D"}


def clean(text: str) -> str:
    """NFC (TCVN 6909:2001), without invisible characters, with look-alike letters made Latin."""
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    if _DISGUISED.search(text):
        text = _INVISIBLE.sub("", text).translate(_HOMOGLYPHS)
        text = unicodedata.normalize("NFC", _DISGUISED.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text))
    return text


@lru_cache(maxsize=CACHE_SIZE)
def fold(token: str) -> str:
    """A token without diacritics, đ as d."""
    if token.isascii():
        return token
    decomposed = unicodedata.normalize("NFD", token)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_FOLD)


def _number(token: str) -> str:
    digits = sum(c.isdigit() for c in token)
    if "%" in token:
        return "#%"
    return f"#{min(digits, 9)}" if digits > 4 else token


@lru_cache(maxsize=CACHE_SIZE)
def canonical(token: str) -> tuple[str, ...]:
    """Syllables a lower-case token stands for: teencode resolved, tone marks where the dictionary puts them, no leet.

    Addresses become «<url>» or «<gov>», long numbers «#» with their number of digits.
    """
    if token[0].isdigit():
        if amount := _AMOUNT.match(token):
            return (_number(amount[1]), _UNITS[amount[2]])
        return (_number(token),)
    if "." in token or "/" in token:
        return ("<gov>",) if ".gov.vn" in token else ("<url>",)
    if token in TEENCODE:
        return tuple(TEENCODE[token].split())
    if _DIGIT_INSIDE.match(token):
        token = token.translate(_LEET)
    return (str(token_normalize(token)),) if len(token) <= LONGEST_TOKEN else ("<long>",)


def tokens(text: str) -> list[str]:
    """Lower-case tokens of a cleaned text as written: words, numbers, addresses, question and laughing marks."""
    lowered = text.lower()
    if _SPELT_OUT.search(lowered):
        lowered = _SPELT_OUT.sub(lambda m: _NOT_LETTER.sub("", m[0]), lowered)
    return _TOKEN.findall(lowered)
