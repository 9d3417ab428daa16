"""Bytes to text: declared, misdeclared and undeclared encodings, control characters, entities."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.parsing.charset import clean, decode, unescape
from service.parsing.plain import plain_text

TEXT = "Bảo hiểm xã hội: người lao động được hưởng chế độ hưu trí"


def windows_1258(text: str) -> bytes:
    """Vietnamese as old sites write it: base letters with tone marks as characters of their own."""
    out = b""
    for character in text:
        parts = unicodedata.normalize("NFD", character)
        tones = [m for m in parts if m in "\u0300\u0301\u0303\u0309\u0323"]
        rest = unicodedata.normalize("NFC", "".join(m for m in parts if m not in tones))
        out += rest.encode("cp1258") + "".join(tones).encode("cp1258")
    return out


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (TEXT.encode(), ""),
        (b"\xef\xbb\xbf" + TEXT.encode(), ""),
        (TEXT.encode("utf-16"), "text/xml"),
        (TEXT.encode(), "text/xml; charset=iso-8859-1"),
        (b'<?xml version="1.0" encoding="windows-1252"?>'[:0] + TEXT.encode(), "text/xml; charset=nonsense"),
        (windows_1258(TEXT), "text/html; charset=windows-1258"),
        (windows_1258(TEXT), ""),
        (windows_1258(TEXT), "text/html; charset=iso-8859-1"),
        (unicodedata.normalize("NFD", TEXT).encode(), ""),
    ],
)
def test_vietnamese_is_read_whatever_the_server_says(body: bytes, content_type: str) -> None:
    assert decode(body, content_type) == TEXT


def test_xml_and_meta_declarations_count_where_the_header_says_nothing() -> None:
    xml = '<?xml version="1.0" encoding="koi8-r"?><rss>Привет</rss>'.encode("koi8-r")
    page = b'<html><head><meta charset="windows-1258"></head>' + windows_1258(TEXT)
    assert "Привет" in decode(xml)
    assert TEXT in decode(page)


def test_utf_16_without_mark_is_known_by_its_first_characters() -> None:
    assert "<rss>ế</rss>" in decode('<?xml version="1.0"?><rss>ế</rss>'.encode("utf-16-le"))


@pytest.mark.parametrize("content_type", ["", "text/html; charset=iso-8859-1"])
def test_latin_is_read_declared_or_not(content_type: str) -> None:
    text = "très élégant, déjà vu à la réunion"
    assert decode(text.encode("latin-1"), content_type) == text


@pytest.mark.parametrize("label", ["punycode", "idna", "zip", "hex", "rot13", "unicode_escape", "utf-7"])
def test_encodings_that_are_no_character_sets_are_not_used(label: str) -> None:
    assert decode(b"\\x41 +AEE- caf\xe9", f"text/html; charset={label}") == "\\x41 +AEE- café"


def test_a_cut_character_does_not_make_utf_8_something_else() -> None:
    body = b'<?xml version="1.0" encoding="utf-8"?>' + TEXT.encode() * 3
    assert decode(body[:-1] + "ế".encode()[:2]).count("Bảo hiểm") == 3


def test_control_characters_go_and_windows_quotes_in_their_place_stay() -> None:
    assert clean("a\x00b\x0bc\ufeff\ud800\td\n") == "abc\td\n"
    assert clean("don\x92t") == "don’t"


@pytest.mark.parametrize("mark", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"])
def test_marks_that_turn_the_direction_of_what_follows_go(mark: str) -> None:
    assert plain_text(f"Lương {mark}hưu") == "Lương hưu"
    assert plain_text(f"<b>Lương</b> &#{ord(mark)};hưu") == "Lương hưu"


def test_entities_are_unescaped_twice_at_most() -> None:
    assert unescape("B&amp;aacute;o &quot;B&#7843;o hiểm&quot;") == 'Báo "Bảo hiểm"'
    assert unescape("&amp;amp;amp;") == "&amp;"
    assert unescape("a && b &c; R&D") == "a && b &c; R&D"


@given(st.binary(max_size=300), st.text(max_size=30))
def test_any_bytes_become_clean_text(body: bytes, content_type: str) -> None:
    text = decode(body, content_type)
    assert text == clean(text)
    assert "\x00" not in text
