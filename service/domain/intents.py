"""What a use case asks the storage to keep: values on their way in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from service.domain.documents import Document
from service.domain.judgement import Judgement
from service.domain.sources import Source
from service.domain.stories import StoryItem, StoryPlacement


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentIntent:
    """A judged document with its outlet.

    Attributes:
        page_due_at: when its page is to be read; None if the text is complete or no page is wanted.
        page_tries: how often the page was tried in vain.
    """

    document: Document
    judgement: Judgement
    source: Source
    page_due_at: datetime | None = None
    page_tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """An item with where it was put.

    Attributes:
        url: its address; network sites that share an article number are recognised by it.
        trace: the compact form in which the story builder knows it again after a restart.
    """

    item: StoryItem
    placement: StoryPlacement
    url: str = ""
    trace: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A document as it stands under an alert.

    Attributes:
        press: an article of the press outside sections of readers; only such titles may be quoted to others.
    """

    document_id: str
    title: str
    source_name: str
    publisher: str
    source_kind: str
    reach: int
    url: str
    published_at: datetime
    story_id: str | None
    press: bool = False
