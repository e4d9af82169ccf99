"""WhatsApp text: headers in every order, clocks of many languages, lines of the app, pasted excerpts."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from read_alone import local, posts, source
from ringtrace.model.post import Post
from ringtrace.model.source import Limits, Source
from ringtrace.model.span import Gap
from ringtrace.readers import (
    whatsapp_text,
)
from ringtrace.text import offsets

START = datetime(2014, 1, 20, 9, 5, 7)
MOMENTS = [START + timedelta(days=3 * at, minutes=700 * at) for at in range(12)]


@pytest.mark.parametrize("year", ["%y", "%Y"])
@pytest.mark.parametrize("clock_form", ["%H:%M", "%H:%M:%S", "%I:%M %p", "%I:%M:%S\u202f%p"])
@pytest.mark.parametrize("day", ["{y}-%m-%d", "{y}/%m/%d", "%d/%m/{y}", "%m/%d/{y}", "%d.%m.{y}", "{y}.%d.%m"])
@pytest.mark.parametrize("shape", ["{}, {} - {}: {}", "[{}, {}] {}: {}", "[{} {}] {}: {}"])
def test_whatsapp_headers_in_every_order(shape, day, clock_form, year):
    lines_ = [
        shape.format(moment.strftime(day.format(y=year)), moment.strftime(clock_form), "王 A", f"text {at}: x")
        for at, moment in enumerate(MOMENTS)
    ]
    found = posts(whatsapp_text, "\n".join(lines_))
    assert [post.text for post in found] == [f"text {at}: x" for at in range(12)]
    assert {post.account_name for post in found} == {"王 A"}
    read = [local(post.sent.at)[:16] for post in found]
    assert read == [moment.isoformat(" ")[:16] for moment in MOMENTS]
    assert {post.sent.basis for post in found} == {"assumed"}


@pytest.mark.parametrize(
    ("header", "when"),
    [
        ("[2014/1/20 下午3:05:06] ", "2014-01-20 15:05:06"),
        ("[2014/1/20 上午12:05:06] ", "2014-01-20 00:05:06"),
        ("2014年1月20日 下午3:05 - ", "2014-01-20 15:05:00"),
        ("2014/1/20 15:05 - ", "2014-01-20 15:05:00"),
        ("20/1/2014, 3:05 p. m. - ", "2014-01-20 15:05:00"),
        ("20/1/14, 3:05\u202fPM - ", "2014-01-20 15:05:00"),
        ("2014. 1. 20. 오후 3:05 - ", "2014-01-20 15:05:00"),
        ("2014/01/20 午後3:05 - ", "2014-01-20 15:05:00"),
        ("20.01.14 kl. 15.05 - ", "2014-01-20 15:05:00"),
        ("20.01.2014 um 15:05 Uhr - ", "2014-01-20 15:05:00"),
        ("20/01/2014 à 15:05 - ", "2014-01-20 15:05:00"),
        ("20/1/2557 15:05 - ", "2014-01-20 15:05:00"),
        ("٢٠\u200f/١\u200f/٢٠١٤، ٣:٠٥ م - ", "2014-01-20 15:05:00"),
        ("[15:05, 20/1/2014] ", "2014-01-20 15:05:00"),
        ("\u200e[20/01/2014, 15:05:06] ", "2014-01-20 15:05:06"),
        ("01/2014/20, 15:05 - ", "2014-01-20 15:05:00"),
        ("[20.2014.01, 15:05:06] ", "2014-01-20 15:05:06"),
    ],
)
def test_whatsapp_clocks_of_many_languages(header, when):
    (only,) = posts(whatsapp_text, f"{header}\u202a小王\u202c: 好\n第二行\n\n")
    assert (only.account_name, only.text, local(only.sent.at)) == ("小王", "好\n第二行", when)


def test_whatsapp_day_and_month_order_is_proven_or_said_to_be_open():
    open_ = posts(whatsapp_text, "03/04/14, 10:00 - A: x\n05/04/14, 10:00 - A: y\n05/05/14, 10:00 - A: z\n")
    assert [post.sent.basis for post in open_] == ["ambiguous", "ambiguous", "assumed"]
    assert [local(open_[0].sent.at), local(open_[0].sent.alternative)] == ["2014-04-03 10:00:00", "2014-03-04 10:00:00"]
    by_time = posts(whatsapp_text, "01/02/14, 10:00 - A: x\n03/01/14, 10:00 - A: y\n")
    assert (by_time[0].sent.basis, local(by_time[0].sent.at)[:10]) == ("assumed", "2014-01-02")
    assert "order of time" in by_time[0].sent.why
    american = posts(whatsapp_text, "3/4/14, 1:00 PM - A: x\n")
    assert local(american[0].sent.at)[:10] == "2014-03-04"


def test_whatsapp_lines_of_the_app_have_no_author_but_the_maker_of_the_group():
    data = (
        "1/20/14, 10:00 - Messages to this group are now secured with end-to-end encryption.\n"
        '1/20/14, 10:01 - Ann created group "a: b"\n'
        '1/20/14, 10:02 - Ann changed the subject from "a: b" to "c"\n'
        "1/20/14, 10:03 - +86 170 0012 3456: <Media omitted>\n"
        "1/20/14, 10:04 - Ann: our chats are end-to-end encrypted, I read: yes\n"
        "1/20/14, 10:05 - Bo:\n"
    )
    found = posts(whatsapp_text, data)
    assert [post.kind for post in found] == ["system"] * 3 + ["message"] * 3
    assert [(post.account_name, post.author_role) for post in found[:3]] == [("", ""), ("Ann", "operator"), ("", "")]
    assert (found[3].account_native, found[3].text) == ("+8617000123456", "<Media omitted>")
    assert found[5].text == ""
    made = posts(
        whatsapp_text, "[2014/1/20 09:00:00] 安: \u200e安创建了此群组\n[2014/1/20 09:00:01] 安: 安创建了此群组\n"
    )
    assert [(post.kind, post.author_role) for post in made] == [("system", "operator"), ("message", "")]


def test_whatsapp_pasted_excerpts_of_another_form_stay_in_their_message():
    data = "20/01/14, 10:00 - A: look\n[19/01/14 10:00:00] B: hi\n[19/01/14 10:00:01] B: ho\n21/01/14, 10:00 - C: ok\n"
    assert [post.account_name for post in posts(whatsapp_text, data)] == ["A", "C"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gb18030", "big5"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_whatsapp_charsets_and_line_ends(charset, newline):
    data = "20/01/14, 10:00 - 大王: 今天大家晚上一起吃\n了一行\n21/01/14, 10:00 - 小明: 好的\n".replace("\n", newline)
    found = list(whatsapp_text.read(source(data.encode(charset))))
    chat = [item for item in found if isinstance(item, Post)]
    assert [(post.account_name, post.text) for post in chat] == [
        ("大王", "今天大家晚上一起吃\n了一行"),
        ("小明", "好的"),
    ]
    raw = data.encode(charset)
    for post in chat:
        pieces = [(post.text[s.text_start : s.text_stop], raw[s.start : s.stop], s.codec) for s in post.segments]
        assert "".join(piece for piece, _, _ in pieces) == post.text
        assert all(offsets.decode(codec, part) == piece for piece, part, codec in pieces)


@pytest.mark.parametrize(
    ("name", "member", "chat"),
    [
        ("x/WhatsApp Chat with Mum & Co.txt", "", "Mum & Co"),
        ("WhatsApp Chat - 晨光群.zip", "_chat.txt", "晨光群"),
        ("all.zip", "WhatsApp Chat - B (C)/_chat.txt", "B (C)"),
        ("与晨光的 WhatsApp 聊天.txt", "", "晨光"),
        ("Chat de WhatsApp con Luz (2).txt", "", "Luz"),
        ("group.txt", "", "group"),
        ("folder/_chat.txt", "", "folder"),
    ],
)
def test_whatsapp_chat_is_named_by_its_file(name, member, chat):
    data = b"20/01/14, 10:00 - A: x\n"
    assert whatsapp_text.container_name(Source("0" * 64, member, name, data)) == chat


def test_whatsapp_is_not_a_log_and_a_long_line_is_bounded():
    log = "[2014-01-20 10:00:00] INFO: started\n[2014-01-20 10:00:01] ERROR: no file\n" * 10
    assert whatsapp_text.sniff(log.encode(), "server.log") == 0
    data = "20/01/14, 10:00 - A: " + "好" * 3000 + "\n20/01/14, 10:01 - A: x\n"
    found = list(whatsapp_text.read(source(data, limits=Limits(line_bytes=1000))))
    assert [len(item.text) for item in found if isinstance(item, Post)] == [333, 1]
    assert sum(isinstance(item, Gap) for item in found) == 1
