"""E-mail over SMTP."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.errors import MessageError
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache

import aiosmtplib

from service.domain.mailboxes import is_mailbox
from service.domain.notifications import Delivered, DeliveryOutcome, NotificationDraft, Rejected, Retry, thread_id
from service.notifications.patience import never, within

TIMEOUT_SECONDS = 30  # for one answer of the server
MESSAGE_SECONDS = 45  # for all that comes before a message is handed over; a server may answer byte by byte
# for the message itself: servers scan it before they answer, and who goes away meanwhile sends it once more (RFC 5321,
# 4.5.3.2.6 asks for ten minutes; a sender has a message for less than usecases/deliver.py leaves it)
ANSWER_SECONDS = 300
GOOD_BYE_SECONDS = 3
SESSION = 50  # messages in one session; many servers allow 100
GIVE_UP = 3  # failures of the connection in a row
NO_SUCH_RECIPIENT = (550, 551, 553)
POLICY = re.compile(r"\b5\.7\.\d|relay|\bdenied\b|\bsender\b|\bblocked\b|not permitted|authenticat", re.IGNORECASE)
# of the address, whatever the words (RFC 3463; 5.4.1 «Access denied» is Exchange Online's «no such mailbox»)
NO_SUCH_ADDRESS = re.compile(r"5\.(?:1\.[0-6]|4\.1)\b")
DIGEST = "digest:"  # how keys of digests begin
WEB_PAGE = re.compile(r"https?://[!-;=?-~]{1,500}", re.ASCII)
MESSAGE_ID = re.compile(r"<[!-;=?-~]+@[!-;=?-~]+>", re.ASCII)
# control characters, separators of lines, and marks that turn the direction of writing
INVISIBLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
LINE = re.compile(rb" {1,2}[!-~][ -~]{0,990}|[A-Z][A-Za-z-]{1,40}: ?[ -~]{0,990}")
HEADERS = frozenset(
    (
        "From",
        "To",
        "Date",
        "Message-ID",
        "Subject",
        "Auto-Submitted",
        "MIME-Version",
        "Content-Type",
        "In-Reply-To",
        "References",
        "List-Unsubscribe",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mail goes out.

    Attributes:
        security: starttls, tls (from the first byte) or none (loopback only).
        subscriptions: address of the page where people end a digest.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: str
    sender: str
    subscriptions: str = ""


class EmailNotifier:
    """Sends each draft as a message of its own, so that a refused recipient never blocks another."""

    def __init__(self, server: MailServer, *, ending: Callable[[], bool] = never) -> None:
        self.server, self.ending = server, ending

    def send(self, draft: NotificationDraft, *, now: datetime) -> DeliveryOutcome:
        """Try one draft once."""
        return next(outcome for outcome in self.send_all([draft], now=now))

    def send_all(self, drafts: Iterable[NotificationDraft], *, now: datetime) -> Iterator[DeliveryOutcome]:
        """Try each once, in order, several in one session; ends early where the server does not answer.

        Only a server that clearly says that there is no such recipient is final. Everything else is tried again: what
        passes by itself (4xx, a dropped connection, a time-out, a full mailbox) and what somebody has to mend (5xx that
        refuses us: log-in, sender, relaying, policy). Where the answer to the message itself is missing, its reader may
        have it: that counts as a try, so that nobody gets it again and again.
        """
        failures = 0
        with asyncio.Runner() as runner:
            session = _Session(self.server, self.ending)
            try:
                for draft in drafts:
                    outcome = runner.run(session.send(draft, now))
                    yield outcome
                    failures = failures + 1 if session.silent or _is_down(outcome) else 0
                    if failures >= GIVE_UP:
                        return
            finally:
                runner.run(session.end())


class _Session:
    """A connection that is opened when it is needed and opened again when it was lost.

    Attributes:
        silent: the last message was handed over, and no answer came.
    """

    def __init__(self, server: MailServer, ending: Callable[[], bool]) -> None:
        self.server, self.ending = server, ending
        self.client: aiosmtplib.SMTP | None = None
        self.sent = 0
        self.silent = False

    async def send(self, draft: NotificationDraft, now: datetime) -> DeliveryOutcome:
        """What came of one draft."""
        try:
            message = compose(draft, self.server.sender, now, subscriptions=self.server.subscriptions)
        except (ValueError, MessageError) as error:
            return Rejected(reason=f"không viết được thành thư ({error})"[:300])
        self.silent = False
        try:
            client = await within(self._announce(draft.recipient), seconds=MESSAGE_SECONDS, ending=self.ending)
            reply = await self._hand_over(client, message)
        except aiosmtplib.SMTPRecipientRefused as error:
            return _of_recipient(error.code, error.message, now)
        except aiosmtplib.SMTPResponseException as error:
            await self._drop()
            # what the server says of us holds for every message; of a text that it does not want, for this one
            down = error.code == 421 or not isinstance(error, aiosmtplib.SMTPDataError)
            return _retry(error.code, error.message, now, channel_down=down)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            await self._drop()
            what = "máy chủ thư không trả lời sau khi nhận thư" if self.silent else "không kết nối được máy chủ thư"
            reason = f"{what} ({type(error).__name__}: {error})"[:300]
            return Retry(at=now + timedelta(seconds=30), reason=reason, channel_down=not self.silent)
        return Delivered(detail=reply[:200])

    async def _announce(self, recipient: str) -> aiosmtplib.SMTP:
        """Tell the server from whom to whom the next message goes."""
        client = await self._ready()
        await client.mail(self.server.sender)
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused:
            await self._start_over(client)
            raise
        return client

    async def _start_over(self, client: aiosmtplib.SMTP) -> None:
        """The next message in the same session, or in another where the server does not go on."""
        try:
            await client.rset()
        except (aiosmtplib.SMTPException, OSError):
            await self._drop()

    async def _hand_over(self, client: aiosmtplib.SMTP, message: bytes) -> str:
        self.silent = True
        work = client.data(message, timeout=ANSWER_SECONDS)
        try:
            answer = await within(work, seconds=ANSWER_SECONDS, ending=self.ending)
        except aiosmtplib.SMTPResponseException:
            self.silent = False
            raise
        self.silent = False
        return answer.message

    async def _ready(self) -> aiosmtplib.SMTP:
        if self.client is not None and (self.sent >= SESSION or not self.client.is_connected):
            await self.end()
        if self.client is None:
            server = self.server
            client = aiosmtplib.SMTP(
                hostname=server.host,
                port=server.port,
                timeout=TIMEOUT_SECONDS,
                use_tls=server.security == "tls",
                start_tls=server.security == "starttls",
                tls_context=None if server.security == "none" else ssl.create_default_context(),
            )
            self.client, self.sent = client, 0
            await client.connect()
            if server.user:
                await client.login(server.user, server.password)
        self.sent += 1
        return self.client

    async def _drop(self) -> None:
        client, self.client = self.client, None
        if client is not None:
            client.close()

    async def end(self) -> None:
        """Say good-bye where somebody listens."""
        client, self.client = self.client, None
        if client is None:
            return
        try:
            if client.is_connected:
                await client.quit(timeout=GOOD_BYE_SECONDS)
        except (aiosmtplib.SMTPException, OSError):
            client.close()


def compose(draft: NotificationDraft, sender: str, now: datetime, *, subscriptions: str = "") -> bytes:
    """The message as RFC 5322 asks. Each header is written here, none by a library that would read its value again.

    Args:
        subscriptions: the page where its reader ends a digest.

    Raises:
        ValueError, MessageError: an address or header cannot be written safely.
    """
    message = b"".join(
        (
            _address("From", sender, name="BHXH Radar"),
            _address("To", draft.recipient),
            f"Date: {format_datetime(now)}\r\n".encode("ascii"),
            _message_id("Message-ID", draft.message_id),
            _thread(draft),
            _unsubscribe(draft, subscriptions),
            _content(draft.subject, draft.text, draft.html),
        )
    )
    _check(message.partition(b"\r\n\r\n")[0])
    return message


def _address(header: str, address: str, *, name: str = "") -> bytes:
    if not is_mailbox(address):
        raise ValueError(f"expected an address of mail in {header}, found {address!r}")
    return f"{header}: {name} <{address}>\r\n".encode("ascii") if name else f"{header}: {address}\r\n".encode("ascii")


def _message_id(header: str, value: str) -> bytes:
    """Never folded: some programs do not put the parts of a Message-ID together again."""
    if not MESSAGE_ID.fullmatch(value):
        raise ValueError("expected a Message-ID of printable ASCII, <left@right>")
    return f"{header}: {value}\r\n".encode("ascii")


def _thread(draft: NotificationDraft) -> bytes:
    """What a later mail about an alert answers: the first one to the same recipient."""
    if draft.alert_id is None:
        return b""
    first = thread_id(draft.alert_id, draft.recipient, host=draft.message_id.rpartition("@")[2].rstrip(">"))
    if first == draft.message_id:
        return b""
    return _message_id("In-Reply-To", first) + _message_id("References", first)


def _unsubscribe(draft: NotificationDraft, page: str) -> bytes:
    """Where a digest is ended (RFC 2369): a page with a log-in, so that no program ends it by opening the address."""
    wanted = draft.key.startswith(DIGEST) and WEB_PAGE.fullmatch(page)
    return f"List-Unsubscribe: <{page}>\r\n".encode("ascii") if wanted else b""


@lru_cache(maxsize=64)
def _content(subject: str, text: str, html: str) -> bytes:
    """What the copies of one message have in common, from the subject to the end; written once for all of them."""
    message = EmailMessage(policy=SMTP)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    return b"Subject: " + _encoded(subject) + b"\r\n" + message.as_bytes()


def _encoded(subject: str) -> bytes:
    """A line of text in encoded words only (RFC 2047), whatever is in it: a text that looks like an encoded word is
    shown as it is, and a line break of such a word never becomes one of the header."""
    line = " ".join(INVISIBLE.sub(" ", subject).split())
    return Header(line, "utf-8", header_name="Subject").encode(linesep="\r\n").encode("ascii")


def _check(block: bytes) -> None:
    """Refuse a header block with anything but our own headers, each once.

    Raises:
        ValueError: a line is none of ours.
    """
    lines = block.split(b"\r\n")
    names = [
        name for line in lines if not line.startswith(b" ") for name in [line.partition(b":")[0].decode("latin-1")]
    ]
    if not all(LINE.fullmatch(line) for line in lines) or len(set(names)) < len(names) or not HEADERS.issuperset(names):
        raise ValueError(f"expected our own headers, each once, found {names}"[:200])


def _of_recipient(code: int, text: str, now: datetime) -> DeliveryOutcome:
    """What an answer to RCPT means: of the recipient, or of us (RFC 5321, 4.2.3; RFC 3463: 5.7 is policy)."""
    of_us = POLICY.search(text) is not None and not NO_SUCH_ADDRESS.match(text)
    ours = code >= 500 and (code not in NO_SUCH_RECIPIENT or of_us)
    if code in NO_SUCH_RECIPIENT and not ours:
        return Rejected(reason=f"{code} {text}"[:300])
    # 552: the mailbox is full
    return _retry(code, text, now, channel_down=code == 421 or (ours and code != 552))


def _is_down(outcome: DeliveryOutcome) -> bool:
    return isinstance(outcome, Retry) and outcome.channel_down


def _retry(code: int, text: str, now: datetime, *, channel_down: bool) -> Retry:
    return Retry(at=now + timedelta(seconds=60), reason=f"{code} {text}"[:300], channel_down=channel_down)
