"""Tables, a module for each room; importing this registers them all.

No column holds an author, a handle, an avatar or a profile link (product rule 1; a test reads the tables).
"""

from service.storage.schema.accounts import (
    FormAnswerRow,
    RateWindowRow,
    RecoveryCodeRow,
    RoleGrantRow,
    SecretRow,
    SessionRow,
    TokenRow,
    UserRow,
)
from service.storage.schema.audit import AuditPruneRow, AuditRow, ForgottenRow
from service.storage.schema.base import Base, UtcDateTime
from service.storage.schema.collection import (
    ChannelCountRow,
    CoverageRow,
    DocumentPageRow,
    DocumentPlaceRow,
    DocumentRow,
    DocumentTopicRow,
    DropRow,
    FeedCheckRow,
    FeedHourRow,
    FeedRow,
    FeedSignRow,
    HostRestRow,
    LinkedHostRow,
    RevisionRow,
    SightingRow,
)
from service.storage.schema.desk import (
    AlertEventRow,
    AlertRow,
    DeliveryRow,
    NotificationRow,
    SilenceRow,
    SubscriptionRow,
    WebhookRow,
)
from service.storage.schema.learning import DocumentLabelRow, DocumentMarginRow, ScoreCountRow
from service.storage.schema.review import FindingDecisionRow, FindingRow, LegalTextRow, WarningReceiptRow
from service.storage.schema.rounds import RoundRow
from service.storage.schema.stories import (
    CampaignRow,
    CountRow,
    RecountRow,
    StoryDecisionRow,
    StoryRow,
    StoryStateRow,
)

__all__ = [
    "AlertEventRow",
    "AlertRow",
    "AuditPruneRow",
    "AuditRow",
    "Base",
    "CampaignRow",
    "ChannelCountRow",
    "CountRow",
    "CoverageRow",
    "DeliveryRow",
    "DocumentLabelRow",
    "DocumentMarginRow",
    "DocumentPageRow",
    "DocumentPlaceRow",
    "DocumentRow",
    "DocumentTopicRow",
    "DropRow",
    "FeedCheckRow",
    "FeedHourRow",
    "FeedRow",
    "FeedSignRow",
    "FindingDecisionRow",
    "FindingRow",
    "ForgottenRow",
    "FormAnswerRow",
    "HostRestRow",
    "LegalTextRow",
    "LinkedHostRow",
    "NotificationRow",
    "RateWindowRow",
    "RecountRow",
    "RecoveryCodeRow",
    "RevisionRow",
    "RoleGrantRow",
    "RoundRow",
    "ScoreCountRow",
    "SecretRow",
    "SessionRow",
    "SightingRow",
    "SilenceRow",
    "StoryDecisionRow",
    "StoryRow",
    "StoryStateRow",
    "SubscriptionRow",
    "TokenRow",
    "UserRow",
    "UtcDateTime",
    "WarningReceiptRow",
    "WebhookRow",
]
