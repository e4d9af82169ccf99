"""Where captured pages are shown: an origin of their own, from which nothing can reach the workbench or the network.

The workbench makes a page fit to be looked at, logs that it is looked at, and leaves it here under a name that nobody
can guess; the frame on its page asks for that name. The answer carries a policy that lets nothing run, load or be sent,
and sandboxes the page even when it is opened by itself. It knows no session, and answers nothing else.
"""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass

from litestar.types import Receive, Scope, Send

POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src {images}; form-action 'none'; base-uri 'none'"
_MINUTES = 30
_MOST = 40
"""Pages kept at once; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class _Left:
    body: bytes
    policy: str
    until: float


class Captures:
    """port: of the second socket, on the loopback interface; frames: the origins that may frame what is shown."""

    def __init__(self, port: int, frames: str) -> None:
        self.host = f"127.0.0.1:{port}"
        self.origin = f"http://{self.host}"
        self._frames = frames
        self._lock = threading.Lock()
        self._left: dict[str, _Left] = {}

    def leave(self, page: str, images: bool) -> str:
        """Leave a page to be fetched and return its address, which holds for half an hour."""
        policy = POLICY.format(images="data:" if images else "'none'") + f"; frame-ancestors {self._frames}"
        name = secrets.token_urlsafe(24)
        with self._lock:
            while len(self._left) >= _MOST:
                del self._left[next(iter(self._left))]
            self._left[name] = _Left(page.encode("utf-8", "replace"), policy, time.monotonic() + 60 * _MINUTES)
        return f"{self.origin}/{name}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._lock:
            found = self._left.get(str(scope.get("path", ""))[1:])
        there = found is not None and found.until > time.monotonic() and scope.get("method") == "GET"
        body, policy = (
            (found.body, found.policy) if found is not None and there else (b"", POLICY.format(images="'none'"))
        )
        headers = [
            (b"content-type", b"text/html; charset=utf-8"), (b"content-security-policy", policy.encode()),
            (b"x-content-type-options", b"nosniff"), (b"referrer-policy", b"no-referrer"),
            (b"cache-control", b"no-store"), (b"x-dns-prefetch-control", b"off"),
            (b"cross-origin-resource-policy", b"cross-origin"), (b"content-length", str(len(body)).encode()),
        ]  # fmt: skip
        await send({"type": "http.response.start", "status": 200 if there else 404, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
