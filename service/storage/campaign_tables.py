"""Campaigns that people have entered."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, delete, insert, select

from service.domain.campaigns import Campaign
from service.storage.schema import CampaignRow
from service.storage.sql import table

CAMPAIGNS = table(CampaignRow)


class CampaignTables:
    """See service.ports.storage.CampaignStorage."""

    connection: Connection

    def campaigns(self) -> list[Campaign]:
        query = select(CAMPAIGNS).order_by(CAMPAIGNS.c.starts, CAMPAIGNS.c.id)
        return [
            Campaign(
                id=r.id,
                name=r.name,
                starts=date.fromisoformat(r.starts),
                ends=date.fromisoformat(r.ends),
                topics=tuple(r.topics),
                places=tuple(r.places),
            )
            for r in self.connection.execute(query)
        ]

    def add_campaign(self, campaign: Campaign, *, by: str, at: datetime) -> None:
        values = {
            "id": campaign.id,
            "name": campaign.name,
            "starts": campaign.starts.isoformat(),
            "ends": campaign.ends.isoformat(),
            "topics": list(campaign.topics),
            "places": list(campaign.places),
            "created_at": at,
            "created_by": by,
        }
        self.connection.execute(insert(CAMPAIGNS).values(**values))

    def remove_campaign(self, campaign_id: str) -> bool:
        return self.connection.execute(delete(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign_id)).rowcount > 0
