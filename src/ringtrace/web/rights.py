"""Who may do what: one table of routes, actions and roles, which the guard enforces and the docs print.

The table is ``rights.toml``. A route that it does not name is refused to everybody in a team. The workbench of one
person knows no roles: whoever came in by its one-time link owns the case.
"""

from __future__ import annotations

import tomllib
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.handlers import BaseRouteHandler

from ringtrace.web.gate import session_of

ANYBODY, EVERYBODY = "anybody", "everybody"
ALONE, TEAM = "alone", "team"


@dataclass(frozen=True, slots=True)
class Action:
    """What a group of routes ("GET /rings/{ring_id}") does. mode: "" for both, else the one it exists in."""

    name: str
    words: str
    roles: frozenset[str]
    routes: tuple[str, ...]
    mode: str = ""


@dataclass(frozen=True, slots=True)
class Rights:
    """The table. roles: role -> what it does."""

    roles: dict[str, str]
    actions: tuple[Action, ...]

    def action(self, route: str) -> Action | None:
        return next((action for action in self.actions if route in action.routes), None)

    def allows(self, route: str, roles: Set[str] | None) -> bool:
        """Whether somebody may use ``route`` in a team; roles: None for who has not signed in."""
        action = self.action(route)
        if action is None or action.mode == ALONE:
            return False
        if ANYBODY in action.roles:
            return True
        return roles is not None and (EVERYBODY in action.roles or bool(action.roles & roles))

    def table(self) -> str:
        """The table in Markdown, as the docs print it."""
        head = "| action | what it is | " + " | ".join(self.roles) + " |\n" + "|---" * (2 + len(self.roles)) + "|\n"
        rows = [
            f"| {action.name} | {action.words} | "
            + " | ".join("x" if action.roles & {role, ANYBODY, EVERYBODY} else "" for role in self.roles)
            + " |"
            for action in self.actions
            if action.mode != ALONE
        ]
        return head + "\n".join(rows) + "\n"


@cache
def rights() -> Rights:
    """Read the table once."""
    document = tomllib.loads((resources.files("ringtrace.web") / "rights.toml").read_text("utf-8"))
    actions = tuple(
        Action(row["name"], row["words"], frozenset(row["roles"]), tuple(row["routes"]), row.get("mode", ""))
        for row in document["actions"]
    )
    return Rights(document["roles"], actions)


def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Refuse what the table does not allow; Litestar asks this before every handler."""
    session, team = session_of(connection.scope), connection.app.state.team
    method, path = str(connection.scope["method"]), connection.scope["path_template"]  # type: ignore[typeddict-item]
    route = f"{method} {path}"
    action = rights().action(route)
    if team is None:
        if action is not None and action.mode == TEAM:
            raise NotFoundException(detail="this workbench is for one person")
        return
    if action is not None and action.mode == ALONE:
        raise NotFoundException(detail="this workbench is a team's; sign in")
    if method == "OPTIONS" and session is not None:
        return
    if not rights().allows(route, session.roles if session is not None else None):
        raise PermissionDeniedException(detail="your role in this case does not include this")


def may(roles: Set[str] | None, *routes: str) -> bool:
    """Whether a person may use every one of ``routes``; roles: None in the workbench of one person."""
    return all(rights().allows(route, roles) for route in routes) if roles is not None else not _of_team(routes)


def _of_team(routes: tuple[str, ...]) -> bool:
    return any(action is not None and action.mode == TEAM for action in map(rights().action, routes))
