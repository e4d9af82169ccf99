"""What every request passes before a page is made: the right host, the right origin, a session, strict headers.

A page of another site cannot use the workbench: it cannot name its host (DNS rebinding), send its forms
(origin, token), frame it, or read it. Nothing that the workbench serves loads from anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote

from anyio import to_thread
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from ringtrace.errors import CaseError
from ringtrace.web.captures import Captures
from ringtrace.web.session import Doorkeeper, Session

SESSION = "ringtrace.session"
AS_JSON = "ringtrace.json"
KEY = "ringtrace.key"
_OPEN = ("/enter", "/static/", "/health", "/sign-in", "/invitation/")
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
    """Wraps the application. port: where it listens; only loopback names with it are its hosts, or a team's address.

    captures: what answers to the second origin.
    """

    def __init__(self, app: ASGIApp, sessions: Doorkeeper, port: int, captures: Captures | None = None) -> None:
        self._app = app
        self._captures = captures
        self._sessions = sessions
        scheme, _, host = sessions.address.partition("://")
        local = (f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        self._hosts = frozenset([host] if host else local)
        self._origins = frozenset(f"{scheme or 'http'}://{name}" for name in self._hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if self._captures is not None and headers.get("host", "") == self._captures.host:
            await self._captures(scope, receive, send)
            return
        if headers.get("host", "") not in self._hosts:
            await refuse(send, 421, "this address is not the workbench's")
            return
        if scope["method"] not in _SAFE and not comes_from(headers, self._origins):
            await refuse(send, 403, "this request came from another site")
            return
        choose_form(scope, headers)
        key = _cookie(headers.get("cookie", ""), self._sessions.cookie)
        try:
            session = await self._session(scope, key)
        except CaseError as error:
            await refuse(send, 503, str(error))
            return
        if session is None and not scope["path"].startswith(_OPEN):
            await self._turn_away(scope, send)
            return
        scope[SESSION], scope[KEY] = session, key  # type: ignore[literal-required]
        await self._app(scope, receive, strict(send, scope["path"]))

    async def _session(self, scope: HTTPScope, key: str) -> Session | None:
        """The session of a cookie; a team's is in the database, whose answer keeps nobody else waiting."""
        if not self._sessions.address:
            return self._sessions.find(key)
        if not key or scope["path"].startswith("/static/"):
            return None
        return await to_thread.run_sync(self._sessions.find, key)

    async def _turn_away(self, scope: HTTPScope, send: Send) -> None:
        if scope[AS_JSON] or scope["method"] not in _SAFE:  # type: ignore[literal-required]
            how = "sign in" if self._sessions.address else "come in by the address that `ringtrace serve` printed"
            await refuse(send, 401, how)
            return
        there = [*_HEADERS, (b"location", self._sessions.entrance.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": there})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def session_of(scope: Scope) -> Session | None:
    found: Session | None = scope.get(SESSION)  # type: ignore[assignment]
    return found


def comes_from(headers: Mapping[str, str], origins: Set[str]) -> bool:
    """Whether an unsafe request came from a page of these origins, or from a program, which sends no origin."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "same-origin")
    return site in ("same-origin", "none") and (origin is None or origin in origins)


def choose_form(scope: HTTPScope, headers: dict[str, str]) -> None:
    """``/x.json`` is the JSON twin of ``/x``; so is ``/x`` for those who accept JSON rather than HTML."""
    accept = headers.get("accept", "")
    as_json = "application/json" in accept and "text/html" not in accept
    path = scope["path"]
    if path.endswith(".json") and not path.startswith(("/static/", "/schema")):
        path, as_json = path[: -len(".json")] or "/", True
        scope["path"] = "/" if path == "/case" else path
        scope["raw_path"] = quote(scope["path"]).encode()
    scope[AS_JSON] = as_json  # type: ignore[literal-required]


def _cookie(header: str, name: str) -> str:
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(header)
    except CookieError:
        return ""
    return jar[name].value if name in jar else ""


def strict(send: Send, path: str) -> Send:
    """Give every answer the strict headers, and nothing but what is static a place in a cache."""
    kept = b"private, max-age=3600" if path.startswith("/static/") else b"no-store"

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            named = {name.lower() for name, _ in message["headers"]}
            extra = [(name, value) for name, value in (*_HEADERS, (b"cache-control", kept)) if name not in named]
            message["headers"] = [*message["headers"], *extra]
        await send(message)

    return sending


async def refuse(send: Send, status: int, why: str) -> None:
    """Answer with a few words and nothing else."""
    headers = [*_HEADERS, (b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": why.encode(), "more_body": False})
