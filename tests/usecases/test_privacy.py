"""Deletion on request, and backups that honour it and retention, on both databases."""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.alerting import wording
from service.alerting.message import WEBHOOK, Content, Occasion, drafts
from service.domain.accounts import Role, Scope
from service.domain.documents import DocumentKind, comments_at
from service.domain.intents import Evidence
from service.domain.judgement import Judgement, TextToJudge
from service.domain.revisions import Revision, RevisionKind, SeenIn
from service.domain.silences import Silence
from service.domain.stories import Split
from service.domain.times import start_of_day
from service.domain.warning import Alert, AlertState, Level, Signal
from service.scheduling.clock import SetClock
from service.storage.backup import BackupError, backup, restore
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate, newest
from service.storage.read_models import SqlReadModels
from service.storage.state_files import ForgottenFile
from service.usecases.after_restore import GIVEN_UP, Restored, after_restore
from service.usecases.audit import verify
from service.usecases.errors import AccountError
from service.usecases.forget import forget, forget_again, forget_document, key_of
from service.usecases.ingest import Ingested, ingest
from service.usecases.retain import Periods
from service.usecases.send_again import send_again
from service.usecases.sessions import Sessions
from tests.alerts import make_draft
from tests.builders import NOW, RuleClassifier, hours_ago, make_accounts, make_entry, make_feed, make_intent
from tests.stored import put_in_stories, waiting

DAYS = {"texts": 30, "excerpts": 700, "comments": 90, "messages": 365, "findings": 700, "audit": 3650}
PERIODS = Periods(**{k: timedelta(days=v) for k, v in DAYS.items()})
TITLE = "Lương hưu tháng ba chậm hai ngày"
NAMED = "Bà Trần Thị Mẫu ở xã Thử Nghiệm"
LONG = (
    f"{NAMED} đi sáu lần vẫn chưa nhận được lương hưu, cán bộ trả lời rằng hồ sơ của bà đã bị thất lạc từ tháng trước"
)


def post(key: str, at, **more):
    intent = make_intent(key, at=at, **more)
    return replace(intent, document=replace(intent.document, kind=DocumentKind.POST))


def place(store: SqlStore, origin_of: dict[str, str], story: str = "s1") -> None:
    with store.begin() as tx:
        put_in_stories(tx, story, origin_of, trace=b"x")


def everything(store: SqlStore) -> str:
    """Every cell of every table."""
    from service.storage.schema import Base

    with store.read() as connection:
        # cells one by one: SQLAlchemy prints long values of a row in part only
        return "\n".join(
            " | ".join(map(str, r)) for t in Base.metadata.sorted_tables for r in connection.execute(t.select())
        )


def old(days: int):
    return NOW - timedelta(days=days)


def an_alert_about(title: str, documents: tuple[str, ...]) -> Alert:
    signal = Signal(
        id="g1", stream="all", at=NOW, unusual=6.5, harmful=3.0, sure=0.9, value=9, expected=0.5, origins=9, sources=5,
        coverage=1.0, documents=documents,
    )  # fmt: skip
    return Alert(
        id="a1", stream="all", level=Level.RISK, peak_level=Level.RISK, state=AlertState.OPEN, opened_at=NOW,
        updated_at=NOW, headline=f"Nhiều báo: {title}", why=f"Có 9 tin như «{title}».", quiet_if="Nếu ít hơn.",
        signal=signal,
    )  # fmt: skip


def an_alert_by_its_story(title: str, documents: tuple[str, ...], *reasons: str) -> Alert:
    """As the watch words it."""
    plain = an_alert_about(title, documents)
    signal = replace(plain.signal, stream="story:s1", reasons=reasons)
    said = {"headline": wording.headline(signal, plain.level, subject=title), "why": wording.why(signal, subject=title)}
    return replace(plain, stream=signal.stream, signal=signal, **said)


def tell_of(store: SqlStore) -> None:
    """An alert and a message that quote the publication."""
    alert = an_alert_about(TITLE, ("goc",))
    draft = make_draft(
        subject=f"L3: {TITLE}", text=f"{TITLE}\nhttps://bao.example.com/goc", html=f"<p>{TITLE}</p>", alert_id="a1"
    )
    with store.begin() as tx:
        tx.save_alert(alert, kind="opened", actor="radar", text=f"Mở: {TITLE}", at=NOW)
        tx.enqueue([draft], at=NOW)


@pytest.fixture
def published(store: SqlStore) -> SqlStore:
    with store.begin() as tx:
        tx.add_documents([
            make_intent("goc", at=hours_ago(3), title=TITLE, text="nội dung gốc"),
            make_intent("chep", at=hours_ago(2), title=f"{TITLE} (báo khác)", text="nội dung chép"),
            make_intent("khac", at=hours_ago(1), title="Một bài khác hẳn", text="nội dung khác"),
        ])  # fmt: skip
    place(store, {"chep": "goc"})
    tell_of(store)
    return store


@pytest.mark.parametrize("which", ["goc", "chep"])
def test_a_publication_and_its_copies_go_from_everywhere(
    published: SqlStore, clock: SetClock, tmp_path: Path, which: str
) -> None:
    ledger = ForgottenFile(tmp_path / "forgotten.jsonl")
    url = f"https://bao.example.com/{which}"
    assert forget(url, store=published, clock=clock, dry_run=True).documents == 2
    assert TITLE in everything(published)
    assert forget(url, store=published, clock=clock, ledger=ledger).documents == 2
    kept = everything(published)
    for gone in (TITLE, "bao.example.com/goc", "bao.example.com/chep", "nội dung gốc", "nội dung chép"):
        assert gone not in kept, gone
    assert "Một bài khác hẳn" in kept
    assert key_of(url) in {d for d, _ in ledger.all()}
    with published.begin() as tx:
        [entry] = tx.audit_entries()
        assert (entry.action, entry.details["documents"]) == ("forgotten", 2)


@pytest.mark.parametrize("asked", ["goc", "chep"])
def test_comments_under_a_publication_and_its_copies_go_with_them(
    published: SqlStore, clock: SetClock, tmp_path: Path, asked: str
) -> None:
    said = {"goc": "bình luận dưới bài gốc", "chep": "bình luận dưới bài chép", "khac": "bình luận dưới bài khác"}
    comments = [post(f"cmt-{key}", hours_ago(1), title="", text=text) for key, text in said.items()]
    under = [comments_at(f"https://bao.example.com/{key}") for key in said]
    with published.begin() as tx:
        tx.add_documents([
            replace(c, document=replace(c.document, url=u, kind=DocumentKind.COMMENT))
            for c, u in zip(comments, under, strict=True)
        ])  # fmt: skip
    assert forget(f"https://bao.example.com/{asked}", store=published, clock=clock).documents == 4
    kept = everything(published)
    assert [text in kept for text in said.values()] == [False, False, True]


def test_comments_whose_article_is_not_kept_go_with_its_address(store: SqlStore, clock: SetClock) -> None:
    lone = post("cmt", hours_ago(1), title="", text="bình luận dưới bài không giữ")
    url = "https://bao.example.com/khong-giu"
    with store.begin() as tx:
        tx.add_documents([replace(lone, document=replace(lone.document, url=comments_at(url)))])
    assert forget(url, store=store, clock=clock).documents == 1
    assert "bình luận" not in everything(store)


@pytest.mark.parametrize("title", [LONG, f"{NAMED}  hỏi\u2028lương hưu", f"{NAMED} bị trả hồ sơ"])
def test_alerts_lose_titles_in_whatever_form_they_have_them(store: SqlStore, clock: SetClock, title: str) -> None:
    """Whole, on one line, or the beginning that facts quote of this story and of older ones."""
    with store.begin() as tx:
        tx.add_documents([make_intent("goc", at=hours_ago(30), title=title), make_intent("moi", title="Chuyện khác")])
    place(store, {})
    quoted = wording.one_line(title)[: wording.QUOTED_LENGTH]  # of before the cut had a sign
    told = (f"chuyện mới “{wording.quoted(title)}” được 5 nguồn độc lập cùng phản ánh tiêu cực",)
    other = (f"giống chuyện “{quoted}” (18/02/2026, 5 bài gốc tiêu cực)",)
    with store.begin() as tx:
        for alert in (
            an_alert_by_its_story(title, ("goc",), *told),
            replace(an_alert_by_its_story("Chuyện khác", ("moi",), *other), id="a2"),
        ):
            tx.save_alert(alert, kind="opened", actor="radar", text=alert.why, at=NOW)
            content = Content(alert=alert, occasion=Occasion.OPENED, base_url="http://radar.example.com")
            tx.enqueue(drafts(content, ["truc@agency.example.com"]), at=NOW)
            tx.enqueue(drafts(content, ["https://hooks.example.com/a"], channel=WEBHOOK), at=NOW)
    assert NAMED in everything(store)
    assert forget("https://bao.example.com/goc", store=store, clock=clock).documents == 1
    assert NAMED not in everything(store)
    with store.begin() as tx:
        assert len(waiting(tx, NOW)) == 4
        again = tx.alert("a2")
    assert again is not None
    assert "Chuyện khác" in again.headline
    assert again.signal.reasons[0].startswith("giống chuyện “[đã xóa theo yêu cầu]")


def test_what_people_wrote_of_it_and_what_it_was_called_before_go_too(published: SqlStore, clock: SetClock) -> None:
    before, url = "Tiêu đề trước khi báo sửa", "https://bao.example.com/goc"
    with published.begin() as tx:
        tx.add_revisions([
            Revision(
                document_id="goc", at=NOW, kind=RevisionKind.TITLE, seen_in=SeenIn.FEED, title_before=before,
                title_after=TITLE, difference="", changed_words=2,
            )
        ])  # fmt: skip
        alert = an_alert_about(before, ("goc",))
        handling = replace(alert.handling, statement=f"Đã trả lời bài {TITLE}", reason=f"xem {url}")
        tx.save_alert(replace(alert, handling=handling), kind="state", actor="radar", text=f"Về {before}", at=NOW)
        tx.add_silence(
            Silence(
                stream="all", until=hours_ago(-9), reason=f"vì bài {TITLE}", author="lan@agency.example.com", since=NOW
            )
        )
        tx.add_story_decision(Split(documents=("goc", "khac"), into="s9"), actor="lan", reason=f"tách {url}", at=NOW)
    forget(url, store=published, clock=clock)
    kept = everything(published)
    assert [piece in kept for piece in (before, TITLE, url)] == [False, False, False]
    with published.begin() as tx:
        [(_, decision)] = tx.story_decisions()
        assert decision == Split(documents=("khac",), into="s9")


def test_neither_when_it_was_seen_nor_the_second_of_its_deletion_is_kept(
    store: SqlStore, clock: SetClock, tmp_path: Path
) -> None:
    entry, ledger = make_entry(5, title="BHXH chậm trả lương hưu"), ForgottenFile(tmp_path / "forgotten.jsonl")
    ingest([entry], make_feed(), store=store, classifier=RuleClassifier(), now=NOW)
    forget(entry.url, store=store, clock=clock, ledger=ledger)
    with store.begin() as tx:
        assert tx.unseen([key_of(entry.url)]) == {key_of(entry.url)}
        [remembered] = tx.all_forgotten()
    assert remembered == (key_of(entry.url), start_of_day(NOW))
    assert ledger.all() == [remembered]


def test_one_comment_without_an_address_of_its_own_is_deleted_by_its_id(
    published: SqlStore, clock: SetClock, tmp_path: Path
) -> None:
    said = {f"cmt-{n}": f"bình luận thứ {n}" for n in range(3)}
    under = comments_at("https://bao.example.com/goc")
    texts = [post(key, hours_ago(1), title="", text=text, excerpt=text) for key, text in said.items()]
    with published.begin() as tx:
        tx.add_documents(
            [replace(t, document=replace(t.document, url=u)) for t, u in zip(texts, (under, under, ""), strict=True)]
        )
    place(published, {"cmt-1": "goc"})
    ledger = ForgottenFile(tmp_path / "forgotten.jsonl")
    for key in ("cmt-0", "cmt-1"):
        assert forget_document(key, store=published, clock=clock, dry_run=True).documents == 1
        assert forget_document(key, store=published, clock=clock, ledger=ledger).documents == 1
    assert forget_document("cmt-0", store=published, clock=clock).documents == 0
    kept = everything(published)
    assert [text in kept for text in (*said.values(), TITLE)] == [False, False, True, True]
    # a restored backup makes the same deletions and no others
    with published.begin() as tx:
        tx.add_documents(texts[:1])
        assert forget_again(tx, ledger.all()) == 1
    assert TITLE in everything(published)
    assert forget_document("goc", store=published, clock=clock).documents == 2


def test_figures_of_story_and_hour_follow(published: SqlStore, clock: SetClock) -> None:
    forget("https://bao.example.com/goc", store=published, clock=clock)
    story = SqlReadModels(published).story("s1")
    assert story is not None
    assert (story.headline, story.documents, story.origins) == ("Một bài khác hẳn", 1, 1)
    with published.begin() as tx:
        assert [b.total for b in tx.bins("all", since=hours_ago(9), until=NOW + timedelta(hours=1))] == [1]


def test_messages_that_wait_lose_what_they_quote_however_it_is_written(store: SqlStore, clock: SetClock) -> None:
    """Titles with characters that JSON and HTML write differently, and one that a subject cuts short."""
    title = 'Bài "lương hưu" <chậm> & nhiều người \\ hỏi ' + "rất dài " * 20
    url = "https://bao.example.com/goc?a=1&b=2"
    with store.begin() as tx:
        tx.add_documents([make_intent("goc", at=hours_ago(3), title=title), make_intent("khac", title="Bài khác hẳn")])
        tx.connection.exec_driver_sql(f"update documents set url = '{url}' where id = 'goc'")
    tell_of(store)
    with store.begin() as tx:
        alert = tx.alert("a1")
        assert alert is not None
        evidence = [
            Evidence(
                document_id=key, title=name, source_name="Báo Thử", publisher="Báo Thử", source_kind="online", reach=3,
                url=address, published_at=NOW, story_id=None,
            )
            for key, name, address in (("goc", title, url), ("khac", "Bài khác hẳn", "https://bao.example.com/khac"))
        ]  # fmt: skip
        content = Content(
            alert=replace(alert, stream="story:s1", headline=title, why=f"Có 9 tin như «{title}»."),
            occasion=Occasion.OPENED, base_url="http://radar.example.com", evidence=evidence,
        )  # fmt: skip
        tx.enqueue(drafts(content, ["minh@agency.example.com"]), at=NOW)
        tx.enqueue(drafts(content, ["https://hooks.example.com/a"], channel=WEBHOOK), at=NOW)
    assert forget(url, store=store, clock=clock).documents == 1
    with store.begin() as tx:
        left = {p.draft.channel: p.draft for p in waiting(tx, NOW) if p.draft.key != "k"}
    mail, hook = left["email"], json.loads(left["webhook"].text)
    assert "theo yêu cầu xóa bài" in mail.text
    for part in ("lương hưu", "chậm", "bao.example.com/goc"):
        assert part not in mail.subject + mail.text + mail.html + left["webhook"].text + left["webhook"].subject
    assert [e["title"] for e in hook["evidence"]] == ["Bài khác hẳn"]
    assert hook["alert"]["id"] == "a1"
    assert hook["figures"]["negative"] == 9


def test_what_was_deleted_on_request_is_not_taken_again(store: SqlStore, clock: SetClock) -> None:
    entry = make_entry(1, title="Lương hưu chậm")
    feed = make_feed()
    assert forget(f"{entry.url}?utm_source=x", store=store, clock=clock).documents == 0
    assert ingest([entry], feed, store=store, classifier=RuleClassifier(), now=NOW).new == 0
    assert "Lương hưu chậm" not in everything(store)


def test_what_is_deleted_on_request_while_it_is_judged_is_not_taken(store: SqlStore, clock: SetClock) -> None:
    entry = make_entry(1, title="BHXH chậm trả lương hưu")

    class Slow(RuleClassifier):
        def judge(self, texts: Sequence[TextToJudge]) -> list[Judgement]:
            forget(entry.url, store=store, clock=clock)
            return super().judge(texts)

    done = ingest([entry, make_entry(2)], make_feed(), store=store, classifier=Slow(), now=NOW)
    assert (done.new, done.kept, done.relevant) == (1, 1, 1)
    with store.begin() as tx:
        assert tx.documents_at([entry.url, make_entry(2).url]) == [key_of(make_entry(2).url)]
    assert ingest([entry], make_feed(), store=store, classifier=RuleClassifier(), now=NOW) == Ingested()


def test_only_web_addresses_are_deleted(store: SqlStore, clock: SetClock) -> None:
    for wrong in ("", "%", "file:///etc/passwd", "javascript:alert(1)"):
        with pytest.raises(AccountError, match="not an http"):
            forget(wrong, store=store, clock=clock)


def test_no_byte_of_it_stays_in_the_files_of_sqlite(published: SqlStore, clock: SetClock, tmp_path: Path) -> None:
    if published.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL removes what is deleted when it vacuums")
    files = lambda: b"".join(p.read_bytes() for p in tmp_path.glob("radar.db*"))  # noqa: E731
    assert TITLE.encode() in files()
    forget("https://bao.example.com/goc", store=published, clock=clock)
    assert TITLE.encode() not in files()
    assert "nội dung chép".encode() not in files()


def test_a_restored_backup_honours_what_happened_since(published: SqlStore, clock: SetClock, tmp_path: Path) -> None:
    ledger = ForgottenFile(tmp_path / "forgotten.jsonl")
    file = tmp_path / "backups" / "radar.backup"
    assert backup(published, file, NOW) > 5
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupError, match="is there already"):
        backup(published, file, NOW)
    forget("https://bao.example.com/goc", store=published, clock=clock, ledger=ledger)
    with pytest.raises(BackupError, match="not empty"):
        restore(published, file, replace=False)
    restore(published, file, replace=True)
    assert TITLE in everything(published)
    clock.at += timedelta(days=31)
    assert after_restore(published, clock, ledger=ledger, periods=PERIODS).forgotten == 2
    kept = everything(published)
    assert TITLE not in kept
    assert "nội dung khác" not in kept
    assert "Một bài khác hẳn" in kept
    with published.begin() as tx:
        assert [e.action for e in tx.audit_entries()] == ["restored", "retained"]
        assert verify(tx, heads=(), signer=None) == []


def test_numbers_and_triggers_go_on_after_a_restore(published: SqlStore, clock: SetClock, tmp_path: Path) -> None:
    from sqlalchemy.exc import DatabaseError

    file = tmp_path / "radar.backup"
    backup(published, tmp_path / "first", NOW)  # leaves an entry in the log
    backup(published, file, NOW)
    restore(published, file, replace=True)
    tell = make_draft(key="neu", subject="Tin")
    with published.begin() as tx:
        tx.enqueue([tell], at=NOW)
        assert len(waiting(tx, NOW)) == 2
    with pytest.raises(DatabaseError, match="append-only"), published.begin() as tx:
        tx.connection.exec_driver_sql("delete from audit_entries")


def test_json_lines_go_into_the_other_kind_of_database(published: SqlStore, clock: SetClock, tmp_path: Path) -> None:
    if published.engine.dialect.name != "postgresql":
        pytest.skip("SQLite makes a database file")
    file = tmp_path / "radar.jsonl.gz"
    rows = backup(published, file, NOW)
    engine = make_engine(f"sqlite:///{tmp_path / 'other.db'}")
    migrate(engine)
    other = SqlStore(engine)
    assert restore(other, file, replace=False) == rows
    assert everything(other).count(TITLE) == everything(published).count(TITLE)


def test_nobody_gets_in_by_what_may_have_ended_since_a_restored_backup(
    store: SqlStore, clock: SetClock, tmp_path: Path
) -> None:
    accounts = make_accounts(store, clock)
    accounts.add("truc@agency.example.com", Role.DESK)
    with store.snapshot() as tx:
        user = tx.user("truc@agency.example.com")
    assert user is not None
    cookie = Sessions(store, clock).start(user)
    token = accounts.tokens.create("may", frozenset({Scope.READ}), timedelta(days=9))
    backup(store, tmp_path / "copy", NOW)
    restore(store, tmp_path / "copy", replace=True)
    found = Restored(forgotten=0, sessions=1, tokens=1, messages=0)
    assert after_restore(store, clock, ledger=None, periods=PERIODS) == found
    assert Sessions(store, clock).find(cookie) is None
    assert accounts.tokens.find(token) is None
    with store.snapshot() as tx:
        [entry] = [e for e in tx.audit_entries() if e.action == "restored"]
        assert entry.details == {"forgotten": 0, "sessions": 1, "tokens": 1, "messages": 0}


def test_what_waited_in_a_restored_backup_is_sent_only_when_a_person_says_so(
    store: SqlStore, clock: SetClock, tmp_path: Path
) -> None:
    with store.begin() as tx:
        tx.enqueue([make_draft(str(n)) for n in range(501)], at=NOW)
    backup(store, tmp_path / "copy", NOW)
    restore(store, tmp_path / "copy", replace=True)
    assert after_restore(store, clock, ledger=None, periods=PERIODS).messages == 501
    with store.snapshot() as tx:
        assert waiting(tx, NOW) == []
        [newest_of_all] = tx.outbox(states=["dead"], before=None, limit=1)
    assert (newest_of_all.last_outcome, newest_of_all.last_detail) == ("outdated", GIVEN_UP)
    assert send_again(newest_of_all.id, who="cli", store=store, clock=clock) == 1
    with store.snapshot() as tx:
        assert [w.id for w in waiting(tx, NOW)] == [newest_of_all.id]


VERSION = json.dumps({"version": newest()}) + "\n"
GENUINE = '{"table": "secrets", "row": {"name": "a", "value": {"bytes": "YQ=="}}}\n'
DAMAGED = {
    "none": b"", "line": b"nothing\n", "list": b"[]\n", "utf8": b"\xff\xfe\n", "deep": b"[" * 200_000,
    **{name: (VERSION + rest).encode() for name, rest in {
        "nothing": "", "second line": "nothing\n", "table": '{"table": "documents", "row": {"author": "x"}}\n',
        "column": '{"table": "secrets", "row": {"name": "a"}}\n{"end": 1}\n', "deep line": "[" * 200_000,
        "no end": GENUINE, "rows": GENUINE + '{"end": 2}\n', "behind": GENUINE + '{"end": 1}\n' + GENUINE,
        "twice": GENUINE * 2 + '{"end": 2}\n',
        "row of nobody": '{"table": "recovery_codes", "row": {"user_id": 9, "digest": "a", "used_at": null}}\n'
        '{"end": 1}\n',
    }.items()},
}  # fmt: skip


@pytest.mark.parametrize("damage", ["cut", "text", "flipped", *DAMAGED])
def test_a_damaged_backup_changes_nothing(published: SqlStore, tmp_path: Path, damage: str) -> None:
    whole = gzip.compress(DAMAGED.get(damage, (VERSION + GENUINE + '{"end": 1}\n').encode()))
    flipped = bytes([*whole[:12], whole[12] ^ 0xFF, *whole[13:]])
    file = tmp_path / "radar.backup"
    file.write_bytes({"cut": whole[:-9], "text": b"hello", "flipped": flipped}.get(damage, whole))
    before = everything(published)
    with pytest.raises(BackupError):
        restore(published, file, replace=True)
    assert everything(published) == before


@pytest.mark.parametrize(("first", "told"), [('{"version": "ffffffffffff"}\n', "ffffffffffff"), ("", "named none")])
def test_lines_of_a_version_that_cannot_be_brought_up_change_nothing(
    published: SqlStore, tmp_path: Path, first: str, told: str
) -> None:
    (tmp_path / "copy").write_bytes(gzip.compress((first + GENUINE + '{"end": 1}\n').encode()))
    before = everything(published)
    with pytest.raises(BackupError, match=rf"another version of the program \(.*{told}; this one is of {newest()}\)"):
        restore(published, tmp_path / "copy", replace=True)
    assert everything(published) == before


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("of others", "expected a backup made by `radar backup`"),
        ("cut", "damaged"),
        ("newer", rf"another version of the program \(ffffffffffff; this one is of {newest()}\)"),
    ],
)
def test_a_database_file_that_is_no_backup_changes_nothing(
    published: SqlStore, tmp_path: Path, damage: str, told: str
) -> None:
    if published.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL takes no database file")
    file = tmp_path / "radar.backup"
    if damage == "of others":
        with closing(sqlite3.connect(file)) as other:
            other.execute("create table bookmarks (id)")
            other.commit()
    else:
        backup(published, file, NOW)
    if damage == "cut":
        file.write_bytes(file.read_bytes()[:50_000])
    if damage == "newer":
        with closing(sqlite3.connect(file)) as copy:
            copy.execute("update alembic_version set version_num = 'ffffffffffff'")
            copy.commit()
    before = everything(published)
    with pytest.raises(BackupError, match=told):
        restore(published, file, replace=True)
    assert everything(published) == before


def test_a_backup_that_fails_blocks_no_later_one_and_is_not_logged(published: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file" / "b", Path("/proc/x/b"), tmp_path / ("b" * 300)):
        with pytest.raises(BackupError, match="cannot be written"):
            backup(published, place, NOW)
    assert list(tmp_path.glob(".radar-backup-*")) == []
    with published.begin() as tx:
        assert list(tx.audit_entries()) == []
