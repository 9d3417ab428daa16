"""Who acts: a person with an account, by a form or by the API; never a program where a person has to answer for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request
from fastapi.security import APIKeyCookie

from service.domain.accounts import User
from service.domain.permissions import Action, may
from service.web.problems import LogInNeeded
from service.web.security import COOKIE, check_csrf, page_viewer, session_user

cookie = APIKeyCookie(
    name=COOKIE,
    auto_error=False,
    description="session of a person who has logged in; writes carry X-CSRF-Token too. Behind https its name is "
    f"`__Host-{COOKIE}`",
)


async def by_form(request: Request, csrf: str, action: Action, *, back: str) -> User:
    """The account that sends a form; whoever is not logged in is asked to and comes back to the page of the form."""
    user = await session_user(request)
    if user is None:
        raise LogInNeeded(back)
    check_csrf(request, csrf)
    if user.must_change_password:
        # whoever made the one-time password could act in this person's name
        raise HTTPException(403, "Vui lòng đặt mật khẩu của riêng quý vị trước")
    return _permitted(user, action)


async def viewer_with(request: Request, action: Action) -> User:
    """The account that looks at a page that not everybody may see, on this machine too."""
    user = await page_viewer(request)
    if user is None:
        raise LogInNeeded
    return _permitted(user, action)


async def by_api(
    request: Request,
    _cookie: Annotated[str | None, Depends(cookie)],
    x_csrf_token: Annotated[str, Header(description="of the session; see GET /api/v1/session")] = "",
) -> User:
    """The person behind an API request: the session of an account with its CSRF token.

    A token is held by a program: nobody can tell whose decision it would be, so that it is refused here.
    """
    if request.headers.get("authorization", "").lower().startswith("bearer"):
        raise HTTPException(403, "this needs the session of a person; a token belongs to a program")
    user = await session_user(request)
    if user is None:
        raise HTTPException(401, "log in first: this needs the session of a person")
    if request.method not in ("GET", "HEAD"):
        check_csrf(request, x_csrf_token)
    if user.must_change_password:
        raise HTTPException(403, "set a password of your own first")
    return user


def _permitted(user: User, action: Action) -> User:
    if not may(user, action):
        raise HTTPException(403, "Tài khoản này không được thực hiện việc đó")
    return user


def permitted(user: User, action: Action) -> User:
    """The account, if it may do something; 403 otherwise."""
    return _permitted(user, action)
