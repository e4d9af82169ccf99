"""Coming in as one of a team: invitations, passkeys, sessions; and what a stranger or a thief gets."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ringtrace.errors import UsageError
from ringtrace.store.case import Case
from ringtrace.store.sessions import IDLE_SECONDS, LONGEST_SECONDS
from team_bench import ADDRESS, Seat, SoftKey, TeamBench, bytes_of, text_of

pytestmark = pytest.mark.slow  # a team's server and its database: no unit tests


@pytest.fixture
def bench(tmp_path, monkeypatch, decisions):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    made = TeamBench(Case.create(tmp_path / "case").folder, decisions)
    yield made
    made.desk.close()


def invite(bench, name="Wu Min", roles=("analyst",)):
    return bench.team.people.invite(name, roles, "root")[1]


def join(bench, token, key=None):
    """Accept an invitation with a passkey; return (seat, key)."""
    seat, key = Seat(bench), key or SoftKey()
    options = seat.send(f"/invitation/{token}/options")
    assert options.status_code == 200, options.text
    seat.answer = seat.send(f"/invitation/{token}/passkey", key.create(options.json()))
    return seat, key


def sign_in(bench, key):
    seat = Seat(bench)
    seat.answer = seat.send("/sign-in/passkey", key.get(seat.send("/sign-in/passkey/options").json()))
    return seat


def kinds(bench):
    return [row[2] for row in bench.desk.ledger.all_events()]


def test_an_invitation_is_accepted_once_and_a_passkey_signs_in(bench):
    token = invite(bench)
    page = Seat(bench).client.get(f"/invitation/{token}")
    assert page.status_code == 200 and "Wu Min" in page.text
    seat, key = join(bench, token)
    assert seat.answer.status_code == 200 and seat.answer.json()["next"] == "/"
    cookie = seat.answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert seat.get("/account").json()["name"] == "Wu Min"
    again, _ = Seat(bench), None
    assert again.client.get(f"/invitation/{token}").status_code == 404
    assert again.send(f"/invitation/{token}/options").status_code == 400
    later = sign_in(bench, key)
    assert later.answer.status_code == 200 and later.get("/account").json()["roles"] == ["analyst"]
    assert kinds(bench) == ["person_invited", "person_joined", "signed_in", "signed_in"]
    assert token not in json.dumps(bench.desk.ledger.all_events()), "the link itself is nowhere kept"


def test_two_who_open_the_same_link_do_not_both_come_in(bench):
    token = invite(bench)
    first, second = Seat(bench), Seat(bench)
    one, two = (seat.send(f"/invitation/{token}/options").json() for seat in (first, second))
    assert first.send(f"/invitation/{token}/passkey", SoftKey().create(one)).status_code == 200
    assert second.send(f"/invitation/{token}/passkey", SoftKey().create(two)).status_code == 400
    assert len(bench.team.people.named("wu min").passkeys) == 1


def test_an_invitation_ends(bench):
    token = invite(bench)
    bench.clock = 3 * 86400 + 1
    assert Seat(bench).client.get(f"/invitation/{token}").status_code == 404
    renewed = bench.team.people.new_link(bench.team.people.named("Wu Min").id, "root")
    assert Seat(bench).client.get(f"/invitation/{token}").status_code == 404
    assert join(bench, renewed)[0].answer.status_code == 200


@pytest.mark.parametrize(
    "bend",
    [
        lambda key: setattr(key, "origin", "https://evil.example"), lambda key: setattr(key, "origin", ADDRESS + "0"),
        lambda key: setattr(key, "host", "evil.example"), lambda key: setattr(key, "flags", 0x01),
        lambda key: setattr(key, "key", SoftKey().key), lambda key: setattr(key, "count", -1),
        lambda key: setattr(key, "id", SoftKey().id),
    ],
    ids=["another origin", "another port", "another host", "user not verified", "another key", "a copy", "unknown"],
)  # fmt: skip
def test_a_passkey_that_does_not_hold_is_refused(bench, bend):
    _, key = join(bench, invite(bench))
    key.count = 5
    assert sign_in(bench, key).answer.status_code == 200
    bend(key)
    refused = sign_in(bench, key)
    assert refused.answer.status_code == 400 and "set-cookie" not in refused.answer.headers
    assert refused.get("/account").status_code == 401


def test_an_answer_is_taken_once_and_only_to_its_question(bench):
    _, key = join(bench, invite(bench))
    seat = Seat(bench)
    options = seat.send("/sign-in/passkey/options").json()
    answer = key.get(options)
    assert seat.send("/sign-in/passkey", answer).status_code == 200
    assert Seat(bench).send("/sign-in/passkey", answer).status_code == 400, "replayed"
    assert Seat(bench).send("/sign-in/passkey", key.get({"challenge": text_of(b"x" * 32)})).status_code == 400
    options = seat.send("/sign-in/passkey/options").json()
    bench.clock = 301
    assert Seat(bench).send("/sign-in/passkey", key.get(options)).status_code == 400, "too late"
    bench.clock = 0
    token = invite(bench, "Somebody Else")
    options = Seat(bench).send("/sign-in/passkey/options").json()
    forged = SoftKey().create({**options, "user": {"id": text_of(b"x")}})
    assert Seat(bench).send(f"/invitation/{token}/passkey", forged).status_code == 400


def _bent(answer, path, value):
    found = copy.deepcopy(answer)
    part = found
    for step in path[:-1]:
        part = part[step]
    part[path[-1]] = value
    return found


_JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=30), st.binary(max_size=200).map(text_of),
    st.lists(st.integers(), max_size=3), st.dictionaries(st.text(max_size=4), st.integers(), max_size=2),
)  # fmt: skip


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(
        [
            "id",
            "rawId",
            "type",
            "response",
            "clientDataJSON",
            "attestationObject",
            "authenticatorData",
            "signature",
            "userHandle",
        ]
    ),
    _JUNK,
    st.booleans(),
)
def test_no_answer_of_a_browser_breaks_the_server(bench, part, junk, new):
    if not hasattr(bench, "key"):
        _, bench.key = join(bench, invite(bench))
    seat = Seat(bench)
    if new:
        name = f"n{len(bench.team.people.all())}"
        token = invite(bench, name)
        answer = SoftKey().create(seat.send(f"/invitation/{token}/options").json())
        path = f"/invitation/{token}/passkey"
    else:
        answer, path = bench.key.get(seat.send("/sign-in/passkey/options").json()), "/sign-in/passkey"
    where = [part] if part in ("id", "rawId", "type", "response") else ["response", part]
    told = seat.send(path, _bent(answer, where, junk))
    assert told.status_code in (200, 400, 403), told.text
    if told.status_code == 200:
        assert part == "userHandle" or part not in {**answer, **answer["response"]}


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"null", b'"x"', b"{}", b"\xff\xfe", b"[" * 50_000, b"x" * 70_000])
def test_no_body_breaks_the_door(bench, body):
    for path in ("/sign-in/passkey", f"/invitation/{invite(bench)}/passkey"):
        answer = Seat(bench).client.post(path, content=body, headers={"accept": "application/json"})
        assert answer.status_code == 400, answer.text


def test_a_session_is_new_at_each_sign_in_and_ends_on_the_server(bench):
    seat, key = join(bench, invite(bench))
    first = seat.client.cookies.get("ringtrace")
    options = seat.send("/sign-in/passkey/options").json()
    assert seat.send("/sign-in/passkey", key.get(options)).status_code == 200
    second = seat.client.cookies.get("ringtrace")
    assert first != second and bench.team.find(first) is None and bench.team.find(second).user == "Wu Min"
    seat.csrf = seat.token()
    left = seat.post("/leave")
    assert (
        left.status_code == 303
        and left.headers["location"] == "/sign-in"
        and 'ringtrace=""' in left.headers["set-cookie"]
    )
    seat.client.cookies.set("ringtrace", second)
    assert seat.get("/account").status_code == 401
    with bench.desk.ledger.engine.connect() as connection:
        kept = [row[0] for row in connection.execute(text("SELECT key FROM sessions"))]
    assert len(kept) == 2 and not {first, second} & set(kept), "the database holds no cookie"


def test_signing_out_everywhere_and_closing_an_account_end_every_browser(bench):
    seat, key = join(bench, invite(bench))
    others = [sign_in(bench, key) for _ in range(3)]
    others[0].csrf = others[0].token()
    assert len(seat.get("/account").json()["sessions"]) == 4
    assert others[0].post("/account/sign-out").status_code == 303
    assert [one.get("/account").status_code for one in (seat, *others)] == [401] * 4
    back = sign_in(bench, key)
    admin = bench.seat("An Admin", "admin")
    person = bench.team.people.named("Wu Min").id
    assert admin.post(f"/people/{person}/close").status_code == 200
    assert back.get("/account").status_code == 401
    assert sign_in(bench, key).answer.status_code == 400


@pytest.mark.parametrize(
    ("idle", "steps"), [(IDLE_SECONDS + 1, 1), (IDLE_SECONDS - 60, LONGEST_SECONDS // (IDLE_SECONDS - 60) + 1)]
)
def test_a_session_ends_when_nobody_clicks_and_in_any_case_after_a_night(bench, idle, steps):
    seat, _ = join(bench, invite(bench))
    codes = []
    for _ in range(steps):
        bench.clock += idle
        codes.append(seat.get("/account").status_code)
    assert codes == [200] * (steps - 1) + [401]


def test_sessions_and_forms_outlive_a_restart_of_the_server(bench):
    seat, _ = join(bench, invite(bench))
    seat.csrf = seat.token()
    cookie = seat.client.cookies.get("ringtrace")
    bench.restart()
    later = Seat(bench)
    later.client.cookies.set("ringtrace", cookie)
    later.csrf = seat.csrf
    assert later.get("/account").status_code == 200
    assert later.post("/settings", theme="dark").status_code == 200
    later.csrf = "guess"
    assert later.post("/settings", theme="light").status_code == 403


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}]
)
def test_another_site_can_neither_sign_in_nor_act(bench, headers):
    seat, _ = join(bench, invite(bench))
    token = seat.token()
    for path in ("/sign-in/passkey/options", "/settings", "/account/sign-out"):
        answer = seat.client.post(path, headers={**headers, "x-csrf-token": token})
        assert answer.status_code == 403, path
    assert seat.get("/account").status_code == 200


def test_only_the_address_of_the_team_is_answered(bench):
    for host in ("127.0.0.1:8998", "evil.example", "localhost", ""):
        assert Seat(bench).client.get("/sign-in", headers={"host": host}).status_code == 421


def test_a_team_has_no_one_time_entrance_and_one_person_no_team(bench, tmp_path):
    assert Seat(bench).get("/enter/anything").status_code == 404
    from litestar.testing import TestClient

    from ringtrace.web.app import build
    from ringtrace.web.desk import Desk
    from ringtrace.web.session import Sessions

    desk = Desk(Case.create(tmp_path / "alone"))
    sessions = Sessions("ann")
    with TestClient(build(desk, sessions, 8998), base_url="http://127.0.0.1:8998") as client:
        client.get(f"/enter/{sessions.offer()}")
        page = client.get("/help", headers={"accept": "text/html"}).text
        assert "/people" not in page and "/account" not in page and "Comment" not in page
        for path in ("/people", "/account", "/sign-in", "/invitation/x"):
            assert client.get(path, headers={"accept": "application/json"}).status_code == 404, path
    desk.close()


def test_further_passkeys_and_the_last_one(bench):
    seat, key = join(bench, invite(bench))
    seat.csrf = seat.token()
    spare = SoftKey()
    assert (
        seat.send("/account/passkeys", spare.create(seat.send("/account/passkeys/options").json())).status_code == 200
    )
    assert sign_in(bench, spare).answer.status_code == 200
    assert seat.post("/account/passkeys/remove", passkey=text_of(key.id)).status_code == 200
    assert sign_in(bench, key).answer.status_code == 400
    assert seat.post("/account/passkeys/remove", passkey=text_of(spare.id)).status_code == 400
    other, _ = join(bench, invite(bench, "Somebody Else"))
    other.csrf = other.token()
    taken = other.send("/account/passkeys", spare.create(other.send("/account/passkeys/options").json()))
    assert taken.status_code == 400 and "known already" in taken.text
    assert bytes_of(text_of(key.id)) == key.id


def test_the_first_admin_comes_in_by_the_link_that_serve_prints(bench):
    link = bench.team.first_invitation("root")
    assert link.startswith(ADDRESS + "/invitation/")
    renewed = bench.team.first_invitation("root")
    assert renewed != link and len(bench.team.people.all()) == 1
    seat, _ = join(bench, renewed.rpartition("/")[2])
    assert seat.answer.json()["next"] == "/people" and bench.team.first_invitation("root") == ""
    seat.csrf = seat.token()
    made = seat.post("/people/invite", name="Li Na", role="analyst").json()
    assert join(bench, made["link"].rpartition("/")[2])[0].get("/account").json()["roles"] == ["analyst"]


def test_who_gives_rights_has_none_to_evidence_and_nobody_changes_their_own(bench):
    admin = bench.seat("An Admin", "admin")
    mine = admin.person.id
    assert admin.post(f"/people/{mine}/roles", role="analyst", version="9").status_code == 400
    assert admin.post(f"/people/{mine}/close").status_code == 400
    refused = admin.post("/people/invite", name="Both", role=["admin", "analyst"])
    assert refused.status_code == 400 and "no other role" in refused.text
    other = bench.person("Li Na", "analyst")
    assert (
        admin.post(f"/people/{other.id}/roles", role=["admin", "analyst"], version=str(other.version)).status_code
        == 400
    )
    assert admin.post("/people/invite", name="Both", role="king").status_code == 400


@pytest.mark.parametrize(
    "name", ["an admin", "AN  ADMIN", "Ａn Admin", "", " ", "a" * 61, "x\u202ey", "a@b", "a,b", "x\0"]
)
def test_names_tell_people_apart(bench, name):
    bench.person("An Admin", "admin")
    with pytest.raises(UsageError):
        bench.team.people.invite(name, [], "root")


def test_two_admins_who_change_one_person_are_told(bench):
    admins = [bench.seat(f"Admin {n}", "admin") for n in range(2)]
    other = bench.person("Li Na", "analyst")
    told = next(row for row in admins[1].get("/people").json()["people"] if row["name"] == "Li Na")
    assert admins[0].post(f"/people/{other.id}/roles", role="auditor", version=str(told["version"])).status_code == 200
    late = admins[1].post(f"/people/{other.id}/roles", role="supervisor", version=str(told["version"]))
    assert late.status_code == 409 and late.json()["present"]["payload"]["roles"] == ["auditor"]
    assert late.json()["mine"]["roles"] == ["supervisor"]
    assert bench.team.people.get(other.id).roles == {"auditor"}
    page = admins[1].client.post(
        f"/people/{other.id}/roles",
        data={"role": "supervisor", "version": str(told["version"]), "csrf": admins[1].csrf},
        headers={"accept": "text/html"},
    )
    assert page.status_code == 409 and "auditor" in page.text and "supervisor" in page.text
