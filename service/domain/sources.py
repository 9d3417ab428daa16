"""Who publishes (Source) and the addresses that are polled (Feed)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from service.domain.documents import DocumentKind


class SourceKind(StrEnum):
    """What sort of outlet a source is; it decides reliability and reach of what it says."""

    STATE_AGENCY = "state_agency"
    CENTRAL = "central"
    PROVINCIAL = "provincial"
    SPECIALISED = "specialised"
    ONLINE = "online"
    BROADCASTER = "broadcaster"
    FORUM = "forum"
    SOCIAL = "social"
    AGGREGATOR = "aggregator"

    @property
    def is_press(self) -> bool:
        return self not in (SourceKind.FORUM, SourceKind.SOCIAL, SourceKind.AGGREGATOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An outlet.

    Attributes:
        publisher: the group that owns it; outlets of one group count once when independent origins are counted.
        province: code of the province it covers (General Statistics Office, valid today); None for national outlets.
        reach: relative size of its public, 1 (small) to 5 (everybody reads it).
    """

    id: str
    name: str
    kind: SourceKind
    publisher: str
    province: str | None = None
    reach: int = 2


class FeedFormat(StrEnum):
    """How the bytes at a feed's address are read."""

    FEED = "feed"  # RSS, RDF, Atom, JSON Feed; told apart by content
    SITEMAP = "sitemap"
    HTML_LIST = "html_list"
    YOUTUBE_COMMENTS = "youtube_comments"
    FACEBOOK_PAGE = "facebook_page"
    MASTODON = "mastodon"

    @property
    def is_interface(self) -> bool:
        """Read through an official interface (docs/social.md), not as a feed."""
        return self in INTERFACES


# official interfaces -> what they bring: words of persons, whatever the source that they are entered under
INTERFACES: Mapping[FeedFormat, DocumentKind] = {
    FeedFormat.YOUTUBE_COMMENTS: DocumentKind.COMMENT,
    FeedFormat.FACEBOOK_PAGE: DocumentKind.COMMENT,
    FeedFormat.MASTODON: DocumentKind.POST,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """An address that is polled.

    Attributes:
        protected_section: readers' letters, hotlines and the like: whatever stands there is protected speech
            (product rule 2).
        topics: topic ids that everything in this feed is about.
        verified: somebody has been seen to use the address with success.
        interval: time between two polls before the feed's own rhythm is known.
        covered: somebody has looked at the outlet and entered it; False: it is in a file of another tool only.
    """

    id: str
    url: str
    source: Source
    section: str = ""
    format: FeedFormat = FeedFormat.FEED
    protected_section: bool = False
    topics: tuple[str, ...] = ()
    verified: bool = False
    enabled: bool = True
    interval: timedelta = timedelta(minutes=15)
    selector: str | None = None
    covered: bool = True

    @property
    def kind(self) -> DocumentKind:
        """What sort of publication it brings."""
        if brought := INTERFACES.get(self.format):
            return brought
        return DocumentKind.POST if self.source.kind in (SourceKind.FORUM, SourceKind.SOCIAL) else DocumentKind.ARTICLE
