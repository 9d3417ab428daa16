"""Publications from files of other tools: through the same judgement and masking as everything else."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from service.domain.documents import Entry
from service.domain.sources import Feed, Source, SourceKind
from service.domain.text import fold
from service.parsing.dates import parse_date
from service.parsing.masking import mask
from service.parsing.plain import MAX_TITLE, one_line, plain_text
from service.parsing.tables import Row, cell_text
from service.parsing.urls import identity_key, of_state_agency, personal_platform, tells_no_person, web_address
from service.ports import Classifier
from service.ports.storage import Store
from service.usecases.ingest import FetchPages, Ingested, ingest

BATCH = 200
BLOG = "blog"  # its host may be a person's name
# numbers (also behind a short mark), hexadecimal keys, those of YouTube; whatever else an id is may be a person's name
NUMBER_OF_A_POST = re.compile(
    r"(?:[a-z]{1,2}[-_.:#]?)?\d[\d._:-]*|[0-9a-f-]{16,}|Ug[\w-]{20,}(?:\.[\w-]+)?", re.IGNORECASE
)
KINDS = {
    SourceKind.SOCIAL: ("facebook", "fanpage", "group", "tiktok", "youtube", "instagram", "threads", "twitter", "zalo",
                        "social", "mang xa hoi", "comment", "binh luan", "post"),
    SourceKind.FORUM: ("forum", "dien dan", "voz", BLOG, "qa", "review"),
    SourceKind.STATE_AGENCY: ("co quan nha nuoc", "state agency", "state_agency"),
    SourceKind.ONLINE: ("news", "online", "bao", "press", "article", "tin tuc", "website", "web"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that is left out, or a cell of it that was not understood (`fatal` False: the row is taken without it)."""

    number: int
    field: str
    expected: str
    fatal: bool = True


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row as an entry of its outlet."""

    number: int
    entry: Entry
    feed: Feed


def read_rows(
    rows: Iterable[Row], columns: Mapping[str, str], *, sources: Mapping[str, Source], kind: SourceKind, now: datetime
) -> Iterator[ImportedRow | RowProblem]:
    """Entries and problems in the order of the file.

    Args:
        columns: field -> column (`map_columns`).
        sources: known outlets by host.
        kind: of outlets that neither the file nor the host tells.
    """
    for row in rows:
        if row.cells is None:
            yield RowProblem(row.number, "", row.problem)
            continue
        cells = {field: cell_text(row.cells.get(column)).strip() for field, column in columns.items()}
        yield from _read_row(row.number, cells, sources, kind, now)


def _read_row(
    number: int, cells: Mapping[str, str], sources: Mapping[str, Source], kind: SourceKind, now: datetime
) -> Iterator[ImportedRow | RowProblem]:
    title, text = plain_text(cells.get("title", "")), plain_text(cells.get("text", ""))
    if not title and not text:
        yield RowProblem(number, "text", "expected a title or a text, both are empty")
        return
    given_url = cells.get("url", "")
    url = web_address(given_url) if given_url else ""
    if url is None:
        yield RowProblem(number, "url", f"expected an http or https address, found {mask(given_url).text[:80]!r}")
        return
    stamp = cells.get("published_at", "")
    at = parse_date(stamp, now=now) if stamp else None
    if stamp and at is None:
        yield RowProblem(number, "published_at", f"time not understood: {mask(stamp).text[:40]!r}", fatal=False)
    words = hashlib.sha256(f"{title} {text}".encode()).hexdigest()[:32]
    feed = _feed(cells, url, sources, kind)
    if feed.source.kind.is_press:
        key = cells.get("id") or words
    else:
        url = url if tells_no_person(url) else ""  # nothing is made of the others, no digest either
        key = _post_id(cells.get("id", ""), url, words)
    entry = Entry(
        id=key, url=url, title=title[:MAX_TITLE], summary=text, published_at=at, in_thread=not feed.source.kind.is_press
    )  # fmt: skip
    yield ImportedRow(number, entry, feed)


def _post_id(given: str, url: str, words: str) -> str:
    """What tells a post from the others of its thread, whose address is all that many files have: its number and words.

    The words too, as some files number the thread; one that may be a name or a telephone number is left out.
    """
    number = given if NUMBER_OF_A_POST.fullmatch(given) and mask(given).text == given else ""
    return " ".join(part for part in (identity_key(url) if url else "", number, words) if part)


def _feed(cells: Mapping[str, str], url: str, sources: Mapping[str, Source], kind: SourceKind) -> Feed:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    known = sources.get(host)
    source = known or _source(cells, url, host, kind, sources=sources)
    return Feed(id=f"nhap-{source.id}"[:120], url="https://localhost/", source=source, covered=known is not None)


def _source(
    cells: Mapping[str, str], url: str, host: str, kind: SourceKind, *, sources: Mapping[str, Source]
) -> Source:  # fmt: skip
    """An outlet that is not in the feeds file. Names of pages, groups and blogs may be those of people: of these only
    the network is kept."""
    named = cells.get("kind", "")
    platform = personal_platform(url, [h for h, s in sources.items() if s.kind.is_press])
    if platform:
        found = SourceKind.SOCIAL
    elif of_state_agency(url, [h for h, s in sources.items() if s.kind is SourceKind.STATE_AGENCY]):
        found = SourceKind.STATE_AGENCY
    else:
        found = _kind(named) or kind
    if found.is_press:
        name = one_line(cells.get("source", ""))[:120] or host or "tệp nhập"
    else:
        host = platform or (BLOG if BLOG in fold(named) else host)
        name = host or "mạng xã hội"
    key = "-".join("".join(c if c.isalnum() else " " for c in fold(host or name)).split())[:100]
    return Source(id=key, name=name, kind=found, publisher=host or name)


def _kind(named: str) -> SourceKind | None:
    bare = f" {fold(named)} "
    return next((k for k, words in KINDS.items() if any(w in bare for w in words)), None)


def import_rows(rows: Iterable[ImportedRow], *, store: Store, classifier: Classifier, now: datetime) -> Ingested:
    """Judge and keep rows, a batch of one outlet at a time; safe to repeat: what is known is left as it is."""
    total = Ingested()
    waiting: dict[Feed, list[Entry]] = {}
    for row in rows:
        batch = waiting.setdefault(row.feed, [])
        batch.append(row.entry)
        if len(batch) >= BATCH:
            total = _sum(total, _take(waiting.pop(row.feed), row.feed, store, classifier, now))
    for feed, batch in waiting.items():
        total = _sum(total, _take(batch, feed, store, classifier, now))
    return total


def _take(batch: list[Entry], feed: Feed, store: Store, classifier: Classifier, now: datetime) -> Ingested:
    return ingest(batch, feed, store=store, classifier=classifier, now=now, fetch_pages=FetchPages.NONE)


def _sum(a: Ingested, b: Ingested) -> Ingested:
    return Ingested(
        a.new + b.new, a.kept + b.kept, a.dropped + b.dropped, a.relevant + b.relevant, a.revised + b.revised
    )
