"""What waits for the person who looks at the first screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from service.domain.accounts import User
from service.domain.findings import FindingState
from service.domain.permissions import Action, may
from service.domain.provinces import name_of
from service.domain.streams import decides
from service.domain.warning import AlertState
from service.domain.wording import number
from service.ports.read_models import AlertFilter
from service.web.alert_list import MOST_LIVE
from service.web.alert_values import LIVE
from service.web.deps import Site

MOST_GIVEN = 8  # alerts by name
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


def to_do(site: Site, user: User | None) -> list[ToDo]:
    """What waits for an account: alerts that nobody has received, steps of the review, alerts given to it."""
    if user is None:
        return []
    desk, found = may(user, Action.HANDLE_ALERTS), list[ToDo]()
    if desk:
        found += _unseen(site, user)
    if may(user, Action.SEE_FINDINGS):
        counts = site.read.finding_counts()
        found += [
            ToDo(f"{number(counts[state])} {words}", f"/review?show={show}")
            for state, leave, words, show in STEPS
            if counts[state] and may(user, leave)
        ]
    return found + _given(site, user) if desk else found


def _unseen(site: Site, user: User) -> list[ToDo]:
    """How many alerts nobody has received, of those that the account decides about, with the list of just these: of
    each of its provinces, as a stream is of one at most."""
    wanted, words = AlertFilter(states=[str(AlertState.OPEN)]), "cảnh báo chưa có người tiếp nhận"
    if not user.provinces:
        count = sum(site.read.count_alerts(wanted).values())
        return [ToDo(f"{number(count)} {words}", "/alerts?state=open")] if count else []
    counts = {p: sum(site.read.count_alerts(replace(wanted, place=p)).values()) for p in user.provinces}
    return [
        ToDo(f"{number(count)} {words} ở {name_of(place)}", f"/alerts?state=open&place={place}")
        for place, count in counts.items()
        if count
    ]


def _given(site: Site, user: User) -> list[ToDo]:
    """The gravest alerts that the account handles, and how many more there are."""
    wanted = AlertFilter(states=LIVE, assigned_to=user.email)
    own = [a for a in site.read.gravest_alerts(wanted, limit=MOST_LIVE) if decides(user.provinces, a.stream)]
    found = [ToDo(f"Giao cho quý vị: {a.headline}", f"/alerts/{a.id}") for a in own[:MOST_GIVEN]]
    if more := len(own) - len(found):
        found.append(ToDo(f"và {number(more)} cảnh báo khác giao cho quý vị", "/alerts?assignee=me"))
    return found
