"""What waits for the person who looks at the first screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.accounts import User
from service.domain.findings import FindingState
from service.domain.permissions import Action, may
from service.domain.streams import decides
from service.domain.views import AlertView
from service.domain.warning import AlertState
from service.web.deps import Site

STEPS = (  # by what they wait for: state of findings, leave that the next step needs, words, list that shows them
    (FindingState.OPEN, Action.REVIEW, "mục chờ thẩm định", "open"),
    (FindingState.PROPOSED, Action.APPROVE, "đề xuất chờ người thứ hai duyệt", "waiting"),
    (FindingState.APPROVED, Action.REVIEW, "nội dung đã duyệt, chờ công bố", "waiting"),
    (FindingState.FOLLOW_UP, Action.INSPECT, "việc chờ kết quả kiểm tra nội bộ", "waiting"),
)


@dataclass(frozen=True, slots=True)
class ToDo:
    """A line of the list, and where it leads."""

    text: str
    address: str


def to_do(site: Site, user: User | None, alerts: Sequence[AlertView]) -> list[ToDo]:
    """What waits for an account: alerts given to it, alerts that nobody has received, steps of the review.

    Args:
        alerts: those that are open, as the page shows them.
    """
    if user is None:
        return []
    found: list[ToDo] = []
    if may(user, Action.HANDLE_ALERTS):
        own = [a for a in alerts if decides(user.provinces, a.stream)]
        found += [ToDo(f"Giao cho quý vị: {a.headline}", f"/alerts/{a.id}") for a in own if a.assigned_to == user.email]
        if unseen := sum(a.state == AlertState.OPEN for a in own):
            found.append(ToDo(f"{unseen} cảnh báo chưa có người tiếp nhận", "/alerts?state=open"))
    if may(user, Action.SEE_FINDINGS):
        counts = site.read.finding_counts()
        found += [
            ToDo(f"{counts[state]} {words}", f"/review?show={show}")
            for state, leave, words, show in STEPS
            if counts[state] and may(user, leave)
        ]
    return found
