"""`radar cluster`: documents in time order -> story and origin of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from service.cli.lines import BadLineError, Lines, batches, finish, open_lines, optional_text, required_text, write
from service.domain.stories import StoryItem
from service.domain.times import EARLIEST, VIETNAM, YEARS, sensible

if TYPE_CHECKING:
    from service.stories.builder import StoryBuilder


Row = tuple[StoryItem, str | None]


@click.command(short_help="Put documents into stories and find which are copies of which.")
@click.argument("file", required=False)
def command(file: str | None) -> None:
    """Put documents into stories, and say which are copies of which.

    Lines in order of time {id, title?, text, published_at, source, url?} become lines {id, story, origin}: `origin` is
    the id of the first publication that a document is a copy of, or its own. A line's answer depends only on the lines
    up to it, of ten days; one that is more than ten days late is a bad line. Times (1990 to 2099) without an offset are
    Vietnamese.
    """
    from service.stories.builder import StoryBuilder

    with open_lines(file) as lines:
        write(_answers(lines, StoryBuilder()), live=lines.live)
        finish(lines)


def _answers(lines: Lines, builder: StoryBuilder) -> Iterator[dict[str, str]]:
    in_order = _InOrder()
    rows = (row for _, row in lines.parsed(lambda row: in_order.checked(_row(row))))
    for chunk in batches(rows, lines):
        keys = {item.id: key for item, key in chunk if key is not None}
        for placed in builder.place([item for item, _ in chunk], keys=keys):
            yield {"id": placed.id, "story": placed.story, "origin": placed.origin}


class _InOrder:
    """Lets through what is not so late that the builder has forgotten its time; the other lines would get stories of
    their own in silence, after a single slip of the pen all of them."""

    def __init__(self) -> None:
        self._newest = EARLIEST

    def checked(self, row: Row) -> Row:
        from service.stories.window import WINDOW_SECONDS

        at = row[0].published_at
        if (self._newest - at).total_seconds() > WINDOW_SECONDS:
            raise BadLineError(
                f"field 'published_at': expected lines in order of time, found {at.isoformat()} below a "
                f"line of {self._newest.isoformat()}, more than ten days later"
            )
        self._newest = max(self._newest, at)
        return row


def _row(row: dict[str, Any]) -> Row:
    from service.stories.lineage import article_key

    source = optional_text(row, "source") or ""
    item = StoryItem(
        id=required_text(row, "id"),
        title=optional_text(row, "title") or "",
        text=required_text(row, "text"),
        published_at=_time(required_text(row, "published_at")),
        publisher=source,
    )
    return item, article_key(optional_text(row, "url") or "", source)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
        time = sensible(time if time.tzinfo else time.replace(tzinfo=VIETNAM))
    except ValueError:
        raise BadLineError(
            f"field 'published_at': expected a time {YEARS} such as 2026-11-24T08:30:00+07:00, found {text!r}"
        ) from None
    return time
