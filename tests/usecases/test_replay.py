"""Entries of the past through the whole pipeline; stopped anywhere and started again it ends in the same state."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from service.cli.replay import Outlets, _entry, _read
from service.domain.sources import SourceKind
from service.domain.warning import Alert
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.storage.schema import AlertEventRow, AlertRow, CountRow, DocumentRow, StoryRow
from service.usecases.place import StoryDesk
from service.usecases.replay import PastEntry, Replay
from service.usecases.watch import Watch
from tests.builders import NOW, RuleClassifier, make_entry, make_feed, make_source


class KilledError(Exception):
    """The process ends here."""


def past() -> list[PastEntry]:
    """Ten quiet days, then half a day of complaints from many outlets."""
    feeds = [make_feed(f"f{n}", source=make_source(f"Báo {n}")) for n in range(6)]
    quiet = [
        PastEntry(
            make_entry(n, title=f"BHXH tin thứ {n * 31} về huyện {n}", at=None),
            feeds[n % 6],
            NOW + timedelta(hours=6 * n),
        )
        for n in range(40)
    ]
    loud = [
        PastEntry(
            make_entry(
                100 + n, title=f"Bức xúc vì lương hưu chậm {n * 17}", summary=f"xã {n} làng {n * 3} ấp {n * 7}", at=None
            ),
            feeds[n % 6],
            NOW + timedelta(days=10, minutes=12 * n),
        )
        for n in range(40)
    ]
    return quiet + loud


def run(store: SqlStore, *, kill_after: int | None = None) -> None:
    clock = SetClock(NOW)
    desk, watch = StoryDesk(store, clock), Watch(store=store, clock=clock)
    hours = 0

    def set_time(at: object) -> None:
        clock.at = at  # type: ignore[assignment]

    def look() -> None:
        nonlocal hours
        hours += 1
        if hours == kill_after:
            raise KilledError
        desk.place()
        if kill_after is not None and hours == kill_after - 1 and hours % 2:
            raise KilledError
        watch.run()

    replay = Replay(store=store, classifier=RuleClassifier(), set_time=set_time, look=look)
    for _ in replay.run(past()):
        pass


def state(store: SqlStore) -> list[list[tuple[object, ...]]]:
    with store.read() as connection:
        return [
            sorted(tuple(r) for r in connection.execute(select(*columns)))
            for columns in (
                (DocumentRow.id, DocumentRow.story_id, DocumentRow.origin_id),
                (StoryRow.id, StoryRow.documents),
                (CountRow.stream, CountRow.start, CountRow.value),
                (AlertRow.id, AlertRow.state, AlertRow.peak_level, AlertRow.opened_at, AlertRow.updated_at),
                (AlertEventRow.alert_id, AlertEventRow.kind, AlertEventRow.at),
            )
        ]


def alerts(store: SqlStore) -> list[Alert]:
    with store.begin() as tx:
        return tx.live_alerts()


def test_the_crisis_at_the_end_is_found(store: SqlStore) -> None:
    run(store)
    assert [a.stream for a in alerts(store)] == ["topic:pension"]


def test_it_looks_when_the_service_would(store: SqlStore) -> None:
    clock, looks = SetClock(NOW), []
    replay = Replay(
        store=store, classifier=RuleClassifier(), set_time=lambda at: setattr(clock, "at", at),
        look=lambda: looks.append(clock.now() - NOW.replace(minute=0)),
    )  # fmt: skip
    begin = NOW.replace(minute=0)
    seen = [
        PastEntry(make_entry(n, at=None), make_feed(), begin + timedelta(minutes=m)) for n, m in enumerate((2, 20, 135))
    ]
    assert [end - begin for end, _ in replay.run(seen)] == [timedelta(hours=n) for n in (1, 2, 3)]
    assert looks == [timedelta(minutes=m) - timedelta(seconds=1) for m in (15, 30, 60, 120, 150, 180)]


@pytest.mark.parametrize("kill_after", [1, 40, 243, 246])
def test_killed_and_started_again_it_ends_in_the_same_state(
    store: SqlStore, tmp_path_factory: pytest.TempPathFactory, sqlite_template: object, kill_after: int
) -> None:
    with pytest.raises(KilledError):
        run(store, kill_after=kill_after)
    run(store)
    interrupted = state(store)
    whole = _other(tmp_path_factory, sqlite_template)
    run(whole)
    assert interrupted == state(whole)
    whole.engine.dispose()


def test_replaying_twice_adds_nothing(store: SqlStore) -> None:
    run(store)
    before = state(store)
    run(store)
    assert state(store) == before


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"link": "http://[::1"}, "field 'link': expected an http or https address"),
        ({"link": "ftp://example.com/a"}, "field 'link': expected an http or https address"),
        ({"first_commit": "0001-01-01T00:00:00+07:00"}, "field 'first_commit': expected a time from 1990 to 2099"),
        ({"first_commit": "9999-12-31T23:00:00+00:00"}, "field 'first_commit': expected a time from 1990 to 2099"),
        ({"published": "0001-01-01T00:00:00+00:00"}, "field 'published': expected a time from 1990 to 2099"),
    ],
)
def test_a_line_that_cannot_be_replayed_is_reported(
    given: dict[str, str], reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = {"link": "https://example.com/\ud800a", "title": "\ud800 Lương hưu", "first_commit": "2026-03-02T00:00:00Z"}
    file = tmp_path / "past.jsonl"
    file.write_text(f"{json.dumps(good | given)}\n{json.dumps(good)}\n", encoding="utf-8")
    entries, failed = _read((str(file),), Outlets(()))
    assert [(e.entry.url, e.entry.title) for e in entries] == [("https://example.com/a", "Lương hưu")]
    assert failed == 1
    assert f"past.jsonl:1: {reason}" in capsys.readouterr().err


def _other(factory: pytest.TempPathFactory, template: object) -> SqlStore:
    import shutil

    from service.storage.engine import make_engine

    target = factory.mktemp("whole") / "radar.db"
    shutil.copy(str(template), target)
    return SqlStore(make_engine(f"sqlite:///{target}"))


def test_a_row_of_the_past_is_cut_and_cleaned_as_an_entry_of_a_feed_is() -> None:
    row = {
        "title": "Lương hưu\u202e chậm " + "a" * 10_000, "summary": "<p>Bà con\x00 hỏi</p>",
        "source": "Báo\u202e A - Mới", "link": "https://bao.example.com/1",
        "first_commit": "2026-03-02T03:00:00+00:00",
    }  # fmt: skip
    read = _entry(row, Outlets([]))
    assert read.entry.title == ("Lương hưu chậm " + "a" * 10_000)[:1000]
    assert (read.entry.summary, read.feed.source.name) == ("Bà con hỏi", "Báo A")


def test_state_agencies_of_the_past_are_known_by_their_hosts() -> None:
    agency = make_source("Cơ quan Thử", SourceKind.STATE_AGENCY)
    outlets = Outlets([replace(make_feed(source=agency), url="https://coquan.example.com/rss")])
    hosts = ("danang.baohiemxahoi.gov.vn", "www.vss.gov.vn", "tin.coquan.example.com", "bao.example.com")
    kinds = [outlets.feed(f"https://{host}/tin/1", "").source.kind for host in hosts]
    assert kinds == [SourceKind.STATE_AGENCY] * 3 + [SourceKind.ONLINE]


def test_outlets_of_long_hosts_are_kept_apart(store: SqlStore) -> None:
    outlets = Outlets([])
    hosts = [".".join(["b" * 60, "c" * 60, name, "example.com"]) for name in ("mot", "hai")]
    rows = [{"title": "Lương hưu", "link": f"https://{host}/1", "first_commit": f"{NOW.isoformat()}"} for host in hosts]
    entries = [_entry(row, outlets) for row in rows]
    assert len({e.feed.id for e in entries}) == 2
    replay = Replay(store=store, classifier=RuleClassifier(), set_time=lambda at: None, look=lambda: None)
    assert sum(hour.kept for _, hour in replay.run(entries)) == 2
