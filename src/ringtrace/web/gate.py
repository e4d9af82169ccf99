"""What every request passes before a page is made: the right host, the right origin, a session, strict headers.

A page of another site cannot use the workbench: it cannot name its host (DNS rebinding), send its forms
(origin, token), frame it, or read it. Nothing that the workbench serves loads from anywhere else.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ringtrace.web.session import COOKIE, Session, Sessions

SESSION = "ringtrace.session"
AS_JSON = "ringtrace.json"
KEY = "ringtrace.key"
_OPEN = ("/enter", "/static/", "/health")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Gate:
    """Wraps the application. port: where it listens; only loopback names with it are its hosts."""

    def __init__(self, app: ASGIApp, sessions: Sessions, port: int) -> None:
        self._app = app
        self._sessions = sessions
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get("host", "") not in self._hosts:
            await _refuse(send, 421, "this address is not the workbench's")
            return
        if scope["method"] not in _SAFE and not self._own(headers):
            await _refuse(send, 403, "this request came from another site")
            return
        _choose_form(scope, headers)
        key = _cookie(headers.get("cookie", ""))
        session = self._sessions.find(key)
        if session is None and not scope["path"].startswith(_OPEN):
            await _turn_away(scope, send)
            return
        scope[SESSION], scope[KEY] = session, key  # type: ignore[literal-required]
        await self._app(scope, receive, _strict(send, scope["path"]))

    def _own(self, headers: dict[str, str]) -> bool:
        """Whether an unsafe request came from a page of ours; programs that send no origin still need the token."""
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
        return site in ("same-origin", "none") and (
            origin is None or (origin.startswith("http://") and origin[len("http://") :] in self._hosts)
        )


def session_of(scope: Scope) -> Session | None:
    found: Session | None = scope.get(SESSION)  # type: ignore[assignment]
    return found


def _choose_form(scope: HTTPScope, headers: dict[str, str]) -> None:
    """``/x.json`` is the JSON twin of ``/x``; so is ``/x`` for those who accept JSON rather than HTML."""
    accept = headers.get("accept", "")
    as_json = "application/json" in accept and "text/html" not in accept
    path = scope["path"]
    if path.endswith(".json") and not path.startswith(("/static/", "/schema")):
        path, as_json = path[: -len(".json")] or "/", True
        scope["path"] = "/" if path == "/case" else path
        scope["raw_path"] = quote(scope["path"]).encode()
    scope[AS_JSON] = as_json  # type: ignore[literal-required]


def _cookie(header: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _strict(send: Send, path: str) -> Send:
    kept = b"private, max-age=3600" if path.startswith("/static/") else b"no-store"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            named = {name.lower() for name, _ in message["headers"]}
            extra = [(name, value) for name, value in (*_HEADERS, (b"cache-control", kept)) if name not in named]
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return sending


async def _turn_away(scope: HTTPScope, send: Send) -> None:
    if scope[AS_JSON] or scope["method"] not in _SAFE:  # type: ignore[literal-required]
        await _refuse(send, 401, "come in by the address that `ringtrace serve` printed")
        return
    await send({"type": "http.response.start", "status": 303, "headers": [*_HEADERS, (b"location", b"/enter")]})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _refuse(send: Send, status: int, why: str) -> None:
    headers = [*_HEADERS, (b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode(), "more_body": False})
