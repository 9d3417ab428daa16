"""A model as a folder: `model.skops` (arrays, no pickle) and `manifest.json` (where it comes from, how to use it)."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

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
    """Write both files; equal contents give equal bytes. A full disc, or a kill while they are written, leaves the
    model that was there: both are written beside the old ones and take their places one after the other when both are
    whole. Only a kill between these two renames leaves the new arrays with the old manifest; where that must not be, a
    digest of both is kept elsewhere, as the shelf does."""
    import skops.io

    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
    contents = {MODEL: _reproducible(skops.io.dumps(dict(arrays))), MANIFEST: (text + "\n").encode()}
    beside = {name: folder / f".{name}.{os.getpid()}" for name in contents}
    try:
        for name, content in contents.items():
            with beside[name].open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        for name, written in beside.items():
            written.replace(folder / name)
    finally:
        for written in beside.values():
            written.unlink(missing_ok=True)


def load(folder: Path) -> Stored:
    """Read both files: plain arrays only, nothing is executed. StoreError if there is no model in the folder."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        arrays = _arrays(folder / MODEL)
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise StoreError(f"{folder}: no model that can be read ({error})") from None
    return Stored(arrays, manifest)


def _arrays(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """Arrays of a skops file that holds a dictionary of arrays, the only kind that `save` writes.

    Read here and not by skops, whose import brings in all of scikit-learn and scipy.stats: two of the three seconds
    that it takes to judge one line. A test holds that both read the same.
    """
    with zipfile.ZipFile(path) as archive:
        schema = json.loads(archive.read("schema.json"))
        if schema["__loader__"] != "DictNode":
            raise ValueError(f"expected a dictionary of arrays, found {schema['__loader__']}")
        found = {}
        for name, node in schema["content"].items():
            if (node["__loader__"], node["type"]) != ("NdArrayNode", "numpy"):
                raise ValueError(f"{name}: expected an array, found {node['__loader__']}")
            found[name] = np.load(io.BytesIO(archive.read(node["file"])), allow_pickle=False)
    return found
