"""Telegram's JSON: chats in order, people, times, words, and what damage does to them."""

from __future__ import annotations

import json

import pytest

from read_alone import gaps, local, posts, source
from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Limits, Source
from ringtrace.model.span import Gap
from ringtrace.readers import (
    telegram_json,
)
from ringtrace.text.chats import telegram_export


def message(number, text="hello", **more):
    return {
        "id": number, "type": "message", "date": "2014-01-03T09:00:00", "date_unixtime": str(1388710800 + number),
        "from": "A", "from_id": "user70", "text": text, **more,
    }  # fmt: skip


def export(*messages, **more):
    return json.dumps({"name": "G", "type": "private_group", "id": 5, "messages": list(messages), **more}, indent=1)


def test_telegram_full_export_reads_every_chat_in_the_order_of_the_file():
    one, two, left = (json.loads(export(message(at), name=name)) for at, name in ((1, "X"), (2, "Y"), (3, "Z")))
    data = json.dumps({"left_chats": {"list": [left]}, "about": "Telegram", "chats": {"list": [one, two]}})
    assert [post.container.name for post in posts(telegram_json, data)] == ["Z", "X", "Y"]


def test_telegram_people_words_and_files():
    data = export(
        message(1, ["a ", {"type": "bold", "text": "b"}, "\u00e9\U0001f600"]),
        message(2, "", contact_information={"first_name": "Zh", "last_name": "O", "phone_number": "17000001234"}),
        message(3, "", poll={"question": "when?", "answers": [{"text": "now"}, {"text": "later"}]}),
        message(4, "caption", photo="x.jpg", edited="2014-01-03T10:00:00"),
        message(5, "hi", **{"from": None}),
        message(6, "hi", from_id=None, reply_to_message_id=4),
        message(7, "hi", from_id=4294967366),
        {"id": 8, "type": "service", "date": "2014-01-03T09:00:00", "actor": "Op", "actor_id": "user9",
         "action": "create_group", "title": "G", "members": ["Op", "A"], "text": ""},
        message(9, "as the group", from_id="channel5"),
    )  # fmt: skip
    found = posts(telegram_json, data)
    assert [post.text for post in found] == [
        "a b\u00e9\U0001f600", "Zh O\n17000001234", "when?\nnow\nlater", "caption", "hi", "hi", "hi",
        "create_group G Op A", "as the group",
    ]  # fmt: skip
    assert [post.account_native for post in found] == [*["user70"] * 5, "", "user70", "user9", "channel5"]
    assert found[4].account_name == ""
    assert found[5].reply_native == "4"
    assert [post.author_role for post in found] == [*[""] * 7, "operator", "operator"]
    assert [post.kind for post in found[6:]] == ["message", "system", "message"]
    assert found[0].sent.basis == "stated"
    assert found[7].sent.basis == "assumed"
    assert local(found[7].sent.at) == "2014-01-03 09:00:00"


def test_telegram_time_with_a_date_only_is_assumed_to_be_local():
    data = export({"id": 1, "type": "message", "date": "2014-01-03T09:00:00", "from": "A", "text": "x"})
    only = posts(telegram_json, data)[0]
    assert (only.sent.basis, only.sent.text, local(only.sent.at)) == (
        "assumed", "2014-01-03T09:00:00", "2014-01-03 09:00:00",
    )  # fmt: skip


def test_telegram_the_same_words_elsewhere_in_the_record_do_not_mislead():
    entities = [{"type": "plain", "text": "same"}]
    for record in (
        {"text_entities": entities, **message(1, "same")},
        {**message(1, "same"), "from": '"text": "same"'},
        {"from": "{[", **message(1, "same")},
    ):
        data = export(record)
        only = posts(telegram_json, data)[0]
        (segment,) = only.segments
        assert data.encode()[: segment.start].endswith(b'"text": "')
        depth = data[: segment.start].count("[") - data[: segment.start].count("]")
        assert depth <= 2 or "from" in record


@pytest.mark.parametrize("cut", [10, 60, 130])
def test_telegram_cut_export_keeps_every_complete_message(cut):
    data = export(*(message(at, "好的") for at in range(20)))
    found = list(telegram_json.read(source(data.encode()[:-cut])))
    complete = data.encode()[:-cut].count(b"\n  }")
    assert sum(isinstance(item, Post) for item in found) == complete
    assert [item.reason for item in found if isinstance(item, Gap)] in ([], ["incomplete or damaged message"])
    assert next(item for item in found if isinstance(item, Post)).container.name == "G"


def test_telegram_damage_in_the_middle_costs_one_message():
    data = export(*(message(at) for at in range(9))).encode()
    at = data.index(b'"id": 4')
    broken = data[:at] + data[at:].replace(b'"A"', b'"A', 1)
    assert [post.native_id for post in posts(telegram_json, broken)] == ["0", "1", "2", "3", "5", "6", "7", "8"]
    assert len(gaps(telegram_json, broken)) == 1


def test_telegram_bytes_that_are_not_utf8_are_shown_as_such():
    data = export(message(1, "abXXcd")).encode().replace(b"XX", b"\xff\xfe")
    (only,) = posts(telegram_json, data)
    assert only.text == "ab\ufffdcd"
    assert [segment.text_start for segment in only.segments] == [0, 3]
    assert [len(gap.span) for gap in gaps(telegram_json, data)] == [2]


def test_telegram_lone_surrogates_and_doubled_keys_are_read():
    lone = export(message(1, "XX"), message(2, "fine")).replace("XX", "a\\ud83db")
    assert [post.text for post in posts(telegram_json, lone)] == ["a\ufffdb", "fine"]
    doubled = export(message(1)).replace('"name": "G"', '"name": "F", "name": "G"')
    assert [post.text for post in posts(telegram_json, doubled)] == ["hello"]


def test_telegram_depth_and_length_are_bounded():
    deep = export(message(1), message(2)).replace('"hello"', "[" * 100_000 + "]" * 100_000, 1)
    assert posts(telegram_json, deep)[-1].native_id == "2"
    long = export(message(1, "x" * 5000))
    (only,) = posts(telegram_json, long, limits=Limits(line_bytes=100))
    assert (len(only.text), len(gaps(telegram_json, long, limits=Limits(line_bytes=100))[0].span)) == (100, 4900)
    line = b'{"messages": [' + b'{"id":1,"type":"message","text":"' * 300_000
    with pytest.raises(MalformedError):
        list(telegram_json.read(source(b'{"messages": 1')))
    assert len(gaps(telegram_json, line)) == 1


def test_telegram_is_known_by_its_keys_whatever_its_name():
    data = export(message(1)).encode()
    assert telegram_json.sniff(data, "notes.txt") > 0.9
    assert telegram_json.sniff(b"\xef\xbb\xbf" + data, "x") > 0.9
    assert telegram_json.sniff(b'{"messages": [{"sender_name": "A", "content": "x"}]}', "result.json") == 0


def test_a_telegram_text_over_the_limit_is_cut_and_the_rest_told():
    words = "天气 \\u4e2d" * 100
    message = f'{{"id": 1, "type": "message", "date": "2014-02-13T10:20:00", "from": "a", "text": "{words}"}}'
    data = f'{{"name": "g", "type": "private_group", "id": 1, "messages": [{message}]}}'
    limits = Limits(line_bytes=64)
    (post,) = posts(telegram_json, data, limits=limits)
    (gap,) = gaps(telegram_json, data, limits=limits)
    assert post.text == ("天气 中" * 100)[: len(post.text)] and 12 <= len(post.text) <= 64
    assert gap.reason == "text longer than the limit" and gap.span.stop == data.encode().index(b'"}]}')


@pytest.mark.parametrize("window", [40, 200, 1_000])
def test_a_telegram_export_gives_the_same_in_windows_of_any_size(monkeypatch, window):
    """Large arrays are taken apart a window at a time; a start inside of a message must not tear it."""
    inner = [{"id": 7, "type": "message", "text": "inner"}, {"type": "service"}]
    rows = [
        {"id": n, "type": "message", "date": "2014-01-02T03:04:05", "from": "甲", "from_id": "user5",
         "text": f'{{"id": 9, "type": "message"}} {n}', **({"forwarded": inner} if n % 3 == 0 else {})}
        for n in range(40)
    ]  # fmt: skip
    for indent in (None, 1):
        data = json.dumps(
            {"name": "群", "type": "private_group", "id": 5, "messages": rows}, ensure_ascii=False, indent=indent
        ).encode()
        monkeypatch.setattr(telegram_export, "_WINDOW", 1 << 30)
        whole = list(telegram_json.read(Source("0" * 64, "", "result.json", data)))
        monkeypatch.setattr(telegram_export, "_WINDOW", window)
        monkeypatch.setattr(telegram_export, "_LOOK_BACK", 64)
        assert list(telegram_json.read(Source("0" * 64, "", "result.json", data))) == whole
        assert sum(isinstance(one, Post) for one in whole) == 40
