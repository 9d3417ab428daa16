"""What the alert page shows of people's work on an alert."""

from __future__ import annotations

from typing import Any

from service.domain.accounts import User
from service.domain.permissions import Action, may
from service.domain.warning import AlertState
from service.usecases.handle import assignable
from service.web.deps import Site

LIVE = [str(s) for s in AlertState if not s.ended]


def desk_values(site: Site, alert_id: str, user: User | None) -> dict[str, Any]:
    """Response clock, what may be done, whom an alert can be given to and what it can be merged into."""
    others = site.read.alerts(states=LIVE, min_level=0, after=None, limit=50)
    active = user is not None and may(user, Action.HANDLE_ALERTS)
    return {
        "handling": site.read.handling(alert_id),
        "others": [a for a in others if a.id != alert_id] if active else [],
        "assignable": assignable(alert_id, store=site.store) if active else [],
        "may_handle": active,
    }
