"""Whether the press reports trouble of the agency's own making: its officials charged or punished, money of the fund
lost, data of participants leaked. By words, not labels: such reports are neutral in tone.

It is about the conduct of an institution: only whether it is reported is told, never of whom. Not meant are those who
defraud the fund from outside (clinics, firms, the insured), employers who owe, officials of other bodies, impostors,
private offences, acquittals, tales and trials abroad, advice, and what would happen if. What the words find in six open
months of headlines is in docs/detection.md.
"""

from __future__ import annotations

import re
from enum import StrEnum

CLAUSE = re.compile(r"[.;|!?…\n]+\s+|\s+[|–]\s+")


class Trouble(StrEnum):
    """What is reported; the value is the topic that it belongs to."""

    OFFICIALS = "personnel"
    FUND = "fund"
    DATA = "data_privacy"


_HOUSE = r"(?:bhxh|bảo hiểm xã hội)"
_ROLE = (
    r"(?:(?:phó tổng |tổng |phó )?giám đốc|cán bộ|viên chức|công chức|nhân viên|chuyên viên|chuyên quản|lãnh đạo"
    r"|thủ trưởng|kế toán(?: trưởng)?|thủ quỹ|(?:phó )?trưởng phòng|phó phòng|giám định viên)"
)
# between role and agency stand parts of an office only: «giám đốc công ty nợ BHXH» is no official
_PART = (
    r"(?:một|cơ quan|phòng|bộ phận|ngành|văn phòng|trung tâm|của|tại|ở|thuộc|thu|sổ|thẻ|chế độ|chính sách|giám định"
    r"|tiếp nhận|hồ sơ|kế hoạch|tài chính|kế toán|nghiệp vụ)"
)
_OFFICIAL = (
    rf"(?:\b{_ROLE} (?:{_PART} ){{0,6}}(?:{_HOUSE}\b|(?:cơ quan )?bảo hiểm (?:huyện|tỉnh)\b|cơ quan bảo hiểm\b)"
    r"(?! (?:của |tại |ở )?(?:một |các )?(?:công ty|doanh nghiệp|nhà máy|trường|bệnh viện|xí nghiệp|hợp tác xã)\b)"
    r"(?! ['“\"]?(?:rởm|dởm|giả|tự xưng)\b)"
    r"|\b(?:giám định viên|(?:phó |trưởng )?phòng giám định) (?:bhyt|bảo hiểm y tế)\b)"
)
_NOT_ONE = re.compile(
    r"\b(?:mạo danh|giả danh|giả mạo|mạo nhận|xưng|xưng là|đóng giả|giả làm|giả|nhầm|tưởng|tự nhận"
    r"|(?:vợ|chồng|con|con trai|con gái|anh trai|em trai|người nhà)(?: của)?)"
    rf" (?:là |một |nữ |nam |nguyên |cựu )*['“\"]?{_OFFICIAL}"
)
_PENALTY = (
    r"(?:khởi tố|bắt (?:tạm giam|khẩn cấp|giam|giữ)|bắt|tạm giam|tạm giữ|truy tố|(?:đưa ra )?xét xử|cáo buộc|kết án"
    r"|tuyên (?:án|phạt)|phạt tù|k[ỷỉ] luật|cách chức|cảnh cáo|khai trừ|khiển trách|buộc thôi việc|đình chỉ công tác)"
)
_FILL = (
    r"(?:(?:khỏi )?đảng|bị can|đối với|với|thêm|cả|nhóm|loạt|nguyên|cựu|một|hai|ba|\d+|nữ|nhiều|các|những|và|vì|tội"
    r"|là|ông|bà)"
)
_FALLS = re.compile(rf"\b{_PENALTY},? (?:(?:{_PENALTY}|{_FILL}),? ){{0,6}}{_OFFICIAL}")
# whom else, or what, a clause may go on about once it has named an official
_OTHERS = (
    r"(?:doanh nghiệp|công ty|chủ|đối tượng|kẻ|nhóm|người|bệnh|phòng khám|bác sĩ|giám đốc|hiệu trưởng|đơn vị|nạn nhân"
    r"|cho biết|nói|khẳng định|cảnh báo|khuyến cáo|phối hợp|phát hiện|đề nghị|kiến nghị|đề xuất|hỗ trợ|giúp|tố|tố cáo"
    r"|tố giác|hướng dẫn|nếu|có thể|phải|chống|ngăn|phòng|tránh|không|được|chuyển|nêu|lý giải|trả lời|vạch)\b"
)
_ONWARDS = rf"(?:(?!{_OTHERS})[^\s:]+ ){{0,12}}?"
_DOES = (
    r"(?:(?:hầu|ra) t(?:òa|oà)|(?:lĩnh|lãnh|nhận) (?:án|mức án|\d+ (?:năm|tháng))|nhận (?:tiền )?hối lộ|tham ô|biển thủ"
    r"|chiếm đoạt|ăn chặn|rút ruột|bỏ túi|lập khống|lợi dụng chức vụ|vòi tiền)"
)
_FALLEN = re.compile(rf"{_OFFICIAL},? {_ONWARDS}(?:bị (?:[^\s:]+ ){{0,3}}?{_PENALTY}|{_DOES})\b")
_BY_THE_HOUSE = re.compile(
    rf"\b{_HOUSE} {_ONWARDS}(?:k[ỷỉ] luật|cách chức|cảnh cáo|đình chỉ công tác|buộc thôi việc)"
    rf" (?:{_FILL} ){{0,4}}{_ROLE}\b"
)
_IN_THE_HOUSE = re.compile(
    rf"\b(?:vụ án|tham ô|nhận hối lộ|lợi dụng chức vụ)(?: (?!{_OTHERS})\S+){{0,10}}? (?:tại|ở) (?:cơ quan )?{_HOUSE}\b"
)
_FORMER = re.compile(rf"\b(?:cựu|nguyên) {_OFFICIAL}")
_AT_COURT = re.compile(
    r"\bbị cáo\b|\bcáo buộc\b|\bbào chữa\b|\bhầu t(?:òa|oà)\b|\bphiên (?:tòa|toà|xử)\b|\btại t(?:òa|oà)\b"
)
_SPARED = re.compile(
    r"\bvô tội\b|\btrắng án\b|\b(?:minh|giải|bị) oan\b|\bđình chỉ (?:điều tra|vụ án|bị can)\b|\bkhông khởi tố\b"
    r"|\b(?:sẽ|có thể|phải) bị (?:k[ỷỉ] luật|xử lý|cách chức)\b"
    r"|\bgiết\b|\btai nạn\b|\b(?:đánh|cờ) bạc\b|\bma t(?:úy|uý)\b|\bnồng độ cồn\b|\bdâm ô\b|\bđánh nhau\b"
)

_FUND = (
    r"(?:quỹ (?:bhxh|bhyt|bhtn|bảo hiểm (?:xã hội|y tế|thất nghiệp)|hưu trí)"
    r"|tiền (?:đóng |của )?(?:bhxh|bảo hiểm xã hội))"
)
_LOST = (
    r"(?:thất thoát|mất (?:trắng|vốn)|(?:không|khó|chưa)(?: thể)? thu hồi(?: được)?|biển thủ|rút ruột"
    r"|(?:cho vay|sử dụng|đầu tư) (?:trái(?! phiếu)|sai))"
)
_FUND_LOST = re.compile(rf"\b{_FUND}\b[^:]{{0,80}}?\b{_LOST}\b|\b{_LOST}\b[^:]{{0,50}}?\b{_FUND}\b")
_LENT = re.compile(r"\bcho (?:\S+ ){0,8}?vay\b")
# somebody else took it, or owes it
_OUTSIDE = re.compile(
    r"\b(?:doanh nghiệp|công ty|bệnh viện|phòng khám|cơ sở (?:y tế|khám)|bác sĩ|nhà thuốc|trục lợi|lạm dụng|gian lận"
    r"|nợ|trốn đóng|chậm đóng|đại lý)\b"
)

_DATA = r"(?:dữ liệu|thông tin|danh sách|mã số|hồ sơ)"
_LEAK = (
    r"(?:lộ lọt|rò rỉ|(?<!tiết )(?<!bộc )(?<!quốc )lộ(?! trình| diện| rõ)|rao bán|mua bán|bán trái phép|đánh cắp"
    r"|phát tán)"
)
_OURS = (
    r"(?:bhxh|bhyt|vssid|bảo hiểm (?:xã hội|y tế)|người (?:tham gia|đóng) bảo hiểm"
    r"|người hưởng (?:lương hưu|chế độ|trợ cấp))"
)
_LEAKED = re.compile(
    rf"\b{_DATA}\b(?=.{{0,120}}\b{_OURS}\b).{{0,90}}?\b{_LEAK}\b|\b{_LEAK}\b.{{0,30}}?\b{_DATA}\b.{{0,60}}?\b{_OURS}\b"
    rf"|\b{_OURS}\b.{{0,40}}?\b{_LEAK}\b.{{0,20}}?\b{_DATA}\b"
)
_NO_LEAK = re.compile(
    r"\b(?:diễn tập|giả định|tập huấn|hội thảo|quy định|nghị định|dự thảo|nghiêm cấm|hành vi|mức phạt|cảnh giác"
    r"|tuyệt đối|khuyến cáo)\b"
    r"|\b(?:bệnh viện|ngân hàng|công ty|doanh nghiệp|trường|phòng khám|đại lý)\b(?: \S+){0,4} (?:làm|để|bị|bán)\b"
    r"|\b(?:khách vay|tín dụng|khoe|đăng ảnh|đăng hình|chụp màn hình|hóa ra|hoá ra)\b|\bcó nguy hiểm\b"
)
# what is to be kept from happening has not happened
_GUARDED = re.compile(
    r"\b(?:phòng|chống|tránh|ngăn|chặn|ngừa|không|chưa|hạn chế|giảm|nguy cơ|khỏi|lo|ngại|sợ|có thể|dễ|đừng)"
    r"(?: (?:bị|làm|để|xảy ra|nguy cơ|việc|tình trạng|chống|gây))* (?:thất thoát|mất|lộ|lộ lọt|rò rỉ|đánh cắp)\b"
)

_TALE = re.compile(
    r"\bphim\b|\bđóng vai\b|\bvai diễn\b|\btiểu thuyết\b|\bvở (?:kịch|diễn)\b|\bkỳ án\b|\bnhìn lại\b|\bhồi ức\b"
    r"|\b(?:năm|ngày) xưa\b|\bchuyện cũ\b|\b(?:\d+|mười|hai mươi) năm (?:trước|sau vụ)\b"
)
_ABROAD = re.compile(
    r"\b(?:hàn quốc|trung quốc|nhật bản|thái lan|đài loan|singapore|malaysia|indonesia|philippines|campuchia|ấn độ"
    r"|australia|canada|ukraine|tây ban nha|bồ đào nha|hy lạp|argentina|brazil|hoa kỳ)\b"
    rf"|\b(?:nước|đàn ông|phụ nữ|chính phủ|cảnh sát|{_HOUSE}) (?:mỹ|pháp|đức|nga|ý|úc)\b"
    r"(?! (?:đức|tho|lộc|hào|xuyên|sơn|linh)\b)"
)


def trouble_in(text: str) -> Trouble | None:
    """What a publication reports of the agency's own; None for nearly all of them.

    Args:
        text: title and first lines, in lower case and NFC.
    """
    if _TALE.search(text) or _ABROAD.search(text):
        return None
    clauses = CLAUSE.split(text)
    if any(map(_lost, clauses)):
        return Trouble.FUND
    if any(map(_leaked, clauses)):
        return Trouble.DATA
    return Trouble.OFFICIALS if _charged(text, clauses) else None


def _charged(text: str, clauses: list[str]) -> bool:
    if _SPARED.search(text):
        return False
    known = [_NOT_ONE.sub(" ", clause) for clause in clauses]
    ways = (_FALLS, _FALLEN, _BY_THE_HOUSE, _IN_THE_HOUSE)
    return any(way.search(c) for c in known for way in ways) or bool(
        _AT_COURT.search(text) and any(_FORMER.search(c) for c in known)
    )


def _lost(clause: str) -> bool:
    told = _GUARDED.sub(" ", clause)
    return bool(_FUND_LOST.search(told) and (_LENT.search(told) or not _OUTSIDE.search(told)))


def _leaked(clause: str) -> bool:
    return bool(_LEAKED.search(_GUARDED.sub(" ", clause)) and not _NO_LEAK.search(clause))
