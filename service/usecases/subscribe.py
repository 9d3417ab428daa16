"""What people want to be told of, and the programs that are told."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import replace

from service.alerting.hours import Hours
from service.domain.accounts import User
from service.domain.audit import Action
from service.domain.desk import Subscription, SubscriptionChannel, Webhook
from service.domain.permissions import Action as Permitted
from service.domain.permissions import may
from service.domain.provinces import names_of, why_not
from service.domain.topics import TOPICS
from service.domain.warning import Level
from service.ports import Clock, Vault
from service.ports.storage import Store, Transaction
from service.usecases.audit import actor_ref, audit, digest
from service.usecases.deliver import host_allowed

MOST = 20  # subscriptions a person


class SubscriptionError(ValueError):
    """It cannot be kept; the message says why, in Vietnamese."""


def subscribe(
    wanted: Subscription, *, domains: Collection[str], store: Store, clock: Clock, within: Collection[str] = ()
) -> Subscription:
    """Keep a subscription.

    Args:
        domains: the agency's own mail domains; nobody else is told anything.
        within: provinces that limit what the account reads; none: the whole country.

    Raises:
        SubscriptionError: unknown topic or province, wrong hours, an address outside the agency, or too many.
    """
    problem = _problem(wanted, domains)
    if not problem and within and not set(wanted.provinces) <= set(within):
        problem = f"Tài khoản này chỉ đọc tin của {names_of(within)}."
    if problem:
        raise SubscriptionError(problem)
    with store.begin() as tx:
        known = tx.subscriptions(wanted.email)
        same = [s for s in known if replace(s, id=0) == replace(wanted, id=0)]
        if same:
            return same[0]
        if len(known) >= MOST:
            raise SubscriptionError(f"Mỗi người có tối đa {MOST} đăng ký.")
        return replace(wanted, id=tx.add_subscription(wanted, at=clock.now()))


def _problem(wanted: Subscription, domains: Collection[str]) -> str:
    if wanted.email.rpartition("@")[2] not in domains:
        return "Thư chỉ được gửi tới tên miền của cơ quan (RADAR_ALLOWED_DOMAINS)."
    if any(topic not in TOPICS for topic in wanted.topics):
        return "Có chủ đề không có trong danh mục."
    if reasons := [reason for code in wanted.provinces if (reason := why_not(code))]:
        return reasons[0]
    if wanted.channel is SubscriptionChannel.EMAIL and wanted.min_level < Level.WARNING:
        return "Thư báo ngay có từ mức L2 trở lên."
    if wanted.hours and wanted.channel is not SubscriptionChannel.EMAIL:
        return "Bản tin có giờ gửi cố định; chỉ thư báo ngay mới chọn được giờ nhận."
    if wanted.hours:
        try:
            Hours.parse(wanted.hours)
        except ValueError:
            return "Giờ nhận thư ghi theo mẫu 06:00-22:00."
    return ""


def heard(tx: Transaction) -> list[tuple[Subscription, User]]:
    """Subscriptions of accounts that may still read, with the account."""
    readers = {u.email: u for u in tx.accounts() if may(u, Permitted.READ)}
    return [(s, readers[s.email]) for s in tx.subscriptions() if s.email in readers]


def not_ended(tx: Transaction, addresses: Collection[str]) -> dict[str, User | None]:
    """Addresses that were written to before and may be again, each with its account (None: the desk has none); nobody
    whose account has ended."""
    users = {u.email: u for u in tx.accounts()}
    return {a: users.get(a) for a in addresses if a not in users or may(users[a], Permitted.READ)}


def unsubscribe(subscription_id: int, *, email: str, store: Store) -> bool:
    """Remove a subscription of one's own; False where there is none."""
    with store.begin() as tx:
        return tx.delete_subscription(subscription_id, email=email)


def add_webhook(
    url: str, *, min_level: Level, hosts: frozenset[str], who: str, store: Store, clock: Clock, vault: Vault
) -> str:
    """Tell a program of alerts; gives its signing key, which is shown once.

    Raises:
        SubscriptionError: the host is not allow-listed, or the address is there already.
    """
    if len(url) > 500 or not host_allowed(url, hosts):
        raise SubscriptionError("Máy nhận chưa được cho phép (RADAR_WEBHOOK_HOSTS) hoặc địa chỉ không đúng.")
    key = secrets.token_urlsafe(32)
    with store.begin() as tx:
        if not tx.add_webhook(url, vault.seal(key.encode()), min_level=min_level, who=who, at=clock.now()):
            raise SubscriptionError("Địa chỉ này đã có.")
        audit(tx, Action.WEBHOOK_ADDED, actor=actor_ref(tx, who), at=clock.now(), address=digest(url))
    return key


def webhooks(store: Store) -> list[Webhook]:
    with store.snapshot() as tx:
        return tx.webhooks()


def remove_webhook(webhook_id: int, *, who: str, store: Store, clock: Clock) -> bool:
    """Tell a program no longer; False where there is none of that number."""
    with store.begin() as tx:
        removed = tx.delete_webhook(webhook_id)
        if removed:
            subject = f"webhook:{webhook_id}"
            audit(tx, Action.WEBHOOK_REMOVED, actor=actor_ref(tx, who), at=clock.now(), subject=subject)
        return removed
