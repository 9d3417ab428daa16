"""Older stories that were criticised, to find that one of now is like one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.alerting.context import Older
from service.domain.views import StoryView
from service.stories.features import Weights
from service.stories.likeness import LIKE, headline_weights, likeness

NEGATIVE = 3  # fewer negative origins are no story to be reminded of
MOST = 400


@dataclass(slots=True)
class OldStories:
    """Criticised stories of the past; likenesses that were worked out once are kept.

    Attributes:
        stories: with at least NEGATIVE negative origins.
    """

    stories: Sequence[StoryView] = ()
    _weights: dict[str, Weights] = field(default_factory=dict)
    _known: dict[tuple[str, str], Older | None] = field(default_factory=dict)

    def like(self, titles: Iterable[tuple[str, str]], *, before: datetime) -> list[Older]:
        """Older stories that stories of now are like.

        Args:
            titles: id of a story of now, and a headline of it.
            before: older stories were over by then.
        """
        found = []
        for story, title in dict(titles).items():
            key = (story, title)
            if key not in self._known:
                self._known[key] = self._nearest(story, title, before)
            if (old := self._known[key]) is not None:
                found.append(old)
        return found

    def _nearest(self, story: str, title: str, before: datetime) -> Older | None:
        mine = headline_weights(title)
        best: Older | None = None
        for old in self.stories:
            if old.id == story or old.last_at >= before:
                continue
            if old.id not in self._weights:
                self._weights[old.id] = headline_weights(old.headline)
            score = likeness(mine, self._weights[old.id])
            if score >= LIKE and (best is None or score > best.likeness):
                best = Older(headline=old.headline, at=old.last_at, negative=old.negative, likeness=score)
        return best
