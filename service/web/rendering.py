"""A page of a template, with what every page shows."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.domain.accounts import User
from service.domain.permissions import Action, may
from service.web.flash import shown
from service.web.security import form_value, from_loopback, site_of
from service.web.templating import TEMPLATES
from service.web.typed import typed


def render(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of a template, with what every page shows."""
    site = site_of(request)
    values |= {"csrf": form_value(request), "now": site.clock.now()}
    values |= _notices(request, values.get("user"))
    values["typed"] = typed(request) if status >= 400 else {}
    values["flash"] = shown(request) if status < 400 else None
    return TEMPLATES.TemplateResponse(request, name, values, status_code=status)


def _notices(request: Request, user: User | None) -> dict[str, list[str]]:
    """What only those who run the machine can mend is told to them: administrators, and whoever sits at it. That
    nothing new is read is told to everybody, as silence would be taken for calm."""
    site, here = site_of(request), from_loopback(request)
    runs = may(user, Action.ADMINISTER) if user else here
    return {"status": site.status() if runs else [], "stopped": site.stopped() if user or here else []}
