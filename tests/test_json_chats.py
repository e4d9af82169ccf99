"""Chats as JSON: messages behind damage, values without an end, edits and deletions."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.text import jsonspan

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                    max_leaves=8)  # fmt: skip
CHAT = b'{"chatlab":{"version":"1"},"meta":{"name":"g","platform":"qq"},"members":[],"messages":[%s],"tail":{"a":[1]}}'


def chatlab(number: int) -> bytes:
    return b'{"sender":"%d","timestamp":1388710800,"type":0,"content":"words %d"}' % (number, number)


def read_chatlab(data: bytes):
    from ringtrace.pipeline.reading.originals import read_source

    done = read_source(Source("0" * 64, "", "chat.json", data))
    assert done.post_bytes + done.gap_bytes + done.structure_bytes == len(data)
    return [post.text for post in done.posts], done


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.sampled_from([None, 1]))
@settings(deadline=None)
def test_json_places_are_those_of_the_values(value, indent):
    data = json.dumps(value, ensure_ascii=bool(indent), indent=indent).encode("utf-8", "surrogatepass")
    assert jsonspan.end_of_value(data, 0, len(data)) == len(data)
    found = {key: json.loads(data[low:high]) for key, low, high in jsonspan.members(data, 0, len(data))}
    assert found == value


def test_messages_behind_a_stray_bracket_are_not_lost():
    data = CHAT % (chatlab(1) + b"]," + chatlab(2) + b"," + chatlab(3))
    texts, done = read_chatlab(data)
    assert texts == ["words 1", "words 2", "words 3"]
    assert done.gap_bytes == 0 or all("behind the end" in gap.reason for gap in done.gaps)


def test_messages_behind_a_damaged_one_are_read_and_the_damage_is_a_gap():
    broken = chatlab(2).replace(b'words 2"', b"words 2")
    texts, done = read_chatlab(CHAT % b",".join((chatlab(1), broken, chatlab(3), chatlab(4))))
    assert texts == ["words 1", "words 3", "words 4"]
    assert [gap.reason for gap in done.gaps] == ["incomplete or damaged message"]
    assert done.gap_bytes >= len(broken)


def test_what_stands_behind_the_messages_is_structure_and_noise_behind_the_file_is_a_gap():
    whole = CHAT % chatlab(1)
    assert read_chatlab(whole)[1].gap_bytes == 0
    assert read_chatlab(whole + b"noise")[1].gap_bytes == 5


@pytest.mark.parametrize("unit", [b'{"sender":["', b'{"b":[', b'],"k":['])
def test_a_file_of_broken_messages_takes_time_in_proportion_to_its_size(unit):
    def seconds(count: int) -> float:
        whole = chatlab(1) + b","
        data = CHAT % (whole + unit * count if b"sender" in unit else (whole + unit) * (count // 4))
        start = time.process_time()
        read_chatlab(data)
        return time.process_time() - start

    seconds(1000)
    assert seconds(80_000) < 60 * max(seconds(4_000), 0.01)


@pytest.mark.parametrize("unit", [b'"data":[{', b'"data":[{"', b'"data":[{"a":[[[[[[', b'"data":[{"a":1,'])
def test_lists_without_an_end_that_stand_in_each_other_are_looked_through_a_few_times_only(unit):
    from ringtrace.readers import records_json

    start = time.process_time()
    assert records_json.sniff((b"{" + unit * 65_536)[:65_536], "a.json") == 0.0
    assert time.process_time() - start < 2.0  # once 6 to 27


def test_records_in_lists_that_stand_in_others_are_found():
    from ringtrace.readers import records_json

    inner = b'{"text":"a","author":"b"}'
    for depth in (1, 3, 6):
        head = b'{"data":[' * depth + inner
        assert records_json.sniff(head, "a.json") > 0


def test_edits_and_deletions_are_marked():
    from ringtrace.readers import discord_json, qq_json, signal_json, telegram_json

    def first(reader, data: bytes):
        return next(item for item in reader.read(Source("0" * 64, "", "x", data)) if isinstance(item, Post))

    telegram = first(
        telegram_json,
        b'{"name":"g","type":"private_group","id":1,"messages":[{"id":1,"type":"message","date":"2014-01-03T09:00:00","date_unixtime":"1388710800","edited":"2014-01-03T09:05:00","edited_unixtime":"1388711100","from":"a","from_id":"user1","text":"x"}]}',
    )
    assert (telegram.state, telegram.changed_at) == ("edited", 1_388_711_100_000_000)
    discord = first(
        discord_json,
        b'{"guild":{},"channel":{},"dateRange":{},"exportedAt":"","messages":[{"id":"1","type":"Default","timestamp":"2014-01-03T09:00:00.1234567+08:00","timestampEdited":"2014-01-03T09:05:00+08:00","content":"x","author":{"id":"2","name":"b"}}]}',
    )
    assert (discord.state, discord.sent.basis, discord.sent.at) == ("edited", "stated", 1_388_710_800_123_456)
    qq = first(
        qq_json,
        b'{"metadata":{},"chatInfo":{"name":"g"},"messages":[{"messageId":"7","timestamp":"2014-01-03T09:00:00+08:00","sender":{"uin":"61234567","name":"a"},"isRecalled":true,"content":{"text":"x","reply":{"referencedMessageId":"6"}}}]}',
    )
    assert (qq.state, qq.native_id, qq.reply_native) == ("deleted", "7", "6")
    signal = first(
        signal_json,
        b'{"messages":[{"conversationId":"c","sent_at":1388710800000,"received_at":1,"serverGuid":"g","type":"incoming","source":"+1","deletedForEveryone":true,"body":"x"}]}',
    )
    assert signal.state == "deleted"


@given(st.lists(st.sampled_from(["[", "]", "{", "}", '"a]\\""', "1", ","]), max_size=40))
def test_a_value_ends_where_its_brackets_are_even(parts):
    data = ("[" + "".join(parts)).encode()
    depth, at, ends = 1, 1, -1
    for part in parts:
        depth += (part in "[{") - (part in "]}")
        at += len(part)
        if depth == 0:
            ends = at
            break
    assert jsonspan.end_of_value(data, 0, len(data)) == ends
