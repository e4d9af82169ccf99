"""Puts the workbench together: pages found by scan, the gate before them, errors as pages."""

from __future__ import annotations

import secrets
import traceback
from importlib import resources
from typing import Any

from litestar import Litestar, Request, Response
from litestar.config.app import AppConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

from ringtrace import __version__
from ringtrace.errors import CaseError, ConflictError, RingtraceError, UsageError
from ringtrace.registry import scan
from ringtrace.web.captures import Captures
from ringtrace.web.desk import Desk
from ringtrace.web.gate import Gate, session_of
from ringtrace.web.rights import ANYBODY, guard, rights
from ringtrace.web.session import Doorkeeper
from ringtrace.web.team import Team
from ringtrace.web.visit import Visit, visit_of

_FORM_BYTES = 2**31
_TITLES = {
    400: "That cannot be done",
    403: "Not allowed",
    401: "Not allowed",
    404: "Not found",
    405: "Not allowed",
    409: "Somebody was quicker",
    503: "Not possible now",
}


class Workbench(Litestar):
    """Litestar without the plugins for pydantic and attrs, which it would load because they are installed.

    No page uses either; they take a third of the start. Should Litestar ask differently, they are loaded again.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]


def build(desk: Desk, sessions: Doorkeeper, port: int, captures: Captures | None = None) -> ASGIApp:
    """Return the ASGI application for a case; it answers to loopback names with ``port`` alone, or a team's address.

    captures: where captured pages are shown; without it they are not.
    """

    def provide(request: Request[Any, Any, Any]) -> Visit:
        return visit_of(request, desk)

    def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        status = _status(error)
        if status == 500:
            traceback.print_exception(error)
        reason = error.detail if isinstance(error, HTTPException) else str(error)
        reason = reason if status < 500 or isinstance(error, RingtraceError) else "the reason is in the server's output"
        document: dict[str, Any] = {
            "error": _TITLES.get(status, "Something went wrong"),
            "reason": reason,
            "status": status,
        }
        if isinstance(error, ConflictError):
            document |= {"seen": error.seen, "present": error.present, "mine": error.mine}
        visit = visit_of(request, desk)
        there = desk.analysed()
        if status == 503 and not there:
            document["error"] = "Nothing is analysed yet"
        return visit.show("error.html.j2", document, status=status, pictures={"analysed": there})

    handlers = [handler for page in scan("ringtrace.web.pages").values() for handler in page.HANDLERS]
    static = create_static_files_router(path="/static", directories=[str(resources.files("ringtrace.web") / "static")])
    inner = Workbench(
        [*handlers, static],
        dependencies={"visit": Provide(provide, sync_to_thread=False)},
        exception_handlers={Exception: failed, RingtraceError: failed, HTTPException: failed},
        before_request=_check_token,
        guards=[guard],
        state=State(
            {
                "desk": desk,
                "sessions": sessions,
                "captures": captures,
                "team": sessions if isinstance(sessions, Team) else None,
            }
        ),
        request_max_body_size=_FORM_BYTES,
        openapi_config=OpenAPIConfig(
            title="Ringtrace workbench", version=__version__, path="/schema", render_plugins=[JsonRenderPlugin()]
        ),
        on_app_init=[_quiet],
    )
    return Gate(inner, sessions, port, captures)


def _quiet(config: AppConfig) -> AppConfig:
    config.logging_config = None
    return config


async def _check_token(request: Request[Any, Any, Any]) -> None:
    """Refuse whatever changes something and does not carry the session's token, in a field or a header."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    action = rights().action(f"{request.method} {request.scope['path_template']}")
    if action is not None and ANYBODY in action.roles:
        return  # nobody is signed in yet; the gate has seen that the page is ours
    session = session_of(request.scope)
    told = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf", ""))
    if session is None or not secrets.compare_digest(told.encode(), session.csrf.encode()):
        raise HTTPException(status_code=403, detail="the form is too old; open the page again and repeat")


def _status(error: Exception) -> int:
    if isinstance(error, HTTPException):
        return error.status_code
    if isinstance(error, UsageError):
        return 400
    if isinstance(error, CaseError):
        return 503
    if isinstance(error, ConflictError):
        return 409
    return 400 if isinstance(error, RingtraceError) else 500
