"""The public's form for tips: an application and a socket of its own, which know nothing of the workbench's sessions.

There is no sign-in, no cookie and nothing to read but one's own receipt. What is left goes to the tip window. It is off
unless ``[tips]`` stands in case.toml, and answers only where that says.
"""

from __future__ import annotations

import ipaddress
import json
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any

import anyio.to_thread
from litestar import Litestar, Request, Response, get, post
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, NotFoundException
from litestar.params import FromPath
from litestar.types import ASGIApp, Receive, Scope, Send

from ringtrace import __version__
from ringtrace.errors import RingtraceError, UsageError
from ringtrace.pipeline.intake.tip_window import FIELDS, LONGEST, Left, TipWindow
from ringtrace.store.case import TipSettings
from ringtrace.web.allowance import Allowance
from ringtrace.web.gate import AS_JSON, choose_form, comes_from, refuse, strict
from ringtrace.web.language import Language, languages, preferred
from ringtrace.web.visit import environment

_BODY = 512 * 1024
"""Bytes of a form: the longest text in the widest encoding, and its fields."""
_LOOKUPS = 5
"""Receipts that may be looked up for each tip that may be left: a wrong digit is forgiven, a search is not."""
_STATIC = {"workbench.css": "text/css", "mark.svg": "image/svg+xml"}
_LATER = "not possible now; try again in some minutes"
_BY = "the public form"
Answer = Response[bytes]


class TipLine:
    """The form of one case. window: where tips go; now: as of ``Allowance``."""

    def __init__(self, settings: TipSettings, window: TipWindow, **clock: Any) -> None:  # noqa: ANN401  now
        self.settings = settings
        self.window = window
        self.tips = Allowance(settings.each_hour, settings.all_hour, **clock)
        self.lookups = Allowance(_LOOKUPS * settings.each_hour, _LOOKUPS * settings.all_hour, **clock)

    def application(self, port: int) -> ASGIApp:
        """Return the ASGI application. port: where it listens, which is its address where none was given."""
        inner = Litestar(
            [form, leave, again, receipt_form, receipt, static, health], exception_handlers={Exception: _failed},
            request_max_body_size=_BODY, openapi_config=None, logging_config=None, state=_state(self),
        )  # fmt: skip
        own = self.settings.address or f"http://{self.settings.listen.rpartition(':')[0]}:{port}"
        return _Door(inner, own)


class _Door:
    """Only the form's own address is answered, forms come from its own pages, and every answer is strict."""

    def __init__(self, app: ASGIApp, address: str) -> None:
        self._app = app
        self._origin, self._host = address, address.partition("://")[2]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "") != self._host:
            await refuse(send, 421, "this address is not the form's")
        elif scope["method"] == "POST" and not comes_from(headers, {self._origin}):
            await refuse(send, 403, "this request came from another site")
        else:
            choose_form(scope, headers)
            await self._app(scope, receive, strict(send, scope["path"]))


@get("/")
async def form(request: Request[Any, Any, Any]) -> Answer:
    """The form."""
    return await _page(request, {})


@post("/tips", status_code=200)
async def leave(request: Request[Any, Any, Any]) -> Answer:
    """Leave a tip; answers with its receipt and what it lacks. Fields: the tip window's, and adds_to (a receipt)."""
    line, told = _line(request), await _fields(request)
    wait = line.tips.take(_address(request))
    if wait:
        return await _page(request, {"said": told, "wait": wait}, status=429)
    said = {name: told.get(name, "") for name in FIELDS}
    try:
        left = await anyio.to_thread.run_sync(lambda: line.window.leave(said, _BY, told.get("adds_to", "")))
    except (RingtraceError, OSError) as error:
        return await _refused(request, {"said": told}, error, 400)
    line.window.begin()
    return await _page(request, {"left": _told(left)})


@post("/again", status_code=200)
async def again(request: Request[Any, Any, Any]) -> Answer:
    """The form with what was written in it, in another language; nothing is kept."""
    return await _page(request, {"said": await _fields(request)})


@get("/receipt")
async def receipt_form(request: Request[Any, Any, Any]) -> Answer:
    """Where a receipt is typed in."""
    return await _page(request, {"asking": True})


@post("/receipt", status_code=200)
async def receipt(request: Request[Any, Any, Any]) -> Answer:
    """What became of a tip. Field receipt; it travels in no address, so that no log of a web server holds it."""
    line, told = _line(request), await _fields(request)
    wait = line.lookups.take(_address(request))
    if wait:
        return await _page(request, {"asking": True, "wait": wait}, status=429)
    try:
        found = await anyio.to_thread.run_sync(lambda: line.window.find(told.get("receipt", "")))
    except (RingtraceError, OSError) as error:
        return await _refused(request, {"asking": True}, error, 404)
    return await _page(request, {"asking": True, "found": _told(found)})


@get("/static/{name:str}", sync_to_thread=True)
def static(name: FromPath[str]) -> Answer:
    """The style sheet and the sign; nothing else of the workbench."""
    if name not in _STATIC:
        raise NotFoundException(detail="not found")
    data = (resources.files("ringtrace.web") / "static" / name).read_bytes()
    return Response(data, media_type=_STATIC[name])


@get("/health")
async def health() -> dict[str, str]:
    """Tell that the form is up."""
    return {"status": "ok"}


async def _page(request: Request[Any, Any, Any], document: Mapping[str, Any], *, status: int = 200) -> Answer:
    line = _line(request)
    try:
        names = await anyio.to_thread.run_sync(line.window.asks_names)
    except (RingtraceError, OSError):
        if status < 400:
            raise
        names = any(document.get("said", {}).get(name) for name in ("name", "contact"))
    headers = {"retry-after": str(document["wait"])} if document.get("wait") else {}
    if request.scope[AS_JSON]:  # type: ignore[literal-required]
        told = {key: value for key, value in document.items() if key not in ("said", "asking")}
        body = json.dumps({**told, "asks_names": names, "longest": LONGEST}, ensure_ascii=False, default=str)
        return Response(body.encode(), media_type="application/json", status_code=status, headers=headers)
    language = _language(request)
    made = environment().get_template("tipline.html.j2").render(
        **{"said": {}, **document}, _=language.say, language=language, languages=languages(), asks_names=names,
        office=line.settings.office, notice=line.settings.notice, longest=LONGEST, version=__version__,
    )  # fmt: skip
    return Response(made.encode(), media_type="text/html; charset=utf-8", status_code=status, headers=headers)


async def _refused(
    request: Request[Any, Any, Any], document: Mapping[str, Any], error: RingtraceError | OSError, status: int
) -> Answer:
    """The page again, with all that was said. status: of what the asker can mend; paths and causes are the office's."""
    if isinstance(error, UsageError):
        return await _page(request, {**document, "trouble": str(error)}, status=status)
    traceback.print_exception(error)
    return await _page(request, {**document, "trouble": _LATER}, status=503)


def _failed(request: Request[Any, Any, Any], error: Exception) -> Answer:
    """Errors as plain words; what went wrong inside is not the public's."""
    status = 503 if isinstance(error, RingtraceError) else 500
    if isinstance(error, HTTPException):
        status = error.status_code
    if status >= 500:
        traceback.print_exception(error)
    known = {404: "not found", 405: "not allowed", 413: "this is too long"}
    words = known.get(status, "not possible now; try again later")
    return Response(json.dumps({"trouble": words}).encode(), media_type="application/json", status_code=status)


async def _fields(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _told(left: Left) -> dict[str, Any]:
    day = datetime.fromtimestamp(left.at / 1e6, UTC).date().isoformat()
    return {"receipt": left.receipt, "missing": list(left.missing), "day": day}


def _language(request: Request[Any, Any, Any]) -> Language:
    asked, known = request.query_params.get("language", ""), languages()
    return known.get(asked) or known[preferred(request.headers.get("accept-language", ""))]


def _address(request: Request[Any, Any, Any]) -> str:
    """Whose request it is: the peer, or what the web server in front appended last about it, to the line or as one."""
    peer = request.client.host if request.client else ""
    lines = request.headers.getall("x-forwarded-for", [])
    if not lines or not _line(request).settings.forwarded:
        return peer
    return _without_port(lines[-1].rpartition(",")[2].strip()) or peer


def _without_port(told: str) -> str:
    """Return the address of ``address``, ``address:port`` or ``[address]:port``; "" when it is none."""
    bare = told[1:].partition("]")[0] if told.startswith("[") else told
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""


def _line(request: Request[Any, Any, Any]) -> TipLine:
    found: TipLine = request.app.state.line
    return found


def _state(line: TipLine) -> Any:  # noqa: ANN401  litestar's own
    from litestar.datastructures import State

    return State({"line": line})
