"""A second server in the same process and loop, on a socket of its own, which ends when the first one does."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from litestar.types import ASGIApp

_AT_ONCE = 100
"""Connections of the public that are held at the same time; who comes then is asked to come again."""
_HEADERS = 16 * 1024


class _Silent(uvicorn.Server):
    """Leaves signals to the server beside which it runs."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class Beside:
    """app: what answers; listening: a socket that listens already. It believes no header about who asks."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        self._socket = listening
        config = uvicorn.Config(
            app, log_level="error", access_log=False, server_header=False, date_header=False, ws="none",
            proxy_headers=False, limit_concurrency=_AT_ONCE, timeout_keep_alive=5, timeout_graceful_shutdown=2,
            h11_max_incomplete_event_size=_HEADERS,
        )  # fmt: skip
        self._server = _Silent(config)

    async def serve(self) -> None:
        await self._server.serve(sockets=[self._socket])

    def end(self) -> None:
        self._server.should_exit = True
