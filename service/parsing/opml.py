"""Lists of feeds in OPML 2.0, as other readers write and read them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from lxml import etree

from service.parsing.charset import clean, decode
from service.parsing.plain import one_line
from service.parsing.urls import web_address

MAX_DEPTH = 20


class BadOpmlError(ValueError):
    """Bytes that are no OPML; the message says what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """One feed in a list.

    Attributes:
        folder: names of the outlines it stands in, joined by « / »; "" at the top.
    """

    url: str
    title: str = ""
    site: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadOutline:
    """An outline whose address no feed can have."""

    line: int
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class FeedList:
    """The feeds of a list in order, each address once, and what is left out of it."""

    outlines: tuple[Outline, ...]
    refused: tuple[BadOutline, ...] = ()


def read_opml(body: bytes) -> FeedList:
    """What an OPML file lists; outlines without an address are folders.

    Raises:
        BadOpmlError: the bytes are no OPML document.
    """
    text = decode(body).lstrip()
    if text.startswith("<?xml"):
        text = text[text.find("?>") + 2 :]
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise BadOpmlError(f"not OPML: {error}") from None
    body_element = root.find("body") if root is not None and root.tag == "opml" else None
    if body_element is None:
        raise BadOpmlError("not OPML: expected <opml> with a <body>")
    found = list(_outlines(body_element, ()))
    once = {outline.url: outline for outline in reversed(found) if isinstance(outline, Outline)}
    return FeedList(tuple(once.values())[::-1], tuple(bad for bad in found if isinstance(bad, BadOutline)))


def write_opml(outlines: Iterable[Outline], *, title: str) -> bytes:
    """An OPML 2.0 document; one folder an outline that holds its feeds, in order of first mention."""
    folders: dict[str, list[Outline]] = {}
    for outline in outlines:
        folders.setdefault(outline.folder, []).append(outline)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"<head><title>{_text(title)}</title></head>", "<body>"]
    for folder, members in folders.items():
        rows = [_row(m) for m in members]
        lines += [f"<outline text={_attribute(folder)}>", *rows, "</outline>"] if folder else rows
    return "\n".join([*lines, "</body>", "</opml>", ""]).encode("utf-8")


def _outlines(element: etree._Element, folders: tuple[str, ...]) -> Iterator[Outline | BadOutline]:
    if len(folders) > MAX_DEPTH:
        return
    for child in element.findall("outline"):
        name = one_line(child.get("title") or child.get("text") or "")
        address = child.get("xmlUrl") or child.get("xmlurl") or ""
        url = web_address(address)
        if url is None and address.strip():
            yield BadOutline(line=child.sourceline or 0, title=name, address=address)
        if url is not None:
            site = web_address(child.get("htmlUrl") or "") or ""
            yield Outline(url=url, title=name, site=site, folder=" / ".join(folders))
        yield from _outlines(child, (*folders, name) if name and url is None else folders)


def _row(outline: Outline) -> str:
    title = _attribute(outline.title or outline.url)
    site = f" htmlUrl={_attribute(outline.site)}" if outline.site else ""
    return f'<outline type="rss" text={title} title={title} xmlUrl={_attribute(outline.url)}{site}/>'


def _attribute(value: str) -> str:
    return quoteattr(clean(value))


def _text(value: str) -> str:
    return clean(value).replace("&", "&amp;").replace("<", "&lt;")
