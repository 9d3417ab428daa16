"""A model as a folder: `model.skops` (arrays, no pickle) and `manifest.json` (where it comes from, how to use it)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import skops.io

MODEL = "model.skops"
MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)
_IDENTITY = re.compile(rb'("__id__": )(\d+)')


class StoreError(ValueError):
    """A folder that holds no model this version can read; the message says which file and why."""


@dataclass(frozen=True)
class Stored:
    """Arrays by name, and the manifest."""

    arrays: Mapping[str, np.ndarray[Any, Any]]
    manifest: Mapping[str, Any]


def _reproducible(packed: bytes) -> bytes:
    """The same archive without times and memory addresses, so that equal arrays give equal files."""
    source = zipfile.ZipFile(io.BytesIO(packed))
    schema = source.read("schema.json")
    numbers: dict[bytes, bytes] = {}
    for match in _IDENTITY.finditer(schema):
        numbers.setdefault(match[2], str(len(numbers)).encode())
    schema = _IDENTITY.sub(lambda m: m[1] + numbers[m[2]], schema)
    members: dict[str, bytes] = {}
    for name in source.namelist():
        stem = Path(name).stem.encode()
        if name != "schema.json":
            renamed = numbers.get(stem, stem).decode() + Path(name).suffix
            schema = schema.replace(f'"{name}"'.encode(), f'"{renamed}"'.encode())
            members[renamed] = source.read(name)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as target:
        for name, data in [("schema.json", schema), *sorted(members.items())]:
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, data)
    return out.getvalue()


def save(folder: Path, arrays: Mapping[str, np.ndarray[Any, Any]], manifest: Mapping[str, Any]) -> None:
    """Write both files; equal contents give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MODEL).write_bytes(_reproducible(skops.io.dumps(dict(arrays))))
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")


def load(folder: Path) -> Stored:
    """Read both files; skops refuses anything but plain arrays. StoreError if there is no model in the folder."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        arrays = skops.io.load(folder / MODEL, trusted=[])
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise StoreError(f"{folder}: no model that can be read ({error})") from None
    return Stored(arrays, manifest)
