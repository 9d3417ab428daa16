"""Facts of a period out of both databases: counts, places, questions, alerts, delay, coverage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.coverage import Coverage, PollFigures
from service.domain.fetching import FeedState
from service.domain.indicators import AlertFacts, PeriodFacts, Publication
from service.domain.intents import DocumentIntent
from service.domain.judgement import Axis, Feedback, Place, Tone
from service.domain.notifications import Delivered, DeliveryOutcome, Rejected, Retry
from service.domain.provinces import MERGED_AT
from service.domain.sources import Feed, SourceKind
from service.domain.stories import StoryPlacement
from service.domain.times import VIETNAM, start_of_day
from service.domain.warning import Alert, AlertState, Handling, Level, Signal, Verdict
from service.insight.formulas import FORMULAS
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from tests.alerts import make_draft
from tests.builders import NOW, hours_ago, make_feed, make_intent, make_source
from tests.stored import put_in_stories, waiting

VSS = make_source("Cơ quan BHXH Thử", SourceKind.STATE_AGENCY)
OTHER = make_source("Báo Khác")
FORUM = make_source("Diễn đàn Thử", SourceKind.FORUM)
HANOI, DANANG = Place("01", "Hà Nội"), Place("48", "Đà Nẵng")
SINCE, UNTIL = NOW - timedelta(days=1), NOW
CONFIRMED = Verdict(level=Level.RISK, confirmed=True, by="lan@agency.example.com", at=NOW)
REFUSED = replace(CONFIRMED, confirmed=False)
FEEDS = [make_feed("a"), make_feed("b", source=OTHER), make_feed("c", source=make_source("Báo Im")),
         make_feed("d", source=make_source("Báo Tắt"), enabled=False)]  # fmt: skip

Look = Callable[..., PeriodFacts]


@pytest.fixture
def look(store: SqlStore) -> Look:
    asks = {"feedback": Feedback.QUESTION}
    intents = [
        make_intent("d1", tone=Tone.NEGATIVE, at=hours_ago(5), first_seen_at=hours_ago(4), places=(HANOI,),
                    axis=Axis.IMPLEMENTATION, topics=("fund", "pension")),
        make_intent("d2", at=hours_ago(4), first_seen_at=hours_ago(1), source=OTHER, places=(DANANG, HANOI),
                    axis=Axis.POLICY, **asks),
        make_intent("d3", tone=Tone.POSITIVE, at=hours_ago(3), first_seen_at=hours_ago(2.5), source=OTHER,
                    places=(DANANG,)),
        make_intent("copy", at=hours_ago(3), places=(DANANG,)),
        make_intent("answer", at=hours_ago(2), source=VSS, first_seen_at=hours_ago(2)),
        make_intent("late", at=hours_ago(-3), source=VSS),
        make_intent("old", tone=Tone.NEGATIVE, at=hours_ago(30)),
        make_intent("else", at=hours_ago(3), relevant=False),
        make_intent("ask", at=hours_ago(4), first_seen_at=hours_ago(2.75), source=FORUM, topics=("fund",), **asks),
        make_intent("unplaced", at=hours_ago(1)),
    ]  # fmt: skip
    undated = make_intent("undated", at=hours_ago(6), first_seen_at=hours_ago(6), feedback=Feedback.COMPLAINT)
    undated = replace(undated, document=replace(undated.document, date_source="first_seen"))
    story = {"d1": "s1", "copy": "s1", "d2": "s2", "ask": "s2", "answer": "s2", "late": "s2"}
    with store.begin() as tx:
        tx.add_documents([*intents, undated])
        placed = [p for p in tx.unplaced(limit=99) if p.item.id != "unplaced"]
        tx.save_placements([
            replace(p, placement=StoryPlacement(
                id=p.item.id, story=story.get(p.item.id, f"s-{p.item.id}"),
                origin="d1" if p.item.id == "copy" else p.item.id,
            )) for p in placed
        ])  # fmt: skip
        tx.save_coverage([
            Coverage(start=hours_ago(hours), reporting=n, expected=4) for hours, n in ((2, 3), (3, 4), (50, 0))
        ])  # fmt: skip
        for key, stream, level, state, handling in (
            ("a1", "topic:fund", Level.RISK, AlertState.OPEN, Handling(statement_at=NOW, verdict=CONFIRMED)),
            ("a2", "place:48", Level.WARNING, AlertState.DISMISSED, Handling()),
            ("a3", "topic:pension@01", Level.WATCH, AlertState.CLOSED, Handling(merged_into="a1")),
        ):
            signal = Signal(
                id=key, stream=stream, at=hours_ago(2), unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5,
                origins=9, sources=5, coverage=1.0, documents=(),
            )  # fmt: skip
            alert = Alert(
                id=key, stream=stream, level=level, peak_level=level, state=state, opened_at=hours_ago(2),
                updated_at=NOW, headline=key, why="x", quiet_if="x", signal=signal, handling=handling,
            )  # fmt: skip
            tx.save_alert(alert, kind="opened", actor="radar", text="x", at=NOW)

    def ask(*provinces: str) -> PeriodFacts:
        read = SqlReadModels(store, provinces)
        return read.facts(FEEDS, since=SINCE, until=UNTIL, as_of=NOW)

    return ask


def test_facts_of_the_whole_country(look: Look) -> None:
    facts = look()
    assert (facts.origins, facts.copies, facts.publishers) == (6, 1, 4)
    assert (facts.negative, facts.positive, facts.policy, facts.implementation) == (1, 1, 1, 1)
    assert (facts.questions, facts.complaints) == (2, 1)
    topics = {t.id: (t.name, t.origins, t.negative) for t in facts.topics}
    assert topics == {"fund": ("Quỹ BHXH, đầu tư, cân đối quỹ", 2, 1), "pension": ("Lương hưu, tuổi nghỉ hưu", 5, 1)}
    places = [(p.id, p.name, p.origins, p.positive) for p in facts.places]
    assert places == [("01", "Hà Nội", 2, 0), ("48", "Đà Nẵng", 2, 1)]
    # that of the newspaper comes with its answer
    assert facts.asked == [Publication("s2", "Diễn đàn Thử", hours_ago(4), frozenset({"fund"}))]
    assert [(a.at, a.topics) for a in facts.answers] == [(at, {"pension"}) for at in (hours_ago(2), hours_ago(-3))]
    assert facts.agencies_read
    assert (facts.outlets_reporting, facts.outlets) == (2, 3)
    assert (facts.covered, facts.expected) == (7, 8)
    # half an hour, an hour, an hour and a quarter, three hours, none; the one without a time of its own is left out
    assert (facts.delay_minutes, facts.delayed) == (60, 5)
    assert {a.id: (a.level, a.ended, a.dismissed, a.merged) for a in facts.alerts} == {
        "a1": (3, False, False, False), "a2": (2, True, True, False), "a3": (1, True, False, True),
    }  # fmt: skip
    assert set(facts.hours) == {"topic:fund"}


def test_facts_of_a_province_are_of_what_names_it(look: Look) -> None:
    facts = look("01")
    assert (facts.origins, facts.copies, facts.negative, facts.provinces) == (2, 0, 1, ("01",))
    assert [a.id for a in facts.alerts] == ["a3"]
    assert look("99").origins == 0


def test_of_denunciations_a_count_by_day_is_told_of_the_whole_country_only(store: SqlStore) -> None:
    day = NOW.astimezone(VIETNAM).date()
    with store.begin() as tx:
        for ago, count in ((0, 2), (1, 3), (40, 5)):
            tx.record_drops("denunciation", count, day=str(day - timedelta(days=ago)))
        tx.record_drops("other", 9, day=str(day))
    read, since = SqlReadModels(store), NOW - timedelta(days=30)
    assert read.denunciations(since=since, until=NOW) == {day - timedelta(days=1): 3, day: 2}
    assert read.facts((), since=since, until=NOW, as_of=NOW).denunciations == 5
    # a period ends where the next day begins
    assert list(read.denunciations(since=since, until=start_of_day(day))) == [day - timedelta(days=1)]
    place = read.scoped(("38",))
    assert place.denunciations(since=since, until=NOW) == {}
    assert place.facts((), since=since, until=NOW, as_of=NOW).denunciations == 0


def place_all(store: SqlStore, intents: list[DocumentIntent], stories: dict[str, str]) -> None:
    with store.begin() as tx:
        tx.add_documents(intents)
        put_in_stories(tx, stories)


def test_what_an_agency_publishes_is_no_question(store: SqlStore) -> None:
    asks = {"feedback": Feedback.QUESTION}
    place_all(store, [
        *(make_intent(f"q{n}", at=hours_ago(9), source=FORUM, **asks) for n in range(5)),
        # one answers q0 in the form of questions, one of nobody's
        make_intent("faq", at=hours_ago(8), source=VSS, **asks),
        make_intent("alone", at=hours_ago(7), source=VSS, **asks),
    ], {"faq": "q0"})  # fmt: skip
    facts = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW + timedelta(days=9))
    assert (facts.origins, facts.questions, len(facts.asked), len(facts.answers)) == (7, 5, 5, 2)
    found = FORMULAS["answered_share"](facts, {"hours": 48})
    assert (found.numerator, found.denominator) == (1, 5)


def test_an_agency_is_read_where_its_feed_answers_or_something_of_it_is_kept(store: SqlStore) -> None:
    feeds = [make_feed(), make_feed("vss", source=VSS)]
    read = SqlReadModels(store)
    place_all(store, [make_intent("q", at=hours_ago(2), source=FORUM)], {})

    def agencies_read(feeds: list[Feed]) -> bool:
        return read.facts(feeds, since=SINCE, until=UNTIL, as_of=NOW).agencies_read

    state = FeedState(feed_id="vss", next_poll_at=NOW, last_success_at=SINCE - timedelta(hours=1))
    with store.begin() as tx:
        tx.seed_feeds([state])
        tx.save_feed(state)
    assert not agencies_read(feeds)
    with store.begin() as tx:
        tx.save_feed(replace(state, last_success_at=NOW))
        tx.count_poll(PollFigures(feed_id="vss", at=UNTIL + timedelta(hours=2), read=True))
    assert not agencies_read(feeds)  # it was added when the span was over
    with store.begin() as tx:
        tx.count_poll(PollFigures(feed_id="vss", at=UNTIL - timedelta(hours=2), read=True))
    assert agencies_read(feeds)
    assert not agencies_read(feeds[:1])
    place_all(store, [make_intent("said", at=hours_ago(1), source=VSS)], {})
    assert agencies_read(feeds[:1])


def test_a_period_across_the_merger_counts_by_the_provinces_after_it(store: SqlStore) -> None:
    before, after = MERGED_AT - timedelta(days=9), MERGED_AT + timedelta(days=9)
    bac_giang, bac_ninh, lao_cai, yen_bai = (
        Place("24", "Bắc Giang"), Place("27", "Bắc Ninh"), Place("10", "Lào Cai"), Place("15", "Yên Bái")
    )  # fmt: skip
    place_all(store, [
        # Bắc Giang and Bắc Ninh became 24: four publications, one of which names both
        make_intent("a", at=before, places=(bac_giang, bac_ninh), tone=Tone.NEGATIVE),
        *(make_intent(f"b{n}", at=before, places=(bac_ninh,)) for n in range(2)),
        make_intent("c", at=after, places=(Place("24", "Bắc Ninh"),)),
        # Yên Bái (15) and Lào Cai (10) became Lào Cai (15)
        *(make_intent(f"d{n}", at=before, places=(lao_cai,)) for n in range(3)),
        *(make_intent(f"e{n}", at=before, places=(yen_bai,)) for n in range(2)),
    ], {})  # fmt: skip
    read = SqlReadModels(store)
    year = read.facts((), since=before, until=after + timedelta(days=1), as_of=NOW)
    assert [(p.id, p.name, p.origins, p.negative) for p in year.places] == [
        ("15", "Lào Cai", 5, 0), ("24", "Bắc Ninh", 4, 1),
    ]  # fmt: skip
    assert FORMULAS["provinces_known"](year, {"provinces": 34}).value == 1 / 34
    old = read.facts((), since=before, until=MERGED_AT, as_of=NOW)
    assert {p.id: p.origins for p in old.places} == {"10": 3, "15": 2, "24": 1, "27": 3}


def test_an_empty_database_has_empty_facts(store: SqlStore) -> None:
    facts = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW)
    assert (facts.origins, facts.delay_minutes, facts.expected, facts.warnings) == (0, None, 0, 0)


def test_warnings_that_were_published_and_those_somebody_has_taken_note_of(store: SqlStore) -> None:
    from tests.alerts import make_finding

    with store.begin() as tx:
        tx.add_documents([make_intent("d1"), make_intent("d2"), make_intent("d3")])
        for n, (moved, at) in enumerate(
            [("publish", hours_ago(3)), ("publish", hours_ago(2)), ("publish", hours_ago(40))]
        ):
            finding = make_finding(id=f"f{n}", document_id=f"d{n + 1}", state="published", evidence=())
            tx.add_findings([finding])
            tx.save_finding(finding, move=moved, actor="lan@agency.example.com", reason="trang web", at=at)
        tx.add_receipt("f0", "an@agency.example.com", at=NOW)
        tx.add_receipt("f0", "binh@agency.example.com", at=NOW)
    facts = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW)
    assert (facts.warnings, facts.received) == (2, 1)
    # what somebody took note of was retracted; the text that stands now has not been read by anybody
    with store.begin() as tx:
        finding = tx.finding("f0")
        assert finding is not None
        for move, at in (("retract", NOW + timedelta(minutes=1)), ("publish", NOW + timedelta(minutes=2))):
            tx.save_finding(finding, move=move, actor="lan@agency.example.com", reason="trang web", at=at)
    read = SqlReadModels(store)
    until = NOW + timedelta(days=1)
    for since, published, received in ((SINCE, 2, 0), (NOW, 1, 0)):
        facts = read.facts((), since=since, until=until, as_of=until)
        assert (facts.warnings, facts.received) == (published, received)
    with store.begin() as tx:
        tx.add_receipt("f0", "an@agency.example.com", at=NOW + timedelta(minutes=3))
    facts = read.facts((), since=NOW, until=until, as_of=until)
    assert (facts.warnings, facts.received) == (1, 1)


def an_alert(key: str, level: Level, *, at: float = 9, stream: str = "topic:fund", **more: Any) -> Alert:
    """One that opened so many hours ago."""
    signal = Signal(
        id=key, stream=stream, at=hours_ago(at), unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9,
        sources=5, coverage=1.0, documents=(),
    )  # fmt: skip
    same = {"level": level, "state": AlertState.OPEN, "headline": key, "why": "x", "quiet_if": "x"}
    return Alert(**{
        **same, "id": key, "stream": stream, "peak_level": level, "opened_at": hours_ago(at), "updated_at": NOW,
        "signal": signal,
    } | more)  # fmt: skip


def merged(into: str, *, at: float = 1, **more: Any) -> dict[str, Any]:
    return {
        "state": AlertState.CLOSED, "closed_at": hours_ago(at), "handling": Handling(merged_into=into, **more)
    }  # fmt: skip


def keep(store: SqlStore, *alerts: Alert) -> None:
    with store.begin() as tx:
        for alert in alerts:
            tx.save_alert(alert, kind="opened", actor="radar", text="x", at=alert.opened_at)


def tell(store: SqlStore, alert: str, outcome: DeliveryOutcome, *, at: float) -> None:
    draft = make_draft(key=f"{alert}{at}", recipient="a@agency.example.com", alert_id=alert)
    with store.begin() as tx:
        tx.enqueue([draft], at=hours_ago(at + 1))
        [pending] = [n for n in waiting(tx, NOW) if n.draft.key == draft.key]
        tx.record_delivery(pending.id, outcome, at=hours_ago(at), dead=False)


def alerts_of(store: SqlStore, *provinces: str, days: int = 1, until: datetime = UNTIL) -> dict[str, AlertFacts]:
    read = SqlReadModels(store, provinces)
    facts = read.facts((), since=until - timedelta(days=days), until=until, as_of=NOW)
    return {a.id: a for a in facts.alerts}


def test_merged_alerts_count_once_with_the_gravest_level_and_the_first_times(store: SqlStore) -> None:
    keep(
        store,
        an_alert(
            "end", Level.WARNING, at=5, acknowledged_at=hours_ago(2), handling=Handling(statement_at=hours_ago(1)),
        ),
        an_alert("middle", Level.CRISIS, at=8, **merged(
            "end", statement_at=hours_ago(3), verdict=replace(CONFIRMED, level=Level.CRISIS, at=hours_ago(7)),
        )),
        an_alert("first", Level.WATCH, at=9, acknowledged_at=hours_ago(6), **merged("middle", at=7)),
        an_alert("other", Level.WARNING, at=4),
    )  # fmt: skip
    tell(store, "end", Delivered(), at=4)
    tell(store, "middle", Delivered(), at=7)
    found = alerts_of(store)
    assert {key: a.merged for key, a in found.items()} == {"first": True, "middle": True, "end": False, "other": False}
    end = found["end"]
    assert (end.level, end.confirmed, end.ended, end.dismissed) == (4, 4, False, False)
    assert [end.opened_at, end.told_at, end.seen_at, end.statement_at] == [hours_ago(n) for n in (9, 7, 6, 3)]
    facts = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW)
    counted = FORMULAS["alerts"](replace(facts, origins=1), {})
    assert (counted.value, counted.denominator, counted.detail) == (2, 2, "L1: 0, L2: 1, L3: 0, L4: 1")


def test_a_chain_counts_in_the_period_of_its_first_part(store: SqlStore) -> None:
    keep(store, an_alert("end", Level.RISK, at=5), an_alert("first", Level.WARNING, at=40, **merged("end")))
    assert alerts_of(store) == {}
    before = alerts_of(store, until=SINCE)
    assert {key: (a.level, a.opened_at, a.merged) for key, a in before.items()} == {
        "end": (3, hours_ago(40), False), "first": (2, hours_ago(40), True),
    }  # fmt: skip


def test_mergers_that_go_round_end(store: SqlStore) -> None:
    keep(store, an_alert("a", Level.WARNING, **merged("b")), an_alert("b", Level.RISK, **merged("a")))
    assert len(alerts_of(store)) == 2


def test_a_province_reads_of_a_chain_what_is_its_own_and_what_was_done(store: SqlStore) -> None:
    keep(
        store,
        an_alert("mine", Level.WARNING, stream="topic:fund@01", **merged("country")),
        an_alert("country", Level.CRISIS, at=20, handling=Handling(statement_at=hours_ago(2))),
    )
    [found] = alerts_of(store, "01").values()
    assert (found.id, found.level, found.opened_at, found.merged) == ("mine", 2, hours_ago(9), False)
    assert (found.statement_at, found.state) == (hours_ago(2), "open")


def test_levels_that_people_refused_confirmed_or_left_open(store: SqlStore) -> None:
    def by(level: Level, *, confirmed: bool, at: float) -> Handling:
        return Handling(verdict=replace(CONFIRMED, level=level, confirmed=confirmed, at=hours_ago(at)))

    refused = by(Level.RISK, confirmed=False, at=6)
    keep(
        store,
        an_alert("warning", Level.WARNING),
        an_alert("open", Level.RISK, proposed=True),
        an_alert("expired", Level.RISK, state=AlertState.CLOSED, closed_at=NOW),
        an_alert("confirmed", Level.RISK, handling=by(Level.RISK, confirmed=True, at=6)),
        an_alert("refused", Level.RISK, handling=refused),
        an_alert("refused-then-l4", Level.CRISIS, handling=refused),
        *(
            an_alert(key, Level.CRISIS, handling=by(Level.CRISIS, confirmed=False, at=4))
            for key in (
                "l3-then-refused-l4",
                "l4-confirmed-then-refused",
                "l3-refused-l4-both",
            )
        ),
    )
    with store.begin() as tx:
        for key, kind, at in (
            ("refused-then-l4", "raised", 5), ("l3-then-refused-l4", "confirmed", 8),
            ("l3-then-refused-l4", "raised", 5), ("l3-then-refused-l4", "refused", 4),
            ("l4-confirmed-then-refused", "raised", 6), ("l4-confirmed-then-refused", "confirmed", 5),
            ("l4-confirmed-then-refused", "refused", 4), ("l3-refused-l4-both", "confirmed", 9),
            ("l3-refused-l4-both", "refused", 8), ("l3-refused-l4-both", "raised", 6),
            ("l3-refused-l4-both", "confirmed", 5), ("l3-refused-l4-both", "refused", 4),
        ):  # fmt: skip
            alert = tx.alert(key)
            assert alert is not None
            tx.save_alert(alert, kind=kind, actor="radar", text="x", at=hours_ago(at))
    assert {key: (a.level, a.confirmed, a.proposed) for key, a in alerts_of(store).items()} == {
        "warning": (2, 2, False), "open": (3, 2, True), "expired": (3, 2, True), "confirmed": (3, 3, False),
        "refused": (2, 2, False), "refused-then-l4": (4, 2, True), "l3-then-refused-l4": (3, 3, False),
        "l4-confirmed-then-refused": (2, 2, False), "l3-refused-l4-both": (2, 2, False),
    }  # fmt: skip


def test_who_refuses_an_alert_refuses_what_was_merged_into_it(store: SqlStore) -> None:
    part = an_alert("part", Level.RISK, **merged("end", at=3))
    keep(store, part, an_alert("end", Level.RISK, handling=Handling(verdict=replace(REFUSED, at=hours_ago(2)))))
    assert (alerts_of(store)["end"].level, alerts_of(store)["end"].proposed) == (2, False)
    keep(store, replace(part, closed_at=hours_ago(1)))
    assert (alerts_of(store)["end"].level, alerts_of(store)["end"].proposed) == (3, True)


def test_somebody_is_told_when_the_first_message_is_delivered(store: SqlStore) -> None:
    keep(store, an_alert("a", Level.WARNING), an_alert("b", Level.WARNING), an_alert("c", Level.WARNING))
    tell(store, "a", Retry(at=NOW, reason="x"), at=8)
    tell(store, "a", Delivered(), at=6)
    tell(store, "a", Delivered(), at=5)
    tell(store, "b", Rejected(reason="x"), at=8)
    found = alerts_of(store)
    assert [found[key].told_at for key in ("a", "b", "c")] == [hours_ago(6), None, None]


def test_a_province_has_hours_of_its_own_streams_only(store: SqlStore) -> None:
    bad = {"tone": Tone.NEGATIVE, "topics": ("fund",), "at": hours_ago(8)}
    place_all(store, [make_intent("d1", places=(HANOI,), **bad), make_intent("d2", places=(DANANG,), **bad)], {})
    with store.begin() as tx:
        tx.count_again([hours_ago(8)], [])
    for stream in ("topic:fund", "place:01", "place:48"):
        alert = an_alert(stream, Level.RISK, stream=stream, handling=Handling(verdict=CONFIRMED))
        # the evidence of each names Hà Nội, so that an account of it reads all three
        keep(store, replace(alert, signal=replace(alert.signal, documents=("d1",))))
    facts = SqlReadModels(store, ("01",)).facts((), since=SINCE, until=UNTIL, as_of=NOW)
    assert {a.id for a in facts.alerts} == {"topic:fund", "place:01", "place:48"}
    assert facts.hours == {"place:01": {hours_ago(8): 1}}
    country = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW)
    assert country.hours == {s: {hours_ago(8): n} for s, n in (("topic:fund", 2), ("place:01", 1), ("place:48", 1))}
