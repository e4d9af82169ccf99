"""The workbench without a browser: who is let in, what is refused, what the log holds before a byte leaves."""

import json
import re
import shutil
import threading
import time
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.store.case import Case
from ringtrace.web.app import build
from ringtrace.web.desk import Desk
from ringtrace.web.gate import POLICY
from ringtrace.web.language import read_language
from ringtrace.web.session import Sessions

PORT = 8999
HOME = f"http://127.0.0.1:{PORT}"
testing = pytest.importorskip("litestar.testing")


class Workbench:
    """A case of its own, its desk, and a client that came in by the link."""

    def __init__(self, folder):
        self.case = Case(folder)
        self.desk = Desk(self.case)
        self.sessions = Sessions("analyst")
        self.client = testing.TestClient(build(self.desk, self.sessions, PORT), base_url=HOME)
        self.desk.warm()
        self.desk.wait(120)

    def enter(self):
        self.client.get(f"/enter/{self.sessions.offer()}")
        page = self.client.get("/", headers={"accept": "text/html"}).text
        self.csrf = re.search(r'name="csrf" value="([^"]+)"', page)[1]
        return self

    def json(self, path):
        answer = self.client.get(path, headers={"accept": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path, **fields):
        return self.client.post(
            path, data=fields, headers={"x-csrf-token": self.csrf, "accept": "application/json"}, follow_redirects=False
        )


@pytest.fixture
def bench(tiny_case, tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    made = Workbench(folder)
    with made.client:
        yield made.enter()
    made.desk.close()


def consulted(case):
    return [event for event in case.evidence.log.events() if event["event"] == "consult"]


def test_nobody_comes_in_without_the_link_and_it_works_once(bench):
    stranger = testing.TestClient(build(bench.desk, bench.sessions, PORT), base_url=HOME)
    assert stranger.get("/rings", follow_redirects=False).status_code == 303
    assert stranger.get("/rings.json").status_code == 401
    link = bench.sessions.offer()
    assert stranger.get("/enter/wrong").status_code == 401
    entered = stranger.get(f"/enter/{link}", follow_redirects=False)
    assert entered.status_code == 303
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie
    assert stranger.get("/rings").status_code == 200
    third = testing.TestClient(build(bench.desk, bench.sessions, PORT), base_url=HOME)
    assert third.get(f"/enter/{link}").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", f"localhost.evil.example:{PORT}", ""])
def test_another_host_name_reaches_nothing(bench, host):
    answer = bench.client.get("/", headers={"host": host})
    assert answer.status_code == 421 and "ring" not in answer.text.lower()


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"}, {"origin": "null"}, {"origin": f"https://127.0.0.1:{PORT}"},
        {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": f"http://127.0.0.1:{PORT}1"},
    ],
)  # fmt: skip
def test_a_form_of_another_site_is_refused_even_with_the_token(bench, headers):
    answer = bench.client.post("/settings", data={"csrf": bench.csrf, "theme": "dark"}, headers=headers)
    assert answer.status_code == 403
    assert bench.json("/case.json")


def test_a_form_without_the_token_changes_nothing(bench):
    left, right = [row["account_id"] for row in bench.desk.view().room.table("accounts").to_pylist()[:2]]
    fields = {"left": left, "right": right, "verdict": "no"}
    assert bench.client.post("/judge", data=fields).status_code == 403
    assert bench.client.post("/judge", data={**fields, "csrf": "guess"}).status_code == 403
    assert bench.desk.ledger.judgements() == []


def test_every_answer_is_strict(bench):
    for path in ("/", "/rings", "/nothing-here", "/static/workbench.css", "/enter", "/rings.json"):
        headers = bench.client.get(path).headers
        assert headers["content-security-policy"] == POLICY, path
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert "unsafe" not in POLICY and "http" not in POLICY.replace("https", "")


def test_pages_hold_no_inline_script_or_style(bench):
    ring = bench.desk.view().rings[0]["ring_id"]
    actor = bench.desk.view().actors[0]["actor_id"]
    for path in ("/", "/rings", f"/rings/{ring}", f"/actors/{actor}", "/search", "/triage", "/triage/links"):
        page = bench.client.get(path, headers={"accept": "text/html"}).text
        assert re.findall(r"<script(?![^>]*src=)", page) == [] and " style=" not in page and "<style" not in page, path
        assert not re.search(r"\son[a-z]+=", page), path


def test_evidence_is_in_the_log_before_it_is_shown(bench):
    bench.post("/settings", purpose="case 7, order of 3 March")
    before = len(consulted(bench.case))
    actor = bench.desk.view().actors[0]["actor_id"]
    shown = bench.json(f"/actors/{actor}.json")
    told = consulted(bench.case)[before:]
    assert len(told) == 1
    assert told[0]["by"] == "analyst" and told[0]["why"] == f"case 7, order of 3 March (workbench /actors/{actor})"
    quoted = {quote["evidence_id"] for reason in shown["conduct"] for quote in reason["quotes"]}
    assert quoted and quoted <= set(told[0]["evidence"])
    bench.json("/operation.json")
    assert [payload["what"] for _, payload in bench.desk.ledger.events("audit")] == ["records consulted"]


def test_what_cannot_be_logged_is_not_shown(bench):
    post = bench.desk.view().room.table("posts").slice(5, 1).to_pylist()[0]
    log = bench.case.evidence.log.path
    log.rename(log.with_name("away"))
    log.mkdir()
    for path in (f"/posts/{post['post_id']}", f"/evidence/{post['evidence_id']}?stop=20", "/search?q=", "/triage"):
        for twin in (path, re.sub(r"^([^?]+)", r"\1.json", path)):
            answer = bench.client.get(twin)
            assert answer.status_code == 503 and "log cannot be written" in answer.text, twin
            assert post["text"] not in answer.text
    with bench.desk.ledger.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        )
    assert bench.client.get("/operation").status_code == 503


def test_a_verdict_holds_is_listed_and_can_be_taken_back(bench):
    links = bench.desk.view().room.table("links").to_pylist()
    left, right = links[0]["left"], links[0]["right"]
    answer = bench.post("/judge", left=right, right=left, verdict="no", reason="two brothers", next="/rings")
    assert answer.status_code == 200, answer.text
    first = answer.json()["undo"]
    second = bench.post("/judge", left=left, right=right, verdict="yes").json()["undo"]
    assert [(j.subject, j.verdict) for j in bench.desk.ledger.judgements()] == [(("link", left, right), "yes")]
    assert bench.post(f"/judgements/{second}/undo").status_code == 200
    assert [j.verdict for j in bench.desk.ledger.judgements()] == ["no"]
    assert bench.post(f"/judgements/{second}/undo").status_code == 400
    bench.post(f"/judgements/{first}/undo")
    assert bench.desk.ledger.judgements() == []
    listed = bench.json("/judgements.json")["judgements"]
    assert [(row["number"], row["undone"]) for row in listed] == [(second, True), (first, True)]
    page = bench.json(f"/links/{left}/{right}.json")["link"]
    assert [v["verdict"] for v in page["verdicts"]] == ["no", "yes"]


@pytest.mark.parametrize(
    "fields",
    [
        {"left": "account-x", "right": "account-y", "verdict": "no"}, {"verdict": "no"}, {"post": "post-x", "verdict": "no"},
        {"verdict": "perhaps", "post": "post-x"},
    ],
)  # fmt: skip
def test_a_verdict_on_nothing_is_refused(bench, fields):
    assert bench.post("/judge", **fields).status_code == 400
    assert bench.desk.ledger.judgements() == []


def test_a_message_never_leads_out_of_the_workbench(bench):
    for away in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        answer = bench.client.post(
            "/settings", data={"csrf": bench.csrf, "theme": "dark", "next": away}, follow_redirects=False
        )
        assert answer.status_code == 303 and answer.headers["location"] == "/"


def test_every_page_has_its_twin_with_the_same_facts(bench):
    ring = bench.desk.view().rings[0]
    page = bench.client.get(f"/rings/{ring['ring_id']}", headers={"accept": "text/html"}).text
    twin = bench.json(f"/rings/{ring['ring_id']}.json")
    assert twin["actors"] == ring["actors"] and f'href="/rings/{ring["ring_id"]}.json"' in page
    assert bench.client.get(f"/rings/{ring['ring_id']}", headers={"accept": "application/json"}).json() == twin
    members = {member["id"] for member in twin["members"]}
    assert members and all(f"/actors/{key}" in page for key in members)


def test_quotes_lead_to_the_bytes_they_name(bench):
    actor = bench.desk.view().actors[0]["actor_id"]
    quote = bench.json(f"/actors/{actor}.json")["conduct"][0]["quotes"][0]
    shown = bench.json(re.sub(r"^(/evidence/\w+)", r"\1.json", quote["url"]))
    data = bench.desk.view().room.bytes_of(quote["evidence_id"], quote["member"])[quote["start"] : quote["stop"]]
    assert shown["quoted"] == bytes(data).decode(shown["charset"], "backslashreplace")
    assert shown["intact"] is True


def test_a_changed_original_is_called_changed(bench):
    post = bench.desk.view().room.table("posts").slice(0, 1).to_pylist()[0]
    path = bench.case.evidence.object_path(post["evidence_id"])
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert bench.json(f"/evidence/{post['evidence_id']}.json?stop=20")["intact"] is False


def test_a_place_outside_the_bytes_is_refused(bench):
    post = bench.desk.view().room.table("posts").slice(0, 1).to_pylist()[0]
    for place in ("start=-1&stop=3", "start=0&stop=999999999999", "start=999999999999"):
        assert bench.client.get(f"/evidence/{post['evidence_id']}?{place}").status_code == 400
    assert bench.client.get("/evidence/" + "0" * 64).status_code == 404


def test_the_reader_marks_every_mention_at_its_characters(bench):
    room = bench.desk.view().room
    mentions = [m for m in room.table("mentions").to_pylist() if m["kind"] == "phone" and len(m["spans"]) == 1][:25]
    assert len(mentions) == 25
    for mention in mentions:
        page = bench.client.get(f"/posts/{mention['post_id']}", headers={"accept": "text/html"}).text
        marks = [re.sub(r"<[^>]+>", "", m) for m in re.findall(r'<mark class="\w+" title="phone[^>]*>.*?</mark>', page)]
        assert mention["surface"] in [json.loads(f'"{m}"') if "\\" in m else m for m in marks], mention


def test_triage_goes_through_the_queue_and_leaves_out_what_is_judged(bench):
    first = bench.json("/triage.json")
    waiting = first["waiting"]
    assert waiting > 1
    post = first["item"]["post"]["post_id"]
    bench.post("/judge", post=post, verdict="no", next=first["next"])
    second = bench.json("/triage.json")
    assert second["item"]["post"]["post_id"] != post and second["waiting"] == waiting - 1
    assert bench.json(re.sub(r"^/triage", "/triage.json", first["next"]))["item"] == second["item"]


def test_a_new_analysis_is_taken_up_without_a_restart(bench):
    from ringtrace.pipeline import analyse

    links = bench.desk.view().room.table("links").to_pylist()
    sure = max(links, key=lambda link: link["probability"])
    address = f"/links/{sure['left']}/{sure['right']}/effect.json?verdict="
    tried, held = bench.json(address + "no"), bench.json(address + "yes")
    assert held["nothing"] and not tried["nothing"]
    (family,) = tried["actors"]
    assert family["turn"] in ("split", "mixed"), "mixed: one of the two goes over to another actor instead"
    assert family["accounts_before"] == family["accounts_then"]
    assert bench.client.get(address + "perhaps").status_code == 400 and bench.desk.ledger.judgements() == []
    bench.post("/judge", left=sure["left"], right=sure["right"], verdict="no", reason="not one")
    assert bench.json("/case.json")["decide"]["pending"] == 1
    assert not bench.json(address + "no")["nothing"], "beside the verdict, before the analysis followed it"
    analyse(bench.case, 1, lambda *args: None)
    assert sorted(tried["actors"][0]["then"]) == sorted(
        {account["actor_id"] for account in bench.desk.view().room.table("accounts").to_pylist()}
        & set(tried["actors"][0]["then"])
    ), "the analysis makes the actors that the preview told of"
    assert bench.json(address + "no")["nothing"]
    told = bench.json(f"/links/{sure['left']}/{sure['right']}.json")["link"]
    assert told["left_actor"] != told["right_actor"]
    assert bench.json("/case.json")["decide"]["pending"] == 0


def test_a_case_without_analysis_says_what_to_do(tmp_path):
    made = Workbench(Case.create(tmp_path / "new").folder)
    with made.client:
        made.enter()
        assert made.json("/case.json")["files"] == 0
        for path in ("/rings", "/actors", "/search", "/triage"):
            assert made.client.get(path).status_code == 503
    made.desk.close()


def test_the_description_of_the_interface_names_every_page(bench):
    document = bench.client.get("/schema/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert {"/rings/{ring_id}", "/actors/{actor_id}", "/search", "/judge", "/posts/{post_id}"} <= set(document["paths"])


def upload(bench, *files):
    return bench.client.post(
        "/intake/files", data={"csrf": bench.csrf, "source": "synthetic"}, headers={"accept": "application/json"},
        files=[("files", (name, data, "application/octet-stream")) for name, data in files],
    )  # fmt: skip


def test_uploads_keep_their_own_name_and_never_leave_their_folder(bench, tmp_path):
    names = ["../../../etc/passwd", "..", "C:\\Users\\x\\a.txt", "a.txt", "名单.txt", "x\u202ey.txt"]
    answer = upload(bench, *((name, f"line {n}".encode()) for n, name in enumerate(names)))
    assert answer.status_code == 200, answer.text
    receipts = answer.json()["receipts"]
    assert answer.json()["counts"]["added"] == len(names)
    assert {row["name"] for row in receipts} >= {"passwd", "unnamed", "a.txt", "2/a.txt", "名单.txt"}
    assert not [row for row in receipts if ".." in row["name"].split("/")]
    again = upload(bench, ("a.txt", b"line 3")).json()
    assert again["counts"]["known"] + again["counts"]["copy"] == 1 and again["counts"]["added"] == 0
    assert upload(bench).status_code == 400


def test_what_is_said_of_an_upload_stands_in_custody(bench):
    fields = {"csrf": bench.csrf, "source": "hotline", "authority": "order 12", "condition": "sealed"}
    bench.client.post("/intake/files", data=fields, files=[("files", ("n.txt", b"words", "text/plain"))])
    told = [event for event in bench.case.evidence.log.events() if event.get("name") == "n.txt"]
    assert [(e["source"], e["authority"], e["condition"]) for e in told] == [("hotline", "order 12", "sealed")]


def test_a_tip_becomes_evidence_with_a_receipt_and_says_what_is_missing(bench):
    fields = {"csrf": bench.csrf, "text": "一个群里有人送养", "url": "www.bad.example/t"}
    answer = bench.client.post("/intake/tips", data=fields, headers={"accept": "application/json"}).json()
    assert re.fullmatch(r"(\d{4}-){3}\d{4}", answer["receipt"]) and "no time is given" in answer["missing"]
    bench.desk.tips.take_in()
    held = [item for item in bench.case.evidence.held() if item.names[0].startswith("tip-")]
    assert len(held) == 1 and "一个群里有人送养" in bytes(bench.case.evidence.open(held[0].evidence_id)).decode()
    asked = {"csrf": bench.csrf, "receipt": answer["receipt"]}
    found = bench.client.post("/intake/leads/find", data=asked, headers={"accept": "application/json"}).json()["leads"]
    assert [(row["site"], row["tips"], row["asked"]) for row in found] == [("bad.example", 1, True)]
    acts = [told for _, told in bench.desk.ledger.events("audit") if told["what"] == "receipt looked up"]
    assert [act["ends"] for act in acts] == [answer["receipt"][-4:]], "a look-up is recorded, its receipt is not"
    assert not any(answer["receipt"] in str(event) for event in bench.case.evidence.log.events())
    wrong = {"csrf": bench.csrf, "receipt": "0000-0000-0000-0000"}
    assert bench.client.post("/intake/leads/find", data=wrong).status_code == 400
    assert len([1 for _, told in bench.desk.ledger.events("audit") if told["what"] == "receipt looked up"]) == 2
    for path in ("/intake/leads", "/intake/leads.json"):
        before = len(consulted(bench.case))
        assert "bad.example" in bench.client.get(path).text
        logged = consulted(bench.case)[before:]
        assert [event["evidence"] for event in logged] == [[held[0].evidence_id]], "words of tips are in the log first"
    named = {**fields, "name": "somebody"}
    assert bench.client.post("/intake/tips", data=named, headers={"accept": "application/json"}).status_code == 400
    assert bench.client.post("/intake/tips", data={"csrf": bench.csrf, "text": " "}).status_code == 400


def test_a_tip_by_telephone_that_cannot_be_kept_is_given_back_as_it_was_said(bench):
    said = {
        "csrf": bench.csrf,
        "text": "一个群 <b>",
        "url": "http://bad.example/t",
        "place": "某地",
        "name": "somebody",
    }
    refused = bench.client.post("/intake/tips", data=said)
    assert refused.status_code == 400 and 'role="alert"' in refused.text
    for shown in ("一个群 &lt;b&gt;</textarea>", 'value="http://bad.example/t"', 'value="某地"'):
        assert shown in refused.text


def test_language_can_be_chosen_on_a_page_that_answers_a_form(bench):
    said = {"csrf": bench.csrf, "text": "一个群", "url": "www.bad.example/t"}
    page = bench.client.post("/intake/tips", data=said)
    receipt = re.search(r"(\d{4}-){3}\d{4}", page.text)[0]
    bench.desk.tips.take_in()
    asked = {"csrf": bench.csrf, "receipt": receipt}
    lead = bench.client.post("/intake/leads/find", data=asked)
    refused = bench.client.post(
        "/judge", data={"csrf": bench.csrf}, headers={"referer": f"{HOME}/triage/links?after=x"}
    )
    assert refused.status_code == 400
    for answered, kept in ((page, receipt), (lead, "bad.example"), (refused, "分拣")):
        after = re.search(r'name="next" value="([^"]+)"', answered.text)[1].replace("&amp;", "&")
        chosen = bench.client.post("/settings", data={"csrf": bench.csrf, "language": "zh", "next": after})
        assert chosen.status_code == 200 and 'lang="zh"' in chosen.text and kept in chosen.text, after
        assert (
            bench.client.get(re.search(r'href="([^"]+)">JSON', answered.text)[1].replace("&amp;", "&")).status_code
            == 200
        )
    elsewhere = bench.client.post("/judge", data={"csrf": bench.csrf}, headers={"referer": "http://x.example//y"})
    assert 'name="next" value="/"' in elsewhere.text


def test_one_job_runs_at_a_time_and_a_stopped_one_leaves_the_analysis(bench):
    before = (bench.case.analysis / "posts.parquet").read_bytes()
    assert bench.post("/jobs", command="analyse").status_code == 200
    assert bench.post("/jobs", command="verify").status_code == 400
    assert bench.json("/jobs/last.json")["running"] is True
    bench.post("/jobs/stop")
    told = bench.json("/jobs/last.json")
    assert told["state"] == "stopped" and told["running"] is False
    assert (bench.case.analysis / "posts.parquet").read_bytes() == before
    bench.post("/jobs", command="verify")
    bench.desk.jobs.last().process.wait(120)
    for _ in range(100):
        if (told := bench.json("/custody.json")["job"])["result"]:
            break
        time.sleep(0.05)
    assert told["state"] == "done" and told["result"]["problems"] == []
    assert bench.post("/jobs", command="rm").status_code == 400


def test_a_statement_is_released_by_two_different_people(bench):
    away = bench.post("/statements", as_of="2014-02-28", audience="public").json()["next"]
    assert bench.post(f"{away}/approve", by="Lin, province").status_code == 200
    assert bench.post(f"{away}/approve", by="Lin, province").status_code == 400
    assert bench.json(f"{away}.json")["released"] is False
    assert bench.post(f"{away}/approve", by="Bai, ministry").status_code == 200
    told = bench.json(f"{away}.json")
    assert told["released"] is True and told["people"] == ["Lin, province", "Bai, ministry"]
    assert set(told["texts"]) == {"en", "zh"} and all(told["texts"].values())
    assert bench.post("/statements", as_of="yesterday").status_code == 400


def test_a_proof_is_given_out_only_after_the_log_says_so(bench):
    answer = bench.client.get("/custody/proofs/key.pem")
    assert answer.status_code == 200 and b"PUBLIC KEY" in answer.content
    assert bench.case.evidence.log.events()[-1]["event"] == "disclose"
    for name in ("..%2F..%2Fledger.db", "log", "key.pem%00", "%2Fetc%2Fpasswd"):
        assert bench.client.get(f"/custody/proofs/{name}").status_code == 404


def test_every_sentence_of_the_pages_is_known_in_every_language():
    from importlib import resources

    from ringtrace.web.language import languages

    folder = resources.files("ringtrace.web") / "templates"
    used = {
        found.replace("\\'", "'")
        for file in folder.iterdir()
        for found in re.findall(r"_\('((?:[^'\\]|\\.)*)'", file.read_text("utf-8"))
    }
    assert len(used) > 250
    for code, language in languages().items():
        if code != "en":
            assert sorted(text for text in used if text not in language.words) == []
            holes = re.compile(r"\{(\w+)\}")
            odd = [k for k, v in language.words.items() if set(holes.findall(k)) != set(holes.findall(v))]
            odd += [t for _, t in language.patterns if "{" in t and not holes.search(t)]
            assert odd == []


def test_sentences_of_the_analysis_are_translated_or_marked_as_english():
    from ringtrace.web.language import languages

    zh = languages()["zh"]
    told = zh.say("it posted 10 offers to go between in 4 groups or sites")
    assert told == "在4 个群组或网站发布10 条居间"
    assert zh.say("it has ties to 20 others") == "与另外 20 人有联系"
    assert not zh.knows("a sentence that nobody translated")
    assert zh.knows("清茶_ 123")
    assert zh.say("x" * 5_000) == "x" * 5_000


def test_every_line_of_a_waterfall_and_every_tie_is_told_in_every_language():
    from ringtrace.report import words
    from ringtrace.web.language import languages

    told = [text for table in (words._FEATURE, words._LAYER, words._VERDICT) for text in table.values()]
    for language in languages().values():
        assert [text for text in told if not language.knows(text)] == []


def test_places_and_actors_are_called_as_each_language_does_and_evidence_is_left_alone():
    from ringtrace.web.language import languages

    en, zh = languages()["en"], languages()["zh"]
    listed = "Sichuan 四川省; Inner Mongolia 内蒙古自治区; Kitty 小猫"
    assert zh.place(listed) == "四川省; 内蒙古自治区; Kitty 小猫" and en.place(listed) == listed
    assert zh.called("Kitty 小猫 (Telegram; 3 accounts)") == "Kitty 小猫 (Telegram; 3 个账号)"
    assert (
        zh.called("3 accounts) (QQ)") == "3 accounts) (QQ)"
        and zh.called("rings (forum; 2 accounts)") == "rings (论坛; 2 个账号)"
        and en.called("a (QQ; 2 accounts)") == "a (QQ; 2 accounts)"
    )
    assert zh.say("from Sichuan 四川省, to Anhui 安徽省") == "从四川省到安徽省"
    assert zh.say("girl, 1 year 6 months") == "女孩，1 岁 6 个月"
    assert zh.say("3 actors around Rings (web)") == "以 Rings (网站) 为中心的 3 人", (
        "a name that is a word of ours, too"
    )


WORDS = st.text(st.sampled_from("aA宝 贝１①а<&\u200b寶"), min_size=1, max_size=4)


@given(st.text(st.sampled_from("aA宝 贝１①а<&\u200b寶\n"), max_size=400), st.lists(WORDS, max_size=3), st.booleans())
def test_what_a_list_shows_of_a_post_is_its_own_words_and_marks_what_was_looked_for(text, words, exact):
    from ringtrace.text.folding import fold
    from ringtrace.web.hits import excerpt

    told = str(excerpt(text, words, 100, exact=exact))
    marked = [unescape(one) for one in re.findall(r'<mark class="hit">(.*?)</mark>', told, re.DOTALL)]
    plain = unescape(re.sub(r"</?mark[^>]*>", "", told))
    bare = "".join(plain.removeprefix("…").removesuffix("…").split())
    assert bare in "".join(text.split()) and len(bare) <= 100
    for one in marked:
        looked = [word if exact else fold(word).text for word in words]
        assert any("".join(word.split()) in "".join((one if exact else fold(one).text).split()) for word in looked)
    if len(text) < 100 and not exact:
        assert bool(marked) == any(fold(word).text in fold(text).text for word in words if fold(word).text)


def test_a_word_that_stands_far_in_is_shown():
    from ringtrace.web.hits import excerpt

    told = excerpt("前" * 500 + "①３８ 宝贝", ["138"], 320, exact=False)
    assert told.startswith("…前") and '<mark class="hit">①３８</mark> 宝贝' in told
    assert '<mark class="hit">①３８</mark>' in excerpt("前" * 500 + "①３８ 宝贝", ["138"], 320, exact=False)


def test_a_trial_that_must_gather_first_says_so_and_is_there_later(bench, monkeypatch):
    from ringtrace.pipeline.previewing import Preview
    from ringtrace.web.pages import effects

    go, gather = threading.Event(), Preview.warm
    monkeypatch.setattr(Preview, "warm", lambda self: (go.wait(60), gather(self)))
    monkeypatch.setattr(effects, "_PATIENCE", 0.05)
    link = bench.json("/triage/links")["link"]
    path = f"/links/{link['left_id']}/{link['right_id']}/effect"
    waiting = bench.client.get(path, headers={"accept": "text/html"}).text
    assert f'id="trial" data-refresh="{path}"' in waiting
    go.set()
    for _ in range(600):
        told = bench.client.get(path, headers={"accept": "text/html"}).text
        if "data-refresh" not in told:
            break
    assert '<div id="trial">' in told and bench.json(path)["verdict"] == "yes"


def test_the_command_says_which_port_is_taken(tiny_case):
    import socket

    from ringtrace.errors import UsageError
    from ringtrace.web.server import run

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UsageError, match="cannot be taken"):
            run(tiny_case[0], taken.getsockname()[1], print)


@pytest.mark.parametrize(
    "after", ["0.5,99999999999999999999", "second,9", "second,", "nan,1", "0.5,-9999999999999999999"]
)
def test_any_cursor_of_the_queue_is_answered(bench, after):
    assert bench.json(f"/triage.json?after={after}")["what"] == "posts"


def test_a_language_remembers_no_words_of_evidence_longer_than_its_own_sentences():
    told = read_language("zh", 'name = "x"\n[words]\n[patterns]\n"it has {a} posts" = "{a} y"')
    assert told.say("it has 3 posts") == "3 y"
    assert told.say("a" * 100_000) == "a" * 100_000
    assert sorted(told.told) == ["3", "it has 3 posts"]
