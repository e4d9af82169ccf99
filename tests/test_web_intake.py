"""Intake: how far each file is while it comes in, and how its bytes are accounted for while the analysis still reads."""

import shutil
import threading

import pytest

from ringtrace.model.custody import Circumstances
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.reading.log import read_log
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.web.desk import Desk
from web_bench import Served, chromium

NOTE = "张三家 2014-02-01 10:00\n合成的测试文字：送养女宝，微信 lin17000\n"


def test_copying_is_watched_up_to_the_last_byte(tmp_path, session_keys):
    case = Case.create(tmp_path / "case")
    sizes = {"a.bin": 3 * 2**20 + 17, "empty.txt": 0, "b.txt": 5}
    (tmp_path / "in").mkdir()
    for name, size in sizes.items():
        (tmp_path / "in" / name).write_bytes(name.encode() * (size // 5 + 1))
    seen = {}
    add(
        case,
        [tmp_path / "in"],
        "a test",
        lambda done, total: None,
        lambda name, done: seen.setdefault(name, []).append(done),
    )
    for name in sizes:
        size = (tmp_path / "in" / name).stat().st_size
        assert seen[name] == sorted(seen[name]) and seen[name][-1] == size
    assert len(seen["a.bin"]) >= 3, "a large file is told of while it is copied"


def test_the_log_of_a_reading_is_what_the_table_says_and_tells_of_new_files_alone(tmp_path, session_keys):
    case = Case.create(tmp_path / "case")
    (tmp_path / "note.txt").write_text(NOTE, "utf-8")
    (tmp_path / "odd.bin").write_bytes(bytes(range(256)) * 40)
    add(case, [tmp_path / "note.txt", tmp_path / "odd.bin"], "a test", lambda *_: None)
    analyse(case, 1, lambda *args: None)
    rows = {row["evidence_id"]: row for row in read_table(case.analysis, "evidence").to_pylist()}
    told = read_log(case.analysis)
    assert set(told) == set(rows) and len(rows) == 2
    for key, row in told.items():
        assert {name: rows[key][name] for name in row} == row
        assert row["post_bytes"] + row["structure_bytes"] + row["gap_bytes"] == rows[key]["size"]
    (tmp_path / "more.txt").write_text(NOTE + "又一行\n", "utf-8")
    add(case, [tmp_path / "more.txt"], "a test", lambda *_: None)
    analyse(case, 1, lambda *args: None)
    assert len(read_log(case.analysis)) == 1 and set(read_log(case.analysis)).isdisjoint(told)
    (case.analysis / "cache" / "reading.jsonl").write_text('{"evidence_id": "e1", "posts": 3}\n{"evidence', "utf-8")
    assert read_log(case.analysis)["e1"]["posts"] == 3, "a line that is being written is let be"
    assert read_log(tmp_path) == {}


def upload(client, csrf, accept, **files):
    parts = [("files", (name, data, "text/plain")) for name, data in files.items()]
    return client.post(
        "/intake/files", data={"csrf": csrf, "source": "a test"}, files=parts, headers={"accept": accept}
    )


def test_an_upload_waits_for_the_analysis_and_can_be_followed(bench, monkeypatch):
    free = threading.Event()
    monkeypatch.setattr(bench.desk.arrivals, "_busy", lambda: not free.is_set())
    page = upload(bench.client, bench.csrf, "text/html", note=NOTE.encode(), other=b"some words")
    assert page.status_code == 200 and str(page.url).endswith("/intake/arrivals/1")
    assert "Waits for the analysis" in page.text and 'data-refresh="/intake/arrivals/1"' in page.text
    told = bench.json("/intake/arrivals/1.json")
    assert told["running"] and told["waits"] and [one["state"] for one in told["files"]] == ["waiting", "waiting"]
    assert bench.json("/intake.json")["arrival"]["running"]
    held = {item.evidence_id for item in bench.case.evidence.held()}
    free.set()
    assert bench.desk.arrivals.get(1).ended.wait(60)
    told = bench.json("/intake/arrivals/1.json")
    assert (
        not told["running"] and told["counts"]["added"] == 2 and told["done"] == told["size"] == len(NOTE.encode()) + 10
    )
    came = {one["evidence_id"] for one in told["files"]}
    assert came == {item.evidence_id for item in bench.case.evidence.held()} - held
    assert "data-refresh" not in bench.client.get("/intake/arrivals/1", headers={"accept": "text/html"}).text
    again = upload(bench.client, bench.csrf, "application/json", note=NOTE.encode()).json()
    assert [one["status"] for one in again["receipts"]] == ["known"]
    assert bench.client.get("/intake/arrivals/99").status_code == 404


def test_bytes_are_accounted_for_while_the_analysis_still_runs(bench, monkeypatch):
    upload(bench.client, bench.csrf, "application/json", note=NOTE.encode())
    key = bench.desk.arrivals.get(1).document()["files"][0]["evidence_id"]
    assert bench.json("/intake/arrivals/1.json")["files"][0]["read"] is None
    monkeypatch.setattr(bench.desk.jobs, "busy", lambda: True)
    log = bench.case.analysis / "cache" / "reading.jsonl"
    size = len(NOTE.encode())
    log.write_text(
        f'{{"evidence_id": "{key}", "reader": "plain_text", "posts": 1, "post_bytes": {size}, "structure_bytes": 0, "gap_bytes": 0, "note": ""}}\n'
    )
    assert bench.json("/intake/arrivals/1.json")["files"][0]["read"]["post_bytes"] == size
    page = bench.client.get("/intake/arrivals/1", headers={"accept": "text/html"}).text
    assert f"{size} + 0 + 0 = {size}" in page
    rows = {row["evidence_id"]: row["read"] for row in bench.json("/intake.json?after=").get("files")}
    assert key not in rows or rows[key]["posts"] == 1


def test_what_cannot_go_in_says_why(bench, monkeypatch):
    with bench.case.locked():
        answer = upload(bench.client, bench.csrf, "application/json", note=b"words")
        assert answer.status_code == 503 and "another process is working" in answer.json()["reason"]
        page = upload(bench.client, bench.csrf, "text/html", note=b"words")
    assert "another process is working" in page.text and "data-refresh" not in page.text


@pytest.mark.browser
@pytest.mark.timeout(600)
def test_files_are_followed_in_a_browser_while_the_analysis_runs(tiny_case, tmp_path):
    folder = tmp_path / "case"
    shutil.copytree(tiny_case[0].folder, folder)
    shutil.rmtree(folder / "analysis" / "cache")
    running = Served(folder)
    try:
        with chromium() as browser:
            page = running.enter(browser, viewport={"width": 390, "height": 800})
            page.goto(running.home + "/intake")
            page.get_by_role("button", name="Run the analysis").click()
            files = [{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": f"{NOTE}{n}".encode()} for n in range(3)]
            page.set_input_files("input[name=files]", files)
            page.get_by_role("button", name="Take in").click()
            page.wait_for_url("**/intake/arrivals/1")
            assert page.locator("tbody tr").count() == 3
            page.screenshot(path=tiny_case[1] / "web-arrival-390.png")
            page.evaluate("window.here = true")
            page.locator("#arrival .tag.good").nth(2).wait_for(timeout=240_000)
            assert page.evaluate("window.here"), "the part came anew, not the page"
            assert page.evaluate("document.documentElement.scrollWidth") <= 390
            page.locator("#arrival:not([data-refresh])").wait_for(timeout=240_000)
            cookies = page.context.storage_state()
            plain = browser.new_context(java_script_enabled=False, storage_state=cookies).new_page()
            plain.goto(running.home + "/intake/arrivals/1")
            assert plain.locator(".tag.good").count() == 3 and plain.get_by_text("not analysed yet").count() == 3
            plain.get_by_role("button", name="Run the analysis").click()
            for _ in range(600):
                plain.goto(running.home + "/intake/arrivals/1")
                if (
                    plain.get_by_text("not analysed yet").count() == 0
                    and not plain.get_by_role("link", name="Look again").count()
                ):
                    break
                plain.wait_for_timeout(300)
            assert plain.get_by_text("not analysed yet").count() == 0
    finally:
        running.stop()
    assert running.errors == []


def test_names_of_uploads_stay_within_their_folder(bench):
    answer = upload(bench.client, bench.csrf, "application/json", **{"../../evil.txt": b"one", "a/b/evil.txt": b"two"})
    assert sorted(one["name"] for one in answer.json()["receipts"]) == ["2/evil.txt", "evil.txt"]


def test_what_was_uploaded_outlives_the_server_and_goes_in_with_what_was_said_of_it(tiny_case, tmp_path, monkeypatch):
    case = Case(shutil.copytree(tiny_case[0].folder, tmp_path / "case"))
    spool = case.folder / ".workbench" / "arrivals"
    held = {item.evidence_id for item in case.evidence.held()}
    first = Desk(case)
    monkeypatch.setattr(first.arrivals, "_busy", lambda: True)
    files = first.arrivals.lay_out()
    (files / "note.txt").write_text(NOTE, "utf-8")
    arrival = first.arrivals.begin(files, Circumstances(source="a hotline", authority="order 7"))
    first.close()
    assert arrival.ended.wait(10) and arrival.error == "" and len(list(spool.iterdir())) == 1
    assert {item.evidence_id for item in case.evidence.held()} == held, "it still waits"
    second = Desk(Case(case.folder))
    came = second.arrivals.last()
    assert came is not None and came.ended.wait(60) and came.document()["counts"]["added"] == 1
    key = came.document()["files"][0]["evidence_id"]
    assert [item.source for item in case.evidence.held() if item.evidence_id == key] == ["a hotline"]
    logged = [event for event in case.evidence.log.events() if event.get("name") == "note.txt"]
    assert len(logged) == 1 and "order 7" in str(logged), "the legal ground went in with it"
    assert list(spool.iterdir()) == [], "what is in is not kept twice"
    second.close()


def test_what_was_promised_waits_for_another_process_and_an_unreadable_one_is_named(tiny_case, tmp_path):
    case = Case(shutil.copytree(tiny_case[0].folder, tmp_path / "case"))
    spool = case.folder / ".workbench" / "arrivals"
    for name, told in (("1", '{"source": "a hotline"}'), ("2", "not JSON")):
        (spool / name / "files").mkdir(parents=True)
        (spool / name / "files" / f"{name}.txt").write_text(NOTE + name, "utf-8")
        (spool / name / "told.json").write_text(told, "utf-8")
    (spool / ".new-3" / "files").mkdir(parents=True)
    with case.locked():
        desk = Desk(Case(case.folder))
        assert not desk.arrivals.get(1).ended.wait(1.2) and desk.arrivals.get(1).document()["waits"]
    assert desk.arrivals.get(1).ended.wait(60) and desk.arrivals.get(1).document()["counts"]["added"] == 1
    assert "cannot be read" in desk.arrivals.get(2).error and (spool / "2" / "files" / "2.txt").exists()
    assert sorted(path.name for path in spool.iterdir()) == [".new-3", "2"], "what another is writing is let be"
    desk.close()
