"""One unit of work on a connection."""

from __future__ import annotations

from sqlalchemy import Connection

from service.storage.account_tables import AccountTables
from service.storage.audit_tables import AuditTables
from service.storage.campaign_tables import CampaignTables
from service.storage.collection import CollectionTables
from service.storage.coverage_tables import CoverageTables
from service.storage.decision_tables import DecisionTables
from service.storage.desk_tables import DeskTables
from service.storage.privacy_tables import PrivacyTables
from service.storage.review_tables import ReviewTables
from service.storage.revision_tables import RevisionTables
from service.storage.round_tables import RoundTables
from service.storage.session_tables import SessionTables
from service.storage.warning_tables import WarningTables


class SqlTransaction(
    CollectionTables,
    RevisionTables,
    CoverageTables,
    DecisionTables,
    WarningTables,
    AccountTables,
    SessionTables,
    AuditTables,
    PrivacyTables,
    DeskTables,
    ReviewTables,
    CampaignTables,
    RoundTables,
):
    """See service.ports.storage.Transaction; it neither begins nor commits."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
