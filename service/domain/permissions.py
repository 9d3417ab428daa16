"""Who may do what: the one place that knows what a role allows."""

from __future__ import annotations

from enum import StrEnum

from service.domain.accounts import Role, User


class Action(StrEnum):
    """What pages and the API ask leave for."""

    HANDLE_ALERTS = "handle_alerts"
    SILENCE = "silence"
    SUBSCRIBE = "subscribe"
    RETRY_OUTBOX = "retry_outbox"
    MANAGE_WEBHOOKS = "manage_webhooks"
    SEE_FINDINGS = "see_findings"
    REVIEW = "review"
    APPROVE = "approve"


_DESK = {
    Action.HANDLE_ALERTS, Action.SILENCE, Action.SUBSCRIBE, Action.RETRY_OUTBOX, Action.SEE_FINDINGS, Action.REVIEW,
    Action.APPROVE,
}  # fmt: skip
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: frozenset({Action.SUBSCRIBE}),
    Role.DESK: frozenset(_DESK),
    # who runs the machine decides about no publication
    Role.ADMINISTRATOR: frozenset(_DESK - {Action.REVIEW, Action.APPROVE} | {Action.MANAGE_WEBHOOKS}),
}


def may(user: User, action: Action) -> bool:
    """Whether an account may do something. That two different people decide is checked apart (review/workflow.py)."""
    return action in ALLOWED[user.role]
