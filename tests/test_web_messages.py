"""The table of posts that is scrolled from end to end: only what is in sight is on the page, and it is what the list has."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ROWS = "[...document.querySelectorAll('[data-scroller] tbody tr')].map(row => [row.cells[0].textContent, row.cells[1].textContent])"


def settled(page):
    """The rows on the page, once all of them have come."""
    for _ in range(600):
        rows = page.evaluate(ROWS)
        if rows and all(when for _, when in rows):
            return [int(number.replace(",", "")) for number, _ in rows]
        page.wait_for_timeout(50)
    raise AssertionError(rows)


def test_any_row_is_reached_by_keys_bar_and_wheel_and_the_page_stays_small(served, browser):
    page = served.enter(browser, viewport={"width": 1280, "height": 900})
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(served.home + "/search?q=&table=true")
    stage = page.locator("[data-scroller][data-ready]")
    total = int(stage.get_attribute("data-total"))
    assert total == page.request.get(served.home + "/search.json?q=").json()["total"] > 200
    assert settled(page)[0] == 1 and page.locator(".pager").count() == 0
    stage.focus()
    page.keyboard.press("End")
    rows = settled(page)
    assert rows == list(range(rows[0], total + 1)) and len(rows) < 60
    last = page.request.get(f"{served.home}/search.json?q=&offset={(total - 1) // 40 * 40}").json()["rows"][-1]
    assert page.locator("tbody tr a").last.get_attribute("href") == f"/posts/{last['post_id']}"
    page.keyboard.press("Home")
    assert settled(page)[0] == 1
    page.keyboard.press("ArrowDown")
    assert settled(page)[0] == 2
    page.evaluate(
        "s => { s = document.querySelector('[data-scroller]'); s.scrollTop = (s.scrollHeight - s.clientHeight) / 2 }"
    )
    page.wait_for_timeout(300)
    rows = settled(page)
    assert abs(rows[0] + len(rows) / 2 - total / 2) < 40
    box = stage.bounding_box()
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.wheel(0, 400)
    page.wait_for_timeout(300)
    assert 0 < settled(page)[0] - rows[0] < 40
    focused = page.locator("tbody tr a").first
    focused.focus()
    page.keyboard.press("PageDown")
    settled(page)
    assert page.evaluate("document.querySelector('[data-scroller]').contains(document.activeElement)"), (
        "keys go on working"
    )
    page.locator("tbody tr a").first.click()
    page.wait_for_url("**/posts/*")
    assert wrong == []
    page.context.close()


def test_without_scripts_it_is_one_page_with_a_link_to_the_next(served, browser):
    page = served.enter(browser, java_script_enabled=False)
    page.goto(served.home + "/search?q=&table=true")
    assert page.locator("tbody tr").count() == 40
    page.locator("a.next").click()
    assert page.locator("tbody tr").first.locator("td").first.inner_text() == "41"
    page.get_by_role("link", name="Whole posts").click()
    assert page.locator("article.post").count() == 40
    page.context.close()
