"""One's own account in a team: passkeys, the browsers that are signed in, signing out everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.response import Redirect

from ringtrace.errors import UsageError
from ringtrace.store.sessions import digest
from ringtrace.web.gate import KEY
from ringtrace.web.passkeys import challenge_of, read_answer
from ringtrace.web.visit import Answer, Guest


@get("/account", sync_to_thread=True)
def account(visit: Guest, request: Request[Any, Any, Any]) -> Answer:
    """Who one is here, and how one gets in."""
    team = visit.team
    person = team.people.get(visit.session.person)
    here = digest(request.scope[KEY])  # type: ignore[literal-required]
    document = {
        "name": person.name, "roles": sorted(person.roles), "office": bool(person.account),
        "passkeys": [{"id": held.id, "name": held.name, "added": _at(held.added / 1e6)} for held in person.passkeys],
        "sessions": [
            {"begun": _at(held.begun), "seen": _at(held.seen), "browser": held.browser, "here": held.key == here}
            for held in team.sessions.of(person.id)
        ],
    }  # fmt: skip
    return visit.show("account.html.j2", document)


@post("/account/sign-out", status_code=303, sync_to_thread=True)
def sign_out(visit: Guest) -> Redirect:
    """End every session that one has, this one included."""
    visit.team.sign_out(visit.session.person)
    answer = Redirect(visit.team.entrance, status_code=303)
    answer.delete_cookie(visit.team.cookie)
    return answer


@post("/account/passkeys/options", status_code=200, sync_to_thread=True)
def options(visit: Guest) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is to be called with, for a further passkey."""
    person = visit.team.people.get(visit.session.person)
    challenge, asked = visit.team.passkeys.ask_for_new(person)
    visit.team.begun.begin(challenge, "add", person.id)
    return asked


@post("/account/passkeys", status_code=200)
async def add(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Add a passkey by the browser's answer, a JSON object."""
    answer = read_answer(await request.body())

    def adding() -> None:
        team, person = visit.team, visit.team.people.get(visit.session.person)
        challenge = challenge_of(answer)
        if team.begun.end(challenge) != ("add", person.id):
            raise UsageError("this answer is not to this question; begin again")
        made = team.passkeys.check_new(answer, challenge, request.headers.get("user-agent", ""))
        if team.people.by_passkey(made.id) is not None:
            raise UsageError("this passkey is known already")
        team.people.add_passkey(person, made)

    await anyio.to_thread.run_sync(adding)
    return Response(b'{"next": "/account"}', media_type="application/json")


@post("/account/passkeys/remove", status_code=303)
async def remove(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Give a passkey up. Field: passkey."""
    wanted = str((await request.form()).get("passkey") or "")
    team = visit.team
    await anyio.to_thread.run_sync(lambda: team.people.remove_passkey(team.people.get(visit.session.person), wanted))
    return visit.back("/account")


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


HANDLERS = [account, sign_out, options, add, remove]
