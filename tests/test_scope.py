"""ADR 0001: fraud and institutional conduct are labelled, citizens' speech is not, and nothing goes to a ministry."""

from __future__ import annotations

import re
from pathlib import Path

from classifiers import labels
from service.domain.findings import Move
from service.domain.judgement import Limb
from service.storage.schema import Base

REPOSITORY = Path(__file__).parents[1]
LIMBS = {"forgery", "property", "withheld", "retaliation"}
SPEECH = re.compile(r"false_info|panic|dignity|\bgender\b|\bviolence\b|incite|slander|rumou?r_score")
CHANNEL = re.compile(r"dossier|(?<!ad)ministr|police|prosecut|bo_cong_an", re.IGNORECASE)


def code(folder: str) -> dict[str, str]:
    """Source of a package without comments and documentation, so that saying what is not done is not doing it."""
    found = {}
    for path in sorted((REPOSITORY / folder).rglob("*.py")):
        text = re.sub(r'"""(?s:.*?)"""|#[^\n]*', "", path.read_text(encoding="utf-8"))
        found[str(path.relative_to(REPOSITORY))] = text
    return found


def test_there_are_four_limbs() -> None:
    assert {str(limb) for limb in Limb} == {limb.value for limb in labels.Limb} == LIMBS


def test_no_code_labels_or_scores_speech() -> None:
    files = code("service") | code("classifiers")
    assert len(files) > 200
    assert {name: hits for name, text in files.items() if (hits := SPEECH.findall(text))} == {}


def test_no_table_column_or_code_is_made_for_a_channel_outside_the_agency() -> None:
    names = [f"{t.name}.{c.name}" for t in Base.metadata.sorted_tables for c in t.columns]
    assert [n for n in names if CHANNEL.search(n)] == []
    assert {name: hits for name, text in code("service").items() if (hits := CHANNEL.findall(text))} == {}


def test_a_finding_ends_inside_the_agency_or_in_a_public_warning() -> None:
    assert not [move for move in Move if re.search("report|refer|escalate|send_to", move)]


def test_of_a_denunciation_a_daily_count_is_kept_only() -> None:
    columns = {c.name for c in Base.metadata.tables["daily_drops"].columns}
    assert columns == {"day", "reason", "count"}
