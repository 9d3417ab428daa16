from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from service.cli.cluster import command

LINES = [
    {
        "id": "1",
        "title": "Bệnh viện Sông Trà thiếu thuốc chạy thận",
        "text": "Người bệnh phải tự mua vật tư ngoài quầy từ đầu tuần",
        "published_at": "2026-03-02T08:00:00+07:00",
        "source": "a",
    },
    {
        "id": "2",
        "title": "Bệnh viện Sông Trà thiếu thuốc chạy thận",
        "text": "Người bệnh phải tự mua vật tư ngoài quầy từ đầu tuần",
        "published_at": "2026-03-02T09:00:00",
        "source": "b",
    },
    {
        "id": "3",
        "text": "Lễ hội hoa xuân khai mạc bên hồ Gươm với ba trăm gian hàng",
        "published_at": "2026-03-02T03:00:00Z",
        "source": "a",
    },
]


def run(lines: list[str]) -> tuple[int, list[dict[str, str]], str]:
    result = CliRunner().invoke(command, input="\n".join(lines) + "\n")
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()], result.stderr


def test_lines_become_placements_in_their_order() -> None:
    code, answers, _ = run([json.dumps(line) for line in LINES])
    assert code == 0
    assert [a["id"] for a in answers] == ["1", "2", "3"]
    assert [a["origin"] for a in answers] == ["1", "1", "3"]
    assert answers[0]["story"] == answers[1]["story"] != answers[2]["story"]


def test_a_files_batches_answer_like_single_lines(tmp_path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in LINES), encoding="utf-8")
    from_file = CliRunner().invoke(command, [str(file)])
    assert from_file.exit_code == 0
    assert [json.loads(line) for line in from_file.stdout.splitlines()] == run([json.dumps(line) for line in LINES])[1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ('{"id": "4", "published_at": "2026-03-02"}', "field 'text'"),
        ('{"id": "4", "text": "x", "published_at": "hôm qua"}', "field 'published_at': expected a time"),
        ('{"id": "4", "text": "x", "published_at": "9999-12-31"}', "expected a time from 1990 to 2099"),
        ('{"id": "4", "text": "x", "published_at": "2026-02-19"}', "expected lines in order of time"),
        ('{"text": "x", "published_at": "2026-03-02"}', "field 'id'"),
    ],
)
def test_a_bad_line_is_reported_and_the_others_go_on(line: str, reason: str) -> None:
    code, answers, errors = run([json.dumps(LINES[0]), line, json.dumps(LINES[2])])
    assert code == 1
    assert [a["id"] for a in answers] == ["1", "3"]
    assert "standard input:2:" in errors
    assert reason in errors


def test_lines_after_one_that_lies_far_ahead_are_told_and_not_taken_for_new_stories() -> None:
    ahead = {"id": "9", "text": "Việc khác", "published_at": "2026-12-31"}
    late = {**LINES[1], "id": "4", "published_at": "2026-12-22T00:00:00+07:00"}  # ten days and less
    code, answers, errors = run([json.dumps(line) for line in (LINES[0], ahead, LINES[1], late)])
    assert code == 1
    assert [a["id"] for a in answers] == ["1", "9", "4"]
    assert errors.count("standard input:3:") == len(errors.splitlines()) == 1
    assert "below a line of 2026-12-31T00:00:00+07:00" in errors
