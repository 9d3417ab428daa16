"""What speaks for a finding and what against it, in words, and what is protected; shown together, never one alone."""

from __future__ import annotations

from dataclasses import dataclass

from service.domain.judgement import Limb

LIMBS = {
    Limb.FORGERY: "Giả mạo cơ quan, giấy tờ, trang thông tin",
    Limb.PROPERTY: "Lừa đảo, chiếm đoạt tiền, dữ liệu",
    Limb.WITHHELD: "Cơ quan từ chối, trì hoãn cung cấp thông tin",
    Limb.RETALIATION: "Đe dọa, trù dập người hỏi hoặc cung cấp thông tin",
}
SHOWS = {
    Limb.FORGERY: "có câu tự xưng là cơ quan BHXH hoặc mời chào giấy tờ, con dấu, trang thông tin giả",
    Limb.PROPERTY: "có câu đòi chuyển tiền, nộp phí, đưa mã xác thực hoặc dữ liệu, hoặc mua bán sổ BHXH, thẻ BHYT",
    Limb.WITHHELD: "có câu kể việc yêu cầu thông tin cụ thể bị từ chối, bị lờ đi hoặc chỉ được trả lời một phần",
    Limb.RETALIATION: "có câu kể việc bị đe dọa, gây khó vì đã hỏi, phản ánh hoặc cung cấp thông tin",
}
PROTECTED = (
    "Phê bình, khiếu nại, tố cáo, kiến nghị, châm biếm, câu hỏi và tin báo chí là quyền của người dân và của báo chí, "
    "dù lời lẽ gay gắt. Những nội dung đó không phải là hành vi bị nghiêm cấm; chỉ xem xét hành vi lừa dối công chúng "
    "hoặc cách làm của cơ quan, tổ chức, không xem xét người viết."
)
CORRECTION = "BHXH Việt Nam xin đính chính và cung cấp thông tin đầy đủ như sau: "
CONDUCT = "Người kể được bảo vệ. Điều cần xem xét là cách làm của cơ quan, đơn vị được nhắc tới, không phải người kể."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """For and against, each a list of sentences."""

    machine: str
    against: tuple[str, ...]
    protected: tuple[str, ...]


def probability(score: float) -> str:
    """A calibrated probability in words: never 0% or 100%, as the machine is never sure."""
    share = 100 * score
    return "trên 99%" if share > 99 else "dưới 1%" if share < 1 else f"{round(share)}%"


def reasons(
    limb: Limb, score: float, *, kind: str, protected: bool, protected_section: bool, has_evidence: bool
) -> Reasons:
    """The sentences for one finding.

    Args:
        score: calibrated probability, 0 to 1.
        kind: of the document: article, post and so on.
    """
    machine = f"Mô hình thấy {SHOWS[limb]} (xác suất {probability(score)})."
    others = 100 * (1 - score)
    wrong = f"khoảng {round(others)}" if 1 <= others <= 99 else "chưa đến 1" if others < 1 else "trên 99"
    against = [f"Đây chỉ là xác suất: cứ 100 trường hợp như vậy thì {wrong} trường hợp không phải."]
    if kind == "article":
        against.append("Đây là bài báo: có thể đang đưa tin hoặc cảnh báo về hành vi chứ không thực hiện hành vi.")
    elif limb.is_fraud:
        against.append("Người đăng có thể đang kể lại, trích dẫn hoặc hỏi về một lời mời chào mà họ nhận được.")
    if not limb.is_fraud:
        against.append(
            "Chỉ có lời kể của một phía; tổng đài bận hoặc trả lời chậm chưa phải là từ chối cung cấp thông tin."
        )
    if not has_evidence:
        against.append("Không còn đánh dấu được câu làm căn cứ trong văn bản hiện có.")
    guarded = [PROTECTED] if limb.is_fraud else [CONDUCT, PROTECTED]
    if protected_section:
        guarded.insert(0, "Bài nằm trong chuyên mục bạn đọc, đường dây nóng: được bảo vệ trong mọi trường hợp.")
    elif protected:
        guarded.insert(0, "Mô hình nhận thấy đây là lời phản ánh, khiếu nại, kiến nghị hoặc câu hỏi được bảo vệ.")
    return Reasons(machine=machine, against=tuple(against), protected=tuple(guarded))


def suggestion(limb: Limb) -> str:
    """A first wording of a warning for the person who proposes it; no detail of any publication."""
    if limb is Limb.FORGERY:
        return (
            "BHXH Việt Nam cảnh báo: gần đây xuất hiện nội dung mạo danh cơ quan BHXH hoặc mời chào giấy tờ giả. "
            "Cơ quan BHXH không yêu cầu người dân cung cấp mã xác thực, không thu phí qua điện thoại, tin nhắn. "
            "Đề nghị người dân chỉ giao dịch qua baohiemxahoi.gov.vn, dichvucong.baohiemxahoi.gov.vn, "
            "Cổng Dịch vụ công Quốc gia và ứng dụng VssID."
        )
    if limb is Limb.PROPERTY:
        return (
            "BHXH Việt Nam cảnh báo: gần đây xuất hiện nội dung lừa người dân chuyển tiền, cung cấp mã xác thực, "
            "dữ liệu cá nhân hoặc mua bán sổ BHXH, thẻ BHYT. Đề nghị người dân không chuyển tiền, không cung cấp mã "
            "xác thực cho bất kỳ ai; nếu đã bị lừa, báo ngay công an nơi gần nhất; cần hỗ trợ, liên hệ cơ quan BHXH "
            "nơi gần nhất."
        )
    return CORRECTION


def cut(text: str, spans: tuple[tuple[int, int], ...]) -> list[tuple[str, bool]]:
    """A text in pieces, each with whether it is evidence; spans that overlap or lie outside are cut."""
    pieces: list[tuple[str, bool]] = []
    at = 0
    for start, end in sorted(spans):
        start, end = max(at, start), min(end, len(text))
        if start >= end:
            continue
        if start > at:
            pieces.append((text[at:start], False))
        pieces.append((text[start:end], True))
        at = end
    if at < len(text):
        pieces.append((text[at:], False))
    return pieces
