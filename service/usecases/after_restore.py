"""Make a restored backup honour what happened since it was made."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from service.domain.audit import Action
from service.domain.notifications import NotificationState, Outdated
from service.ports import Clock, Ledger, Signer
from service.ports.storage import Store, Transaction
from service.usecases.audit import CLI, audit
from service.usecases.forget import forget_again
from service.usecases.retain import Periods, retain
from service.usecases.tokens import Tokens

PAGE = 500
GIVEN_UP = "đã khôi phục từ bản sao lưu: có thể thư này đã được gửi sau khi sao lưu"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done to it.

    Attributes:
        forgotten: documents deleted again on request.
        sessions: ended, as it is not known which of them had ended since; their people log in anew.
        tokens: revoked for the same reason.
        messages: waited in the backup and were given up, as they may have gone out since.
    """

    forgotten: int
    sessions: int
    tokens: int
    messages: int


def after_restore(
    store: Store, clock: Clock, *, ledger: Ledger | None, periods: Periods, signer: Signer | None = None
) -> Restored:
    """Deletions on request are made again, what has been kept long enough is removed, and nobody gets in, and nothing
    goes out, because of what may have ended since. Accounts and roles are as they were in the backup: nothing here
    knows better, and whoever restores it compares them."""
    now = clock.now()
    with store.begin() as tx:
        done = Restored(
            forgotten=forget_again(tx, [*tx.all_forgotten(), *(ledger.all() if ledger else [])]),
            sessions=sum(tx.revoke_sessions(user.id, at=now) for user in tx.accounts()),
            tokens=Tokens(store, clock).revoke_all(tx, by=CLI),
            messages=_give_up(tx, now),
        )
        audit(tx, Action.RESTORED, actor=CLI, at=now, **asdict(done))
    # of a backup that is older than the longest pause too: whoever restores one has a clock at hand
    retain(store, clock, periods=periods, signer=signer, sure=True)
    return done


def _give_up(tx: Transaction, now: datetime) -> int:
    """What waits is sent only where a person says so; gives how many messages."""
    count = 0
    while waiting := tx.outbox(states=[NotificationState.PENDING], before=None, limit=PAGE):
        for message in waiting:
            tx.record_delivery(message.id, Outdated(reason=GIVEN_UP), at=now, dead=True)
        count += len(waiting)
    return count
