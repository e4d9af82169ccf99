"""Every role, every route, in this case and in another one: what is let in and what is refused."""

import random
import re
from types import SimpleNamespace

import pytest
from litestar import get

from ringtrace.web import app as assembling
from ringtrace.web import rights as rules
from role_checks import check, open_two_cases, refused_events, walk
from role_matrix import MATRIX, ROLES, expected
from team_bench import Seat

pytestmark = pytest.mark.slow  # a team's server and its database: no unit tests


@pytest.fixture
def two_cases(tiny_case, tmp_path, postgres):
    with open_two_cases(tiny_case, tmp_path, postgres) as opened:
        yield opened


def test_every_route_stands_in_both_tables_and_nothing_else_does(two_cases):
    served = set(walk(two_cases[0].app))
    told = {route for action in rules.rights().actions for route in action.routes if "=" not in route}
    assert served - told == set(), "a new route needs a line in src/ringtrace/web/rights.toml"
    assert served - set(MATRIX) == set(), "a new route needs a line in tests/role_matrix.py"
    assert told - served == set() and {r for r in MATRIX if "=" not in r} - served == set()
    assert tuple(rules.rights().roles) == ROLES
    routes = [route for action in rules.rights().actions for route in action.routes]
    assert len(routes) == len(set(routes)), "a route stands under one action"


def test_a_route_without_a_rule_is_refused_to_everybody(two_cases, monkeypatch):
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "evidence"

    bench, scan = two_cases[0], assembling.scan
    monkeypatch.setattr(assembling, "scan", lambda name: {**scan(name), "f": SimpleNamespace(HANDLERS=[forgotten])})
    bench.app = assembling.build(bench.desk, bench.team, 8998)
    everybody = (*([role] for role in ROLES), [role for role in ROLES if role != "admin"], [])
    for n, roles in enumerate(everybody):
        answer = bench.seat(f"Person {n}", *roles).get("/forgotten")
        assert answer.status_code == 403 and "evidence" not in answer.text


def test_a_sample_of_roles_and_routes(two_cases):
    bench = two_cases[0]
    dice = random.Random(8)
    for n, roles in enumerate(((), ("admin",), ("auditor",), ("partner", "intake"), ("statement editor",))):
        person = bench.person(f"Person {n}", *roles)
        denied = [route for route in MATRIX if expected(route, roles) == "-"]
        before = refused_events(bench)
        assert [what for what in check(bench, person, roles, dice.sample(denied, 20)) if what] == []
        assert refused_events(bench) == before, "what was refused has left no event and read nothing"


def test_a_role_that_is_taken_away_is_gone_at_once(two_cases):
    bench = two_cases[0]
    seat = bench.seat("Li Na", "analyst")
    assert seat.get("/rings").status_code == 200
    bench.team.people.give_roles(seat.person.id, ["intake"], "an admin", seat.person.version)
    assert seat.get("/rings").status_code == 403 and seat.get("/intake").status_code == 200


def test_the_menu_shows_what_may_be_opened(two_cases):
    bench = two_cases[0]
    for n, roles in enumerate([role] for role in ROLES):
        seat = Seat(bench, bench.person(f"Menu {n}", *roles))
        page = seat.client.get("/help", headers={"accept": "text/html"}).text
        menu = re.findall(r'<a href="([^"]+)" data-key', page)
        assert menu and [seat.get(url).status_code for url in menu] == [200] * len(menu)


def test_the_docs_print_the_table():
    from pathlib import Path

    page = (Path(__file__).parents[1] / "docs" / "teams.md").read_text("utf-8")
    assert rules.rights().table() in page, (
        "run: python -c 'from ringtrace.web.rights import rights; print(rights().table())'"
    )
