"""Query parameters that an operation of the API does not have."""

from __future__ import annotations

from fastapi import Request
from fastapi.exceptions import RequestValidationError


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
