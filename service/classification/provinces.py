"""The provinces that the classifiers know, as the service asks for them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from classifiers.inference.places import divisions, gazetteer
from service.domain.provinces import ProvinceOf, Provinces, spelt

HUE, HUE_SINCE = "46", date(2025, 1, 1)  # a city of its own rank under a new name: Resolution 175/2024/QH15
ONE_DAY = timedelta(days=1)


@cache
def shipped_provinces() -> Provinces:
    """The 63 until the merger of 2025 and the 34 from then on."""
    book = gazetteer()
    redrawn_on = date.fromisoformat(book.changed_on)
    until = redrawn_on - ONE_DAY
    known = []
    for code, name in {e.code: e.name for e in book.entries.values()}.items():
        into = book.successors[code]
        if code == HUE:
            known.append(ProvinceOf(code=code, name=name, until=HUE_SINCE - ONE_DAY, successor=into))
            known.append(ProvinceOf(code=code, name="Huế", since=HUE_SINCE, until=until, successor=into))
        else:
            known.append(ProvinceOf(code=code, name=name, until=until, successor=into))
    known += [ProvinceOf(code=c, name=n, since=redrawn_on) for c, n in divisions()["new_provinces"].items()]
    spellings = {spelt(written): e.code for written, e in book.entries.items()}
    return Provinces(known=known, redrawn_on=redrawn_on, spellings=spellings)
