"""LINE text: names with blanks told from words."""

from __future__ import annotations

import pytest

from read_alone import local, posts, source
from ringtrace.model.post import Post
from ringtrace.readers import (
    line_text,
)
from ringtrace.text import offsets

LINE_PC = (
    "2014.01.03 星期五\n09:00 Ann Lee 大家早\n09:01 Ann Wong 早安 你好\n09:02 Ann Lee 有人在吗\n09:03 Ann Wong 在\n"
    '09:04 小波 "第一行\n08:30 第二行"\n09:05 小波已收回訊息\n2014.01.04 星期六\n'
    "08:00 Ann Lee ok then\n08:01 Ann Wong ok now\n08:02 小波 ok\n"
)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_line_pc_form_tells_names_with_blanks_from_words(charset, newline):
    data = LINE_PC.replace("\n", newline).encode(charset)
    assert line_text.sniff(data, "[LINE]闲聊.txt") == 0.97
    assert 0.5 < line_text.sniff(data, "chat.txt") < 0.6
    found = list(line_text.read(source(data)))
    chat = [item for item in found if isinstance(item, Post)]
    assert [(post.account_name, post.text.replace("\r", "")) for post in chat] == [
        ("Ann Lee", "大家早"), ("Ann Wong", "早安 你好"), ("Ann Lee", "有人在吗"), ("Ann Wong", "在"),
        ("小波", "第一行\n08:30 第二行"), ("", "小波已收回訊息"),
        ("Ann Lee", "ok then"), ("Ann Wong", "ok now"), ("小波", "ok"),
    ]  # fmt: skip
    assert [post.kind for post in chat].count("system") == 1
    assert local(chat[-1].sent.at) == "2014-01-04 08:02:00"
    assert sum(len(item.span) for item in found) == len(data)
    for post in chat:
        pieces = [(post.text[s.text_start : s.text_stop], data[s.start : s.stop], s.codec) for s in post.segments]
        assert all(offsets.decode(codec, part) == piece for piece, part, codec in pieces)


def test_line_pc_words_that_come_often_do_not_become_a_name():
    rows = "".join(f"09:{at:02} 小波 好 {at}\n" for at in range(2)) + "09:10 小波 {} x\n".format("今天")
    assert {post.account_name for post in posts(line_text, f"2014.01.03 星期五\n{rows}09:20 小明 早\n")} == {
        "小波",
        "小明",
    }


def test_line_does_not_claim_a_timetable():
    assert line_text.sniff(b"2014/01/03\n09:00 Opening remarks\n10:00 First talk\n11:00 Break\n", "a.txt") == 0
