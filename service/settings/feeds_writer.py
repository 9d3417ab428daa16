"""New feeds written into a feeds file, with its comments and order left as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import orjson

from service.domain.sources import Feed, SourceKind
from service.domain.text import fold
from service.parsing.opml import Outline
from service.parsing.urls import canonical_url, of_state_agency
from service.settings.feeds_file import load_feeds
from service.settings.problems import ConfigError

FIRST_INTERVAL = "30m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """A feed that is not in the file yet; `source_name` is None where its outlet is there already."""

    id: str
    url: str
    section: str
    source_id: str
    source_name: str | None


def additions(outlines: Sequence[Outline], known: Sequence[Feed]) -> list[Addition]:
    """Feeds of a list that are not known, with the outlet by host and ids that nobody has."""
    addresses = {canonical_url(f.url) for f in known}
    sources = {_site(f.url): f.source.id for f in known}
    ids = {f.id for f in known} | set(sources.values())
    found = []
    for outline in outlines:
        if canonical_url(outline.url) in addresses:
            continue
        addresses.add(canonical_url(outline.url))
        site = _site(outline.site or outline.url)
        name = None
        if site not in sources:
            sources[site] = _free(_slug(site) or "nguon", ids)
            name = outline.folder.rpartition(" / ")[2] or outline.title or site
        path = urlsplit(outline.url).path.rsplit(".", 1)[0]
        feed_id = _free(f"{sources[site]}-{_slug(path) or 'tin'}"[:100], ids)
        section = outline.title if outline.title != name else ""
        found.append(Addition(id=feed_id, url=outline.url, section=section, source_id=sources[site], source_name=name))
    return found


def with_additions(text: str, new: Sequence[Addition]) -> str:
    """The text of a feeds file with more sources and feeds; all are marked unverified.

    Raises:
        ValueError: the file has no lines «sources:» and «feeds:» to put them behind.
    """
    lines = text.rstrip("\n").split("\n")
    at = {
        key: next((i for i, line in enumerate(lines) if line.startswith(key)), None) for key in ("sources:", "feeds:")
    }
    if at["sources:"] is None or at["feeds:"] is None:
        raise ValueError("expected lines that begin with «sources:» and «feeds:»")
    for key, empty in (("sources:", "{}"), ("feeds:", "[]")):
        lines[at[key] or 0] = lines[at[key] or 0].replace(empty, "").rstrip()
    sources = [row for a in new if a.source_name is not None for row in _source_rows(a)]
    feeds = [row for a in new for row in _feed_rows(a)]
    first, second = sorted((("sources:", sources), ("feeds:", feeds)), key=lambda part: at[part[0]] or 0)
    split = at[second[0]] or 0
    before, after = lines[:split], lines[split:]
    gap = len(before) - len("\n".join(before).rstrip("\n").split("\n")) if before else 0
    body = before[: len(before) - gap] + first[1] + before[len(before) - gap :] + after + second[1]
    return "\n".join(body) + "\n"


def write_additions(path: Path, new: Sequence[Addition]) -> int:
    """Put feeds into a file; it is replaced at once, and only if the result is right as a whole. Gives its feeds.

    Raises:
        ConfigError: the file, or what would become of it, cannot be used.
    """
    try:
        text = with_additions(path.read_text("utf-8"), new)
    except (OSError, ValueError) as error:
        raise ConfigError.of_file(path, str(error)) from None
    with TemporaryDirectory(dir=path.parent) as folder:
        draft = Path(folder) / path.name
        draft.write_text(text, "utf-8")
        count = len(load_feeds(draft))
        draft.replace(path)
    return count


def _source_rows(new: Addition) -> list[str]:
    name = _quoted(new.source_name or "")
    kind = SourceKind.STATE_AGENCY if of_state_agency(new.url) else SourceKind.ONLINE
    return [f"  {new.source_id}:", f"    name: {name}", f"    kind: {kind}", f"    publisher: {name}", "    reach: 2"]


def _feed_rows(new: Addition) -> list[str]:
    section = [f"    section: {_quoted(new.section)}"] if new.section else []
    return [
        f"  - id: {new.id}",
        f"    source: {new.source_id}",
        f"    url: {_quoted(new.url)}",
        *section,
        f"    interval: {FIRST_INTERVAL}",
        "    verified: false",
    ]


def _quoted(text: str) -> str:
    """JSON strings are YAML strings."""
    return orjson.dumps(text).decode()


def _free(wanted: str, ids: set[str]) -> str:
    found = next(c for n in range(1, 100_000) if (c := wanted if n == 1 else f"{wanted}-{n}") not in ids)
    ids.add(found)
    return found


def _slug(text: str) -> str:
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in fold(text)).split())


def _site(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")
