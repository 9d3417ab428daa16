"""Older stories that were criticised, to find that one of now is like one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from service.alerting.context import Older
from service.domain.views import StoryView
from service.stories.likeness import LIKE, Headline, headlines, likeness

NEGATIVE = 3  # fewer negative origins are no story to be reminded of
MOST = 400


@dataclass(slots=True)
class OldStories:
    """Criticised stories of the past; likenesses that were worked out once are kept.

    Attributes:
        stories: with at least NEGATIVE negative origins.
    """

    stories: Sequence[StoryView] = ()
    _headlines: list[Headline] = field(default_factory=list)
    _with: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[tuple[str, str], Older | None] = field(default_factory=dict)

    def like(self, titles: Iterable[tuple[str, str]], *, before: datetime) -> list[Older]:
        """Older stories that stories of now are like.

        Args:
            titles: id of a story of now, and a headline of it.
            before: older stories were over by then.
        """
        keys = list(dict(titles).items())
        new = [key for key in keys if key not in self._known]
        if new and not self._headlines:
            self._index()
        for key, mine in zip(new, headlines([title for _, title in new]), strict=True):
            self._known[key] = self._nearest(key[0], mine, before)
        return [old for key in keys if (old := self._known[key]) is not None]

    def _index(self) -> None:
        """Which of the older stories have a term: headlines without a common one are not alike."""
        self._headlines = headlines([s.headline for s in self.stories])
        for number, each in enumerate(self._headlines):
            for term in each.weights:
                self._with[term].append(number)

    def _nearest(self, story: str, mine: Headline, before: datetime) -> Older | None:
        best: Older | None = None
        for number in sorted({n for term in mine.weights for n in self._with.get(term, ())}):
            old = self.stories[number]
            if old.id == story or old.last_at >= before:
                continue
            score = likeness(mine, self._headlines[number])
            if score >= LIKE and (best is None or score > best.likeness):
                best = Older(headline=old.headline, at=old.last_at, negative=old.negative, likeness=score)
        return best
