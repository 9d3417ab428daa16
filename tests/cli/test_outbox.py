"""`radar outbox` and the jobs of a running installation."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr
from structlog.testing import capture_logs

from service.bootstrap import Plan, install
from service.cli.outbox import command
from service.domain.notifications import MessageChannel, Rejected
from service.domain.sources import FeedFormat
from service.scheduling.clock import SetClock
from service.settings import ConfigError, Settings, load_settings
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from tests.alerts import make_draft
from tests.builders import NOW, make_feed, make_intent
from tests.stored import waiting


def test_stuck_messages_are_listed_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RADAR_DATABASE_URL", f"sqlite:///{tmp_path / 'radar.db'}")
    engine = make_engine(f"sqlite:///{tmp_path / 'radar.db'}")
    migrate(engine)
    with SqlStore(engine).begin() as tx:
        tx.enqueue([make_draft("a"), make_draft("b")], at=NOW)
        for pending in waiting(tx, NOW):
            tx.record_delivery(pending.id, Rejected(reason="550 no"), at=NOW, dead=False)
    engine.dispose()
    run = CliRunner().invoke
    listed = run(command, ["list"]).output.splitlines()
    assert [line.split("\t")[:3] for line in listed] == [["2", "rejected", "1"], ["1", "rejected", "1"]]
    assert "550 no" in listed[0]
    once = run(command, ["retry", "1", "99"])
    assert once.exit_code == 1
    assert "1 will be tried again" in once.output
    assert "99: no such message" in once.output
    assert run(command, ["retry"]).exit_code == 2
    assert "1 will be tried again" in run(command, ["retry", "--all"]).output
    with SqlStore(make_engine(f"sqlite:///{tmp_path / 'radar.db'}")).begin() as tx:
        logged = [(e.action, e.actor, e.subject, dict(e.details)) for e in tx.audit_entries()]
    assert logged == [
        ("outbox_retried", "cli", "notification:1", {"messages": 1}), ("outbox_retried", "cli", "", {"messages": 1}),
    ]  # fmt: skip
    assert run(command, ["list"]).output == ""
    assert len(run(command, ["list", "--show", "pending"]).output.splitlines()) == 2


def test_every_job_of_an_installation_runs(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0, quiet_hours="22:00-06:00",
        desk_recipients=("a@agency.example.com",), allowed_domains=("agency.example.com",),
        webhook_hosts=("127.0.0.1:9",), smtp_host="127.0.0.1", smtp_port=9, smtp_security="none",
    )  # fmt: skip
    with install(settings, Plan(clock=SetClock(NOW), feeds=())) as radar:
        jobs = {**radar.work(), **radar.schedule()}
        deliveries = {f"deliver_{channel}" for channel in MessageChannel}
        assert {"collect", "pages", "tell", "escalate", "digest", "remind", "retain", *deliveries} <= set(jobs)
        for job, _ in jobs.values():
            job()
        sending = radar.watch().policy.sending
    assert str(sending) == "06:00-22:00"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("QUIET_HOURS", "22-6", "expected hours such as 06:00-22:00"),
        ("WEBHOOK_HOSTS", "*.example.com", "expected an exact host"),
        ("WEBHOOK_HOSTS", "https://hooks.example.com/", "expected an exact host"),
        ("LEAD_RECIPIENTS", "a@elsewhere.example", "its domain is not in RADAR_ALLOWED_DOMAINS"),
        ("INSPECTION_RECIPIENTS", "a@elsewhere.example", "its domain is not in RADAR_ALLOWED_DOMAINS"),
    ],
)
def test_wrong_settings_say_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, problem: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"RADAR_{name}", value)
    with pytest.raises(ConfigError, match=problem) as error:
        load_settings()
    assert f"RADAR_{name}" in str(error.value)


def test_the_page_says_that_something_is_of_a_clock_that_was_ahead(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0)
    with install(settings, Plan(clock=SetClock(NOW), feeds=())) as radar:
        for late, said in ((timedelta(seconds=30), []), (timedelta(days=400), ["10:00 ngày 06/04/2027"])):
            with radar.store.begin() as tx:
                tx.record_sightings([str(late)], feed_id="thu", at=NOW + late)
            told = [line for line in radar.status() if "đồng hồ đang chậm" in line]
            assert len(told) == len(said)
            assert all(words in line for words, line in zip(said, told, strict=True))


def test_the_page_says_that_nothing_is_removed_by_a_clock_that_may_be_ahead(tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0)
    clock = SetClock(NOW)
    with install(settings, Plan(clock=clock, feeds=())) as radar:
        assert radar.retain() is not None
        clock.at += timedelta(days=15)
        with capture_logs() as logged:
            assert radar.retain() is None
        [said] = [line for line in radar.status() if "Tạm dừng xóa" in line]
    assert [entry["note"] for entry in logged] == ["nothing is removed: the clock may be ahead"]
    assert "14 ngày kể từ 10:00 ngày 02/03/2026" in said
    assert "trong 14 ngày khác nhau" in said


def test_what_came_through_an_interface_is_removed_where_other_removals_are_held(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0, youtube_api_key=SecretStr("khoa")
    )
    clock = SetClock(NOW)
    comments = make_feed("thu", format=FeedFormat.YOUTUBE_COMMENTS)
    with install(settings, Plan(clock=clock, feeds=[comments])) as radar:
        assert radar.retain() is not None
        with radar.store.begin() as tx:
            tx.add_documents([make_intent("a", at=NOW)])
        clock.at += timedelta(days=31)
        assert radar.retain() is None
        with radar.store.begin() as tx:
            assert tx.document("a") is None


def test_the_page_says_since_when_mail_is_not_delivered(tmp_path: Path) -> None:
    settings = Settings(
        database_url=f"sqlite:///{tmp_path / 'radar.db'}", text_workers=0, allowed_domains=("agency.example.com",),
        smtp_host="127.0.0.1", smtp_port=9, smtp_security="none",
    )  # fmt: skip
    clock = SetClock(NOW)
    with install(settings, Plan(clock=clock, feeds=())) as radar:
        with radar.store.begin() as tx:
            tx.enqueue([make_draft("a"), make_draft("b")], at=NOW)
        radar.schedule()["deliver_email"][0]()
        clock.at += timedelta(hours=9)
        radar.schedule()["deliver_email"][0]()
        [said] = [line for line in radar.status() if "máy chủ thư" in line]
    assert said.startswith("Chưa gửi được thư từ 10:00 ngày 02/03/2026")
    assert "2 thư đang chờ" in said
