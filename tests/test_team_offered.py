"""No button or link on any page leads where its visitor's role is refused, and what a role may use is there."""

import re

import pytest
from lxml import html

from ringtrace.web.offered import offer, route_of
from role_matrix import MATRIX, ROLES, expected
from team_bench import Seat, TeamBench, copied

pytestmark = pytest.mark.slow  # a team's server and its database: no unit tests


@pytest.fixture(scope="module")
def office(tiny_case, tmp_path_factory):
    bench = TeamBench(copied(tiny_case, tmp_path_factory.mktemp("offered") / "case"))
    bench.desk.warm()
    bench.desk.wait(120)
    yield bench
    bench.desk.close()


def pages_of(view):
    ring, actor = view.rings[0]["ring_id"], view.actors[0]["actor_id"]
    post = view.room.table("posts")["post_id"][0].as_py()
    return [
        "/", "/search?q=宝", "/triage", "/triage/links", "/triage/disagreements", "/rings", f"/rings/{ring}", f"/rings/{ring}/graph", "/actors",
        f"/actors/{actor}", f"/posts/{post}", "/texts", "/watch", "/figures", "/statements/new?as_of=2014-02-28", "/operation", "/operation/deconfliction", "/intake", "/intake/tip", "/intake/leads",
        "/custody", "/judgements", "/people", "/account", "/help",
    ]  # fmt: skip


def route_in_the_table(method, path):
    """The line of the table written by hand that an address belongs to."""
    for route in MATRIX:
        verb, _, pattern = route.partition(" ")
        if verb == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path):
            return route
    return None


@pytest.mark.parametrize("role", ROLES)
def test_nothing_that_is_refused_is_offered(office, role):
    seat = Seat(office, office.person(f"Offered {role}", role))
    seen = 0
    for address in pages_of(office.desk.view()):
        answer = seat.client.get(address, headers={"accept": "text/html"})
        if answer.status_code == 403:
            continue
        assert answer.status_code == 200, (role, address)
        tree = html.fromstring(answer.text)
        offers = [("GET", link) for link in tree.xpath("//a/@href")]
        offers += [(form.get("method", "get").upper(), form.get("action")) for form in tree.xpath("//form")]
        for method, target in offers:
            path = target.partition("?")[0].partition("#")[0]
            if not path.startswith("/"):
                continue
            route = route_in_the_table(method, re.sub(r"\.json$", "", path) if path != "/case.json" else "/")
            assert route is not None, (role, address, target)
            assert expected(route, [role]) == "x", (role, address, method, target)
            seen += 1
        for form in tree.xpath("//form[@action='/jobs']"):
            command = form.xpath(".//input[@name='command']/@value")[0]
            assert expected(f"POST /jobs command={command}", [role]) == "x", (role, address)
    assert seen > 5


def test_what_a_role_may_use_is_there(office):
    seats = {}

    def page(role, address):
        if role not in seats:
            seats[role] = Seat(office, office.person(f"Uses {role}", role))
        seat = seats[role]
        return seat.client.get(address, headers={"accept": "text/html"}).text

    assert 'action="/judge"' in page("analyst", "/triage")
    assert 'action="/judge"' not in page("disclosure", "/triage")
    assert "not part of your role" in page("disclosure", "/triage")
    assert 'href="/statements/new"' in page("statement editor", "/figures")
    assert 'action="/statements"' in page("statement editor", "/statements/new?as_of=2014-02-28")
    assert 'href="/statements/new"' not in page("analyst", "/figures")
    assert 'action="/operation/tasks"' not in page("partner", "/operation")
    assert 'class="find"' not in page("auditor", "/") and 'class="find"' in page("analyst", "/")
    assert 'value="verify"' in page("auditor", "/custody")


def test_words_that_look_like_forms_stay_and_strangers_links_stay():
    quoted = "<p>&lt;form action=&quot;/judge&quot;&gt;</p><a href='#x'>y</a><a href=\"#top\">up</a>"
    assert offer(quoted, lambda route: False, "") == quoted
    page = '<form method="post" action="/judge"><button>yes</button></form><a class="c" href="/rings/r1">one <b>ring</b></a>'
    assert offer(page, lambda route: False, "<p>no</p>") == "<p>no</p><span>one <b>ring</b></span>"
    assert offer(page, lambda route: True, "<p>no</p>") == page
    assert route_of("GET", "/rings/r1/graph") == "GET /rings/{ring_id}/graph"
    assert route_of("GET", "/nowhere") is None
