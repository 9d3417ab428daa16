"""What use cases ask of the storage.

These protocols exist because use cases stand below the storage in the import order; the tests run the real one on both
databases instead of a fake.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from service.domain.accounts import Role, RoleGrant, Scope, Session, Token, User
from service.domain.audit import NO_FILTER, AuditDraft, AuditEntry, AuditFilter, Prune
from service.domain.campaigns import Campaign
from service.domain.documents import Erased, PageDue
from service.domain.fetching import FeedState, HostRest
from service.domain.intents import DocumentIntent, Evidence, Placed
from service.domain.notifications import DeliveryOutcome, NotificationDraft, PendingNotification, Undelivered
from service.domain.stories import Override, StoryPlacement
from service.domain.streams import MOST_DOCUMENTS, PressText, StreamDocument
from service.domain.views import StoryView
from service.domain.warning import Alert, Bin
from service.ports.collecting import CoverageStorage, RevisionStorage
from service.ports.desk import DeskStorage, ReviewStorage
from service.ports.learning import LearningStorage


class StoreError(Exception):
    """The database does not answer, is locked, is none or of a newer version; the message says where it is."""


class CollectionStorage(Protocol):
    """Feeds, entries seen, documents."""

    def seed_feeds(self, states: Iterable[FeedState]) -> None:
        """Remember feeds that are new; known ones keep their state, unless their address is another now: then they
        begin anew, due when the seed says."""
        ...

    def due_feeds(self, now: datetime, *, among: Sequence[str], limit: int) -> list[FeedState]:
        """Feeds whose next poll is due, longest overdue first; also those that a clock that was ahead has put off."""
        ...

    def host_rests(self, now: datetime) -> list[HostRest]:
        """Hosts that want to be left alone now."""
        ...

    def save_host_rest(self, rest: HostRest) -> None: ...

    def feed_state(self, feed_id: str) -> FeedState | None: ...

    def save_feed(self, state: FeedState) -> None: ...

    def unseen(self, keys: Sequence[str]) -> set[str]:
        """Those of the entry keys that were never recorded."""
        ...

    def record_sightings(
        self, keys: Iterable[str], *, feed_id: str, at: datetime, digests: Mapping[str, str] | None = None
    ) -> None:
        """Remember entries; `digests` of their titles by key, where changes are to be noticed."""
        ...

    def last_sighting(self) -> datetime | None:
        """When the newest entry was recorded."""
        ...

    def days_with_sightings(self, *, since: datetime, until: datetime) -> int:
        """On how many different days in Việt Nam entries were recorded."""
        ...

    def record_drops(self, reason: str, count: int, *, day: str) -> None:
        """Count texts of which nothing is kept."""
        ...

    def add_documents(self, intents: Sequence[DocumentIntent]) -> None:
        """Keep new documents; one that is there already is left as it is."""
        ...

    def pages_due(self, now: datetime, *, limit: int) -> list[PageDue]: ...

    def document(self, document_id: str) -> DocumentIntent | None: ...

    def replace_document(self, intent: DocumentIntent) -> None:
        """Put the text and judgement of a read page in place of what the feed gave."""
        ...

    def postpone_page(self, document_id: str, *, until: datetime | None, tried: bool = True) -> None:
        """Try the page again at `until`, or never (None); the document stays as the feed gave it."""
        ...


class RetentionStorage(Protocol):
    """What is removed when its time is over."""

    def forget_texts(self, *, before: datetime) -> int:
        """Remove the full text of documents first seen before a time; gives how many."""
        ...

    def forget_sightings(self, *, before: datetime) -> int: ...


class StoryStorage(Protocol):
    """Placement of documents in stories, and the counts that follow."""

    def unplaced(self, *, limit: int) -> list[Placed]:
        """Relevant documents without story in order of arrival; story and origin of the placement are empty."""
        ...

    def recently_placed(self, *, since: datetime) -> list[Placed]:
        """What the story builder has to know after a start, in order of arrival."""
        ...

    def save_placements(self, placed: Sequence[Placed]) -> None:
        """Keep placements, bring the figures of their stories up to date and count what they touch anew."""
        ...

    def delete_documents(self, ids: Sequence[str]) -> list[Erased]:
        """Delete documents with everything that is kept of them; stories and counts follow, and the first copy that
        stays is an origin from now on. Gives what they were."""
        ...

    def gone(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that no document has."""
        ...


class StreamStorage(Protocol):
    """Counts of streams (service.domain.streams), and the documents behind them."""

    def wait_for_counts(self) -> None:
        """Wait for the units of work that change documents and counts, and let none begin before the end of this one;
        what changes these waits by itself."""
        ...

    def count_again(self, hours: Iterable[datetime], stories: Iterable[str]) -> None:
        """Count hours and stories anew from the documents; what is right already is not written."""
        ...

    def bins_of(self, streams: Sequence[str], *, since: datetime, until: datetime) -> dict[str, list[Bin]]:
        """Hours with at least one document, in order, of several streams."""
        ...

    def evidence(
        self, stream: str, *, since: datetime, until: datetime, limit: int | None, also: Collection[str] = ()
    ) -> list[Evidence]:
        """Negative origins of a stream and the documents named, newest first."""
        ...

    def stream_documents(
        self, stream: str, *, since: datetime, until: datetime, limit: int | None = MOST_DOCUMENTS
    ) -> list[StreamDocument]:
        """The last `limit` documents of a stream with their copies, oldest first."""
        ...

    def press_texts(self, *, published_since: datetime, seen_since: datetime) -> list[PressText]:
        """Articles of the press and of agencies that are in a story, oldest first."""
        ...

    def topics_of(self, ids: Sequence[str]) -> list[str]:
        """Topics of documents, the most frequent first."""
        ...

    def subject_of(self, stream: str) -> str:
        """Headline of a story's stream, name of a province's; empty for the others."""
        ...

    def notable_stories(self, *, negative: int, limit: int) -> list[StoryView]:
        """Stories with at least so many negative origins, those with most first."""
        ...

    def forget_counts(self, *, stories_before: datetime) -> int:
        """Remove streams of stories without a document since; gives how many rows."""
        ...


class StoryDecisionStorage(Protocol):
    """Merges and splits of stories, and where stories stand."""

    def story_decisions(self, *, after: int = 0) -> list[tuple[int, Override]]:
        """Decisions with their numbers, oldest first; those after a number."""
        ...

    def add_story_decision(self, override: Override, *, actor: str, reason: str, at: datetime) -> None: ...

    def story_members(self, story: str, *, irrelevant: bool = False) -> list[StoryPlacement]:
        """Documents of a story in order of arrival; behind them, if wanted, those that were judged irrelevant since,
        which may be judged again."""
        ...

    def move_documents(self, placements: Sequence[StoryPlacement]) -> None:
        """Put documents into other stories, and bring all figures up to date."""
        ...

    def moving_stories(self, *, since: datetime) -> list[str]:
        """Stories with a document since a time, those never looked at, and those not known to be dormant."""
        ...

    def story_hours(self, story: str) -> list[datetime]:
        """Hour of publication of every document of a story, in order."""
        ...

    def save_phases(self, phases: Mapping[str, str], *, at: datetime) -> None: ...


class CampaignStorage(Protocol):
    """Campaigns that people have entered."""

    def campaigns(self) -> list[Campaign]: ...

    def add_campaign(self, campaign: Campaign, *, by: str, at: datetime) -> None: ...

    def remove_campaign(self, campaign_id: str) -> bool:
        """Whether there was one."""
        ...


class WarningStorage(Protocol):
    """Counts, alerts, outbox."""

    def streams(self) -> list[str]: ...

    def bins(self, stream: str, *, since: datetime, until: datetime) -> list[Bin]:
        """Hours with at least one document, in order."""
        ...

    def recent_bins(self, *, since: datetime) -> dict[str, list[Bin]]:
        """Hours with at least one document, by stream."""
        ...

    def first_bin(self) -> datetime | None:
        """Start of the first hour of any stream."""
        ...

    def live_alerts(self) -> list[Alert]:
        """Alerts that are not closed."""
        ...

    def merged_alerts(self, *, into: Sequence[str]) -> list[Alert]:
        """Alerts that were merged into one of these."""
        ...

    def ended_alerts(self, *, since: datetime) -> list[Alert]:
        """Alerts that were closed or dismissed from then on, merged ones too."""
        ...

    def last_alert(self, stream: str) -> Alert | None: ...

    def alert(self, alert_id: str) -> Alert | None: ...

    def save_alert(self, alert: Alert, *, kind: str, actor: str, text: str, at: datetime) -> None:
        """Insert or update an alert and add a line to its timeline."""
        ...

    def timeline_length(self, alert_id: str) -> int:
        """How many lines the timeline of an alert has."""
        ...

    def touch_alert(self, alert: Alert) -> None:
        """Update an alert without a line in its timeline."""
        ...

    def count_told(self, *, since: datetime, recipient: str | None = None) -> int:
        """How many alerts messages were put into the outbox about."""
        ...

    def was_told(self, alert_id: str, *, recipient: str | None = None) -> bool: ...

    def enqueue(self, drafts: Iterable[NotificationDraft], *, at: datetime, not_before: datetime | None = None) -> None:
        """Put messages into the outbox, to go out at `not_before`; a key that is there already is left alone."""
        ...

    def claim_notifications(
        self, now: datetime, *, limit: int, channel: str, until: datetime, strictly: bool = False
    ) -> list[PendingNotification]:
        """What is due of a channel, for this sender alone until a time: whoever dies meanwhile loses nothing. A message
        waits while an earlier one of the same alert to the same address is due, or waits for the channel.

        Args:
            strictly: it waits also while the earlier one waits for its hour, or was put off as itself.
        """
        ...

    def release_notifications(self, ids: Sequence[int], *, at: datetime) -> None:
        """Give claimed messages back untried, to be due at a time."""
        ...

    def withdraw_notifications(self, alert_id: str, *, occasion: str, at: datetime) -> None:
        """What waits to be said of an alert at an occasion is said no more."""
        ...

    def told_by_mail(self, alert_id: str) -> list[str]:
        """Addresses that were, or are about to be, written to about an alert."""
        ...

    def tried_in_vain(self, notification_id: int) -> tuple[datetime | None, int]:
        """Since when, and how often, a message was tried while its channel was down; one put back begins anew."""
        ...

    def undelivered(self, channel: str) -> Undelivered | None:
        """Messages that wait because their channel is down; None where it is not."""
        ...

    def record_delivery(self, notification_id: int, outcome: DeliveryOutcome, *, at: datetime, dead: bool) -> None:
        """Note one try; `dead`: no further try is made."""
        ...


class AccountStorage(Protocol):
    """Accounts and API tokens."""

    def count_users(self) -> int: ...

    def add_user(self, email: str, roles: frozenset[Role], password_hash: str, *, at: datetime) -> int:
        """Gives the new account's id."""
        ...

    def user(self, email: str) -> User | None: ...

    def set_password(self, email: str, password_hash: str, *, must_change: bool) -> None: ...

    def note_login(self, email: str, *, failed: int, locked_until: datetime | None) -> None: ...

    def add_token(
        self,
        name: str,
        digest: str,
        scopes: frozenset[Scope],
        *,
        owner: str | None,
        at: datetime,
        expires_at: datetime,
    ) -> int: ...

    def tokens(self) -> list[Token]: ...

    def token(self, digest: str) -> Token | None: ...

    def note_token_use(self, token_id: int, *, at: datetime) -> None: ...

    def revoke_token(self, token_id: int, *, at: datetime) -> None: ...

    def secret(self, name: str, make: Callable[[], bytes]) -> bytes:
        """A key by name; made by `make` and kept if it is not there yet."""
        ...

    def replace_secret(self, name: str, value: bytes) -> None: ...

    def sealed_values(self) -> list[tuple[str, bytes]]:
        """Secrets of second factors and keys of webhooks as they lie in the database, each with a name of its own."""
        ...

    def replace_sealed(self, name: str, value: bytes) -> None:
        """Put another value in place of one of `sealed_values`."""
        ...


class SessionStorage(Protocol):
    """Sessions, second factors, roles and what waits for a second administrator."""

    def user_by_id(self, user_id: int) -> User | None: ...

    def accounts(self) -> list[User]: ...

    def set_roles(self, user_id: int, roles: frozenset[Role]) -> None: ...

    def set_provinces(self, user_id: int, provinces: Sequence[str]) -> None: ...

    def set_disabled(self, user_id: int, at: datetime | None) -> None: ...

    def drop_second_factor(self, user_id: int) -> None: ...

    def enrol_second_factor(self, user_id: int, secret: str, step: int, *, instead_of: str | None) -> bool:
        """Set it in place of the (sealed) secret that was there; False where that has changed or nobody may enter."""
        ...

    def take_totp_step(self, user_id: int, step: int) -> bool:
        """Note that the code of this 30-second step was used; False if it, or a later one, was used before."""
        ...

    def set_oidc_subject(self, user_id: int, subject: str | None) -> None: ...

    def set_recovery_codes(self, user_id: int, digests: Sequence[str]) -> None:
        """In place of all the account had."""
        ...

    def take_recovery_code(self, user_id: int, digest: str, *, at: datetime) -> bool: ...

    def add_session(self, digest: str, session: Session) -> None: ...

    def session(self, digest: str) -> Session | None: ...

    def sessions(self, user_id: int, *, now: datetime) -> list[Session]:
        """Those that are neither ended nor over."""
        ...

    def note_session_use(self, session_id: int, *, at: datetime) -> None: ...

    def revoke_sessions(
        self, user_id: int, *, at: datetime, only: int | None = None, keep: int | None = None
    ) -> int: ...

    def forget_sessions(self, *, before: datetime) -> int: ...

    def take_form(self, digest: str, *, at: datetime) -> bool:
        """Note that a form is at work; False where it is noted already."""
        ...

    def form_answer(self, digest: str, *, since: datetime) -> bytes | None:
        """What a form that was noted since then was answered; empty while it is at work, None where it is not noted."""
        ...

    def answer_form(self, digest: str, answer: bytes) -> None: ...

    def drop_form(self, digest: str) -> None: ...

    def forget_forms(self, *, before: datetime) -> None: ...

    def propose_role(self, user_id: int, role: Role, *, by: str, at: datetime) -> int: ...

    def role_grant(self, grant_id: int) -> RoleGrant | None: ...

    def waiting_grants(self) -> list[RoleGrant]: ...

    def confirm_grant(self, grant_id: int, *, by: str, at: datetime) -> None: ...

    def withdraw_grant(self, grant_id: int, *, at: datetime) -> None: ...


class AuditStorage(Protocol):
    """The audit chain."""

    def append_audit(self, draft: AuditDraft) -> AuditEntry: ...

    def audit_end(self) -> tuple[int, str]:
        """Number and hash of the newest entry."""
        ...

    def audit_entries(self, *, after: int = 0) -> Iterator[AuditEntry]: ...

    def newest_audit(
        self, *, limit: int, before: int | None = None, wanted: AuditFilter = NO_FILTER
    ) -> list[AuditEntry]:  # fmt: skip
        """Entries, newest first; `before`: with smaller numbers than that only."""
        ...

    def audit_before(self, at: datetime) -> tuple[int, str] | None:
        """Number and hash of the newest entry older than `at`."""
        ...

    def last_prune(self) -> Prune | None: ...

    def prune_audit(self, prune: Prune) -> int:
        """Remove entries up to the prune's number; gives how many."""
        ...


class PrivacyStorage(Protocol):
    """What is removed when its time is over or on request, beyond RetentionStorage."""

    def forget_excerpts(self, *, before: datetime) -> int:
        """Remove the excerpts of documents first seen before a time; gives how many."""
        ...

    def comments_due(self, *, before: datetime) -> list[str]:
        """Posts, comments, letters and messages first seen before a time of which more than labels is kept."""
        ...

    def forget_comments(self, ids: Sequence[str]) -> int:
        """Remove every text and the address of some of them; labels stay."""
        ...

    def forget_messages(self, *, before: datetime) -> int:
        """Remove the subjects and bodies of notifications that are done."""
        ...

    def forget_findings(self, *, before: datetime) -> int:
        """Remove findings that ended before, with the decisions about them."""
        ...

    def copies_of(self, document_ids: Sequence[str]) -> list[str]:
        """The documents and everything that has the same origin."""
        ...

    def documents_at(self, urls: Sequence[str]) -> list[str]:
        """What is kept of these addresses, and readers' comments under them."""
        ...

    def comments_under(self, ids: Sequence[str]) -> list[str]:
        """Readers' comments under these publications."""
        ...

    def erase_documents(self, ids: Sequence[str]) -> list[str]:
        """Delete documents (see `delete_documents`) and every text taken from them; gives their addresses."""
        ...

    def erase_marks(self, ids: Sequence[str]) -> None:
        """Delete when and where documents were first seen, and take them out of the evidence of alerts and of decisions
        about stories; only what is remembered as forgotten keeps them from being taken again."""
        ...

    def remember_forgotten(self, digests: Iterable[str], *, at: datetime) -> None: ...

    def forgotten(self, digests: Sequence[str]) -> set[str]:
        """Those of the digests that were deleted on request."""
        ...

    def all_forgotten(self) -> list[tuple[str, datetime]]: ...

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Id and address of every document that has one."""
        ...


class RoundStorage(Protocol):
    """When each role («work», «schedule»), the removal by retention («retention»), the story desk («place») and the
    merge pass («merge») were last at work."""

    def note_round(self, role: str, *, at: datetime) -> None: ...

    def rounds(self) -> dict[str, datetime]:
        """The time by role; without those that never were."""
        ...


class Transaction(
    CollectionStorage,
    RetentionStorage,
    RevisionStorage,
    CoverageStorage,
    StoryStorage,
    StoryDecisionStorage,
    WarningStorage,
    AccountStorage,
    SessionStorage,
    AuditStorage,
    PrivacyStorage,
    DeskStorage,
    ReviewStorage,
    StreamStorage,
    CampaignStorage,
    LearningStorage,
    RoundStorage,
    Protocol,
):
    """One unit of work."""


class Store(Protocol):
    """Gives out units of work."""

    def begin(self) -> AbstractContextManager[Transaction]:
        """A unit of work: committed when the block ends well, rolled back when it raises."""
        ...

    def snapshot(self) -> AbstractContextManager[Transaction]:
        """A unit of work that only reads: nobody waits for it, however long it takes."""
        ...

    def settle(self) -> None:
        """Leave no older copy of what was deleted in a journal, as far as nobody is reading it."""
        ...
