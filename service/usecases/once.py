"""Forms that are sent twice, by a double click or a reload, are carried out once: which are at work, and what came of
them."""

from __future__ import annotations

from datetime import timedelta

from service.ports import Clock
from service.ports.storage import Store

FORMS_FOR = timedelta(minutes=5)


def known(digest: str, *, store: Store, clock: Clock) -> bytes | None:
    """What the same form was answered; empty while it is at work, None where it was not sent."""
    with store.snapshot() as tx:
        return tx.form_answer(digest, since=clock.now() - FORMS_FOR)


def take(digest: str, *, store: Store, clock: Clock) -> bool:
    """Take a form into work; False where somebody, in this process or in another one, has taken it already."""
    now = clock.now()
    with store.begin() as tx:
        tx.forget_forms(before=now - FORMS_FOR)
        return tx.take_form(digest, at=now)


def keep(digest: str, answer: bytes, *, store: Store) -> None:
    """Keep what a form was answered, for a repeat.

    Args:
        answer: sealed by whoever gives it.
    """
    with store.begin() as tx:
        tx.answer_form(digest, answer)


def drop(digest: str, *, store: Store) -> None:
    """Nothing came of a form: sent again it is tried again."""
    with store.begin() as tx:
        tx.drop_form(digest)
