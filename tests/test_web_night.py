"""A whole night at the workbench in Chinese, by keys alone: no mouse, no address typed, no field filled from outside."""

import shutil

import pytest

from ringtrace.store.case import Case
from web_bench import Served, chromium

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]
NOTE = "张三家 2014-02-01 10:00\n合成的测试文字：送养女宝，微信 lin17000\n"


class Keys:
    """Somebody who has a keyboard and nothing else."""

    def __init__(self, page):
        self.page = page

    def press(self, *names):
        for name in names:
            self.page.keyboard.press(name)

    def reach(self, selector):
        """Walk by Tab until the focus is on what ``selector`` means; it must be there and reachable."""
        assert self.page.locator(selector).count(), selector
        for _ in range(300):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(
                "s => document.activeElement !== null && document.activeElement.matches(s)", selector
            ):
                return
        raise AssertionError(f"{selector} is never reached by Tab")

    def write(self, selector, words):
        self.reach(selector)
        self.page.keyboard.type(words)

    def date(self, selector, year, month, day):
        self.reach(selector)
        for typed in (f"{month}{day}{year}", f"{year}{month}{day}"):
            self.page.keyboard.type(typed)
            if self.page.locator(selector).input_value() == f"{year}-{month}-{day}":
                return
            self.page.keyboard.press("Home")
        raise AssertionError("the date could not be typed")

    def go(self, letter, address):
        self.press("Escape", "g", letter)
        self.page.wait_for_url(f"**{address}")
        assert self.page.locator("html").get_attribute("lang") == "zh"


@pytest.fixture
def night(tiny_case, tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    (tmp_path / "note.txt").write_text(NOTE, "utf-8")
    running = Served(folder)
    with chromium() as browser:
        page = running.enter(
            browser, viewport={"width": 1280, "height": 900}, extra_http_headers={"accept-language": "zh-CN"}
        )
        page.context.set_default_timeout(120_000)
        yield Keys(page), Case(folder), tmp_path / "note.txt"
        page.context.close()
    running.stop()
    assert running.errors == []


def test_a_night_by_keys_alone_in_chinese(night):
    keys, case, note = night
    page = keys.page
    keys.go("i", "/intake")
    keys.reach("input[name=files]")
    with page.expect_file_chooser() as chooser:
        keys.press("Space")
    chooser.value.set_files(note)
    keys.write("input[name=source]", "合成，测试用")
    keys.reach("form.drop button.main")
    keys.press("Enter")
    page.get_by_text("SHA-256").first.wait_for()
    keys.reach("form[action='/jobs'] button.main")
    keys.press("Enter")
    page.locator(".card a[href='/']").wait_for(timeout=400_000)
    keys.reach(".card a[href='/']")
    keys.press("Enter")
    page.locator("ul.numbers").wait_for()

    for _ in range(100):  # the new posts are being indexed at first
        keys.press("Escape", "/")
        page.keyboard.type("宝宝")
        with page.expect_navigation():
            keys.press("Enter")
        if page.locator("article.post").count():
            break
        page.wait_for_timeout(1_000)
    keys.press("Escape", "j", "Enter")
    page.wait_for_url("**/posts/*")
    keys.press("b")
    page.wait_for_url("**/evidence/*")

    keys.go("t", "/triage")
    keys.press("n")
    page.get_by_text("已记录").wait_for()
    keys.press("z")
    page.locator(".said").wait_for()
    keys.go("t", "/triage")
    keys.press("y")
    page.get_by_text("已记录").wait_for()

    keys.go("r", "/rings")
    keys.press("j", "Enter")
    page.wait_for_url("**/rings/ring-*")
    page.wait_for_selector("[data-ready]")
    keys.reach("canvas.stage")
    keys.press("ArrowRight", "+", "0")
    keys.reach("[data-part=person]")
    keys.press("ArrowDown")
    keys.reach("[data-part=ego]")
    keys.press("Enter")
    assert int(page.locator("[data-part=number]").inner_text()) > 1
    keys.reach("[data-part=chosen] a")
    keys.press("Enter")
    page.wait_for_url("**/actors/*")

    ledger = case.open_ledger()
    assert [one.verdict for one in ledger.judgements() if one.subject[0] == "post"] == ["yes"]
    ledger.close()


def test_the_hand_over_by_keys_alone_in_chinese(night):
    keys, _, _ = night
    page = keys.page
    keys.go("w", "/watch")
    keys.write("textarea[name=values]", "170 0000 1234")
    keys.write("form[action='/watch/add'] input[name=reason]", "来电者所说")
    keys.press("Enter")
    page.locator("#watched tbody tr").wait_for()

    keys.go("o", "/operation")
    keys.date("input[name=day]", "2014", "02", "19")
    keys.press("Enter")
    page.get_by_text("2014-02-19").first.wait_for()
    keys.write("input[name=place]", "四川")
    keys.write("input[name=words]", "核实村庄")
    keys.press("Enter")
    page.locator("#tasks tbody tr").wait_for()
    keys.reach("button[value=acknowledged]")
    keys.press("Enter")
    page.locator("#tasks td:first-child + td + td .hint").wait_for()

    keys.go("f", "/figures")
    keys.reach("a[href='/statements/new']")
    keys.press("Enter")
    page.wait_for_url("**/statements/new")
    keys.date("input[name=as_of]", "2014", "02", "28")
    keys.press("Enter")
    page.locator("form[action='/statements'] button.main:not([disabled])").wait_for()
    keys.reach("form[action='/statements'] button.main")
    keys.press("Enter")
    page.wait_for_url("**/statements/statement-*")
    for who in ("林警官，省厅", "白警官，部里"):
        keys.write("input[name=by]", who)
        keys.press("Enter")
        page.get_by_text(who).first.wait_for()
    page.locator(".tag.good").wait_for()

    keys.go("u", "/custody")
    keys.reach("form[action='/jobs'] button.main")
    keys.press("Enter")
    page.locator(".card .tag.good").wait_for(timeout=200_000)
    keys.go("l", "/audit")
    assert page.locator("tbody tr").count() >= 6
