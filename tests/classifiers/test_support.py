"""Explanations, lookalike hosts, figures and floors."""

from __future__ import annotations

import io
import json
import re
import time
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from classifiers.evaluation.floors import broken
from classifiers.evaluation.measure import Figure, f1, macro_f1, micro_f1
from classifiers.features.analysis import analyse
from classifiers.features.normalise import clean
from classifiers.features.sentences import sentence_spans
from classifiers.inference.acts import acts, plausible
from classifiers.inference.evidence import Evidence, spans_of
from classifiers.inference.hosts import is_official, leads_to_the_agency_only, lookalike_score, lookalikes
from classifiers.inference.judge import judge
from classifiers.labels import OWN_CONDUCT, Kind, Limb, Text
from classifiers.models.model import load_model
from classifiers.store.files import StoreError, load
from service.cli import main


def test_a_model_file_cannot_run_code(tmp_path: Path) -> None:
    """Neither an array of objects, which only pickle can read, nor any other kind of node."""

    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "ran",)

    objects = io.BytesIO()
    np.save(objects, np.array([Evil()], dtype=object), allow_pickle=True)
    array = {"__loader__": "NdArrayNode", "type": "numpy", "file": "a.npy"}
    for node in (array, array | {"type": "pickle"}, array | {"__loader__": "FunctionNode"}):
        with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
            archive.writestr("schema.json", json.dumps({"__loader__": "DictNode", "content": {"a": node}}))
            archive.writestr("a.npy", objects.getvalue())
        (tmp_path / "manifest.json").write_text("{}")
        with pytest.raises(StoreError, match="no model that can be read"):
            load(tmp_path)
        assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "host", ["baohiemxahoi.gov.vn", "dichvucong.baohiemxahoi.gov.vn", "vss.gov.vn", "hanoi.gov.vn"]
)
def test_government_hosts_are_no_lookalikes(host: str) -> None:
    assert lookalike_score(host) == 0.0


@pytest.mark.parametrize(
    "host",
    [
        "dichvucongbaohiemxahoi.example.com", "vssid.govvn.com", "baohiemxahoi.biz", "bhxh.co",
        "vss.gov.vn.example.com",
        "b\u0430ohiemxahoi.vn", "baohiểmxahoi.vn", "baohiểmxahoi.vn".encode("idna").decode(), "ba0hiemxahoi.vn",
        "vssgov.vn", "bhxh.evilmisa.vn",
    ],
)  # fmt: skip
def test_hosts_that_pass_for_the_agency_score(host: str) -> None:
    assert lookalike_score(host) > 0.3
    assert not is_official(host)


@pytest.mark.parametrize("host", ["governor.com", "mygovernment.app", "sovgov.com", "bhxh.misa.vn", "bhxh.efy.com.vn"])
def test_hosts_of_others_do_not_score(host: str) -> None:
    assert lookalike_score(host) == 0.0


@pytest.mark.parametrize(
    "host", ["vssid.icu", "vssid.vip", "hoantienbhxh.shop", "bhxh.pages.dev", "b\u0430ohiemxahoi.vn"]
)
def test_lookalikes_are_found_under_any_usual_ending(host: str) -> None:
    assert [found.host for found in lookalikes(f"Vào {host} nhé")] == [host]


@pytest.mark.parametrize("run", ["-", "_", "a-", "a.", "ab.cd.", "www.", "a(.)", "0 ", "bhxh.vn."])
def test_hosts_are_looked_for_in_time_that_grows_with_the_text(run: str) -> None:
    text = "BHXH, 1900 9068 " + (run * 20_000)[:20_000]
    started = time.process_time()
    lookalikes(text)
    leads_to_the_agency_only(text)
    assert time.process_time() - started < 1


def test_a_lookalike_is_found_where_it_stands() -> None:
    text = "Vào vssid[.]govvn.com để cập nhật, đừng vào baohiemxahoi.gov.vn"
    (found,) = lookalikes(text)
    assert text[found.start : found.end].replace("[.]", ".") == found.host == "vssid.govvn.com"


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        ("The BHYT sap het han, gia han tai https://dichvucong.baohiemxahoi.gov.vn", True),
        ("Hồ sơ đã giải quyết, tra cứu VssID. Tổng đài 1900.9068", True),
        ("Vào baohiemxahoi.gov.vn hoặc bhxh.example.com", False), ("Gọi 1900 9068 hoặc 0900 000 000", False),
        ("Gọi 1900 9068 hoặc [PHONE]", False), ("Xác nhận tại https://bhxh.invalid/x. Tổng đài 1900 9068", False),
        ("Vào baohiemxahoi.gov.vn@bhxh.example.com", False), ("Vào baohiemxahoi.gov.vn.example.com", False),
        ("Vào baohiemxahoi.gov.vn/?u=https://bhxh.example", False), ("Vào http://127.0.0.1/a, hỏi 1900 9068", False),
        ("Tổng đài 1900 9068, kết bạn Zalo cán bộ để mở thẻ", False), ("Nộp vào 00012345678, hỏi 1900 9068", False),
        ("Trả lời tin này kèm số thẻ, tổng đài 1900 9068", False),
        ("Hồ sơ đã giải quyết, mời đến bộ phận một cửa", False),
        ("Tải ứng dụng VssID, tổng đài 1900 9068, hạn 01/07/2026 - 31/12/2026", True),
        ("Vào vssid-moi(.)example(.)com, hỏi 1900 9068", False), ("Vào vssid-moi。com, hỏi 1900 9068", False),
        ("Vào vssid\u200b.top, hỏi 1900 9068", False), ("Vào vssid chấm top, hỏi 1900 9068", False),
        ("Gọi 0912/345/678, hỏi 1900 9068", False), ("Gọi 0912,345,678, hỏi 1900 9068", False),
        ("Gọi 091\u2011234\u20115678, hỏi 1900 9068", False), ("Nhắn z a l o Hoa, hỏi 1900 9068", False),
        ("Nhắn z\u0430lo Hoa, hỏi 1900 9068", False), ("Quét mã QR bên dưới, hỏi 1900 9068", False),
        ("Tai ung dung trong tin nhan sau, hỏi 1900 9068", False),
        ("Gọi 09xx để mở thẻ, hỏi 1900 9068", False), ("Gọi 1900 0xxx, hỏi 1900 9068", False),
        ("Bạn được nhận 50.000.000 đồng, chi tiết tại vss.gov.vn", True),
        ("Quỹ chi 2.000.000.000.000 đồng, 1,000,000 lượt, chi tiết tại vss.gov.vn", True),
    ],
)  # fmt: skip
def test_a_message_that_leads_to_the_agency_only(text: str, agency: bool) -> None:
    assert leads_to_the_agency_only(text) is agency


@pytest.mark.parametrize(
    "text",
    [
        "BHXH Viet Nam thong bao: The BHYT cua ban se het han ngay 31/12/2026. De gia han, truy cap "
        "https://dichvucong.baohiemxahoi.gov.vn hoac lien he co quan BHXH noi cu tru.",
        "BHXH VN: Ho so thai san ma 123.45 cua ban da duoc giai quyet. Tra cuu tai VssID. Tong dai 19009068",
    ],
)
def test_the_agency_s_own_messages_are_no_fraud(text: str) -> None:
    [judged] = judge(load_model(), [Text(id="1", text=text, kind=Kind.SMS)])
    assert judged.article11 == ()
    [lure] = judge(
        load_model(), [Text(id="2", text=f"{text} Nhap ma OTP tai bhxh.example.com de khoi bi khoa the", kind=Kind.SMS)]
    )
    assert lure.article11


AGENCY = "Hồ sơ đã giải quyết, tra cứu VssID. Tổng đài 1900.9068"


@pytest.mark.parametrize(
    ("text", "cues", "can_be"),
    [
        ("Chuyển tiền vào tài khoản này", {"report": 1}, True),
        ("Chuyển tiền vào tài khoản này", {"report": 2}, False),
        (AGENCY, {"order": 1}, False), (AGENCY, {"otp": 1}, False), (AGENCY, {"otp": 1, "order": 1}, True),
        (AGENCY, {"offer": 1}, True), (AGENCY, {"offer": 1, "report": 2}, False),
    ],
)  # fmt: skip
def test_a_report_and_the_agency_s_own_message_are_not_the_fraud(text: str, cues: dict[str, int], can_be: bool) -> None:
    for limb in Limb:
        assert plausible(limb, Text(id="1", text=text, kind=Kind.SMS), cues) is (can_be or limb in OWN_CONDUCT)


WAY = "đọc mã OTP, chuyển phí vào STK 19001234567"


@pytest.mark.parametrize(
    ("text", "can_be"),
    [
        (f"Cảnh báo nạn nhân bị lừa tiền bảo hiểm: BHXH hoàn tiền, {WAY} để nhận lại.", True),
        ("Bộ Công an bắt giữ nhóm lừa đảo, nay hoàn tiền: truy cập hoantien-bhxh.example.com nhập OTP.", True),
        ("CANH BAO gia mao BHXH de lua dao. Quy khach xac thuc tai bhxh-antoan.example.com truoc 24h.", True),
        (f"BHXH tỉnh cảnh báo: công an đang điều tra nhóm gửi tin «{WAY}». Đừng bấm.", False),
        (f"Cảnh báo lừa đảo: tin nhắn “BHXH VN: {WAY}” đang lan truyền.", False),
        (f"Công an cảnh báo đối tượng gọi điện yêu cầu người dân {WAY}.", False),
        (
            "Canh bao lua dao, gia mao BHXH chuyen vao STK 19001234567, dung chuyen tien nhe ba con.",
            False,
        ),
        ("Công an cảnh báo lừa đảo, hỏi tổng đài 1900 9068.", False),
        ("Công an bắt giữ nhóm lừa đảo bán giấy nghỉ ốm, thu lợi 50.000.000 đồng.", False),
        (f"Cảnh báo lừa đảo: BHXH hoàn tiền, {WAY}. Bà con không\n  chuyển tiền.", False),
    ],
)
def test_a_fraud_that_speaks_of_fraud_is_no_report_of_one(text: str, can_be: bool) -> None:
    cues = analyse("", text, Kind.POST.value).cues
    assert cues["report"] >= 2
    assert plausible(Limb.PROPERTY, Text(id="1", text=text, kind=Kind.POST), cues) is can_be


@pytest.mark.parametrize("mark", ["“a", "«", "‘", '"'])
def test_quotations_are_looked_for_in_time_that_grows_with_the_text(mark: str) -> None:
    text = Text(id="1", text=(mark * 50_000)[:50_000], kind=Kind.POST)
    start = time.process_time()
    plausible(Limb.FORGERY, text, {"report": 2})
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("between", [" ", "\n"])
def test_a_notice_that_stands_twice_in_a_text_is_no_forgery(between: str) -> None:
    model, notice = load_model(), "BHXH tỉnh thông báo chi trả lương hưu."
    lure = "BHXH VN: bam vao bhxh-capnhat.example.com nhap ma OTP de khoi bi khoa the. Zalo 0900 000 000."
    sure = np.ones((len(model.heads.names),), np.float32)
    repeated = [([notice] * 3, False), ([notice] * 150, False), ([lure] * 3, True)]
    for text, forged in ((between.join(said), forged) for said, forged in repeated):
        given_text = Text(id="1", text=text, kind=Kind.SMS)
        found = acts(model, given_text, analyse("", text, "sms"), sure, protected=False)
        assert (Limb.FORGERY in {act.limb for act in found}) is forged, text
    assert Evidence(model, Text(id="2", text=f"{notice} {lure}", kind=Kind.SMS)).said_once() is None


def test_sentences_end_where_they_do_in_the_composed_text() -> None:
    text = "Nhận làm giấy nghỉ một ngày. Inbox em gửi mẫu ạ. Giá rẻ."
    said = [text[a:b] for a, b in spans_of(text)]
    assert len(said) == 3
    for written in (unicodedata.normalize("NFD", text), text.replace("giấy", "gi\u200bấy")):
        assert [clean(written[a:b]) for a, b in spans_of(written)] == said


def test_sentences_that_decided_are_those_without_which_it_would_be_otherwise() -> None:
    text = (
        "Sáng nay tôi dậy sớm. Đi bộ một vòng. BHXH hành dân quá, nộp hồ sơ 3 lần vẫn bị trả về. Tối xem phim với con."
    )
    evidence = Evidence(load_model(), Text(id="1", text=text, kind=Kind.POST))
    for head in ("tone=negative", "protected", "topic=service_attitude"):
        assert next(text[a:b] for a, b in evidence.of(head)).startswith("BHXH hành dân quá"), head


def test_addresses_are_not_cut_into_sentences() -> None:
    text = "Đăng nhập ngay http://vssid.example.com/xac-thuc nhập OTP. Xong rồi.Chờ nhé"
    start, end = sentence_spans(text)[0]
    assert text[start:end] == text.partition(" Xong")[0]


def test_explained_lines_name_words_sentences_and_what_speaks_against(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    text = "Chào cả nhà. Nhận làm giấy nghỉ ốm C65, dấu thật, giao tận nơi, ib zalo 0900 000 000. Vào bhxh.co xem mẫu."
    file.write_text(json.dumps({"id": "1", "text": text, "kind": "post"}) + "\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["classify", "--explain", str(file)])
    assert done.exit_code == 0, done.output
    row = json.loads(done.stdout)
    assert row["explanation"]["relevant"]["words"]
    flag = row["explanation"]["article11"][0]
    assert flag["reason_against"]
    assert flag["clause_text"] is None  # undated: after the law's end
    for day, quoted in (("2026-11-20", False), ("2026-08-31", True)):
        file.write_text(json.dumps({"id": "2", "text": text, "kind": "post", "date": day}) + "\n", encoding="utf-8")
        dated = json.loads(CliRunner().invoke(main, ["classify", "--explain", str(file)]).stdout)
        clause = dated["explanation"]["article11"][0]["clause_text"]
        assert (clause is not None and "thông tin" in clause) is quoted
    assert row["explanation"]["lookalike_hosts"][0]["host"] == "bhxh.co"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_figures_lie_between_0_and_1_and_are_1_when_all_is_right(pairs: list[tuple[str, str]]) -> None:
    assert 0.0 <= macro_f1(pairs, "abc").value <= 1.0
    assert macro_f1([(a, a) for a, _ in pairs], "abc").value == 1.0
    assert micro_f1((frozenset(a), frozenset(a)) for a, _ in pairs).value == 1.0
    assert f1(0, 3, 2) == 0.0


def test_floors_say_what_is_broken() -> None:
    figures = {"relevance_f1": Figure(0.9, 100), "flagged_without_act": Figure(0.02, 50)}
    assert broken(figures, {"relevance_f1": 0.9, "flagged_without_act": 0.02}) == []
    assert len(broken(figures, {"relevance_f1": 0.91, "flagged_without_act": 0.01})) == 2


def test_evaluate_counts_and_refuses_bad_labels(tmp_path: Path) -> None:
    file = tmp_path / "own.jsonl"
    rows = [
        {"id": 1, "text": "Lương hưu về chậm quá, chán", "kind": "comment", "tone": "negative", "feedback": "complaint"}
    ]
    file.write_text(
        "".join(json.dumps(r) + "\n" for r in [*rows, {"id": 2, "text": "x", "topics": "a"}]), encoding="utf-8"
    )
    done = CliRunner().invoke(main, ["evaluate", str(file)])
    assert done.exit_code == 1
    assert "own: 1 items" in done.output
    assert re.search(r"^  acts_recall_all_limbs +–$", done.output, re.MULTILINE)  # no act among them
    assert "field 'topics'" in done.output
    for field, value in (("tone", "angry"), ("feedback", "rage"), ("topics", ["luong"])):
        file.write_text(json.dumps(rows[0] | {field: value}), encoding="utf-8")
        done = CliRunner().invoke(main, ["evaluate", str(file)])
        assert done.exit_code == 1
        assert f"own.jsonl:1: field '{field}': expected values of docs/labels.md, found" in done.stderr


def test_an_empty_file_measures_nothing_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "empty.jsonl"
    file.write_text("")
    done = CliRunner().invoke(main, ["evaluate", str(file)])
    assert done.exit_code == 1
    assert "empty.jsonl: no labelled line: there is nothing to measure" in done.stderr
