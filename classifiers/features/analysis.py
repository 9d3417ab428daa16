"""A text taken apart once: syllables, cues, sentences about social insurance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

from classifiers.features.lexicon import LEXICON
from classifiers.features.normalise import canonical, clean, fold, tokens
from classifiers.features.provinces import spellings

MOST_TOKENS = 4000  # of a page of 10,000 words the first 4,000 decide
_URL_TOKENS = {"<url>", "<gov>"}
_QUOTES = re.compile('["“”«»]')
_PHONE = re.compile(r"(?<!\d)(?:\+84|0)[\dxX*][\dxX*. -]{7,11}[\dxX*]|\b1900[ .]?\d{4}|\b09xx")
_MONEY = re.compile(r"\d+\s?(?:k|tr|triệu|trieu|tỷ|nghìn|đồng|đ|củ|lít|%)\b")

NAMED = "core"  # cue: the text names social insurance or a benefit of it
NAMES = frozenset({NAMED, "insurance"})  # cues: it names that, or says no more than «bảo hiểm»
UNNAMED = "unnamed"  # cue: the text does not say «bảo hiểm» in any form
BLAME = frozenset(
    {"blame", "blame_attitude", "blame_delay", "blame_money", "blame_system", "blame_care", "distrust", "harsh"}
)
HARDSHIP = frozenset({"hardship", "press_negative"})
PRAISE = frozenset({"praise", "praise_service", "support"})
RELIEF = frozenset({"relief", "relief_money", "press_positive"})
_DERIVED = {"own+blame", "own+praise", "bad-only", "good-only", "wished", "blame-only", "praise-only", "no-stance"}
# cues of stance: never seen by the gate of protected speech, nor by the limbs
STANCE_CUES = BLAME | HARDSHIP | PRAISE | RELIEF | _DERIVED | {"sarcasm", "rhetorical", "shout", "!"}
_LAUGHS_OR_SHOUTS = re.compile(r"(?!\?+$)[^\w\s#<]+")  # «😂», «!!!», «=))», «?!», and no question mark alone

PROVINCE = "<tỉnh>"  # stands for the name of every province: what is said must not depend on where

Index = dict[str, dict[str, list[tuple[tuple[str, ...], str]]]]  # first syllable -> second or «» -> the rest, cue


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the features of a text are counted from.

    Attributes:
        title, body: canonical syllables, PROVINCE for the name of one.
        cues: name -> count; names of LEXICON, structure and kind.
        bare: written without diacritics.
    """

    title: tuple[str, ...]
    body: tuple[str, ...]
    cues: dict[str, int]
    bare: bool


# «bh» is «bảo hiểm» after or before these, else «bây giờ» or «bao giờ»
_BH_BEFORE = re.compile(
    "đóng|thẻ|sổ|rút|mua|nợ|tiền|quỹ|bên|làm|tham|gia|trốn|có|cắt|hưởng|lãnh|lĩnh|khám|chế|độ|cty|ty|mức|luật|quan|bộ|viên"
    "|quầy|ngành|đài|nộp|thu|thuốc|hỏi|lên|ra|dong|the|so|rut|tien|no|ben|kham|vien|quay|nganh|nop|thuoc|hoi"
)
_BH_AFTER = re.compile("1|một|y|yt|xã|xh|thất|tn|tự|bắt|hộ|thai|mot|xa|that|tu|tra|thân")

_ONCE = frozenset({"lần", "lan", "cục", "cuc"})  # «rút 1 lần» is «rút một lần»


def _insurance_or_now(words: list[str]) -> Iterable[str]:
    for at, word in enumerate(words):
        if word != "bh":
            yield word
        elif (at and _BH_BEFORE.fullmatch(words[at - 1])) or _BH_AFTER.fullmatch(
            words[at + 1] if at + 1 < len(words) else ""
        ):
            yield from ("bảo", "hiểm")
        else:
            yield from ("bây", "giờ")


def syllables(written: Sequence[str]) -> tuple[str, ...]:
    """Canonical syllables of tokens as written."""
    found = list(chain.from_iterable(map(canonical, written)))
    if "bh" in found:
        found = list(_insurance_or_now(found))
    for at, (word, following) in enumerate(pairwise(found)):
        if word == "1" and following in _ONCE:
            found[at] = "một"
    return tuple(found)


def _index(form: Iterable[tuple[str, tuple[str, ...]]]) -> Index:
    index: Index = {}
    for cue, (first, *rest) in dict.fromkeys(form):
        index.setdefault(first, {}).setdefault(rest[0] if rest else "", []).append((tuple(rest[1:]), cue))
    return index


# in the form texts are brought to, or «500k» and «lỗ hổng» would never be found
_PHRASES = [(cue, syllables(tokens(clean(phrase)))) for cue, phrases in LEXICON.items() for phrase in phrases]
_ACCENTED = _index(_PHRASES)
_BARE = _index((cue, tuple(map(fold, phrase))) for cue, phrase in _PHRASES)


def _province_index(fold_names: bool) -> dict[str, list[tuple[str, ...]]]:
    """First syllable of a province's name -> what follows it, the longest first."""
    names = {syllables(tokens(clean(name))) for name in spellings()}
    if fold_names:
        names = {tuple(map(fold, name)) for name in names if len(name) > 1}  # «hue» is many words
    index: dict[str, list[tuple[str, ...]]] = {}
    for first, *rest in sorted(names, key=lambda name: (-len(name), name)):
        index.setdefault(first, []).append(tuple(rest))
    return index


_PROVINCES = _province_index(False)
_BARE_PROVINCES = _province_index(True)


def _anywhere(words: tuple[str, ...], *, bare: bool) -> tuple[str, ...]:
    """The words with PROVINCE in the place of names of provinces."""
    index = _BARE_PROVINCES if bare else _PROVINCES
    found: list[str] = []
    at = 0
    while at < len(words):
        rest = next((r for r in index.get(words[at], ()) if words[at + 1 : at + 1 + len(r)] == r), None)
        found.append(words[at] if rest is None else PROVINCE)
        at += 1 if rest is None else 1 + len(rest)
    return tuple(found)


def shows_stance(feature: str) -> bool:
    """Whether a feature, by its name, is a cue or a mark of stance, or a pair with such a mark."""
    if feature[0] == "x":
        return feature[1:] in STANCE_CUES
    return any(_LAUGHS_OR_SHOUTS.fullmatch(word) for word in feature[1:].split())


def is_bare(written: Sequence[str]) -> bool:
    """Whether tokens are typed without diacritics (fewer than one in twelve has any); it is asked of them as written:
    the «mọi người» that «mn» stands for has some."""
    return sum(not w.isascii() and w[0].isalpha() for w in written) * 12 < len(written)


def lexicon_cues(words: Sequence[str], *, bare: bool) -> dict[str, int]:
    """How often phrases of each cue occur."""
    index = _BARE if bare else _ACCENTED
    if bare:
        words = [fold(w) for w in words]
    found: dict[str, int] = {}
    for at, word in enumerate(words):
        known = index.get(word)
        if known is None:
            continue
        following = words[at + 1] if at + 1 < len(words) else ""
        for rest, cue in chain(known.get("", ()), known.get(following, ()) if following else ()):
            if not rest or tuple(words[at + 2 : at + 2 + len(rest)]) == rest:
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


def _acts(cues: dict[str, int]) -> Iterable[str]:
    """Use against mention: an order to act with a way to pay or a secret, and no frame of a report around it."""
    told = "" if cues.keys().isdisjoint({"report", "warning"}) else "&told"
    if "order" in cues and not cues.keys().isdisjoint({"otp", "url", "phone"}):
        yield f"lure{told}"
    if "offer" in cues:
        yield f"offer{told or '!'}"
        if not cues.keys().isdisjoint({"order", "phone", "money"}):
            yield f"offer+contact{told}"
    if "impostor" in cues:
        yield f"impostor{told or '!'}"
    if "threat" in cues and "order" in cues:
        yield f"threat+order{told}"
    if "personal" in cues:
        yield from (f"own+{c}" for c in ("blame", "praise", "withhold", "reprisal", "denounce") if c in cues)
    answered = "granted" if "granted" in cues else "no"
    yield from (f"{c}&{answered}" for c in ("withhold", "refused", "reprisal") if c in cues)


def _subject(cues: dict[str, int]) -> Iterable[str]:
    """Whether social insurance is named, and what else is."""
    if "core" in cues:
        if not cues.keys().isdisjoint({"beside", "job_advert"}):
            yield "core&beside"
        if "private" in cues:
            yield "core&private"
        return
    named = next((c for c in ("setting", "word", "near") if c in cues), "nothing")
    yield f"{named}-only"
    others = ("commercial", "private", "beside", "job_advert", "gambling", "insurance")
    yield from (f"{named}-only&{c}" for c in others if c in cues)
    if named in ("near", "nothing"):
        yield UNNAMED


def _stance(cues: dict[str, int]) -> Iterable[str]:
    """Blame without praise and the reverse."""
    blame, praise = not cues.keys().isdisjoint(BLAME), not cues.keys().isdisjoint(PRAISE)
    bad = blame or not cues.keys().isdisjoint(HARDSHIP)
    good = praise or not cues.keys().isdisjoint(RELIEF)
    if not blame and not praise:
        yield "no-stance"
    if good and "suggest" in cues:
        yield "wished"  # relief that is asked for has not come
        good = praise = False
    if blame != praise:
        yield "blame-only" if blame else "praise-only"
    if bad != good:
        yield "bad-only" if bad else "good-only"


def analyse(title: str, text: str, kind: str) -> Analysis:
    """Take a text apart. The title is part of what is read; `text` alone decides the structural cues."""
    title, text = clean(title), clean(text)
    title_tokens, text_tokens = tokens(title)[:MOST_TOKENS], tokens(text)[:MOST_TOKENS]
    head, body = syllables(title_tokens), syllables(text_tokens)
    bare = is_bare(title_tokens + text_tokens)
    cues = lexicon_cues(head + body, bare=bare) | _structure(text, body, kind, bool(head))
    if bare:
        cues["bare"] = 1
    cues |= dict.fromkeys(chain(_acts(cues), _subject(cues), _stance(cues)), 1)
    return Analysis(_anywhere(head, bare=bare), _anywhere(body, bare=bare), cues, bare)
