"""Limbs of Article 11 a text may show: use against mention, and the sentences that show it."""

from __future__ import annotations

import re

from classifiers.features.analysis import Analysis
from classifiers.inference.evidence import Evidence
from classifiers.inference.hosts import leads_elsewhere, leads_to_the_agency_only, plain
from classifiers.labels import OWN_CONDUCT, Act, Limb, Text
from classifiers.models.linear import Matrix
from classifiers.models.model import Model

# what tells of a fraud or dissuades from it, with and without diacritics
_TELLS = re.compile(
    r"\b(?:đừng|chớ|dung (?:bam|tin|chuyen|lam|doc|cung cap|nghe|nhap|cai|tai|goi|vao)|tuyệt đối không|tuyet doi khong"
    r"|(?<!nếu )không (?:bấm|nhấn|click|truy cập|cung cấp|chuyển|làm theo|tin|nên|nhập|tải|cài|nghe|gọi|kết bạn)"
    r"|(?<!neu )khong (?:bam|nhan|click|truy cap|cung cap|chuyen|lam theo|tin|nen|nhap|tai|cai|nghe|goi|ket ban)"
    r"|suýt|xém|suyt|xem mat|coi chừng|coi chung|cẩn thận|can than|cảnh giác|canh giac|chặn số|chan so"
    r"|tin giả|tin gia|bịa đặt|bia dat|bác bỏ|bac bo|đính chính|dinh chinh|không có chuyện|khong co chuyen"
    r"|tố giác|to giac|trình báo|trinh bao|đang điều tra|dang dieu tra|khởi tố|khoi to|truy tố|truy to|xét xử|xet xu"
    r"|bị can|bi can|bị cáo|bi cao|triệt phá|triet pha|thủ đoạn|thu doan|nhóm này|chúng (?:gọi|gửi|yêu cầu|dụ)"
    r"|là giả|la gia|(?:trang|web|website|app|ứng dụng|tin nhắn|tin nhan|link|số) (?:giả|gia|lừa|lua|lạ)"
    r"|gửi (?:link|tin|đường dẫn)|gui (?:link|tin|duong dan)|xưng|tự xưng|tu xung|lừa người|lừa đảo người"
    r"|yêu cầu (?:người|nạn nhân|nhập|chuyển|cung cấp|đăng nhập|cài)|yeu cau (?:nguoi|nhap|chuyen|cung cap|dang nhap)"
    r"|đối tượng (?:này|gọi|gửi|yêu cầu|dụ|đã)|nạn nhân (?:đã|chuyển|mất)|chiếm đoạt (?:của|hơn|gần|số tiền|\d))\b"
)
_QUOTED = re.compile(  # a message at most, or marks that nothing closes take time that grows with their square
    '"[^"]{0,1000}"|“[^”]{0,1000}”|«[^»]{0,1000}»|‘[^’]{0,1000}’'
)
# what is given in part only, or said to be nobody's business
_KEPT_BACK = re.compile(
    r"\b(?:bí mật|nói mật|che (?:lại|đi|mất|hết|kín)|tay che|bị che|(?:xóa|xoá|tẩy) trắng|(?:bôi|gạch) đen"
    r"|cấm (?:chép|chụp|sao|ghi|quay)|che lai|xoa trang|boi den|cam (?:chep|chup))\b"
)


def allowed(limb: Limb, *, protected: bool) -> bool:
    """Protected speech can show the conduct of others toward its author, and no act of the author."""
    return limb in OWN_CONDUCT or not protected


def plausible(limb: Limb, text: Text, cues: dict[str, int]) -> bool:
    """Whether a text can show the act itself. Fraud: no report of one, and no message that leads to the agency's own
    site or hotline only, unless it asks for a secret or offers goods. Withheld: not where what was asked for is told to
    have been given, and nothing to have been refused or kept back."""
    if limb is Limb.WITHHELD:
        refused = not cues.keys().isdisjoint({"refused", "deny"})
        return "granted" not in cues or refused or _KEPT_BACK.search(plain(text.text).lower()) is not None
    if limb in OWN_CONDUCT:
        return True
    asks = "offer" in cues or ("otp" in cues and "order" in cues)
    return not _reports(text.text, cues) and (asks or not leads_to_the_agency_only(text.text))


def _reports(text: str, cues: dict[str, int]) -> bool:
    """Whether a text has the frame of a report (two words of warning, arrest, victim). Frauds borrow it, to «warn» or
    to give victims their money back: where nothing tells or dissuades, no way to reach somebody or to pay may stand
    outside quotations."""
    if cues.get("report", 0) < 2:
        return False
    return _TELLS.search(plain(text).lower()) is not None or not leads_elsewhere(_QUOTED.sub(" ", text))


def acts(model: Model, text: Text, analysis: Analysis, probabilities: Matrix, *, protected: bool) -> tuple[Act, ...]:
    """Acts whose probability reaches the limb's threshold, also where repeated sentences are read once, with the
    sentences that weigh most for each."""

    def score(limb: Limb, found: Matrix) -> float:
        return float(found[model.heads.column[f"limb={limb.value}"]])

    def reached(limb: Limb, found: Matrix) -> bool:
        return score(limb, found) >= model.thresholds.limbs[limb.value]

    limbs = [
        limb
        for limb in Limb
        if allowed(limb, protected=protected) and reached(limb, probabilities) and plausible(limb, text, analysis.cues)
    ]
    if not limbs:  # as most texts
        return ()
    evidence = Evidence(model, text)
    once = evidence.said_once()
    return tuple(
        Act(limb, score(limb, probabilities), evidence.of(f"limb={limb.value}"))
        for limb in limbs
        if once is None or reached(limb, once)
    )
