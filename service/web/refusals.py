"""Refusals outside of every page: of requests that reach no route, and where a bug has ended one.

Programs get a problem; people a page that asks nothing of the site, as what it asks may be what is broken.
"""

from __future__ import annotations

import re

from fastapi import Request, Response

from service.web.problems import PROGRAM_PATHS, problem
from service.web.templating import TEMPLATES

# addresses of the API that pages link to, and the page
DOWNLOADS = {
    "/api/v1/reports/periodic": "/reports", "/api/v1/indicators.csv": "/indicators",
    "/api/v1/documents.csv": "/documents", "/api/v1/feedback/summary.csv": "/summary",
    "/api/v1/feedback/summary.svg": "/summary",
}  # fmt: skip
AFTER_ACTION = re.compile(r"/api/v1/alerts/([\w-]{1,40})/after-action")
WORDS = {
    400: ("Yêu cầu chưa đúng", "Vui lòng quay lại, tải lại trang rồi thử lần nữa."),
    401: ("Cần đăng nhập", "Phiên làm việc đã kết thúc. Vui lòng đăng nhập rồi thực hiện lại."),
    403: ("Không được phép", "Nếu cần làm việc này, vui lòng liên hệ quản trị viên của đơn vị."),
    404: ("Không tìm thấy", "Địa chỉ chưa đúng, nội dung đã bị xóa, hoặc nằm ngoài phạm vi của tài khoản."),
    405: ("Địa chỉ này không mở trực tiếp được", "Vui lòng quay lại trang trước và dùng nút trên trang."),
    409: ("Chưa thực hiện được", "Tình trạng có thể vừa thay đổi. Vui lòng xem lại trang rồi quyết định."),
    413: ("Nội dung quá lớn", "Vui lòng rút ngắn nội dung rồi gửi lại."),
    422: ("Nội dung nhập chưa hợp lệ", "Vui lòng quay lại, sửa nội dung rồi gửi lại."),
    429: ("Quá nhiều yêu cầu", "Vui lòng chờ một phút rồi thử lại."),
    503: (
        "Cơ sở dữ liệu tạm thời không truy cập được",
        "Vui lòng thử lại sau ít phút. Nếu vừa gửi biểu mẫu, vui lòng xem lại trang trước khi gửi lần nữa.",
    ),
}
OTHER = ("Có lỗi xảy ra", "Lỗi đã được ghi lại. Vui lòng thử lại sau ít phút.")
FOREIGN = (
    "Yêu cầu đến từ trang khác",
    "Vì an toàn, hệ thống chỉ nhận biểu mẫu được gửi từ chính trang này. Vui lòng mở trang rồi thực hiện lại.",
)


def page_of(path: str) -> str:
    """The page that links to a download; empty where the address is none."""
    if found := AFTER_ACTION.fullmatch(path):
        return f"/alerts/{found[1]}"
    return DOWNLOADS.get(path, "")


def wanted(request: Request) -> bool:
    """Whether a person looks at the answer: a browser that opens a page, or a download that a page links to."""
    path = request.url.path
    shown = not path.startswith(PROGRAM_PATHS) or bool(page_of(path))
    return shown and "text/html" in request.headers.get("accept", "")


def refusal(
    request: Request,
    status: int,
    detail: str,
    headers: dict[str, str] | None = None,
    words: tuple[str, str] | None = None,
) -> Response:
    """A problem, or where a person looks at it a page of its own.

    Args:
        detail: for programs, in English.
        words: title and advice for people; those of the status where not given.
    """
    if not wanted(request):
        return problem(status, detail, headers)
    title, advice = words or WORDS.get(status, OTHER)
    values = {"title": title, "advice": advice}
    return TEMPLATES.TemplateResponse(request, "refusal.html", values, status_code=status, headers=headers)
