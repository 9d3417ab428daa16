"""The law by date of content, from the shipped file and from files that operators load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.legal import command
from service.domain.audit import Action
from service.domain.judgement import Limb
from service.review.legal import choose, citation, clause_of, from_json, in_force, overlaps, to_json
from service.settings import ConfigError
from service.settings.legal_file import load_legal
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate

BEFORE = datetime(2026, 8, 31, 16, 59, tzinfo=UTC)  # 23:59 on 31 August in Hanoi
AFTER = datetime(2026, 8, 31, 17, 0, tzinfo=UTC)  # 00:00 on 1 September
NEW = """legal_basis:
  - law: Luật Thử nghiệm số 1/2026/QH16
    article: Điều 5. Các hành vi bị nghiêm cấm
    valid_from: 2026-09-01
    valid_to: null
    source: tệp thử
    clauses:
      2: Làm giả
        thông tin.
    limbs: {forgery: 2}
"""


def run_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    address = f"sqlite:///{tmp_path / 'radar.db'}"
    monkeypatch.setenv("RADAR_DATABASE_URL", address)
    migrate(make_engine(address))
    return lambda *args: CliRunner().invoke(command, list(args))


def test_a_mistake_is_corrected_and_a_new_law_follows_one_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, path = run_in(tmp_path, monkeypatch), tmp_path / "luat.yaml"
    for told, text in (
        ("1 loaded", NEW.replace("Làm giả", "Lam gia")),
        ("1 loaded", NEW),
        ("1 already there", NEW),
        ("1 loaded", NEW.replace("2026-09-01", "2030-01-01").replace("số 1/2026", "số 2/2029")),
        ("1 loaded", NEW.replace("2026-09-01", "2026-10-01").replace("null", "2026-10-31").replace("Làm giả", "Tạm")),
    ):
        path.write_text(text)
        assert told in run("load", "--replace", str(path)).output
    with SqlStore(make_engine(f"sqlite:///{tmp_path / 'radar.db'}")).begin() as tx:
        bases = in_force([*load_legal(), *map(from_json, tx.legal_texts())])
        loads = [e for e in tx.audit_entries() if e.action == Action.LEGAL_TEXT_LOADED]
    assert len(loads) == 4
    held = [(b.valid_from, b.valid_to, b.clauses[2].split()[0]) for b in bases if b.law.startswith("Luật Thử")]
    assert sorted(held) == [
        ("2026-09-01", "2026-09-30", "Làm"),
        ("2026-10-01", "2026-10-31", "Tạm"),
        ("2026-11-01", "2029-12-31", "Làm"),
        ("2030-01-01", None, "Làm"),
    ]
    chosen = choose(bases, datetime(2029, 12, 31, 16, 59, tzinfo=UTC))
    assert citation(chosen, Limb.FORGERY).endswith("(áp dụng đối với nội dung đăng trước ngày 01/01/2030)")
    assert "Lam gia" not in run("show").output


def test_the_law_is_chosen_by_the_day_in_viet_nam() -> None:
    bases = load_legal()
    old, slot = choose(bases, BEFORE), choose(bases, AFTER)
    assert old is not None
    assert set(old.clauses) == {1, 2, 3, 4}
    assert clause_of(old, Limb.RETALIATION) == (
        4, "Cản trở, đe dọa, trù dập người yêu cầu, người cung cấp thông tin.",
    )  # fmt: skip
    cited = "khoản 3 Điều 11 Luật Tiếp cận thông tin số 104/2016/QH13"
    assert citation(old, Limb.PROPERTY) == f"{cited} (áp dụng đối với nội dung đăng trước ngày 01/09/2026)"
    assert citation(replace(old, valid_to=None), Limb.PROPERTY) == cited
    assert slot is not None
    assert slot.empty
    assert citation(slot, Limb.PROPERTY) == ""
    assert choose(bases, datetime(2018, 6, 1, tzinfo=UTC)) is None


def test_a_loaded_text_fills_the_slot_and_limbs_it_does_not_name_cite_nothing(tmp_path: Path) -> None:
    (tmp_path / "luat.yaml").write_text(NEW)
    [new] = load_legal(tmp_path / "luat.yaml")
    assert from_json(to_json(new)) == new
    chosen = choose([*load_legal(), new], AFTER)
    assert clause_of(chosen, Limb.FORGERY) == (2, "Làm giả thông tin.")
    assert clause_of(chosen, Limb.PROPERTY) is None
    assert overlaps(new, load_legal()) is None
    assert overlaps(replace(new, valid_from="2026-08-31"), load_legal()) == load_legal()[0]
    earlier = replace(new, valid_from="2010-01-01", valid_to="2018-06-30")
    assert overlaps(earlier, load_legal()) is None
    assert overlaps(replace(earlier, valid_to="2018-07-01"), load_legal()) == load_legal()[0]


def test_a_text_goes_before_an_empty_slot_of_the_same_days(tmp_path: Path) -> None:
    (tmp_path / "luat.yaml").write_text(NEW)
    [new] = load_legal(tmp_path / "luat.yaml")
    assert choose([new, *load_legal()], AFTER) == new


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("valid_from: 2026-09-01", "valid_from: soon", "luat.yaml:4: legal_basis[0].valid_from: expected a day"),
        ("valid_to: null", "valid_to: 2026-08-01", "luat.yaml:5: legal_basis[0].valid_to: expected a day not before"),
        ("limbs: {forgery: 2}", "limbs: {panic: 2}", "luat.yaml:10: legal_basis[0].limbs: expected numbers of clauses"),
        ("limbs: {forgery: 2}", "limbs: {forgery: 3}", "limbs.forgery: clause 3 is not among the clauses"),
        ("source: tệp thử", "source: tệp thử\n    extra: 1", "luat.yaml:7: legal_basis[0].extra: unknown key"),
        ("Làm giả\n        thông tin.", "...", "luat.yaml:8: legal_basis[0].clauses: clause 2: expected its text"),
        ("legal_basis:", "legal:", "legal_basis: missing"),
    ],
)
def test_mistakes_name_file_line_and_key(tmp_path: Path, old: str, new: str, problem: str) -> None:
    path = tmp_path / "luat.yaml"
    path.write_text(NEW.replace(old, new))
    with pytest.raises(ConfigError) as error:
        load_legal(path)
    assert problem in str(error.value)


def test_radar_legal_loads_once_and_refuses_to_put_a_text_in_doubt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, path = run_in(tmp_path, monkeypatch), tmp_path / "luat.yaml"
    path.write_text(NEW)
    assert "căn cứ pháp lý chờ cập nhật" in run("show").output
    assert "1 loaded" in run("load", str(path)).output
    assert "1 already there" in run("load", str(path)).output
    shown = run("show").output
    assert "2. Làm giả thông tin.  [forgery]" in shown
    assert "chờ cập nhật" not in shown
    path.write_text(NEW.replace("2026-09-01", "2026-01-01"))
    refused = run("load", str(path))
    assert refused.exit_code == 1
    assert "expected days without a text, but Luật Tiếp cận thông tin số 104/2016/QH13 holds" in refused.output
    assert "--replace puts this one in its place" in refused.output
    path.write_text("x")
    assert run("load", str(path)).exit_code == 1
