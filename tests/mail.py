"""Real servers on loopback that fail as the test asks."""

from __future__ import annotations

import email
import email.policy
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from service.notifications.email import MailServer
from tests.builders import free_port


@dataclass
class FlakyInbox:
    """Takes mail or does what `mode` says.

    Attributes:
        mode: ok | busy (451 after DATA) | refuse (550 to `refused`) | drop_before (connection lost before DATA is
            read) | drop_after (message taken, connection lost before the answer) | bye (421).
        ambiguous: Message-IDs taken without the client hearing of it.
    """

    mode: str = "ok"
    refused: str = ""
    messages: list[EmailMessage] = field(default_factory=list)
    ambiguous: Counter[str] = field(default_factory=Counter)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.mode == "refuse" and address == self.refused:
            return "550 no such user"
        if self.mode == "drop_before":
            server.transport.abort()
            return "421 bye"
        if self.mode == "bye":
            return "421 come back later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.mode == "busy":
            return "451 try again"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        if self.mode == "drop_after":
            self.ambiguous[str(message["Message-ID"]).strip()] += 1
            server.transport.abort()
        return "250 taken"

    def copies(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(m["Message-ID"]).strip() for m in self.messages)


@contextmanager
def smtp_server(inbox: object) -> Iterator[MailServer]:
    """A server with a handler of aiosmtpd."""
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield MailServer(
            host="127.0.0.1", port=port, user="", password="", security="none", sender="radar@agency.example.com"
        )
    finally:
        controller.stop()


@contextmanager
def slow(*, head: bytes, drip: bytes, every: float) -> Iterator[tuple[int, list[int]]]:
    """A receiver that says `head`, then `drip` again and again; its port, and how much it could send."""
    sent, over = [0], threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        while not over.is_set():
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(0.1)
                with suppress(TimeoutError):
                    connection.recv(65536)
                connection.settimeout(None)
                connection.sendall(head)
                while not over.is_set():
                    connection.sendall(drip)
                    sent[0] += len(drip)
                    over.wait(every)

    thread = threading.Thread(target=talk, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], sent
    finally:
        over.set()
        listener.close()
