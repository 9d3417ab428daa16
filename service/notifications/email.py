"""E-mail over SMTP."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from service.domain.notifications import Delivered, DeliveryOutcome, NotificationDraft, Rejected, Retry

TIMEOUT_SECONDS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail goes out.

    Attributes:
        security: starttls, tls (from the first byte) or none (loopback only).
    """

    host: str
    port: int
    user: str
    password: str
    security: str
    sender: str


class EmailNotifier:
    """Sends one draft in one SMTP session, so that a refused recipient never blocks another."""

    def __init__(self, server: MailServer) -> None:
        self.server = server

    def send(self, draft: NotificationDraft, *, now: datetime) -> DeliveryOutcome:
        """Try once. 4xx, a dropped connection and a time-out are tried again; 5xx to the recipient is final."""
        try:
            reply = asyncio.run(self._send(compose(draft, self.server.sender, now)))
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refused(error.recipients[0].code, error.recipients[0].message, now)
        except aiosmtplib.SMTPResponseException as error:
            return _refused(error.code, error.message, now)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            return Retry(at=now + timedelta(seconds=30), reason=f"{type(error).__name__}: {error}"[:300])
        return Delivered(detail=reply[:200])

    async def _send(self, message: EmailMessage) -> str:
        server = self.server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            timeout=TIMEOUT_SECONDS,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=None if server.security == "none" else ssl.create_default_context(),
        )
        async with client:
            if server.user:
                await client.login(server.user, server.password)
            _, reply = await client.send_message(message)
            return reply


def compose(draft: NotificationDraft, sender: str, now: datetime) -> EmailMessage:
    """The message as RFC 5322 asks; the header registry refuses line breaks in any header.

    Raises:
        ValueError: an address or header cannot be written safely.
    """
    message = EmailMessage(policy=SMTP)
    message["Subject"] = " ".join(draft.subject.split())
    message["From"] = Address("BHXH Radar", addr_spec=sender)
    message["To"] = Address(addr_spec=draft.recipient)
    message["Date"] = now
    message["Message-ID"] = draft.message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(draft.text)
    message.add_alternative(draft.html, subtype="html")
    return message


def _refused(code: int, text: str, now: datetime) -> DeliveryOutcome:
    reason = f"{code} {text}"[:300]
    # 5xx is final except where the server refuses us, not the recipient: log-in (RFC 5321, 4.2.1; RFC 4954)
    if 500 <= code < 600 and code not in (530, 534, 535, 538):
        return Rejected(reason=reason)
    return Retry(at=now + timedelta(seconds=60), reason=reason)
