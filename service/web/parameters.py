"""Parameters as programs and people send them: days and times, and those that an operation does not have."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema


def _no_number(given: object) -> object:
    """A number is no day: it would be taken for seconds since 1970, so that «2026» asked for more than was meant."""
    try:
        float(str(given))
    except ValueError:
        return given
    raise ValueError("expected a day or time of ISO 8601, such as 2026-05-12 or 2026-05-12T08:00:00+07:00")


# a field of a form that was left empty asks for nothing
BLANK = BeforeValidator(lambda value: value or None)
OFFSET = "a time without offset, or a day, is one of Asia/Ho_Chi_Minh (UTC+7)"
Moment = Annotated[
    datetime,
    BeforeValidator(_no_number),
    WithJsonSchema({"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}),
]
Day = Annotated[date, BeforeValidator(_no_number)]


class Body(BaseModel):
    """What a program sends.

    A field that the operation does not have is refused, as a parameter is: one that is misspelt would ask for
    everything, or leave out a check that was meant.
    """

    model_config = ConfigDict(extra="forbid")


def known_parameters(request: Request) -> None:
    """422 for a query parameter that the operation does not have.

    A misspelt filter that is passed over answers a wider question than was asked, and nobody notices.
    """
    paths = request.app.openapi()["paths"]
    operations = paths.get(getattr(request.scope.get("route"), "path_format", ""), {})
    if not (operation := operations.get(request.method.lower())):
        return
    known = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
    told = f"expected one of: {', '.join(known)}" if known else "this operation has none"
    unknown = [name for name in dict.fromkeys(request.query_params) if name not in known]
    if unknown:
        message = f"no such parameter; {told}"
        raise RequestValidationError([{"type": "unknown", "loc": ("query", n), "msg": message} for n in unknown])
