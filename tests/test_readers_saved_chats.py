"""Chats as pages and text that exporters of 2026 write: Discord, Messenger, KakaoTalk, crawled notes."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.errors import MalformedError
from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.model.span import Gap
from ringtrace.pipeline.reading.originals import choose_reader
from ringtrace.readers import (
    discord_html,
    kakaotalk_text,
    line_text,
    mediacrawler_csv,
    mediacrawler_json,
    messenger_html,
)
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import byte_behind


def source(data, name="file", **more):
    return Source("0" * 64, "", name, data.encode() if isinstance(data, str) else data, **more)


def posts(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Post)]


@given(st.integers(1_420_070_400_000, 2_000_000_000_000))
def test_discord_times_are_those_of_the_ids(moment):
    number = (moment - 1_420_070_400_000) << 22 | 5
    page = (
        '<html><body><div class="chatlog"><div class="chatlog__message-group"><div class="chatlog__message-container"'
        f' data-message-id="{number:018}"><span class="chatlog__author" data-user-id="7">Ann</span>'
        '<div class="chatlog__content"><span class="chatlog__markdown-preserve">rain</span></div></div></div></div>'
    )
    (post,) = posts(discord_html, page)
    assert (post.text, post.account_native, post.native_id) == ("rain", "7", f"{number:018}")
    assert len(f"{number:018}") > 20 or post.sent.at == moment * 1000


def test_discord_messages_that_nobody_closes_take_time_in_proportion():
    one = '<div class="chatlog__message-container" data-message-id="%d"><div class="chatlog__message">'
    took = []
    for count in (1_000, 4_000):
        page = "<html><body>" + "".join(one % n for n in range(1, count)) + "x"
        started = time.process_time()
        posts(discord_html, page)
        took.append(time.process_time() - started)
    assert took[1] < 12 * max(took[0], 0.02)


def test_messenger_reactions_and_lists_of_people_are_nobodys_words():
    page = (
        '<html><title>Weather</title><body><div class="_3-95 _a6-g"><div class="_2ph_ _a6-h">Participants: Ann</div></div>'
        '<div class="_3-95 _a6-g"><div class="_2ph_ _a6-h _a6-i">Ann</div><div class="_2ph_ _a6-p"><div><div>a</div>'
        '<div><ul class="_a6-q"><li>heart Bob</li></ul></div><div>b</div></div></div>'
        '<div class="_3-94 _a6-o"><div class="_a72d">13/01/2024, 21:10</div></div></div></body></html>'
    )
    (post,) = posts(messenger_html, page, "inbox/ann_1/message_1.html", zone="UTC")
    assert (post.text, post.account_name, post.container.name) == ("a\nb", "Ann", "Weather")
    assert (post.sent.at, post.container.native_id) == (1_705_180_200_000_000, "inbox/ann_1")
    with pytest.raises(MalformedError):
        posts(messenger_html, page.replace("_a72d", "x").replace("_a6-o", "y"))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_kakaotalk_phone_and_pc(charset, newline):
    phone = (
        "비 님과 카카오톡 대화\n저장한 날짜 : 2024. 1. 2. 오후 3:40\n\n2024년 1월 2일 화요일\n"
        "2024. 1. 2. 오후 3:04, 민수 : 오늘\n비 : 많이\n\n2024. 1. 2. 오후 3:05: 지은님이 나갔습니다.\n"
    ).replace("\n", newline)
    said = posts(kakaotalk_text, phone.encode(charset), zone="Asia/Seoul")
    assert [(one.kind, one.account_name, one.text) for one in said] == [
        ("message", "민수", "오늘\n비 : 많이"), ("system", "", "지은님이 나갔습니다."),
    ]  # fmt: skip
    assert (said[0].sent.text, said[0].sent.at) == ("2024. 1. 2. 오후 3:04", 1_704_175_440_000_000)
    pc = "비 님과 카카오톡 대화\n저장한 날짜 : 2024-01-02 15:40:05\n\n" + "".join(
        f"--------------- 2024년 1월 {day}일 화요일 ---------------\n[민수] [오전 12:0{day}] {day}\n" for day in (2, 3)
    )
    said = posts(kakaotalk_text, pc.replace("\n", newline).encode(charset), zone="UTC")
    assert [(one.text, one.sent.at) for one in said] == [("2", 1_704_153_720_000_000), ("3", 1_704_240_180_000_000)]
    assert choose_reader(source(pc.encode(charset)), []).__name__.endswith("kakaotalk_text")


def test_crawled_comments_answer_their_note_or_each_other():
    fields = {"create_time": 1_704_067_200, "ip_location": "", "last_modify_ts": 1, "sub_comment_count": 0}
    rows = [
        {"comment_id": "1", "aweme_id": "9", "content": "rain", "user_id": "7", "nickname": "Ann", "parent_comment_id": "0", **fields},
        {"comment_id": "2", "aweme_id": "9", "content": "snow", "user_id": "8", "nickname": "Bob", "parent_comment_id": "1", **fields},
        {"user_id": "8"},
    ]  # fmt: skip
    items = list(mediacrawler_json.read(source(json.dumps(rows))))
    found = [item for item in items if isinstance(item, Post)]
    assert [(one.container.name, one.account_native, one.reply_native, one.thread) for one in found] == [
        ("douyin", "7", "9", "9"), ("douyin", "8", "1", "9"),
    ]  # fmt: skip
    assert [item.reason for item in items if isinstance(item, Gap)] == ["not a message"]
    table = ",".join(rows[0]) + "\n" + "".join(",".join(map(str, row.values())) + "\n" for row in rows[:2])
    assert [one.id for one in posts(mediacrawler_csv, table)] == [one.id for one in found]
    assert mediacrawler_json.sniff(json.dumps([{"user_id": "8", "desc": "x", "last_modify_ts": 1}]).encode(), "") == 0


KAKAO = "저장한 날짜 : 2024년 1월 3일 오전 1:00\n\n", "2024년 1월 2일 오후 3:0{n}, ", " : "
LINE = "[LINE] 雨の会話\n\n2024/01/02(火)\n", "15:0{n}\t", "\t"


@pytest.mark.parametrize(("reader", "form"), [(kakaotalk_text, KAKAO), (line_text, LINE)])
def test_a_name_of_broken_bytes_costs_no_word_behind_it(reader, form):
    head, time_of, between = form
    plain = (time_of.format(n=4) + "민수" + between + "안녕하세요\n").encode() * 300
    broken = time_of.format(n=5).encode() + b"\xff" * 4 + f"{between}hello words\n".encode()
    source = Source("0" * 64, "", "chat.txt", head.encode() + plain + broken)
    last = [item for item in reader.read(source) if isinstance(item, Post)][-1]
    assert (last.account_name, last.text) == ("\ufffd" * 4, "hello words")


@given(st.binary(max_size=40), st.sampled_from(["utf-8", "gb18030", "utf-16-le", "euc-kr"]))
def test_the_byte_behind_a_prefix_is_where_the_next_word_begins(name, charset):
    data = name + " : ".encode(charset)
    text = data.decode(charset, "replace")
    if text.endswith(" : ") and text.count(" : ") == 1:
        words = "wet 17000123".encode(charset)
        at = byte_behind(data + words, Charset(charset), 0, len(data + words), text)
        assert (data + words)[at:] == words
