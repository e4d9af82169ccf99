"""The ring as a graph that can be moved: the same places each time, keys, growth, a table and a drawing beside it."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
STATIC = ROOT / "src" / "ringtrace" / "web" / "static"


def test_the_built_file_is_of_the_source_beside_it():
    told = re.match(r"// Built from islands/graph.ts .*sha256 ([0-9a-f]{64})", (STATIC / "graph.js").read_text("utf-8"))
    made = hashlib.sha256((ROOT / "islands" / "graph.ts").read_bytes()).hexdigest()
    assert told is not None and told[1] == made, "run `npm ci && npm run build` in islands/"


def test_a_graph_tells_everybody_and_every_tie_at_the_same_places(bench):
    ring = bench.json("/rings")["rings"][0]
    page = bench.json(f"/rings/{ring['ring_id']}/graph")
    assert len(page["people"]) == ring["actors"]
    known = {person["id"] for person in page["people"]}
    assert all(tie["left"] < tie["right"] and {tie["left"], tie["right"]} <= known for tie in page["ties"])
    ends = [end for tie in page["ties"] for end in (tie["left"], tie["right"])]
    assert all(person["ties"] == ends.count(person["id"]) for person in page["people"])
    places = {(person["x"], person["y"]) for person in page["people"]}
    assert len(places) == len(page["people"])
    table = {row["month"]: row["joined"] for row in bench.json(f"/rings/{ring['ring_id']}")["growth"]}
    since = [person["since"] for person in page["people"] if person["since"]]
    assert {month: since.count(month) for month in page["months"]} == {m: n for m, n in table.items() if n}
    bench.desk.view()._networks.clear()
    assert bench.json(f"/rings/{ring['ring_id']}/graph") == page
    html = bench.client.get(f"/rings/{ring['ring_id']}/graph", headers={"accept": "text/html"}).text
    assert html.count("<tr>") == min(200, len(page["ties"])) + 1
    assert bench.client.get("/rings/ring-none/graph").status_code == 404


@pytest.mark.browser
def test_the_graph_is_moved_narrowed_and_grown_by_keys(served, browser):
    page = served.enter(browser, viewport={"width": 1280, "height": 900})
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    ring = page.request.get(served.home + "/rings.json").json()["rings"][0]
    told = page.request.get(f"{served.home}/rings/{ring['ring_id']}/graph.json").json()
    page.goto(f"{served.home}/rings/{ring['ring_id']}")
    page.wait_for_selector("[data-ready]")
    shown = page.locator("[data-part=number]")
    assert page.locator("[data-part=drawn]").is_hidden() and page.locator("canvas.stage").is_visible()
    hub = told["people"][0]
    page.locator("[data-part=person]").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("[data-part=chosen] a").inner_text() == hub["name"]
    page.locator("[data-part=ego]").press("Enter")
    assert int(shown.inner_text()) == hub["ties"] + 1
    page.locator("[data-part=expand]").press("Enter")
    assert int(shown.inner_text()) >= hub["ties"] + 1
    page.locator("[data-part=all]").press("Enter")
    assert int(shown.inner_text()) == len(told["people"])
    if len(told["months"]) > 1:
        page.locator("[data-part=month]").press("Home")
        first = sum(person["since"] == told["months"][0] for person in told["people"])
        assert int(shown.inner_text()) == first
        page.locator("[data-part=month]").press("End")
        assert int(shown.inner_text()) == len(told["people"])
    camera = "document.querySelector('[data-island]').island.camera"
    page.locator("[data-part=whole]").press("Enter")
    still = page.evaluate(camera)
    page.locator(".stage").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    moved = page.evaluate(camera)
    assert moved["x"] > still["x"] and moved["zoom"] > 1
    page.keyboard.press("0")
    assert page.evaluate(camera) == still
    page.locator("[data-part=swap]").press("Enter")
    assert page.locator("[data-part=drawn] svg.graph").is_visible()
    assert failures == []
    page.context.close()


@pytest.mark.browser
def test_without_javascript_the_servers_drawing_is_there(served, browser):
    page = served.enter(browser)
    ring = page.request.get(served.home + "/rings.json").json()["rings"][0]
    cookies = page.context.storage_state()
    plain = browser.new_context(java_script_enabled=False, storage_state=cookies).new_page()
    for path in (f"/rings/{ring['ring_id']}", f"/rings/{ring['ring_id']}/graph"):
        plain.goto(served.home + path)
        assert plain.locator("svg.graph").is_visible()
        assert plain.locator("[data-part=live]").is_hidden() and plain.locator("[data-part=swap]").is_hidden()
    plain.context.close()
    page.context.close()


@pytest.mark.browser
def test_five_thousand_people_are_drawn(served, browser, tiny_case):
    from ringtrace.report.network import network

    actors = [f"actor-{at:04}" for at in range(5_000)]
    ties = [
        {"left": actors[at % 250], "right": actor, "weight": 1.0, "layer": "reply"}
        for at, actor in enumerate(actors)
        if at >= 250
    ]
    ties += [
        {"left": actors[at], "right": actors[(7 * at + 3) % 250], "weight": 1.0, "layer": "deal"} for at in range(250)
    ]
    members = [{"actor_id": actor} for actor in actors]
    roles = {actor: "broker" if at < 250 else "buyer" for at, actor in enumerate(actors)}
    names = {actor: "名" * 60 if at == 0 else actor for at, actor in enumerate(actors)}
    large = network(members, roles, names, [tie for tie in ties if tie["left"] != tie["right"]], {})
    page = served.enter(browser, viewport={"width": 1280, "height": 900})
    ring = page.request.get(served.home + "/rings.json").json()["rings"][0]
    page.route("**/graph.json", lambda route: route.fulfill(json=large))
    page.goto(f"{served.home}/rings/{ring['ring_id']}/graph")
    page.wait_for_selector("[data-ready]")
    island = "document.querySelector('[data-island]').island"
    assert page.evaluate(f"{island}.marks.size") == 5_000
    assert len(page.evaluate(f"{island}.pan(20)")) == 20
    page.screenshot(path=tiny_case[1] / "web-graph-5000.png")
    page.context.close()
