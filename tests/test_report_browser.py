"""The report in a real browser: it opens offline, asks for nothing, and can be read at both widths."""

import http.server
import os
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


@pytest.mark.parametrize("width", [1280, 390])
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


def test_hostile_words_stay_words(browser, tmp_path, trap, monkeypatch):
    import json

    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.adding import add
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
