"""The audit log in words for people: what was done, how, and what is wrong with the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from service.domain.accounts import Token, User
from service.domain.audit import Flaw, Value, Wrong
from service.domain.provinces import names_of
from service.domain.wording import local_time
from service.insight.label_words import SOURCE_KINDS
from service.review.reasons import LIMBS
from service.web.review import MOVES

ACTIONS = {
    "log_in": "Đăng nhập",
    "log_in_failed": "Đăng nhập không thành công",
    "log_out": "Đăng xuất",
    "session_revoked": "Kết thúc phiên",
    "password_changed": "Đổi mật khẩu",
    "password_reset": "Đặt lại mật khẩu",
    "account_added": "Thêm tài khoản",
    "account_disabled": "Ngừng tài khoản",
    "account_enabled": "Mở lại tài khoản",
    "account_unlocked": "Mở khóa tài khoản",
    "provinces_set": "Đổi phạm vi tỉnh",
    "role_proposed": "Đề xuất vai trò",
    "role_granted": "Giao vai trò",
    "role_withdrawn": "Rút hoặc từ chối đề xuất vai trò",
    "role_revoked": "Thu hồi vai trò",
    "second_factor_enrolled": "Bật xác thực hai lớp",
    "second_factor_removed": "Bỏ xác thực hai lớp",
    "recovery_code_used": "Dùng mã khôi phục",
    "legal_text_loaded": "Nạp căn cứ pháp lý",
    "token_created": "Tạo mã truy cập",
    "token_revoked": "Thu hồi mã truy cập",
    "token_write": "Thay đổi qua API",
    "acknowledged": "Tiếp nhận cảnh báo",
    "alert_changed": "Cập nhật cảnh báo",
    "silenced": "Tạm dừng gửi thư",
    "campaign_added": "Nhập chiến dịch",
    "campaign_removed": "Xóa chiến dịch",
    "story_merged": "Gộp câu chuyện",
    "story_split": "Tách câu chuyện",
    "outbox_retried": "Gửi lại thư",
    "finding_viewed": "Xem hồ sơ thẩm định",
    "decided": "Quyết định",
    "exported": "Xuất dữ liệu",
    "sent": "Gửi thư",
    "webhook_added": "Thêm kết nối",
    "webhook_removed": "Xóa kết nối",
    "configured": "Đổi cấu hình",
    "retained": "Xóa dữ liệu hết hạn",
    "forgotten": "Xóa theo yêu cầu",
    "pruned": "Xóa mục nhật ký hết hạn",
    "backed_up": "Sao lưu",
    "restored": "Khôi phục",
    "anchored": "Chốt nhật ký",
    "resealed": "Niêm phong lại khóa",
    "received": "Tiếp nhận cảnh báo công khai",
    "labelled": "Gán nhãn",
    "label_withdrawn": "Rút nhãn",
    "trained": "Huấn luyện mô hình",
    "model_adopted": "Dùng mô hình mới",
    "model_found": "Mô hình đã đổi mà chưa ghi nhật ký, thấy khi khởi động",
    "model_rolled_back": "Trở lại mô hình trước",
}
ROLES = {
    "viewer": "Người xem",
    "analyst": "Phân tích",
    "desk": "Trực truyền thông",
    "reviewer": "Thẩm định",
    "approver": "Phê duyệt",
    "inspector": "Thanh tra nội bộ",
    "administrator": "Quản trị",
}
SCOPES = {"read": "đọc", "write": "xử lý cảnh báo"}
DETAILS = {
    "address": "địa chỉ (mã băm)",
    "after": "sau mục",
    "before": "trước đó",
    "audit": "mục nhật ký",
    "comments": "bài đăng, bình luận",
    "counts": "số đếm",
    "corrections": "số nhãn được sửa",
    "digest": "mã băm",
    "sha256": "mã băm của tệp",
    "valid_from": "áp dụng từ ngày",
    "documents": "bài",
    "ended": "đã kết thúc",
    "entries": "số mục",
    "everywhere": "mọi phiên",
    "excerpts": "trích đoạn",
    "ends": "đến ngày",
    "feeds": "nguồn tin (mã băm)",
    "findings": "hồ sơ thẩm định",
    "forgotten": "bài xóa lại",
    "form": "dạng tệp",
    "grant": "đề xuất số",
    "head": "dấu chốt",
    "into": "vào",
    "known": "có tài khoản",
    "labels": "số nhãn",
    "limb": "loại việc",
    "limit": "nhiều nhất",
    "locked": "tạm khóa",
    "lost": "không mở được",
    "messages": "thư",
    "method": "cách thực hiện",
    "minutes": "số phút",
    "model": "mô hình",
    "move": "quyết định",
    "outcome": "kết quả",
    "provinces": "tỉnh",
    "questions": "số câu hỏi",
    "role": "vai trò",
    "roles": "vai trò",
    "route": "đường dẫn API",
    "scopes": "phạm vi",
    "secrets": "số khóa",
    "sessions": "số phiên",
    "settings": "cấu hình (mã băm)",
    "sightings": "dấu vết đã thấy",
    "starts": "từ ngày",
    "state": "trạng thái",
    "texts": "toàn văn",
    "tokens": "số mã truy cập",
    "topics": "số chủ đề",
    "until": "đến mục",
    "verb": "việc",
    "audience": "đối tượng",
    "feedback": "loại phản hồi",
    "rows": "số dòng",
    "source": "nguồn tin được lọc (mã băm)",
    "story": "câu chuyện",
    "tone": "sắc thái",
    "topic": "chủ đề",
    "words": "từ cần tìm (mã băm)",
    "kind": "loại nguồn",
    "origins": "chỉ bài gốc",
    "group": "chia theo",
    "compared": "so với",
}
VALUES = {
    "delivered": "đã gửi",
    "rejected": "bị từ chối",
    "outdated": "không gửi nữa",
    "password": "mật khẩu",
    "oidc": "đăng nhập một lần",
    "oidc_factor": "đăng nhập một lần, hai lớp",
    "national": "cả nước",
    "shipped": "bản kèm theo",
    "relevant": "có nói về BHXH không",
    "tone": "sắc thái",
    "feedback": "loại phản hồi",
    "axis": "chính sách hay thực hiện",
    "topics": "chủ đề",
    "protected": "được bảo vệ",
    "topic": "chủ đề",
    "place": "địa phương",
    "audience": "đối tượng",
    "source": "nguồn tin",
    "kind": "loại nguồn",
    "before": "kỳ ngay trước",
    "year": "cùng kỳ năm trước",
    **SOURCE_KINDS,
    "docx": "Word",
    "html": "trang web",
    "markdown": "văn bản",
    "pdf": "PDF",
    "xlsx": "bảng tính",
    # findings and what is decided about them have the words of their page
    **{str(key): text[0].lower() + text[1:] for named in (LIMBS, MOVES) for key, text in named.items()},
    "acknowledge": "tiếp nhận",
    "assign": "giao xử lý",
    "take": "bắt đầu xử lý",
    "recover": "theo dõi hồi phục",
    "close": "kết thúc",
    "dismiss": "bỏ qua (báo nhầm)",
    "confirm": "xác nhận mức",
    "refuse": "không xác nhận mức",
    "state": "ghi nhận phát ngôn đầu tiên",
    "comment": "bình luận",
    "merge": "gộp",
    "read": "đọc",
    "write": "ghi",
    "review": "thẩm định",
    "admin": "quản trị",
}
NOBODY = {
    "radar": "hệ thống",
    "cli": "dòng lệnh",
    "loopback": "máy chủ này, không đăng nhập",
    "unknown": "không rõ",
}
SUBJECTS = {
    "alert": "cảnh báo",
    "campaign": "chiến dịch",
    "document": "bài",
    "finding": "hồ sơ",
    "model": "mô hình",
    "notification": "thư",
    "silence": "lần tạm dừng",
    "story": "câu chuyện",
    "token": "mã truy cập",
    "user": "tài khoản",
    "webhook": "kết nối",
}
FILES = {
    "audit": "nhật ký kiểm toán",
    "documents.csv": "tin, bài (CSV)",
    "feedback-summary.csv": "bảng tổng hợp (CSV)",
    "feedback-summary.svg": "bảng tổng hợp (hình)",
    "indicators.csv": "bộ chỉ số (CSV)",
    "indicators.json": "bộ chỉ số (JSON)",
    "indicators.table": "bộ chỉ số (bảng)",
}
REPORTS = {
    "week": "báo cáo tuần từ",
    "month": "báo cáo tháng từ",
    "quarter": "báo cáo quý từ",
    "year": "báo cáo năm từ",
    "after-action": "báo cáo sau cảnh báo",
}
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
FLAWS = {
    Wrong.MISSING: "bị thiếu",
    Wrong.MISSING_UNTIL: "bị thiếu, cùng các mục sau đó đến mục {other}",
    Wrong.OUT_OF_ORDER: "đáng lẽ ở đây, nhưng gặp mục {other} lặp lại hoặc sai thứ tự",
    Wrong.DETACHED: "không nối tiếp mục trước nó (có mục bị xóa, dời hoặc thay)",
    Wrong.CHANGED: "đã bị sửa: nội dung không khớp mã băm ghi kèm",
    Wrong.NOT_THE_SIGNED: "không phải mục đã được ký lúc {at}",
    Wrong.CUT_OFF: "bị thiếu: nhật ký bị cắt bớt sau {at} (hiện kết thúc ở mục {other})",
    Wrong.FOREIGN_HEAD: "dấu chốt lúc {at} không do khóa của hệ thống này ký",
    Wrong.FOREIGN_PRUNE: "việc xóa các mục cũ đến đây không do khóa của hệ thống này ký",
}


def flaw_words(flaw: Flaw) -> str:
    """What is wrong, as a line of the page."""
    at = local_time(datetime.fromisoformat(flaw.at)) if flaw.at else ""
    return f"Mục {flaw.seq}: {FLAWS[flaw.wrong].format(at=at, other=flaw.other)}"


def known_people(accounts: Iterable[User], tokens: Iterable[Token]) -> dict[str, str]:
    """How the log names whoever does something -> how people do; accounts that are gone are in it no longer."""
    found = {u.ref: u.email for u in accounts}
    for token in tokens:
        found[token.ref] = f"mã truy cập “{token.name}” của {token.owner or 'dòng lệnh'}"
    return found | NOBODY


def person(ref: str, people: Mapping[str, str]) -> str:
    """Whoever the log names, by address where the account is still there."""
    return people.get(ref, ref)


def actors_like(typed: str, people: Mapping[str, str]) -> list[str]:
    """Names in the log of whoever is meant by an address, a part of one, or their name in the log; tokens too."""
    wanted = typed.strip().lower()
    return sorted({wanted, *(ref for ref, name in people.items() if wanted in name.lower())})


def subject(text: str, people: Mapping[str, str]) -> str:
    """What something was done to, in words."""
    kind, _, name = text.partition(":")
    if text in people or not name:
        return people.get(text, FILES.get(text, text))
    if kind == "report":
        what, _, of = name.partition(":")
        return f"{REPORTS.get(what, what)} {_day(of)}"
    return f"{SUBJECTS.get(kind, kind)} {VALUES.get(name, name)}"


def words(details: Mapping[str, Value]) -> str:
    """Details of an entry; names and numbers that have no word stay as they are."""
    return "; ".join(
        f"{DETAILS.get(name, name)}: {_places(value) if name == 'provinces' else _value(value)}"
        for name, value in details.items()
    )


def _places(value: Value) -> str:
    return _value(value) if value in ("", "national") else names_of(str(value).split("+"))


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "có" if value else "không"
    if value is None:
        return "chưa có"
    text = _day(str(value))
    return ", ".join((VALUES | ROLES).get(part, part) for part in text.split("+"))


def _day(text: str) -> str:
    """A day as people in Việt Nam write it; everything else as it is."""
    return f"{found[3]}/{found[2]}/{found[1]}" if (found := DAY.fullmatch(text)) else text
