"""Who may do what: the one place that knows what a role allows. An account holds a set of roles."""

from __future__ import annotations

from enum import StrEnum

from service.domain.accounts import Role, User


class Action(StrEnum):
    """What pages and the API ask leave for."""

    READ = "read"
    EXPORT = "export"
    HANDLE_ALERTS = "handle_alerts"
    SILENCE = "silence"
    LABEL = "label"
    SUBSCRIBE = "subscribe"
    RETRY_OUTBOX = "retry_outbox"
    MANAGE_WEBHOOKS = "manage_webhooks"
    SEE_FINDINGS = "see_findings"
    REVIEW = "review"
    APPROVE = "approve"
    INSPECT = "inspect"
    ADMINISTER = "administer"


_READ = frozenset({Action.READ, Action.SUBSCRIBE})
_DESK = _READ | {Action.HANDLE_ALERTS, Action.SILENCE, Action.RETRY_OUTBOX}
ALLOWED: dict[Role, frozenset[Action]] = {
    Role.VIEWER: _READ,
    Role.ANALYST: _READ | {Action.EXPORT, Action.LABEL},
    Role.DESK: _DESK | {Action.EXPORT, Action.LABEL},
    Role.REVIEWER: _READ | {Action.SEE_FINDINGS, Action.REVIEW},
    Role.APPROVER: _READ | {Action.SEE_FINDINGS, Action.APPROVE},
    Role.INSPECTOR: _READ | {Action.SEE_FINDINGS, Action.INSPECT},
    # who runs the machine decides about no publication
    Role.ADMINISTRATOR: _DESK | {Action.MANAGE_WEBHOOKS, Action.ADMINISTER},
}


def may(user: User, action: Action) -> bool:
    """Whether an account may do something. That two different people decide is checked apart (review/workflow.py)."""
    return user.disabled_at is None and any(action in ALLOWED[role] for role in user.roles)
