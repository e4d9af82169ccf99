"""People: who works on the case in which role; admins invite them by a one-time link, and every step is told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath

from ringtrace.errors import UsageError
from ringtrace.model.person import ROLES, Person
from ringtrace.store.people import KINDS
from ringtrace.web.rights import rights
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (85, "People", "/people", "p")
_STEPS = 60


@get("/people", sync_to_thread=True)
def people(visit: Guest) -> Answer:
    """Everybody of the case, what each role may do, and what was changed lately."""
    return visit.show("people.html.j2", {**_document(visit), "link": "", "invited": ""})


@post("/people/invite", status_code=200)
async def invite(visit: Guest, request: Request[Any, Any, Any]) -> Answer:
    """Invite somebody; answers with the one-time link, which is shown this once. Fields: name, role (several)."""
    form = await request.form()
    name, roles = str(form.get("name") or ""), [str(role) for role in form.getall("role", [])]

    def inviting() -> Answer:
        person, token = visit.team.people.invite(name, roles, visit.session.user)
        return _with_link(visit, person, token)

    return await anyio.to_thread.run_sync(inviting)


@post("/people/{person_id:str}/roles", status_code=303)
async def give_roles(visit: Guest, request: Request[Any, Any, Any], person_id: FromPath[str]) -> Response[Any]:
    """Replace somebody's roles. Fields: role (several), version (of the entry that was seen)."""
    form = await request.form()
    roles, seen = [str(role) for role in form.getall("role", [])], str(form.get("version") or "")
    if not seen.isdecimal():
        raise UsageError("version is the number that stands with the person")
    _not_oneself(visit, person_id)
    await anyio.to_thread.run_sync(
        lambda: visit.team.people.give_roles(person_id, roles, visit.session.user, int(seen))
    )
    return visit.back("/people")


@post("/people/{person_id:str}/link", status_code=200, sync_to_thread=True)
def new_link(visit: Guest, person_id: FromPath[str]) -> Answer:
    """Make a new one-time link for somebody who lost their passkey; the one before ends."""
    token = visit.team.people.new_link(person_id, visit.session.user)
    return _with_link(visit, visit.team.people.get(person_id), token)


@post("/people/{person_id:str}/close", status_code=303, sync_to_thread=True)
def close(visit: Guest, person_id: FromPath[str]) -> Response[Any]:
    """Let somebody in no more; their sessions end at once."""
    _not_oneself(visit, person_id)
    visit.team.people.close(person_id, visit.session.user)
    visit.team.sign_out(person_id)
    return visit.back("/people")


@post("/people/{person_id:str}/sign-out", status_code=303, sync_to_thread=True)
def sign_out(visit: Guest, person_id: FromPath[str]) -> Response[Any]:
    """End every session of somebody."""
    visit.team.sign_out(visit.team.people.get(person_id).id)
    return visit.back("/people")


def _with_link(visit: Visit, person: Person, token: str) -> Answer:
    link = visit.team.invitation(token)
    return visit.show("people.html.j2", {**_document(visit), "link": link, "invited": person.name})


def _document(visit: Visit) -> dict[str, Any]:
    found = visit.team.people.all()
    steps = visit.desk.ledger.changes(KINDS)
    return {
        "people": [_row(person) for person in found.values()],
        "roles": [{"role": role, "words": words} for role, words in rights().roles.items()],
        "actions": [
            {"name": action.name, "words": action.words,
             "roles": [role for role in ROLES if action.roles & {role, "everybody", "anybody"}]}
            for action in rights().actions if action.mode != "alone"
        ],
        "steps": [
            {"at": _at(step.at), "by": step.author, "what": step.kind.replace("_", " "),
             "whom": found[step.payload["id"]].name, "roles": step.payload.get("roles", [])}
            for step in steps[: -_STEPS - 1 : -1]
        ],
    }  # fmt: skip


def _row(person: Person) -> dict[str, Any]:
    state = "closed" if person.closed else "joined" if person.joined else "invited"
    return {
        "id": person.id, "name": person.name, "roles": sorted(person.roles), "state": state, "version": person.version,
        "link_open": bool(person.link), "seen": _at(person.seen) if person.seen else None,
        "passkeys": len(person.passkeys), "office": bool(person.account),
    }  # fmt: skip


def _not_oneself(visit: Visit, person_id: str) -> None:
    if person_id == visit.session.person:
        raise UsageError("another admin has to do this: nobody changes their own rights")


def _at(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1e6, UTC)


HANDLERS = [people, invite, give_roles, new_link, close, sign_out]
