"""Text that people type."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator


def _line_ends(value: object) -> object:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


# A form sends two characters for a line break where the page, which keeps to the same limit, has counted one.
Typed = Annotated[str, BeforeValidator(_line_ends)]
