"""One unit of work on a connection."""

from __future__ import annotations

from sqlalchemy import Connection

from service.storage.account_tables import AccountTables
from service.storage.audit_tables import AuditTables
from service.storage.collection import CollectionTables
from service.storage.privacy_tables import PrivacyTables
from service.storage.session_tables import SessionTables
from service.storage.story_tables import StoryTables
from service.storage.warning_tables import WarningTables


class SqlTransaction(
    CollectionTables, StoryTables, WarningTables, AccountTables, SessionTables, AuditTables, PrivacyTables
):
    """See service.ports.storage.Transaction; it neither begins nor commits."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
