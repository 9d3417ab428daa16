"""The formulas of the indicator set: facts of a period in, a value with its denominator out.

Which formula an indicator goes by, and its parameters, stand in indicators.yaml. Whoever changes what a formula here
gives adds another one and a new version of the indicator, so that values of the past stay comparable.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product
from statistics import median

from service.domain.indicators import AlertFacts, GroupFacts, PeriodFacts, Publication, hours_read
from service.domain.intervals import MIN_DOCUMENTS, share_if_known
from service.domain.streams import parse
from service.insight.recovery import DAY, HOUR, Recovery, curve, recover, usual_day

NO_AGENCY = "không đọc được nguồn nào của cơ quan nhà nước trong kỳ"
LEAST_SPANS = 3  # a median of fewer says nothing
WARNING, RISK = 2, 3
MINUTE = timedelta(minutes=1)
WATCHED = timedelta(days=30)  # how long a recovery is followed
Parameters = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A value, or why there is none; `hours`: see IndicatorValue."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    numerator: float | None = None
    denominator: float | None = None
    missing: str = ""
    detail: str = ""
    hours: float | None = None


Formula = Callable[[PeriodFacts, Parameters], Reckoned]


def share(part: int, whole: int, what: str) -> Reckoned:
    """A share with its interval; none where it is of fewer than MIN_DOCUMENTS.

    Args:
        what: what is counted, for the reason: «tin, bài độc lập».
    """
    value, low, high = share_if_known(part, whole)
    missing = "" if value is not None else _few(whole, what)
    return Reckoned(value=value, low=low, high=high, numerator=part, denominator=whole, missing=missing)


def _few(count: int, what: str, least: int = MIN_DOCUMENTS) -> str:
    return f"chỉ có {count} {what}, cần ít nhất {least}" if count else f"trong kỳ chưa có {what}"


def _blind(facts: PeriodFacts) -> str:
    """Why a count of 0 would not be one: nothing was published, or nothing was read; only coverage tells them apart."""
    if facts.origins or facts.covered:
        return ""
    return f"không có tin, bài nào {'nhắc đến địa phương' if facts.provinces else 'được thu thập'} trong kỳ"


def _of_origins(count: Callable[[PeriodFacts], int]) -> Formula:
    return lambda facts, _: share(count(facts), facts.origins, _origins_of(facts))


def _origins_of(facts: PeriodFacts) -> str:
    return "tin, bài độc lập" + (" nhắc đến địa phương" if facts.provinces else "")


def origins(facts: PeriodFacts, _: Parameters) -> Reckoned:
    if missing := _blind(facts):
        return Reckoned(missing=missing)
    hours = hours_read(facts.since, facts.until, facts.hours_measured)
    return Reckoned(value=facts.origins, detail=f"của {facts.publishers} nguồn độc lập", hours=hours)


def implementation_share(facts: PeriodFacts, _: Parameters) -> Reckoned:
    told = facts.implementation + facts.policy
    return share(facts.implementation, told, "tin, bài nói rõ về chính sách hoặc việc thực hiện")


def negative_topics(facts: PeriodFacts, _: Parameters) -> Reckoned:
    known = [t for t in facts.topics if t.origins >= MIN_DOCUMENTS]
    bad = [t for t in known if t.negative > t.positive]
    return share(len(bad), len(known), f"chủ đề có từ {MIN_DOCUMENTS} tin, bài")


def topic_concentration(facts: PeriodFacts, _: Parameters) -> Reckoned:
    whole = sum(t.origins for t in facts.topics)
    if whole < MIN_DOCUMENTS:
        return Reckoned(denominator=whole, missing=_few(whole, "lượt gắn chủ đề"))
    most = max(facts.topics, key=lambda t: t.origins)
    value = sum((t.origins / whole) ** 2 for t in facts.topics)
    return Reckoned(value=value, denominator=whole, detail=f"nhiều nhất: {most.name}")


def reach_factor(facts: PeriodFacts, _: Parameters) -> Reckoned:
    if facts.origins < MIN_DOCUMENTS:
        missing = _few(facts.origins, _origins_of(facts))
        return Reckoned(numerator=facts.copies, denominator=facts.origins, missing=missing)
    return Reckoned(value=facts.copies / facts.origins, numerator=facts.copies, denominator=facts.origins)


def answered_share(facts: PeriodFacts, parameters: Parameters) -> Reckoned:
    if not facts.agencies_read:
        return Reckoned(missing=NO_AGENCY)
    within = timedelta(hours=parameters["hours"])
    answers = _by_story(facts.answers)
    due = [q for q in facts.asked if _answered(q, answers, within) or q.at + within <= facts.as_of]
    return share(sum(_answered(q, answers, within) for q in due), len(due), "câu hỏi đã hết thời hạn trả lời")


def voids(facts: PeriodFacts, parameters: Parameters) -> Reckoned:
    if missing := _blind(facts) or ("" if facts.agencies_read else NO_AGENCY):
        return Reckoned(missing=missing)
    asked = {about: start for about, qs in _by_matter(facts).items() if (start := _last_run(qs, parameters))}
    empty = [about for about, start in asked.items() if not any(_speaks_of(a, *about, start) for a in facts.answers)]
    return Reckoned(value=len(empty), numerator=len(empty), denominator=len(asked))


def _by_matter(facts: PeriodFacts) -> dict[tuple[str, str], list[Publication]]:
    """Questions by topic and province, those that name none by topic alone; oldest first."""
    grouped: dict[tuple[str, str], list[Publication]] = defaultdict(list)
    for each in sorted(facts.asked, key=lambda p: p.at):
        places = each.places & set(facts.provinces) or each.places
        for about in product(each.topics, places or [""]):
            grouped[about].append(each)
    return grouped


def _last_run(questions: Sequence[Publication], parameters: Parameters) -> datetime | None:
    """When the last run of enough questions of enough publishers within so many hours began; None: there is none."""
    within, found, times = timedelta(hours=parameters["hours"]), None, [q.at for q in questions]
    for n, first in enumerate(questions):
        run = questions[n : bisect_right(times, first.at + within)]
        if len(run) >= parameters["questions"] and len({q.publisher for q in run}) >= parameters["publishers"]:
            found = first.at
    return found


def _speaks_of(answer: Publication, topic: str, place: str, since: datetime) -> bool:
    """Whether a state agency has said something of the topic since then, for the province or for the country."""
    here = not place or not answer.places or place in answer.places
    return answer.at >= since and topic in answer.topics and here


def _by_story(found: Sequence[Publication]) -> dict[str, list[Publication]]:
    grouped: dict[str, list[Publication]] = defaultdict(list)
    for each in sorted(found, key=lambda p: p.at):
        grouped[each.story].append(each)
    return grouped


def _answered(question: Publication, answers: Mapping[str, Sequence[Publication]], within: timedelta) -> bool:
    return any(question.at <= a.at <= question.at + within for a in answers.get(question.story, ()))


def alerts(facts: PeriodFacts, _: Parameters) -> Reckoned:
    if missing := _blind(facts):
        return Reckoned(missing=missing)
    mine = _handled(facts)
    said = ", ".join(_of_level(level, [a for a in mine if a.level == level]) for level in (1, 2, 3, 4))
    grave = sum(a.level >= WARNING for a in mine)
    return Reckoned(value=grave, numerator=grave, denominator=len(mine), detail=said)


def _of_level(level: int, alerts: Sequence[AlertFacts]) -> str:
    proposed = sum(a.proposed for a in alerts)
    return f"L{level}: {len(alerts)}" + (f" ({proposed} đề xuất)" if proposed else "")


def minutes_seen(facts: PeriodFacts, _: Parameters) -> Reckoned:
    return _middle([a.reacted(a.seen_at) for a in _told(facts)], MINUTE, "cảnh báo được tiếp nhận")


def minutes_statement(facts: PeriodFacts, _: Parameters) -> Reckoned:
    mine = [a.reacted(a.statement_at) for a in _told(facts) if not a.dismissed]
    return _middle(mine, MINUTE, "cảnh báo có phát ngôn")


def minutes_closed(facts: PeriodFacts) -> Reckoned:
    """Not one of the set: for the desk's own page, beside the two above."""
    mine = [a.reacted(a.closed_at) for a in _told(facts) if not a.dismissed]
    return _middle(mine, MINUTE, "cảnh báo đã kết thúc")


def statement_in_time(facts: PeriodFacts, parameters: Parameters) -> Reckoned:
    within = timedelta(minutes=parameters["minutes"])
    mine = [(a.told_at, a.reacted(a.statement_at)) for a in _told(facts) if not a.dismissed]
    due = [taken for told, taken in mine if taken is not None or (told and told + within <= facts.as_of)]
    kept = sum(taken is not None and taken <= within for taken in due)
    return share(kept, len(due), "cảnh báo đã đến hạn")


def false_alarms(facts: PeriodFacts, _: Parameters) -> Reckoned:
    ended = [a for a in _handled(facts) if a.ended]
    # one that nobody has looked at was judged by nobody
    judged = [a for a in ended if a.dismissed or a.seen_at is not None]
    found = share(sum(a.dismissed for a in judged), len(judged), "cảnh báo đã kết thúc mà có người tiếp nhận, đánh giá")
    alone = len(ended) - len(judged)
    return replace(found, detail=f"{alone} cảnh báo tự kết thúc, chưa ai đánh giá") if alone else found


def hours_to_usual(facts: PeriodFacts, _: Parameters) -> Reckoned:
    followed = [r for r in recoveries(facts).values() if r is not None]
    # one that did not rise, or of too few to tell, has come back from nothing
    back = [r.back_after if r.told else None for r in followed]
    found = _middle(back, HOUR, "cảnh báo mức L3, L4 về mức thường")
    untold = sum(not r.told for r in followed)
    return replace(found, detail=f"{untold} cảnh báo quá ít tin, bài tiêu cực để đo") if untold else found


def recoveries(facts: PeriodFacts) -> dict[str, Recovery | None]:
    """By id of the period's confirmed alerts of L3 and L4; None where no counts of the stream are kept any more."""
    crises = [a for a in facts.alerts if is_crisis(a, facts.provinces)]
    return {a.id: _recovery(a, facts.hours.get(a.stream, {}), facts.as_of) for a in crises}


def is_crisis(alert: AlertFacts, provinces: Sequence[str]) -> bool:
    """Whether its recovery is told: a person confirmed L3 or L4; for provinces, its stream is one of theirs."""
    counts = not alert.merged and not alert.dismissed and alert.confirmed >= RISK
    return counts and (not provinces or parse(alert.stream).place in provinces)


def _recovery(alert: AlertFacts, hours: Mapping[datetime, int], as_of: datetime) -> Recovery | None:
    opened = alert.opened_at.replace(minute=0, second=0, microsecond=0)
    until = min(opened + WATCHED, as_of.replace(minute=0, second=0, microsecond=0))
    if until < opened or not any(opened - DAY <= h <= until for h in hours):
        return None
    points = curve(hours, {}, {}, since=opened - DAY, until=until)
    return recover(points, usual_day(hours, until=opened - DAY))


def _handled(facts: PeriodFacts) -> list[AlertFacts]:
    """A merged alert is part of another one and counts there."""
    return [a for a in facts.alerts if not a.merged]


def _told(facts: PeriodFacts) -> list[AlertFacts]:
    """Those somebody was told of: nobody can react to what is on the page only (L1, or held back)."""
    return [a for a in _handled(facts) if a.level >= WARNING and a.told_at is not None]


def _middle(spans: Sequence[timedelta | None], unit: timedelta, what: str) -> Reckoned:
    """Median of the spans that have come to an end.

    Args:
        what: what has come to an end, for the reason: «cảnh báo được tiếp nhận».
    """
    reached = [span / unit for span in spans if span is not None]
    if len(reached) < LEAST_SPANS:
        missing = _few(len(reached), what, LEAST_SPANS)
        return Reckoned(numerator=len(reached), denominator=len(spans), missing=missing)
    return Reckoned(value=median(reached), numerator=len(reached), denominator=len(spans))


def warnings_received(facts: PeriodFacts, _: Parameters) -> Reckoned:
    return share(facts.received, facts.warnings, "cảnh báo công khai")


def outlets_reporting(facts: PeriodFacts, _: Parameters) -> Reckoned:
    if missing := _blind(facts):
        return Reckoned(missing=missing)
    part, whole = facts.outlets_reporting, facts.outlets
    if whole < MIN_DOCUMENTS:
        return Reckoned(numerator=part, denominator=whole, missing=_few(whole, "nguồn đang theo dõi"))
    # every monitored outlet is looked at: no sample, so no interval
    return Reckoned(value=part / whole, numerator=part, denominator=whole)


def coverage(facts: PeriodFacts, _: Parameters) -> Reckoned:
    # counted in full and hour by hour from the same outlets: no sample, so no interval
    if not facts.expected:
        return Reckoned(missing="không có số đo độ phủ trong kỳ")
    value = facts.covered / facts.expected
    return Reckoned(value=value, numerator=facts.covered, denominator=facts.expected)


def minutes_to_sight(facts: PeriodFacts, _: Parameters) -> Reckoned:
    if facts.delay_minutes is None or facts.delayed < MIN_DOCUMENTS:
        return Reckoned(denominator=facts.delayed, missing=_few(facts.delayed, "tin, bài ghi giờ đăng"))
    return Reckoned(value=facts.delay_minutes, denominator=facts.delayed)


def provinces_known(facts: PeriodFacts, parameters: Parameters) -> Reckoned:
    if missing := _blind(facts):
        return Reckoned(missing=missing)
    known = sum(_enough(p) for p in facts.places)
    whole = int(parameters["provinces"])
    # all provinces are looked at, none is drawn
    return Reckoned(value=known / whole, numerator=known, denominator=whole)


def _enough(place: GroupFacts) -> bool:
    return place.origins >= MIN_DOCUMENTS


FORMULAS: Mapping[str, Formula] = {
    "origins": origins,
    "negative_share": _of_origins(lambda f: f.negative),
    "positive_share": _of_origins(lambda f: f.positive),
    "implementation_share": implementation_share,
    "negative_topics": negative_topics,
    "topic_concentration": topic_concentration,
    "reach_factor": reach_factor,
    "complaint_share": _of_origins(lambda f: f.complaints),
    "question_share": _of_origins(lambda f: f.questions),
    "answered_share": answered_share,
    "voids": voids,
    "alerts": alerts,
    "minutes_seen": minutes_seen,
    "minutes_statement": minutes_statement,
    "statement_in_time": statement_in_time,
    "false_alarms": false_alarms,
    "hours_to_usual": hours_to_usual,
    "warnings_received": warnings_received,
    "outlets_reporting": outlets_reporting,
    "coverage": coverage,
    "minutes_to_sight": minutes_to_sight,
    "provinces_known": provinces_known,
}
