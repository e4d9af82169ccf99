"""Who is let in, what is refused, and what every answer carries."""

import re

import pytest

from ringtrace.web.app import build
from ringtrace.web.gate import POLICY
from web_client import HOME, PORT, testing


def test_nobody_comes_in_without_the_link_and_it_works_once(bench):
    stranger = testing.TestClient(build(bench.desk, bench.sessions, PORT), base_url=HOME)
    assert stranger.get("/rings", follow_redirects=False).status_code == 303
    assert stranger.get("/rings.json").status_code == 401
    link = bench.sessions.offer()
    assert stranger.get("/enter/wrong").status_code == 401
    entered = stranger.get(f"/enter/{link}", follow_redirects=False)
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert stranger.get("/rings").status_code == 200
    third = testing.TestClient(build(bench.desk, bench.sessions, PORT), base_url=HOME)
    assert third.get(f"/enter/{link}").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", f"localhost.evil.example:{PORT}", ""])
def test_another_host_name_reaches_nothing(bench, host):
    answer = bench.client.get("/", headers={"host": host})
    assert answer.status_code == 421 and "ring" not in answer.text.lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": f"https://127.0.0.1:{PORT}"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": f"http://127.0.0.1:{PORT}1"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_is_refused_even_with_the_token(bench, headers):
    answer = bench.client.post("/settings", data={"csrf": bench.csrf, "theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert bench.json("/case.json")


def test_a_form_without_the_token_changes_nothing(bench):
    left, right = [row["account_id"] for row in bench.desk.view().room.table("accounts").to_pylist()[:2]]
    fields = {"left": left, "right": right, "verdict": "no"}
    assert bench.client.post("/judge", data=fields).status_code == 403
    assert bench.client.post("/judge", data={**fields, "csrf": "guess"}).status_code == 403
    assert bench.desk.ledger.judgements() == []


def test_every_answer_is_strict(bench):
    for path in ("/", "/rings", "/nothing-here", "/static/workbench.css", "/enter", "/rings.json"):
        headers = bench.client.get(path).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert "unsafe" not in POLICY and "http" not in POLICY.replace("https", "")


def test_pages_hold_no_inline_script_or_style(bench):
    ring = bench.desk.view().rings[0]["ring_id"]
    actor = bench.desk.view().actors[0]["actor_id"]
    for path in ("/", "/rings", f"/rings/{ring}", f"/actors/{actor}", "/search", "/triage", "/triage/links"):
        page = bench.client.get(path, headers={"accept": "text/html"}).text
        assert re.findall(r"<script(?![^>]*src=)", page) == [] and " style=" not in page and "<style" not in page, path
        assert not re.search(r"\son[a-z]+=", page), path


def test_a_message_never_leads_out_of_the_workbench(bench):
    for away in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = bench.client.post(
            "/settings", data={"csrf": bench.csrf, "theme": "dark", "next": away}, follow_redirects=False
        )
        assert answer.status_code == 303 and answer.headers["location"] == "/"


def test_the_command_says_which_port_is_taken(tiny_case):
    import socket

    from ringtrace.errors import UsageError
    from ringtrace.web.server import run

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="cannot be taken"):
            run(tiny_case[0], taken.getsockname()[1], print)
