"""Facts of a period out of both databases: counts, places, questions, alerts, delay, coverage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from classifiers.inference.places import gazetteer
from service.domain.coverage import Coverage
from service.domain.indicators import PeriodFacts
from service.domain.intents import DocumentIntent
from service.domain.judgement import Axis, Feedback, Place, Tone
from service.domain.provinces import MERGED_AT, SUCCESSORS
from service.domain.sources import SourceKind
from service.domain.stories import StoryPlacement
from service.domain.warning import Alert, AlertState, Handling, Level, Signal
from service.insight.formulas import FORMULAS
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from tests.builders import NOW, hours_ago, make_feed, make_intent, make_source

VSS = make_source("Cơ quan BHXH Thử", SourceKind.STATE_AGENCY)
OTHER = make_source("Báo Khác")
HANOI, DANANG = Place("01", "Hà Nội"), Place("48", "Đà Nẵng")
SINCE, UNTIL = NOW - timedelta(days=1), NOW
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
        make_intent("unplaced", at=hours_ago(1)),
    ]  # fmt: skip
    undated = make_intent("undated", at=hours_ago(6), first_seen_at=hours_ago(6), feedback=Feedback.COMPLAINT)
    undated = replace(undated, document=replace(undated.document, date_source="first_seen"))
    story = {"d1": "s1", "copy": "s1", "d2": "s2", "answer": "s2", "late": "s2"}
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
            ("a1", "topic:fund", Level.RISK, AlertState.OPEN, Handling(statement_at=NOW)),
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
    assert (facts.origins, facts.copies, facts.publishers) == (5, 1, 3)
    assert (facts.negative, facts.positive, facts.policy, facts.implementation) == (1, 1, 1, 1)
    assert (facts.questions, facts.complaints) == (1, 1)
    topics = {t.id: (t.name, t.origins, t.negative) for t in facts.topics}
    assert topics == {"fund": ("Quỹ BHXH, đầu tư, cân đối quỹ", 1, 1), "pension": ("Lương hưu, tuổi nghỉ hưu", 5, 1)}
    places = [(p.id, p.name, p.origins, p.positive) for p in facts.places]
    assert places == [("01", "Hà Nội", 2, 0), ("48", "Đà Nẵng", 2, 1)]
    assert [(q.story, q.publisher) for q in facts.asked] == [("s2", "Báo Khác")]
    assert [a.at for a in facts.answers] == [hours_ago(2), hours_ago(-3)]
    assert (facts.outlets_reporting, facts.outlets) == (2, 3)
    assert (facts.covered, facts.expected) == (7, 8)
    # half an hour, an hour, three hours, none; the one without a time of its own is left out
    assert (facts.delay_minutes, facts.delayed) == (45, 4)
    assert {a.id: (a.level, a.ended, a.dismissed, a.merged) for a in facts.alerts} == {
        "a1": (3, False, False, False), "a2": (2, True, True, False), "a3": (1, True, False, True),
    }  # fmt: skip
    assert set(facts.hours) == {"topic:fund"}


def test_facts_of_a_province_are_of_what_names_it(look: Look) -> None:
    facts = look("01")
    assert (facts.origins, facts.copies, facts.negative, facts.provinces) == (2, 0, 1, ("01",))
    assert [a.id for a in facts.alerts] == ["a3"]
    assert look("99").origins == 0


def place_all(store: SqlStore, intents: list[DocumentIntent], stories: dict[str, str]) -> None:
    with store.begin() as tx:
        tx.add_documents(intents)
        tx.save_placements([
            replace(p, placement=StoryPlacement(
                id=p.item.id, story=stories.get(p.item.id, p.item.id), origin=p.item.id,
            )) for p in tx.unplaced(limit=99)
        ])  # fmt: skip


def test_what_an_agency_publishes_is_no_question(store: SqlStore) -> None:
    asks = {"feedback": Feedback.QUESTION}
    place_all(store, [
        *(make_intent(f"q{n}", at=hours_ago(9), source=OTHER, **asks) for n in range(5)),
        # one answers q0 in the form of questions, one of nobody's
        make_intent("faq", at=hours_ago(8), source=VSS, **asks),
        make_intent("alone", at=hours_ago(7), source=VSS, **asks),
    ], {"faq": "q0"})  # fmt: skip
    facts = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW + timedelta(days=9))
    assert (facts.origins, facts.questions, len(facts.asked), len(facts.answers)) == (7, 5, 5, 1)
    found = FORMULAS["answered_share"](facts, {"hours": 48})
    assert (found.numerator, found.denominator) == (1, 5)


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


def test_successors_are_those_of_the_classifiers() -> None:
    known = gazetteer().successors
    assert {old: new for old, new in known.items() if old != new} == SUCCESSORS
    assert len({SUCCESSORS.get(code, code) for code in known}) == 34
    assert not set(SUCCESSORS) & set(SUCCESSORS.values())


def test_an_empty_database_has_empty_facts(store: SqlStore) -> None:
    facts = SqlReadModels(store).facts((), since=SINCE, until=UNTIL, as_of=NOW)
    assert (facts.origins, facts.delay_minutes, facts.expected, facts.warnings) == (0, None, 0, 0)


def test_warnings_that_were_published_and_those_somebody_has_taken_note_of(store: SqlStore) -> None:
    from tests.review.test_workflow import make_finding

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
