"""feeds.yaml: the outlets and addresses that are read."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from service.domain.sources import Feed, FeedFormat, Source, SourceKind
from service.domain.text import nfc
from service.domain.topics import TOPICS
from service.parsing.lists import selector_to_xpath
from service.parsing.social import BadAddressError, interface_address
from service.settings import marked_yaml as my
from service.settings.problems import ConfigError

SOURCE_KEYS = {"name", "kind", "publisher", "reach", "province"}
FEED_KEYS = {
    *("id", "source", "url", "section", "format", "interval"),
    *("verified", "protected_section", "topics", "enabled", "selector"),
}
PROVINCE = re.compile(r"[0-9]{2}")
INTERVAL = my.duration(timedelta(minutes=1), timedelta(hours=6))


def load_feeds(path: Path) -> tuple[Feed, ...]:
    """The feeds of a file, each with its source.

    Raises:
        ConfigError: with every problem of the file (unknown key, duplicate address, bad interval, unknown source ...).
    """
    if not path.exists():
        raise ConfigError.of_file(path, "no such file; RADAR_FEEDS_FILE says where it is")
    reader, root = my.read_yaml(path)
    top = reader.mapping(root, "")
    reader.known_keys(top, {"sources", "feeds"}, "top level")
    for key in ("sources", "feeds"):
        if isinstance(root, yaml.MappingNode) and key not in top:
            reader.wrong(root, key, "missing; this key is required")
    sources = _sources(reader, top["sources"]) if "sources" in top else {}
    feeds = _feeds(reader, top["feeds"], sources) if "feeds" in top and "sources" in top else ()
    reader.finish()
    return feeds


def _sources(reader: my.Reader, node: yaml.Node) -> dict[str, Source]:
    out: dict[str, Source] = {}
    for source_id, item in reader.mapping(node, "sources").items():
        key = f"sources.{source_id}"
        fields = reader.mapping(item, key)
        reader.known_keys(fields, SOURCE_KEYS, key)

        def get(name: str, parse: Any, default: Any, *, fields: Any = fields, key: str = key, item: Any = item) -> Any:
            return reader.value(fields, name, key=key, parse=parse, default=default, where=item)

        name = get("name", _nfc_text, ...)
        out[source_id] = Source(
            id=source_id,
            name=name,
            kind=get("kind", my.one_of(SourceKind), ...),
            publisher=get("publisher", _nfc_text, name),
            province=get("province", _province, None),
            reach=get("reach", my.whole_number(1, 5), 2),
        )
    return out


def _feeds(reader: my.Reader, node: yaml.Node, sources: dict[str, Source]) -> tuple[Feed, ...]:
    out: list[Feed] = []
    ids: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for key, item in reader.items(node, "feeds"):
        fields = reader.mapping(item, key)
        reader.known_keys(fields, FEED_KEYS, key)
        feed = _feed(reader, key, item, fields, sources)
        if feed is None:
            continue
        for seen, value, what in ((ids, feed.id, "id"), (addresses, feed.url, "address")):
            if value in seen:
                reader.wrong(
                    fields["url" if what == "address" else "id"],
                    key,
                    f"{what} {value!r} stands already at {seen[value]}",
                )
            seen[value] = key
        out.append(feed)
    return tuple(out)


def _feed(
    reader: my.Reader, key: str, item: yaml.Node, fields: dict[str, yaml.Node], sources: dict[str, Source]
) -> Feed | None:
    def get(name: str, parse: Any, default: Any) -> Any:
        return reader.value(fields, name, key=key, parse=parse, default=default, where=item)

    feed_id, source_id, url = get("id", my.text, ...), get("source", my.text, ...), get("url", _address, ...)
    if source_id is not ... and source_id not in sources:
        reader.wrong(fields["source"], f"{key}.source", f"no source {source_id!r} under sources")
    if ... in (feed_id, source_id, url) or source_id not in sources:
        return None
    feed = Feed(
        id=feed_id,
        url=url,
        source=sources[source_id],
        section=get("section", _nfc_text, ""),
        format=get("format", my.one_of(FeedFormat), FeedFormat.FEED),
        interval=get("interval", INTERVAL, timedelta(minutes=15)),
        verified=get("verified", my.truth, True),
        protected_section=get("protected_section", my.truth, False),
        topics=get("topics", _topics, ()),
        enabled=get("enabled", my.truth, True),
        selector=get("selector", _selector, None),
    )
    if "selector" in fields and feed.format is not FeedFormat.HTML_LIST:
        reader.wrong(fields["selector"], f"{key}.selector", "only for format html_list")
    if "selector" not in fields and feed.format is FeedFormat.HTML_LIST:
        reader.wrong(item, f"{key}.selector", "missing; format html_list needs one")
    if feed.format.is_interface:
        try:
            interface_address(feed.format, "", feed.url)
        except BadAddressError as error:
            reader.wrong(fields["url"], f"{key}.url", str(error))
    return feed


def _nfc_text(value: Any) -> str:
    return nfc(my.text(value))


def _province(value: Any) -> str:
    if not isinstance(value, str) or not PROVINCE.fullmatch(value):
        raise ValueError(f'expected the code of a province in quotation marks, such as "01", found {value!r}')
    return value


def _address(value: Any) -> str:
    url = my.text(value)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"expected an http or https address without user name, found {url!r}")
    return url


def _selector(value: Any) -> str:
    selector = my.text(value)
    selector_to_xpath(selector)
    return selector


def _topics(value: Any) -> tuple[str, ...]:
    topics = my.list_of_text(value)
    if unknown := [t for t in topics if t not in TOPICS]:
        raise ValueError(f"unknown topic {unknown[0]!r}; expected some of: {', '.join(TOPICS)}")
    return topics
