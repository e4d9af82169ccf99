"""Coming in by the one-time link, leaving, and what one browser keeps: language, theme, purpose."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from ringtrace.errors import UsageError
from ringtrace.web.gate import KEY
from ringtrace.web.language import languages
from ringtrace.web.session import COOKIE, Doorkeeper, Sessions
from ringtrace.web.visit import Answer, Guest

THEMES = ("auto", "light", "dark")
_PURPOSE = 300


@get("/enter")
async def closed(visit: Guest) -> Answer:
    """Say how to come in."""
    return visit.show("enter.html.j2", {"used": False}, status=401)


@get("/enter/{link:str}")
async def enter(visit: Guest, request: Request[Any, Any, Any], link: FromPath[str]) -> Redirect | Answer:
    """Take the one-time link and begin a session."""
    sessions: Sessions = request.app.state.sessions
    key = sessions.enter(link)
    if key is None and visit.session.user:
        return Redirect("/", status_code=303)
    if key is None:
        return visit.show("enter.html.j2", {"used": True}, status=401)
    answer = Redirect("/", status_code=303)
    answer.set_cookie(key=COOKIE, value=key, httponly=True, samesite="lax", path="/")
    return answer


@post("/leave", status_code=303)
async def leave(request: Request[Any, Any, Any]) -> Response[None]:
    """End the session on the server and in the browser."""
    sessions: Doorkeeper = request.app.state.sessions
    await anyio.to_thread.run_sync(sessions.leave, request.scope[KEY])  # type: ignore[literal-required]
    answer = Redirect(sessions.entrance, status_code=303)
    answer.delete_cookie(sessions.cookie)
    return answer


@post("/settings", status_code=303)
async def settings(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Choose language, theme or purpose; what is not named stays."""
    form = await request.form()
    session = visit.session
    language, theme = form.get("language"), form.get("theme")
    if language is not None:
        if language not in languages():
            raise UsageError("this language is not known")
        session.language = language
    if theme is not None:
        if theme not in THEMES:
            raise UsageError("a theme is auto, light or dark")
        session.theme = theme
    if form.get("purpose") is not None:
        session.purpose = str(form.get("purpose"))[:_PURPOSE].strip()
    return visit.back(str(form.get("next") or "/"))


@get("/health")
async def health() -> dict[str, str]:
    """Tell that the server is up; it says nothing of the case."""
    return {"status": "ok"}


HANDLERS = [closed, enter, leave, settings, health]
