"""The provinces and cities of Viet Nam, before and after the merger of 2025."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("provinces.yaml")


@cache
def shipped() -> Mapping[str, Any]:
    """The shipped file: `changed_on` (ISO) and rows of `provinces`."""
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def spellings() -> Iterator[str]:
    """Every way in which the file writes the name of a province."""
    for row in shipped()["provinces"]:
        yield from (row["name"], *row.get("also", ()))
