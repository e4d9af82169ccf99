"""Starts the workbench: a socket on the loopback interface, one worker, one-time links to come in by."""

from __future__ import annotations

import asyncio
import getpass
import socket
import sys
from collections.abc import Callable
from importlib.abc import MetaPathFinder
from threading import Timer
from typing import TYPE_CHECKING

from ringtrace.errors import UsageError
from ringtrace.store.case import Case
from ringtrace.web.session import Doorkeeper, Sessions

if TYPE_CHECKING:
    import uvicorn

    from ringtrace.web.beside import Beside
    from ringtrace.web.desk import Desk
    from ringtrace.web.team import Team

HOST = "127.0.0.1"
_PATIENCE = 5.0
"""Seconds after which the analysis is opened although nobody came: the first page, if it comes sooner, begins it."""


class _WithoutPandas(MetaPathFinder):
    """Lets this process do without pandas, as it does where none is installed, which is the rule.

    Where there is one, pyarrow loads it as soon as it is given any Python value: a third of a second, for nothing.
    """

    def find_spec(self, fullname: str, path: object, target: object = None) -> None:
        if fullname == "pandas":
            raise ModuleNotFoundError("the workbench does without pandas", name=fullname)


def run(
    case: Case, port: int, tell: Callable[[str], None], tell_public: Callable[[str], None] = lambda address: None
) -> None:
    """Serve ``case`` until interrupted. tell(address): called with each one-time address. Raises UsageError.

    tell_public(address): where the public's form answers, if ``[tips]`` turned it on.

    The socket listens and the address is told before the libraries are loaded: a browser that is quicker waits.
    """
    listening = _listen(port)
    bound = listening.getsockname()[1]
    alone = None
    if case.settings.team is None:
        alone = Sessions(getpass.getuser(), lambda link: tell(f"http://{HOST}:{bound}/enter/{link}"))
        alone.offer()
    second = _listen(0) if alone is not None else None
    desk, server = _furnish(case, alone, bound, second.getsockname()[1] if second is not None else 0, tell)
    beside = _open_to_public(desk, tell_public)
    later = Timer(_PATIENCE, desk.warm)
    later.daemon = True
    later.start()
    try:
        asyncio.run(_serve(server, [listening, second] if second is not None else [listening], beside))
    except KeyboardInterrupt:
        pass
    finally:
        later.cancel()
        desk.close()


def _furnish(
    case: Case, alone: Sessions | None, port: int, second: int, tell: Callable[[str], None]
) -> tuple[Desk, uvicorn.Server]:
    """Open the case and put the workbench together; most of a second, nearly all of it for loading libraries.

    second: the port on which captured pages are shown, 0 for none, as in a team, whose web server has one address.
    alone: the sessions of one person's workbench; without them it is a team's, whose address is told now, as the
    invitation of the first admin as long as there is none.
    """
    sys.meta_path.insert(0, _WithoutPandas())
    import uvicorn

    from ringtrace.web.app import build
    from ringtrace.web.captures import Captures
    from ringtrace.web.desk import Desk

    captures = Captures(second, f"http://{HOST}:{port} http://localhost:{port}") if second else None
    desk = Desk(case)
    sessions: Doorkeeper = alone or _open_to_team(desk, tell)
    config = uvicorn.Config(
        build(desk, sessions, port, captures), log_level="warning", access_log=False, server_header=False,
        date_header=False, ws="none", timeout_graceful_shutdown=2,
    )  # fmt: skip
    return desk, uvicorn.Server(config)


def _open_to_team(desk: Desk, tell: Callable[[str], None]) -> Team:
    from ringtrace.web.team import Team

    settings = desk.case.settings.team
    assert settings is not None  # noqa: S101  that is why nobody is alone
    team = Team(desk.case, settings, desk.ledger)
    tell(team.first_invitation(getpass.getuser()) or team.address)
    return team


async def _serve(server: uvicorn.Server, sockets: list[socket.socket], beside: Beside | None) -> None:
    """Serve the workbench, and the public's form beside it until the workbench ends."""
    task = asyncio.create_task(beside.serve()) if beside is not None else None
    try:
        await server.serve(sockets=sockets)
    finally:
        if beside is not None and task is not None:
            beside.end()
            await task


def _open_to_public(desk: Desk, tell: Callable[[str], None]) -> Beside | None:
    """Bind the socket of the public's form as the operator says; None where it is not turned on."""
    settings = desk.case.settings.tips
    if settings is None:
        return None
    from ringtrace.web.beside import Beside
    from ringtrace.web.tip_line import TipLine

    host, _, port = settings.listen.rpartition(":")
    listening = _listen(int(port), host, "change listen under [tips] in case.toml")
    bound = listening.getsockname()[1]
    tell(settings.address or f"http://{host}:{bound}")
    return Beside(TipLine(settings, desk.tips).application(bound), listening)


def _listen(port: int, host: str = HOST, advice: str = "give another with --port") -> socket.socket:
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except (OSError, OverflowError) as error:
        found.close()
        why = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise UsageError(f"port {port} cannot be taken ({why}); {advice}") from error
    found.listen(128)
    return found
