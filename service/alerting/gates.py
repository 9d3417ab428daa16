"""Which levels a signal reaches, and what is missing for those it does not: the rule in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.alerting.levels import DEFAULT_RULES, EARLY_WORTH, Gate, Rules, is_early, weighted
from service.alerting.wording import level_label, share
from service.domain.warning import Level, Signal
from service.domain.wording import apart, number, percent


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """A level with what it asks for.

    Attributes:
        level: 1 to 4.
        label: the level in words, in Vietnamese.
        met: all of it holds.
        asks: the rule, in Vietnamese.
        missing: what does not hold, in Vietnamese; empty where `met`.
    """

    level: int
    label: str
    met: bool
    asks: str
    missing: Sequence[str]


def gates(signal: Signal, rules: Rules = DEFAULT_RULES) -> list[GateView]:
    """Every level from L1 up."""
    return [_view(signal, level, gate, rules) for level, gate in sorted(rules.gates.items())]


def _view(signal: Signal, level: Level, gate: Gate, rules: Rules) -> GateView:
    score = signal.unusual if level is Level.WATCH else weighted(signal)
    parts = [
        (f"điểm bất thường từ {number(gate.unusual)}", score >= gate.unusual, apart(score, gate.unusual)),
        (
            f"mức ảnh hưởng từ {percent(gate.harmful)}",
            signal.harmful >= gate.harmful,
            share(signal.harmful, gate.harmful),
        ),
        (f"độ chắc chắn từ {percent(gate.sure)}", signal.sure >= gate.sure, share(signal.sure, gate.sure)),
        (f"từ {gate.origins} bài gốc trở lên", signal.origins >= gate.origins, str(signal.origins)),
        (f"từ {gate.publishers} nguồn độc lập trở lên", signal.borne_by >= gate.publishers, str(signal.borne_by)),
    ]
    wanted = [True, gate.harmful > 0, gate.sure > 0, True, True]
    shown = [part for part, show in zip(parts, wanted, strict=True) if show]
    missing = [f"cần {asks}, hiện là {now}" for asks, holds, now in shown if not holds]
    asked = "; ".join(asks for asks, _, _ in shown)
    if level is Level.WATCH:
        asked += f"; hoặc dấu hiệu ngoài số lượng từ {percent(rules.early)} với ít nhất 2 bài gốc của 2 nguồn độc lập, "
        asked += f"cùng điểm bất thường cộng {number(EARLY_WORTH)} lần dấu hiệu đó từ {number(gate.unusual)}"
        if is_early(signal, rules):
            missing = []
        elif missing:
            missing.append(
                f"dấu hiệu ngoài số lượng mới ở {share(signal.early, rules.early)}, cần {percent(rules.early)}"
            )
    if level <= Level.WARNING:
        told = "một cơ quan báo chí" if level is Level.WATCH else "hai nguồn độc lập"
        asked += f"; hoặc có tin của {told} về tin giả bị bác bỏ, mạo danh, chậm đóng, trốn đóng hàng loạt "
        asked += "(trước đó một thời gian không có tin tương tự)"
        missing = [] if signal.asked >= level else missing
    return GateView(level=int(level), label=level_label(level), met=not missing, asks=asked, missing=missing)
