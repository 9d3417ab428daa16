"""Training: the same bytes from the same corpus, a recipe for other people's labels, and the shipped model."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import skops.io
from click.testing import CliRunner

from classifiers.datasets.corpus import Item, load
from classifiers.datasets.labelled import read_labelled
from classifiers.evaluation.pinned import pinned_texts, wrong_on_pinned
from classifiers.inference.judge import judge
from classifiers.models.model import SHIPPED, load_model, save_model
from classifiers.models.own import load_own, save_own
from classifiers.store import StoreError
from classifiers.store import load as load_stored
from classifiers.training.recipe import train_own
from classifiers.training.shipped import corpus_hash, train, train_shipped, versions
from service.cli import main

ROOT = Path(__file__).parents[2]
GOOD = ["giảng viên nhiệt tình", "bài giảng dễ hiểu", "lớp học vui vẻ", "thầy cô tận tâm", "tài liệu đầy đủ rõ ràng"]
BAD = ["phòng học nóng quá", "máy chiếu hỏng hoài", "bài tập quá nhiều", "giảng viên đi trễ", "thư viện thiếu sách"]
PAIRS = [
    (f"{text} kỳ {i}", label) for i in range(6) for label, texts in (("khen", GOOD), ("chê", BAD)) for text in texts
]


@pytest.fixture(scope="module")
def few() -> list[Item]:
    return load()[::12]


def test_equal_corpora_give_equal_bytes(few: list[Item], tmp_path: Path) -> None:
    for name in ("a", "b"):
        save_model(tmp_path / name, train(few, data_hash="x"))
    for file in ("model.skops", "manifest.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_shipped_model_was_trained_on_the_corpus_as_it_is() -> None:
    manifest = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["data_hash"] == corpus_hash(), "the corpus has changed: run `radar train`"
    assert manifest["items"] == len(load())


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_training_again_gives_the_shipped_bytes(tmp_path: Path) -> None:
    """Bit for bit on one machine. On another processor sums round otherwise: there it is the same but for rounding, and
    the labels of the pinned texts hold."""
    made = json.loads((SHIPPED / "manifest.json").read_text(encoding="utf-8"))["versions"]
    if made != versions():
        pytest.skip(f"the shipped model was made with {made}")
    save_model(tmp_path, train_shipped())
    files = ("model.skops", "manifest.json")
    if all((tmp_path / f).read_bytes() == (SHIPPED / f).read_bytes() for f in files):
        return
    again, shipped = load_model(tmp_path), load_model()
    assert again.vectoriser.names == shipped.vectoriser.names, "run `radar train` and commit what it writes"
    assert np.allclose(again.heads.coef, shipped.heads.coef, atol=2e-3), "run `radar train` and commit what it writes"
    assert wrong_on_pinned(judge(again, pinned_texts())) == []


def test_shipped_models_stay_below_twenty_megabytes() -> None:
    assert sum(f.stat().st_size for f in SHIPPED.iterdir()) < 20_000_000


def test_pinned_texts_keep_their_labels_on_any_machine() -> None:
    assert wrong_on_pinned(judge(load_model(), pinned_texts())) == []


def test_the_model_file_is_read_as_skops_reads_it() -> None:
    ours, theirs = load_stored(SHIPPED).arrays, skops.io.load(SHIPPED / "model.skops", trusted=[])
    assert ours.keys() == theirs.keys()
    assert all(np.array_equal(ours[n], theirs[n]) and ours[n].dtype == theirs[n].dtype for n in theirs)


def test_judging_needs_neither_scikit_learn_nor_much_memory() -> None:
    code = """
import re, sys
from pathlib import Path
from service.classification.rows import judge_rows, to_text
list(judge_rows([[to_text({"id": "1", "text": "BHXH chậm chi trả lương hưu"})]]))
print(any(m.partition(".")[0] in ("sklearn", "skops") or m == "scipy.stats" for m in sys.modules))
print(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
"""  # not ru_maxrss: that of a child begins with what its parent held
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    heavy, kilobytes = done.stdout.split()
    assert heavy == "False"
    assert int(kilobytes) < 300_000


def test_a_file_of_anything_else_is_no_model(tmp_path: Path) -> None:
    skops.io.dump(["x"], tmp_path / "model.skops")
    (tmp_path / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(StoreError, match="expected a dictionary of arrays"):
        load_stored(tmp_path)
    skops.io.dump({"x": "y"}, tmp_path / "model.skops")
    with pytest.raises(StoreError, match="no model that can be read"):
        load_stored(tmp_path)


def test_own_labels_are_learned_saved_and_read_back_alike(tmp_path: Path) -> None:
    model = train_own(PAIRS[:-10], PAIRS[-10:], manifest={"name": "x", "version": "1"})
    save_own(tmp_path / "m", model)
    texts = [text for text, _ in PAIRS]
    before, after = list(model.answers(texts)), list(load_own(tmp_path / "m").answers(texts))
    assert [a.label for a in before] == [a.label for a in after] == [label for _, label in PAIRS]
    assert all(sum(a.scores.values()) == pytest.approx(1) for a in after)


def test_shipped_model_is_not_a_model_of_own_labels() -> None:
    with pytest.raises(StoreError, match="radar classify"):
        load_own(SHIPPED)


@pytest.mark.parametrize("classes", [["a"], [], ["a", "b", "c"], 5])
def test_a_model_whose_classes_do_not_fit_is_refused(tmp_path: Path, classes: object) -> None:
    save_own(tmp_path / "m", train_own(PAIRS[:-10], PAIRS[-10:], manifest={"name": "x", "version": "1"}))
    file = tmp_path / "m" / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {"classes": classes}), encoding="utf-8")
    with pytest.raises(StoreError):
        load_own(tmp_path / "m")


def _lines(path: Path, rows: list[tuple[str, str]]) -> str:
    path.write_text(
        "".join(json.dumps({"id": i, "text": t, "label": x}) + "\n" for i, (t, x) in enumerate(rows)), encoding="utf-8"
    )
    return str(path)


def test_commands_train_and_predict(tmp_path: Path) -> None:
    train_file, dev_file = _lines(tmp_path / "t.jsonl", PAIRS[:-10]), _lines(tmp_path / "d.jsonl", PAIRS[-10:])
    run = CliRunner().invoke
    done = run(main, ["train", "--train", train_file, "--dev", dev_file, "--out", str(tmp_path / "m")])
    assert done.exit_code == 0, done.output
    done = run(main, ["predict", "--model", str(tmp_path / "m"), dev_file])
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == [str(i) for i in range(10)]
    for other in (["classify"], ["evaluate"]):
        refused = run(main, [*other, dev_file, "--model", str(tmp_path / "m")])
        assert refused.exit_code == 1
        assert "a model of one's own labels; it is for `radar predict`" in refused.output
    for place in ("/proc/x/m", str(tmp_path / ("m" * 300))):
        refused = run(main, ["train", "--train", train_file, "--dev", dev_file, "--out", place])
        assert refused.exit_code == 1
        assert "no folder can be made there" in refused.output
    assert answers[0].keys() == {"id", "label", "scores"}


@pytest.mark.parametrize(
    ("rows", "said"),
    [([], "two different labels"), ([("a", "x"), ("b", "x")], "two different labels")],
)
def test_data_that_cannot_be_learned_is_refused(tmp_path: Path, rows: list[tuple[str, str]], said: str) -> None:
    train_file, dev_file = _lines(tmp_path / "t.jsonl", rows), _lines(tmp_path / "d.jsonl", PAIRS[:4])
    done = CliRunner().invoke(main, ["train", "--train", train_file, "--dev", dev_file, "--out", str(tmp_path / "m")])
    assert done.exit_code == 1
    assert said in done.output


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "t.jsonl"
    bad.write_text('{"id": 1, "text": "a", "label": "x"}\n{"id": 2, "text": 3, "label": "x"}\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["train", "--train", str(bad), "--dev", str(bad), "--out", str(tmp_path / "m")])
    assert done.exit_code == 1
    assert "t.jsonl:2: field 'text'" in done.output
    bad.write_bytes(b'{"id":"1","text":"a","label":"b"}\n\xff\xfe\n')
    done = CliRunner().invoke(main, ["train", "--train", str(bad), "--dev", str(bad), "--out", str(tmp_path / "m")])
    assert done.exit_code == 1
    assert "t.jsonl:2: not UTF-8 at byte 0" in done.output


def test_all_bad_lines_are_named_at_once(tmp_path: Path) -> None:
    bad = tmp_path / "t.jsonl"
    bad.write_text(
        '{"text": "a", "label": " "}\n{"text": "", "label": "x"}\n{"text": "a", "label": "x"}\n{a\n' + "[]\n" * 30,
        encoding="utf-8",
    )
    done = CliRunner().invoke(main, ["train", "--train", str(bad), "--dev", str(bad), "--out", str(tmp_path / "m")])
    assert done.exit_code == 1
    told = done.output.removeprefix("Error: ").splitlines()
    assert told[:3] == [
        f"{bad}:1: field 'label': expected text that is not blank",
        f"{bad}:2: field 'text': expected text that is not blank",
        f"{bad}:4: not JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
    ]
    assert told[3:-1] == [f"{bad}:{n}: expected a JSON object, found list" for n in range(5, 22)]
    assert told[-1] == f"{bad}: and 13 lines more"
    assert not (tmp_path / "m").exists()


def test_blanks_around_a_label_are_no_part_of_it(tmp_path: Path) -> None:
    path = _lines(tmp_path / "t.jsonl", [("a ", " khen"), ("b", "khen")])
    assert read_labelled(Path(path)) == [("a ", "khen"), ("b", "khen")]


def test_a_folder_of_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    files = ["--train", _lines(tmp_path / "t.jsonl", PAIRS[:-10]), "--dev", _lines(tmp_path / "d.jsonl", PAIRS[-10:])]
    other, shipped = tmp_path / "docs", tmp_path / "shipped"
    other.mkdir()
    (other / "manifest.json").write_text("{}", encoding="utf-8")
    shutil.copytree(SHIPPED, shipped)
    said_of = {other: "found 'manifest.json' in it", tmp_path: "found 'd.jsonl' in it", shipped: "radar classify"}
    for out, said in said_of.items():
        before = {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()}
        refused = CliRunner().invoke(main, ["train", *files, "--out", str(out)])
        assert refused.exit_code == 1
        assert said in refused.output
        assert {p.name: p.read_bytes() for p in out.iterdir() if p.is_file()} == before
    refused = CliRunner().invoke(main, ["train", "--out", str(other)])  # the shipped model
    assert "found 'manifest.json' in it" in refused.output


def test_what_the_figures_rest_on_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    train_file = _lines(tmp_path / "t.jsonl", PAIRS[:-10])
    dev_file = _lines(tmp_path / "d.jsonl", [*PAIRS[-10:], ("a", "nói sai"), ("b", "nói sai"), PAIRS[0]])
    (tmp_path / "m").mkdir()
    monkeypatch.chdir(tmp_path / "m")
    for _ in range(2):  # its own folder may be written over
        done = CliRunner().invoke(main, ["train", "--train", train_file, "--dev", dev_file, "--out", "."])
        assert done.exit_code == 0, done.output
        left_out, again, made = done.output.splitlines()
        assert left_out == f"{dev_file}: 2 of 13 lines are left out: {train_file} has no label 'nói sai'"
        assert again.startswith(f"{dev_file}: 1 texts are in {train_file} too")
        assert re.fullmatch(rf"m@1: {len(PAIRS) + 1} items, macro-F1 \d\.\d{{3}} on {dev_file}, written to \.", made)
