"""Reports as a page of their own (no script, nothing loaded), and as PDF made of it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Template

from service.alerting.rendering import templates
from service.reporting import blocks
from service.reporting.blocks import Document


def write(document: Document) -> bytes:
    return _template().render(d=document, b=blocks).encode()


def write_pdf(document: Document) -> bytes:
    """The page on A4.

    Raises:
        ImportError, OSError: WeasyPrint or the libraries it needs are not installed.
    """
    # an extra: 65 MB with what it needs, and Pango from the system
    from weasyprint import HTML  # noqa: PLC0415

    made: bytes = HTML(string=write(document).decode(), url_fetcher=_nothing).write_pdf(pdf_tags=True)
    return made


def _nothing(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"a report loads nothing, asked for {url[:80]!r}")


@lru_cache(maxsize=1)
def _template() -> Template:
    kind = {name: lambda block, type_=type_: isinstance(block, type_) for name, type_ in _KINDS.items()}
    environment = templates(__package__)
    environment.tests |= kind
    return environment.get_template("report.html")


_KINDS = {
    "heading": blocks.Heading, "fill": blocks.Fill, "items": blocks.Items, "table": blocks.Table, "link": blocks.Link,
    "figure": (blocks.Number, blocks.Share),
}  # fmt: skip
