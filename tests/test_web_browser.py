"""The workbench in a real browser, from the user's side: a night's work, both languages, two widths, two colours."""

import json
import re

import pytest

from web_bench import Served, trap_server

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def addresses(served, browser):
    """Every kind of page, with ids of the case."""
    page = served.enter(browser)

    def ask(path):
        return page.request.get(served.home + path).json()

    ring = ask("/rings.json")["rings"][0]
    actor = max(ask("/actors.json")["actors"], key=lambda row: row["accounts"])
    post = ask("/search.json?q=")["rows"][0]
    link = ask("/triage/links.json").get("link")
    told = ask(f"/actors/{actor['actor_id']}.json")
    quote = told["conduct"][0]["quotes"][0]["url"]
    place = ask("/operation.json")["packages"][0]["place"]
    found = {
        "case": "/", "rings": "/rings", "ring": f"/rings/{ring['ring_id']}", "actors": "/actors",
        "actor": f"/actors/{actor['actor_id']}", "graph": f"/rings/{ring['ring_id']}/graph", "search": "/search?q=" + "宝", "nothing": "/search?q=zzzzqqqq",
        "watch": "/watch", "audit": "/audit", "texts": "/texts", "table": "/search?q=&table=true", "handle": "/search?handle=17000000000", "batch": "/search/batch?handles=17000000000%0Aabc",
        "post": f"/posts/{post['post_id']}", "triage": "/triage", "links": "/triage/links", "split": "/triage/disagreements", "bytes": quote,
        "figures": "/figures", "drafting": "/statements/new?as_of=2014-02-28", "operation": "/operation", "deconfliction": "/operation/deconfliction", "package": f"/operation/packages/{place}", "intake": "/intake", "tip": "/intake/tip", "leads": "/intake/leads",
        "custody": "/custody", "judgements": "/judgements", "help": "/help", "guide": "/help/workbench",
        "keys": "/help/keys", "missing": "/rings/ring-none",
    }  # fmt: skip
    if link:
        found["link"] = f"/links/{link['left_id']}/{link['right_id']}"
        found["effect"] = f"{found['link']}/effect?verdict=yes"
    page.context.close()
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_page_hinders_anybody(served, browser, addresses, language):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page = served.enter(browser, extra_http_headers={"accept-language": language})
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for name, path in addresses.items():
            page.goto(served.home + path)
            assert page.locator("html").get_attribute("lang") == language
            for details in page.locator("details").all()[:6]:
                details.evaluate("d => { d.open = true }")
            for violation in axe.run(page).response["violations"]:
                nodes = [node["html"][:160] for node in violation["nodes"][:3]]
                found.append((name, scheme, violation["id"], nodes))
    page.context.close()
    assert found == [], json.dumps(found, ensure_ascii=False, indent=1)[:6000]


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")])
def test_pages_fit_and_are_kept_as_pictures(served, browser, addresses, tiny_case, width, scheme):
    page = served.enter(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
    failures = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: failures.append(message.text) if message.type == "error" else None)
    for name, path in addresses.items():
        page.goto(served.home + path)
        across = page.evaluate("document.documentElement.scrollWidth")
        assert across <= width, f"{name} is {across} px wide on a screen of {width}"
        page.screenshot(path=tiny_case[1] / f"web-{name}-{width}-{scheme}.png")
    assert [f for f in failures if "404" not in f] == []
    page.context.close()


def test_nothing_stays_english_in_the_chinese_chrome(served, browser, addresses):
    page = served.enter(browser, extra_http_headers={"accept-language": "zh-CN,zh;q=0.9"})
    for name, path in addresses.items():
        if name in ("guide",):
            continue
        page.goto(served.home + path)
        words = page.locator("h1, h2, th, .menu a, button, label, summary, dt").evaluate_all(
            "all => all.filter(e => !e.closest('[lang=en]') && !e.closest('[lang=\"\"]')).map(e => e.innerText.trim())"
        )
        known = re.compile(
            r"^tiny$|SHA-256|log2|JSON|[()（）]|Telegram|WhatsApp|QQ|account|forum|web|\.|English|ringtrace|^\W*$|^[\w-]+-[0-9a-f]+$"
        )
        left = [
            w for w in words if re.search(r"[A-Za-z]{3}", w) and not re.search(r"[一-鿿]", w) and not known.search(w)
        ]
        assert left == [], (name, left)
    page.context.close()


def test_an_analysts_night(browser, tiny_evidence, tmp_path, session_keys):
    """From an empty case to a judged link, a task and a verified log; keys where there are keys."""
    from ringtrace.store.case import Case

    case = Case.create(tmp_path / "night")
    running = Served(case.folder)
    try:
        page = running.enter(browser, viewport={"width": 1280, "height": 900})
        page.get_by_role("link", name="Bring evidence in").click()
        files = [path for path in sorted((tiny_evidence / "evidence").rglob("*")) if path.is_file()]
        page.set_input_files("input[name=files]", files)
        page.get_by_label("Source: who or what they came from").fill("synthetic, for a test")
        page.get_by_role("button", name="Take in").click()
        page.wait_for_url("**/intake/arrivals/1")
        page.locator("button.main").wait_for()
        page.locator("#arrival:not([data-refresh])").wait_for(timeout=60_000)
        assert page.locator("tbody tr").count() == len(files)
        assert page.locator(".tag.good").count() == len(files) - page.get_by_text("already in the case").count()
        page.get_by_role("button", name="Run the analysis").click()
        page.get_by_role("link", name="To the case").wait_for(timeout=300_000)
        accounted = page.request.get(running.home + "/intake.json").json()["files"]
        for file in accounted:
            read = file["read"]
            assert read["post_bytes"] + read["structure_bytes"] + read["gap_bytes"] >= file["size"] > 0

        page.get_by_role("link", name="To the case").click()
        page.wait_for_url(running.home + "/")
        page.keyboard.press("/")
        page.keyboard.type("宝宝")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=*")
        for _ in range(100):
            if page.locator("article.post").count():
                break
            page.wait_for_timeout(300)
            page.reload()
        assert page.locator("article.post").first.inner_text()
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/posts/*")
        page.keyboard.press("b")
        page.wait_for_url("**/evidence/*")
        assert page.get_by_text("the same", exact=True).is_visible()

        page.keyboard.press("g")
        page.keyboard.press("t")
        page.wait_for_url("**/triage")
        first = page.locator(".text").first.inner_text()
        page.keyboard.press("n")
        page.get_by_text("Recorded").wait_for()
        assert "1 judged" in page.inner_text("nav.chapters")
        page.keyboard.press("z")
        page.get_by_text("Taken back").wait_for()
        page.goto(running.home + "/triage")
        assert page.locator(".text").first.inner_text() == first
        page.keyboard.press("y")
        page.get_by_text("Recorded").wait_for()

        page.keyboard.press("g")
        page.keyboard.press("r")
        page.wait_for_url("**/rings")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/rings/ring-*")
        assert page.locator("svg.graph a").count() >= 3
        page.locator("table.members a").first.click()
        page.wait_for_url("**/actors/*")
        page.goto(running.home + "/triage/links")
        if page.get_by_text("Nothing waits").count() == 0:
            page.get_by_label("Reason").fill("two sisters")
            page.get_by_role("button", name="no", exact=False).first.click()
            page.get_by_text("Recorded").wait_for()

        page.goto(running.home + "/operation")
        page.get_by_label("Action day").fill("2014-02-19")
        page.get_by_role("button", name="Set").click()
        page.get_by_label("Place (name or division code)").fill("四川")
        page.get_by_label("What is to be done").fill("confirm the village")
        page.get_by_role("button", name="Give").click()
        page.get_by_role("button", name="acknowledged").click()
        assert page.locator("#tasks .tag").inner_text() == "acknowledged"

        page.goto(running.home + "/figures")
        page.get_by_role("link", name="Write a statement").click()
        page.get_by_label("As of").fill("2014-02-28")
        page.get_by_role("button", name="Draft a statement").click()
        page.wait_for_url("**/statements/*")
        page.get_by_label("Name and office").fill("Officer Lin, province desk")
        page.get_by_role("button", name="Approve").click()
        page.get_by_label("Name and office").fill("Officer Lin, province desk")
        page.get_by_role("button", name="Approve").click()
        assert "has approved" in page.inner_text("main")
        page.go_back()
        page.reload()
        page.get_by_label("Name and office").fill("Officer Bai, ministry")
        page.get_by_role("button", name="Approve").click()
        assert page.get_by_text("released", exact=True).is_visible()

        page.goto(running.home + "/custody")
        page.get_by_role("button", name="Check now").click()
        page.get_by_text("intact", exact=True).wait_for(timeout=60_000)
        page.context.close()
    finally:
        running.stop()
    assert running.errors == []
    ledger = case.open_ledger()
    assert [j.verdict for j in ledger.judgements() if j.subject[0] == "post"] == ["yes"]
    ledger.close()
    acts = [event["event"] for event in case.evidence.log.events()]
    assert acts.count("collect") >= len(files) - 5 and acts.count("consult") >= 8
    assert case.evidence.verify() == []


def test_everything_works_without_javascript(served, browser, addresses):
    page = served.enter(browser, java_script_enabled=False)
    page.goto(served.home + "/triage")
    post = page.locator("p.hint a[href^='/posts/']").first.inner_text()
    page.get_by_role("button", name="no").first.click()
    assert "Recorded" in page.inner_text(".said")
    page.get_by_role("button", name="Undo").click()
    assert "Taken back" in page.inner_text(".said")
    page.goto(served.home + "/triage")
    assert page.locator("p.hint a[href^='/posts/']").first.inner_text() == post
    page.locator("button[name=language]").click()
    assert page.locator("html").get_attribute("lang") == "zh"
    page.goto(served.home + addresses["ring"])
    assert page.locator("svg.graph").is_visible() and page.locator("svg.lanes").is_visible()
    page.context.close()


def test_a_stranger_with_a_used_link_is_told_how_to_come_in(served, browser):
    used = served.links[0]
    page = browser.new_context().new_page()
    answer = page.goto(used)
    assert answer.status == 401 and "ringtrace serve" in page.inner_text("main")
    page.goto(served.home + "/rings")
    assert page.url.endswith("/enter")
    page.context.close()


_BAIT = (
    "<script src='{u}/{n}'></script>", "<img src=x onerror=fetch('{u}/{n}')>", "<img src={u}/{n}>",
    "<svg onload=alert({n})><image href='{u}/{n}'/></svg>", "\"><script>alert({n})</script>", "'><img src={u}/{n}>",
    "</textarea><script>alert({n})</script>", "</title><script src={u}/{n}></script>", "javascript:alert({n})",
    "<a href=javascript:alert({n})>x</a>", "<iframe src={u}/{n}></iframe>", "<object data={u}/{n}></object>",
    "<link rel=stylesheet href={u}/{n}>", "<style>@import '{u}/{n}'</style>", "<meta http-equiv=refresh content='0;url={u}/{n}'>",
    "<base href={u}/>", "<form action={u}/{n}><button autofocus>", "{{{{7*7}}}}", "{{% include '/etc/passwd' %}}", "${{7*7}}",
    "<video src={u}/{n} autoplay>", "<body onload=alert({n})>", "\" onfocus=alert({n}) autofocus x=\"", "' onmouseover='alert({n})",
    "<math><mi xlink:href=\"javascript:alert({n})\">", "&lt;script&gt;alert({n})&lt;/script&gt;", "\u202egnp.<script>", "<!--<script>{n}",
    "]]><script>alert({n})</script>", "<template><script src={u}/{n}></script></template>", "\\u003cscript\\u003e", "<script\x0b>{n}</script>",
)  # fmt: skip


def test_hostile_words_stay_words_in_every_field_and_view(browser, tmp_path, session_keys):
    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.intake.adding import add
    from ringtrace.store.case import Case

    with trap_server() as (trap, hits):
        baits = [form.format(u=trap, n=at) for at, form in enumerate(_BAIT * 10)]
        assert len(baits) >= 300
        evidence = tmp_path / "in"
        evidence.mkdir()
        for group in range(4):
            messages = [
                {"id": n, "type": "message", "date": f"2014-01-{5 + n % 20:02}T{n % 24:02}:00:00",
                 "from": f"{baits[(n * 7 + group) % len(_BAIT)]}{n % 9}", "from_id": f"user{n % 9 + group * 9}",
                 **({"reply_to_message_id": n - 1} if n % 3 else {}),
                 "text": f"{bait} 送养女宝 2万 加微信 abc{n % 9}xyz{group} 17000{n % 9:06}" if n % 2 else f"{bait} 想收养一个 在吗"}
                for n, bait in enumerate(baits[group::4])
            ]  # fmt: skip
            document = {"name": baits[group], "type": "private_group", "id": 77 + group, "messages": messages}
            (evidence / f"{group}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
        (evidence / "<img src=x onerror=alert(1)>.txt").write_text("nothing to read", "utf-8")
        case = Case.create(tmp_path / "case")
        add(case, [evidence], baits[0], lambda done, total: None)
        analyse(case, 1, lambda *args: None)
        running = Served(case.folder)
        try:
            page = running.enter(browser)
            dialogs, blocked = [], []
            page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
            page.on("console", lambda m: blocked.append(m.text) if "Content Security Policy" in m.text else None)
            _leave_baits(page, running.home, baits)
            seen = _look_everywhere(page, running.home, baits)
            page.wait_for_timeout(500)
            page.context.close()
        finally:
            running.stop()
        assert seen["posts"] >= len(baits) and seen["pages"] >= 120
        assert hits == [] and dialogs == [] and blocked == []


def _leave_baits(page, home, baits):
    """Put baits into everything that a person can fill in."""
    page.goto(home + "/search")
    page.locator("details summary").nth(1).click()
    page.locator("input[name=purpose]").fill(baits[1])
    page.get_by_role("button", name="Keep").click()
    page.goto(home + "/triage")
    page.locator("input[name=reason]").fill(baits[4])
    page.get_by_role("button", name="yes").click()
    page.goto(home + "/operation")
    page.get_by_label("Place (name or division code)").fill("四川")
    page.get_by_label("What is to be done").fill(baits[0])
    page.get_by_role("button", name="Give").click()
    page.goto(home + "/intake/tip")
    for field in page.locator("form.tall input:not([type=hidden]), form.tall textarea").all():
        field.fill(baits[2])
    page.get_by_role("button", name="Take in").click()
    assert page.locator("strong.receipt").is_visible()


def _look_everywhere(page, home, baits):
    """Follow links of the workbench, and ask for what cannot be followed; count pages and posts that were shown."""
    queue = ["/", "/search", "/judgements", "/custody", "/intake", "/figures", "/triage", "/triage/links", "/actors"]
    queue += ["/triage/disagreements", "/intake/leads", "/statements/new?as_of=2014-02-28"]
    for at, bait in enumerate(baits[: len(_BAIT)]):
        from urllib.parse import quote

        queue += [f"/search?q={quote(bait)}", f"/search?handle={quote(bait)}", f"/search?container={quote(bait)}"]
        queue += [
            f"/search/batch?handles={quote(bait)}",
            f"/posts/{quote(bait, safe='')}",
            f"/help/{quote(bait, safe='')}",
        ][at % 3 :: 3]
    queue += [f"/search?offset={offset}" for offset in range(0, len(baits) + 40, 40)]
    done, posts, kinds = set(), set(), {}
    while queue:
        path = queue.pop(0)
        if path in done:
            continue
        done.add(path)
        page.goto(home + path)
        bad = page.evaluate(
            '[document.querySelectorAll(\'script:not([src^="/static/"]), iframe, object, embed, video, base, link[href^=http], '
            "img, meta[http-equiv]').length, [...document.querySelectorAll('*')].filter(e => [...e.attributes].some("
            "a => a.name.startsWith('on') || /^\\s*javascript:/i.test(a.value) && ['href','src','action'].includes(a.name))).length]"
        )
        assert bad == [0, 0], (path, bad)
        assert "49" not in re.sub(r"127\.0\.0\.1:[0-9]+/?[0-9]*", "", page.title())  # a port may hold 49
        posts |= set(page.locator("article.post a.who").evaluate_all("all => all.map(a => a.getAttribute('href'))"))
        for href in page.locator("main a[href^='/']").evaluate_all("all => all.map(a => a.getAttribute('href'))"):
            kind = re.sub(r"[0-9a-f]{8,}", "#", href).split("?")[0]
            kinds[kind] = kinds.get(kind, 0) + 1
            if kinds[kind] <= 12 and href not in done and not href.startswith(("/custody/proofs", "/help/")):
                queue.append(href.split("#")[0])
    return {"pages": len(done), "posts": len(posts)}


def test_ugly_cases_still_look_well(browser, tmp_path, tiny_case, session_keys):
    """Names of 60 Chinese characters, three people, nothing at all: the pages fit and are kept as pictures."""
    from ringtrace.pipeline import analyse
    from ringtrace.pipeline.intake.adding import add
    from ringtrace.store.case import Case

    name = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨"
    assert len(name) >= 56
    evidence = tmp_path / "in"
    evidence.mkdir()
    talk = [
        ("a", "送养 女宝 十个月 2万 有意加微信 shan33sk"), ("b", "想收养一个女宝 多少钱"), ("a", "2万 当面看"), ("b", "可以 就定了"),
        ("c", "我可以介绍 要的话联系我 17000123456"), ("b", "好的 怎么联系 17000999888"), ("a", "加我微信 shan33sk"),
    ]  # fmt: skip
    messages = [
        {"id": n, "type": "message", "date": f"2014-01-{5 + n:02}T10:00:00", "from": f"{name}{who}", "from_id": f"user-{who}",
         "text": text, **({"reply_to_message_id": n - 1} if n else {})}
        for n, (who, text) in enumerate(talk * 3)
    ]  # fmt: skip
    document = {"name": f"{name}群", "type": "private_group", "id": 5, "messages": messages}
    (evidence / "result.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    for kind in ("long", "empty"):
        case = Case.create(tmp_path / kind)
        if kind == "long":
            add(case, [evidence], "synthetic", lambda done, total: None)
            analyse(case, 1, lambda *args: None)
        running = Served(case.folder)
        try:
            page = running.enter(browser)
            paths = {
                "case": "/",
                "intake": "/intake",
                "custody": "/custody",
                "operation": "/operation",
                "rings": "/rings",
            }
            if kind == "long":
                rings = page.request.get(running.home + "/rings.json").json()["rings"]
                actors = page.request.get(running.home + "/actors.json").json()["actors"]
                paths |= {"search": "/search", "actor": f"/actors/{actors[0]['actor_id']}", "triage": "/triage"}
                paths |= {"ring": f"/rings/{rings[0]['ring_id']}"} if rings else {}
            for width in (1280, 390):
                page.set_viewport_size({"width": width, "height": 900})
                for what, path in paths.items():
                    page.goto(running.home + path)
                    across = page.evaluate("document.documentElement.scrollWidth")
                    assert across <= width, f"{kind} {what} is {across} px wide on a screen of {width}"
                    page.screenshot(path=tiny_case[1] / f"web-{kind}-{what}-{width}.png")
            page.context.close()
        finally:
            running.stop()
