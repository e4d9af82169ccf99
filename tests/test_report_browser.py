"""The report in a real browser: it opens offline, asks for nothing, and can be read at both widths."""

import http.server
import os
import re
import threading

import pytest

from find_browser import find_browser

pytestmark = [pytest.mark.browser]
SYNC = pytest.importorskip("playwright.sync_api")


@pytest.fixture(scope="module")
def browser():
    path = find_browser()
    if path is None:
        if os.environ.get("RINGTRACE_REQUIRE_ALL"):
            pytest.fail("Chromium is needed here and is not installed")
        pytest.skip("no Chromium on this machine")
    with SYNC.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
        )
        yield opened
        opened.close()


@pytest.fixture
def trap():
    """A listening server: whatever reaches it has left the page."""
    hits = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            hits.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", hits
    server.shutdown()


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_the_report_reads_at_any_width(browser, tiny_case, width):
    case, folder = tiny_case
    page = browser.new_page(viewport={"width": width, "height": 900})
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    page.goto((case.analysis / "report.html").as_uri())
    assert page.locator("h1").inner_text() == case.settings.name
    assert page.locator("#rings").is_visible()
    assert page.locator("main section svg").count() >= 3
    assert page.locator("q").count() > 5, "a report without quotes explains nothing"
    across = page.evaluate("document.documentElement.scrollWidth")
    assert across <= width, f"the page is {across} px wide on a screen of {width}"
    assert failures == []
    out = folder / f"report-{width}.png"
    page.screenshot(path=out, full_page=width == 1280)
    assert out.stat().st_size > 10_000
    page.close()


@pytest.fixture
def report(browser, tiny_case):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto((tiny_case[0].analysis / "report.html").as_uri())
    yield page
    page.close()


def test_names_in_the_graph_do_not_overlap_and_the_picture_is_full(report):
    graph = report.locator("svg.graph").first
    boxes = graph.locator(".labels text").evaluate_all(
        "all => all.map(t => { const b = t.getBBox(); return [b.x, b.y, b.x + b.width, b.y + b.height]; })"
    )
    assert len(boxes) >= 3
    for at, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[at + 1 :]:
            deep = min(right, other[2]) - max(left, other[0]), min(bottom, other[3]) - max(top, other[1])
            assert deep[0] <= 2 or deep[1] <= 4, "two names stand on each other"
    view = graph.evaluate("g => [g.viewBox.baseVal, g.getBBox()].map(b => b.width * b.height)")
    assert view[1] > 0.6 * view[0], "most of the graph's area is empty"


def test_the_timeline_holds_the_posts_of_the_ring_alone(report, tiny_case):
    from ringtrace.store.analysis import read_table

    ring = read_table(tiny_case[0].analysis, "rings").to_pylist()[0]
    counts = report.locator("svg.lanes").first.locator("text.faint[text-anchor=end]").all_text_contents()
    undated = re.search(r"(\d+) posts? without a stated time", report.locator("section.ring").first.inner_text())
    told = sum(int(count.replace(",", "")) for count in counts)
    assert told + (int(undated[1]) if undated else 0) == ring["posts"]


def test_it_is_reachable_by_keyboard_and_skips_to_the_findings(report):
    report.keyboard.press("Tab")
    assert report.evaluate("document.activeElement.className") == "skip"
    summary = report.locator("details:not([open]) > summary").first
    summary.focus()
    report.keyboard.press("Enter")
    assert report.evaluate("document.activeElement.parentElement.open")
    unreachable = report.evaluate(
        "[...document.querySelectorAll('.scroll, .wide')]"
        ".filter(e => e.scrollWidth > e.clientWidth && e.tabIndex < 0).length"
    )
    assert unreachable == 0
    ids = report.evaluate("[...document.querySelectorAll('nav a')].map(a => a.getAttribute('href').slice(1))")
    assert all(report.locator(f"#{key}").count() == 1 for key in ids)


def test_it_explains_links_by_waterfalls_with_counterfactuals(report):
    link = report.locator("details.link").first
    link.locator("summary").click()
    text = link.inner_text()
    assert "without this feature the probability would be 0." in text
    assert link.locator("q").count() >= 2
    report.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
    assert report.evaluate("document.documentElement.scrollWidth") <= 1280


def test_it_prints_dark_on_white_without_the_menu(report):
    report.emulate_media(media="print", color_scheme="dark")
    assert not report.locator("nav").is_visible()
    colours = report.evaluate(
        "(() => { const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]; })()"
    )
    assert colours == ["rgb(27, 29, 31)", "rgb(255, 255, 255)"]


def test_on_a_telephone_tables_become_cards_that_need_no_scrolling_aside(browser, tiny_case):
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto((tiny_case[0].analysis / "report.html").as_uri())
    page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
    tables = page.locator("table.cards")
    assert tables.count() >= 6
    aside = tables.evaluate_all(
        "all => all.filter(t => t.parentElement.scrollWidth > t.parentElement.clientWidth).length"
    )
    assert aside == 0
    label = page.locator("table.members td[data-label=Stays]").first
    assert "Stays" in label.evaluate("td => getComputedStyle(td, '::before').content")
    page.close()


def test_paper_holds_links_ties_and_evidence_and_says_what_is_folded(report):
    report.emulate_media(media="print")
    shown = "all => all.map(d => d.lastElementChild.getBoundingClientRect().height > 0)"
    printed = report.locator("details.open:not([open])").evaluate_all(shown)
    assert len(printed) >= 2 and all(printed)
    assert report.locator("#evidence ~ details.open").count() == 1, "a court needs the list of the originals"
    notes = report.locator("details:not(.open):not([open]) > summary").evaluate_all(
        "all => all.map(s => getComputedStyle(s, '::after').content)"
    )
    assert notes and all("not printed" in note for note in notes)
    assert report.locator("h2#evidence").evaluate("h => getComputedStyle(h).breakBefore") == "page"
    assert report.locator(".care h2").first.evaluate("h => getComputedStyle(h).breakBefore") == "auto"


def test_it_explains_its_words_and_names_every_original(report, tiny_case):
    from ringtrace.store.analysis import read_table

    terms = report.locator("#words + dl dt").all_inner_texts()
    assert {"account", "actor", "ring", "p", "gap"} <= set(terms)
    assert report.locator("#words + dl dd").count() == len(terms)
    told = report.locator("table.files").text_content()
    rows = read_table(tiny_case[0].analysis, "evidence").to_pylist()
    assert rows and all(row["evidence_id"] in told and row["source"] in told for row in rows)
    posts = report.locator("#posts + p").inner_text()
    stances = read_table(tiny_case[0].analysis, "stances").to_pylist()
    sure = sum(row["band"] == "yes" for row in stances)
    assert posts.startswith(f"{sure} posts read as"), "what waits for a person's eyes is not read as an offer"


def test_hostile_words_stay_words(browser, tmp_path, trap, monkeypatch):
    import json

    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.intake.adding import add
    from ringtrace.store.case import Case

    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    address, hits = trap
    bait = f"<script src='{address}/a'></script><img src=\"{address}/b\" onerror=alert(1)>"
    messages = [
        {"id": n, "type": "message", "date": "2014-01-05T10:00:00", "from": f"{bait}{n % 2}", "from_id": f"user{n % 2}",
         "text": f"{bait} 送养女宝 加微信 abcxyz{n}"}
        for n in range(12)
    ]  # fmt: skip
    evidence = tmp_path / "in"
    evidence.mkdir()
    (evidence / "result.json").write_text(
        json.dumps({"name": bait, "type": "private_group", "id": 77, "messages": messages}, ensure_ascii=False), "utf-8"
    )
    case = Case.create(tmp_path / "case")
    add(case, [evidence], bait, lambda done, total: None)
    analyse(case, 1, lambda *args: None)
    page = browser.new_page()
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto((case.analysis / "report.html").as_uri())
    page.wait_for_timeout(300)
    assert hits == [] and dialogs == []
    assert page.locator("script, img, iframe, object").count() == 0
    page.close()
