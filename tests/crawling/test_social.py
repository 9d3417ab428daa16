"""Official interfaces, against a local server that answers as their documentation says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.crawling.readers import DirectReader
from service.domain.channels import Channel
from service.domain.sources import INTERFACES as WHAT_THEY_BRING
from service.domain.sources import Feed, FeedFormat, SourceKind
from service.parsing.social import INTERFACES, BadAddressError, interface_address, read_social
from service.scheduling.clock import SetClock
from service.storage.engine import SqlStore
from service.usecases.collect import Collector, collect, seed
from service.usecases.ingest import PERSONAL_KINDS
from service.usecases.retain import forget_by_interface
from tests.builders import RuleClassifier, make_feed, make_source
from tests.crawling.conftest import NOW, MakeFetcher
from tests.crawling.server import HostileServer, Request, redirect, reply

SOCIAL = make_source("Mạng xã hội", SourceKind.SOCIAL)
PERSON = "Nguyễn Văn Mẫu"

# developers.google.com/youtube/v3/docs/commentThreads: resource representation, with its fields about the person
YOUTUBE = {
    "kind": "youtube#commentThreadListResponse",
    "pageInfo": {"totalResults": 1, "resultsPerPage": 100},
    "items": [
        {
            "kind": "youtube#commentThread",
            "id": "Ugx1",
            "snippet": {
                "videoId": "dQw4w9WgXcQ",
                "topLevelComment": {
                    "kind": "youtube#comment",
                    "id": "Ugx1",
                    "snippet": {
                        "authorDisplayName": PERSON,
                        "authorChannelUrl": "http://www.youtube.com/@mau",
                        "textDisplay": "Lương hưu<br>chậm quá",
                        "textOriginal": "Lương hưu\nchậm quá",
                        "publishedAt": "2026-03-01T02:00:00Z",
                    },
                },
            },
            "replies": {
                "comments": [
                    {
                        "kind": "youtube#comment",
                        "id": "Ugx1.9",
                        "snippet": {
                            "authorDisplayName": PERSON,
                            "textOriginal": "BHXH trả lời rồi, gọi 0900 000 000",
                            "publishedAt": "2026-03-01T03:00:00Z",
                        },
                    }
                ]
            },
        }
    ],
}
# developers.facebook.com/docs/graph-api/reference/page/feed, with the fields that are asked for
FACEBOOK = {
    "data": [
        {
            "id": "1_2",
            "created_time": "2026-03-01T02:00:00+0000",
            "comments": {
                "data": [{"id": "2_3", "message": "Lương hưu chậm quá", "created_time": "2026-03-01T03:00:00+0000"}]
            },
        }
    ],
    "paging": {"next": "https://graph.facebook.com/next"},
}
# docs.joinmastodon.org/methods/timelines
MASTODON = [
    {
        "id": "1",
        "uri": "https://mas.example.com/users/mau/statuses/115000001",
        "url": "https://mas.example.com/@mau/115000001",
        "created_at": "2026-03-01T02:00:00.000Z",
        "visibility": "public",
        "content": "<p>Lương hưu chậm quá</p>",
        "account": {"acct": "mau", "display_name": PERSON},
    },
    {"id": "2", "spoiler_text": "Lương hưu", "content": "<p>Vẫn chưa có tiền</p>"},
]
CASES = {
    FeedFormat.YOUTUBE_COMMENTS: (YOUTUBE, "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
    FeedFormat.FACEBOOK_PAGE: (FACEBOOK, "https://www.facebook.com/100000000000001"),
    FeedFormat.MASTODON: (MASTODON, ""),
}


def answering(document: Any) -> bytes:
    return reply(200, json.dumps(document).encode(), ("Content-Type", "application/json"))


class Desk:
    """A collector of one feed whose interface is the local server."""

    def __init__(self, form: FeedFormat, server: HostileServer, store: SqlStore, fetcher: Any, **channel: Any) -> None:
        document, url = CASES[form]
        self.server, self.store, self.clock = server, store, SetClock(NOW)
        mastodon = server.url("/api/v1/timelines/tag/bhxh")
        self.feed: Feed = make_feed(form, source=SOCIAL, format=form)
        object.__setattr__(self.feed, "url", url or mastodon)
        self.path = interface_address(form, "", url) if url else "/api/v1/timelines/tag/bhxh"
        server.routes |= {self.path: answering(document), "/robots.txt": reply(200, b"User-agent: *\nDisallow: /")}
        base = "" if form is FeedFormat.MASTODON else server.url("")
        self.collector = Collector(
            feeds={self.feed.id: self.feed}, store=store, fetcher=fetcher, reader=DirectReader(),
            classifier=RuleClassifier(), clock=self.clock, channels={form: Channel(name="kênh", base=base, **channel)},
        )  # fmt: skip
        seed(self.collector)

    def documents(self) -> list[tuple[str, ...]]:
        with self.store.begin() as tx:
            query = text("select kind, title, text, url from documents order by text")
            return [tuple(r) for r in tx.connection.execute(query)]

    def everything(self) -> str:
        with self.store.begin() as tx:
            tables = ("documents", "sightings", "feeds", "feed_signs", "linked_hosts", "channel_counts")
            return "\n".join(str(r) for t in tables for r in tx.connection.execute(text(f"select * from {t}")))


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (
            FeedFormat.YOUTUBE_COMMENTS,
            [
                ("comment", "", "BHXH trả lời rồi, gọi [PHONE]", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
                ("comment", "", "Lương hưu chậm quá", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
            ],
        ),
        (FeedFormat.FACEBOOK_PAGE, [("comment", "", "Lương hưu chậm quá", "")]),
        (FeedFormat.MASTODON, [("post", "", "Lương hưu Vẫn chưa có tiền", ""), ("post", "", "Lương hưu chậm quá", "")]),
    ],
)
def test_texts_are_kept_and_no_person(
    form: FeedFormat, expected: list[Any], server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = Desk(form, server, store, make_fetcher(), headers=(("X-Goog-Api-Key", "khoa"),))
    [polled] = collect(desk.collector)
    assert polled.state.failures == 0, polled.state.outcome
    assert desk.documents() == expected
    kept = desk.everything()
    assert PERSON not in kept
    assert "mau" not in kept
    assert "khoa" not in kept
    [asked] = [r for r in server.requests if r.path == desk.path]
    assert asked.headers["x-goog-api-key"] == "khoa"
    desk.clock.at += timedelta(hours=7)
    collect(desk.collector)
    assert desk.documents() == expected


def test_an_interface_without_token_is_not_asked(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = Desk(FeedFormat.YOUTUBE_COMMENTS, server, store, make_fetcher())
    object.__setattr__(desk.collector, "channels", {})
    assert collect(desk.collector) == []
    assert server.requests == []


def test_units_are_counted_and_renewed_at_midnight_pacific(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    # NOW is 19:00 of the day before in California (UTC-8)
    desk = Desk(
        FeedFormat.YOUTUBE_COMMENTS, server, store, make_fetcher(), units=1, units_a_day=2, zone="America/Los_Angeles"
    )
    outcomes = []
    for _ in range(4):
        [polled] = collect(desk.collector)
        outcomes.append(polled.state.outcome)
        desk.clock.at = polled.state.next_poll_at
    assert len([r for r in server.requests if r.path == desk.path]) >= 2
    assert "đã dùng hết 2 đơn vị của ngày" in outcomes[2]
    assert desk.clock.at.astimezone(UTC) > datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
    assert "đã đọc" in outcomes[3]


@pytest.mark.parametrize(
    ("now", "hours"),
    [
        (datetime(2026, 3, 2, 3, tzinfo=UTC), 5),
        (datetime(2026, 7, 2, 3, tzinfo=UTC), 4),
        (datetime(2026, 3, 8, 9, tzinfo=UTC), 22),  # the clocks go forward in that night
    ],
)
def test_time_until_the_units_are_renewed(now: datetime, hours: int) -> None:
    channel = Channel(name="x", base="", zone="America/Los_Angeles")
    assert channel.until_renewed(now) == timedelta(hours=hours)


def test_comments_of_youtube_go_after_thirty_days(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = Desk(FeedFormat.YOUTUBE_COMMENTS, server, store, make_fetcher(), keep=timedelta(days=30))
    collect(desk.collector)
    desk.clock.at += timedelta(days=29)
    assert forget_by_interface(desk.collector) == 0
    desk.clock.at += timedelta(days=2)
    assert forget_by_interface(desk.collector) == 2
    assert desk.documents() == []


def test_a_token_does_not_follow_a_redirect(server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher) -> None:
    other = f"localhost:{server.port}"
    seen: list[Request] = []

    def elsewhere(request: Request) -> bytes:
        seen.append(request)
        return reply(404)

    fetcher = make_fetcher(allowed=frozenset({server.netloc, other}))
    desk = Desk(FeedFormat.YOUTUBE_COMMENTS, server, store, fetcher, headers=(("X-Goog-Api-Key", "khoa"),))
    server.routes |= {desk.path: redirect(f"http://{other}/di"), "/di": elsewhere}
    collect(desk.collector)
    assert [sorted(r.headers.keys() & {"x-goog-api-key"}) for r in seen] == [[]]
    assert "khoa" not in repr(desk.collector.channels)


def test_a_refusal_of_the_interface_is_backed_off(
    server: HostileServer, store: SqlStore, make_fetcher: MakeFetcher
) -> None:
    desk = Desk(FeedFormat.YOUTUBE_COMMENTS, server, store, make_fetcher())
    server.routes[desk.path] = reply(403, b'{"error": {"errors": [{"reason": "quotaExceeded"}]}}')
    [polled] = collect(desk.collector)
    assert polled.state.refusals == 1
    assert polled.state.next_poll_at > NOW + timedelta(hours=1)


def google(reason: str) -> bytes:
    return json.dumps({"error": {"code": 403, "message": PERSON, "errors": [{"reason": reason}]}}).encode()


def graph(code: int) -> bytes:
    return json.dumps({"error": {"code": code, "message": PERSON, "type": "OAuthException"}}).encode()


@pytest.mark.parametrize(
    ("form", "status", "body", "words"),
    [
        (FeedFormat.YOUTUBE_COMMENTS, 403, google("quotaExceeded"), "đã dùng hết hạn mức của ngày (HTTP 403)"),
        (FeedFormat.YOUTUBE_COMMENTS, 403, google("commentsDisabled"), "(HTTP 403, phần bình luận đã tắt)"),
        (FeedFormat.YOUTUBE_COMMENTS, 400, google("keyInvalid"), "mã truy cập hết hạn hoặc không đúng"),
        (FeedFormat.YOUTUBE_COMMENTS, 403, google(PERSON), "cấm truy cập (HTTP 403)"),
        (FeedFormat.YOUTUBE_COMMENTS, 403, b'{"error": {"errors": []}}', "cấm truy cập (HTTP 403)"),
        (FeedFormat.FACEBOOK_PAGE, 400, graph(190), "mã truy cập hết hạn hoặc không đúng"),
        (FeedFormat.FACEBOOK_PAGE, 400, graph(4), "yêu cầu đọc thưa hơn (HTTP 400)"),
        (FeedFormat.FACEBOOK_PAGE, 400, b'{"error": 1}', "yêu cầu không được chấp nhận (HTTP 400)"),
    ],
)
def test_why_an_interface_refuses_is_told(
    form: FeedFormat, status: int, body: bytes, words: str, server: HostileServer, store: SqlStore,
    make_fetcher: MakeFetcher,
) -> None:  # fmt: skip
    desk = Desk(form, server, store, make_fetcher(), zone="America/Los_Angeles")
    server.routes[desk.path] = reply(status, body)
    [polled] = collect(desk.collector)
    assert words in polled.state.outcome
    assert PERSON not in polled.state.outcome
    if "hạn mức" in words:  # renewed at 08:00 UTC
        assert timedelta(hours=5) <= polled.state.next_poll_at - NOW < timedelta(hours=6)


def test_every_interface_has_all_its_parts() -> None:
    assert set(WHAT_THEY_BRING) == set(INTERFACES) == set(CASES), "domain/sources.py, parsing/social.py, CASES here"


@pytest.mark.parametrize("form", WHAT_THEY_BRING)
def test_words_of_persons_are_known_as_such_whatever_the_source(form: FeedFormat) -> None:
    agency = replace(SOCIAL, kind=SourceKind.STATE_AGENCY)
    assert make_feed("x", format=form, source=agency).kind in PERSONAL_KINDS


@pytest.mark.parametrize("form", list(CASES))
@pytest.mark.parametrize("body", [b"", b"null", b"[1, null]", b'{"data": [{"comments": 3}], "items": 1}', b"<html>"])
def test_answers_of_another_shape_give_nothing(form: FeedFormat, body: bytes) -> None:
    found = read_social(form, body, now=NOW)
    assert found is None or found.entries == ()


@pytest.mark.parametrize(
    ("form", "url"),
    [
        (FeedFormat.YOUTUBE_COMMENTS, "https://www.youtube.com/@ten"),
        (FeedFormat.FACEBOOK_PAGE, "https://www.facebook.com/groups/123"),
        (FeedFormat.MASTODON, "https://mas.example.com/@mau"),
        (FeedFormat.FEED, "https://mas.example.com/rss"),
    ],
)
def test_addresses_that_name_nothing_at_the_interface(form: FeedFormat, url: str) -> None:
    with pytest.raises(BadAddressError):
        interface_address(form, "https://api.example.com", url)
