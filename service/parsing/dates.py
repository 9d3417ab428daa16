"""Times as feeds and Vietnamese pages write them, in UTC; what cannot be told is None, never «now»."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from service.domain.times import EARLIEST, VIETNAM

FUTURE_ALLOWED = timedelta(minutes=10)

# «GMT+7» means seven hours east; POSIX rules, which some parsers follow, would put it in the west
GMT_OFFSET = re.compile(
    r"\(?(?<![A-Za-z])(?:GMT|UTC)\s*(?P<sign>[+-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\)?", re.IGNORECASE
)
TRAILING_COMMENT = re.compile(r"\s*\([^()]{0,40}\)\s*$")
ISO = re.compile(
    r"^(?P<date>\d{4}-\d{2}-\d{2}|\d{8})(?:[T\s]+(?P<time>\d{1,2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?)"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?$",
    re.IGNORECASE,
)
# «Thứ sáu, 6/8/2021, 01:08 (GMT+7)», «T7, 22/11/2026», «08:15 22-11-2026», «22/11/2026 | 08:15», «CN, 22/11/2026 8h15»
DAY_FIRST = re.compile(
    r"(?:^|(?<=[\s,|(]))(?P<day>\d{1,2})[/.\-](?P<month>\d{1,2})[/.\-](?P<year>\d{4})(?=$|[\s,|T)–-])"
)
DAY_IN_WORDS = re.compile(
    r"ngày\s+(?P<day>\d{1,2})\s+tháng\s+(?P<month>\d{1,2}),?\s+năm\s+(?P<year>\d{4})", re.IGNORECASE
)
CLOCK = re.compile(
    r"(?<![\d/.\-+:])(?P<hour>[01]?\d|2[0-3])(?::|h|g|\s?giờ\s?)(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?"
    r"\s*(?P<half>AM|PM|SA|CH)?(?![\d/])",
    re.IGNORECASE,
)
OFFSET = re.compile(r"(?<=[\d\s])(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})$")
ENGLISH = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+)?(?:(?P<d1>\d{1,2})[\s-]+(?P<m1>[a-z]{3})[a-z]*\.?|(?P<m2>[a-z]{3})[a-z]*\.?\s+(?P<d2>\d{1,2}),?)"
    r"[\s,-]+(?:(?P<t1>\d{1,2}:\d{2}(?::\d{2})?)\s+)?(?P<year>\d{4})",
    re.IGNORECASE,
)  # fmt: skip
HALF_DAY = re.compile(r"\d\s*[AP]M\b", re.IGNORECASE)
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTHS = {m: n for n, m in enumerate(MONTH_NAMES, 1)}
# «-0000» is UTC of a place that is not told (RFC 5322, 3.3); the standard library reads it as no zone
ZONES = {"-0000": 0, "-00:00": 0,
         "z": 0, "ut": 0, "utc": 0, "gmt": 0, "ict": 7, "edt": -4, "est": -5, "cdt": -5, "cst": -6, "mdt": -6, 
         "mst": -7, "pdt": -7, "pst": -8, "bst": 1, "cet": 1, "cest": 2, "jst": 9, "kst": 9}  # fmt: skip


def parse_date(value: str | None, *, now: datetime) -> datetime | None:
    """A time in UTC, or None where it is missing, not understood, before 1990 or more than ten minutes ahead of `now`.

    Understands RFC 822/2822, RFC 3339 and ISO 8601, «GMT+7» and Vietnamese forms (day before month, weekday in words).
    A time without zone is Vietnamese time.
    """
    text = " ".join((value or "")[:200].split())
    if not text:
        return None
    try:
        found = _iso(text) or _vietnamese(text) or _rfc822(text) or _english(text)
        at = found.astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None
    return at if at and EARLIEST <= at <= now + FUTURE_ALLOWED else None


def _local(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=VIETNAM)


def _iso(text: str) -> datetime | None:
    stripped, zone = _without_gmt_offset(text)
    match = ISO.match(stripped)
    if not match:
        return None
    time = (match["time"] or "00:00").replace(",", ".")
    if time[1:2] == ":":
        time = f"0{time}"
    at = datetime.fromisoformat(f"{match['date']}T{time}{(match['zone'] or '').upper()}")
    return _local(at if at.tzinfo or zone is None else at.replace(tzinfo=zone))


def _vietnamese(text: str) -> datetime | None:
    stripped, zone = _without_gmt_offset(text)
    day = DAY_FIRST.search(stripped) or DAY_IN_WORDS.search(stripped)
    if not day:
        return None
    rest = f"{stripped[: day.start()]} {stripped[day.end() :]}".strip()
    if zone is None and (offset := OFFSET.search(rest)):
        zone, rest = _zone(offset), rest[: offset.start()]
    clock = CLOCK.search(rest)
    hour, minute, second = _time_of_day(clock) if clock else (0, 0, 0)
    year, month, of_month = int(day["year"]), int(day["month"]), int(day["day"])
    if month > 12 >= of_month:  # written the American way
        month, of_month = of_month, month
    return datetime(year, month, of_month, hour, minute, second, tzinfo=zone or VIETNAM)


def _time_of_day(clock: re.Match[str]) -> tuple[int, int, int]:
    hour = int(clock["hour"])
    half = (clock["half"] or "").upper()
    if half in ("PM", "CH") and hour < 12:
        hour += 12
    elif half in ("AM", "SA") and hour == 12:
        hour = 0
    return hour, int(clock["minute"]), int(clock["second"] or 0)


def _rfc822(text: str) -> datetime | None:
    stripped, zone = _without_gmt_offset(text)
    stripped = TRAILING_COMMENT.sub("", stripped)
    if HALF_DAY.search(stripped):
        return None
    try:
        at = parsedate_to_datetime(stripped)
    except (ValueError, TypeError, IndexError):
        return None
    if zone is not None:
        return at.replace(tzinfo=zone)
    # the standard library takes a missing zone, and one that it does not know, for UTC without saying so
    name = stripped.rsplit(" ", 1)[-1].lower()
    if name in ZONES:
        return at.replace(tzinfo=timezone(timedelta(hours=ZONES[name])))
    return _local(at)


def _english(text: str) -> datetime | None:
    """«Nov 22, 2026 08:15», «Sunday, 22 November 2026», asctime."""
    stripped, zone = _without_gmt_offset(text)
    match = ENGLISH.search(stripped)
    month = MONTHS.get((match["m1"] or match["m2"]).lower()) if match else None
    if not match or not month:
        return None
    rest = match["t1"] or stripped[match.end() :]
    clock = CLOCK.search(rest)
    hour, minute, second = _time_of_day(clock) if clock else (0, 0, 0)
    name = stripped.rsplit(" ", 1)[-1].lower()
    if zone is None and name in ZONES:
        zone = timezone(timedelta(hours=ZONES[name]))
    return datetime(
        int(match["year"]), month, int(match["d1"] or match["d2"]), hour, minute, second, tzinfo=zone or VIETNAM
    )


def _without_gmt_offset(text: str) -> tuple[str, timezone | None]:
    match = GMT_OFFSET.search(text)
    if not match:
        return text, None
    return f"{text[: match.start()]} {text[match.end() :]}".strip(), _zone(match)


def _zone(match: re.Match[str]) -> timezone:
    sign = -1 if match["sign"] == "-" else 1
    return timezone(sign * timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0)))
