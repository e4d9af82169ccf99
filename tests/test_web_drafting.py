"""The statement editor: what may be printed is checked as it is written, in the browser and by its JSON twin."""

import shutil

import pytest

from ringtrace.pipeline.intake import recording
from ringtrace.store.case import Case
from web_bench import Served, chromium

DAY = "2014-02-28"
SICHUAN, ANHUI, JIANGSU = (f"children|rescued|{code}" for code in ("510000", "340000", "320000"))


def keep(case):
    rows = [(code, n) for code, number in (("510000", 13), ("340000", 3), ("320000", 40)) for n in range(number)]
    text = "kind,subject,status,date,place,document\n"
    text += "".join(f"child,c{code}-{n},rescued,2014-02-19,{code},d\n" for code, n in rows)
    recording.import_records(case, text.encode(), "t.csv", None, author="ann", today="2014-06-30")


def test_the_twin_says_what_is_printed_and_why_not_and_records_no_draft(bench):
    keep(bench.case)
    assert bench.json("/statements/new.json")["cells"] is None
    before = len(list(bench.desk.ledger.events("audit")))
    told = bench.json(f"/statements/new.json?as_of={DAY}")
    cells = {cell["key"]: cell for cell in told["cells"]}
    assert cells[ANHUI]["reason"]["kind"] == "small" and cells[ANHUI]["reason"]["limit"] == 10
    assert cells[SICHUAN]["reason"]["kind"] == "protects" and "Anhui" in cells[SICHUAN]["reason"]["about"][0]
    assert cells[JIANGSU]["shown"] == "exact" and cells[JIANGSU]["printed"] == 40 and cells[JIANGSU]["reason"] is None
    assert len(list(bench.desk.ledger.events("audit"))) == before + 1, "a look at counts of children is in the log"
    told = bench.json(f"/statements/new.json?as_of={DAY}&out={JIANGSU}&out={SICHUAN}")
    assert {cell["key"]: cell["shown"] for cell in told["cells"]}[JIANGSU] == "left"
    partner = bench.json(f"/statements/new.json?as_of={DAY}&audience=partner")
    assert {cell["shown"] for cell in partner["cells"]} == {"exact"}
    assert list(bench.desk.ledger.events("statement_draft")) == []
    for wrong in (
        "as_of=28.2.2014",
        f"as_of={DAY}&audience=all",
        f"as_of={DAY}&embargo=soon",
        f"as_of={DAY}&corrects=statement-1",
    ):
        assert bench.client.get(f"/statements/new?{wrong}", headers={"accept": "application/json"}).status_code == 400
    made = bench.post("/statements", as_of=DAY, audience="public", out=JIANGSU).json()["next"]
    assert {line["shown"] for line in bench.json(f"{made}.json")["lines"] if line["place"] == "320000"} == {"left"}


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_the_check_follows_the_editors_hand_and_two_people_release_it(tiny_case, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    keep(Case(folder))
    running = Served(folder)
    found, failures = [], []
    try:
        with chromium() as browser:
            for language, width in (("en", 1280), ("zh", 390)):
                page = running.enter(browser, locale=language, viewport={"width": width, "height": 900})
                page.on("pageerror", lambda error: failures.append(str(error)))
                page.on("console", lambda m: failures.append(m.text) if m.type == "error" else None)
                page.goto(running.home + "/statements/new")
                page.evaluate("window.here = true")
                page.locator("input[name=as_of]").fill(DAY)
                row = page.locator("tr", has=page.locator(f"input[value='{SICHUAN}']"))
                row.locator(".tag.bad").wait_for()
                other = page.locator("tr", has=page.locator(f"input[value='{JIANGSU}']"))
                assert other.locator(".tag.good").inner_text() == "40"
                other.locator("input").focus()
                page.keyboard.press(" ")
                other.locator(".tag.bad").wait_for()
                row.locator(".tag.good").wait_for(), "now that another is left out, this one may be printed"
                assert page.evaluate("window.here && document.activeElement.value") == JIANGSU, "the focus stays"
                assert f"out={JIANGSU.replace('|', '%7C')}" in page.url, "the check has an address"
                found += [one["id"] for one in axe.run(page).response["violations"]]
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                page.screenshot(path=tiny_case[1] / f"web-drafting-{language}-{width}.png", full_page=True)
                cookies, address = page.context.storage_state(), page.url
                page.context.close()
            plain = browser.new_context(java_script_enabled=False, storage_state=cookies).new_page()
            plain.goto(address)
            plain.locator(f"input[value='{JIANGSU}'][type=checkbox]").uncheck()
            plain.locator("form#asked button").click()
            assert plain.locator("tr", has=plain.locator(f"input[value='{JIANGSU}']")).locator(".tag.good").count() == 1
            plain.locator("button.main").click()
            plain.wait_for_url("**/statements/statement-*")
            for name in ("Officer Lin", "Officer Bai"):
                plain.locator("input[name=by]").fill(name)
                plain.locator("button.main").click()
            assert plain.locator(".tag.good").count() == 1
    finally:
        running.stop()
    assert found == [] and failures == [] and running.errors == []


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_nothing_is_drafted_that_was_not_checked(tiny_case, tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    keep(Case(folder))
    running = Served(folder)
    held, down = [], []
    try:
        with chromium() as browser:
            page = running.enter(browser, locale="en")
            page.goto(f"{running.home}/statements/new?as_of={DAY}")
            draft = page.get_by_role("button", name="Draft a statement")

            def on_the_way(route):
                if down:
                    route.abort()
                elif route.request.resource_type == "fetch":
                    held.append(route)
                else:
                    route.continue_()

            page.route("**/statements/new?*", on_the_way)
            ticks = [page.locator(f"input[value='{key}'][type=checkbox]") for key in (JIANGSU, SICHUAN)]
            assert draft.is_enabled()
            ticks[0].check()
            assert draft.is_disabled(), "before anything was asked"
            for _ in range(100):
                page.wait_for_timeout(50)
                if held:
                    break
            ticks[1].check()
            held.pop().continue_()
            for _ in range(100):
                page.wait_for_timeout(50)
                if held:
                    break
            assert draft.is_disabled() and ticks[1].is_checked(), (
                "the answer to the first tick does not undo the second"
            )
            held.pop().continue_()
            page.locator(f"form[action='/statements'] input[value='{SICHUAN}']").wait_for(state="attached")
            left = page.locator("form[action='/statements'] input[name=out]").evaluate_all(
                "all => all.map(e => e.value)"
            )
            assert sorted(left) == sorted([JIANGSU, SICHUAN]) and draft.is_enabled()
            down.append(True)
            ticks[0].uncheck()
            page.get_by_text("The check did not come back").wait_for()
            assert draft.is_disabled()
            down.clear()
            page.unroute("**/statements/new?*")
            page.get_by_role("button", name="Check").click()
            page.wait_for_load_state()
            assert draft.is_enabled() and page.locator("form[action='/statements'] input[name=out]").count() == 1
            assert not page.get_by_text("The check did not come back").is_visible()
    finally:
        running.stop()
    assert running.errors == []
