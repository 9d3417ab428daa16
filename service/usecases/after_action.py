"""What the report after an alert tells, and the note that it was made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.audit import Action
from service.domain.reports import ReportForm
from service.domain.views import AlertDetailView
from service.ports import Clock
from service.ports.read_models import ReadModels
from service.ports.storage import Store
from service.usecases.audit import audit
from service.usecases.recover import Aftermath, aftermath


@dataclass(frozen=True, slots=True, kw_only=True)
class AfterAction:
    """Everything that the report tells."""

    detail: AlertDetailView
    after: Aftermath
    made_at: datetime


def after_action(alert_id: str, *, read: ReadModels, store: Store, clock: Clock) -> AfterAction | None:
    """The facts of an alert with the evidence that `read` may read; None where it may read no such alert."""
    detail = read.alert(alert_id)
    after = aftermath(alert_id, read=read, store=store, clock=clock)
    if detail is None or after is None:
        return None
    return AfterAction(detail=detail, after=after, made_at=clock.now())


def note_after_action(alert_id: str, form: ReportForm, *, store: Store, clock: Clock, actor: str) -> None:
    """Log that the report was made."""
    with store.begin() as tx:
        subject = f"report:after-action:{alert_id}"
        audit(tx, Action.EXPORTED, actor=actor, at=clock.now(), subject=subject, form=str(form))
