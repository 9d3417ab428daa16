"""From text as written to what is counted: amounts, phrases that carry a cue, heads by kind of text."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from classifiers.features.analysis import PROVINCE, STANCE_CUES, analyse, shows_stance, syllables
from classifiers.features.lexicon import LEXICON
from classifiers.features.normalise import clean, tokens
from classifiers.inference.explain import explain
from classifiers.inference.judge import judge
from classifiers.labels import Kind, Text
from classifiers.models.linear import of_kind
from classifiers.models.model import Model


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("nộp 500k", ("nộp", "500", "nghìn")),
        ("lãnh 2tr9 một tháng", ("lãnh", "2", "triệu", "một", "tháng")),
        ("thiếu 2,5tr", ("thiếu", "2,5", "triệu")),
        ("trước 17h", ("trước", "17", "giờ")),
        ("3 k biết", ("3", "không", "biết")),
        ("từ 1/7/2025", ("từ", "#6")),
        ("lãnh 1 lần", ("lãnh", "một", "lần")),
        ("lãnh 1cục", ("lãnh", "một", "cục")),
        ("nộp 1 tháng, ở quận 1", ("nộp", "1", "tháng", "ở", "quận", "1")),
    ],
)
def test_amounts_and_hours_are_told_from_teencode(text: str, found: tuple[str, ...]) -> None:
    assert syllables(tokens(clean(text))) == found


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("mn cho e hoi dong tu nguyen thi k dc rut truoc han a", True),
        ("nho cty dong du nen gio co luong huu 😊😊", True),
        ("mọi người cho em hỏi đóng tự nguyện", False),
    ],
)
def test_what_a_short_spelling_stands_for_does_not_make_a_text_accented(text: str, bare: bool) -> None:
    assert analyse("", text, "comment").bare is bare


def test_phrases_are_found_in_a_bare_text_across_what_it_shortens() -> None:
    cues = analyse("", "cty dong bao hiem tre may thang lien", "comment").cues
    assert {"bare", "word", "setting"} <= cues.keys()


@pytest.mark.parametrize("who", ["Cơ quan", "Nhân viên", "Cán bộ", "Quầy", "Ngành", "Tổng đài"])
def test_whoever_is_named_before_bh_is_of_the_insurance(who: str) -> None:
    assert "bây" not in analyse("", f"{who} bh ở đây làm ăn chậm quá", "comment").body
    assert analyse("", "mấy đứa bh ra sao rồi", "comment").body[2:4] == ("bây", "giờ")


@pytest.mark.parametrize("unseen", ["\u034f", "\u180e", "\u200b", "\u2063", "\u202e", "\u2066", "\ufe00", "\U000e0041"])
def test_characters_nobody_sees_change_nothing(unseen: str) -> None:
    text = "Thu mua sổ bảo hiểm xã hội giá cao"
    assert clean(unseen.join(text)) == text


@pytest.mark.parametrize("run", ["-", "_", "a-", "a.", "ab.cd", "www."])
def test_a_long_run_is_taken_apart_in_time_that_grows_with_its_length(run: str) -> None:
    """What took the square of it was at this for hours."""
    assert tokens(run * (400_000 // len(run))) is not None


def test_what_is_said_does_not_depend_on_the_province() -> None:
    said = [
        analyse("", text.format(name), "comment")
        for name in ("Kon Tum", "KON TUM", "Hà Nội", "TP.HCM", "Thừa Thiên Huế", "Đắk Lắk")
        for text in ("BHXH {} trả lương hưu chậm",)
    ]
    assert {a.body for a in said} == {("bhxh", PROVINCE, "trả", "lương", "hưu", "chậm")}
    assert analyse("", "bhxh kon tum tra luong huu cham", "comment").body[1] == PROVINCE


@pytest.mark.parametrize(
    ("feature", "shows"),
    [("xblame", True), ("x!", True), ("w😂", True), ("wchậm !!!", True), ("f=))", True), ("w?!", True),
     ("w?", False), ("wchậm", False), ("w<url>", False), ("w#%", False), ("xcore", False)],
)  # fmt: skip
def test_laughter_and_shouting_are_stance_and_a_question_is_not(feature: str, shows: bool) -> None:
    assert shows_stance(feature) is shows


@pytest.mark.parametrize("text", ["Rút 1 lần cần giấy gì", "rut 1 lan can giay gi", "Rút một lần cần giấy gì"])
def test_a_lump_sum_is_named_in_figures_too(text: str) -> None:
    assert {"core", "t_lump_sum"} <= analyse("", text, "comment").cues.keys()


@pytest.mark.parametrize("text", ["Mẹ tôi 76 tuổi chưa có trợ cấp hưu trí", "ba noi nop don xin tro cap huu tri"])
def test_benefits_by_their_legal_names_are_named(text: str) -> None:
    assert "core" in analyse("", text, "comment").cues


@pytest.mark.parametrize("cue", sorted(LEXICON))
def test_every_phrase_is_found_with_and_without_diacritics(cue: str) -> None:
    phrases = LEXICON[cue]
    assert [p for p, n in Counter(phrases).items() if n > 1] == []
    assert [p for p in phrases if cue not in analyse("", str(p), "comment").cues] == []


def test_a_phrase_counts_as_often_as_it_stands_there() -> None:
    assert analyse("", "Ngồi chờ dài cổ, lại dài cổ", "comment").cues["blame_delay"] >= 2
    assert "blame_delay" not in analyse("", "Dài", "comment").cues


def test_protection_and_limbs_never_see_a_stance(model: Model) -> None:
    """Rule 2 of the product: sentiment is no input of the gate of protected speech, nor of the limbs."""
    assert {c for c in LEXICON if c.startswith(("blame", "praise", "relief", "press_"))} <= STANCE_CUES
    rows = [n for n, name in enumerate(model.vectoriser.names) if name[0] == "x" and name[1:] in STANCE_CUES]
    blind = [n for head, n in model.heads.column.items() if head == "protected" or head.startswith("limb=")]
    assert len(rows) > 15
    assert not np.any(model.heads.coef[np.ix_(rows, blind)])


def test_articles_have_heads_of_their_own(model: Model) -> None:
    head = "tone=negative"
    assert of_kind(head, article=False) == head
    assert of_kind("topic=pension", article=True) == "topic=pension"
    columns = [model.heads.column[h] for h in (head, of_kind(head, article=True))]
    assert np.any(model.heads.coef[:, columns[0]] != model.heads.coef[:, columns[1]])
    text = Text(id="a", title="Có thẻ BHYT vẫn phải mua thuốc ngoài", text="Người bệnh chật vật.", kind=Kind.ARTICLE)
    [judged] = judge(model, [text])
    assert judged.diagnostics is not None
    assert not [h for h in judged.diagnostics.scores if h.startswith("article:")]
    assert explain(model, text, judged)["tone"]["words"]


def test_anger_at_insurance_nobody_sells_is_about_social_insurance(model: Model) -> None:
    angry, calm, sold = judge(
        model,
        [
            Text(id="a", text="Bảo hiểm gì mà đến viện chờ dài cổ, thuốc thì không có, dân khổ", kind=Kind.COMMENT),
            Text(id="b", text="Bảo hiểm thì nhà nào cũng nên có một gói phòng thân", kind=Kind.COMMENT),
            Text(id="c", text="Bảo hiểm nhân thọ lừa đảo, tư vấn viên biến mất, tức quá", kind=Kind.COMMENT),
        ],
    )
    assert angry.relevant.label
    assert not calm.relevant.label
    assert not sold.relevant.label
