"""Accounts, roles, sessions, tokens and rate limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Float, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.schema.base import Base


class UserRow(Base):
    """A person who works with the service; not a person it watches."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    roles: Mapped[list[str]]
    provinces: Mapped[list[str]]
    password_hash: Mapped[str] = mapped_column(Text)
    must_change_password: Mapped[bool] = mapped_column(Boolean)
    failed_logins: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    totp_secret: Mapped[str | None] = mapped_column(Text)  # sealed (service/storage/vault.py)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    oidc_subject: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]


class TokenRow(Base):
    """An API token; only its digest is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]]
    owner: Mapped[str | None] = mapped_column(String(254))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SecretRow(Base):
    """What the service notes of itself: the digest of its configuration."""

    __tablename__ = "secrets"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class SessionRow(Base):
    """A browser that is logged in; only a digest of its secret is kept."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    method: Mapped[str] = mapped_column(String(20))
    client: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class RecoveryCodeRow(Base):
    """One-time codes for who lost the second factor; digests only."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None]


class RoleGrantRow(Base):
    """A role proposed by one administrator, holding when another one confirmed it."""

    __tablename__ = "role_grants"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    proposed_by: Mapped[str] = mapped_column(String(254))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[str | None] = mapped_column(String(254))
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("confirmed_by is null or confirmed_by <> proposed_by", name="two_people"),)


class FormAnswerRow(Base):
    """A form that was sent some minutes ago, under a digest, and what its sender was answered (service/web/once.py)."""

    __tablename__ = "form_answers"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    answer: Mapped[bytes] = mapped_column(LargeBinary)  # sealed for the browser that sent it; empty while at work


class RateWindowRow(Base):
    """Requests of one account or network address in the present window, under a keyed digest (PostgreSQL only)."""

    __tablename__ = "rate_windows"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    ends_at: Mapped[float] = mapped_column(Float, index=True)  # seconds since 1970
