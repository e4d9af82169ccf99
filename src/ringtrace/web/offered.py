"""A page shows a visitor only what their role may use: forms and links that it may not are taken out before it leaves.

Templates are written for whoever may do everything. What a role may do is said once, in ``rights.toml``; this reads the
address of each form and link on the finished page and asks that table, so that no button leads to a refusal.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import unescape

from ringtrace.web.rights import rights

_FORM = re.compile(r"<form([^<>]*)>((?:(?!</form>)[\s\S])*)</form>")
_LINK = re.compile(r"<a ([^<>]*)>((?:(?!</a>)[\s\S])*)</a>")
_COMMAND = re.compile(r'name="command" value="([a-z]+)"')
_ATTRIBUTE = re.compile(r'\b(method|action|href|class|formaction)="([^"]*)"')
May = Callable[[str], bool]


def offer(page: str, may: May, refusal: str) -> str:
    """Return ``page`` without the forms and links that ``may`` ("GET /rings/{ring_id}") does not allow.

    A form gives way to ``refusal`` (HTML), one within a line or in the head to nothing; a link to its own words.
    Quotes of evidence are escaped on every page, so that nothing in them looks like a form or a link.
    """

    def form(found: re.Match[str]) -> str:
        told = dict(_ATTRIBUTE.findall(found[1]))
        if _allowed(told.get("method", "get"), told.get("action", ""), may, found[2]):
            return found[0]
        return "" if set(told.get("class", "").split()) & {"inline", "find"} else refusal

    def link(found: re.Match[str]) -> str:
        href = dict(_ATTRIBUTE.findall(found[1])).get("href", "")
        return found[0] if _allowed("get", href, may) else f"<span>{found[2]}</span>"

    return _LINK.sub(link, _FORM.sub(form, page))


def _allowed(method: str, address: str, may: May, within: str = "") -> bool:
    """Whether an address of this workbench may be asked; every other one (an anchor, a relative one) is let be."""
    path = unescape(address).partition("?")[0].partition("#")[0]
    if not path.startswith("/"):
        return True
    route = route_of(method.upper(), path.removesuffix(".json") if path != "/case.json" else "/")
    if route is None:
        return True
    command = _COMMAND.search(within)
    longer = f"{route} command={command[1]}" if command else ""
    return may(route) and (not longer or rights().action(longer) is None or may(longer))


def route_of(method: str, path: str) -> str | None:
    """Return the route of the table ("GET /rings/{ring_id}") that answers ``path``, None for none."""
    exact = f"{method} {path}"
    routes = _patterns()
    if exact in routes:
        return exact
    return next((route for route, pattern in routes.items() if pattern.fullmatch(exact)), None)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """Route -> what its addresses look like; a part in braces stands for anything but a slash."""
    named = [route for action in rights().actions for route in action.routes if " command=" not in route]
    return {route: re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(route))) for route in named}
