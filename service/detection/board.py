"""Rows of many series, in any order between them, through detectors and back in their own order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from service.detection.alarms import Bursts, levels
from service.detection.detector import Counts, Detector

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NARROWEST, WIDEST = 5, 7 * 1440
MOST_BINS_LEFT_OUT = 20_000


def infer_width(series: Ints, minutes: Ints) -> int | None:
    """Minutes of a bin: the commonest step between rows of one series; None where no series has two rows."""
    order = np.argsort(series, kind="stable")
    same = np.diff(series[order]) == 0
    steps = np.diff(minutes[order])[same]
    steps = steps[steps > 0]
    if not len(steps):
        return None
    widths, times = np.unique(steps, return_counts=True)
    return int(widths[np.argmax(times)])


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer a row that was accepted, in the order of the rows.

    Attributes:
        rows: indices of the accepted rows.
        refused: (row, reason).
    """

    rows: Ints
    expected: Floats
    score: Floats
    level: Ints
    alarm: npt.NDArray[np.bool_]
    refused: list[tuple[int, str]]


@dataclass(slots=True)
class _Track:
    detector: Detector
    bursts: Bursts
    next_minute: int


@dataclass
class Board:
    """Detectors of all series of one input.

    Args:
        width: minutes of a bin.
        threshold: score that opens an alarm.
        together: the input is whole: series with the same bins share a detector (the same answers, faster).
    """

    width: int
    threshold: float
    together: bool = False
    _tracks: dict[int, _Track] = field(default_factory=dict)

    def add(self, series: Ints, minutes: Ints, columns: Mapping[str, Sequence[float]]) -> Answers:
        """Score the next rows.

        Args:
            series: number of each row's series.
            minutes: local minute at which each row's bin begins.
            columns: `value` and, where the input has them, `sources` and `coverage`; NaN is unknown.
        """
        order = np.argsort(series, kind="stable")
        good, refused = self._in_order(order, series, minutes)
        known = {name: np.asarray(column, dtype=np.float64) for name, column in columns.items()}
        out = np.zeros((4, len(series)))
        for members in self._groups(good, series, minutes).values():
            rows = np.stack(members)
            out[:, rows] = self._score(series[rows[:, 0]], minutes[rows[0]], {n: c[rows] for n, c in known.items()})
        kept = np.sort(good)
        return Answers(kept, out[0, kept], out[1, kept], out[2, kept].astype(np.int64), out[3, kept] > 0, refused)

    def _in_order(self, order: Ints, series: Ints, minutes: Ints) -> tuple[Ints, list[tuple[int, str]]]:
        """Rows sorted by series, without those that do not follow on in time."""
        names, times = series[order], minutes[order]
        step = np.diff(times, prepend=0)
        opens = np.diff(names, prepend=-1) != 0
        for i in np.flatnonzero(opens):
            track = self._tracks.get(int(names[i]))
            step[i] = self.width if track is None else times[i] - track.next_minute + self.width
        if not len(step) or bool(
            np.all((step > 0) & (step % self.width == 0) & (step <= self.width * MOST_BINS_LEFT_OUT))
        ):
            return order, []
        return self._one_by_one(order, series, minutes)

    def _one_by_one(self, order: Ints, series: Ints, minutes: Ints) -> tuple[Ints, list[tuple[int, str]]]:
        good: list[int] = []
        refused: list[tuple[int, str]] = []
        before = {name: track.next_minute - self.width for name, track in self._tracks.items()}
        for row in order.tolist():
            name, minute = int(series[row]), int(minutes[row])
            step = minute - before.get(name, minute - self.width)
            if step <= 0:
                refused.append((row, "field 'timestamp': expected a time after the row before it of the same series"))
            elif step % self.width or step > self.width * MOST_BINS_LEFT_OUT:
                refused.append((row, f"field 'timestamp': expected regular bins of {self.width} minutes"))
            else:
                before[name] = minute
                good.append(row)
        return np.array(good, dtype=np.int64), refused

    def _groups(self, good: Ints, series: Ints, minutes: Ints) -> dict[object, list[Ints]]:
        """Rows of series that can go through one detector: new ones with the same bins, else each alone."""
        groups: dict[object, list[Ints]] = {}
        for rows in np.split(good, np.flatnonzero(np.diff(series[good])) + 1):
            if len(rows):
                key = minutes[rows].tobytes() if self.together else int(series[rows[0]])
                groups.setdefault(key, []).append(rows)
        return groups

    def _score(self, names: Ints, times: Ints, columns: Mapping[str, Floats]) -> Floats:
        track = self._track(names.tolist(), int(times[0]))
        start = track.next_minute
        place = (times - start) // self.width
        bins = int(place[-1]) + 1
        counts = _counts(columns, place, bins)
        scored = track.detector.advance(start, counts)
        score = scored.score[:, place]
        track.next_minute = int(times[-1]) + self.width
        opens = track.bursts.openings(times, score)
        return np.stack([scored.expected[:, place], score, levels(score).astype(float), opens.astype(float)])

    def _track(self, names: Iterable[int], start: int) -> _Track:
        numbers = list(names)
        if numbers[0] not in self._tracks:
            n = len(numbers)
            track = _Track(Detector(n, self.width), Bursts(n, self.width, self.threshold), start)
            self._tracks.update(dict.fromkeys(numbers, track))
        return self._tracks[numbers[0]]


def _counts(columns: Mapping[str, Floats], place: Ints, bins: int) -> Counts:
    """Columns with the bins that are left out filled in as not seen; unknown numbers of sources are `value`."""
    value = columns["value"]
    sources = np.where(np.isnan(columns["sources"]), value, columns["sources"]) if "sources" in columns else None
    coverage = np.nan_to_num(columns["coverage"], nan=1.0) if "coverage" in columns else None
    if bins == value.shape[1]:
        return Counts(value=value, coverage=coverage, sources=sources)

    def spread(known: Floats) -> Floats:
        wide = np.zeros((len(known), bins))
        wide[:, place] = known
        return wide

    return Counts(
        value=spread(value),
        coverage=spread(np.ones_like(value) if coverage is None else coverage),
        sources=None if sources is None else spread(sources),
    )
