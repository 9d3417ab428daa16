"""Random histories of the review: the mail server fails and the process is killed at random (RADAR_HISTORIES of them).

Never a warning published without two different people; never a message lost, and none doubled beyond what a connection
lost after the message was taken, or a kill at that moment, allows (the same Message-ID then).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from service.domain.accounts import Role
from service.domain.findings import FindingState, Move
from service.domain.judgement import Limb
from service.domain.notifications import DeliveryOutcome, NotificationDraft
from service.domain.persons import same_person
from service.notifications.email import EmailNotifier, MailServer
from service.review.workflow import Decided, Decision, possible
from service.scheduling.clock import SetClock
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore, make_engine
from service.usecases.deliver import Mailroom, deliver
from service.usecases.review import ReviewRoom, remind, review
from tests.alerts import make_finding
from tests.builders import NOW, make_intent
from tests.mail import FlakyInbox, smtp_server

HISTORIES = int(os.environ.get("RADAR_HISTORIES", "100"))
LAN, ALIAS, MINH = "lan@agency.example.com", "lan+hai@agency.example.com", "minh@agency.example.com"
VIEWER, ADMIN = "xem@agency.example.com", "admin@agency.example.com"
DECIDING = frozenset({Role.REVIEWER, Role.APPROVER, Role.INSPECTOR})
PEOPLE = {
    LAN: DECIDING, ALIAS: DECIDING, MINH: DECIDING, VIEWER: frozenset({Role.VIEWER}),
    ADMIN: frozenset({Role.ADMINISTRATOR, Role.DESK}),
}  # fmt: skip
WHO = [*PEOPLE, "token:x"]
DECIDERS = [email for email, roles in PEOPLE.items() if roles is DECIDING]
DESK, INSPECTION = (MINH, "truc@agency.example.com"), ("thanh-tra@agency.example.com",)
FINDINGS = {"f-fraud": Limb.PROPERTY, "f-conduct": Limb.WITHHELD}


FORWARD = frozenset({
    Move.PROPOSE_WARNING, Move.PROPOSE_CORRECTION, Move.APPROVE, Move.PUBLISH, Move.RETRACT, Move.FOLLOW_UP,
})  # fmt: skip
MADE: Counter[Move] = Counter()  # in all histories of a run


class Killed(BaseException):
    """The process ends here."""


class DyingNotifier:
    """Sends for real and dies after some messages, before anybody notes what came of the last one."""

    def __init__(self, inner: EmailNotifier, inbox: FlakyInbox, after: int) -> None:
        self.inner, self.inbox, self.after = inner, inbox, after

    def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
        taken: list[NotificationDraft] = []

        def noted() -> Iterator[NotificationDraft]:
            for draft in drafts:
                taken.append(draft)
                yield draft

        for n, outcome in enumerate(self.inner.send_all(noted(), now=now)):
            if n == self.after:
                if type(outcome).__name__ == "Delivered":
                    self.inbox.ambiguous[taken[n].message_id] += 1
                raise Killed
            yield outcome


class Histories(RuleBasedStateMachine):
    """People decide, mail is sent, servers and processes fail, time passes."""

    template: ClassVar[Path]
    inbox: ClassVar[FlakyInbox]
    server: ClassVar[MailServer]

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="radar-history-")
        path = Path(self.folder.name) / "radar.db"
        shutil.copy(self.template, path)
        self.engine = make_engine(f"sqlite:///{path}")
        self.store, self.clock = SqlStore(self.engine), SetClock(NOW)
        self.room = ReviewRoom(
            store=self.store, clock=self.clock, legal=load_legal(), base_url="http://radar.example.com", desk=DESK,
            inspection=INSPECTION,
        )  # fmt: skip
        self.inbox.messages.clear()
        self.inbox.ambiguous.clear()
        self.inbox.mode = "ok"
        self.expected = 0
        self.people: dict[str, dict[str, str]] = {}

    @rule(
        finding=st.sampled_from(sorted(FINDINGS)),
        steps=st.lists(
            st.tuples(st.sampled_from([LAN, ALIAS, MINH]), st.integers(0, 5), st.sampled_from([True, True, False])),
            max_size=6,
        ),
    )
    def go_on(self, finding: str, steps: list[tuple[str, int, bool]]) -> None:
        """What the page offers these people, often a step further: chance alone hardly ever gets to a publication."""
        for who, pick, on in steps:
            with self.store.begin() as tx:
                found = tx.finding(finding)
            assert found is not None
            offered = possible(found, who)
            moves = sorted((offered & FORWARD if on else offered) or offered)
            if moves:
                self.decide(finding, moves[pick % len(moves)], who)

    @rule(finding=st.sampled_from(sorted(FINDINGS)), move=st.sampled_from(Move), who=st.sampled_from(WHO))
    def try_anything(self, finding: str, move: Move, who: str) -> None:
        self.decide(finding, move, who)

    def decide(self, finding: str, move: Move, who: str) -> None:
        with self.store.begin() as tx:
            found = tx.finding(finding)
        assert found is not None
        decision = Decision(move=move, who=who, seen=found.moves, reason="lý do", proposal="Nội dung")
        outcome = review(self.room, finding, decision)
        if not isinstance(outcome, Decided):
            return
        MADE[move] += 1
        assert PEOPLE[who] is DECIDING
        roles = self.people.setdefault(finding, {})
        told = {
            Move.APPROVE: len({*DESK, *DECIDERS} - ({who} - {*DESK})), Move.PUBLISH: len(DESK),
            # nobody else has been told of the publication
            Move.CORRECT_PLACE: len(DESK), Move.RETRACT: len(DESK),
            Move.FOLLOW_UP: len(INSPECTION), Move.SEND_BACK: 1,
            Move.PROPOSE_WARNING: sum(not same_person(r, who) for r in {*DESK, *DECIDERS}),
            Move.PROPOSE_CORRECTION: sum(not same_person(r, who) for r in {*DESK, *DECIDERS}),
        }  # fmt: skip
        self.expected += told.get(move, 0)
        if move in (Move.PROPOSE_WARNING, Move.PROPOSE_CORRECTION):
            self.people[finding] = {"proposed": who}
        if move is Move.APPROVE:
            roles["approved"] = who
        if move is Move.PUBLISH:
            assert not same_person(roles["proposed"], roles["approved"])

    @rule(mode=st.sampled_from(["ok", "busy", "refuse", "drop_before", "drop_after", "bye"]))
    def send(self, mode: str) -> None:
        self.inbox.mode, self.inbox.refused = mode, "nobody@agency.example.com"
        deliver(self.mailroom())
        self.inbox.mode = "ok"

    @rule(after=st.integers(0, 2))
    def send_and_die(self, after: int) -> None:
        notifier = DyingNotifier(EmailNotifier(self.server), self.inbox, after)
        try:
            deliver(self.mailroom(notifier))
        except Killed:
            # a new process starts on the same file
            self.engine.dispose()

    @rule(hours=st.sampled_from([1, 12, 24 * 9, 24 * 3]))
    def time_passes(self, hours: int) -> None:
        self.clock.at += timedelta(hours=hours)
        self.expected += len({*DESK, *DECIDERS}) * remind(self.room)

    def mailroom(self, notifier: DyingNotifier | None = None) -> Mailroom:
        return Mailroom(
            store=self.store,
            notifiers={"email": notifier or EmailNotifier(self.server)},
            allowed_domains=("agency.example.com",),
            clock=self.clock,
        )

    @invariant()
    def two_people_stand_behind_everything_published(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.begin() as tx:
            for finding in filter(None, map(tx.finding, FINDINGS)):
                if finding.state in (FindingState.APPROVED, FindingState.PUBLISHED):
                    assert finding.proposed_by is not None
                    assert finding.approved_by is not None
                    assert not same_person(finding.proposed_by, finding.approved_by)

    def teardown(self) -> None:
        if not hasattr(self, "store"):
            return
        self.inbox.mode = "ok"
        for _ in range(3):
            self.clock.at += timedelta(hours=4)
            deliver(self.mailroom())
        with self.store.begin() as tx:
            rows = tx.connection.exec_driver_sql("select message_id, state from notifications").all()
        assert len(rows) == self.expected
        copies = self.inbox.copies()
        assert {state for _, state in rows} <= {"delivered"}, "lost"
        assert {message_id for message_id, _ in rows} == set(copies)
        doubled = Counter({m: n - 1 for m, n in copies.items() if n > 1})
        assert all(n <= self.inbox.ambiguous[m] for m, n in doubled.items()), "doubled"
        self.engine.dispose()
        self.folder.cleanup()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_random_histories(sqlite_template: Path, tmp_path: Path) -> None:
    template = tmp_path / "template.db"
    shutil.copy(sqlite_template, template)
    engine = make_engine(f"sqlite:///{template}")
    with SqlStore(engine).begin() as tx:
        for email, role in PEOPLE.items():
            tx.add_user(email, role, "x", at=NOW)
        tx.add_documents([make_intent("d1")])
        tx.add_findings([make_finding(limb, id=key) for key, limb in FINDINGS.items()])
    engine.dispose()  # the last connection writes the log back into the file
    inbox = FlakyInbox()
    with smtp_server(inbox) as server:
        Histories.template, Histories.inbox, Histories.server = template, inbox, server
        run_state_machine_as_test(
            Histories,
            settings=settings(
                max_examples=HISTORIES, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
            ),
        )
    # a run in which nothing is published proves nothing
    assert min(MADE[m] for m in (Move.PUBLISH, Move.RETRACT, Move.FOLLOW_UP)) >= HISTORIES // 50, MADE
