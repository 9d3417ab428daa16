"""Questions, answers and heads of the model as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.labels import Answer, Question
from service.domain.topics import TOPICS

QUESTIONS: Mapping[Question, str] = {
    Question.RELEVANT: "Có nói về BHXH, BHYT, BHTN không",
    Question.TONE: "Sắc thái đối với BHXH",
    Question.FEEDBACK: "Loại phản hồi",
    Question.AXIS: "Nói về chính sách hay việc thực hiện",
    Question.TOPICS: "Chủ đề",
    Question.PROTECTED: "Là phê bình, khiếu nại, kiến nghị hoặc câu hỏi được bảo vệ",
}
ANSWERS: Mapping[Question, Mapping[str, str]] = {
    Question.RELEVANT: {"yes": "có", "no": "không"},
    Question.TONE: {"negative": "tiêu cực", "neutral": "trung lập", "positive": "tích cực"},
    Question.FEEDBACK: {
        "complaint": "phàn nàn",
        "question": "câu hỏi",
        "suggestion": "góp ý",
        "praise": "khen ngợi",
        "none": "không có phản hồi",
    },
    Question.AXIS: {"policy": "chính sách", "implementation": "việc thực hiện"},
    Question.PROTECTED: {"yes": "có", "no": "không"},
}
AUDIENCES = {
    "farmers": "nông dân",
    "informal": "lao động tự do, không có hợp đồng",
    "employees": "người lao động",
    "employers": "người sử dụng lao động",
    "retirees": "người nghỉ hưu",
    "officials": "cán bộ, công chức, viên chức",
    "students": "học sinh, sinh viên",
    "minorities": "đồng bào dân tộc thiểu số",
    "household_business": "hộ kinh doanh",
    "patients": "người bệnh",
    "women": "phụ nữ",
}
# kinds of outlets (service.domain.sources.SourceKind)
SOURCE_KINDS = {
    "state_agency": "cơ quan nhà nước",
    "central": "báo trung ương",
    "provincial": "báo địa phương",
    "specialised": "báo ngành, tạp chí",
    "online": "báo điện tử",
    "broadcaster": "đài phát thanh, truyền hình",
    "forum": "diễn đàn",
    "social": "mạng xã hội",
    "aggregator": "trang tổng hợp",
}
OF_ARTICLES = "article:"  # heads that are asked of articles only
OTHER_HEADS = {
    "denunciation": "Tố cáo",
    "limb=forgery": "Giả mạo cơ quan, giấy tờ, trang thông tin",
    "limb=property": "Lừa đảo, chiếm đoạt tiền, dữ liệu",
    "limb=withheld": "Cơ quan từ chối, trì hoãn cung cấp thông tin",
    "limb=retaliation": "Đe dọa, trù dập người hỏi hoặc cung cấp thông tin",
}


def said(question: str, answer: Answer | list[str] | None) -> str:
    """An answer in words; «chưa có» where there is none."""
    if isinstance(answer, list | tuple):
        # names of topics hold commas
        return "; ".join(TOPICS.get(t, t) for t in answer) or "không có chủ đề nào"
    if answer is None or answer == "":
        return "chưa có"
    key = {True: "yes", False: "no"}.get(answer, answer) if isinstance(answer, bool) else answer
    return ANSWERS[Question(question)].get(str(key), str(key))


def name_of_head(head: str) -> str:
    """A head of the model in words: «Sắc thái đối với BHXH: tiêu cực»."""
    if head.startswith(OF_ARTICLES):
        return f"{name_of_head(head.removeprefix(OF_ARTICLES))} (bài báo)"
    question, _, value = head.partition("=")
    if question == "audience":
        return f"Nói về: {AUDIENCES.get(value, value)}"
    if question == "topic":
        return f"Chủ đề: {TOPICS.get(value, value)}"
    if question not in set(Question):
        return OTHER_HEADS.get(head, head)
    name = QUESTIONS[Question(question)]
    return f"{name}: {said(question, value)}" if value else name
