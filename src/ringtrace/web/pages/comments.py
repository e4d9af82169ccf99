"""What a team says about a post, an actor, a ring or a pair of accounts, and who looks after it."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Request, Response, post

from ringtrace.errors import UsageError
from ringtrace.model.person import Person
from ringtrace.store.discussion import About, mentioned
from ringtrace.web.discussing import about_of
from ringtrace.web.rights import may
from ringtrace.web.visit import Guest, Visit

_PAGES = {
    "post": ("/posts/{}", "GET /posts/{post_id}"), "actor": ("/actors/{}", "GET /actors/{actor_id}"),
    "ring": ("/rings/{}", "GET /rings/{ring_id}"), "link": ("/links/{}/{}", "GET /links/{left}/{right}"),
}  # fmt: skip
"""Kind of thing -> where its page is, and the route that one must be allowed."""


@post("/comments", status_code=303)
async def comment(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Comment on a thing. Fields: about ("post:..", "actor:..", "ring:..", "link:..:.."), text, where @name calls."""
    form = await request.form()
    key, text = str(form.get("about") or ""), str(form.get("text") or "")

    def saying() -> Response[Any]:
        about = _about(visit, key)
        called = mentioned(text, visit.team.people.all())
        for person in called:
            _check_may_read(person, about)
        visit.desk.discussion.comment(about, text, visit.session.user, [person.id for person in called])
        return visit.back(address_of(about.key) + "#said")

    return await anyio.to_thread.run_sync(saying)


@post("/comments/seen", status_code=303)
async def seen(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Take a comment that calls one off one's list. Field: comment (its number)."""
    number = str((await request.form()).get("comment") or "")
    if not number.isdecimal() or len(number) > 15:
        raise UsageError("comment is the number of a comment")
    me = visit.session.person
    await anyio.to_thread.run_sync(lambda: visit.desk.discussion.see(int(number), visit.team.people.get(me)))
    return visit.back("/")


@post("/assignments", status_code=303)
async def assign(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Hand a thing to a colleague or say that it is done. Fields: about, to (id), state (open, done), note, version."""
    form = await request.form()
    told = {name: str(form.get(name) or "") for name in ("about", "to", "state", "note", "version")}
    state, version = told["state"], told["version"]
    if state not in ("open", "done") or not version.isdecimal() or len(version) > 9:
        raise UsageError("state is open or done; version is the number that stands with the assignment")

    def assigning() -> Response[Any]:
        about, person = _about(visit, told["about"]), visit.team.people.get(told["to"])
        _check_may_read(person, about)
        visit.desk.discussion.assign(
            about, person, "done" if state == "done" else "open", told["note"], visit.session.user, int(version)
        )
        return visit.back(address_of(about.key) + "#said")

    return await anyio.to_thread.run_sync(assigning)


def address_of(key: str) -> str:
    """The page of a thing."""
    kind, *parts = key.split(":")
    return _PAGES[kind][0].format(*parts)


def _check_may_read(person: Person, about: About) -> None:
    if person.closed or not may(person.roles, _PAGES[about.kind][1]):
        raise UsageError(f"{person.name} may not read this: their role does not include it")


def _about(visit: Visit, key: str) -> About:
    """The thing that a key names; raises UsageError when the analysis holds none."""
    found = about_of(visit.view, key)
    if found is None:
        raise UsageError(f"{key[:100]} is nothing of this analysis")
    return found


HANDLERS = [comment, seen, assign]
