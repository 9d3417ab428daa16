"""Phrases that carry a cue, read from `cues.yaml`."""

from __future__ import annotations

from pathlib import Path

import yaml

LEXICON: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "cues.yaml").read_text(encoding="utf-8"))
