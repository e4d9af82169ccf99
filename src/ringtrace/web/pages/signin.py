"""Coming in as one of a team: a passkey, or the office's own sign-in; an invitation is accepted by either."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any, TypeVar

import anyio.to_thread
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from ringtrace.errors import UsageError
from ringtrace.model.person import Person
from ringtrace.web.gate import KEY
from ringtrace.web.passkeys import challenge_of, read_answer
from ringtrace.web.team import Team
from ringtrace.web.visit import Answer, Guest

_TRIP = "ringtrace-office"
"""The cookie that ties the way back from the office's sign-in to the browser that went there."""
_BODY = 64_000
_Given = TypeVar("_Given", bound=Response[Any])


@get("/sign-in", sync_to_thread=True)
def sign_in(visit: Guest) -> Answer:
    """Say how to sign in."""
    return visit.show("signin.html.j2", {"office": visit.team.office is not None})


@post("/sign-in/passkey/options", status_code=200)
async def passkey_options(visit: Guest) -> dict[str, Any]:
    """What ``navigator.credentials.get`` is to be called with."""
    challenge, options = visit.team.passkeys.ask()
    visit.team.begun.begin(challenge, "sign in")
    return options


@post("/sign-in/passkey", status_code=200)
async def passkey(visit: Guest, request: Request[Any, Any, Any]) -> Response[Any]:
    """Sign in by the browser's answer, a JSON object; the answer says where to go next."""
    answer = read_answer(await _body(request))
    return await anyio.to_thread.run_sync(lambda: _by_passkey(visit.team, request, answer))


@get("/sign-in/office", sync_to_thread=True)
def office(visit: Guest) -> Redirect:
    """Go to the office's sign-in."""
    return _leave_for_office(visit.team, "")


@get("/sign-in/office/back", sync_to_thread=True)
def back(
    visit: Guest,
    request: Request[Any, Any, Any],
    code: FromQuery[str] = "",
    error: FromQuery[str] = "",
) -> Response[Any]:
    """Come back from the office's sign-in with a code for the state that this browser went with."""
    team = visit.team
    if team.office is None:
        raise visit.missing("this case has no sign-in of an office")
    verifier, nonce, trip, invitation = team.begun.end(f"office {request.query_params.get('state', '')}")
    if not secrets.compare_digest(_digest(request.cookies.get(_TRIP, "")), trip):
        raise UsageError("this answer belongs to another browser; begin again")
    if error or not code:
        raise UsageError(f"the office's sign-in was not completed: {error[:100] or 'no code'}")
    account = team.office.finish(code, verifier, nonce)
    person = team.people.by_account(account)
    if invitation:
        person = _invited(team, invitation)
        team.people.join(person, None, account)
    if person is None:
        raise UsageError("the office knows you, this case does not; ask its admin for an invitation")
    team.people.sign_in(person, "office")
    answer = _entered(team, request, person, Redirect(_home(team, person), status_code=303))
    answer.delete_cookie(_TRIP)
    return answer


@get("/invitation/{token:str}", sync_to_thread=True)
def invitation(visit: Guest, token: FromPath[str]) -> Answer:
    """An invitation, as long as it is open."""
    person = visit.team.people.invited(token)
    document = {"name": person.name if person else "", "roles": sorted(person.roles) if person else []}
    extra = {"token": token, "office": visit.team.office is not None}
    return visit.show("invitation.html.j2", document, status=200 if person else 404, pictures=extra)


@post("/invitation/{token:str}/options", status_code=200, sync_to_thread=True)
def invitation_options(visit: Guest, token: FromPath[str]) -> dict[str, Any]:
    """What ``navigator.credentials.create`` is to be called with."""
    person = _invited(visit.team, token)
    challenge, options = visit.team.passkeys.ask_for_new(person)
    visit.team.begun.begin(challenge, "join", person.id)
    return options


@post("/invitation/{token:str}/passkey", status_code=200)
async def accept(visit: Guest, request: Request[Any, Any, Any], token: FromPath[str]) -> Response[Any]:
    """Accept an invitation by the browser's answer, a JSON object; whoever did is signed in."""
    answer = read_answer(await _body(request))

    def accepting() -> Response[Any]:
        team, person = visit.team, _invited(visit.team, token)
        challenge = challenge_of(answer)
        if team.begun.end(challenge) != ("join", person.id):
            raise UsageError("this answer belongs to another invitation")
        made = team.passkeys.check_new(answer, challenge, _browser(request))
        if team.people.by_passkey(made.id) is not None:
            raise UsageError("this passkey is known already; sign in with it")
        team.people.join(person, made)
        team.people.sign_in(person, "passkey", made.id, made.count)
        return _entered(team, request, person, _next(_home(team, person)))

    return await anyio.to_thread.run_sync(accepting)


@get("/invitation/{token:str}/office", sync_to_thread=True)
def invitation_office(visit: Guest, token: FromPath[str]) -> Redirect:
    """Accept an invitation by the office's sign-in."""
    _invited(visit.team, token)
    return _leave_for_office(visit.team, token)


def _by_passkey(team: Team, request: Request[Any, Any, Any], answer: dict[str, Any]) -> Response[Any]:
    challenge = challenge_of(answer)
    if team.begun.end(challenge) != ("sign in",):
        raise UsageError("this answer is not to a sign-in; begin again")
    found = team.people.by_passkey(answer["id"])
    if found is None:
        raise UsageError("this case does not know that passkey")
    person, held = found
    count = team.passkeys.check(answer, challenge, held)
    team.people.sign_in(person, "passkey", held.id, count)
    return _entered(team, request, person, _next(_home(team, person)))


def _leave_for_office(team: Team, token: str) -> Redirect:
    if team.office is None:
        raise UsageError("this case has no sign-in of an office")
    begin, trip = team.office.begin(), secrets.token_urlsafe(32)
    team.begun.begin(f"office {begin.state}", begin.verifier, begin.nonce, _digest(trip), token)
    answer = Redirect(begin.address, status_code=303)
    answer.set_cookie(
        key=_TRIP, value=trip, httponly=True, samesite="lax", path="/", secure=team.secure,
        max_age=60 * team.begun.MINUTES,
    )  # fmt: skip
    return answer


def _entered(team: Team, request: Request[Any, Any, Any], person: Person, answer: _Given) -> _Given:
    key = team.enter(person, _browser(request), request.scope[KEY])  # type: ignore[literal-required]
    answer.set_cookie(key=team.cookie, value=key, httponly=True, samesite="lax", path="/", secure=team.secure)
    return answer


def _invited(team: Team, token: str) -> Person:
    person = team.people.invited(token)
    if person is None:
        raise UsageError("this invitation was used, replaced or has ended; ask for a new one")
    return person


def _home(team: Team, person: Person) -> str:
    from ringtrace.web.rights import may
    from ringtrace.web.visit import menu

    return next((url for _, _, url, _ in menu() if may(person.roles, f"GET {url}")), "/account")


def _next(address: str) -> Response[Any]:
    return Response(json.dumps({"next": address}).encode(), media_type="application/json")


async def _body(request: Request[Any, Any, Any]) -> bytes:
    found = await request.body()
    if len(found) > _BODY:
        raise UsageError("this is no answer of a browser")
    return found


def _browser(request: Request[Any, Any, Any]) -> str:
    return request.headers.get("user-agent", "")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


HANDLERS = [
    sign_in, passkey_options, passkey, office, back, invitation, invitation_options, accept, invitation_office,
]  # fmt: skip
