"""Messages of the review to the agency's own people: that something waits, and where; no text of a publication."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from markupsafe import Markup

from service.domain.findings import Finding, Move
from service.domain.notifications import MessageChannel, NotificationDraft
from service.domain.wording import day
from service.review.reasons import LIMBS

_HOST = re.compile(r"[^a-z0-9.-]+")
SUBJECTS = {
    Move.PROPOSE_WARNING: "Đề xuất cảnh báo công khai đang chờ người thứ hai duyệt",
    Move.PROPOSE_CORRECTION: "Đề xuất đính chính công khai đang chờ người thứ hai duyệt",
    Move.APPROVE: "Nội dung công khai đã được duyệt, chờ công bố",
    Move.SEND_BACK: "Đề xuất được trả lại",
    Move.PUBLISH: "Nội dung công khai đã được công bố",
    Move.CORRECT_PLACE: "Sửa nơi công bố của nội dung công khai",
    Move.RETRACT: "Thu hồi nội dung công khai",
    Move.FOLLOW_UP: "Việc cần bộ phận thanh tra, kiểm tra nội bộ theo dõi",
}

# what everybody is told who is told of a publication: what comes before the text, and what is asked of them
PUBLIC = {
    Move.PUBLISH: ("Nơi công bố", "Vui lòng mở trang và xác nhận đã tiếp nhận."),
    Move.CORRECT_PLACE: ("Nơi công bố đúng", "Vui lòng dùng nơi công bố này thay cho nơi đã nêu trong thư trước."),
    Move.RETRACT: ("Lý do", "Vui lòng không sử dụng, không giới thiệu nội dung trên nữa."),
}

WARNINGS = "Mở trang cảnh báo công khai"
ELSEWHERE = "Thư này để biết; người có quyền thẩm định, duyệt đã được báo và xử lý tại trang thẩm định."


def about_move(
    finding: Finding, move: Move, *, who: str, reason: str, recipient: str, base_url: str, opens: bool
) -> NotificationDraft | None:
    """The message about a decision; None where nobody has to be told.

    Args:
        finding: as it is after the decision, one that was retracted with the text it had; its number of moves makes the
            key.
        opens: whether the recipient may open the finding.
    """
    if move not in SUBJECTS:
        return None
    lines = [f"{SUBJECTS[move]}.", f"Loại việc: {LIMBS[finding.limb]}.", f"Người thực hiện: {who}."]
    if reason and move is not Move.FOLLOW_UP:
        lines.append(f"Lý do, ghi chú: {reason}")
    if move in PUBLIC:
        # the agency's own words; the publication itself is not quoted
        asked, end = PUBLIC[move]
        lines = [f"{SUBJECTS[move]}.", f"{asked}: {reason}", f"Loại việc: {LIMBS[finding.limb]}.", finding.proposal]
        lines += [f"Viện dẫn: {finding.cited}."] if finding.cited else []
        lines.append(end)
        page = (WARNINGS, f"/warnings#w-{finding.id}")
        return _draft(finding, f"{move}:{finding.moves}", SUBJECTS[move], lines, recipient, base_url, page=page)
    if finding.due_at is not None:
        lines.append(f"Hạn công bố: {day(finding.due_at)}.")
    lines += [] if opens else [ELSEWHERE]
    return _draft(
        finding, f"{move}:{finding.moves}", SUBJECTS[move], lines, recipient, base_url, page=_page(finding, opens)
    )


def _page(finding: Finding, opens: bool) -> tuple[str, str]:
    """Words of the link and the path it leads to: the finding, for whoever may open it."""
    return ("Mở trang thẩm định", f"/review/{finding.id}") if opens else (WARNINGS, "/warnings")


def about_deadline(finding: Finding, *, overdue: bool, recipient: str, base_url: str, opens: bool) -> NotificationDraft:
    """A reminder that a public warning or correction has to be published."""
    assert finding.due_at is not None
    subject = "Đã quá hạn công bố" if overdue else "Sắp đến hạn công bố"
    lines = [
        f"{subject}: {day(finding.due_at)}.",
        f"Loại việc: {LIMBS[finding.limb]}.",
        "Vui lòng hoàn tất việc duyệt và công bố, hoặc rút đề xuất nếu không còn cần.",
    ]
    lines += [] if opens else [ELSEWHERE]
    occasion = f"due{int(overdue)}:{finding.moves}"
    return _draft(finding, occasion, subject, lines, recipient, base_url, page=_page(finding, opens))


def _draft(
    finding: Finding,
    occasion: str,
    subject: str,
    lines: Sequence[str],
    recipient: str,
    base_url: str,
    *,
    page: tuple[str, str],
) -> NotificationDraft:
    """The message; `page`: words of the link and the path it leads to."""
    digest = hashlib.blake2b(f"email|{recipient}".encode(), digest_size=8).hexdigest()
    key = f"finding:{finding.id}:{occasion}:{digest}"
    host = _HOST.sub("", (urlsplit(base_url).hostname or "").lower()) or "localhost"
    words, path = page
    link = f"{base_url.rstrip('/')}{path}"
    foot = "Thư do BHXH Radar tự động gửi trong nội bộ cơ quan và không chứa nội dung của người đăng."
    body = Markup("").join(Markup('<p style="white-space: pre-line">{}</p>').format(line) for line in lines)
    html = Markup(
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>{}</title></head><body>{}'
        '<p><a href="{}">{}</a></p><p>{}</p></body></html>'
    ).format(subject, body, link, words, foot)
    return NotificationDraft(
        key=key,
        # short, so that no mail program has to fold it
        message_id=f"<finding.{hashlib.blake2b(key.encode(), digest_size=12).hexdigest()}@{host}>",
        channel=MessageChannel.EMAIL,
        recipient=recipient,
        subject=f"[BHXH Radar] {subject}",
        text="\n".join([*lines, "", f"{words}: {link}", "", foot, ""]),
        html=str(html),
        alert_id=None,
    )
