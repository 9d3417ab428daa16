"""What the desk's work and the review ask of the storage, and what their pages read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from service.domain.desk import AlertFigures, HandlingView, OutboxView, Subscription, Webhook
from service.domain.findings import Finding, FindingDetailView, FindingView, Published, WarningView
from service.domain.silences import Silence
from service.domain.warning import Level


class DeskStorage(Protocol):
    """Silences, subscriptions, webhooks, the outbox as a person sees it."""

    def silences(self, *, active_at: datetime | None = None) -> list[Silence]:
        """All, or those that hold or will hold at a time; the one that ends last first."""
        ...

    def silence(self, silence_id: int) -> Silence | None: ...

    def add_silence(self, silence: Silence) -> int: ...

    def end_silence(self, silence_id: int, *, who: str, at: datetime) -> bool:
        """False: there is no such silence, or it is over."""
        ...

    def subscriptions(self, email: str | None = None) -> list[Subscription]: ...

    def alert_within(self, alert_id: str, provinces: Sequence[str]) -> bool:
        """Whether an alert is of one of the provinces, or has evidence that names one."""
        ...

    def documents_within(self, ids: Sequence[str], provinces: Sequence[str]) -> set[str]:
        """Those of the documents that name one of the provinces."""
        ...

    def add_subscription(self, subscription: Subscription, *, at: datetime) -> int: ...

    def delete_subscription(self, subscription_id: int, *, email: str) -> bool: ...

    def webhooks(self) -> list[Webhook]: ...

    def add_webhook(self, url: str, signing_key: bytes, *, min_level: Level, who: str, at: datetime) -> bool:
        """False: the address is there already."""
        ...

    def delete_webhook(self, webhook_id: int) -> bool: ...

    def webhook_key(self, url: str) -> bytes | None: ...

    def has_notification(self, key: str) -> bool: ...

    def outbox(self, *, states: Sequence[str], before: int | None, limit: int) -> list[OutboxView]: ...

    def requeue(self, notification_id: int | None, *, who: str, at: datetime) -> int: ...


class ReviewStorage(Protocol):
    """Findings, the decisions about them, legal texts."""

    def add_findings(self, findings: Sequence[Finding]) -> None:
        """Keep new findings; one that is there already is left as it is."""
        ...

    def replace_findings(self, document_id: str, findings: Sequence[Finding]) -> None: ...

    def blur_findings(self, document_id: str) -> None: ...

    def finding(self, finding_id: str) -> Finding | None: ...

    def save_finding(
        self, finding: Finding, *, move: str, actor: str, reason: str, at: datetime, text: str = ""
    ) -> None:
        """Keep the finding as it is now, and the decision that made it so; `text`: what that has published."""
        ...

    def published(self, finding_id: str) -> Published | None:
        """Its newest text, retracted or not; None: it has published nothing."""
        ...

    def told_of_warning(self, finding_id: str) -> list[str]:
        """Addresses that its publication was mailed to."""
        ...

    def findings_waiting(self, *, due_before: datetime) -> list[Finding]: ...

    def note_reminder(self, finding_id: str, *, reminded: int) -> None: ...

    def add_receipt(self, finding_id: str, email: str, *, at: datetime) -> bool:
        """Note that a person has taken note of what is published now; False: it is noted already."""
        ...

    def legal_texts(self) -> list[Mapping[str, Any]]: ...

    def add_legal_text(self, body: Mapping[str, Any], *, sha256: str, at: datetime) -> None: ...


class DeskModels(Protocol):
    """What the pages and the API of the desk read."""

    def handling(self, alert_id: str) -> HandlingView | None: ...

    def alert_figures(self, *, since: datetime, until: datetime) -> AlertFigures: ...

    def alert_moves(
        self, kinds: Sequence[str], *, since: datetime, until: datetime
    ) -> dict[str, dict[str, datetime]]:  # fmt: skip
        """What happened to alerts in a span: by alert, when each kind of it did last, in that order."""
        ...

    def findings(self, *, states: Sequence[str], before: str | None, limit: int) -> list[FindingView]:
        """Newest first; `before`: id of the last finding of the page before."""
        ...

    def finding(self, finding_id: str) -> FindingDetailView | None: ...

    def warnings(self, *, limit: int) -> list[WarningView]:
        """Published warnings and corrections, newest first; those that were retracted too."""
        ...

    def finding_counts(self) -> dict[str, int]:
        """Findings by state."""
        ...
