"""What a periodic report tells, and the note that it was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from service.domain.audit import Action
from service.domain.indicators import Definition, IndicatorPeriod, PeriodFacts
from service.domain.provinces import REDRAWN_ON, full_name, name_of, territory_changed, why_not
from service.domain.reports import ReportOrder
from service.domain.sources import Feed
from service.domain.views import CopiedView
from service.insight.formulas import recoveries
from service.insight.indicators import evaluate, valid_on
from service.insight.movers import Mover, movers
from service.insight.periods import Period, PeriodKind, before, period_of, today
from service.insight.recovery import Recovery
from service.ports import Clock
from service.ports.read_models import ReadModels
from service.ports.storage import Store
from service.usecases.audit import audit

MOST_COPIED = 10
REDRAWN = "đổi địa giới hành chính"


class NoSuchProvinceError(ValueError):
    """On the last day of the period no province has the code; the reason is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Periodic:
    """Everything a periodic report tells: counts, titles of the press, nothing else of publications.

    Attributes:
        facts, values: of the period; `values_before`: of the one before.
        recoveries: by id of its alerts of L3 and L4.
        places: names of provinces by code, valid on the period's last day; `full_names` those that the report is of,
            with their rank.
        redrawn: the province had another territory in the period before, of which nothing is told then.
        mixed: first day of new territories, where it lies within the period.
    """

    kind: PeriodKind
    period: Period
    earlier: Period
    facts: PeriodFacts
    values: IndicatorPeriod
    values_before: IndicatorPeriod
    definitions: Sequence[Definition]
    topics: Sequence[Mover]
    copied: Sequence[CopiedView]
    recoveries: Mapping[str, Recovery | None]
    places: Mapping[str, str]
    full_names: Mapping[str, str]
    redrawn: bool
    mixed: date | None
    made_at: datetime

    @property
    def running(self) -> bool:
        """The period is not over yet."""
        return self.made_at < self.period.until

    @property
    def apart(self) -> str:
        """Why nothing is told beside the period before, in words; empty: it is."""
        if self.redrawn:
            return REDRAWN
        known = {v.code: v.value for v in self.values_before.values}
        return "" if known.get("DL-01") is not None else "kỳ trước không đủ dữ liệu"


def period_for(order: ReportOrder, now: datetime) -> Period:
    """The period that is asked for: the last one that is over where no day is given."""
    kind = PeriodKind(order.period)
    return before(kind, period_of(kind, today(now))) if order.day is None else period_of(kind, order.day)


def periodic(order: ReportOrder, *, read: ReadModels, feeds: Sequence[Feed], clock: Clock) -> Periodic:
    """The facts of a period beside those of the one before.

    Raises:
        NoSuchProvinceError: none of the codes is one on the period's last day.
        ValueError: the period has not begun.
    """
    now, kind = clock.now(), PeriodKind(order.period)
    period = period_for(order, now)
    if period.since >= now:
        raise ValueError("expected a day in a period that has begun")
    refusals = [why_not(code, period.last) for code in order.provinces]
    if refusals and all(refusals):
        raise NoSuchProvinceError(" ".join(refusals))
    earlier = before(kind, period)
    scoped = read.scoped(order.provinces) if order.provinces else read
    facts, facts_before = (
        scoped.facts(feeds, since=p.since, until=min(p.until, now), as_of=now) for p in (period, earlier)
    )
    values_before = evaluate(facts_before, earlier)
    redrawn = earlier.first < REDRAWN_ON <= period.last and any(map(territory_changed, order.provinces))
    if redrawn:
        facts_before, values_before = (
            replace(facts_before, origins=0, covered=0, topics=[]),
            replace(values_before, values=[]),
        )
    codes = {*order.provinces, *(p.id for p in facts.places)}
    return Periodic(
        kind=kind,
        period=period,
        earlier=earlier,
        facts=facts,
        values=evaluate(facts, period),
        values_before=values_before,
        definitions=valid_on(period.last),
        topics=movers(facts, facts_before),
        copied=scoped.most_copied(since=period.since, until=period.until, limit=MOST_COPIED),
        recoveries=recoveries(facts),
        places={code: name_of(code, period.last) for code in codes},
        full_names={code: full_name(code, period.last) for code in order.provinces},
        redrawn=redrawn,
        mixed=REDRAWN_ON if period.first < REDRAWN_ON <= period.last else None,
        made_at=now,
    )


def note_report(order: ReportOrder, *, store: Store, clock: Clock, actor: str) -> None:
    """Log that a report was made, by the first day of its period."""
    now = clock.now()
    with store.begin() as tx:
        audit(
            tx, Action.EXPORTED, actor=actor, at=now, subject=f"report:{order.period}:{period_for(order, now).first}",
            form=str(order.form), provinces="+".join(order.provinces)[:100] or "national",
        )  # fmt: skip
