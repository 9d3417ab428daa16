"""The chain as a pure thing: any edit, deletion, reordering and truncation shows, and where."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.audit import (
    GENESIS,
    Action,
    AuditDraft,
    AuditEntry,
    AuditError,
    Head,
    Prune,
    entry_hash,
    flaws,
    link,
    stamp,
)

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
drafts = st.builds(
    AuditDraft,
    action=st.sampled_from(Action),
    actor=st.sampled_from(["user:1", "token:3", "radar"]),
    at=st.integers(0, 10**9).map(lambda us: NOW + timedelta(microseconds=us)),
    subject=st.text("abc123:", max_size=8),
    details=st.dictionaries(st.sampled_from(["a", "b"]), st.integers() | st.booleans() | st.none(), max_size=2),
)
logs = st.lists(drafts, min_size=2, max_size=12)


def chain(drafts: list[AuditDraft]) -> list[AuditEntry]:
    entries: list[AuditEntry] = []
    for d in drafts:
        entries.append(link(d, (entries[-1].seq, entries[-1].hash) if entries else (0, GENESIS)))
    return entries


def head_of(entry: AuditEntry) -> Head:
    return Head(seq=entry.seq, hash=entry.hash, at=stamp(NOW), key="k", signature="s")


@given(logs)
def test_an_untouched_log_is_whole(drafts: list[AuditDraft]) -> None:
    entries = chain(drafts)
    assert flaws(entries, [head_of(e) for e in entries]) == []


@given(logs, st.data())
def test_an_edit_shows_at_its_entry(drafts: list[AuditDraft], data: st.DataObject) -> None:
    entries = chain(drafts)
    i = data.draw(st.integers(0, len(entries) - 1))
    field, value = data.draw(
        st.sampled_from([("actor", "user:9"), ("subject", "other"), ("action", "x"), ("details", {"z": 1})])
    )
    entries[i] = replace(entries[i], **{field: value})
    assert flaws(entries)[0].seq == entries[i].seq


@given(logs, st.data())
def test_a_deletion_in_the_middle_shows_and_says_which(drafts: list[AuditDraft], data: st.DataObject) -> None:
    entries = chain(drafts)
    i = data.draw(st.integers(0, len(entries) - 2))
    found = flaws(entries[:i] + entries[i + 1 :])
    assert found[0].seq == i + 1
    assert "missing" in found[0].detail


@given(logs, st.data())
def test_two_entries_that_change_places_show(drafts: list[AuditDraft], data: st.DataObject) -> None:
    entries = chain(drafts)
    i, j = sorted(data.draw(st.lists(st.integers(0, len(entries) - 1), min_size=2, max_size=2, unique=True)))
    one, two = entries[i], entries[j]
    entries[i], entries[j] = replace(two, seq=one.seq), replace(one, seq=two.seq)
    assert flaws(entries)[0].seq == one.seq


@given(logs, st.data())
def test_a_cut_end_shows_against_a_head(drafts: list[AuditDraft], data: st.DataObject) -> None:
    entries = chain(drafts)
    left = data.draw(st.integers(0, len(entries) - 1))
    assert flaws(entries[:left]) == []
    [flaw] = flaws(entries[:left], [head_of(entries[-1])])
    assert flaw.seq == len(entries)
    assert "cut off" in flaw.detail


@given(logs, st.data())
def test_a_whole_chain_calculated_anew_shows_against_a_head(drafts: list[AuditDraft], data: st.DataObject) -> None:
    entries = chain(drafts)
    i = data.draw(st.integers(0, len(entries) - 1))
    forged = chain([*drafts[:i], replace(drafts[i], actor="user:9"), *drafts[i + 1 :]])
    if forged != entries:
        assert flaws(forged) == []
        assert flaws(forged, [head_of(entries[-1])])[0].seq == len(entries)


@given(logs, st.data())
def test_a_log_that_begins_behind_a_prune_is_whole(drafts: list[AuditDraft], data: st.DataObject) -> None:
    entries = chain(drafts)
    cut = data.draw(st.integers(1, len(entries) - 1))
    prune = Prune(seq=cut, hash=entries[cut - 1].hash, at=stamp(NOW), signature="s")
    heads = [head_of(e) for e in entries]
    assert flaws(entries[cut:], heads, prune) == []
    assert flaws(entries[cut:])[0].seq == 1


def test_the_hash_is_over_canonical_json() -> None:
    draft = AuditDraft(action=Action.LOG_IN, actor="user:1", at=NOW, details={"b": 1, "a": "x"})
    other = replace(draft, details={"a": "x", "b": 1}, at=NOW.astimezone())
    assert entry_hash(1, draft, GENESIS) == entry_hash(1, other, GENESIS)


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "Nguyễn Văn A"},
        {"subject": "Lương hưu chậm"},
        {"details": {"text": "hai từ"}},
        {"details": {"text": "x" * 101}},
        {"details": {"hai từ": 1}},
        {"details": {"share": 0.5}},
        {"details": {"list": ["a"]}},
    ],
)
def test_what_could_be_text_is_refused(values: dict) -> None:
    with pytest.raises(AuditError):
        AuditDraft(**({"action": Action.DECIDED, "actor": "user:1", "at": NOW} | values))
