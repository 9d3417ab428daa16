"""E-mail against a real SMTP server on loopback."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.message import Content, Occasion
from service.alerting.message import draft as alert_draft
from service.domain.notifications import Delivered, NotificationDraft, Rejected, Retry
from service.domain.topics import TOPICS
from service.domain.warning import Level
from service.notifications.email import INVISIBLE, EmailNotifier, MailServer, _content, compose
from tests.alerts import opened
from tests.builders import NOW, free_port
from tests.mail import FlakyInbox, slow, smtp_server


@dataclass
class Inbox:
    """Takes mail; refuses recipients as the test asks."""

    replies: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    text: str = ""
    hello: str = ""
    thinks: float = 0.0
    messages: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.replies:
            return self.replies[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, name: str, lines: list[str]) -> list[str]:
        session.host_name = name
        return [self.hello] if self.hello else lines

    async def handle_HELO(self, server: Any, session: Any, envelope: Any, name: str) -> str:
        session.host_name = name
        return self.hello or "250 inbox"

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.sender:
            return self.sender
        envelope.mail_from = address
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.text:
            return self.text
        self.messages.append(envelope.content)
        await asyncio.sleep(self.thinks)
        return "250 taken"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(inbox: Inbox) -> Iterator[MailServer]:
    port = free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    yield MailServer(
        host="127.0.0.1", port=port, user="", password="", security="none", sender="radar@agency.example.com"
    )
    controller.stop()


def draft(**more: str) -> NotificationDraft:
    values: dict[str, Any] = {
        "key": "a", "message_id": "<a.1@radar.example.com>", "channel": "email", "recipient": "truc@agency.example.com",
        "subject": "[Cảnh báo L2] Lương hưu: số tin tiêu cực tăng bất thường", "text": "Kính gửi bộ phận truyền thông.",
        "html": "<p>Kính gửi bộ phận truyền thông.</p>", "alert_id": None,
    }  # fmt: skip
    return NotificationDraft(**(values | more))


def test_vietnamese_arrives_whole(server: MailServer, inbox: Inbox) -> None:
    assert isinstance(EmailNotifier(server).send(draft(), now=NOW), Delivered)
    [raw] = inbox.messages
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == "[Cảnh báo L2] Lương hưu: số tin tiêu cực tăng bất thường"
    assert message["To"] == "truc@agency.example.com"
    assert message["Message-ID"] == "<a.1@radar.example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_body(("plain",)).get_content().strip() == "Kính gửi bộ phận truyền thông."
    assert "<p>Kính gửi" in message.get_body(("html",)).get_content()


def test_a_refusal_for_good_is_final_and_a_passing_one_is_not(server: MailServer, inbox: Inbox) -> None:
    inbox.replies = {"het@agency.example.com": "550 no such user", "day@agency.example.com": "452 mailbox full"}
    notifier = EmailNotifier(server)
    gone = notifier.send(draft(recipient="het@agency.example.com"), now=NOW)
    full = notifier.send(draft(recipient="day@agency.example.com"), now=NOW)
    assert isinstance(gone, Rejected)
    assert "550" in gone.reason
    assert isinstance(full, Retry)
    assert "452" in full.reason


@pytest.mark.parametrize("answer", [
    "550 5.1.1 no such user", "550 User unknown", "551 5.1.6 moved", "553 5.1.3 bad",
    "550 5.4.1 Recipient address rejected: Access denied",
])  # fmt: skip
def test_no_such_recipient_is_final(server: MailServer, inbox: Inbox, answer: str) -> None:
    inbox.replies = {"truc@agency.example.com": answer}
    assert isinstance(EmailNotifier(server).send(draft(), now=NOW), Rejected)


@pytest.mark.parametrize(
    ("where", "answer", "ours"),
    [
        ("rcpt", "554 5.7.1 Relay access denied", True),
        ("rcpt", "550 5.7.1 Unable to relay", True),
        ("rcpt", "550 relaying denied", True),
        ("rcpt", "550 5.7.26 sender is unauthenticated", True),
        ("rcpt", "553 sorry, that domain isn't in my list of allowed rcpthosts; relaying denied", True),
        ("rcpt", "554 Service unavailable", True),
        ("rcpt", "552 5.2.2 mailbox full", False),
        ("rcpt", "450 4.2.0 greylisted", False),
        ("sender", "553 5.7.1 sender rejected", True),
        ("sender", "550 relaying denied", True),
        ("sender", "451 later", True),
        ("text", "552 5.2.2 mailbox full", False),
        ("text", "554 5.6.0 spam", False),
        ("hello", "550 bad helo", True),
    ],
)
def test_what_refuses_us_is_tried_again(server: MailServer, inbox: Inbox, where: str, answer: str, ours: bool) -> None:
    if where == "rcpt":
        inbox.replies = {"truc@agency.example.com": answer}
    else:
        setattr(inbox, where, answer)
    outcomes = list(EmailNotifier(server).send_all([draft()] * 5, now=NOW))
    assert {(type(o), o.channel_down) for o in outcomes} == {(Retry, ours)}
    assert answer[:3] in outcomes[0].reason
    # a server that does not want us is left alone with the rest
    assert len(outcomes) == (3 if ours else 5)
    inbox.replies, inbox.sender, inbox.text, inbox.hello = {}, "", "", ""
    assert isinstance(EmailNotifier(server).send(draft(), now=NOW), Delivered)


def test_a_greeting_that_refuses_us_is_tried_again() -> None:
    with slow(head=b"554 no SMTP service here\r\n", drip=b"", every=9) as (port, _):
        server = MailServer(host="127.0.0.1", port=port, user="", password="", security="none", sender="r@example.com")
        outcomes = list(EmailNotifier(server).send_all([draft()] * 2, now=NOW))
    assert [type(o) for o in outcomes] == [Retry, Retry]
    assert "554" in outcomes[0].reason


def test_no_server_is_tried_again(server: MailServer) -> None:
    nobody = MailServer(
        host="127.0.0.1", port=1, user="", password="", security="none", sender="radar@agency.example.com"
    )
    outcome = EmailNotifier(nobody).send(draft(), now=NOW)
    assert isinstance(outcome, Retry)
    assert outcome.channel_down


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(server: MailServer, inbox: Inbox) -> None:
    from dataclasses import replace

    outcome = EmailNotifier(replace(server, security="starttls")).send(draft(), now=NOW)
    assert isinstance(outcome, Retry | Rejected)
    assert inbox.messages == []


def parsed(draft: NotificationDraft) -> EmailMessage:
    message = email.message_from_bytes(compose(draft, "radar@agency.example.com", NOW), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message.defects == []
    return message


@pytest.mark.parametrize("subject", ["Cảnh báo\r\nBcc: x@example.com", "Cảnh báo\nX: y", "Cảnh\x00 báo"])
def test_a_subject_cannot_add_headers(subject: str) -> None:
    message = parsed(draft(subject=subject))
    assert message["Bcc"] is None
    assert message["X"] is None
    assert sorted(message.keys()) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )


BREAKS = ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x00"]


@given(
    st.sampled_from(["subject", "recipient", "message_id", "text", "html"]),
    st.tuples(st.text(max_size=20), st.sampled_from(BREAKS), st.text(max_size=20)).map("".join),
)
def test_no_field_can_add_a_header_or_a_recipient(name: str, value: str) -> None:
    given = {"recipient": f"a{value}@agency.example.com", "message_id": f"<{value}@radar.example.com>"}
    try:
        message = parsed(draft(**{name: given.get(name, f"{value}Bcc: x@example.com")}))
    except ValueError:
        return
    assert sorted(message.keys()) == sorted(
        ["Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"]
    )
    assert len(message["To"].addresses) == 1


ENCODED = [
    "=?utf-8?q?a=0D=0A=0D=0Ahttp://evil.vn?= chậm lương hưu",
    "=?utf-8?q?a=0D=0ABcc:_x=40example.com?= chậm lương hưu",
    "=?utf-8?b?YQ0KQmNjOiB4QGV4YW1wbGUuY29t?=",
    "=?utf-8?b?4oCu4oCu?= hưu",
    "=?utf-8?b?AAAA?=",
    "=?iso-8859-1?Q?=0A?==?iso-8859-1?Q?=0A?=",
    "=?utf-8?q?=FF=FE?= =?utf-7?q?+AAo-?= =?nope?q?x?= =?utf-8?x?y?= =?=",
    "a\r\n\r\nhttp://evil.vn",
    "a\u2028b\x85c\x00d\u202ee",
]
encoded = st.one_of(
    st.sampled_from(ENCODED),
    st.builds(
        "=?{}?{}?{}?={}".format,
        st.sampled_from(["utf-8", "us-ascii", "utf-16", "cp1258", "idna", "unknown-8bit", "x"]),
        st.sampled_from("qQbB"),
        st.one_of(st.from_regex(r"(=[0-9A-F]{2}|[a-z_]){0,30}", fullmatch=True), st.text("QUJDCg0=/+", max_size=40)),
        st.text(max_size=60),
    ),
)


@given(st.sampled_from(Occasion), st.sampled_from(Level), encoded, st.text(max_size=90))
def test_a_headline_is_shown_as_it_is_and_never_decoded(
    occasion: Occasion, level: Level, payload: str, more: str
) -> None:
    alert = replace(opened(), headline=f"{payload}{more}", peak_level=level)
    content = Content(alert=alert, occasion=occasion, base_url="https://radar.example.com", waited=30)
    meant = alert_draft(content, recipient="truc@agency.example.com")
    raw = compose(meant, "radar@agency.example.com", NOW)
    head = raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 160
    assert head.isascii()
    message = parsed(meant)
    shown = " ".join(INVISIBLE.sub(" ", meant.subject).split())
    assert message["Subject"] == shown
    assert str(make_header(decode_header(email.message_from_bytes(raw)["Subject"]))) == shown
    assert message["Bcc"] is None
    assert message.get_body(("plain",)).get_content().split() == meant.text.split()  # type: ignore[union-attr]


@pytest.mark.parametrize("topic", list(TOPICS.values()))
@pytest.mark.parametrize("before", ["Mức L2, cảnh báo: ", "Dấu hiệu sớm cần theo dõi về chủ đề ", "[L1] "])
def test_no_ordinary_subject_loses_a_space(topic: str, before: str) -> None:
    subject = f"[BHXH Radar] Cảnh báo mới {before}Phản ánh “{topic}”, mạo danh: nhiều tin"
    assert parsed(draft(subject=subject))["Subject"] == subject


@pytest.mark.parametrize("recipient", ["=?utf-8?q?a=0D=0ABcc:x?=@agency.example.com", "a b@agency.example.com",
    "nguyễn@agency.example.com", "x@@agency.example.com", "a..b@agency.example.com", "@agency.example.com", "a@", "",
])  # fmt: skip
def test_an_address_that_is_none_is_refused_for_good(server: MailServer, inbox: Inbox, recipient: str) -> None:
    assert isinstance(EmailNotifier(server).send(draft(recipient=recipient), now=NOW), Rejected)
    assert inbox.messages == []


def test_a_header_that_cannot_be_written_is_a_refusal_of_its_message(
    server: MailServer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.notifications.email._encoded", lambda _subject: b"a\r\nBcc: x@example.com")
    _content.cache_clear()
    outcome = EmailNotifier(server).send(draft(subject="khác"), now=NOW)
    _content.cache_clear()
    assert isinstance(outcome, Rejected)
    assert inbox.messages == []


def test_copies_of_a_message_differ_in_recipient_and_id_only() -> None:
    one = parsed(draft())
    two = parsed(draft(recipient="minh@agency.example.com", message_id="<a.2@radar.example.com>"))
    assert (two["To"], two["Message-ID"]) == ("minh@agency.example.com", "<a.2@radar.example.com>")
    assert {h: one[h] for h in ("Subject", "From", "Date", "Content-Type")} == {
        h: two[h] for h in ("Subject", "From", "Date", "Content-Type")
    }
    other = parsed(draft(text="Nội dung khác.", html="<p>Nội dung khác.</p>"))
    assert other.get_body(("plain",)).get_content().strip() == "Nội dung khác."  # type: ignore[union-attr]


def test_mails_about_an_alert_are_one_conversation_a_recipient() -> None:
    alert = opened()
    mails = {}
    for occasion in Occasion:
        content = Content(alert=alert, occasion=occasion, base_url="https://radar.example.com", step=1, waited=30)
        for who in ("truc", "minh"):
            mails[occasion, who] = parsed(alert_draft(content, recipient=f"{who}@agency.example.com"))
    first = {who: str(mails[Occasion.OPENED, who]["Message-ID"]) for who in ("truc", "minh")}
    assert first["truc"] != first["minh"]
    for (occasion, who), mail in mails.items():
        expected = None if occasion is Occasion.OPENED else first[who]
        assert (mail["In-Reply-To"], mail["References"]) == (expected, expected)
    assert len({str(m["Message-ID"]) for m in mails.values()}) == len(mails)


def test_a_digest_says_where_it_is_ended() -> None:
    page = "https://radar.example.com/subscriptions"
    for key, expected in (("digest:daily:2026-03-02:a", f"<{page}>"), ("alert:a:opened", None)):
        raw = compose(draft(key=key), "radar@agency.example.com", NOW, subscriptions=page)
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert message["List-Unsubscribe"] == expected
        # a program must not end it by itself
        assert message["List-Unsubscribe-Post"] is None
    raw = compose(draft(key="digest:x"), "radar@agency.example.com", NOW, subscriptions="https://a\r\nBcc: x@a.vn")
    assert b"Bcc" not in raw.partition(b"\r\n\r\n")[0]


def test_a_long_message_id_stays_on_one_line() -> None:
    value = f"<{'a' * 120}@radar.example.com>"
    assert f"Message-ID: {value}\r\n".encode() in compose(draft(message_id=value), "radar@agency.example.com", NOW)


def test_a_recipient_with_a_line_break_is_not_sent(server: MailServer, inbox: Inbox) -> None:
    outcome = EmailNotifier(server).send(draft(recipient="a@agency.example.com\nBcc: b@example.com"), now=NOW)
    assert isinstance(outcome, Retry | Rejected)
    assert inbox.messages == []


def drafts(*recipients: str) -> list[NotificationDraft]:
    return [draft(recipient=r, message_id=f"<{n}@radar.example.com>") for n, r in enumerate(recipients)]


def test_one_session_takes_many_and_a_refusal_in_it_blocks_nobody(server: MailServer, inbox: Inbox) -> None:
    inbox.replies = {"het@agency.example.com": "550 no such user", "day@agency.example.com": "452 mailbox full"}
    names = ["a", "het", "b", "day", "c"]
    outcomes = list(EmailNotifier(server).send_all(drafts(*(f"{n}@agency.example.com" for n in names)), now=NOW))
    assert [type(o) for o in outcomes] == [Delivered, Rejected, Delivered, Retry, Delivered]
    assert len(inbox.messages) == 3


def test_a_session_ends_after_some_messages_and_another_begins(
    server: MailServer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.notifications.email.SESSION", 2)
    outcomes = list(EmailNotifier(server).send_all(drafts(*["a@agency.example.com"] * 5), now=NOW))
    assert {type(o) for o in outcomes} == {Delivered}
    assert len(inbox.messages) == 5


def test_a_server_that_does_not_answer_is_given_up_for_this_time() -> None:
    nobody = MailServer(
        host="127.0.0.1", port=1, user="", password="", security="none", sender="radar@agency.example.com"
    )
    outcomes = list(EmailNotifier(nobody).send_all(drafts(*["a@agency.example.com"] * 9), now=NOW))
    assert [type(o) for o in outcomes] == [Retry, Retry, Retry]


@pytest.mark.parametrize("mode", ["busy", "drop_before", "drop_after", "bye"])
def test_a_server_that_fails_is_tried_again(mode: str) -> None:
    inbox = FlakyInbox(mode=mode)
    with smtp_server(inbox) as server:
        first = list(EmailNotifier(server).send_all(drafts("a@agency.example.com"), now=NOW))
        inbox.mode = "ok"
        second = list(EmailNotifier(server).send_all(drafts("a@agency.example.com"), now=NOW))
    assert [type(o) for o in first] == [Retry]
    assert [type(o) for o in second] == [Delivered]


def test_a_server_that_answers_byte_by_byte_has_so_long_for_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.notifications.email.MESSAGE_SECONDS", 0.6)
    with slow(head=b"220-", drip=b"x", every=0.1) as (port, _):
        server = MailServer(host="127.0.0.1", port=port, user="", password="", security="none", sender="r@example.com")
        [outcome] = EmailNotifier(server).send_all([draft()], now=NOW)
    assert isinstance(outcome, Retry)
    assert "TimeoutError" in outcome.reason


def test_a_server_that_thinks_before_it_answers_gets_a_message_once(
    server: MailServer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.notifications.email.TIMEOUT_SECONDS", 0.2)
    inbox.thinks = 0.5
    [outcome] = EmailNotifier(server).send_all([draft()], now=NOW)
    assert isinstance(outcome, Delivered)
    assert len(inbox.messages) == 1


def test_an_answer_that_is_lost_after_the_message_counts_as_a_try_and_ends_the_round(
    server: MailServer, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.notifications.email.TIMEOUT_SECONDS", 0.1)
    monkeypatch.setattr("service.notifications.email.ANSWER_SECONDS", 0.1)
    inbox.thinks = 0.5
    outcomes = list(EmailNotifier(server).send_all([draft()] * 9, now=NOW))
    assert [(type(o), o.channel_down) for o in outcomes] == [(Retry, False)] * 3
    assert "sau khi nhận thư" in outcomes[0].reason


def test_the_password_of_the_server_is_never_shown() -> None:
    server = MailServer(host="h", port=25, user="u", password="mat-khau-thu", security="none", sender="r@example.com")
    assert "mat-khau-thu" not in repr(server)
