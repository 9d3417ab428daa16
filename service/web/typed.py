"""What a person has typed into a form, kept so that it is not lost where the form is refused."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Request
from pydantic import BeforeValidator

from service.web.problems import PROGRAM_PATHS

# fields that people write in themselves, in words; passwords, codes and signed values are never shown again
FIELDS = {
    "name": "Tên",
    "email": "Email",
    "url": "Địa chỉ",
    "starts": "Ngày bắt đầu",
    "ends": "Ngày kết thúc",
    "places": "Tỉnh, thành phố",
    "provinces": "Tỉnh, thành phố",
    "province": "Tỉnh, thành phố",
    "hours": "Giờ",
    "days": "Số ngày hiệu lực",
    "day": "Ngày",
    "text": "Nội dung",
    "at": "Giờ công bố",
    "instead": "Lý do sửa",
    "reason": "Lý do",
    "proposal": "Nội dung dự kiến công bố",
    "target": "Người được giao, hoặc cảnh báo được giữ lại",
    "into": "Câu chuyện được giữ lại",
}
# and those that they choose from a list, for the form that is shown again
CHOSEN = frozenset({
    "topics", "role", "scope", "stream", "channel", "min_level",
    "relevant", "tone", "feedback", "axis", "protected", "topics_asked",
})  # fmt: skip
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST = 20_000  # characters of a field that are shown again


def _line_ends(value: object) -> object:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


# A form sends two characters for a line break where the page, which keeps to the same limit, has counted one.
Typed = Annotated[str, BeforeValidator(_line_ends)]


async def keep_typed(request: Request) -> None:
    """Asked before every route: remember the form that a page has sent."""
    if request.method != "POST" or request.url.path.startswith(PROGRAM_PATHS):
        return
    if request.headers.get("content-type", "").startswith(FORMS):
        form = await request.form()
        names = [name for name in (*FIELDS, *CHOSEN) if name in form]
        texts = {name: [v[:MOST] for v in form.getlist(name) if isinstance(v, str) and v.strip()] for name in names}
        request.state.typed = {name: values for name, values in texts.items() if values}


def typed(request: Request) -> dict[str, list[str]]:
    """Field -> what was typed or chosen; empty where the request brought no form."""
    found: dict[str, Any] = getattr(request.state, "typed", {})
    return found
