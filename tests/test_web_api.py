"""The interface as its own description tells it: whatever fits it is answered without a server error."""

import re
import shutil
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings

from web_bench import Served

pytestmark = pytest.mark.slow

schemathesis = pytest.importorskip("schemathesis")
requests = pytest.importorskip("requests")

_QUIET = {
    "/leave",
    "/jobs",
    "/jobs/stop",
    "/account/sign-out",
    "/people/{person_id}/sign-out",
    "/people/{person_id}/close",
}
"""Not asked: they would end the session or start work for minutes."""


@pytest.fixture(scope="module")
def session(tiny_case, tmp_path_factory):
    folder = tmp_path_factory.mktemp("api") / "tiny"
    shutil.copytree(tiny_case[0].folder, folder)
    running = Served(folder)
    client = requests.Session()
    page = client.get(running.link()).text
    client.headers["x-csrf-token"] = re.search(r'name="csrf" value="([^"]+)"', page)[1]
    yield client, running
    running.stop()


@pytest.fixture(scope="module")
def team_sessions(tiny_case, tmp_path_factory, postgres):
    """Two who are signed in to a team's case on PostgreSQL: everything but the admin's, and the admin's."""
    import time

    from ringtrace.store.case import Case
    from ringtrace.store.people import People
    from ringtrace.store.sessions import SessionStore
    from ringtrace.web.team import _token
    from test_team_browser import TeamServed

    folder = tmp_path_factory.mktemp("api") / "team"
    shutil.copytree(tiny_case[0].folder, folder)
    Case(folder).set_ledger(postgres.url("api"))
    clients = []
    with Case(folder).lent_ledger() as ledger:
        people, sessions = People(ledger, time.time), SessionStore(ledger, time.time)
        roles = ["analyst", "supervisor", "disclosure", "statement editor", "intake", "partner", "auditor"]
        for name, held in (("Everybody", roles), ("Admin", ["admin"])):
            person, token = people.invite(name, held, "test")
            people.join(people.invited(token), None, ("https://issuer.example", name))
            cookie = sessions.begin(person.id, "test")
            client = requests.Session()
            client.headers.update({"cookie": f"ringtrace={cookie}", "x-csrf-token": _token(cookie)})
            clients.append(client)
    running = TeamServed(folder)
    yield clients, running
    running.stop()


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nothing_that_fits_the_description_breaks_the_server(session):
    client, running = session
    ask_everything([client], running)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_nothing_that_fits_the_description_breaks_a_teams_server(team_sessions):
    ask_everything(*team_sessions)


def ask_everything(clients, running):
    client = clients[0]
    document = client.get(running.home + "/schema/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document)
    asked = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path in _QUIET or operation.path.startswith("/enter"):
            continue

        @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=operation.as_strategy())
        def ask(case):
            for one in clients:
                answer = case.call(base_url=running.home, session=one, allow_redirects=False, timeout=60)
                assert answer.status_code < 500, (case.method, case.formatted_path, case.query, answer.text[:500])
                asked[operation.label] = asked.get(operation.label, 0) + 1  # noqa: B023

        ask()
        ask_the_worst(operation, clients, running)
    assert len(asked) >= 25 and sum(asked.values()) >= 150, asked
    assert running.errors == []


def ask_the_worst(operation, clients, running):
    """What chance seldom draws: a NUL in every text, which PostgreSQL refuses, and numbers that no column holds."""
    raw = operation.definition.raw
    for text, number in (("\0", 1), ("a\0b", 2**63), ("", 2**63), ("", -(10**30))):
        kinds = {one["name"]: (one["in"], str(one["schema"])) for one in raw.get("parameters", [])}
        told = {
            name: number if "integer" in kind else text for name, (_, kind) in kinds.items() if "boolean" not in kind
        }
        path = re.sub(r"\{(\w+)\}", lambda hit: quote(str(told[hit[1]])), operation.path)  # noqa: B023
        query = {name: value for name, value in told.items() if kinds[name][0] == "query"}
        for one in clients:
            answer = one.request(operation.method, running.home + path, params=query, allow_redirects=False, timeout=60)
            assert answer.status_code < 500, (operation.label, query, answer.text[-600:])
