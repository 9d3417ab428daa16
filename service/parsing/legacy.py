"""Vietnamese in the fonts of the nineties (TCVN3 «.VnTime», VNI) read as Unicode.

Old government pages and documents carry such text as if it were Latin-1; TCVN 5712:1993 gives the bytes of TCVN3, VNI
is the vendor's table: a base letter, then a letter that stands for its marks.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

SAMPLE = 200_000
FEWEST = 6

TCVN3 = str.maketrans(
    "µ¶·¸¹¨»¼½¾Æ©ÇÈÉÊË®ÌÎÏÐÑªÒÓÔÕÖ×ØÜÝÞßáâãä«åæçèé¬êëìíîïñòóô\xadõö÷øùúûüýþ¡¢£¤¥¦§",
    "àảãáạăằẳẵắặâầẩẫấậđèẻẽéẹêềểễếệìỉĩíịòỏõóọôồổỗốộơờởỡớợùủũúụưừửữứựỳỷỹýỵĂÂÊÔƠƯĐ",
)
# signs that no language puts inside a word, but TCVN3 does all the time
TCVN3_SIGNS = "µ¶·¸¹¨©ª«¬®"
TCVN3_IN_WORD = re.compile(rf"(?<=[A-Za-z])[{TCVN3_SIGNS}](?![\s.,])|[{TCVN3_SIGNS}](?=[a-z])")
GRAVE, ACUTE, TILDE, HOOK, DOT, CIRCUMFLEX, BREVE = "\u0300\u0301\u0303\u0309\u0323\u0302\u0306"
VNI_MARKS = {
    "ø": GRAVE, "ù": ACUTE, "õ": TILDE, "û": HOOK, "ï": DOT, "â": CIRCUMFLEX, "à": CIRCUMFLEX + GRAVE,
    "á": CIRCUMFLEX + ACUTE, "ã": CIRCUMFLEX + TILDE, "å": CIRCUMFLEX + HOOK, "ä": CIRCUMFLEX + DOT, "ê": BREVE,
    "è": BREVE + GRAVE, "é": BREVE + ACUTE, "ü": BREVE + TILDE, "ú": BREVE + HOOK, "ë": BREVE + DOT,
}  # fmt: skip
VNI_ALONE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "Ô": "Ơ", "Ö": "Ư", "Ñ": "Đ"}
VNI = re.compile(r"(?P<base>[aeouyôöAEOUYÔÖ])(?P<mark>[øùõûïâàáãåäêèéüúë])|[ôöñæóòîÔÖÑ]", re.IGNORECASE)
VNI_LETTERS = "âáàåäöôñ"
VNI_PAIR = re.compile(r"[aeo][âáàåä](?![a-zà-ÿ]*[âáàåä])|ö[øùõûï]|ô[øùõûï]|(?<![a-zà-ÿ])ñ[aeoöôu]", re.IGNORECASE)
UNICODE_VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


class Font(StrEnum):
    """How the letters were encoded."""

    TCVN3 = "tcvn3"
    VNI = "vni"


def modernise(text: str) -> str:
    """The text in Unicode if it is TCVN3 or VNI, else as it is; what has Vietnamese letters already is not touched."""
    match legacy_font(text):
        case Font.TCVN3:
            return unicodedata.normalize("NFC", text.translate(TCVN3))
        case Font.VNI:
            return unicodedata.normalize("NFC", VNI.sub(_from_vni, text))
        case None:
            return text


def legacy_font(text: str) -> Font | None:
    """The font that a text read as windows-1252 was written for, None if for none of them."""
    sample = text[:SAMPLE]
    if UNICODE_VIETNAMESE.search(sample):
        return None
    foreign = len(sample) - len(sample.encode("ascii", "ignore"))
    # counting letters first costs next to nothing; the patterns would cost as much as reading the page
    if _among(TCVN3_SIGNS, sample) and _enough(len(TCVN3_IN_WORD.findall(sample)), foreign):
        return Font.TCVN3
    return Font.VNI if _among(VNI_LETTERS, sample) and _enough(len(VNI_PAIR.findall(sample)), foreign) else None


def _among(letters: str, sample: str) -> bool:
    return sum(sample.count(letter) for letter in letters) >= FEWEST


def _enough(hits: int, foreign: int) -> bool:
    return hits >= FEWEST and hits * 5 >= foreign


def _from_vni(match: re.Match[str]) -> str:
    if match["base"] is None:
        return VNI_ALONE.get(match[0], match[0])
    base = VNI_ALONE.get(match["base"], match["base"])
    return base + VNI_MARKS[match["mark"].lower()]
