"""The one environment of the pages' templates: every filter and every name that they know."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi.templating import Jinja2Templates

from service.alerting.levels import LEVEL_NAMES
from service.alerting.wording import standing
from service.domain import wording
from service.domain.labels import Question
from service.domain.permissions import Action, may
from service.domain.provinces import NAMES, OLD_NAMES, codes_of, name_of, names_of, scope_of
from service.domain.reports import FORM_NAMES
from service.domain.topics import TOPICS
from service.insight import indicators, label_words
from service.insight.health import HEALTH_LABELS
from service.insight.recovery import times_back
from service.parsing.excerpts import excerpt
from service.review.reasons import probability
from service.web.alert_values import letters, plain_reason
from service.web.calibration_chart import calibration_chart
from service.web.recovery_chart import recovery_chart
from service.web.typed import FIELDS

MOST_ALERTS = 30  # on the home page
MOST_TITLE = 200  # characters of a title in lists and above pages


def short(title: str) -> str:
    """A title for a list or the head of a page; cut with «…» where it is as long as a text."""
    return excerpt(title, MOST_TITLE)


def is_web(address: str) -> bool:
    """Whether an address from outside may stand in a link."""
    return address.lower().startswith(("https://", "http://"))


FILTERS: dict[str, Callable[..., Any]] = {
    # numbers, times and states
    "ago": wording.ago,
    "chance": wording.chance,
    "day": wording.day,
    "duration": wording.duration,
    "hour": wording.hour_of,
    "local": wording.local_time,
    "minutes": wording.minutes,
    "number": wording.number,
    "percent": wording.percent,
    "probability": probability,
    "span": wording.span,
    "times_back": times_back,
    "usual": wording.usual,
    # provinces
    "codes": lambda texts: codes_of(*texts or ()),
    "province": name_of,
    "provinces": names_of,
    "scope": scope_of,
    # indicators
    "based_on": indicators.based_on,
    "interval": indicators.interval,
    "said": indicators.said,
    # texts and addresses from outside
    "letters": letters,
    "plain_reason": plain_reason,
    "short": short,
    "web": is_web,
}
GLOBALS: dict[str, Any] = {
    "ALERT_STATES": wording.ALERT_STATES,
    "ANSWERS": {str(k): v for k, v in label_words.ANSWERS.items()},
    "FORM_NAMES": FORM_NAMES,
    "HEALTH": {str(k): v for k, v in HEALTH_LABELS.items()},
    "LEVELS": {level: name.capitalize() for level, name in LEVEL_NAMES.items()},
    "MOST_ALERTS": MOST_ALERTS,
    "MOST_TITLE": MOST_TITLE,
    "OLD_PROVINCES": OLD_NAMES,
    "PHASES": wording.PHASES,
    "PROVINCES": NAMES,
    "QUESTIONS": {str(k): v for k, v in label_words.QUESTIONS.items()},
    "SOURCE_KINDS": label_words.SOURCE_KINDS,
    "TONES": label_words.ANSWERS[Question.TONE],
    "TOPICS": TOPICS,
    "TOO_FEW": wording.TOO_FEW,
    "TYPED_FIELDS": FIELDS,
    "calibration_chart": calibration_chart,
    "may": lambda user, action: user is not None and may(user, Action(action)),
    "name_of_head": label_words.name_of_head,
    "recovery_chart": recovery_chart,
    "said": label_words.said,
    "standing": standing,
}
TEMPLATES = Jinja2Templates(Path(__file__).parent / "templates")
TEMPLATES.env.filters |= FILTERS
TEMPLATES.env.globals |= GLOBALS
