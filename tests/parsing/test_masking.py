"""Personal data never gets past the door; what is public stays."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.documents import MaskKind
from service.parsing.masking import mask, placeholder, remap
from service.parsing.own_contacts import OwnContacts, personal_data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gọi 0900 000 000 nhé", "Gọi [PHONE] nhé"),
        ("ĐT:0900.000.000, 0900-000-000", "ĐT:[PHONE], [PHONE]"),
        ("+84 900 000 000 hoặc 84900000000, (+84) 900000000", "[PHONE] hoặc [PHONE], [PHONE]"),
        ("zalo0900000000", "zalo[PHONE]"),
        ("o9oo ooo ooo", "[PHONE]"),
        ("09 00 00 00 00", "[PHONE]"),
        ("Số máy bàn 024 3900 0000.", "Số máy bàn [PHONE]."),
        ("CCCD 001300000000", "CCCD [CCCD]"),
        ("căn cước công dân số: 001 300 000 000", "căn cước công dân số: [CCCD]"),
        ("số 001300000000", "số [CCCD]"),
        ("CMND: 123456789", "CMND: [CCCD]"),
        ("chung minh nhan dan 123 456 789", "chung minh nhan dan [CCCD]"),
        ("mã số BHXH 7900000000", "mã số BHXH [BHXH_CODE]"),
        ("số sổ bảo hiểm là 7900000000", "số sổ bảo hiểm là [BHXH_CODE]"),
        ("thẻ BHYT GD4797900000000", "thẻ BHYT [BHXH_CODE]"),
        ("thẻ GD 4 79 79000 00000", "thẻ [BHXH_CODE]"),
        ("BHXH gọi cho tôi từ 0900000000", "BHXH gọi cho tôi từ [PHONE]"),
        ("viết tới ten.ho+x@mail.example.com.", "viết tới [EMAIL]."),
        ("ten(at)example.com", "[EMAIL]"),
        ("STK 123456789 Vietcombank", "STK [ACCOUNT] Vietcombank"),
        ("số tài khoản: 0011 0022 0033", "số tài khoản: [ACCOUNT]"),
        ("Vietcombank: 0011002200", "Vietcombank: [ACCOUNT]"),
        ("hỏi @ten_nguoi và @a@mastodon.example", "hỏi [HANDLE] và [HANDLE]"),
        ("https://www.facebook.com/ten.nguoi.5?x=1 đó", "[PROFILE] đó"),
        ("fb.com/ten, m.me/ten, zalo.me/0900000000, t.me/ten", "[PROFILE], [PROFILE], [PROFILE], [PROFILE]"),
        ("https://www.tiktok.com/@ten/video/1 youtube.com/@ten", "[PROFILE] [PROFILE]"),
    ],
)
def test_personal_data_is_replaced(text: str, expected: str) -> None:
    assert mask(text).text == expected


@pytest.mark.parametrize(
    "text",
    [
        "Tổng đài 1900 9068, 1900.9068, 1900.90.68, 18001234 và 19009068",
        "Từ 01.07.2025 08 giờ đến 05.12.2024 10 giờ, ngày 09/7/2025",
        "Công văn 1521/BHXH-TCCB, Luật 41/2024/QH15, Quyết định 1676/QĐ-TTg",
        "lương cơ sở 2.340.000 lên 2.530.000 đồng, quỹ 1.151.457.000.000 đồng, 3 500 000 000 đồng",
        "1.151.457 người, tăng 24,43 % trong 2016–2022",
        "chuyển khoản 500 000 000 đồng vào tài khoản",
        "https://www.youtube.com/watch?v=abcDEF12345 và https://baohiemxahoi.gov.vn/tintuc?ItemID=21103",
        "Vietcombank lãi 12.345.678.900 đồng",
        "5@ hoặc @ 7",
    ],
)
def test_public_figures_stay(text: str) -> None:
    assert mask(text).text == text


def test_evidence_follows_its_words() -> None:
    text = "Liên hệ 0900 000 000 để rút BHXH một lần, STK 123456789"
    masked = mask(text)
    evidence = (text.index("rút"), text.index(", STK"))
    ((start, end),) = remap([evidence], masked)
    assert masked.text[start:end] == "rút BHXH một lần"
    whole = remap([(0, len(text))], masked)
    assert whole == ((0, len(masked.text)),)


def test_a_span_that_cuts_into_a_number_takes_its_placeholder() -> None:
    text = "gọi 0900 000 000 ngay"
    masked = mask(text)
    assert [masked.text[s:e] for s, e in remap([(2, 8), (8, 12), (10, 21), (4, 16)], masked)] == [
        "i [PHONE]",
        "[PHONE]",
        "[PHONE] ngay",
        "[PHONE]",
    ]


def test_kinds_and_places_are_told() -> None:
    text = "a 0900000000 b x@example.com"
    assert [(text[r.start : r.end], r.kind) for r in mask(text).replacements] == [
        ("0900000000", MaskKind.PHONE),
        ("x@example.com", MaskKind.EMAIL),
    ]


PIECES = st.sampled_from(
    ["0900 000 000", "0900000000", "12345678", "123456789", "001300000000", "7900000000", "stk ", "tài khoản ", "CMND ",
     "mã số BHXH ", "Vietcombank", "@", "@ten", "x@example.com", "fb.com/", "zalo ", "gọi", " ", ".", "-", "+84",
     "1900 9068", "[PHONE]", "[", "]", "(", ")", "đồng", "o", "0", "9", "\n", "a", "GD4", "84"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=14).map("".join))
def test_masking_twice_changes_nothing_and_spans_stay_in_order(text: str) -> None:
    masked = mask(text)
    assert mask(masked.text).text == masked.text
    for each in masked.replacements:
        ((start, end),) = remap([(each.start, each.end)], masked)
        assert masked.text[start:end] == placeholder(each.kind)
    points = remap([(i, i + 1) for i in range(len(text))], masked)
    assert all(0 <= s < e <= len(masked.text) for s, e in points)
    assert list(points) == sorted(points)


@pytest.mark.parametrize(
    "piece", ["0", "0900 000 000 ", "a", "a.", "stk ", "@", "fb.com/", "0900", "x@", "bhxh ", "1 ", "[PHONE] "]
)
def test_time_grows_no_faster_than_the_text(piece: str) -> None:
    started = time.process_time()
    mask(piece * (200_000 // len(piece)))
    assert time.process_time() - started < 5


OWN = OwnContacts(domains=("agency.example.com",), hosts=("hooks.example.com",))


@pytest.mark.parametrize(
    "text",
    [
        "Gọi 1900 9068 hoặc 18001234", "thư: hotro@vss.gov.vn.", "hotro@hanoi.baohiemxahoi.gov.vn",
        "a@agency.example.com",
        "https://vss.gov.vn/tin/0912345678", "https://tin.agency.example.com/079203004567",
        "xem https://hooks.example.com/bai-0912345678.html",
    ],
)  # fmt: skip
def test_the_agencys_own_contacts_are_nobodys_personal_data(text: str) -> None:
    assert personal_data(text, OWN) == []


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("hoặc 024 3789 9999", ["024 3789 9999"]),
        ("hotro@vss.gov.vn.example.com", ["hotro@vss.gov.vn.example.com"]),
        ("a@con.agency.example.com", ["a@con.agency.example.com"]),
        ("hotro@vss-gov.vn, a@gmail.com", ["hotro@vss-gov.vn", "a@gmail.com"]),
        ("https://www.facebook.com/baohiemxahoi", ["https://www.facebook.com/baohiemxahoi"]),
        ("https://vss.gov.vn/tin?goi=0912345678", ["0912345678"]),
        ("https://vss.gov.vn.example.net/0912345678", ["0912345678"]),
        ("https://vss.gov.vn@example.net/0912345678", ["vss.gov.vn@example.net", "0912345678"]),
        ("tài khoản 0123456789 của ông A", ["0123456789"]),
    ],
)
def test_what_could_be_anybodys_is_personal_data(text: str, pieces: list[str]) -> None:
    assert [piece for _, piece in personal_data(text, OWN)] == pieces
    assert personal_data(mask(text).text, OWN) == []
