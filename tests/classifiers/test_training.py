"""Training: the same bytes from the same corpus, a recipe for other people's labels, and the shipped model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from classifiers.datasets.corpus import Item, load
from classifiers.evaluation.pinned import pinned_texts, wrong_on_pinned
from classifiers.inference.judge import judge
from classifiers.models.model import SHIPPED, load_model, save_model
from classifiers.models.own import load_own, save_own
from classifiers.store import StoreError
from classifiers.training.recipe import train_own
from classifiers.training.shipped import corpus_hash, train
from service.cli import main

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


def test_shipped_models_stay_below_twenty_megabytes() -> None:
    assert sum(f.stat().st_size for f in SHIPPED.iterdir()) < 20_000_000


def test_pinned_texts_keep_their_labels_on_any_machine() -> None:
    assert wrong_on_pinned(judge(load_model(), pinned_texts())) == []


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
