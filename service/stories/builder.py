"""Documents in order of arrival -> which story each belongs to, and what it is a copy of.

A document that nearly repeats one of the last days is a copy and shares its story. Any other joins the story whose
three nearest documents are, on average, similar enough (tf-idf of syllables, pairs and names, damped by a Gaussian of
the time between: Brants, Chen and Farahat 2003, SIGIR; Miranda et al. 2018, EMNLP), or begins a story.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import nlargest

from service.domain.stories import StoryItem, StoryPlacement
from service.stories import background, copies, features, traces
from service.stories.overrides import Override, settle
from service.stories.window import Kept, Newcomer, Window

SAME_STORY = 0.145
NEAREST = 3
AGENCY_WORDS = "bảo hiểm xã hội, bảo hiểm y tế, bảo hiểm thất nghiệp, BHXH, BHYT, BHTN"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownItem:
    """A document placed before a restart.

    Attributes:
        item: its text is used only where `trace` is missing or cannot be read.
        trace: what `StoryBuilder.trace` gave when it was placed.
        key: as it was given to `place`.
    """

    item: StoryItem
    placement: StoryPlacement
    trace: bytes | None = None
    key: str | None = None


def story_id(first_document: str) -> str:
    """Id of the story that a document begins: opaque, the same in every run."""
    return "s" + hashlib.blake2b(first_document.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class StoryBuilder:
    """Puts documents into stories; all it knows is the documents of the last ten days and what people decided.

    Placements depend only on what was placed before, never on how it was cut into calls. Documents of one story may
    come from one publisher: who counts as independent is for the counting of origins to say.
    """

    def __init__(self) -> None:
        self._background = background.shipped()
        self._window = Window(self._background)
        self._agency = features.terms(features.tokens([("", AGENCY_WORDS)]))[1]
        self._numbers: dict[str, int] = {}
        self._keys: dict[str, list[int]] = {}
        self._sizes: Counter[str] = Counter()
        self._overrides: list[Override] = []
        self._settled = settle(())
        self._arrived = 0

    @classmethod
    def restore(
        cls,
        known: Iterable[KnownItem],
        *,
        overrides: Iterable[Override] = (),
    ) -> StoryBuilder:
        """A builder that goes on where another stopped.

        Args:
            known: the documents of the last ten days at least, in order of arrival.
            overrides: every decision of a person, oldest first.
        """
        builder = cls()
        for old in known:
            builder._forget(old.item.published_at.timestamp())
            trace = builder._known_trace(old)
            builder._remember(old.item, old.placement.story, old.placement.origin, trace, old.key)
        builder._overrides = list(overrides)
        builder._settle()
        return builder

    def place(self, items: Sequence[StoryItem], *, keys: Mapping[str, str] | None = None) -> list[StoryPlacement]:
        """Place documents in order of arrival; one whose id is in the window already gets the same answer again.

        Args:
            keys: document id -> what network sites share for one article (service.stories.lineage.article_key).
        """
        return [
            self._place(item, mark, weights, (keys or {}).get(item.id))
            for item, (mark, weights) in zip(items, self._read(items), strict=True)
        ]

    def trace(self, document: str) -> bytes | None:
        """What storage keeps of a document; None if it is not in the window (it may have been too old when it came)."""
        number = self._numbers.get(document)
        return None if number is None else self._window[number].trace.to_bytes()

    def origins(self) -> list[tuple[str, float, features.Weights]]:
        """Story, time of publication (seconds since 1970) and terms of every origin in the window, in order."""
        return [(k.story, k.at, k.trace.weights) for k in self._window.values() if not k.is_copy]

    @property
    def background(self) -> background.Background:
        """How rare terms are in news at large."""
        return self._background

    def size(self) -> int:
        """How many documents are in the window."""
        return len(self._window)

    def apply(self, override: Override) -> list[StoryPlacement]:
        """Carry out a person's decision; the placements in the window that it changed."""
        before = {kept.id: (kept.story, kept.origin) for kept in self._window.values()}
        self._overrides.append(override)
        self._settle()
        return [
            StoryPlacement(id=kept.id, story=kept.story, origin=kept.origin)
            for kept in self._window.values()
            if before[kept.id] != (kept.story, kept.origin)
        ]

    def _settle(self) -> None:
        self._settled = settle(self._overrides)
        for kept in self._window.values():
            self._move(kept, self._settled.story(kept.id, kept.story))
        self._root_again()

    def _read(self, items: Sequence[StoryItem]) -> Iterator[tuple[copies.Signature, features.Weights]]:
        tokens = features.tokens([(item.title, item.text) for item in items])
        marks = copies.signatures(*features.shingles(tokens))
        return zip(marks, features.weigh(tokens, self._background, ignored=self._agency), strict=True)

    def _place(self, item: StoryItem, mark: bytes, weights: features.Weights, key: str | None) -> StoryPlacement:
        if item.id in self._numbers:
            kept = self._window[self._numbers[item.id]]
            return StoryPlacement(id=kept.id, story=kept.story, origin=kept.origin)
        at = item.published_at.timestamp()
        self._forget(at)
        new = self._window.meet(mark, weights)
        copied = self._copied(mark, key)
        if copied is not None:
            story, origin = copied.story, copied.origin
        else:
            story, origin = self._nearest_story(new, at) or story_id(item.id), item.id
        story = self._settled.story(item.id, story)
        self._remember(item, story, origin, new.trace, key, new.columns)
        return StoryPlacement(id=item.id, story=story, origin=origin)

    def _copied(self, mark: bytes, key: str | None) -> Kept | None:
        if key is not None and key in self._keys:
            return self._window[self._keys[key][0]]
        return self._window.nearest_copy(mark, copies.COPY_SIMILARITY)

    def _nearest_story(self, new: Newcomer, at: float) -> str | None:
        near: defaultdict[str, list[float]] = defaultdict(list)
        for score, kept in self._window.alike(new, at, SAME_STORY):
            near[kept.story].append(score)
        best, best_score = None, SAME_STORY
        for story, scores in near.items():
            score = sum(nlargest(NEAREST, scores)) / min(NEAREST, self._sizes[story])
            if score > best_score or (score == best_score and best is not None and story < best):
                best, best_score = story, score
        return best

    def _remember(
        self,
        item: StoryItem,
        story: str,
        origin: str,
        trace: traces.Trace,
        key: str | None,
        columns: features.Ints | None = None,
    ) -> None:
        at = item.published_at.timestamp()
        kept = Kept(self._arrived, item.id, story, origin, at, trace, key)
        self._arrived += 1
        if not self._window.add(kept, columns):
            return
        self._numbers[kept.id] = kept.number
        self._sizes[kept.story] += 1
        if key is not None:
            self._keys.setdefault(key, []).append(kept.number)

    def _known_trace(self, old: KnownItem) -> traces.Trace:
        if old.trace is not None:
            try:
                return traces.from_bytes(old.trace)
            except traces.TraceError:
                pass
        return self._window.meet(*next(self._read([old.item]))).trace

    def _forget(self, now: float) -> None:
        for kept in self._window.advance(now):
            del self._numbers[kept.id]
            self._leave(kept.story)
            if kept.key is not None:
                self._keys[kept.key].remove(kept.number)
                if not self._keys[kept.key]:
                    del self._keys[kept.key]

    def _leave(self, story: str) -> None:
        self._sizes[story] -= 1
        if not self._sizes[story]:
            del self._sizes[story]

    def _move(self, kept: Kept, story: str) -> None:
        if story != kept.story:
            self._leave(kept.story)
            kept.story = story
            self._sizes[story] += 1

    def _root_again(self) -> None:
        """A copy in another story than its origin is none: the first one there becomes the origin of the others."""
        first: dict[tuple[str, str], str] = {}
        for kept in self._window.values():
            known = self._numbers.get(kept.origin)
            if known is not None and self._window[known].story == kept.story:
                continue
            if known is not None:
                self._window.set_origin(kept, first.setdefault((kept.origin, kept.story), kept.id))
