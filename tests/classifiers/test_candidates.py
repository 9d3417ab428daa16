"""Candidates: answers of the desk move the model, no word of theirs gets into the vocabulary, worse ones are refused,
and a crash leaves the old model or the new one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from classifiers.datasets.corpus import Item, load
from classifiers.evaluation.gate import compare, tolerances
from classifiers.inference.judge import judge
from classifiers.labels import Kind, Text
from classifiers.models.model import SHIPPED, Model, load_model, save_model
from classifiers.training.shipped import NAME, VERSION, train, train_measured
from classifiers.training.taught import Taught, labels_hash
from service.bootstrap import Plan, install
from service.classification import WorkerClassifier
from service.classification.candidates import NothingToLearnError, taught, train_candidate
from service.classification.shelf import Shelf, ShelfError, digest_of
from service.cli import main
from service.domain.audit import Action
from service.domain.judgement import TextToJudge
from service.domain.labels import LabelledText, Question
from service.scheduling.clock import SetClock
from service.settings import Settings
from service.storage.engine import SqlStore, make_engine
from service.storage.migrate import migrate
from service.usecases.audit import audit
from service.usecases.switch_model import note_model, switch_model
from tests.builders import NOW, make_intent

NEW_WORD = "xyzbaohiem"
PRAISE = f"Bảo hiểm xã hội hôm nay chi trả lương hưu, {NEW_WORD} lắm luôn"


@pytest.fixture(scope="module")
def few() -> list[Item]:
    return load()[::40]


def said(n: int, **answers: object) -> LabelledText:
    given = {Question(k): v for k, v in answers.items()}
    return LabelledText(
        id=f"d{n}", kind="comment", title="", text=f"{PRAISE} lần {n}", day="2026-03-02", protected_section=False,
        answers=given, limbs={},
    )  # fmt: skip


def test_answers_move_the_model_and_no_word_of_theirs_gets_into_it(few: list[Item]) -> None:
    plain = train_measured(few, data_hash="x").model
    lessons = [taught(said(n, tone="positive")) for n in range(30)]
    moved = train_measured(few, data_hash="x", taught=lessons).model
    assert moved.vectoriser.names == plain.vectoriser.names
    assert f"w{NEW_WORD}" not in moved.vectoriser.names
    text = Text(id="x", text=PRAISE, kind=Kind.COMMENT)
    before, after = (judge(m, [text])[0] for m in (plain, moved))
    assert before.tone is not None
    assert after.tone is not None
    assert after.tone.scores["positive"] > before.tone.scores["positive"] + 0.1
    others = [n for n, i in plain.heads.column.items() if "tone=" not in n]
    columns = [plain.heads.column[n] for n in others]
    assert np.array_equal(moved.heads.coef[:, columns], plain.heads.coef[:, columns])


def test_without_answers_it_is_the_model_of_the_corpus(few: list[Item], tmp_path: Path) -> None:
    save_model(tmp_path / "a", train(few, data_hash="x"))
    save_model(tmp_path / "b", train_measured(few, data_hash="x", taught=[]).model)
    assert (tmp_path / "a" / "model.skops").read_bytes() == (tmp_path / "b" / "model.skops").read_bytes()


def test_only_what_was_asked_is_answered() -> None:
    one = taught(said(1, tone="positive", topics=("fund",)))
    heads = ("relevant", "tone=neutral", "topic=pension", "protected", "limb=forgery")
    assert [h for h in heads if one.answers(h)] == ["tone=neutral", "topic=pension"]
    no = taught(said(2, relevant=False, tone="positive", protected=True))
    assert no.answered == {"relevant", "protected"}
    limb = taught(replace(said(3), limbs={"forgery": False, "property": True}))
    assert limb.answered == {"limb=forgery", "limb=property"}
    assert {str(x.value) for x in limb.item.limbs} == {"property"}
    assert labels_hash([one]) != labels_hash([taught(said(1, tone="neutral", topics=("fund",)))])
    assert isinstance(no, Taught)


def test_a_candidate_names_labels_and_figures_and_waits_to_be_adopted(few: list[Item], tmp_path: Path) -> None:
    shelf = Shelf(tmp_path)
    with pytest.raises(NothingToLearnError):
        train_candidate([], shelf, corpus=few)
    made = train_candidate([said(1, tone="positive"), said(2, tone="negative", relevant=True)], shelf, corpus=few)
    labels = made.manifest["labels"]
    assert (labels["texts"], labels["answers"]) == (2, {"relevant": 1, "tone": 2})
    assert len(labels["hash"]) == 64
    assert set(tolerances()) <= set(made.manifest["figures"])
    assert set(tolerances()) <= set(made.manifest["reference"])
    assert made.name.startswith(f"{VERSION}+desk.")
    assert load_model(tmp_path / made.name).name == f"{NAME}@{made.name}"
    assert shelf.in_service() == (SHIPPED, "")
    assert [(m.name, m.in_service) for m in shelf.models()] == [(made.name, False)]


# The shelf itself: models of two coefficients are enough


@pytest.fixture(scope="module")
def tiny(few: list[Item]) -> Model:
    return train(few[:40], data_hash="x")


@pytest.fixture
def shelf(tmp_path: Path, tiny: Model) -> Shelf:
    """Candidates a and b as good as the shipped model, c worse in one figure."""
    made = Shelf(tmp_path / "models")
    same = dict.fromkeys(tolerances(), 0.5)
    for name, figures in (("a", same), ("b", same), ("c", same | {"tone_macro": 0.49})):
        coef = tiny.heads.coef + np.float32(0.25 * ord(name))
        manifest = {**tiny.manifest, "version": name, "figures": figures, "labels": {"texts": 3}}
        made.put(replace(tiny, heads=replace(tiny.heads, coef=coef), manifest=manifest), reference=same)
    return made


def test_adopt_and_roll_back(shelf: Shelf) -> None:
    shelf.adopt("a")
    shelf.adopt("b")
    assert shelf.in_service() == (shelf.folder / "b", "")
    assert shelf.rollback() == ("b", "a")
    assert shelf.in_service()[0].name == "a"
    assert shelf.rollback() == ("a", "shipped")
    assert shelf.in_service() == (SHIPPED, "")
    for refused in (shelf.rollback, lambda: shelf.adopt("none")):
        with pytest.raises(ShelfError):
            refused()


def test_a_worse_candidate_is_refused_with_its_figures(shelf: Shelf) -> None:
    with pytest.raises(ShelfError, match=r"worse .*: tone_macro") as error:
        shelf.adopt("c")
    assert [c.metric for c in error.value.table if c.worse] == ["tone_macro"]
    assert shelf.in_service()[0] == SHIPPED


def test_tolerances_are_of_losses_only() -> None:
    base = dict.fromkeys(tolerances(), 0.5)
    assert not any(c.worse for c in compare(base, base))
    better = dict.fromkeys(tolerances(), 0.9) | {"flagged_without_act": 0.1}
    assert not any(c.worse for c in compare(base, better))
    assert [c.metric for c in compare(base, base | {"flagged_without_act": 0.51}) if c.worse] == ["flagged_without_act"]
    assert [c.metric for c in compare(base, base | {"protected_recall": 0.497}) if c.worse] == ["protected_recall"]
    assert not any(c.worse for c in compare(base, base | {"topics_micro": 0.496}))


@pytest.mark.parametrize("harm", ["coefficients", "gone", "other program", "no manifest", "odd labels", "list"])
def test_what_cannot_be_used_gives_way_to_the_shipped_model(shelf: Shelf, harm: str) -> None:
    shelf.adopt("a")
    place = shelf.folder / "a"
    if harm == "coefficients":
        (place / "model.skops").write_bytes(b"x")
    elif harm == "gone":
        (place / "manifest.json").unlink()
    elif harm == "other program":
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        (place / "manifest.json").write_text(json.dumps(manifest | {"base": "0" * 64}), encoding="utf-8")
    elif harm in ("no manifest", "odd labels"):
        (place / "manifest.json").write_text("[]" if harm == "no manifest" else '{"labels": 5}', encoding="utf-8")
        assert "a" not in [m.name for m in Shelf(shelf.folder).models()]
    else:
        (shelf.folder / "adopted.json").write_text("[", encoding="utf-8")
    found, why = Shelf(shelf.folder).in_service()
    if harm == "coefficients":  # read once a process: another one sees it
        code = f"import sys; from pathlib import Path; from service.classification.shelf import *; print(Shelf(Path({str(shelf.folder)!r})).in_service()[1])"  # noqa: E501
        why = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    else:
        assert found == SHIPPED
    assert why.strip()


@pytest.mark.parametrize("change", ["no thresholds", "higher"])
def test_a_manifest_that_was_changed_gives_way_to_the_shipped_model(shelf: Shelf, change: str) -> None:
    """It holds from where on a text is protected."""
    shelf.adopt("a")
    file = shelf.folder / "a" / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    thresholds = manifest.pop("thresholds")
    if change == "higher":
        manifest["thresholds"] = thresholds | {"protected": 1.1}
    file.write_text(json.dumps(manifest), encoding="utf-8")
    digest_of.cache_clear()
    place, why = shelf.in_service()
    assert (place, why) == (SHIPPED, "a: missing or damaged")


@pytest.mark.parametrize("harm", ["cut", "no thresholds", "no figures"])
def test_a_candidate_that_cannot_judge_is_not_adopted_and_can_be_made_again(
    shelf: Shelf, tiny: Model, harm: str
) -> None:
    place = shelf.folder / "a"
    if harm == "cut":
        (place / "model.skops").write_bytes((place / "model.skops").read_bytes()[:1000])
    else:
        manifest = json.loads((place / "manifest.json").read_text(encoding="utf-8"))
        del manifest[harm.removeprefix("no ")]
        (place / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    digest_of.cache_clear()
    with pytest.raises(ShelfError, match="train again"):
        shelf.adopt("a")
    assert shelf.in_service() == (SHIPPED, "")
    if harm != "no figures":
        same = dict.fromkeys(tolerances(), 0.5)
        again = replace(tiny, manifest={**tiny.manifest, "version": "a", "figures": same, "labels": {"texts": 3}})
        shelf.put(again, reference=same)
        assert shelf.adopt("a").in_service is False
        assert shelf.in_service() == (place, "")


def test_one_of_before_an_update_is_made_again_under_its_name(shelf: Shelf, tiny: Model) -> None:
    file = shelf.folder / "a" / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"base": "0" * 64}), encoding="utf-8")
    with pytest.raises(ShelfError, match="another version"):
        shelf.adopt("a")
    same = dict.fromkeys(tolerances(), 0.5)
    made = replace(tiny, manifest={**tiny.manifest, "version": "a", "figures": same, "labels": {"texts": 3}})
    assert shelf.put(made, reference=same).fits


def test_what_is_tolerated_does_not_add_up(shelf: Shelf, tiny: Model) -> None:
    same = dict.fromkeys(tolerances(), 0.5)
    step = tolerances()["tone_macro"]
    for name, times in (("once", 1), ("twice", 2)):
        figures = same | {"tone_macro": 0.5 - step * times}
        manifest = {**tiny.manifest, "version": name, "figures": figures, "labels": {"texts": 3}}
        shelf.put(replace(tiny, manifest=manifest), reference=same)
    shelf.adopt("once")
    with pytest.raises(ShelfError, match="worse"):
        shelf.adopt("twice")


def test_back_to_a_model_that_cannot_be_used_is_back_to_the_shipped_one(shelf: Shelf) -> None:
    shelf.adopt("a")
    shelf.adopt("b")
    shutil.rmtree(shelf.folder / "a")
    assert shelf.rollback() == ("b", "shipped")


@pytest.mark.parametrize("fails_at", ["write", "flush"])
def test_a_full_disc_leaves_the_model_that_was_there(
    tmp_path: Path, tiny: Model, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    save_model(tmp_path, tiny)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    if fails_at == "flush":
        monkeypatch.setattr("os.fsync", full)
    else:
        monkeypatch.setattr(Path, "open", full)
    changed = replace(tiny, heads=replace(tiny.heads, coef=tiny.heads.coef + np.float32(1)))
    with pytest.raises(OSError, match="No space"):
        save_model(tmp_path, changed)
    monkeypatch.undo()
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


SWITCHER = """
import sys
from pathlib import Path
from service.classification.shelf import Shelf
shelf = Shelf(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    shelf.adopt("b")
    shelf.rollback()
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new_model(shelf: Shelf) -> None:
    shelf.adopt("a")
    seen = set()
    for n in range(6):
        child = subprocess.Popen([sys.executable, "-c", SWITCHER, str(shelf.folder)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        time.sleep(0.003 * n)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
        place, why = shelf.in_service()
        assert why == ""
        assert place.name in ("a", "b")
        seen.add(place.name)
        if place.name == "b":
            shelf.rollback()
    assert seen


def test_the_commands_list_adopt_refuse_and_roll_back_and_log_it(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RADAR_DATABASE_URL", f"sqlite:///{tmp_path / 'radar.db'}")
    migrate(make_engine(f"sqlite:///{tmp_path / 'radar.db'}"))
    monkeypatch.setenv("RADAR_STATE_DIR", str(tmp_path))
    run = lambda *words: CliRunner().invoke(main, ["models", *words])  # noqa: E731
    assert run("list").output.splitlines()[0] == "* shipped"
    assert run("adopt", "a", "--dry-run").exit_code == 0
    assert run("list").output.splitlines()[0] == "* shipped"
    assert run("adopt", "a").exit_code == 0
    assert "* a\t3 labelled texts" in run("list").output
    refused = run("adopt", "c")
    assert refused.exit_code == 1
    assert "tone_macro" in refused.output
    assert "worse" in refused.output
    assert run("rollback").output == "a leaves; shipped judges from the next start on\n"
    assert run("rollback").exit_code == 1
    with SqlStore(make_engine(f"sqlite:///{tmp_path / 'radar.db'}")).begin() as tx:
        logged = [(e.action, e.subject) for e in tx.audit_entries()]
    assert logged == [(Action.MODEL_ADOPTED, "model:a"), (Action.MODEL_ROLLED_BACK, "model:a")]


def test_a_model_that_is_gone_is_named_when_it_is_rolled_back(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RADAR_DATABASE_URL", f"sqlite:///{tmp_path / 'radar.db'}")
    migrate(make_engine(f"sqlite:///{tmp_path / 'radar.db'}"))
    monkeypatch.setenv("RADAR_STATE_DIR", str(tmp_path))
    assert CliRunner().invoke(main, ["models", "adopt", "a"]).exit_code == 0
    refused = CliRunner().invoke(main, ["models", "adopt", "shipped"])
    assert refused.exit_code == 1
    assert "radar models rollback" in refused.stderr
    shutil.rmtree(shelf.folder / "a")
    assert CliRunner().invoke(main, ["models", "rollback"]).exit_code == 0
    with SqlStore(make_engine(f"sqlite:///{tmp_path / 'radar.db'}")).begin() as tx:
        assert [e.subject for e in tx.audit_entries()][-1] == "model:a"


KILLED = """
import os, signal, sys
from pathlib import Path
from service.classification.shelf import Shelf
from service.domain.audit import Action
from service.scheduling.clock import SystemClock
from service.storage.engine import SqlStore, make_engine
from service.usecases.switch_model import switch_model

shelf, store = Shelf(Path(sys.argv[1])), SqlStore(make_engine(sys.argv[2]))
to, moment = sys.argv[3], sys.argv[4]

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def switch():
    if moment == "before":
        die()
    shelf.rollback() if to == "back" else shelf.adopt(to)
    if moment == "between":
        die()

action = Action.MODEL_ROLLED_BACK if to == "back" else Action.MODEL_ADOPTED
switch_model(store, SystemClock(), action=action, name=to, switch=switch, chosen=shelf.chosen, digest="x")
die()
"""


@pytest.mark.parametrize("moment", ["before", "between", "after"])
@pytest.mark.parametrize(("to", "becomes"), [("b", "b"), ("back", "shipped")])
def test_a_switch_that_is_killed_is_in_the_log_at_the_next_start_once(
    shelf: Shelf, store: SqlStore, clock: SetClock, database_url: str, moment: str, to: str, becomes: str
) -> None:
    switch_model(
        store, clock, action=Action.MODEL_ADOPTED, name="a", switch=lambda: _adopt(shelf, "a"), chosen=shelf.chosen
    )
    command = [sys.executable, "-c", KILLED, str(shelf.folder), database_url, to, moment]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    found = note_model(store, clock, chosen=shelf.chosen)
    assert not note_model(store, clock, chosen=shelf.chosen)
    assert found == (moment == "between")
    with store.begin() as tx:
        logged = [(e.action, e.subject, e.details.get("before")) for e in tx.audit_entries()]
    first = (Action.MODEL_ADOPTED, "model:a", None)
    action = Action.MODEL_ADOPTED if to == "b" else Action.MODEL_ROLLED_BACK
    rest = {
        "before": [],
        "between": [(Action.MODEL_FOUND, f"model:{becomes}", "a")],
        "after": [(action, f"model:{to}", None)],
    }
    assert logged == [first, *rest[moment]]
    assert shelf.in_service()[0].name == ("a" if moment == "before" else becomes)


def _adopt(shelf: Shelf, name: str) -> None:
    shelf.adopt(name)


def test_a_start_finds_what_was_adopted_without_an_entry(shelf: Shelf, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", state_dir=tmp_path, text_workers=0)
    plan = Plan(clock=SetClock(NOW), feeds=())

    def entries() -> list[tuple[str, str]]:
        with install(settings, plan) as radar, radar.store.begin() as tx:
            found = [e for e in tx.audit_entries() if e.action.startswith("model_")]
            assert all(e.details["digest"] for e in found if e.subject != "model:shipped")
            return [(e.action, e.subject) for e in found]

    assert entries() == []
    shelf.adopt("b")
    assert entries() == entries() == [("model_found", "model:b")]
    (shelf.folder / "adopted.json").write_text("[", encoding="utf-8")
    assert entries() == [("model_found", "model:b")]


def test_what_was_adopted_and_logged_before_the_note_was_kept_is_not_found_again(
    shelf: Shelf, store: SqlStore, clock: SetClock
) -> None:
    digest = shelf.adopt("a").digest
    with store.begin() as tx:
        audit(tx, Action.MODEL_ADOPTED, actor="cli", at=NOW, subject="model:a", digest=digest)
    assert not note_model(store, clock, chosen=shelf.chosen)
    shelf.adopt("b")
    assert note_model(store, clock, chosen=shelf.chosen)


def test_training_with_labels_needs_a_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RADAR_DATABASE_URL", f"sqlite:///{tmp_path / 'radar.db'}")
    migrate(make_engine(f"sqlite:///{tmp_path / 'radar.db'}"))
    done = CliRunner().invoke(main, ["train", "--with-labels"])
    assert done.exit_code == 1
    assert "no label whose text is still kept" in done.output
    assert "training takes some minutes" not in done.stderr
    assert CliRunner().invoke(main, ["train", "--with-labels", "--out", "x"]).exit_code == 2


def test_the_queue_is_a_command_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RADAR_DATABASE_URL", f"sqlite:///{tmp_path / 'radar.db'}")
    migrate(make_engine(f"sqlite:///{tmp_path / 'radar.db'}"))
    migrate(make_engine(f"sqlite:///{tmp_path / 'radar.db'}"))
    assert CliRunner().invoke(main, ["doubts"]).output == ""
    from datetime import UTC, datetime

    from service.domain.judgement import Diagnostics

    known = Diagnostics(margins={"tone": 0.25}, scores={}, words=1, unknown=0)
    with SqlStore(make_engine(f"sqlite:///{tmp_path / 'radar.db'}")).begin() as tx:
        tx.add_documents([make_intent("d1", at=datetime.now(UTC), diagnostics=known)])
    [line] = CliRunner().invoke(main, ["doubts", "--question", "tone"]).output.splitlines()
    assert json.loads(line)["margin"] == 0.25


def test_the_service_judges_with_the_adopted_model_and_says_so_when_it_cannot(shelf: Shelf, tmp_path: Path) -> None:
    settings = Settings(database_url=f"sqlite:///{tmp_path / 'radar.db'}", state_dir=tmp_path, text_workers=0)
    text = TextToJudge(
        id="1", title="", text="BHXH chậm chi trả", kind="comment", date=None, protected_section=False
    )  # fmt: skip
    plan = Plan(clock=SetClock(NOW), feeds=())
    shelf.adopt("a")
    with install(settings, plan) as radar:
        assert radar.collector.classifier.judge([text])[0].model == f"{NAME}@a"
        assert not any("Mô hình" in line for line in radar.status())
    (shelf.folder / "a" / "manifest.json").unlink()
    with install(settings, plan) as radar:
        assert radar.collector.classifier.judge([text])[0].model == load_model().name
        assert any("Mô hình đã chọn không dùng được" in line for line in radar.status())
        with radar.store.begin() as tx:
            models = [e.details["model"] for e in tx.audit_entries() if e.action == Action.CONFIGURED]
    assert models == ["a", "shipped"]


def test_a_worker_process_judges_with_the_model_it_is_given(shelf: Shelf) -> None:
    text = TextToJudge(id="1", title="", text="BHXH chậm chi trả", kind="comment", date=None, protected_section=False)
    with WorkerClassifier(folder=shelf.folder / "b") as workers:
        assert workers.judge([text])[0].model == f"{NAME}@b"


def test_a_worker_process_that_dies_is_replaced_and_leaves_a_line_in_the_log() -> None:
    text = TextToJudge(id="1", title="", text="BHXH chậm chi trả", kind="comment", date=None, protected_section=False)
    with WorkerClassifier() as workers:
        before = workers.judge([text])
        assert workers._pool is not None
        (process,) = workers._pool._processes.values()
        process.kill()
        with capture_logs() as logged:
            assert workers.judge([text]) == before
    assert logged == [{"event": "text worker died", "log_level": "warning", "attempt": 1, "texts": 1}]
