"""The watch list and kept searches in the workbench: what is asked for, why, and what the log holds."""

from ringtrace.pipeline import analyse
from ringtrace.store.watches import read_watches


def known_phone(desk):
    mentions = desk.view().room.table("mentions").to_pylist()
    return next(
        row["value"]
        for row in mentions
        if row["kind"] == "phone" and row["owner"] == "self" and row["probability"] >= 0.5
    )


def test_an_identifier_is_watched_alerts_and_is_taken_off(bench):
    phone = known_phone(bench.desk)
    assert bench.post("/watch/add", kind="phone", values=phone, reason="").status_code == 400
    assert bench.post("/watch/add", kind="phone", values=phone, reason="named by a caller").status_code == 200
    refused = bench.post("/watch/add", kind="phone", values="no number", reason="named by a caller")
    assert refused.status_code == 400 and "0 of 1" in refused.text
    page = bench.json("/watch")
    assert [(one["kind"], one["value"], one["reason"]) for one in page["watches"]] == [
        ("phone", phone, "named by a caller")
    ]
    assert page["watches"][0]["posts"] > 0 and page["alerts"] == []
    analyse(bench.case, 1, lambda *args: None)
    page = bench.json("/watch")
    assert page["alerts"] and all(one["value"] == phone and one["quotes"] for one in page["alerts"])
    assert bench.post("/watch/seen", alert="alert-none").status_code == 400
    for one in page["alerts"]:
        assert bench.post("/watch/seen", alert=one["id"]).status_code == 200
    assert bench.json("/watch")["alerts"] == []
    number = str(page["watches"][0]["number"])
    assert bench.post(f"/watch/{number}/remove", reason="").status_code == 400
    assert bench.post(f"/watch/{number}/remove", reason="it is a shop").status_code == 200
    assert read_watches(bench.desk.ledger) == []


def test_a_search_is_kept_with_its_purpose_and_counts_again(bench):
    total = bench.json("/search?q=宝")["total"]
    assert bench.post("/searches", name="babies", q="宝").status_code == 400
    assert bench.post("/searches", name="babies", q="宝", purpose="tip 12").status_code == 200
    assert bench.post("/searches", name="list", handles=known_phone(bench.desk), purpose="tip 12").status_code == 200
    one, many = bench.json("/watch")["searches"]
    assert (one["name"], one["purpose"], one["then"], one["posts"], one["more"]) == (
        "babies",
        "tip 12",
        total,
        total,
        0,
    )
    assert many["posts"] > 0
    assert bench.post(f"/searches/{one['number']}/drop").status_code == 200
    assert bench.post(f"/searches/{one['number']}/drop").status_code == 400
    assert [left["name"] for left in bench.json("/watch")["searches"]] == ["list"]


def test_a_list_of_handles_is_in_the_ledger_before_it_is_answered(bench, monkeypatch):
    bench.post("/settings", purpose="tip 13")
    bench.json("/search/batch?handles=17000000001%0Aabc")
    told = [payload for _, payload in bench.desk.ledger.events("audit") if payload["what"] == "handles looked up"]
    assert told == [{"what": "handles looked up", "handles": ["17000000001", "abc"], "purpose": "tip 13"}]
    monkeypatch.setattr(bench.desk.ledger, "record", lambda *a, **k: (_ for _ in ()).throw(OSError("disk full")))
    assert bench.client.get("/search/batch?handles=abc").status_code == 503


def test_the_page_is_read_in_both_languages(bench):
    bench.post("/watch/add", kind="phone", values=known_phone(bench.desk), reason="named by a caller")
    for language, words in (("en", "Watched identifiers"), ("zh", "监看的标识")):
        page = bench.client.get("/watch", headers={"accept": "text/html", "accept-language": language}).text
        assert words in page and 'action="/watch/add"' in page
