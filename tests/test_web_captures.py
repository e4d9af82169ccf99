"""A captured page in its sandbox: its words are there, nothing runs, loads or leads anywhere, and the log comes first."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from ringtrace.store.case import Case
from ringtrace.text.pages.shown import shown_page
from ringtrace.web.captures import Captures
from web_bench import Served, chromium, trap_server

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def hostile(trap):
    return f"""<!doctype html><html><head><title>t</title><base href="{trap}/"><meta http-equiv="refresh" content="0;url={trap}/meta">
    <link rel="stylesheet" href="{trap}/css"><link rel="dns-prefetch" href="{trap}"><style>@import url({trap}/import); p {{ color: red }}</style>
    <script src="{trap}/script"></script><script>fetch("{trap}/fetch"); alert(1)</script></head>
    <body onload="alert(2)" background="{trap}/back"><h1>Board of the test</h1><p style="background:url({trap}/style)">送养女宝 words of the page</p>
    <img src="{trap}/image" alt="a picture" onerror="alert(3)"><img src="data:image/png;base64,{DOT}" alt="a dot">
    <a href="{trap}/link">follow me</a><a href="javascript:alert(4)">and me</a><form action="{trap}/form"><input name="x"><button>send</button></form>
    <iframe src="{trap}/frame"></iframe><svg onload="alert(5)"><image href="{trap}/svg"/></svg><object data="{trap}/object"></object>
    <video src="{trap}/video" autoplay></video></body></html>"""


def test_nothing_with_an_address_or_a_program_is_left():
    page = shown_page(hostile("http://trap.example").encode(), "utf-8", images=False)
    assert "words of the page" in page and "Board of the test" in page and "[image: a picture]" in page
    assert "trap.example" not in page and "alert" not in page and "data:" not in page
    with_pictures = shown_page(hostile("http://trap.example").encode(), "utf-8", images=True)
    assert with_pictures.count("<img ") == 1 and "trap.example" not in with_pictures


@given(st.text(alphabet="<>/='\" \n\tabsciptonrlheyul:()&;#!-[]\\x0", max_size=300), st.booleans())
@settings(max_examples=300, deadline=None)
def test_no_page_whatever_it_holds_keeps_more_than_is_listed(text, images):
    made = shown_page(f"<div>{text}</div><script>x</script><p onclick=y href='z'>".encode(), "utf-8", images)
    tree = html.fromstring(made)
    assert not tree.xpath(
        "//script | //iframe | //link | //meta[@http-equiv] | //form | //object | //style | //base | //svg"
    )
    assert not [name for name in tree.xpath("//@*[starts-with(name(), 'on') or name() = 'href' or name() = 'src']")]


def test_the_second_origin_answers_a_left_page_and_nothing_else():
    import anyio

    captures = Captures(8997, "http://127.0.0.1:8998")

    def ask(path, method="GET"):
        told = []

        async def send(message):
            told.append(message)

        anyio.run(captures, {"type": "http", "path": path, "method": method}, None, send)
        return told[0]["status"], dict(told[0]["headers"]), told[1]["body"]

    address = captures.leave("<p>hello</p>", images=False)
    assert address.startswith("http://127.0.0.1:8997/")
    path = address[len(captures.origin) :]
    status, headers, body = ask(path)
    assert status == 200 and body == b"<p>hello</p>"
    policy = headers[b"content-security-policy"].decode()
    assert policy.startswith("sandbox; default-src 'none'") and "frame-ancestors http://127.0.0.1:8998" in policy
    assert ask("/")[0] == ask("/other")[0] == ask(path, "POST")[0] == 404
    for _ in range(40):
        captures.leave("x", images=False)
    assert ask(path)[0] == 404


@pytest.mark.browser
@pytest.mark.timeout(300)
def test_a_hostile_page_is_looked_at_and_reaches_nobody(tmp_path, session_keys):
    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.intake.adding import add

    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with trap_server() as (trap, hits):
        (tmp_path / "evidence").mkdir()
        (tmp_path / "evidence" / "board.html").write_text(hostile(trap), "utf-8")
        case = Case.create(tmp_path / "case")
        add(case, [tmp_path / "evidence"], "synthetic, for a test", lambda done, total: None)
        analyse(case, 1, lambda *args: None)
        served = Served(case.folder)
        try:
            with chromium() as browser:
                page = served.enter(browser)
                dialogs = []
                page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
                evidence = case.evidence.held()[0].evidence_id
                page.goto(f"{served.home}/captures/{evidence}")
                frame = page.frame_locator("iframe.capture")
                assert frame.locator("h1").inner_text() == "Board of the test"
                assert "words of the page" in frame.locator("body").inner_text() and frame.locator("img").count() == 0
                origin = page.locator("iframe.capture").get_attribute("src").rsplit("/", 1)[0]
                assert re.fullmatch(r"http://127\.0\.0\.1:\d+", origin) and origin != served.home
                frame.get_by_text("follow me").click()
                assert axe.run(page).response["violations"] == []
                page.get_by_role("link", name="Show its pictures").click()
                assert frame.locator("img").count() == 1
                page.wait_for_timeout(500)
                assert page.request.get(origin + "/").status == 404
                logged = [event for event in case.evidence.log.events() if event["event"] == "consult"]
                assert any("/captures/" in event["why"] for event in logged)
                page.context.close()
        finally:
            served.stop()
        assert hits == [] and dialogs == []
