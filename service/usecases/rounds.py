"""When each role («work», «schedule») last ended a round, so that somebody is told where it has not for long."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from service.domain.times import believed
from service.domain.wording import local_time
from service.ports import Clock
from service.ports.storage import Store

NOTED_EVERY = timedelta(minutes=1)
SILENT_AFTER = timedelta(minutes=10)
NAMES = {
    "work": "Việc đọc nguồn tin và phân loại (radar work)",
    "schedule": "Việc lập câu chuyện, ra cảnh báo và gửi thư (radar schedule)",
}
# the same for people who only read, who cannot mend it but decide by what they see
STOPPED = {
    "work": (
        "hệ thống chưa đọc được nguồn tin nào",
        "không có tin, cảnh báo mới chưa có nghĩa là dư luận yên ổn",
    ),
    "schedule": (
        "hệ thống chưa tính lại cảnh báo và chưa lập thư báo",
        "không có cảnh báo mới chưa có nghĩa là dư luận yên ổn",
    ),
}


class Rounds:
    """Rounds of the roles on one database, whichever process does them.

    Args:
        clock: the machine's, also where the service's own time runs faster (`radar demo`): it is about processes.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._noted: dict[str, datetime] = {}

    def of(self, role: str, job: Callable[[], object]) -> Callable[[], None]:
        """A role's main job, which notes its first beginning, and then that it ended well, at most once a minute."""

        def run() -> None:
            if role not in self._noted:
                self.note(role)
            job()
            self.note(role)

        return run

    def note(self, role: str) -> None:
        """The role is at work now."""
        now, last = self._clock.now(), self._noted.get(role)
        # a clock that was set back must not keep it from being noted
        if last is None or not timedelta() <= now - last < NOTED_EVERY:
            with self._store.begin() as tx:
                tx.note_round(role, at=now)
            self._noted[role] = now

    def ages(self) -> dict[str, timedelta | None]:
        """How long ago each role was last at work; None: never on this database, or at a time that has not come."""
        now, rounds = self._clock.now(), self._rounds()
        known = {role: believed(rounds.get(role), now) for role in NAMES}
        return {role: max(now - at, timedelta()) if at else None for role, at in known.items()}

    def stopped(self, *roles: str) -> list[str]:
        """What to tell everybody who reads, in Vietnamese: what is not done since when; without names of commands.

        Args:
            roles: all where none is given.
        """
        rounds, now = self._rounds(), self._clock.now()
        lines = []
        for role in roles or STOPPED:
            undone, meaning = STOPPED[role]
            at = believed(rounds.get(role), now)
            if at is None or at < now - SILENT_AFTER:
                since = f"Từ {local_time(at)} đến nay" if at else "Theo ghi nhận đến nay"
                lines.append(f"{since}, {undone}: {meaning}. Kính đề nghị quý vị báo người quản trị hệ thống.")
        return lines

    def silent(self) -> list[str]:
        """What to tell the person in charge, in Vietnamese: roles that have not been at work for long."""
        rounds, now = self._rounds(), self._clock.now()
        lines = []
        for role, name in NAMES.items():
            if (at := rounds.get(role)) is None:
                lines.append(f"{name} chưa chạy lần nào.")
            elif believed(at, now) is None:
                lines.append(
                    f"{name} được ghi là chạy lần cuối lúc {local_time(at)}, sau giờ hiện tại của máy chủ, nên không "
                    "rõ có đang chạy hay không: xin kiểm tra đồng hồ của các máy."
                )
            elif at < now - SILENT_AFTER:
                lines.append(f"{name} không chạy từ {local_time(at)}.")
        return lines

    def _rounds(self) -> Mapping[str, datetime]:
        with self._store.snapshot() as tx:
            return tx.rounds()
