"""Totals and hours of an account of provinces are those of its provinces."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.domain.judgement import Place, Tone
from service.domain.views import HourCount, Totals
from service.domain.warning import Alert, AlertState, Level, Signal
from service.storage.engine import SqlStore
from service.storage.read_models import SqlReadModels
from tests.alerts import make_draft
from tests.builders import NOW, hours_ago, make_intent
from tests.stored import put_in_stories

HN, DN = Place("01", "Hà Nội"), Place("48", "Đà Nẵng")


@pytest.fixture
def read(store: SqlStore) -> SqlReadModels:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("both", at=hours_ago(1.5), places=(HN, DN), tone=Tone.NEGATIVE),
            make_intent("hn", at=hours_ago(1.75), places=(HN,)), make_intent("dn", at=hours_ago(3), places=(DN,)),
            make_intent("copy", at=hours_ago(1), places=(HN,)), make_intent("none", at=hours_ago(1)),
        ])  # fmt: skip
        put_in_stories(tx, origins={"copy": "hn"})
        for key, stream in (("a-hn", "place:01"), ("a-dn", "place:48"), ("a-all", "all")):
            signal = Signal(
                id=key, stream=stream, at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9,
                sources=5, coverage=1.0, documents=("both",) if stream == "all" else (),
            )  # fmt: skip
            alert = Alert(
                id=key, stream=stream, level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
                updated_at=NOW, headline=key, why="x", quiet_if="x", signal=signal,
            )  # fmt: skip
            tx.save_alert(alert, kind="opened", actor="radar", text="x", at=NOW)
        draft = make_draft(alert_id="a-dn")
        tx.enqueue([draft], at=NOW)
    return SqlReadModels(store)


def hours(read: SqlReadModels) -> list[HourCount]:
    return read.hours(since=NOW - timedelta(hours=72), until=NOW)


def at(n: int, negative: int, total: int) -> HourCount:
    return HourCount(start=NOW - timedelta(hours=n), negative=negative, total=total)


def test_totals_are_of_the_provinces_and_the_outbox_is_of_nobody_there(read: SqlReadModels) -> None:
    newest = hours_ago(1)
    assert read.totals(now=NOW) == Totals(
        documents=5, stories=5, open_alerts=3, pending_notifications=1, dead_notifications=0, pages_due=0,
        pages_put_off=0, newest_document_at=newest,
    )  # fmt: skip
    none = {"pending_notifications": None, "dead_notifications": None, "pages_due": 0, "pages_put_off": 0}
    expected = {
        ("01",): Totals(documents=3, stories=3, open_alerts=2, newest_document_at=newest, **none),
        ("48",): Totals(documents=2, stories=2, open_alerts=2, newest_document_at=hours_ago(1.5), **none),
        ("01", "48"): Totals(documents=4, stories=4, open_alerts=3, newest_document_at=newest, **none),
        ("79",): Totals(documents=0, stories=0, open_alerts=0, newest_document_at=None, **none),
    }
    for provinces, totals in expected.items():
        assert read.scoped(provinces).totals(now=NOW) == totals, provinces


def test_pages_that_wait_for_another_try_are_told_apart_from_those_due(store: SqlStore, read: SqlReadModels) -> None:
    with store.begin() as tx:
        tx.postpone_page("hn", until=NOW)
        for document in ("dn", "none"):
            tx.postpone_page(document, until=NOW + timedelta(minutes=10))
        due = tx.pages_waiting(NOW)
    totals = read.totals(now=NOW)
    assert (totals.pages_due, totals.pages_put_off) == (due, 2) == (1, 2)


def test_a_document_of_two_provinces_counts_once_in_its_hour_and_a_copy_never(read: SqlReadModels) -> None:
    assert hours(read.scoped(("01",))) == [at(2, 1, 2)]
    assert hours(read.scoped(("48",))) == [at(3, 0, 1), at(2, 1, 1)]
    assert hours(read.scoped(("01", "48"))) == [at(3, 0, 1), at(2, 1, 2)]
    assert hours(read.scoped(("79",))) == []


def test_the_country_is_what_was_counted(read: SqlReadModels) -> None:
    assert hours(read) == [at(3, 0, 1), at(2, 1, 2), at(1, 0, 1)]


def test_the_limits_of_a_reader_are_codes(read: SqlReadModels) -> None:
    assert read.limits() == ()
    assert read.scoped(("01", "79")).limits() == ("01", "79")
