"""L0 to L4 from the three scores: unusual, harmful, sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from service.domain.warning import Level, Signal

LEVEL_NAMES: Mapping[Level, str] = {
    Level.NORMAL: "bình thường",
    Level.WATCH: "theo dõi",
    Level.WARNING: "cảnh báo",
    Level.RISK: "nguy cơ khủng hoảng",
    Level.CRISIS: "khủng hoảng",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a level asks for; all of it.

    Attributes:
        unusual: least weighted unusual score (`weighted`); for L1 the score itself.
        origins, publishers: least number of independent origins, and of publishers behind them.
    """

    unusual: float
    harmful: float = 0.0
    sure: float = 0.0
    origins: int = 1
    publishers: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a level is reached.

    Up to L2 nothing is asked of `sure`: a loss of coverage lowers it, and must not hide an alert.

    Attributes:
        early: least `Signal.early` that opens a watch (L1) although counts alone do not; two independent origins and
            publishers are asked for as well.
        stay: an alert keeps its level down to this share of the scores that raised it (hysteresis).
    """

    gates: Mapping[Level, Gate] = field(
        default_factory=lambda: {
            Level.WATCH: Gate(unusual=3.0),
            Level.WARNING: Gate(unusual=4.5, harmful=0.2, origins=2, publishers=2),
            Level.RISK: Gate(unusual=7.0, harmful=0.5, sure=0.6, origins=3, publishers=2),
            Level.CRISIS: Gate(unusual=10.0, harmful=0.7, sure=0.75, origins=5, publishers=3),
        }
    )
    early: float = 0.5
    stay: float = 0.8

    def __post_init__(self) -> None:
        for level in (Level.WARNING, Level.RISK, Level.CRISIS):
            gate = self.gates[level]
            if gate.origins < 2 or gate.publishers < 2:
                raise ValueError(f"L{level}: expected at least two independent origins and publishers, found {gate}")
        if not 0 < self.early <= 1:
            raise ValueError(f"early: expected more than 0 and at most 1, found {self.early}")
        if not 0 < self.stay <= 1:
            raise ValueError(f"stay: expected more than 0 and at most 1, found {self.stay}")


DEFAULT_RULES = Rules()
EARLY_WORTH = 2.5  # all signals beyond volume weigh as much as so many powers of ten of the unusual score


def weighted(signal: Signal) -> float:
    """The unusual score with harm counted in: from 0.75 times for no harm to 1.25 times for most."""
    return signal.unusual * (0.75 + 0.5 * signal.harmful)


def level_of(signal: Signal, *, previous: Level = Level.NORMAL, rules: Rules = DEFAULT_RULES) -> Level:
    """Level of a signal; a higher score never gives a lower level.

    Args:
        previous: level of the open alert; it is kept while the scores stay above `rules.stay` of what raised it, as
            long as there are enough independent origins and publishers.
    """
    reached = max(_highest(signal, rules, 1.0), signal.asked)
    return max(reached, min(previous, _highest(signal, rules, rules.stay)))


def _highest(signal: Signal, rules: Rules, factor: float) -> Level:
    met = [level for level, gate in rules.gates.items() if _meets(signal, level, gate, factor)]
    if is_early(signal, rules, factor):
        met.append(Level.WATCH)
    return max(met, default=Level.NORMAL)


def is_early(signal: Signal, rules: Rules = DEFAULT_RULES, factor: float = 1.0) -> bool:
    """Signals beyond volume open a watch although counts alone do not, so that the budget holds for both together."""
    least = rules.gates[Level.WATCH].unusual - EARLY_WORTH * signal.early
    enough = signal.early >= factor * rules.early and signal.unusual >= factor * least
    return enough and signal.origins >= 2 and signal.sources >= 2


def _meets(signal: Signal, level: Level, gate: Gate, factor: float) -> bool:
    unusual = signal.unusual if level is Level.WATCH else weighted(signal)
    return (
        unusual >= factor * gate.unusual
        and signal.harmful >= factor * gate.harmful
        and signal.sure >= factor * gate.sure
        and signal.origins >= gate.origins
        and signal.borne_by >= gate.publishers
    )


def is_proposed(level: Level) -> bool:
    """L3 and L4 are proposals of the machine until a person confirms them."""
    return level >= Level.RISK
