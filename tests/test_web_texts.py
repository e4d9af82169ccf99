"""The page of repeated texts: patterns, what differs, and each post's own filling."""

from __future__ import annotations

from web_client import consulted


def test_texts_show_what_differs(bench):
    listed = bench.json("/texts")
    assert listed["total"] >= len(listed["texts"]) > 0
    assert [row["posts"] for row in listed["texts"]] == sorted((row["posts"] for row in listed["texts"]), reverse=True)
    address = f"/texts/{listed['texts'][0]['template_id']}"
    one = bench.json(address)
    assert one["posts"] >= len(one["members"]) > 1
    assert all(len(row["slots"]) == len(one["constants"]) - 1 for row in one["members"])
    assert all(sum(item["posts"] for item in slot["common"]) <= one["posts"] for slot in one["slots"])
    for page in ("/texts", address):
        assert bench.client.get(page, headers={"accept": "text/html"}).status_code == 200
    assert bench.client.get("/texts/template-none").status_code == 404


def test_words_of_texts_are_in_the_log_before_they_leave(bench):
    before = len(consulted(bench.case))
    listed = bench.json("/texts")
    bench.json(f"/texts/{listed['texts'][0]['template_id']}")
    pages = [event["why"] for event in consulted(bench.case)[before:]]
    assert len(pages) == 2 and pages[0].endswith("/texts") and "/texts/template-" in pages[1]
