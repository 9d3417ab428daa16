"""Districts, wards and communes whose name leads to one province, taken from the data that underthesea ships.

    python -m classifiers.datasets.divisions

writes `inference/facts/divisions.json` (a test holds that it is what this makes). Source of the names:
underthesea.address (Apache 2.0), from vietnamadminunits 1.0.4: the units of 63 provinces until 30 June 2025, and of 34
from 1 July 2025.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

FILE = Path(__file__).parents[1] / "inference" / "facts" / "divisions.json"
SPELT = {"Hồ Chí Minh": "TP. Hồ Chí Minh"}  # as the list of provinces has it
KINDS = ("Thành phố", "Thị xã", "Thị trấn", "Phường", "Huyện", "Quận", "Xã", "Đặc khu")


def key(unit: str) -> str | None:
    """«Huyện Củ Chi» as «huyện Củ Chi», «Quận 01» as «quận 1»; None for what has no such kind."""
    unit = unicodedata.normalize("NFC", unit)
    kind = next((k for k in KINDS if unit.startswith(f"{k} ")), None)
    if kind is None:
        return None
    name = unit[len(kind) + 1 :]
    return f"{kind.lower()} {name.lstrip('0') if name.isdigit() else name}"


def _of_one_province(named: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for unit, code in named:
        if name := key(unit):
            found[name].add(code)
    return found


def build() -> dict[str, dict[str, str]]:
    """`districts` and `wards` until the merger with the old province's code, `new_wards` with the new one's, whose
    names are `new_provinces`; only names found in one province. An old ward elsewhere counts against a new one."""
    data = json.loads(files("underthesea.address").joinpath("data/mapping.json").read_text(encoding="utf-8"))
    old = {k: v["code"] for k, v in data["old_province_names"].items()}
    new = {k: v["code"] for k, v in data["province_names"].items()}
    rows = data["ward_mapping"]
    districts = _of_one_province((r["old_district"], old[r["old_province_key"]]) for r in rows)
    wards = _of_one_province((r["old_ward"], old[r["old_province_key"]]) for r in rows)
    everywhere = _of_one_province(
        (r[unit], new[r["new_province_key"]]) for r in rows for unit in ("old_ward", "new_ward")
    )
    now = {name for r in rows if (name := key(r["new_ward"]))}
    return {
        "districts": {n: min(c) for n, c in sorted(districts.items()) if len(c) == 1},
        "wards": {n: min(c) for n, c in sorted(wards.items()) if len(c) == 1 and not n[-1].isdigit()},
        "new_provinces": {v["code"]: SPELT.get(v["short"], v["short"]) for v in data["province_names"].values()},
        "new_wards": {n: min(c) for n, c in sorted(everywhere.items()) if len(c) == 1 and n in now},
    }


def as_text() -> str:
    """The file as it has to be."""
    return json.dumps(build(), ensure_ascii=False, indent=0, sort_keys=True) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_text(), encoding="utf-8")
