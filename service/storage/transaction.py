"""One unit of work on a connection."""

from __future__ import annotations

from sqlalchemy import Connection

from service.storage.account_tables import AccountTables
from service.storage.campaign_tables import CampaignTables
from service.storage.collection import CollectionTables
from service.storage.decision_tables import DecisionTables
from service.storage.warning_tables import WarningTables


class SqlTransaction(CollectionTables, DecisionTables, WarningTables, AccountTables, CampaignTables):
    """See service.ports.storage.Transaction; it neither begins nor commits."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
