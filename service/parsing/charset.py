"""From bytes to clean text: which encoding, no control characters, NFC."""

from __future__ import annotations

import codecs
import html
import re

from charset_normalizer import from_bytes

from service.domain.text import nfc
from service.parsing.legacy import legacy_font, modernise

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# what XML without a byte order mark looks like in wide encodings (XML 1.0, appendix F)
WIDE_STARTS = (
    (b"<\x00?\x00", "utf-16-le"),
    (b"\x00<\x00?", "utf-16-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00\x00\x00<", "utf-32-be"),
)
HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
XML_ENCODING = re.compile(rb"^\s{0,64}<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{2,40})[\"']", re.IGNORECASE)
META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
REPLACED = "\ufffd"  # what stands in a text for bytes that were no character
SNIFFED = 4096
NEVER_TEXT = bytes(c for c in range(0x20) if c not in b"\t\n\v\f\r\x1b")  # escape begins the shifts of ISO-2022-JP
DETECTED = 65536
# a list of what is allowed: Python also knows encodings that are slow or no character sets (punycode, zip, rot13)
ENCODINGS = frozenset(
    codecs.lookup(name).name
    for name in (
        "utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "cp1250", "cp1251",
        "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "iso8859-2", "iso8859-3", "iso8859-4",
        "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-10", "iso8859-13", "iso8859-14", "iso8859-15",
        "iso8859-16", "koi8-r", "koi8-u", "cp437", "cp500", "cp037", "cp850", "cp852", "cp866", "cp874", "mac-roman",
        "mac-cyrillic", "big5", "big5hkscs", "gb18030", "hz", "shift_jis", "cp932", "euc-jp", "iso2022-jp",
        "euc-kr", "cp949", "johab",
    )
)  # fmt: skip
# labels that servers give to what is in fact the larger Windows set (WHATWG Encoding Standard, section 4.2)
WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "iso8859-9": "cp1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "tis-620": "cp874",
}
LIKELY = ("cp1252", "cp1258", "cp1251", "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr")
# controls, lone surrogates, and what turns the direction of all that follows (embeddings, overrides, isolates): no
# Vietnamese text needs it, and a title could turn the outlet and date that are shown behind it
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")
C1 = re.compile("[\x80-\x9f]")
C1_AS_1252 = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
# Vietnamese in windows-1258: a vowel, then one of five combining tone marks
TONES_1258 = re.compile(rb"[aeiouyAEIOUY\xc2\xe2\xca\xea\xd4\xf4\xd5\xf5\xdd\xfd\xc3\xe3\xf0][\xcc\xec\xd2\xde\xf2]")
NUMERIC = re.compile(r"&#(?:(?P<decimal>\d{1,20})|[xX](?P<hex>[0-9a-fA-F]{1,20}));")
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def decode(body: bytes, content_type: str = "") -> str:
    """Text of a feed or page, clean and NFC.

    Byte order mark, then UTF-8 if every byte fits, then what the HTTP header, the XML declaration or the page's meta
    element says, then detection; text in legacy Vietnamese fonts is converted. Never fails: what fits nothing becomes
    U+FFFD.
    """
    return modernise(clean(_decoded(body, content_type)))


def clean(text: str) -> str:
    """NFC without control characters (tab and line ends stay), direction marks and lone surrogates.

    C1 controls, which nobody writes, are what is left of windows-1252 quotation marks and dashes: read as those.
    """
    if C1.search(text):
        text = text.translate(C1_AS_1252)
    return nfc(CONTROLS.sub("", text))


def is_damaged_utf8(body: bytes) -> bool:
    """Whether bytes are UTF-8 in spite of some that are not: more whole characters beyond ASCII than broken ones, which
    other encodings hardly ever have."""
    if body.startswith(tuple(bom for bom, _ in BOMS[1:])):
        return False
    text = body.decode("utf-8", "replace")
    broken = text.count(REPLACED)
    return 0 < broken < len(text) - len(text.encode("ascii", "ignore")) - broken


def is_binary(body: bytes, content_type: str = "") -> bool:
    """Whether bytes are no text: of the first ones, one in twenty is a control character that no text holds."""
    if body.startswith(tuple(start for start, _ in (*BOMS, *WIDE_STARTS))):
        return False
    if any(encoding.startswith(("utf-16", "utf-32")) for encoding in _declared(body, content_type)):
        return False
    sample = body[:SNIFFED]
    return 20 * (len(sample) - len(sample.translate(None, NEVER_TEXT))) > len(sample)


def without_surrogates(markup: str) -> str:
    """Markup without references to lone surrogates, which are no characters but which some parsers make into ones."""

    def one(match: re.Match[str]) -> str:
        code = int(match["decimal"]) if match["decimal"] else int(match["hex"], 16)
        return "" if 0xD800 <= code <= 0xDFFF else match[0]

    return NUMERIC.sub(one, markup)


def unescape(text: str) -> str:
    """Character references that are left in plain text replaced, twice at most (double encoding is common)."""
    for _ in range(2):
        if not ENTITY.search(text):
            break
        text = html.unescape(text)
    return clean(text)


def _decoded(body: bytes, content_type: str) -> str:
    for bom, encoding in BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(encoding, "replace")
    for start, encoding in WIDE_STARTS:
        if body.startswith(start):
            return body.decode(encoding, "replace")
    declared = _declared(body, content_type)
    # an escaped encoding (ISO-2022-JP, HZ) is plain ASCII to a UTF-8 decoder
    escaped = next((e for e in declared if e in ("iso2022_jp", "hz")), None)
    for encoding in ([escaped] if escaped else []) + ["utf-8", *declared]:
        # old portals say «iso-8859-1» of it, which any byte fits
        tones = encoding == "cp1252" and _is_1258(body[:DETECTED])
        try:
            return body.decode("cp1258" if tones else encoding)
        except UnicodeDecodeError:
            continue
    if "utf-8" in declared and (_mostly_utf8(body) or is_damaged_utf8(body)):
        return body.decode("utf-8", "replace")
    return body.decode(_detected(body[:DETECTED]), "replace")


def _declared(body: bytes, content_type: str) -> list[str]:
    head = body[:SNIFFED]
    labels = [m[1] for m in [HTTP_CHARSET.search(content_type)] if m]
    labels += [m[1].decode("ascii", "ignore") for p in (XML_ENCODING, META_CHARSET) if (m := p.search(head))]
    return [encoding for label in labels if (encoding := _known(label))]


def _known(label: str) -> str | None:
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    name = WIDER.get(name, name)
    return name if name in ENCODINGS else None


def _mostly_utf8(body: bytes) -> bool:
    """Whether only a few bytes are damaged (a cut character, a stray byte) in what says that it is UTF-8."""
    return body.decode("utf-8", "replace").count(REPLACED) * 50 <= len(body)


def _detected(sample: bytes) -> str:
    if legacy_font(sample.decode("cp1252", "replace")):
        return "cp1252"
    if _is_1258(sample):
        return "cp1258"
    best = from_bytes(sample, cp_isolation=list(LIKELY)).best()
    return best.encoding if best else "cp1252"


def _is_1258(sample: bytes) -> bool:
    """Whether so many of the bytes beyond ASCII are tones after vowels as in Vietnamese only."""
    if legacy_font(sample.decode("cp1252", "replace")):
        return False
    high = sum(sample.count(bytes([b])) for b in range(0x80, 0x100))
    return len(TONES_1258.findall(sample)) * 4 > high
