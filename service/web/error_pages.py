"""Errors as pages for people: what happened, what to do, a way back, and what they had typed."""

from __future__ import annotations

import re

from fastapi import HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.routing import Match

from service.domain.accounts import User
from service.web.pages import render
from service.web.problems import PROGRAM_PATHS
from service.web.security import log_in_address, session_user
from service.web.typed import FIELDS

# addresses of the API that pages link to, and the page
DOWNLOADS = {"/api/v1/reports/periodic": "/reports", "/api/v1/indicators.csv": "/indicators"}
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
}
OTHER = ("Có lỗi xảy ra", "Vui lòng thử lại sau ít phút.")
EXPIRED = "the form has expired; load the page again"
FORM_EXPIRED = (
    "Biểu mẫu đã hết hạn",
    "Phiên làm việc đã thay đổi từ khi trang được mở. Vui lòng quay lại, tải lại trang rồi gửi lại.",
)
# «province: không có tỉnh nào…»: programs want the name of the field, people do not
FIELD_NAME = re.compile(r"^[a-z_]+: ")


def wanted(request: Request) -> bool:
    """Whether a person looks at the answer: a browser that opens a page, or a download that a page links to."""
    path = request.url.path
    shown = not path.startswith(PROGRAM_PATHS) or path in DOWNLOADS
    return shown and "text/html" in request.headers.get("accept", "")


async def error_page(request: Request, status: int, detail: str, fields: tuple[str, ...] = ()) -> Response:
    """The error as a page of the site.

    Args:
        detail: shown where it was written for people; for programs it is English, which is plain ASCII.
        fields: names of fields that were refused.
    """
    title, advice = FORM_EXPIRED if detail == EXPIRED else WORDS.get(status, OTHER)
    said = FIELD_NAME.sub("", detail)
    said = "" if said.isascii() else said[:1].upper() + said[1:].rstrip(".") + "."
    if named := list(dict.fromkeys(FIELDS[f] for f in fields if f in FIELDS)):
        said = f"Vui lòng kiểm tra lại: {', '.join(named)}."
    back = way_back(request)
    user = await _who(request)
    return await run_in_threadpool(
        render, request, "error.html", status, user=user, title=title, said=said, advice=advice, back=back,
        log_in=log_in_address(back) if status == 401 else "",
    )  # fmt: skip


async def _who(request: Request) -> User | None:
    try:
        return await session_user(request)
    except HTTPException:
        # too many requests: the page of it says so
        return None


def way_back(request: Request) -> str:
    """The page that a request most likely came from: the nearest one above its address (no Referer is sent)."""
    path = request.url.path
    if path in DOWNLOADS:
        return DOWNLOADS[path]
    if request.method in ("GET", "HEAD"):
        path = path.rpartition("/")[0]
    while path:
        if _is_page(request, path):
            return path
        path = path.rpartition("/")[0]
    return "/"


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
