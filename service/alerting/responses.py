"""The plan for an alert: measures, first statement, questions with draft answers, tasks with owner and clock.

Measures by topic are those of playbook.yaml; responses.yaml adds what depends on the SCCT cluster (for the topics named
there, on the topic) and the phase. All of it is a draft: a person fills in the facts, checks them and decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from service.alerting.playbook import DEFAULT, Measures, measures
from service.alerting.stakes import Cluster, stake_of
from service.domain.streams import parse as parse_stream
from service.domain.topics import TOPICS
from service.domain.warning import Alert, AlertState, Level
from service.domain.wording import duration, local_time


class Time(StrEnum):
    """The three times of Decision 1676/QĐ-TTg, IV.6."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, by whom, within how many hours.

    Attributes:
        what: in Vietnamese.
        owner: who does it, in Vietnamese.
        within_hours: hours from the begin of its phase.
        topics: that it is for; empty: all.
        is_watch: it is to watch for a relapse, as long as the recovery curve has it.
        due_at: None: what its hours are counted from has not come yet.
    """

    what: str
    owner: str
    within_hours: int
    topics: tuple[str, ...] = ()
    is_watch: bool = False
    due_at: datetime | None = None

    @property
    def due(self) -> str:
        """Until when, in words."""
        return local_time(self.due_at) if self.due_at else f"{duration(self._hours)} sau khi kết thúc cảnh báo"

    @property
    def _hours(self) -> timedelta:
        return timedelta(hours=self.within_hours)

    def since(self, begin: datetime | None) -> Task:
        """The task with its hours counted from a time."""
        return replace(self, due_at=begin + self._hours if begin else None)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question people ask, and what the answer must hold.

    Attributes:
        question: as people ask it, in Vietnamese.
        draft: what an answer has to hold; what is not verified stands in brackets.
    """

    question: str
    draft: str


@dataclass(frozen=True, slots=True)
class Stance:
    """How the agency stands to a matter, and the draft of its first statement."""

    posture: str
    statement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is proposed for one alert.

    Attributes:
        time: which of the three times it is for.
        cluster: how much responsibility the public puts on the agency.
        posture: how the agency stands to it, by topic or cluster.
        statement: draft of the first statement, to be out within the hour; what is not verified stands in brackets.
        measures: from the playbook, for the three times.
        questions: that people ask, with drafts of answers.
        tasks: of the phase, soonest first; none where nothing is to be done.
        audience: whom to speak to, in Vietnamese.
        confidence: messages that rebuild trust; for the time after.
    """

    time: Time
    cluster: Cluster
    posture: str
    statement: str
    measures: Measures
    questions: Sequence[Answer]
    tasks: Sequence[Task]
    audience: str
    confidence: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Responses:
    """responses.yaml, checked."""

    by_cluster: Mapping[Cluster, Stance]
    by_topic: Mapping[str, Stance]
    tasks: Mapping[Time, Sequence[Task]]
    questions: Mapping[str, Sequence[Answer]]
    audiences: Mapping[str, str]
    confidence: Sequence[str]


def parse(text: str) -> Responses:
    """Read responses; ValueError that names what was expected."""
    data: dict[str, Any] = yaml.safe_load(text)
    try:
        found = Responses(
            by_cluster={c: _stance(data["clusters"][c]) for c in Cluster},
            by_topic=_by_topic(data["topics"]),
            tasks={t: [_task(each) for each in data["phases"][t]] for t in Time},
            questions={t: [Answer(str(e["q"]), str(e["a"])) for e in each] for t, each in data["questions"].items()},
            audiences={str(t): str(a) for t, a in data["audiences"].items()},
            confidence=[str(each) for each in data["confidence"]],
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"responses: expected clusters, topics, phases, questions, audiences, confidence: {error!r}"
        ) from None
    for part in (found.questions, found.audiences):
        if DEFAULT not in part:
            raise ValueError(f"responses: expected an entry '{DEFAULT}' in questions and audiences")
    return found


def _stance(entry: dict[str, Any]) -> Stance:
    return Stance(str(entry["posture"]), str(entry["statement"]))


def _by_topic(entries: Sequence[dict[str, Any]]) -> dict[str, Stance]:
    """Stances of the topics named; ValueError for a topic that is not known, or named twice."""
    found: dict[str, Stance] = {}
    for entry in entries:
        for topic in entry["topics"]:
            if topic not in TOPICS or topic in found:
                raise ValueError(f"topic {topic}: expected a known topic, once")
            found[topic] = _stance(entry)
    return found


def _task(entry: dict[str, Any]) -> Task:
    topics = tuple(str(t) for t in entry.get("topics", ()))
    is_watch = bool(entry.get("is_watch", False))
    return Task(str(entry["what"]), str(entry["owner"]), int(entry["within_hours"]), topics, is_watch)


@lru_cache(maxsize=1)
def shipped() -> Responses:
    """The responses that come with the package."""
    return parse((files(__package__) / "responses.yaml").read_text(encoding="utf-8"))


def time_of(*, closed: bool, level: int, phase: str = "") -> Time:
    """Which of the three times it is: before it is a crisis (L1), while it runs, or once it fades."""
    if closed or phase in ("fading", "dormant"):
        return Time.AFTER
    return Time.BEFORE if level <= 1 else Time.DURING


def plan_for(
    alert: Alert, time: Time | None = None, *, topic: str | None = None, watch_until: datetime | None = None
) -> Plan:
    """The plan for an alert, with one due time for each task wherever it is shown: before and while it runs counted
    from the first message about it (from its opening where none was sent), afterwards from its end. Of a false alarm
    nothing is to be done, and of what was merged nothing here; nor after a watch (L1) on what the press reported:
    nobody has complained.

    Args:
        time: that it is now, if not given.
        topic: see `plan`.
        watch_until: end of the relapse watch, where the recovery curve has one.
    """
    time = time or time_of(closed=alert.state.ended, level=alert.peak_level)
    begin = alert.closed_at if time is Time.AFTER else alert.handling.told_at or alert.opened_at
    found = plan(alert.stream, time, topic=topic, since=begin)
    is_void = alert.state is AlertState.DISMISSED or alert.handling.merged_into is not None
    if is_void or (time is Time.AFTER and alert.peak_level <= Level.WATCH and alert.signal.is_reported):
        return replace(found, tasks=())
    watched = [replace(t, due_at=watch_until) if t.is_watch and watch_until else t for t in found.tasks]
    return replace(found, tasks=watched)


def plan(stream: str, time: Time, *, topic: str | None = None, since: datetime | None = None) -> Plan:
    """The plan for a stream.

    Args:
        topic: what a stream is mainly about that does not name a topic itself.
        since: what the hours of its tasks are counted from; None: it has not come yet.
    """
    wanted = parse_stream(stream).topic or topic or DEFAULT
    known = shipped()
    cluster = stake_of([wanted]).cluster
    stance = known.by_topic.get(wanted, known.by_cluster[cluster])
    tasks = [t for t in known.tasks[time] if not t.topics or wanted in t.topics]
    return Plan(
        time=time,
        cluster=cluster,
        posture=stance.posture,
        statement=stance.statement,
        measures=measures(stream, topic=topic),
        questions=known.questions.get(wanted, known.questions[DEFAULT]),
        tasks=[task.since(since) for task in sorted(tasks, key=lambda t: t.within_hours)],
        audience=known.audiences.get(wanted, known.audiences[DEFAULT]),
        confidence=known.confidence,
    )
