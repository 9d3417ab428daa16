"""When each role, and some work that is done once whoever does it, was last at work."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base


class RoundRow(Base):
    """The last round of a role («work», «schedule»), of retention («retention»), of the story desk («place») and of the
    merge pass («merge»), whichever process did it."""

    __tablename__ = "rounds"

    role: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime]
