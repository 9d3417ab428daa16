"""Models of this installation: candidates in folders, and one small file that says which of them judges.

The file is replaced as a whole (written beside it, flushed, renamed), so that a crash at any moment leaves the model of
before or the model of after. A running service keeps the model it started with; it takes up another at its next start.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from classifiers.evaluation.gate import Comparison, compare
from classifiers.inference.judge import judge
from classifiers.labels import Kind, Text
from classifiers.models.model import SHIPPED, Model, load_model, save_model
from classifiers.store import StoreError
from classifiers.store.files import MANIFEST, MODEL

__all__ = ["SHIPPED", "OnShelf", "Shelf", "ShelfError", "digest_of"]
ADOPTED = "adopted.json"
PROBE = "Kính gửi BHXH tỉnh, hồ sơ thai sản của tôi nộp ba tháng chưa được giải quyết, đề nghị trả lời."


class ShelfError(ValueError):
    """What was asked of the models cannot be done; the message says why.

    Attributes:
        table: the figures that speak against a candidate, empty where it is not about figures.
    """

    def __init__(self, message: str, table: tuple[Comparison, ...] = ()) -> None:
        super().__init__(message)
        self.table = table


@dataclass(frozen=True, slots=True, kw_only=True)
class OnShelf:
    """A model that may be adopted.

    Attributes:
        name: of its folder, and version of its judgements.
        digest: SHA-256 of its coefficients and its manifest, which holds its thresholds.
        fits: trained with the features and corpus of this program; another one is not used.
        in_service: it judges from the next start on.
    """

    name: str
    digest: str
    manifest: Mapping[str, Any]
    fits: bool
    in_service: bool


@cache
def digest_of(folder: Path) -> str:
    """SHA-256 of the coefficients of a model and of its manifest, which says from where on a label is given; empty
    where one is missing."""
    try:
        return hashlib.sha256((folder / MODEL).read_bytes() + (folder / MANIFEST).read_bytes()).hexdigest()
    except OSError:
        return ""


class Shelf:
    """Models in a folder, which need not be there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def models(self) -> list[OnShelf]:
        """All that can be read, in order of their names."""
        current = self._history()[-1:]
        found = []
        for place in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            if not place.name.startswith(".") and (manifest := _manifest(place)) is not None:
                digest = digest_of(place)
                serving = bool(current) and current[0] == {"name": place.name, "digest": digest}
                found.append(
                    OnShelf(name=place.name, digest=digest, manifest=manifest, fits=_fits(manifest), in_service=serving)
                )
        return found

    def chosen(self) -> str:
        """«NAME DIGEST» of the model that was adopted last, usable or not; «shipped» where there is none.

        Raises:
            ShelfError: the file that says so cannot be read.
        """
        history = self._history()
        return f"{history[-1]['name']} {history[-1]['digest']}" if history else "shipped"

    def in_service(self) -> tuple[Path, str]:
        """Folder of the model that judges, and why it is not the adopted one (empty: it is, or none was adopted)."""
        try:
            history = self._history()
        except ShelfError as error:
            return SHIPPED, str(error)
        if not history:
            return SHIPPED, ""
        wanted = history[-1]
        place = self.folder / wanted["name"]
        manifest = _manifest(place)
        if manifest is None or digest_of(place) != wanted["digest"]:
            return SHIPPED, f"{wanted['name']}: missing or damaged"
        if not _fits(manifest):
            return SHIPPED, f"{wanted['name']}: trained for another version of the program"
        return place, ""

    def put(self, model: Model, *, reference: Mapping[str, float]) -> OnShelf:
        """Keep a candidate; `reference`: figures of the shipped model. One that is there already stays, unless it is
        damaged or of another version of the program."""
        name = str(model.manifest["version"])
        place = self.folder / name
        manifest = _manifest(place)
        if manifest is None or not _fits(manifest) or _fault(place):
            self.folder.mkdir(parents=True, exist_ok=True)
            making = self.folder / f".{name}.{os.getpid()}"
            manifest = {**model.manifest, "base": digest_of(SHIPPED), "reference": dict(reference)}
            save_model(making, Model(model.vectoriser, model.heads, model.thresholds, manifest))
            shutil.rmtree(place, ignore_errors=True)
            making.rename(place)
            _flush(self.folder)
            digest_of.cache_clear()
        return self._named(name)

    def comparison(self, name: str) -> list[Comparison]:
        """Figures of a candidate beside those of the model in service, or of the shipped one where these are better:
        what is tolerated must not add up from one candidate to the next.

        Raises:
            ShelfError: there is no such model, it is not for this version of the program, or its figures are missing.
        """
        candidate = self._named(name)
        if not candidate.fits:
            raise ShelfError(f"{name} was trained for another version of the program: train again")
        place, _ = self.in_service()
        shipped, after = (candidate.manifest.get(k) for k in ("reference", "figures"))
        before = shipped if place == SHIPPED else (_manifest(place) or {}).get("figures")
        if not (isinstance(shipped, dict) and isinstance(before, dict) and isinstance(after, dict)):
            raise ShelfError(f"{name}, or the model in service, has a manifest without figures: train again")
        pairs = zip(compare(shipped, after), compare(before, after), strict=True)
        return [max(pair, key=lambda c: c.loss) for pair in pairs]

    def table(self, name: str) -> list[str]:
        """The same as lines to print."""
        lines = [f"{'figure':<24} in service  candidate  tolerated"]
        for c in self.comparison(name):
            note = "  worse" if c.worse else ""
            lines.append(f"{c.metric:<24} {c.before:10.4f} {c.after:10.4f} {c.tolerance:10.4f}{note}")
        return lines

    def adopt(self, name: str) -> OnShelf:
        """Make a candidate the model that judges from the next start on.

        Raises:
            ShelfError: it is worse than the model in service or the shipped one, in service already, or cannot be used.
        """
        table = self.comparison(name)
        if worse := [c.metric for c in table if c.worse]:
            raise ShelfError(f"{name} is worse than the model in service: {', '.join(worse)}", tuple(table))
        found = self._named(name)
        if found.in_service:
            raise ShelfError(f"{name} is in service already")
        if fault := _fault(self.folder / name):
            raise ShelfError(f"{name} cannot judge ({fault}): train again")
        self._write([*self._history(), {"name": name, "digest": found.digest}])
        return found

    def rollback(self) -> tuple[str, str]:
        """Back to the model before the present one; gives the names of the one that left and the one that judges now,
        which is the shipped one where the one before cannot be used.

        Raises:
            ShelfError: the shipped model is in service.
        """
        history = self._history()
        if not history:
            raise ShelfError("the shipped model is in service: there is nothing to go back to")
        self._write(history[:-1])
        place, _ = self.in_service()
        return history[-1]["name"], "shipped" if place == SHIPPED else place.name

    def _named(self, name: str) -> OnShelf:
        found = next((m for m in self.models() if m.name == name), None)
        if found is None:
            raise ShelfError(f"there is no model {name!r}; `radar models list` names those there are")
        return found

    def _history(self) -> list[dict[str, str]]:
        try:
            history = json.loads((self.folder / ADOPTED).read_text(encoding="utf-8"))["adopted"]
        except OSError:
            return []
        except (ValueError, KeyError, TypeError):
            raise ShelfError(f"{self.folder / ADOPTED}: not a list of adopted models") from None
        return [{"name": str(h["name"]), "digest": str(h["digest"])} for h in history]

    def _write(self, history: list[dict[str, str]]) -> None:
        beside = self.folder / f".{ADOPTED}.{os.getpid()}"
        beside.write_text(json.dumps({"adopted": history}, indent=1) + "\n", encoding="utf-8")
        _flush(beside)
        beside.replace(self.folder / ADOPTED)
        _flush(self.folder)


def _manifest(place: Path) -> Mapping[str, Any] | None:
    try:
        found = json.loads((place / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    whole = isinstance(found, dict) and isinstance(found.get("labels", {}), dict)
    return found if whole and (place / MODEL).is_file() else None


def _fits(manifest: Mapping[str, Any]) -> bool:
    """The shipped model is trained anew whenever corpus or features change: whoever was made beside it reads them
    alike."""
    return manifest.get("base") == digest_of(SHIPPED)


def _fault(place: Path) -> str:
    """Why a model cannot judge; empty where it can. It is opened, and judges a text that every question is asked of."""
    try:
        judge(load_model(place), [Text(id="probe", text=PROBE, kind=Kind.LETTER)])
    except (StoreError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        return str(error) or type(error).__name__
    return ""


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
