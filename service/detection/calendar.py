"""Days on which Vietnam reads and writes differently: Tết by the moon, public holidays, the May campaign."""

from __future__ import annotations

import math
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

UTC_OFFSET_DAYS = 7 / 24
ORDINARY, TET, HOLIDAY, CAMPAIGN = range(4)
KINDS = 4
# share of an ordinary day's publications that is expected before a stream has seen such days itself
PRIOR_FACTORS = (1.0, 0.3, 0.6, 1.15)
TET_FROM, TET_UNTIL = -2, 6
FIXED_HOLIDAYS = ((1, 1), (4, 30), (5, 1), (9, 2))
HUNG_KINGS = (3, 10)
CAMPAIGN_MONTH = 5
_SYNODIC = 29.530588853


def new_moon_day(k: int) -> date:
    """Vietnamese date of the k-th new moon after that of 1 January 1900.

    By the series of Meeus that counts from 1900 (Astronomical Formulae for Calculators, phases of the moon).
    """
    t = k / 1236.85
    rad = math.pi / 180
    mean = 2415020.75933 + 29.53058868 * k + 0.0001178 * t * t - 0.000000155 * t**3
    mean += 0.00033 * math.sin((166.56 + 132.87 * t - 0.009173 * t * t) * rad)
    sun = (359.2242 + 29.10535608 * k - 0.0000333 * t * t - 0.00000347 * t**3) * rad
    moon = (306.0253 + 385.81691806 * k + 0.0107306 * t * t + 0.00001236 * t**3) * rad
    node = (21.2964 + 390.67050646 * k - 0.0016528 * t * t - 0.00000239 * t**3) * rad
    shift = (0.1734 - 0.000393 * t) * math.sin(sun) + 0.0021 * math.sin(2 * sun) - 0.4068 * math.sin(moon)
    shift += 0.0161 * math.sin(2 * moon) - 0.0004 * math.sin(3 * moon) + 0.0104 * math.sin(2 * node)
    shift -= 0.0051 * math.sin(sun + moon) + 0.0074 * math.sin(sun - moon) - 0.0004 * math.sin(2 * node + sun)
    shift -= 0.0004 * math.sin(2 * node - sun) + 0.0006 * math.sin(2 * node + moon)
    shift += 0.0010 * math.sin(2 * node - moon) + 0.0005 * math.sin(2 * moon + sun)
    delta = -0.000278 + 0.000265 * t + 0.000262 * t * t
    return _from_julian(mean + shift - delta)


def sun_longitude(day: date) -> float:
    """Longitude of the sun at midnight in Vietnam, degrees (0 at the spring equinox)."""
    t = (_to_julian(day) - 0.5 - UTC_OFFSET_DAYS - 2451545.0) / 36525
    rad = math.pi / 180
    anomaly = (357.52910 + 35999.05030 * t - 0.0001559 * t * t) * rad
    centre = (1.914600 - 0.004817 * t) * math.sin(anomaly) + 0.019993 * math.sin(2 * anomaly)
    centre += 0.000290 * math.sin(3 * anomaly)
    return (280.46645 + 36000.76983 * t + 0.0003032 * t * t + centre) % 360


def _to_julian(day: date) -> int:
    return day.toordinal() + 1721425


def _from_julian(julian: float) -> date:
    return date.fromordinal(math.floor(julian + 0.5 + UTC_OFFSET_DAYS) - 1721425)


@cache
def _eleventh_month(year: int) -> int:
    """Number of the new moon that opens the eleventh month, the one that holds the winter solstice of `year`."""
    k = math.floor((date(year, 12, 31) - date(1900, 1, 1)).days / _SYNODIC) + 1
    while new_moon_day(k) > date(year, 12, 31):
        k -= 1
    return k - 1 if sun_longitude(new_moon_day(k)) >= 270 else k


def _lunar_months(year: int) -> list[int]:
    """New moons that open months 12 of the year before, 1, 2, 3 of a lunar year; leap months are passed over."""
    first = _eleventh_month(year - 1)
    leap_year = _eleventh_month(year) - first == 13
    months: list[int] = []
    k = first
    while len(months) < 4:
        k += 1
        sector, following = (math.floor(sun_longitude(new_moon_day(i)) / 30) for i in (k, k + 1))
        if leap_year and sector == following:
            leap_year = False
            continue
        months.append(k)
    return months


@cache
def lunar_new_year(year: int) -> date:
    """First day of the lunar year (Tết) by the clock of Vietnam, which differs from China's in some years."""
    return new_moon_day(_lunar_months(year)[1])


@cache
def hung_kings_day(year: int) -> date:
    """The tenth of the third lunar month."""
    return new_moon_day(_lunar_months(year)[HUNG_KINGS[0]]) + timedelta(days=HUNG_KINGS[1] - 1)


@cache
def kind_of_day(day: date) -> int:
    """ORDINARY, TET, HOLIDAY or CAMPAIGN."""
    offset = (day - lunar_new_year(day.year)).days
    if TET_FROM <= offset < TET_UNTIL:
        return TET
    if (day.month, day.day) in FIXED_HOLIDAYS or day == hung_kings_day(day.year):
        return HOLIDAY
    return CAMPAIGN if day.month == CAMPAIGN_MONTH else ORDINARY


def kinds_of_days(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Kinds of local days given as days since 1 January 1970."""
    epoch = date(1970, 1, 1).toordinal()
    unique, index = np.unique(days, return_inverse=True)
    return np.array([kind_of_day(date.fromordinal(epoch + int(d))) for d in unique], dtype=np.int64)[index]
