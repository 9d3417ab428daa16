"""Labels by people: the judgement and the counts follow, texts and denunciations do not stay because of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.classification.direct import DirectClassifier
from service.domain.accounts import Role, User
from service.domain.documents import DocumentKind
from service.domain.findings import FindingState
from service.domain.judgement import Act, Axis, Diagnostics, Feedback, Limb, Place, Tone
from service.domain.labels import AnswerError, Question, answer_of, corrected, given_back, read_answer, score_of
from service.domain.stories import StoryPlacement
from service.ports.read_models import Cursor
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from service.storage.state_files import ForgottenFile
from service.usecases.forget import forget
from service.usecases.ingest import FetchPages, ingest
from service.usecases.label import denounced, label, withdraw
from service.usecases.retain import Periods, retain
from tests.alerts import make_finding, make_signal, opened
from tests.builders import (
    NOW,
    hours_ago,
    make_accounts,
    make_entry,
    make_feed,
    make_intent,
    make_judgement,
    make_source,
)

PERIODS = Periods(**{k: timedelta(days=30) for k in ("texts", "excerpts", "comments", "messages", "audit", "findings")})


@pytest.fixture
def user(store: SqlStore, clock: SetClock) -> User:
    accounts = make_accounts(store, clock)
    accounts.add("lan@agency.example.com", Role.DESK)
    found = accounts.user("lan@agency.example.com")
    assert found is not None
    return found


def doubt(**margins: float) -> Diagnostics:
    return Diagnostics(margins=margins, scores={}, words=10, unknown=1)


def place(store: SqlStore, stories: dict[str, tuple[str, str]]) -> None:
    """Document -> (story, origin)."""
    with store.begin() as tx:
        new = tx.unplaced(limit=99)
        tx.save_placements([
            replace(p, placement=StoryPlacement(id=p.item.id, story=stories[p.item.id][0],
                                                origin=stories[p.item.id][1]))
            for p in new
        ])  # fmt: skip


def say(store: SqlStore, clock: SetClock, user: User, key: str, **answers: object) -> None:
    given = {Question(k): read_answer(Question(k), v) for k, v in answers.items()}
    assert label(key, given, user=user, store=store, clock=clock) is not None


def test_a_correction_is_served_at_once_marked_counted_and_logged(store: SqlStore, clock: SetClock, user: User) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE, at=hours_ago(1), title="Lương hưu chi trả sớm")])
    place(store, {"d1": ("s1", "d1")})
    say(store, clock, user, "d1", tone="positive", feedback="praise", axis="implementation", topics=["fund", "pension"])
    read = SqlReadModels(store)
    found = read.document("d1")
    assert found is not None
    assert (found.tone, found.feedback, found.axis) == ("positive", "praise", "implementation")
    assert found.topics == ["fund", "pension"]
    assert found.corrected == ["axis", "feedback", "tone", "topics"]
    with store.begin() as tx:
        tx.recount()
        [hour] = tx.bins_of(["topic:fund"], since=hours_ago(3), until=NOW)["topic:fund"]
        entries = [(e.actor, e.action, e.subject, dict(e.details)) for e in tx.audit_entries()]
    assert (hour.value, hour.total) == (0, 1)
    assert read.story("s1").negative == 0  # type: ignore[union-attr]
    logged = {"questions": "axis+feedback+tone+topics", "corrections": 4}
    assert entries[-1] == (user.ref, "labelled", "document:d1", logged)


def test_the_machines_first_answer_stays_beside_the_last_one_of_people(
    store: SqlStore, clock: SetClock, user: User
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE)])
    say(store, clock, user, "d1", tone="positive")
    say(store, clock, user, "d1", tone="negative")
    [kept] = SqlReadModels(store).label_views("d1")
    assert (kept.answer, kept.machine, kept.corrects) == ("negative", "negative", False)
    [tone] = [c for c in SqlReadModels(store).label_counts() if c.question == "tone"]
    assert (tone.labels, tone.corrections) == (1, 0)
    # who reads some provinces counts the labels of documents of these
    [tone] = [c for c in SqlReadModels(store).scoped(("01",)).label_counts() if c.question == "tone"]
    assert tone.labels == 0


def test_what_people_said_holds_when_the_page_is_read_later(store: SqlStore, clock: SetClock, user: User) -> None:
    intent = make_intent("d1", tone=Tone.NEGATIVE, protected=False)
    with store.begin() as tx:
        tx.add_documents([intent])
    say(store, clock, user, "d1", tone="positive", protected=True)
    again = replace(intent, judgement=make_judgement("d1", tone=Tone.NEGATIVE, topics=("fund",)))
    with store.begin() as tx:
        tx.replace_document(again)
    found = SqlReadModels(store).document("d1")
    assert found is not None
    assert (found.tone, found.protected, found.topics) == ("positive", True, ["fund"])


def test_the_copies_of_what_is_called_irrelevant_have_an_origin(store: SqlStore, clock: SetClock, user: User) -> None:
    keys = ("d1", "d2", "d3")
    with store.begin() as tx:
        tx.add_documents([
            make_intent(key, tone=Tone.NEGATIVE, at=hours_ago(9 - 2 * n), topics=("fund",),
                        source=make_source(f"Báo {n}"))
            for n, key in enumerate(keys)
        ])  # fmt: skip
    place(store, dict.fromkeys(keys, ("s1", "d1")))
    read = SqlReadModels(store)

    def counted(origin: str | None) -> None:
        with store.begin() as tx:
            tx.recount()
            cells = tx.bins_of(["topic:fund"], since=hours_ago(12), until=NOW)["topic:fund"]
        story = read.story("s1")
        assert story is not None
        relevant = [d for key in keys if (d := read.document(key)) is not None]
        assert (story.documents, story.origins, story.negative) == (len(relevant), 1, 1)
        assert {d.copy_of for d in relevant if d.id != origin} == {origin}
        assert [c.total for c in cells if c.total] == [1]

    say(store, clock, user, "d1", relevant=False)
    counted("d2")
    # a builder that was at work still takes it for the origin
    with store.begin() as tx:
        tx.add_documents([make_intent("d4", tone=Tone.NEGATIVE, at=hours_ago(1), topics=("fund",))])
    place(store, {"d4": ("s1", "d1")})
    keys = (*keys, "d4")
    counted("d2")
    say(store, clock, user, "d2", relevant=False)
    counted("d3")
    for key in ("d2", "d1"):
        assert withdraw(key, [Question.RELEVANT], user=user, store=store, clock=clock) == []
        counted(key)
    say(store, clock, user, "d3", tone="neutral")
    counted("d1")


def test_stories_in_order_of_their_beginning_are_all_on_some_page(store: SqlStore) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent(f"d{n}", at=hours_ago(9 - n)) for n in range(3)])
    place(store, {f"d{n}": (f"s{n}", f"d{n}") for n in range(3)})
    read = SqlReadModels(store)
    [first] = read.stories(after=None, limit=1, by_start=True)
    with store.begin() as tx:
        tx.add_documents([make_intent("d3", at=hours_ago(1))])
    place(store, {"d3": ("s0", "d0")})  # the last one moves to the front of the newest
    rest = read.stories(after=Cursor(first.first_at, first.id), limit=9, by_start=True)
    assert [s.id for s in (first, *rest)] == ["s2", "s1", "s0"]
    assert read.stories(after=None, limit=1)[0].id == "s0"


def test_irrelevant_can_be_taken_back(store: SqlStore, clock: SetClock, user: User) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE)])
        tx.add_findings([make_finding(Limb.PROPERTY, id="f1", document_id="d1")])
    place(store, {"d1": ("s1", "d1")})
    read = SqlReadModels(store)
    say(store, clock, user, "d1", relevant=False)
    with store.begin() as tx:
        tx.recount()
        assert tx.finding("f1") is None
    assert read.document("d1") is None
    assert read.story("s1") is None
    assert read.labelled_document("d1") is not None
    say(store, clock, user, "d1", relevant=True)
    found = read.document("d1")
    assert found is not None
    assert found.tone == "negative"


def test_a_protected_text_keeps_only_findings_about_conduct(store: SqlStore, clock: SetClock, user: User) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1")])
        tx.add_findings([make_finding(limb, id=str(limb), document_id="d1") for limb in Limb])
    say(store, clock, user, "d1", protected=True)
    with store.begin() as tx:
        kept = [limb for limb in Limb if tx.finding(str(limb))]
    assert kept == [Limb.WITHHELD, Limb.RETALIATION]
    act = Act(limb=Limb.FORGERY, clause=3, score=0.9, evidence=())
    for answer in ({Question.PROTECTED: True}, {Question.RELEVANT: False}):
        assert corrected(make_judgement("d", acts=(act,)), answer).acts == ()


def test_a_protected_section_stays_protected(store: SqlStore, clock: SetClock, user: User) -> None:
    intent = make_intent("d1", protected=True)
    with store.begin() as tx:
        tx.add_documents([replace(intent, document=replace(intent.document, protected_section=True))])
    with pytest.raises(AnswerError, match="always protected"):
        label("d1", {Question.PROTECTED: False}, user=user, store=store, clock=clock)
    with store.begin() as tx:
        assert tx.labels("d1") == []


def test_a_label_is_a_training_item_as_long_as_its_text_is_kept(store: SqlStore, clock: SetClock, user: User) -> None:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("old", at=NOW - timedelta(days=31)), make_intent("new", text="Toàn văn đã che [PHONE]"),
            make_intent("act"), make_intent("open"),
        ])  # fmt: skip
        shown = make_finding(Limb.PROPERTY, id="f1", document_id="act", state=FindingState.PUBLISHED)
        tx.add_findings([
            shown, make_finding(Limb.FORGERY, id="f2", document_id="act", state=FindingState.NOT_AN_ACT),
            make_finding(Limb.FORGERY, id="f3", document_id="open", state=FindingState.PROPOSED),
        ])  # fmt: skip
    for key in ("old", "new"):
        say(store, clock, user, key, tone="positive")
    with store.begin() as tx:
        texts = {t.id: t for t in tx.labelled_texts()}
    assert set(texts) == {"old", "new", "act"}
    assert texts["new"].text == "Toàn văn đã che [PHONE]"
    assert texts["new"].answers == {Question.TONE: "positive"}
    assert texts["act"].limbs == {"property": True, "forgery": False}
    retain(store, clock, periods=PERIODS)
    with store.begin() as tx:
        assert {t.id for t in tx.labelled_texts()} == {"new", "act"}
        assert tx.labels("old") != []
    forget("https://bao.example.com/new", store=store, clock=clock)
    with store.begin() as tx:
        assert {t.id for t in tx.labelled_texts()} == {"act"}
        assert tx.labels("new") == []


def test_a_denunciation_that_the_machine_missed_leaves_no_trace(
    store: SqlStore, clock: SetClock, user: User, tmp_path: Path
) -> None:
    post = make_intent("p1", text="Tôi tố cáo [..]", excerpt="Tôi tố cáo", title="Lời riêng của tôi")
    post = replace(post, document=replace(post.document, kind=DocumentKind.POST))
    with store.begin() as tx:
        tx.add_documents([post, make_intent("a1")])
        tx.record_sightings(["p1", "a1"], feed_id="dien-dan", at=NOW)
        alert = replace(opened(make_signal(documents=("a1", "p1"))), id="alert")
        tx.save_alert(alert, kind="opened", actor="radar", text="Mở", at=NOW)
    ledger = ForgottenFile(tmp_path / "forgotten.jsonl")
    say(store, clock, user, "p1", tone="negative")
    assert denounced("p1", user=user, store=store, clock=clock, ledger=ledger)
    assert not denounced("a1", user=user, store=store, clock=clock)  # an article about one is news
    with store.begin() as tx:
        assert tx.document("p1") is None
        assert tx.labelled_texts() == []
        assert tx.forgotten(["p1"]) == {"p1"}
        # neither when nor in which forum it was seen; without that it is still not taken again
        assert tx.unseen(["p1", "a1"]) == {"p1"}
        left = tx.alert("alert")
        assert left is not None
        assert left.signal.documents == ("a1",)
        last = list(tx.audit_entries())[-1]
    assert (last.action, last.subject, dict(last.details)) == ("forgotten", "", {"documents": 1})
    assert [digest for digest, _ in ledger.all()] == ["p1"]


@pytest.mark.parametrize(("provinces", "left"), [((), {"bao", "bao2"}), (("01",), {"bao", "bao2", "chep"})])
def test_a_denunciation_takes_no_article_along_and_nothing_of_another_province(
    store: SqlStore, clock: SetClock, user: User, provinces: tuple[str, ...], left: set[str]
) -> None:
    intents = [
        make_intent(key, at=hours_ago(5 - n), places=tuple(Place(code=c, name="") for c in places))
        for n, (key, places) in enumerate(
            {"bao": ("79",), "bao2": ("79",), "dan": ("01", "79"), "chep": ("79",)}.items()
        )
    ]
    intents[2:] = [replace(i, document=replace(i.document, kind=DocumentKind.POST)) for i in intents[2:]]
    with store.begin() as tx:
        tx.add_documents(intents)
    place(store, dict.fromkeys(("bao", "bao2", "dan", "chep"), ("s1", "bao")))
    assert denounced("dan", user=replace(user, provinces=provinces), store=store, clock=clock)
    with store.begin() as tx:
        assert {i.document.id for i in intents if tx.document(i.document.id) is not None} == left
        assert tx.forgotten(["bao", "bao2"]) == set()


def test_least_sure_first_one_a_story_and_nothing_that_was_answered(
    store: SqlStore, clock: SetClock, user: User
) -> None:
    rows = {
        "a": (doubt(tone=0.3, topics=2.0), ("s1", "a")),
        "b": (doubt(tone=0.1), ("s1", "b")),
        "copy": (doubt(tone=0.0), ("s1", "b")),
        "c": (doubt(tone=0.2, protected=0.05), ("s2", "c")),
        "old": (doubt(tone=0.0), ("s3", "old")),
        "sure": (doubt(tone=9.0), ("s4", "sure")),
    }
    with store.begin() as tx:
        tx.add_documents([
            # old texts that are imported today are no news
            make_intent(
                key, at=NOW - timedelta(days=20) if key == "old" else hours_ago(1), first_seen_at=NOW, diagnostics=d
            )
            for key, (d, _) in rows.items()
        ])  # fmt: skip
    place(store, {key: where for key, (_, where) in rows.items()})

    def asked(question: Question | None = None, limit: int = 9) -> list[tuple[str, str]]:
        found = SqlReadModels(store).doubts(question=question, since=NOW - timedelta(days=14), limit=limit)
        return [(d.document_id, d.question) for d in found]

    assert asked() == [("c", "protected"), ("b", "tone"), ("sure", "tone")]
    assert asked(Question.TONE, 2) == [("b", "tone"), ("c", "tone")]
    say(store, clock, user, "copy", tone="neutral")  # answers for its origin too
    assert asked(Question.TONE) == [("c", "tone"), ("a", "tone"), ("sure", "tone")]
    assert asked(Question.TOPICS) == [("a", "topics")]


@pytest.mark.parametrize(
    ("question", "given"),
    [(Question.TONE, "angry"), (Question.RELEVANT, "yes"), (Question.TOPICS, ["x"]), (Question.AXIS, None)],
)
def test_an_answer_the_question_does_not_have_is_refused(question: Question, given: object) -> None:
    with pytest.raises(AnswerError, match="expected"):
        read_answer(question, given)


def test_what_comes_in_is_kept_with_how_sure_the_model_was(store: SqlStore) -> None:
    entries = [make_entry(1, title="BHXH chậm chi trả, người dân bức xúc"), make_entry(2, title="Trời hôm nay đẹp quá")]
    ingest(
        entries, make_feed(), store=store, classifier=DirectClassifier(), now=NOW, fetch_pages=FetchPages.NONE
    )  # fmt: skip
    read = SqlReadModels(store)
    [found] = read.doubts(question=Question.TONE, since=hours_ago(1), limit=9)
    assert found.margin >= 0
    [seen] = read.doubts(question=None, since=hours_ago(1), limit=9)
    assert seen.document_id == found.document_id
    model = read.newest_model()
    assert model is not None
    counted = {c.head: c.count for c in read.score_counts(model) if c.head != "words"}
    assert counted["relevant"] == counted["tone=negative"] == 1
    assert {c.week for c in read.score_counts(model)} == {"2026-03-02"}


def test_a_withdrawn_answer_leaves_the_machines_and_teaches_nothing(
    store: SqlStore, clock: SetClock, user: User
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE, at=hours_ago(1), feedback=Feedback.COMPLAINT)])
    place(store, {"d1": ("s1", "d1")})
    read = SqlReadModels(store)
    before = read.document("d1")
    say(store, clock, user, "d1", tone="positive", topics=["fund"], axis="policy", protected=True, feedback="praise")
    say(store, clock, user, "d1", tone="neutral")  # changed, then withdrawn
    with store.begin() as tx:
        tx.recount()
    left = withdraw("d1", [Question.TONE, Question.TOPICS], user=user, store=store, clock=clock)
    assert left is not None
    assert [one.question for one in left] == ["axis", "feedback", "protected"]
    found = read.document("d1")
    assert found is not None
    assert (found.tone, found.tone_score, found.topics, found.feedback) == ("negative", 0.8, ["pension"], "praise")
    with store.begin() as tx:
        assert set(tx.labelled_texts()[0].answers) == {Question.AXIS, Question.FEEDBACK, Question.PROTECTED}
        tx.recount()
        counted = tx.bins_of(["topic:fund", "topic:pension"], since=hours_ago(3), until=NOW)
    assert [(h.value, h.total) for h in counted["topic:pension"]] == [(1, 1)]
    assert [h.total for h in counted["topic:fund"]] in ([], [0])
    rest = [Question.AXIS, Question.FEEDBACK, Question.PROTECTED, Question.TONE]
    assert withdraw("d1", rest, user=user, store=store, clock=clock) == []
    assert read.document("d1") == before
    with store.begin() as tx:
        assert tx.labelled_texts() == []
        entries = [(e.actor, e.action, e.subject, dict(e.details)) for e in tx.audit_entries()][-2:]
    assert entries == [
        (user.ref, "label_withdrawn", "document:d1", {"questions": "tone+topics"}),
        (user.ref, "label_withdrawn", "document:d1", {"questions": "axis+feedback+protected"}),
    ]
    assert withdraw("d1", list(Question), user=user, store=store, clock=clock) is None
    assert withdraw("none", list(Question), user=user, store=store, clock=clock) is None
    assert all(c.labels == 0 for c in read.label_counts())


def test_withdrawing_irrelevant_brings_the_document_back(store: SqlStore, clock: SetClock, user: User) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE)])
    place(store, {"d1": ("s1", "d1")})
    read = SqlReadModels(store)
    say(store, clock, user, "d1", relevant=False)
    with store.begin() as tx:
        tx.recount()
    assert read.story("s1") is None
    assert withdraw("d1", [Question.RELEVANT], user=user, store=store, clock=clock) == []
    with store.begin() as tx:
        tx.recount()
    found = read.document("d1")
    assert found is not None
    assert (found.relevance, found.tone, found.corrected) == (0.9, "negative", [])
    assert read.story("s1") is not None


def test_what_the_machine_says_of_a_newer_text_holds_after_a_withdrawal(
    store: SqlStore, clock: SetClock, user: User
) -> None:
    intent = make_intent("d1", tone=Tone.NEGATIVE)
    with store.begin() as tx:
        tx.add_documents([intent])
    say(store, clock, user, "d1", tone="positive", topics=["fund"])
    judged = make_judgement("d1", tone=Tone.NEUTRAL, tone_score=0.6, topics=("digital",), diagnostics=doubt(tone=0.1))
    with store.begin() as tx:
        tx.replace_document(replace(intent, judgement=judged))
        # an edit of the title that judges nothing anew writes what people said, and is no word of the machine
        known = tx.document("d1")
        assert known is not None
        tx.replace_document(known)
    assert SqlReadModels(store).document("d1").tone == "positive"  # type: ignore[union-attr]
    withdraw("d1", list(Question), user=user, store=store, clock=clock)
    found = SqlReadModels(store).document("d1")
    assert found is not None
    assert (found.tone, found.tone_score, found.topics) == ("neutral", 0.6, ["digital"])


def test_labels_of_an_older_schema_give_back_the_machines_first_answer(
    store: SqlStore, clock: SetClock, user: User
) -> None:
    with store.begin() as tx:
        tx.add_documents([make_intent("d1", tone=Tone.NEGATIVE)])
    say(store, clock, user, "d1", tone="positive")
    with store.begin() as tx:
        tx.connection.exec_driver_sql("update document_labels set machine_now = null")
    say(store, clock, user, "d1", tone="neutral")
    withdraw("d1", [Question.TONE], user=user, store=store, clock=clock)
    assert SqlReadModels(store).document("d1").tone == "negative"  # type: ignore[union-attr]


@pytest.mark.parametrize("question", list(Question))
def test_what_is_given_back_is_what_was_taken(question: Question) -> None:
    before = make_judgement("d", tone=Tone.NEGATIVE, axis=Axis.POLICY, topics=("fund", "pension"))
    answers = {
        Question.RELEVANT: False, Question.TONE: "positive", Question.FEEDBACK: "praise",
        Question.AXIS: "implementation", Question.TOPICS: (), Question.PROTECTED: True,
    }  # fmt: skip
    said = corrected(before, {question: answers[question]})
    assert said != before
    again = given_back(said, question, answer=answer_of(before, question), score=score_of(before, question))
    assert again == before
