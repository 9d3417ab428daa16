"""Whether the roles are at work: what their rounds leave in the database, and what is told where they fall silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.rounds import NAMES, SILENT_AFTER, Rounds

MINUTE = timedelta(minutes=1)


def test_a_role_that_never_was_at_work_is_told(store: SqlStore, clock: SetClock) -> None:
    rounds = Rounds(store, clock)
    assert rounds.ages() == {"work": None, "schedule": None}
    assert rounds.silent() == [
        "Việc đọc nguồn tin và phân loại (radar work) chưa chạy lần nào.",
        "Việc lập câu chuyện, ra cảnh báo và gửi thư (radar schedule) chưa chạy lần nào.",
    ]


def test_another_process_sees_when_a_role_falls_silent(store: SqlStore, clock: SetClock) -> None:
    page, done = Rounds(store, clock), []
    work = Rounds(store, clock).of("work", lambda: done.append(page.ages()["work"]))
    schedule = Rounds(store, clock).of("schedule", lambda: None)
    work()
    schedule()
    assert done == [timedelta()]  # noted before its first round ends, which may take long
    assert page.silent() == []
    for _ in range(12):
        clock.at += MINUTE
        work()
    assert page.ages() == {"work": timedelta(), "schedule": 12 * MINUTE}
    assert page.silent() == [
        "Việc lập câu chuyện, ra cảnh báo và gửi thư (radar schedule) không chạy từ 10:00 ngày 02/03/2026."
    ]
    schedule()
    assert page.silent() == []


def test_everybody_is_told_since_when_nothing_is_read(store: SqlStore, clock: SetClock) -> None:
    page, rounds = Rounds(store, clock), Rounds(store, clock)
    assert [line[:30] for line in page.stopped()] == ["Theo ghi nhận đến nay, hệ thốn"] * 2
    rounds.note("work")
    rounds.note("schedule")
    clock.at += SILENT_AFTER
    assert page.stopped() == []
    clock.at += MINUTE
    rounds.note("schedule")
    [said] = page.stopped()
    assert said == (
        "Từ 10:00 ngày 02/03/2026 đến nay, hệ thống chưa đọc được nguồn tin nào: không có tin, cảnh báo mới chưa có "
        "nghĩa là dư luận yên ổn. Kính đề nghị quý vị báo người quản trị hệ thống."
    )
    assert page.stopped("work") == [said]
    assert page.stopped("schedule") == []
    assert not any("radar" in line for line in page.stopped())


def test_rounds_that_fail_are_none(store: SqlStore, clock: SetClock) -> None:
    rounds = Rounds(store, clock)
    work = rounds.of("work", lambda: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            work()
        clock.at += SILENT_AFTER
    assert rounds.ages()["work"] == 2 * SILENT_AFTER


def test_a_round_is_noted_once_a_minute(store: SqlStore, clock: SetClock) -> None:
    rounds = Rounds(store, clock)
    work = rounds.of("work", lambda: None)
    for _ in range(3):
        work()
        clock.at += MINUTE / 3
    assert rounds.ages()["work"] == MINUTE
    work()
    assert rounds.ages()["work"] == timedelta()


def test_a_round_in_the_future_is_unknown_and_told(store: SqlStore, clock: SetClock) -> None:
    Rounds(store, clock).note("work")
    Rounds(store, clock).note("schedule")
    page = Rounds(store, clock)
    clock.at -= MINUTE / 2
    # the clocks of two machines part a little
    assert page.ages() == {"work": timedelta(), "schedule": timedelta()}
    assert page.silent() == []
    clock.at -= 2 * MINUTE
    assert page.ages() == {"work": None, "schedule": None}
    assert page.silent() == [
        f"{name} được ghi là chạy lần cuối lúc 10:00 ngày 02/03/2026, sau giờ hiện tại của máy chủ, nên không rõ "
        "có đang chạy hay không: xin kiểm tra đồng hồ của các máy."
        for name in NAMES.values()
    ]


def test_a_round_is_noted_after_the_clock_was_set_back(store: SqlStore, clock: SetClock) -> None:
    rounds = Rounds(store, clock)
    rounds.note("work")
    clock.at -= 120 * MINUTE
    rounds.note("work")
    clock.at += MINUTE
    assert rounds.ages()["work"] == MINUTE
