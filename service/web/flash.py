"""What was just done, said once on the page that follows.

After a form that was carried out the browser is sent to a page (POST, redirect, GET), and a short message goes along in
a cookie that only this site can read or make: sealed with the site's key and the browser's own form secret, for one
account, one page and one minute. It is shown once; what is shown once only, such as a one-time password, lies nowhere
else.
"""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, InvalidToken
from fastapi import Request
from fastapi.responses import RedirectResponse

from service.web.problems import PROGRAM_PATHS
from service.web.security import FLASH_COOKIE, FORM_COOKIE, cookie_name, set_cookie, site_of

LASTS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flash:
    """A message.

    Attributes:
        text: in Vietnamese.
        secret: shown behind the text, this once.
        codes: recovery codes, shown this once.
        place: part of the page where it stands; empty: at its top.
    """

    text: str
    secret: str = ""
    codes: tuple[str, ...] = ()
    place: str = ""


def done(request: Request, to: str, flash: Flash | str) -> RedirectResponse:
    """Send the browser on, with a message for the page where it arrives.

    Args:
        to: a path of this site; with a fragment the browser goes to that part of the page.
    """
    response = RedirectResponse(to, status_code=303)
    site, box, user_id = site_of(request), _box(request), _user_id(request)
    if box is not None and user_id is not None:
        values = asdict(Flash(text=flash) if isinstance(flash, str) else flash)
        values |= {"for": user_id, "at": urlsplit(to).path, "until": (site.clock.now() + LASTS).timestamp()}
        sealed = box.encrypt(json.dumps(values).encode()).decode()
        set_cookie(response, site, FLASH_COOKIE, sealed, seconds=int(LASTS.total_seconds()))
    return response


def shown(request: Request) -> Flash | None:
    """The message for this page, if there is one; the answer to this request takes its cookie away."""
    site, box = site_of(request), _box(request)
    raw = request.cookies.get(cookie_name(site, FLASH_COOKIE), "")
    if not raw or box is None or request.method != "GET" or request.url.path.startswith(PROGRAM_PATHS):
        return None
    try:
        values = json.loads(box.decrypt(raw.encode()))
    except InvalidToken:
        return None
    of_page = (values.pop("for"), values.pop("at")) == (_user_id(request), request.url.path)
    if values.pop("until") < site.clock.now().timestamp() or not of_page:
        return None
    request.state.flash_shown = True
    return Flash(**values | {"codes": tuple(values["codes"])})


def _box(request: Request) -> Fernet | None:
    site = site_of(request)
    form = request.cookies.get(cookie_name(site, FORM_COOKIE), "")
    key = hmac.new(site.session_key, f"flash:{form}".encode(), "sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key)) if form else None


def _user_id(request: Request) -> int | None:
    found = getattr(request.state, "session", None)
    return found[1].id if found else None
