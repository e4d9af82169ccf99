"""Deconfliction in the workbench: hits as the commands told them, logged before they are shown, and not for partners."""

import hashlib
import re
import shutil as copying

import pytest

from ringtrace.errors import CaseError
from ringtrace.operation.masking import MASK
from ringtrace.web.pages import deconfliction
from team_bench import TeamBench
from test_deconfliction import houses, other_house  # noqa: F401 - the fixtures
from web_client import Workbench

PHONE, QQ, CELL = "phone +8617000000001", "qq 170001", "cell 510100 2014-W08"
ADDRESS = "/operation/deconfliction"


def hold_rounds(ledger):
    """The events that the commands of one comparison and two rounds leave."""
    near = {"what": "compared within the house", "hits": [CELL, PHONE], "with": {PHONE: ["case of Ya'an"], CELL: []}}
    for told in (
        near,
        {"what": "asked", "of": "Anhui", "number": 30, "ask": "a1"},
        {"what": "hits found", "at": "Anhui", "hits": [PHONE, QQ], "round": "r1"},
        {"what": "pointers read", "at": "Anhui", "round": "r1", "pointers": {PHONE: "Police of Anhui; <b>desk</b>"}},
        {"what": "answered", "partner": "Hebei", "number": 7, "ask": "a2", "round": "r2"},
        {"what": "hit", "partner": "Hebei", "hits": [QQ], "wrong": 0, "round": "r2"},
    ):
        ledger.record("deconfliction", "ann", told)


def page_of(bench, path=ADDRESS):
    return bench.client.get(path, headers={"accept": "text/html"}).text


def test_hits_are_listed_with_what_was_released_and_no_more(bench):
    assert "No hit is known" in page_of(bench) and "nobody was asked yet" in page_of(bench, "/operation")
    hold_rounds(bench.desk.ledger)
    told = bench.json(ADDRESS)
    found = {(hit["what"], hit["way"]): (hit["others"], hit["released"]) for hit in told["hits"]}
    assert found == {
        (PHONE, "within the house"): (["case of Ya'an"], None), (CELL, "within the house"): ([], None),
        (PHONE, "found at a partner"): (["Anhui"], "Police of Anhui; <b>desk</b>"),
        (QQ, "found at a partner"): (["Anhui"], None), (QQ, "found by a partner"): (["Hebei"], None),
    }  # fmt: skip
    assert [(move["what"], move["other"], move["number"]) for move in told["moves"]] == [
        ("hit", "Hebei", 1), ("answered", "Hebei", 7), ("pointers read", "Anhui", 1), ("hits found", "Anhui", 2),
        ("asked", "Anhui", 30), ("compared within the house", "", 2),
    ]  # fmt: skip
    cell = next(hit for hit in told["hits"] if hit["kind"] == "cell")
    assert (cell["place"], cell["monday"]) == ("Chengdu 成都市", "2014-02-17") and not cell["searchable"]
    page = page_of(bench)
    assert "Police of Anhui; &lt;b&gt;desk" in page and "week 2014-W08, from 2014-02-17" in page
    assert bench.client.get(re.search(r'href="(/search\?handle=[^"]+)"', page)[1]).status_code == 200
    board = bench.json("/operation")["deconfliction"]
    assert board == {"hits": 5, "unread": 1, "asked": True} and f'href="{ADDRESS}"' in page_of(bench, "/operation")


def test_many_hits_are_paged(bench, monkeypatch):
    monkeypatch.setattr(deconfliction, "_PAGE", 2)
    hold_rounds(bench.desk.ledger)
    pages = [bench.json(f"{ADDRESS}?offset={offset}") for offset in (0, 2, 4)]
    assert [page["next_offset"] for page in pages] == [2, 4, None]
    assert len({(hit["what"], hit["way"]) for page in pages for hit in page["hits"]}) == 5
    assert f'rel="next" href="{ADDRESS}?offset=2"' in page_of(bench)
    assert bench.json(f"{ADDRESS}?offset=999")["hits"] == bench.json(f"{ADDRESS}?offset=-3")["hits"][:0]


def test_a_look_is_in_the_ledger_first_and_without_it_nothing_is_shown(bench, monkeypatch):
    hold_rounds(bench.desk.ledger)
    bench.post("/settings", purpose="day of action")
    before = bench.desk.ledger.last()
    bench.json(ADDRESS)
    (event, told), *_ = [one for one in bench.desk.ledger.events("audit") if one[0].number > before]
    assert told == {"what": "records consulted", "page": ADDRESS, "purpose": "day of action"}
    assert event.author == "analyst"

    def full(*args, **named):
        raise CaseError("the disk is full")

    monkeypatch.setattr(bench.desk.ledger, "record", full)
    for path in (ADDRESS, f"{ADDRESS}.json"):
        answer = bench.client.get(path)
        assert answer.status_code == 503 and "17000000001" not in answer.text and "Anhui" not in answer.text


def test_what_records_know_of_children_since_is_blotted_out(bench, monkeypatch):
    hold_rounds(bench.desk.ledger)
    known = "+8617000000001"
    monkeypatch.setattr(deconfliction, "masker_of", lambda case: lambda text: text.replace(known, MASK))
    told = bench.json(ADDRESS)
    assert known not in str(told) and {hit["what"] for hit in told["hits"]} == {f"phone {MASK}", QQ, CELL}
    assert [hit["searchable"] for hit in told["hits"] if MASK in hit["what"]] == [False, False]
    assert known not in page_of(bench)


@pytest.mark.slow
def test_partners_see_the_board_without_hits(tiny_case, tmp_path):
    copying.copytree(tiny_case[0].folder, tmp_path / "case")
    office = TeamBench(tmp_path / "case")
    try:
        hold_rounds(office.desk.ledger)
        partner, boss = office.seat("P", "partner"), office.seat("B", "supervisor")
        assert partner.get(ADDRESS).status_code == partner.get(f"{ADDRESS}.json").status_code == 403
        board = partner.get("/operation")
        assert board.status_code == 200 and "deconfliction" not in board.json()
        assert boss.get("/operation").json()["deconfliction"]["hits"] == 5
        assert boss.get(ADDRESS).json()["hit_total"] == 5
    finally:
        office.desk.close()


@pytest.mark.slow
def test_a_round_is_run_from_the_pages_of_two_houses(houses):  # noqa: F811
    sides = {name: Workbench(houses(name).folder) for name in ("sichuan", "anhui")}
    try:
        for side in sides.values():
            side.client.__enter__()
            side.enter()

        def hand_over(name, other, step):
            """Take the latest message of one house to the other, and look at what waits there."""
            houses(name)
            written = sides[name].json(ADDRESS)["rounds"]["out"][0]
            data = sides[name].client.get(f"{ADDRESS}/messages/{written['name']}").content
            taken = [e for e in houses(name).evidence.log.events() if e["event"] == "disclose"][-1]
            assert taken["written"] == {written["name"]: hashlib.sha256(data).hexdigest()}, "logged before it left"
            houses(other)
            before = sides[other].desk.ledger.last()
            assert send(other, data).status_code == 200
            (waits,) = sides[other].json(ADDRESS)["rounds"]["waiting"]
            assert (waits["kind"], waits["other"]) == (step, name)
            changed = [c.kind for c in sides[other].desk.ledger.changes(("deconfliction",), before)]
            assert changed == [], "a look answers nothing"
            assert step_with(other, waits["name"]).status_code == 200
            assert step_with(other, waits["name"]).status_code == 400, "nobody takes a message twice"
            assert send(other, data).status_code == 400
            assert sides[other].json(ADDRESS)["rounds"]["waiting"] == []

        def send(name, data):
            headers = {"x-csrf-token": sides[name].csrf, "accept": "application/json"}
            return sides[name].client.post(f"{ADDRESS}/messages", files={"message": ("x", data)}, headers=headers)

        def step_with(name, message, act="next"):
            return sides[name].post(f"{ADDRESS}/messages/{message}", act=act)

        houses("sichuan")
        assert sides["sichuan"].post(f"{ADDRESS}/ask", to="nobody").status_code == 400
        assert sides["sichuan"].post(f"{ADDRESS}/ask", to="anhui").status_code == 200
        for name, other, step in (
            ("sichuan", "anhui", "ask"), ("anhui", "sichuan", "answer"), ("sichuan", "anhui", "claim"),
            ("anhui", "sichuan", "pointers"),
        ):  # fmt: skip
            hand_over(name, other, step)
        told = sides["sichuan"].json(ADDRESS)
        assert told["hit_total"] > 20 and told["unread"] == 0
        (call,) = told["calls"]
        assert (call["other"], call["hits"]) == ("anhui", told["hit_total"])
        assert call["released"] == ["Police of anhui; desk of anhui"]
        assert send("sichuan", b"hello").status_code == 400
        for wrong in ("../ledger.db", "%2e%2e%2fledger.db", "ask-1.message"):
            assert sides["sichuan"].client.get(f"{ADDRESS}/messages/{wrong}").status_code == 404
    finally:
        for side in sides.values():
            side.client.__exit__(None, None, None)
            side.desk.close()
