"""What people do with an alert: acknowledge, assign, confirm, close, dismiss, open again, comment, merge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from service.alerting.hours import Hours
from service.alerting.lifecycle import NOT_YOURS, Changed, Command, Outcome, Refused, Verb, act, why_not_reopen
from service.alerting.message import Content, Occasion, draft
from service.domain.audit import Action as Done
from service.domain.permissions import Action, may
from service.domain.persons import same_person
from service.domain.streams import decides
from service.domain.warning import Alert, AlertState
from service.parsing.own_contacts import OwnContacts
from service.ports import Clock
from service.ports.storage import Store, Transaction
from service.usecases.audit import actor_ref, audit
from service.usecases.personal import why_not_kept
from service.usecases.tell import content_of, readable, tell_of, withdraw_overdue

# what others are told of when a person does it; everything else stands in the timeline
OCCASIONS = {
    Verb.ASSIGN: Occasion.ASSIGNED, Verb.CLOSE: Occasion.CLOSED, Verb.DISMISS: Occasion.CLOSED,
    Verb.MERGE: Occasion.CLOSED, Verb.REOPEN: Occasion.REOPENED,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """How people are told of what a person does.

    Attributes:
        base_url: address of the dashboard.
        domains: the agency's own mail domains; nobody else is written to.
        desk: addresses that are told of everything.
        sending: hours of the desk.
    """

    base_url: str
    domains: tuple[str, ...]
    desk: tuple[str, ...] = ()
    sending: Hours | None = None


def handle(
    alert_id: str, command: Command, *, store: Store, clock: Clock, post: Post | None = None,
    own: OwnContacts | None = None,
) -> Outcome | None:  # fmt: skip
    """Carry out a command in one unit of work, with its messages: to whoever an alert is assigned to, and to all who
    were told of an alert that is ended or opened again.

    Args:
        post: None: nobody is told.
        own: contacts that may be named (see `why_not_kept`).

    Returns:
        None where there is no such alert.
    """
    now = clock.now()
    with store.begin() as tx:
        alert = tx.alert(alert_id)
        if alert is None:
            return None
        if problem := _wrong_target(tx, alert, command):
            return Refused(problem)
        if problem := why_not_kept(
            tx, f"{command.text}\n{command.instead}", own, colleagues=command.verb is Verb.COMMENT
        ):
            return Refused(problem)
        outcome = act(alert, command, now=now, lines=tx.timeline_length(alert_id))
        if isinstance(outcome, Changed):
            tx.save_alert(outcome.alert, kind=outcome.kind, actor=command.who, text=outcome.text, at=now)
            done = Done.ACKNOWLEDGED if command.verb is Verb.ACKNOWLEDGE else Done.ALERT_CHANGED
            actor = actor_ref(tx, command.who)
            audit(tx, done, actor=actor, at=now, subject=f"alert:{alert_id}", verb=command.verb)
            if alert.state is AlertState.OPEN is not outcome.alert.state:
                withdraw_overdue(tx, alert, now)
            if post is not None:
                _tell(tx, outcome.alert, command, post, now)
            if command.verb is Verb.MERGE and (target := tx.alert(command.target)) is not None:
                text = f"Đã gộp cảnh báo {alert.id} vào đây: {alert.headline}"
                tx.save_alert(target, kind="merged_here", actor=command.who, text=text, at=now)
        return outcome


def _tell(tx: Transaction, alert: Alert, command: Command, post: Post, now: datetime) -> None:
    occasion = OCCASIONS.get(command.verb)
    if occasion is None:
        return
    content = replace(
        content_of(tx, alert, occasion, post.base_url),
        step=int(now.timestamp()),
        by=_called(tx, command.who),
        note=command.text,
    )
    if occasion is Occasion.ASSIGNED:
        _tell_assignee(tx, content, command, post, now)
    elif tx.was_told(alert.id):
        tell_of(tx, content, desk=post.desk, sending=post.sending, now=now)


def _tell_assignee(tx: Transaction, content: Content, command: Command, post: Post, now: datetime) -> None:
    """A person, not the machine, asks somebody to do something now: no hours, silences or budgets hold it back."""
    to = content.alert.handling.assigned_to
    if to is None or same_person(to, command.who) or to.rpartition("@")[2] not in post.domains:
        return
    user = tx.user(to)
    if (theirs := readable(tx, content, user.provinces if user else ())) is not None:
        tx.enqueue([draft(theirs, recipient=to)], at=now)


def _called(tx: Transaction, who: str) -> str:
    """Whoever timelines call by address or «token:name», as a mail calls them."""
    if not who.startswith("token:"):
        return who
    name = who.removeprefix("token:")
    owners = [t.owner for t in tx.tokens() if t.name == name]
    return f"Chương trình {name}" + (f" (của {owners[-1]})" if owners and owners[-1] else "")


def _wrong_target(tx: Transaction, alert: Alert, command: Command) -> str:
    """Why the target of a command cannot be taken; empty if it can or there is none."""
    if command.verb is Verb.ASSIGN:
        user = tx.user(command.target.strip().lower())
        if user is None or not may(user, Action.HANDLE_ALERTS):
            return "Người được giao phải có tài khoản của bộ phận truyền thông."
        if not decides(user.provinces, alert.stream):
            return "Người được giao chỉ phụ trách một số tỉnh, thành phố nên không xử lý được cảnh báo này."
    if command.verb is Verb.REOPEN and alert.state.ended:
        last = tx.last_alert(alert.stream)
        if last is not None and last.id != alert.id:
            return f"Sau đó đã có cảnh báo khác về cùng nội dung: {last.headline}. Vui lòng xử lý tại cảnh báo đó."
    if command.verb is Verb.MERGE:
        target = tx.alert(command.target)
        if target is None or target.state.ended:
            return "Cảnh báo nhận gộp không có hoặc đã kết thúc."
        if not decides(command.provinces, target.stream):
            return NOT_YOURS
    return ""


def reopenable(alert_id: str, *, store: Store, clock: Clock) -> bool:
    """Whether an alert could be opened again now."""
    with store.snapshot() as tx:
        alert = tx.alert(alert_id)
        if alert is None or why_not_reopen(alert, now=clock.now()):
            return False
        return not _wrong_target(tx, alert, Command(verb=Verb.REOPEN, who=""))


def assignable(alert_id: str, *, store: Store) -> list[str]:
    """Addresses of accounts that an alert may be assigned to: those that may handle it, and decide about its stream."""
    with store.snapshot() as tx:
        alert = tx.alert(alert_id)
        users = [u for u in tx.accounts() if u.disabled_at is None and may(u, Action.HANDLE_ALERTS)]
        return [u.email for u in users if alert is not None and decides(u.provinces, alert.stream)]


def normalised(command: Command) -> Command:
    """The command as people write it in a form, with the address of an assignee in the form it is kept."""
    target = command.target.strip()
    return replace(command, target=target.lower() if command.verb is Verb.ASSIGN else target)
