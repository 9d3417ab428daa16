"""The shipped model on texts everyone would judge alike, and on hostile ones."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.features.analysis import UNNAMED, analyse
from classifiers.features.digest import parts_of_digest
from classifiers.inference.acts import plausible
from classifiers.inference.explain import explain
from classifiers.inference.judge import _relevance_border, judge, judge_one, tone_and_feedback
from classifiers.labels import FEEDBACKS, OWN_CONDUCT, TONES, TOPICS, Judgement, Kind, Limb, Text
from classifiers.models.model import Model, load_model
from service.classification.direct import LONGEST, to_text
from service.domain.judgement import TextToJudge


def one(model: Model, text: str, **fields: object) -> Judgement:
    return judge(model, [Text(id="x", text=text, **{"kind": Kind.COMMENT, **fields})])[0]  # type: ignore[arg-type]


def test_what_names_nothing_of_social_insurance_is_passed_by(model: Model) -> None:
    judged = one(model, "Trời hôm nay đẹp quá")
    assert not judged.relevant.label
    assert judged.tone is None
    assert judged.feedback is None
    assert judged.axis is None
    assert judged.topics == judged.audiences == judged.places == judged.article11 == ()


@pytest.mark.parametrize(
    "text", ["BHXH tỉnh {} trả lương hưu chậm, người dân bức xúc.", "BHXH {} hướng dẫn làm thẻ rất tận tình"]
)
def test_nothing_but_the_place_depends_on_the_province(model: Model, text: str) -> None:
    here, *elsewhere = (
        replace(one(model, text.format(name)), places=()) for name in ("Kon Tum", "Cà Mau", "Sơn La", "Yên Bái")
    )
    assert all(other == here for other in elsewhere)


@pytest.mark.parametrize("mark", [" 😂😂😂", " =))", "!!!"])
def test_laughter_takes_no_protection_away(model: Model, mark: str) -> None:
    text = "Nộp hồ sơ thai sản ba tháng BHXH không giải quyết, hỏi thì hẹn tới hẹn lui"
    for kind in (Kind.COMMENT, Kind.POST):
        assert one(model, text, kind=kind).protected.label
        assert one(model, text + mark, kind=kind).protected.label


def test_a_text_that_reaches_no_border_has_its_likeliest_topic(model: Model) -> None:
    text = "BHXH tỉnh tổ chức sinh hoạt chuyên đề"
    borders = replace(model.thresholds, topics=dict.fromkeys(TOPICS, 0.999), topic_alone=0.0)
    (topic,) = one(replace(model, thresholds=borders), text).topics
    assert topic.score < 0.999
    assert one(replace(model, thresholds=replace(borders, topic_alone=1.0)), text).topics == ()


def test_offer_of_forged_sick_notes_is_an_act_and_shows_where(model: Model) -> None:
    text = "Nhận làm giấy nghỉ ốm C65, dấu thật, ib zalo 0900 000 000"
    judged = one(model, text)
    assert {a.limb.value for a in judged.article11} >= {"forgery"}
    start, end = judged.article11[0].evidence[0]
    assert "giấy nghỉ ốm C65" in text[start:end]


def test_letters_section_protects_whatever_the_model_says(model: Model) -> None:
    judged = one(model, "Nhận làm giấy nghỉ ốm C65, dấu thật, ib zalo 0900 000 000", protected_section=True)
    assert judged.protected.label
    assert {a.limb for a in judged.article11} <= OWN_CONDUCT


@settings(max_examples=60, deadline=None)
@given(
    texts=st.lists(st.text(max_size=200) | st.text(alphabet="bhxBHXyt. \n\u200b", max_size=60), min_size=1, max_size=4)
)
def test_any_text_has_a_judgement_of_its_own(texts: list[str]) -> None:
    loaded = MODELS.setdefault("shipped", load_model())
    given_texts = [Text(id=str(i), text=t, title="BHXH" if i % 2 else "") for i, t in enumerate(texts)]
    together = judge(loaded, given_texts)
    assert [j.id for j in together] == [t.id for t in given_texts]
    for text, judged in zip(given_texts, together, strict=True):
        assert judged.to_json().keys() == judge(loaded, [text])[0].to_json().keys()
        assert judged.relevant.label == judge(loaded, [text])[0].relevant.label
        json.dumps(judged.to_json())
        for act in judged.article11:
            assert all(0 <= a < b <= len(text.text) for a, b in act.evidence)


MODELS: dict[str, Model] = {}


def test_of_a_digest_the_headline_about_insurance_decides(model: Model) -> None:
    lead = "Đội bóng tỉnh nhà thăng hạng; Giá vàng quay đầu giảm;..."
    named = Text(
        id="1",
        title="Điểm tin 17h: Mở rộng sân bay cũ; Từ tháng 7, lương hưu tăng thêm 8%",
        text=lead,
        kind=Kind.ARTICLE,
    )
    other = Text(id="2", title="Điểm tin 17h: Mở rộng sân bay cũ; Mưa lớn ở miền Trung", text=lead, kind=Kind.ARTICLE)
    about, beside = judge(model, [named, other])
    assert about.relevant.label
    assert "pension" in {t.id for t in about.topics}
    assert not beside.relevant.label
    words = explain(model, named, about)["topics:pension"]["words"]
    assert any("lương" in word for word in words), words
    assert not any("sân" in word for word in words)


@pytest.mark.parametrize(
    ("title", "lead", "places"),
    [
        ("Điểm tin 17h: Trợ cấp thất nghiệp tối đa tăng | Giá vàng giảm", "Sập bờ kè ở Đắk Lắk; Mưa to...", []),
        ("Tin tức sáng: Gia Lai đón mưa lớn", "Một số tin: Hà Nội trả 100% bảo hiểm y tế; Lãi suất tăng", ["Hà Nội"]),
        ("Tin tức sáng: Lâm Đồng thi gạo ngon; BHXH Cà Mau chi trả lương hưu", "Đọc thêm ở Cần Thơ", ["Cà Mau"]),
        ("Điểm tin Nghệ An 24h: Giá vàng giảm; BHXH chi trả lương hưu", "Mưa to ở Hà Nội", ["Nghệ An"]),
        ("Điểm tin Nghệ An 24h: Giá vàng giảm; BHXH Cà Mau chi trả lương hưu", "Mưa to", ["Cà Mau"]),
    ],
)
def test_a_digest_happens_where_its_headlines_about_insurance_do(
    model: Model, title: str, lead: str, places: list[str]
) -> None:
    judged = one(model, lead, title=title, kind=Kind.ARTICLE)
    assert judged.relevant.label
    assert [p.name for p in judged.places] == places


def test_a_complaint_is_not_positive_nor_praise_negative() -> None:
    def said(tones: tuple[float, ...], feedbacks: tuple[float, ...]) -> tuple[str, str]:
        return tone_and_feedback(np.asarray(tones, np.float32), np.asarray(feedbacks, np.float32))

    assert TONES == ("negative", "neutral", "positive")
    assert FEEDBACKS == ("complaint", "question", "suggestion", "praise", "none")
    assert said((-0.25, -0.4, 0.2), (0.2, -1.8, -3.3, -0.5, -0.7)) == ("negative", "complaint")
    assert said((-1.9, -0.4, 0.9), (0.2, -1.8, -3.3, -1.5, 0.0)) == ("positive", "none")
    assert said((0.1, -1.5, 0.0), (-1.5, -1.8, -3.3, 1.2, 0.0)) == ("positive", "praise")
    assert said((1.0, -1.0, -1.0), (-1.0, -1.0, -1.0, -1.0, 1.0)) == ("negative", "none")


def test_of_a_text_of_any_length_the_service_reads_the_beginning() -> None:
    text = to_text(
        TextToJudge(
            id="1", text="Lương hưu về chậm. " * 10_000, title="", kind="comment", date=None, protected_section=False
        )
    )
    assert len(text.text) == LONGEST
    assert text.text.startswith("Lương hưu về chậm. ")


def test_a_title_that_names_places_has_them_all(model: Model) -> None:
    body = "Bệnh viện ở Thanh Hóa và Nghệ An cũng làm như thế, bà M., quê Hải Phòng, cho biết."
    titled = Text(id="1", title="BHXH Cà Mau kiểm tra việc khám bảo hiểm y tế", text=body, kind=Kind.ARTICLE)
    untitled = Text(id="2", title="Kiểm tra việc khám bảo hiểm y tế", text=body, kind=Kind.ARTICLE)
    told, listed = judge(model, [titled, untitled])
    assert [p.name for p in told.places] == ["Cà Mau"]
    assert [p.name for p in listed.places] == ["Thanh Hóa", "Nghệ An"]


@pytest.mark.parametrize(
    "title", ["Toàn cảnh khám chữa bệnh bảo hiểm y tế năm 2025", "Tin tức giả: bảo hiểm y tế ngừng chi trả"]
)
def test_a_report_that_only_begins_like_a_digest_is_read_whole(title: str) -> None:
    body = "Cơ quan bảo hiểm xã hội cho biết số lượt khám tăng.\nNgười bệnh vẫn được chi trả như trước."
    assert parts_of_digest(title, body) == ()


@pytest.mark.parametrize(
    ("ends", "limbs"),
    [
        ("xếp hàng nửa tiếng rồi cũng được cấp bản sao", set()),
        ("họ từ chối cung cấp, không nêu căn cứ nào", {"withheld"}),
    ],
)
def test_what_was_asked_for_and_given_is_not_withheld(model: Model, ends: str, limbs: set[str]) -> None:
    judged = one(model, f"Em xin bản sao bảng ghi thời gian đóng BHXH của em ở quầy, {ends}.")
    assert {a.limb.value for a in judged.article11} == limbs


def test_a_request_that_was_met_is_no_plausible_refusal() -> None:
    text = Text(id="x", text="Tôi xin bảng tính, quầy in cho ngay.", kind=Kind.COMMENT)
    assert not plausible(Limb.WITHHELD, text, {"withhold": 1, "granted": 1})
    assert plausible(Limb.WITHHELD, text, {"withhold": 1, "granted": 1, "refused": 1})
    assert plausible(Limb.WITHHELD, text, {"withhold": 1})


@pytest.mark.parametrize(
    "text",
    [
        "Hỏi bảng tính, họ cho xem nửa trên tờ giấy, nửa dưới che lại.",
        "Xin bảng tính, cán bộ cho xem trang đầu, trang số liệu thì lấy tay che.",
        "Được trả lời là đã gửi công ty, công ty thì nói mật.",
        "Yêu cầu công khai số tiền đã đóng, họ bảo đó là bí mật của doanh nghiệp.",
        "Duoc cho doc nua trang, nua duoi che lai.",
        "Được cho đọc mười phút, cấm chép, cấm chụp.",
        "Họ cung cấp đầy đủ, trừ cột tôi hỏi đã xoá trắng.",
    ],
)
def test_a_request_that_was_met_in_part_is_a_plausible_refusal(text: str) -> None:
    assert plausible(Limb.WITHHELD, Text(id="x", text=text, kind=Kind.COMMENT), {"withhold": 1, "granted": 1})


def test_an_answer_that_gave_way_to_another_stands_on_the_border(model: Model) -> None:
    """It is what people should look at first, however far the class that was not taken stands from the others."""
    text = Text(id="x", text="BHXH trả lời chậm", kind=Kind.COMMENT)
    analysis = analyse("", text.text, text.kind.value)
    margins = np.full(len(model.heads.names), -3.0, np.float32)
    for head, margin in (("relevant", 3), ("tone=positive", 3), ("feedback=complaint", 2), ("feedback=praise", -2)):
        margins[model.heads.column[head]] = margin
    judged = judge_one(model, text, analysis, margins, model.heads.calibrated(margins[None])[0])
    assert judged.tone is not None
    assert judged.feedback is not None
    assert judged.diagnostics is not None
    assert (judged.tone.label, judged.feedback.label) == ("positive", "praise")
    assert judged.diagnostics.margins["feedback"] == 0
    assert judged.diagnostics.margins["tone"] > 0


def test_a_fraud_that_names_nothing_is_held_to_the_border_of_complaints(model: Model) -> None:
    """What is sold or asked for is named as little as can be."""
    analysis = analyse("", "Gom giá cao, lấy tiền liền trong ngày, ai có nhắn zalo 0900000000", "post")
    assert UNNAMED in analysis.cues
    shares = np.zeros((1, len(model.heads.names)))[0]
    borders = []
    for fraud in (0.0, 1.0):
        shares[model.heads.column["limb=property"]] = fraud
        borders.append(_relevance_border(model, analysis, shares, article=False))
    assert borders == [model.thresholds.relevant_unnamed, model.thresholds.relevant_unnamed_complaint]
