"""The same conversation exported twice: joined across formats and phones, clocks compared, edits linked."""

from __future__ import annotations

import html
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.source import Source
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.reading.posts import merge_copies, post_table

START = datetime(2014, 3, 1, 10, 0, tzinfo=UTC)
PEOPLE = (("user1", "阿青"), ("user2", "Lin"), ("user3", "老周"))


def said(count: int, every: int = 7) -> list[dict]:
    """Messages: id, who, when, words; some short ones repeat, one in four answers the one before."""
    return [
        {"id": n + 10, "who": n % 3, "at": START + timedelta(minutes=every * n), "text": "ok" if n % 5 == 4 else f"合成第{n}句话，说一点别的",
         "reply": n + 9 if n % 4 == 3 else None}
        for n in range(count)
    ]  # fmt: skip


def telegram_json(messages: list[dict], name: str = "合成样本群") -> bytes:
    rows = []
    for one in messages:
        row = {"id": one["id"], "type": "message", "date": one["at"].strftime("%Y-%m-%dT%H:%M:%S"), "date_unixtime": str(int(one["at"].timestamp())),
               "from": PEOPLE[one["who"]][1], "from_id": PEOPLE[one["who"]][0], "text": one["text"]}  # fmt: skip
        if one.get("reply"):
            row["reply_to_message_id"] = one["reply"]
        if one.get("edited"):
            row |= {"edited": "x", "edited_unixtime": str(int(one["edited"].timestamp()))}
        rows.append(row)
    return json.dumps(
        {"name": name, "type": "private_supergroup", "id": 123456, "messages": rows}, ensure_ascii=False
    ).encode()


def telegram_html(messages: list[dict], name: str = "合成样本群", shift: int = 0) -> bytes:
    blocks = []
    for one in messages:
        at = (one["at"] + timedelta(hours=8, seconds=shift)).strftime("%d.%m.%Y %H:%M:%S UTC+08:00")
        reply = (
            f'<div class="reply_to details">In reply to <a href="#go_to_message{one["reply"]}">this message</a></div>'
            if one.get("reply")
            else ""
        )
        blocks.append(
            f'<div class="message default clearfix" id="message{one["id"]}"><div class="pull_left userpic_wrap"></div><div class="body">'
            f'<div class="pull_right date details" title="{at}">x</div><div class="from_name">{PEOPLE[one["who"]][1]}</div>{reply}'
            f'<div class="text">{html.escape(one["text"])}</div></div></div>'
        )
    return f'<!DOCTYPE html><html><body><div class="page_wrap"><div class="page_header"><div class="text bold">{name}</div></div>{"".join(blocks)}</div></body></html>'.encode()


def whatsapp(messages: list[dict], names: tuple[str, ...], form: str, zone: int = 8, shift: int = 0) -> bytes:
    lines = []
    for one in messages:
        at = (one["at"] + timedelta(hours=zone, seconds=shift)).strftime(form)
        lines.append(f"{at}{names[one['who']]}: {one['text']}")
    return "\n".join(lines).encode()


def tables(*files: tuple[str, bytes]) -> list:
    return [
        post_table(read_source(Source(f"{number:064d}", "", name, data)).posts)
        for number, (name, data) in enumerate(files)
    ]


def joined(*files: tuple[str, bytes]):
    posts, clocks = merge_copies(tables(*files))
    return posts.to_pylist(), clocks.to_pylist()


def test_telegram_html_and_json_of_one_chat_are_one_set_of_posts():
    messages = said(20)
    posts, clocks = joined(
        ("result.json", telegram_json(messages[:15])), ("messages.html", telegram_html(messages[5:]))
    )
    assert len(posts) == 20
    assert not clocks
    by_id = {row["native_id"]: row for row in posts}
    assert {row["container"] for row in posts} == {by_id["10"]["container"]}
    both = [row for row in posts if len(row["sources"]) == 2]
    assert len(both) == 10
    assert {source["evidence_id"][-1] for source in both[0]["sources"]} == {"0", "1"}
    html_only = by_id["29"]
    assert html_only["account_native"] == PEOPLE[19 % 3][0]
    assert html_only["reply_to"] == by_id["28"]["post_id"]
    assert by_id["17"]["reply_to"] == by_id["16"]["post_id"]


def test_two_phones_that_name_people_differently_give_one_set():
    messages = said(24)
    one = whatsapp(messages, ("You", "Lin", "+86 170 0012 3456"), "%d/%m/%Y, %H:%M - ")
    two = whatsapp(messages, ("阿青", "林姐", "You"), "[%d.%m.%y, %H:%M:%S] ")
    posts, clocks = joined(("a/WhatsApp Chat with 合成群.txt", one), ("b/WhatsApp Chat with 合成群.txt", two))
    assert len(posts) == 24
    assert all(len(row["sources"]) == 2 for row in posts)
    assert len({row["account_id"] for row in posts}) == 3
    assert not clocks


@pytest.mark.parametrize(("shift", "kind"), [(420, "clock"), (-3600, "zone"), (8 * 3600, "zone")])
def test_a_clock_that_is_off_is_measured_against_the_other_export(shift, kind):
    messages = said(24)
    right = telegram_json(messages)
    wrong = telegram_html(messages, shift=shift)
    posts, clocks = joined(("result.json", right), ("messages.html", wrong))
    assert len(posts) == 24
    (row,) = clocks
    assert abs(row["offset_seconds"]) == abs(shift)
    assert row["kind"] == kind
    assert row["messages"] >= 10
    assert row["agreeing"] == row["messages"]


def test_the_assumed_clock_is_measured_against_the_stated_one():
    messages = said(24)
    stated = ("discord.json", json.dumps({"guild": {"name": "s"}, "channel": {"id": "5", "name": "合成群"}, "dateRange": {}, "exportedAt": "", "messages": [
        {"id": str(one["id"]), "type": "Default", "timestamp": one["at"].isoformat(), "content": one["text"], "author": {"id": str(one["who"]), "name": PEOPLE[one["who"]][1]}} for one in messages]}).encode())  # fmt: skip
    rows = "AuthorID,Author,Date,Content\n" + "".join(
        f'"{one["who"]}","{PEOPLE[one["who"]][1]}","{one["at"].strftime("%Y-%m-%d %H:%M:%S")}","{one["text"]}"\n'
        for one in messages
    )
    posts, clocks = joined(stated, ("s / 合成群.csv".replace("/", "∕"), rows.encode()))
    assert len(posts) == 48  # names differ, so nothing says that these are one conversation
    posts, clocks = joined(
        ("x", stated[1].replace(b'"guild": {"name": "s"}, ', b'"guild": {}, ')), ("合成群.csv", rows.encode())
    )
    assert len(posts) == 24
    (row,) = clocks
    assert (row["evidence_id"][-1], row["reference_id"][-1], row["offset_seconds"], row["kind"]) == (
        "1",
        "0",
        8 * 3600,
        "zone",
    )


def test_two_groups_that_hold_the_same_adverts_stay_two():
    adverts = said(12)
    one = telegram_json(
        adverts
        + [
            {**m, "id": m["id"] + 500, "text": m["text"] + "甲", "at": m["at"] + timedelta(seconds=90)}
            for m in said(40)
        ],
        "甲群",
    )
    two = telegram_html(
        adverts
        + [
            {**m, "id": m["id"] + 500, "text": m["text"] + "乙", "at": m["at"] + timedelta(seconds=90)}
            for m in said(40)
        ],
        "乙群",
    )
    posts, _ = joined(("a.json", one), ("b.html", two))
    assert len(posts) == 104
    named_alike = telegram_html(
        adverts + [{**m, "id": m["id"] + 500, "text": m["text"] + "乙"} for m in said(40)], "甲群"
    )
    assert len(joined(("a.json", one), ("b.html", named_alike))[0]) == 104


def test_an_edited_and_a_taken_back_message_name_their_first_wording():
    messages = said(8)
    later = [dict(one) for one in messages]
    later[2] |= {"text": "合成：改过的话", "edited": START + timedelta(hours=5)}
    posts, _ = joined(("result.json", telegram_json(messages)), ("later.json", telegram_json(later)))
    assert len(posts) == 9
    versions = sorted((row for row in posts if row["native_id"] == "12"), key=lambda row: row["state"])
    assert versions[0]["edit_of"] is None
    assert versions[1]["edit_of"] == versions[0]["post_id"]
    assert (versions[1]["state"], versions[1]["changed_at"]) == ("edited", START + timedelta(hours=5))
    assert [row["edit_of"] for row in posts if row["native_id"] != "12"] == [None] * 7


@settings(max_examples=25, deadline=None)
@given(st.integers(6, 30), st.integers(0, 29), st.integers(-2, 2), st.randoms())
def test_in_whatever_order_files_come_the_posts_are_the_same(count, cut, minutes, random):
    messages = said(count)
    low = min(cut, count - 5)
    files = tables(
        ("result.json", telegram_json(messages[: count - low // 2])), ("messages.html", telegram_html(messages[low:], shift=minutes * 300)),
        ("again.html", telegram_html(messages)),
    )  # fmt: skip
    first = merge_copies(files)
    random.shuffle(files)
    second = merge_copies(files)
    assert first[0].equals(second[0])
    assert first[1].equals(second[1])
    spans = [(source["evidence_id"], source["start"]) for row in first[0].to_pylist() for source in row["sources"]]
    assert len(spans) == len(set(spans))
    words = {row["text"] for row in first[0].to_pylist()}
    assert words == {one["text"] for one in messages}


def test_earlier_wordings_that_an_export_itself_keeps_are_posts_that_the_later_ones_name():
    sample = (Path(__file__).parent / "samples/signal_backup/main.jsonl").read_bytes()
    posts, _ = joined(("main.jsonl", sample))
    versions = sorted((row for row in posts if row["native_id"] == "1577844200000"), key=lambda row: row["sent_at"])
    assert [row["text"] for row in versions] == ["合成样本：六点见", "合成样本：六点半见", "合成样本：七点见"]
    assert [row["state"] for row in versions] == ["", "edited", "edited"]
    assert [row["edit_of"] for row in versions] == [None, versions[0]["post_id"], versions[0]["post_id"]]
    assert len({(row["container"], row["account_id"]) for row in versions}) == 1
