"""Adapts the library `classifiers` to the service: the port, and what the commands need."""

from service.classification.direct import DirectClassifier
from service.classification.worker import WorkerClassifier

__all__ = ["DirectClassifier", "WorkerClassifier"]
