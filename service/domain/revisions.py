"""What became of a publication after it was first read: edits and take-downs, never a new document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RevisionKind(StrEnum):
    """What changed. A new title and a take-down are signals for the desk; a changed text is kept for the record."""

    TITLE = "title"
    TEXT = "text"
    TAKEN_DOWN = "taken_down"
    RESTORED = "restored"


class SeenIn(StrEnum):
    """Where a change was noticed."""

    FEED = "feed"
    PAGE = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One change of a document; every text in it is masked.

    Attributes:
        title_before, title_after: "" where the title is not what changed.
        difference: changed words with a few around them, «[-old-]» and «{+new+}»; "" where nothing is to be shown.
        changed_words: how many words went or came.
    """

    document_id: str
    at: datetime
    kind: RevisionKind
    seen_in: SeenIn
    title_before: str = ""
    title_after: str = ""
    difference: str = ""
    changed_words: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """What is remembered of the page of a relevant document, so that it can be read again.

    Attributes:
        due_at: when it is read again; None once that is over.
        checks: how often it was read again.
        missing: how often in a row it was not there.
        taken_down: it was recorded as taken down.
        thorough: read with the exact extractor; a text of the quick one is replaced, not compared.
        comments: number of readers' comments that the page names, None where it names none.
        title: the page's own title at the last reading, masked; feeds may have another wording.
    """

    document_id: str
    url: str
    due_at: datetime | None
    checks: int = 0
    missing: int = 0
    taken_down: bool = False
    thorough: bool = True
    comments: int | None = None
    title: str = ""
