"""Documents that tests can fail: every table has its kind of data and period, every file that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from service.domain.accounts import Role
from service.insight.health import FeedHealth
from service.settings import Settings
from service.storage.schema import Base
from service.usecases.retain import FEED_HOURS_FOR, SESSIONS_FOR, SIGHTINGS_FOR

ROOT = Path(__file__).parents[1]
DPIA = (ROOT / "docs/dpia.md").read_text(encoding="utf-8")
THREATS = (ROOT / "docs/threat-model.md").read_text(encoding="utf-8")
ROWS = {m[1]: (m[2].strip(), m[3].strip()) for m in re.finditer(r"^\| `(\w+)` \| (.+) \| (.+) \|$", DPIA, re.MULTILINE)}


def test_the_assessment_lists_every_table_with_kind_and_period() -> None:
    assert set(ROWS) == set(Base.metadata.tables)
    assert all(kind and period for kind, period in ROWS.values())


@pytest.mark.parametrize(
    ("table", "setting"),
    [
        ("documents", "keep_text_days"),
        ("documents", "keep_excerpt_days"),
        ("documents", "keep_comment_days"),
        ("notifications", "keep_message_days"),
        ("document_revisions", "keep_excerpt_days"),
        ("findings", "keep_finding_days"),
        ("audit_entries", "keep_audit_days"),
    ],
)
def test_the_periods_are_those_of_the_settings(table: str, setting: str) -> None:
    assert f"{Settings.model_fields[setting].default} ngày" in ROWS[table][1]


def test_the_fixed_periods_are_those_of_the_code() -> None:
    assert f"{SIGHTINGS_FOR.days} ngày" in ROWS["sightings"][1]
    assert f"{SESSIONS_FOR.days} ngày" in ROWS["sessions"][1]
    assert f"{FEED_HOURS_FOR.days} ngày" in ROWS["feed_hours"][1]


def test_texts_stand_in_tables_that_say_so_only() -> None:
    texts = {"text", "excerpt", "body", "html", "summary", "comment", "note", "proposal"}
    holders = {t.name for t in Base.metadata.sorted_tables if texts & set(t.c.keys())}
    # what staff write: timelines, messages, proposals, decisions; and the text of laws
    assert holders == {
        "documents", "alert_events", "notifications", "findings", "finding_decisions", "legal_texts",
    }  # fmt: skip


def test_the_image_is_given_every_file_that_it_copies() -> None:
    """`.dockerignore` leaves everything out but what it names."""
    given = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    sources = {source for line in copied for source in line.split()}
    assert sources - given == set()
    assert all((ROOT / source).exists() for source in sources)


def test_every_health_of_a_feed_is_described() -> None:
    told = (ROOT / "docs/operations.md").read_text()
    assert [h for h in FeedHealth if f"`{h}`" not in told] == []


@pytest.mark.parametrize("document", [DPIA, THREATS], ids=["dpia", "threat-model"])
def test_every_file_that_is_named_exists(document: str) -> None:
    named = set(re.findall(r"`((?:tests|docs|service)/[\w./-]+\.(?:py|md))`", document))
    assert len(named) > 5
    assert [n for n in named if not (ROOT / n).is_file()] == []


def test_each_boundary_goes_through_stride() -> None:
    sections = re.split(r"^## \d", THREATS, flags=re.MULTILINE)[1:]
    assert len(sections) == 6
    letters = [set(re.findall(r"^\| ([STRIDE]) \|", s, re.MULTILINE)) for s in sections]
    assert set("STRIDE") == set().union(*letters)
    assert [s[:30] for s, found in zip(sections, letters, strict=True) if len(found) < 2] == []


def test_every_role_is_described() -> None:
    described = (ROOT / "docs/accounts.md").read_text(encoding="utf-8")
    assert [r for r in Role if f"| `{r}` |" not in described] == []


def test_every_metric_and_address_of_health_is_described() -> None:
    described = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    code = (ROOT / "service/web/metrics.py").read_text(encoding="utf-8")
    metrics = set(re.findall(r'"(radar_\w+)"', code))
    metrics |= {f"radar_{name}" for name in re.findall(r'gauge\("(\w+)"', code)}
    assert len(metrics) > 10
    assert [m for m in metrics | {"/healthz", "/readyz", "/metrics"} if f"`{m}" not in described] == []
