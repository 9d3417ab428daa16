"""Phrases that carry a cue, read from the files of `cues/`. They were written by hand: a model weighs them."""

from __future__ import annotations

from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "cues"
# libyaml where PyYAML has it: reading takes a tenth of the time
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        found |= yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - a safe loader, either way
    return found


LEXICON = _read()
