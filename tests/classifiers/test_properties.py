"""What holds of every judgement, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.inference.explain import explain
from classifiers.inference.judge import judge
from classifiers.labels import OWN_CONDUCT, Kind, Text
from classifiers.models.model import Model, load_model

PIECES = [
    *("BHXH", "lương hưu", "thẻ BHYT", "bảo hiểm", "rút một lần", "bấm vào vssid.govvn.example", "mã OTP", "Đồng Nai"),
    *("nhận làm giấy C65", "thu mua sổ", "họ từ chối cung cấp", "bị đuổi việc vì hỏi", "công an cảnh báo", "quá tệ"),
    *("cảm ơn", "?", "\n", "0900 000 000", "chuyển khoản phí", "tôi", "b.h.x.h", "so bhxh", "xin hỏi", "giả mạo"),
    *("trước 17h", "\ud800", "\x00"),
]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join) | st.text(max_size=80)
HOSTILE = [
    "",
    " ",
    "\x00" * 50,
    "\ud800\udfff lẻ",
    "a" * 1_000_000,
    "BHXH " * 200_000,
    "\u0301" * 3000 + "bhyt",
    "🙂" * 500,
]


@settings(max_examples=80, deadline=None)
@given(texts=st.lists(st.tuples(TEXTS, st.sampled_from(Kind), st.booleans()), min_size=1, max_size=6))
def test_lists_offsets_and_exclusions(texts: list[tuple[str, Kind, bool]]) -> None:
    loaded = load_model_once()
    given_texts = [Text(id=str(i), text=t, kind=k, protected_section=p) for i, (t, k, p) in enumerate(texts)]
    forward = judge(loaded, given_texts)
    backward = judge(loaded, given_texts[::-1])[::-1]
    for text, one, other in zip(given_texts, forward, backward, strict=True):
        assert one == other
        if not one.relevant.label:
            assert (one.tone, one.feedback, one.axis) == (None, None, None)
            assert one.topics == one.audiences == one.places == one.article11 == ()
        if one.protected.label:
            assert {a.limb for a in one.article11} <= OWN_CONDUCT
        if text.protected_section:
            assert one.protected.label
        for act in one.article11:
            assert all(0 <= a < b <= len(text.text) for a, b in act.evidence)
        for choice in (one.tone, one.feedback, one.axis):
            if choice:
                assert sum(choice.scores.values()) == pytest.approx(1.0, abs=1e-3)


LOADED: list[Model] = []


def load_model_once() -> Model:
    if not LOADED:
        LOADED.append(load_model())
    return LOADED[0]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda t: repr(t[:6]))
def test_hostile_text_is_judged_and_explained(model: Model, text: str) -> None:
    given_text = Text(id="x", text=text, title="BHXH", kind=Kind.COMMENT)
    judged = judge(model, [given_text])[0]
    assert explain(model, given_text, judged)
