"""Signed webhooks: JSON by POST, no redirects, through the address guard that bootstrap hands over."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import httpx

from service.domain.notifications import Delivered, DeliveryOutcome, NotificationDraft, Rejected, Retry, Untried
from service.notifications.patience import never, within
from service.ports import Clock

SIGNATURE = "X-Radar-Signature"
LONGEST_RETRY_AFTER = timedelta(hours=2)
TIMEOUT_SECONDS = 10.0
PASSING = (408, 425, 429)


def sign(key: bytes, body: bytes, at: datetime) -> str:
    """Value of the signature header: «t=SECONDS,v1=HEX», HMAC-SHA256 over «SECONDS.BODY»."""
    seconds = str(int(at.timestamp()))
    return f"t={seconds},v1={hmac.new(key, seconds.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def verify(key: bytes, body: bytes, header: str, *, now: datetime, tolerance: timedelta) -> bool:
    """Whether a signature is right and fresh; what a receiver has to do, and our tests do."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    if not parts.get("t", "").isdigit():
        return False
    at = datetime.fromtimestamp(int(parts["t"]), now.tzinfo)
    expected = sign(key, body, at).partition("v1=")[2]
    return hmac.compare_digest(expected, parts.get("v1", "")) and abs(now - at) <= tolerance


class RetryAfter(Protocol):
    """Reads Retry-After in seconds or as a date; None if it is not understood."""

    def __call__(self, value: str | None, *, now: datetime) -> timedelta | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookNotifier:
    """Posts drafts.

    Attributes:
        client: makes a client whose connections pass the address guard.
        forbidden: what the guard raises for an address that may not be dialled.
        unreachable: what is raised where nobody answers: errors of the client, and the guard's for unknown names.
        key_of: the signing key of an address; None if the webhook was removed.
        retry_after: what Retry-After asks for; the crawler reads the same header of others.
        seconds: how long one message may take, from the name of the host to the status of the answer.
        ending: whether the process is about to end; then there is little time left.
    """

    client: Callable[[], httpx.AsyncClient]
    forbidden: tuple[type[Exception], ...]
    unreachable: tuple[type[Exception], ...]
    key_of: Callable[[str], bytes | None]
    clock: Clock
    retry_after: RetryAfter
    seconds: float = TIMEOUT_SECONDS
    ending: Callable[[], bool] = never

    def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
        """Try each once, in order; after a failed connection the other messages to that address wait for another time.

        Other addresses of its host are tried: of several programs behind one host each answers for itself.
        """
        down: set[str] = set()
        with asyncio.Runner() as runner:
            for draft in drafts:
                if draft.recipient in down:
                    yield Untried()
                    continue
                # a receiver refuses an old signature: the time of this try, not the one at which a long queue began
                outcome = runner.run(self._post(draft, self.clock.now()))
                if isinstance(outcome, Retry) and outcome.channel_down:
                    down.add(draft.recipient)
                yield outcome

    async def _post(self, draft: NotificationDraft, now: datetime) -> DeliveryOutcome:
        key = self.key_of(draft.recipient)
        if key is None:
            return Rejected(reason="kết nối đã bị xóa")
        body = draft.text.encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Radar-Delivery": draft.message_id.strip("<>"),
            SIGNATURE: sign(key, body, now),
        }
        try:
            status, asked = await within(
                self._answer(draft.recipient, body, headers), seconds=self.seconds, ending=self.ending
            )
        except self.forbidden as error:
            return Rejected(reason=f"địa chỉ không được phép ({type(error).__name__}: {error})"[:300])
        except self.unreachable as error:
            reason = f"không kết nối được ({type(error).__name__}: {error})"[:300]
            return Retry(at=now + timedelta(seconds=30), reason=reason, channel_down=True)
        answered = self.clock.now()
        return outcome_of(status, self.retry_after(asked, now=answered), answered)

    async def _answer(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        """Status and Retry-After: they say it all, and what else a receiver sends is not read."""
        async with self.client() as client, client.stream("POST", url, content=body, headers=headers) as answer:
            return answer.status_code, answer.headers.get("retry-after", "")


def outcome_of(status: int, wait: timedelta | None, now: datetime) -> DeliveryOutcome:
    """2xx is delivered; 408, 425, 429 and 5xx are tried again; redirects and other refusals are final."""
    if 200 <= status < 300:
        return Delivered(detail=str(status))
    if status in PASSING or status >= 500:
        return Retry(at=now + min(wait or timedelta(0), LONGEST_RETRY_AFTER), reason=str(status))
    return Rejected(reason=f"{status}" + (" (không đi theo chuyển hướng)" if 300 <= status < 400 else ""))
