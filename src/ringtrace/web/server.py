"""Starts the workbench: a socket on the loopback interface, one worker, one-time links to come in by."""

from __future__ import annotations

import asyncio
import getpass
import socket
from collections.abc import Callable

import uvicorn

from ringtrace.errors import UsageError
from ringtrace.store.case import Case
from ringtrace.web.app import build
from ringtrace.web.desk import Desk
from ringtrace.web.session import Sessions

HOST = "127.0.0.1"


def run(case: Case, port: int, tell: Callable[[str], None]) -> None:
    """Serve ``case`` until interrupted. tell(address): called with each one-time address. Raises UsageError."""
    listening = _listen(port)
    bound = listening.getsockname()[1]
    sessions = Sessions(getpass.getuser(), lambda link: tell(f"http://{HOST}:{bound}/enter/{link}"))
    desk = Desk(case)
    config = uvicorn.Config(
        build(desk, sessions, bound), log_level="warning", access_log=False, server_header=False, date_header=False,
        ws="none", timeout_graceful_shutdown=2,
    )  # fmt: skip
    server = uvicorn.Server(config)
    desk.warm()
    sessions.offer()
    try:
        asyncio.run(server.serve(sockets=[listening]))
    except KeyboardInterrupt:
        pass
    finally:
        desk.close()


def _listen(port: int) -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
    except OSError as error:
        found.close()
        raise UsageError(f"port {port} cannot be taken ({error.strerror}); give another with --port") from error
    found.listen(128)
    return found
