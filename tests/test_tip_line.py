"""The public's form for tips: off unless turned on, apart from the workbench, limited, answered, and sealed."""

import json
import os
import re
import shutil
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from ringtrace.errors import CaseError, UsageError
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.intake.tip_desk import leads_of
from ringtrace.pipeline.intake.tip_window import TipWindow
from ringtrace.store.case import Case, TipSettings
from ringtrace.web.allowance import HOUR, Allowance
from ringtrace.web.tip_line import TipLine
from web_bench import Served, chromium

LIN, WU = ("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")
PORT = 8720
HOME = f"http://127.0.0.1:{PORT}"
WORDS = "合成的测试文字：论坛里有人说要送养孩子，请核实这件事"
NAME, REACH = "欧阳甲乙", "17000099991"


class Clock:
    def __init__(self):
        self.at = 1_000.0

    def __call__(self):
        return self.at


@pytest.fixture
def case(tmp_path, session_keys, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    return Case.create(tmp_path / "case")


@pytest.fixture
def kept(case):
    """The case with two keepers, under whose seal reporters may name themselves."""
    recording.appoint_keepers(case, [LIN, WU], author="ann")
    return case


@pytest.fixture
def window(case):
    made = TipWindow(case, case.folder / ".workbench" / "tips")
    yield made
    made.end()


@pytest.fixture
def line(window):
    clock = Clock()
    made = TipLine(TipSettings("127.0.0.1:8720", each_hour=3, all_hour=8, office="Test desk"), window, now=clock)
    made.clock = clock
    return made


def client(line, address="203.0.113.5", **options):
    inner = line.application(PORT)

    async def application(scope, receive, send):
        await inner({**scope, "client": (address, 40_000)} if scope["type"] == "http" else scope, receive, send)

    return TestClient(application, base_url=HOME, **options)


def everything(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file()).decode("utf-8", "replace")


# --- the limit ---


def test_each_address_has_its_share_and_gets_it_back_with_time():
    clock = Clock()
    limit = Allowance(3, 100, clock)
    assert [limit.take("203.0.113.5") for _ in range(3)] == [0, 0, 0]
    wait = limit.take("203.0.113.5")
    assert 0 < wait <= HOUR / 3 + 1 and limit.take("203.0.113.6") == 0
    clock.at += wait
    assert limit.take("203.0.113.5") == 0 and limit.take("203.0.113.5") > 0


def test_one_customers_addresses_count_as_one_and_so_do_both_spellings():
    limit = Allowance(1, 100, Clock())
    assert limit.take("2001:db8:1:2::1") == 0 and limit.take("2001:db8:1:2:ffff::9") > 0
    assert limit.take("2001:db8:1:3::1") == 0
    assert limit.take("::ffff:203.0.113.5") == 0 and limit.take("203.0.113.5") > 0
    assert limit.take("not an address") == 0 and limit.take("nor this") > 0


@given(st.lists(st.tuples(st.integers(0, 400), st.floats(0, 90)), max_size=300))
def test_memory_and_the_sum_are_bounded_whoever_asks(asked):
    clock = Clock()
    limit, given_ = Allowance(2, 20, clock, most=50), 0
    start = clock.at
    for who, passed in asked:
        clock.at += passed
        given_ += limit.take(f"198.51.{who // 256}.{who % 256}") == 0
        assert len(limit) <= 50
    assert given_ <= 20 + (clock.at - start) * 20 / HOUR + 1e-6


@pytest.mark.parametrize(
    ("prefix", "share"), [("2001:db8:1:2", 3), ("2001:db8:1:{n:x}", 6), ("2001:db8:1:{n:x}00", 12)]
)
def test_whoever_holds_a_wide_network_has_a_few_shares_and_fills_no_memory(prefix, share):
    limit = Allowance(3, 100, Clock())
    taken = [limit.take(f"{prefix.format(n=n)}::{n:x}") for n in range(200)]
    assert taken.count(0) == share and len(limit) <= 2 * share + 1
    assert limit.take("2001:db8:2::1") == 0 and limit.take("203.0.113.5") == 0


def test_a_part_is_kept_for_who_has_not_asked_yet():
    limit = Allowance(8, 8, Clock())
    taken = [limit.take("2001:db8:1::1") for _ in range(8)]
    assert taken.count(0) == 6 and taken[0] == 0
    assert limit.take("2001:db8:1:ffff::1") > 0, "of a network that has asked"
    assert [limit.take(f"203.0.113.{n}") > 0 for n in range(3)] == [False, False, True]


# --- the window ---


def test_a_tip_that_is_taken_in_while_somebody_looks_is_found(case, window, monkeypatch):
    left, read = window.leave({"text": WORDS}, "me"), Path.read_text

    def taken_in(path, *args, **options):
        monkeypatch.setattr(Path, "read_text", read)
        assert window.take_in() == 0
        return read(path, *args, **options)

    monkeypatch.setattr(Path, "read_text", taken_in)
    assert window.find(left.receipt).taken


def test_a_name_without_a_file_stops_nobody(case, window):
    window.leave({"text": WORDS}, "me")
    folder = case.folder / ".workbench" / "tips"
    (folder / "gone.tip").symlink_to(folder / "nowhere")  # as a name that was read just before its file went
    assert window.leave({"text": WORDS}, "me").receipt and window.take_in() == 0
    assert len(case.evidence.held()) == 2


def test_a_tip_is_answered_though_the_case_is_locked_and_has_the_same_receipt_later(kept, case, window):
    with case.locked():
        left = window.leave({"text": WORDS, "url": "http://www.bad.example/t/1", "name": NAME, "contact": REACH}, "me")
        assert window.take_in() == 1 and case.evidence.held() == []
        found = window.find(left.receipt.replace("-", " "))
        assert (found.receipt, found.missing, found.taken) == (left.receipt, left.missing, False)
        lies = everything(case.folder)
        assert WORDS not in lies and NAME not in lies and REACH not in lies and left.receipt not in lies
        assert json.dumps(WORDS)[1:-1] not in lies
    assert window.take_in() == 0 and window.waiting() == 0
    found = window.find(left.receipt)
    assert (found.receipt, found.missing, found.taken) == (left.receipt, left.missing, True)
    assert "no time is given" in left.missing and "no website is named" not in left.missing
    assert [item.source for item in case.evidence.held()] == ["tip, left at the window"]
    lies = everything(case.folder)
    assert WORDS in lies and NAME not in lies and json.dumps(NAME)[1:-1] not in lies and REACH not in lies
    assert case.evidence.verify() == []


def test_the_last_receipt_is_shown_by_whichever_process_is_asked_and_to_nobody_else(case, window):
    left = window.leave({"text": WORDS}, "me")
    window.keep_receipt("me", left)
    other = TipWindow(case, case.folder / ".workbench" / "tips")
    assert other.last_receipt("me") == (left.receipt, left.missing) and other.last_receipt("you") == ("", ())
    assert left.receipt not in everything(case.folder) and other.waiting() == 1
    (path,) = (case.folder / ".workbench" / "tips").glob("*.receipt")
    path.write_text(path.read_text()[:-4] + "AAAA")
    with pytest.raises(CaseError, match="was changed"):
        other.last_receipt("me")
    window.keep_receipt("me", left)
    os.utime(path, (1, 1))
    assert other.last_receipt("me") == ("", ()) and not path.exists(), "after an hour it is gone"


def test_what_was_acknowledged_outlives_the_process_and_is_taken_in_once(case, window):
    left = window.leave({"text": WORDS}, "me")
    path = next((case.folder / ".workbench" / "tips").iterdir())
    data = path.read_bytes()
    again = TipWindow(Case(case.folder), path.parent)
    again.begin()
    for _ in range(200):
        if not again.waiting():
            break
        time.sleep(0.05)
    assert again.find(left.receipt).taken
    again.end()
    path.write_bytes(data)  # as if the server had been killed between taking it in and clearing it away
    assert again.take_in() == 0
    assert len(case.evidence.held()) == 1 and sum(len(lead.tips) for lead in leads_of(case)) == 1


def test_reports_of_one_site_are_one_lead_and_an_addition_says_so(case, window):
    first = window.leave({"text": WORDS, "url": "http://www.bad.example/t/1"}, "me")
    window.leave({"text": WORDS, "url": "https://m.bad.example/x"}, "me")
    window.leave({"text": "还有一个号码", "seen": "微信 abc123def"}, "me", adds_to=first.receipt)
    window.take_in()
    assert [(lead.site, len(lead.tips)) for lead in leads_of(case)] == [("bad.example", 3)]
    found = window.find(first.receipt)
    assert (found.evidence, found.start) == (first.evidence, first.start) and found.taken
    assert f"adds to the tip {first.evidence[:16]}@{first.start} of 20" in everything(case.folder / "evidence")
    window.leave({"text": WORDS, "url": "http://other.example"}, "me", adds_to=first.receipt)
    window.take_in()
    assert [(lead.site, len(lead.tips)) for lead in leads_of(case)] == [("bad.example", 3), ("other.example", 1)]
    with pytest.raises(UsageError, match="no tip"):
        window.leave({"text": WORDS}, "me", adds_to="1234-5678-9012-3456")


def test_a_waiting_tip_that_was_changed_is_kept_and_stops_no_other(case, window):
    window.leave({"text": WORDS}, "me")
    path = next((case.folder / ".workbench" / "tips").iterdir())
    path.write_text(path.read_text()[:-8] + "AAAAAAA=")
    good = window.leave({"text": WORDS}, "me")
    assert window.take_in() == 1 and window.find(good.receipt).taken and path.exists()


def test_names_need_keepers_and_words_are_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    case = Case.create(tmp_path / "other")
    window = TipWindow(case, tmp_path / "tips")
    assert not window.asks_names()
    for said, why in (
        ({"text": WORDS, "name": NAME}, "keepers"),
        ({"text": " "}, "what was seen"),
        ({"text": "x" * 30_000}, "20,000"),
    ):
        with pytest.raises(UsageError, match=why):
            window.leave(said, "me")
    assert window.waiting() == 0 and window.leave({"text": WORDS}, "me").receipt


# --- the form ---


def test_the_form_answers_with_a_receipt_that_finds_the_tip_and_nothing_else_is_there(kept, line):
    asking = client(line)
    page = asking.get("/", headers={"accept-language": "zh-CN"})
    assert page.status_code == 200 and 'lang="zh"' in page.text and "Test desk" in page.text
    assert "set-cookie" not in page.headers and "<script" not in page.text
    left = asking.post("/tips", data={"text": WORDS, "name": NAME}, headers={"accept": "application/json"}).json()[
        "left"
    ]
    assert re.fullmatch(r"(\d{4}-){3}\d{4}", left["receipt"]) and "no place is given" in left["missing"]
    found = asking.post("/receipt", data={"receipt": left["receipt"]}, headers={"accept": "application/json"}).json()
    assert found["found"]["receipt"] == left["receipt"] and NAME not in str(found) and WORDS not in str(found)
    wrong = asking.post("/receipt", data={"receipt": "0000-0000-0000-0000"})
    assert wrong.status_code == 404 and "no tip was answered" in wrong.text
    for path in (
        "/rings",
        "/search",
        "/intake",
        "/judgements",
        "/help",
        "/schema/openapi.json",
        "/enter",
        "/static/graph.js",
    ):
        assert asking.get(path).status_code == 404, path
    assert asking.post("/judge", data={}).status_code == 404
    assert (
        "script-src 'self'" in page.headers["content-security-policy"] and page.headers["cache-control"] == "no-store"
    )


def test_another_language_keeps_what_was_written_and_what_was_answered(line):
    asking = client(line)
    said = {"text": WORDS + " <b>", "url": "http://bad.example/t/9"}
    again = asking.post("/again?language=zh", data=said)
    assert 'lang="zh"' in again.text and WORDS + " &lt;b&gt;" in again.text and said["url"] in again.text
    assert line.window.waiting() == 0, "nothing is kept by changing the language"
    left = asking.post("/tips", data=said)
    receipt = re.search(r"(\d{4}-){3}\d{4}", left.text)[0]
    for page in (left, asking.post("/receipt", data={"receipt": receipt})):
        form = re.search(r'action="(/receipt\?language=zh)".*?name="receipt" value="([^"]+)"', page.text)
        other = asking.post(form[1], data={"receipt": form[2]})
        assert other.status_code == 200 and 'lang="zh"' in other.text and receipt in other.text


def test_too_many_from_one_address_are_refused_with_their_words_kept_and_others_come_through(line):
    asking = client(line)
    for _ in range(3):
        assert asking.post("/tips", data={"text": WORDS}).status_code == 200
    late = asking.post("/tips", data={"text": WORDS + " <b>"})
    assert late.status_code == 429 and int(late.headers["retry-after"]) > 0 and WORDS + " &lt;b&gt;" in late.text
    assert client(line, "203.0.113.6").post("/tips", data={"text": WORDS}).status_code == 200
    line.clock.at += HOUR
    assert asking.post("/tips", data={"text": WORDS}).status_code == 200


@pytest.mark.parametrize("where", ["replace_file", "vault_of"])
def test_what_was_said_stands_in_the_form_when_it_cannot_be_kept(kept, line, monkeypatch, where):
    first = line.window.leave({"text": WORDS}, "me").receipt

    def full(*_):
        raise OSError(28, "No space left on device", "/secret/place")

    monkeypatch.setattr(f"ringtrace.pipeline.intake.tip_window.{where}", full)
    said = {"text": WORDS, "url": "http://bad.example/t/9", "name": NAME, "adds_to": first}
    page = client(line, raise_server_exceptions=False).post("/tips", data=said)
    assert page.status_code == 503 and "try again" in page.text and "/secret/place" not in page.text
    assert all(word in page.text for word in said.values())


def test_receipts_cannot_be_searched_for(line):
    asking = client(line)
    answers = [asking.post("/receipt", data={"receipt": f"{n:016}"}).status_code for n in range(20)]
    assert answers == [404] * 15 + [429] * 5


def test_a_web_server_in_front_names_the_visitor_only_where_the_operator_says_so(line, window):
    asking = client(line, "127.0.0.1")
    told = [
        asking.post("/tips", data={"text": WORDS}, headers={"x-forwarded-for": f"203.0.113.{n}"}).status_code
        for n in range(5)
    ]
    assert told == [200, 200, 200, 429, 429], "a header of the visitor's own is not believed"
    trusting = TipLine(TipSettings("127.0.0.1:8720", forwarded=True, each_hour=3, all_hour=99), window, now=line.clock)
    asking = client(trusting, "127.0.0.1")
    told = [
        asking.post(
            "/tips", data={"text": WORDS}, headers={"x-forwarded-for": f"203.0.113.{n}, 198.51.100.7"}
        ).status_code
        for n in range(4)
    ]
    assert told == [200, 200, 200, 429], "the last name is the web server's, the ones before are the visitor's"


@pytest.mark.parametrize(
    ("lines", "same"),
    [
        (["203.0.113.{n}", "198.51.100.7"], True), (["203.0.113.{n}, 198.51.100.7:4{n}01"], True),
        (["[2001:db8:1:2::{n}]:4{n}01"], True), (["203.0.113.{n}:443"], False), (["unknown-{n}"], True),
    ],
)  # fmt: skip
def test_what_the_web_server_in_front_appended_is_its_last_line_without_a_port(line, window, lines, same):
    trusting = TipLine(TipSettings("127.0.0.1:8720", forwarded=True, each_hour=1, all_hour=99), window, now=line.clock)
    asking = client(trusting, "127.0.0.1")
    told = []
    for n in range(2):
        headers = [("x-forwarded-for", text.format(n=n)) for text in lines]
        told.append(asking.post("/tips", data={"text": WORDS}, headers=headers).status_code)
    assert told == [200, 429 if same else 200]


@pytest.mark.parametrize(
    "headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_other_sites_and_names_reach_nothing(line, headers):
    assert client(line).post("/tips", data={"text": WORDS}, headers=headers).status_code in (403, 421)
    assert line.window.waiting() == 0


def test_a_form_that_is_too_large_is_refused(line):
    assert client(line).post("/tips", data={"text": "x" * 600_000}).status_code == 413
    assert line.window.waiting() == 0


@pytest.mark.parametrize(
    "told",
    [
        'listen = "everywhere"', 'listen = "0.0.0.0:80"', "listen = 8720", 'listen = "127.0.0.1:1"\naddress = "ftp://x"',
        'listen = "127.0.0.1:1"\neach_hour = 0', 'listen = "127.0.0.1:1"\nforwarded = "yes"', 'listen = "127.0.0.1:1"\nmore = 1', "",
    ],
)  # fmt: skip
def test_settings_that_make_no_sense_are_named(case, told):
    with (case.folder / "case.toml").open("a") as file:
        file.write(f"\n[tips]\n{told}\n")
    with pytest.raises(CaseError, match=r"\[tips\]"):
        Case(case.folder)


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_the_public_leaves_a_tip_in_a_browser_and_the_desk_finds_its_lead(tiny_case, tmp_path):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    with (folder / "case.toml").open("a") as file:
        file.write('\n[tips]\nlisten = "127.0.0.1:0"\noffice = "合成测试单位"\nnotice = "紧急情况请拨打 110"\n')
    running = Served(folder)
    found = []
    try:
        with chromium() as browser:
            desk = running.enter(browser)
            assert running.tips and running.tips != running.home
            for language, scheme, width in (("zh", "light", 390), ("en", "dark", 1280)):
                public = browser.new_context(
                    java_script_enabled=language == "en", locale=language, color_scheme=scheme,
                    viewport={"width": width, "height": 900},
                ).new_page()  # fmt: skip
                public.goto(running.tips)
                assert public.locator("html").get_attribute("lang") == language
                public.locator("textarea").fill(f"{WORDS} <script>alert(1)</script>")
                public.locator("input[name=url]").fill(f"http://www.bad.example/{language}")
                if language == "en":
                    found += [one["id"] for one in axe.run(public).response["violations"]]
                public.screenshot(path=tiny_case[1] / f"tips-form-{language}.png", full_page=True)
                public.locator("button.main").click()
                receipt = public.locator("p.receipt").inner_text()
                public.screenshot(path=tiny_case[1] / f"tips-receipt-{language}.png", full_page=True)
                public.locator("nav a, p a[href^='/receipt']").first.click()
                public.locator("input[name=receipt]").fill(receipt)
                public.locator("button.main").first.click()
                public.locator("section.card").wait_for()
                assert public.locator("textarea").is_visible()
                if language == "en":
                    found += [one["id"] for one in axe.run(public).response["violations"]]
                assert public.evaluate("document.documentElement.scrollWidth") <= width if language == "en" else True
                assert public.goto(running.tips + "/rings").status == 404
                assert public.context.cookies() == []
                public.context.close()
            assert desk.request.get(running.home + "/tips").status == 404
            for _ in range(100):
                desk.goto(running.home + "/intake/leads")
                desk.locator("input[name=receipt]").fill(receipt)
                desk.get_by_role("button", name="Look", exact=True).click()
                if (
                    desk.get_by_text("bad.example", exact=True).count()
                    and desk.locator("tbody tr").first.locator(".num").first.inner_text() == "2"
                ):
                    break
                desk.wait_for_timeout(100)
            assert desk.locator("tbody tr").first.locator(".num").first.inner_text() == "2"
            assert desk.get_by_text("of this receipt").is_visible()
    finally:
        running.stop()
    assert found == [] and running.errors == []


def test_without_the_setting_there_is_no_form(tiny_case):
    assert tiny_case[0].settings.tips is None
