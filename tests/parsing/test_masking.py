"""Personal data never gets past the door; what is public stays."""

from __future__ import annotations

import re
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


# every number here is invented; what has to be gone stands between the marks
SPELT = {
    MaskKind.PHONE: """
        gọi <0900–000–000>; gọi <0900/000/000>; gọi <0900 - 000 - 000> nhé; gọi <0900 . 000 . 000>
        gọi <0900_000_000>; gọi <0900.000.000>,<0900.000.000>; số 5,<0900000000>; 1.<0900000000>; 2-<0900000000>
        <0900000000>.0; gọi <0900·000·000>; gọi <0900•000•000>; gọi <0900,000,000>; gọi <0900*000*000>
        gọi <0900|000|000>; gọi <0900... 000... 000>; gọi <0900  000  000>; gọi <０９００００００００>; gọi <09l0000000>
        gọi <o9I0000000>; <05.12.2003.45> nhé; gọi <+886 900 000 000>; viber <+82-10-0000-0000>
        <+999 00 000 0000>; gọi <không chín không không không không không không không không>; (<0900) 000 000>
        <84 912 345 678> nhé; gọi <84.912.345.678>; ĐT: <84.912.345.678>; <84912345678>; <84-912-345-678>
        <0900 (000) 000>; máy <028.3900.0000> máy 101; Zalo: <0900 000 000> (Hoa); tel:<0900000000>
        gọi <0900 không không không 000>; <09 không không 000 không không 0>; <không chín 00 không 00 không 00> nhé
    """,
    MaskKind.CITIZEN_ID: """
        tên Mẫu, <001.300.000.000>, sinh 1990; CCCD <001/300/000/000>; <001-300-000-000>; <0013 0000 0000>
        CCCD (cấp 12/5/2021) <001.300.000.000>; CMND cũ 9 số <123456789>; giấy CM <123456789>; cmt: <123.456.789>
        căn cước mới năm 2021: <001300000000>
        CMND <123456789> người làm đơn; cmt <123 456 789> hộ chiếu mới
    """,
    MaskKind.PAPER: """
        hộ chiếu <C0000000>; passport <B00000000>; MST cá nhân <8000000000>; mã số thuế <8000000000-001>
        xe <29A-000.00> đâm; biển <30E00000>; BKS <59-X1 000.00>; biển số <29 A 00000>
    """,
    MaskKind.INSURANCE_CODE: """
        thẻ <dn4797900000000>; thẻ <DN-4-79-7900000000>; thẻ <DN.4.79.79.000.00000>; VssID <7900000000>
        sổ số <7900000000>; mã thẻ <7900000000>; mã hộ gia đình <7900000000>; msbhxh <7900000000>
        bảo hiểm số <7900000000>; mã số BHXH của tôi năm 2019 là <7900000000>
        bhxh số mới (10 số), cũ là <7900000000>; BHXH em gọi là <7900000000>; số BHXH là: <79-00000000>
    """,
    MaskKind.ACCOUNT: """
        <0011002233445> VCB NGUYEN THI MAU; <0011002233445> Vietcombank; chuyển khoản <19030000000001>
        ck vào <19030000000001>; TK: <123456789012>; STK <1903.0000.0001>; STK <1903-0000-0001>
        s.t.k <123456789012>; thẻ ATM <9704 0000 0000 0001>; số thẻ <9704 0000 0000 0001>
        visa <4000-0000-0000-0001>; tk <123456789012> acb
        STK <123456789> khách hàng Mẫu; VCB <123 456 789> khách hàng: Mẫu
        VCB trả lãi vào <0011002200>; tài khoản năm 2025: <123456789>
        STK <1.234.567.890>; stk: <0.123.456.789> nhé; số tài khoản là <1.234.567.890>, MB Bank
    """,
    MaskKind.EMAIL: """
        <le.mau (a) gmail.com>; <mau @ gmail.com>; <le.mau(at)gmail(dot)com>; <le.mau a còng gmail chấm com>
        <le.mau at gmail dot com>; <le.mau@gmail,com>; <le.mau@gmail .com>; <le.mau@gmail>; <LE.MAU＠GMAIL.COM>
        <lê.mẫu@thư.vn>
    """,
    MaskKind.HANDLE: """
        <@user-xy7zk2pq9w> nói đúng; <@mau-ab3cd> cho hỏi; cảm ơn <@123mau>; <@@mau123>; <@mẫu> ơi; <@mau·90>
        fb: <le.mau.90>; tiktok: <mau90>; skype: <live:mau90>; <@le.mau>. Cho hỏi
        telegram <le_mau>; zalo <mau_90> nhé
    """,
    MaskKind.PROFILE_LINK: """
        xem <voz.vn/u/ten.123/>; <https://mastodon.social/@ten>; <mastodon.social/users/ten>
        <bsky.app/profile/ten.bsky.social>; <https://vt.tiktok.com/ZSabc/>; <https://fb.watch/abc>
        <https://wa.me/84900000000>; <https://www.reddit.com/user/ten>
        <https://diendan.example.vn/members/ten.9/>
    """,
    MaskKind.ADDRESS: "ở <số 12 ngõ 34> phố Láng; <số nhà 12A> phố Mẫu; <số nhà 5, ngõ 3> nhé; <hẻm 12/5> đường Mẫu",
}


@pytest.mark.parametrize(
    ("kind", "line"),
    [(kind, line.strip()) for kind, lines in SPELT.items() for part in lines.split("\n") for line in part.split("; ")
     if line.strip()],
)  # fmt: skip
def test_personal_data_is_replaced_however_people_spell_it(kind: MaskKind, line: str) -> None:
    expected = re.sub("<[^>]+>", placeholder(kind), line)
    assert mask(re.sub("[<>]", "", line)).text == expected


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
        "thu BHXH 2.340.000.000 đồng, nợ BHXH 1 234 567 890 đồng, chi BHYT 3.500.000.000",
        "chuyển khoản 1.500.000/tháng, ck 500000000, tài khoản có 120.000.000, tk 2.000.000 mỗi người",
        "vay 12.345.678.900 Agribank, ngày 20.11.2024 Vietcombank, năm 2024 BIDV, 1900 54 54 13 Vietcombank",
        "từ 05.12.2024-10.12.2024, 05.12.2024–10.12.2024, 05/12/2024-10/12/2024, 03.05.2024 - 05.05.2024",
        "tháng 08/2024, 09/2025; ngày 02.09.2025 10 giờ; 09/2024, 1000 người; Quyết định 037/2024/123",
        "tăng +120.000.000.000 đồng, +1.234.567 người, +24,43 %, giá 1.085.000.000.000 đồng, 1,085,000,000,000",
        "Nghị định 158/2025/NĐ-CP, Điều 12 khoản 3 (a) luật, Thông tư 12/2025/TT-BNV, điểm a@b",
        "công ty có mã số thuế 0100109106, BHXH TP 2 150 000 000 000 đồng, là 2 150 000 000 000 đồng",
        "trụ sở số 7 phố Tràng Thi, tòa nhà số 12 Mẫu, tầng 3 số 150 đường Mẫu, xe 45 chỗ, xe 16 chỗ 5 triệu",
        "Facebook: 2.000 người, facebook: vnexpress.net, tiktok: top đầu, Zalo: gửi tin, hộ chiếu mới từ 2022",
        "https://bao.example.com/tin-20240912345678.htm, https://vss.gov.vn/user-guide, https://a.vn/profile.html",
        "số tài khoản 1.234.567.890 đồng, số tài khoản: 1.500.000 tài khoản, tài khoản 1.234.567.890, STK có 2.345.678",
        "05 năm 2019 hai ba lần, từ 0 ba năm 2020 đến 2022, 09 năm hai tháng, mức 0,5 năm một lần, 08 ba mươi hai năm",
        "một hai ba bốn năm, không ba năm thì hai năm, năm 2019 2020 2021 2022",
        "BHXH Việt Nam, 25/11/2025 10:30; bảo hiểm xã hội 25/11/2025 10:30; BHYT 26/11/2026 08h00 khai mạc",
        "Tin BHXH (25-11-2025 10 giờ); BHXH tỉnh báo cáo lúc 25/11/2026 10:30; mã số 25/11/2025 09:00",
        "cập nhật tài khoản VssID trước ngày 30.11.2025; tài khoản từ 01.01.2025; account 2025-11-26 10:30",
        "tài khoản năm 2025-2026; tài khoản các năm 2021 2022 2023 tăng; tk 2024-2025 2026; tài khoản 08.30 09.12.2026",
        "chuyển khoản ngày 30-11-2025 11; nộp qua tài khoản kho bạc trước ngày 30.11.2026",
        "căn cước từ 25/11-30/11/2025; căn cước 25/11/2025 9 giờ; căn cước 11/2025-12/2025",
        "30.11.2025 10 giờ VCB; 2021 2022 2023 2024 ngân hàng",
        "84.298.765.432 đồng; chi 84.298.765.432 đồng; thu 84 298 765 432; quỹ 84.912.345.678; vốn 84 912 345 678",
        "84298765432 đồng; 84 912 345 678 đồng",
        "MSB 12345678 cổ phiếu; SHB phát hành 459 456 789 cổ phiếu; ngân hàng báo lãi 10254678912",
        "ngân hàng phục vụ 15 000 000 khách; ngân hàng VIB 2023 15 000 000 khách; ngân hàng có 15500000 khách",
        "cấp căn cước cho 100.000.000 người; căn cước cho 87 654 321 người; căn cước gắn chip 125 450 300 thẻ",
        "căn cước: 100000000 trường hợp; nợ BHXH 1 234 567 890",
        "Quyết định 0305/2025/1234; 09/10/2025/11; tháng 03.04.2025-05; căn cước theo Quyết định 0305/2025/1234",
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
    "piece",
    [
        "0",
        "0900 000 000 ",
        "a",
        "a.",
        "stk ",
        "@",
        "fb.com/",
        "0900",
        "x@",
        "bhxh ",
        "1 ",
        "[PHONE] ",
        "0900 - ",
        "tài khoản 2019 ",
        "không chín ",
        "a.vn/@",
        "a@gmail ",
        "số 1 ngõ ",
        "@a-",
        "12 số ",
        "1.111",
        "2024 ",
        "stk 2024-",
        "84.298.",
        "vcb 1 000 ",
    ],
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
