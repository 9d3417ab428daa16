"""Errors as pages for people: what happened, what to do, a way back, and what they had typed."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from urllib.parse import urlencode

from fastapi import HTTPException, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.routing import Match

from service.domain.accounts import User
from service.domain.wording import number
from service.web.refusals import OTHER, WORDS, page_of, refusal, wanted
from service.web.rendering import render
from service.web.security import log_in_address, session_user
from service.web.typed import FIELDS, typed

__all__ = [
    "error_page",
    "holds_words",
    "refusal",
    "wanted",
    "way_back",
]  # what problems.install asks for, and a way back
EXPIRED = "the form has expired; load the page again"
FORM_EXPIRED = (
    "Biểu mẫu đã hết hạn",
    "Phiên làm việc đã thay đổi từ khi trang được mở. Vui lòng quay lại, tải lại trang rồi gửi lại.",
)
TOO_LONG = " (dài quá, nhiều nhất {} ký tự)"
# where the session has ended while a form was filled in
KEEP_IT = (
    "Phiên làm việc đã kết thúc nên nội dung chưa được gửi. Vui lòng đăng nhập (mở ở thẻ mới), chép nội dung quý vị đã "
    "nhập ở dưới vào trang rồi gửi lại."
)
# «province: không có tỉnh nào…»: programs want the name of the field, people do not
FIELD_NAME = re.compile(r"^([a-z_]+): ")


async def error_page(request: Request, status: int, detail: str, fields: Sequence[tuple[str, int]] = ()) -> Response:
    """The error as a page of the site.

    Args:
        detail: shown where it was written for people; for programs it is English, which is plain ASCII.
        fields: names of fields that were refused, each with how many characters it takes where it was too long.
    """
    title, advice = FORM_EXPIRED if detail == EXPIRED else WORDS.get(status, OTHER)
    if status == 401 and holds_words(request):
        advice = KEEP_IT
    known = [(name, most) for name, most in fields if name in FIELDS]
    said = FIELD_NAME.sub("", detail)
    said = "" if said.isascii() else said[:1].upper() + said[1:].rstrip(".") + "."
    if named := list(dict.fromkeys(FIELDS[f] + (TOO_LONG.format(number(most)) if most else "") for f, most in known)):
        said = f"Vui lòng kiểm tra lại: {', '.join(named)}."
    refused = [name for name, _ in fields] + FIELD_NAME.findall(detail)
    back = (status == 422 and _asked_again(request, refused)) or way_back(request)
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


def holds_words(request: Request) -> bool:
    """Whether a form has brought what a person wrote, and not only what they chose."""
    return any(name in FIELDS for name in typed(request))


def way_back(request: Request) -> str:
    """The page that a request most likely came from: the nearest one above its address (no Referer is sent)."""
    path = request.url.path
    if page := page_of(path):
        return page
    if request.method in ("GET", "HEAD"):
        path = path.rpartition("/")[0]
    while path:
        if _is_page(request, path):
            return path
        path = path.rpartition("/")[0]
    return "/"


def _asked_again(request: Request, refused: Collection[str]) -> str:
    """A page that was asked for by a form of filters, without those that were refused, or without any where that is
    not known; empty where it was asked for by its address alone."""
    path, asked = request.url.path, request.query_params.multi_items()
    if request.method not in ("GET", "HEAD") or not asked or page_of(path) or not _is_page(request, path):
        return ""
    kept = [(name, value) for name, value in asked if value and name not in refused and name != "cursor"]
    return f"{path}?{urlencode(kept)}" if kept and refused else path


def _is_page(request: Request, path: str) -> bool:
    scope = {"type": "http", "method": "GET", "path": path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in request.app.routes)
