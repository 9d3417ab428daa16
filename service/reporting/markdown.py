"""Reports as Markdown; titles from outside cannot change its form."""

from __future__ import annotations

from service.reporting.blocks import (
    COUNTRY,
    DRAFT,
    MOTTO,
    NUMBER,
    Block,
    Cell,
    Document,
    Fill,
    Heading,
    Items,
    Link,
    Table,
    text_of,
)

_SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]<>#|"})


def write(document: Document) -> bytes:
    parts = []
    if head := document.letterhead:
        parts += [f"{line(head.parent)}  \n**{line(head.agency)}**  \n{line(NUMBER)}", f"**{COUNTRY}**  \n**{MOTTO}**"]
        parts += [f"*{line(head.dated)}*", f"**{DRAFT}**"]
    parts.append(f"# {line(document.title)}: {line(document.subject)}")
    parts += map(_block, document.blocks)
    if document.annex:
        label, title, *attached = map(line, document.annex_head)
        parts += [f"## {label}", f"**{title}**", *(f"*{text}*" for text in attached), *map(_block, document.annex)]
    return ("\n\n".join(parts) + "\n").encode()


def line(text: str) -> str:
    """A text on one line, without signs that mean something in Markdown."""
    return " ".join(text.split()).translate(_SPECIAL)


def _block(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {line(block.text)}"
    if isinstance(block, Items):
        return "\n".join(f"- {line(each)}" for each in block.lines)
    if isinstance(block, Table):
        rows = [block.head, *block.rows]
        lines = ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]
        return "\n".join([lines[0], "|---" * len(block.head) + "|", *lines[1:]])
    return f"*{line(block.text)}*" if isinstance(block, Fill) else line(block.text)


def _cell(cell: Cell) -> str:
    if isinstance(cell, Link) and cell.is_web:
        return f"[{line(cell.text)}](<{cell.url.replace('|', '%7C')}>)"
    return line(text_of(cell))
