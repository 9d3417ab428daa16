"""The labels, the text that goes in and the judgement that comes out; standard library only."""

from classifiers.labels.judgement import (
    AXES,
    FEEDBACKS,
    TONES,
    Act,
    Choice,
    Diagnostics,
    Flag,
    Judgement,
    Province,
    Text,
    TopicScore,
)
from classifiers.labels.taxonomy import AUDIENCES, OWN_CONDUCT, TOPICS, Axis, Feedback, Kind, Limb, Tone

__all__ = [
    "AUDIENCES",
    "AXES",
    "FEEDBACKS",
    "OWN_CONDUCT",
    "TONES",
    "TOPICS",
    "Act",
    "Axis",
    "Choice",
    "Diagnostics",
    "Feedback",
    "Flag",
    "Judgement",
    "Kind",
    "Limb",
    "Province",
    "Text",
    "Tone",
    "TopicScore",
]
