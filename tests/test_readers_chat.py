"""Chats, tips and archives: the forms they come in, and what damage does to them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import time
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ringtrace.errors import EvidenceError, LimitError, MalformedError, MappingError, UsageError
from ringtrace.model.post import Post
from ringtrace.model.source import Limits, Member, Source
from ringtrace.model.span import Gap
from ringtrace.pipeline.reader_choice import choose_reader
from ringtrace.readers import (
    gzip_file,
    line_text,
    qq_text,
    telegram_json,
    tips_csv,
    tips_jsonl,
    whatsapp_text,
    zip_archive,
)
from ringtrace.text import clock, delimited, encoding, jsonspan, lines, offsets, qq_header, telegram_export


def source(data, name="file", **more):
    data = data.encode() if isinstance(data, str) else data
    return Source(hashlib.sha256(data).hexdigest(), "", name, data, **more)


@given(st.text(st.characters(min_codepoint=1, max_codepoint=126, exclude_characters="\n\r"), max_size=40))
@example("2014-01-03 9:30:45 a(12345)")
@example("Name 2014/1/3 21:14:03")
def test_a_line_of_a_qq_file_that_is_passed_over_is_no_header_and_no_label(text):
    raw = text.encode()
    if not qq_header.may_be_marked(raw, qq_header.openers("utf-8")):
        assert qq_header.read_header(text, lines.Line(0, len(raw), len(raw)), True) is None
        assert qq_header.label_of(text) is None


def test_what_may_be_a_table_is_worked_out_once_for_all_readers():
    head = b"Date: 3 March; cold, wet\nTime: 10; warm, dry\n"
    delimited.sniff_delimiter.cache_clear()
    choose_reader(source(head, "note.txt"), [])
    asked = delimited.sniff_delimiter.cache_info()
    assert (asked.misses, asked.hits > 0) == (1, True)


def posts(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Post)]


def gaps(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Gap)]


def local(at, hours=8):
    return (datetime(1970, 1, 1) + timedelta(microseconds=at, hours=hours)).isoformat(" ", "seconds")


# Telegram -------------------------------------------------------------------------------------


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


# WhatsApp -------------------------------------------------------------------------------------

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


# LINE -----------------------------------------------------------------------------------------

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


# QQ -------------------------------------------------------------------------------------------

RULE = "=" * 64
QQ = (
    f"{RULE}\n消息分组:我的群聊\n{RULE}\n消息对象:甲群\n{RULE}\n\n"
    "2014-01-03 9:30:45 【管理员】王(70010001)\n大家好\n\n2014-01-03 9:30:45 不是(头)\n\n"
    "2014-01-03 9:31:45 【帅】李<70010002@qq.com>\n[图片]\n\n"
    f"{RULE}\n消息分组:朋友\n{RULE}\n消息对象:乙\n{RULE}\n\n2014-01-03 21:31:46 乙\n好\n\n2014-01-03 21:31:47 我\n嗯\n"
)


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_qq_groups_and_private_talks(charset, newline):
    found = posts(qq_text, QQ.replace("\n", newline).encode(charset))
    assert [(post.container.name, post.account_name, post.account_native, post.author_role) for post in found] == [
        ("甲群", "王", "70010001", "operator"),
        ("甲群", "【帅】李", "70010002", ""),
        ("乙", "乙", "", ""),
        ("乙", "我", "", ""),
    ]
    assert found[0].text == "大家好\n\n2014-01-03 9:30:45 不是(头)"
    assert local(found[3].sent.at) == "2014-01-03 21:31:47"
    assert gaps(qq_text, QQ.replace("\n", newline).encode(charset)) == []


def test_qq_phone_form_and_system_lines():
    found = posts(qq_text, "阿岚 2014/1/3 21:14:03\n在吗\n\n阿岚(70010001) 2014/1/3 21:15:03\n在\n", "聊天.txt")
    assert [post.text for post in found] == ["在"]  # ids in half of the headers: only those count
    found = posts(qq_text, "阿岚 2014/1/3 21:14:03\n在吗\n\n小舟 2014/1/3 21:15:03\n在\n", "聊天.txt")
    assert [(post.account_name, post.text, post.container.name) for post in found] == [
        ("阿岚", "在吗", "聊天"), ("小舟", "在", "聊天"),
    ]  # fmt: skip
    (line,) = posts(qq_text, "2014-01-03 9:31:46 系统消息(10000)\n小舟加入本群\n")
    assert (line.kind, line.account_id) == ("system", "")


def test_a_telegram_text_over_the_limit_is_cut_and_the_rest_told():
    words = "天气 \\u4e2d" * 100
    message = f'{{"id": 1, "type": "message", "date": "2014-02-13T10:20:00", "from": "a", "text": "{words}"}}'
    data = f'{{"name": "g", "type": "private_group", "id": 1, "messages": [{message}]}}'
    limits = Limits(line_bytes=64)
    (post,) = posts(telegram_json, data, limits=limits)
    (gap,) = gaps(telegram_json, data, limits=limits)
    assert post.text == ("天气 中" * 100)[: len(post.text)] and 12 <= len(post.text) <= 64
    assert gap.reason == "text longer than the limit" and gap.span.stop == data.encode().index(b'"}]}')


# Tips -----------------------------------------------------------------------------------------

CSV = (
    'Date,Reporter,Phone,Message\n13/02/2014 10:20,Ann Person,17000001111,"two\nlines, ""quoted"""\n02/03/2014,Bo,,x\n'
)


def test_tips_csv_guesses_columns_and_never_shows_the_reporter():
    found = posts(tips_csv, CSV)
    assert [post.text for post in found] == ['two\nlines, "quoted"', "x"]
    assert [post.account_name for post in found] == ["", ""]
    assert [(post.kind, post.platform) for post in found] == [("tip", "tip")] * 2
    assert local(found[1].sent.at)[:10] == "2014-03-02"  # 13/02 proves the column's order
    assert not any("Person" in post.text + post.title or "1700" in post.text for post in found)
    assert found[0].segments[0].codec == "csv+utf-8"


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16", "gb18030", "big5"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tips_csv_charsets_and_delimiters(charset, delimiter):
    table = '時間,內容,電話\n2014-02-13,這是一個說明,1\n2014-02-14,"大家,好",2\n'
    data = table.replace(",", delimiter).replace(f'"大家{delimiter}好"', '"大家，好"').encode(charset)
    assert [post.text for post in posts(tips_csv, data, "t.csv")] == ["這是一個說明", "大家，好"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_many_empty_rows_of_a_table_are_one_structure(end):
    data = f"时间,内容{end}2014-02-13,甲{end}{end * 5_000}2014-02-14,乙{end}".encode()
    found = list(tips_csv.read(source(data, "t.csv")))
    assert [item.text for item in found if isinstance(item, Post)] == ["甲", "乙"]
    assert len(found) == 4  # the header, two tips, the empty rows
    assert sum(len(item.span) for item in found) == len(data)


def test_a_table_of_more_columns_than_a_spreadsheet_is_refused():
    with pytest.raises(LimitError, match="16384 columns"):
        posts(tips_csv, "内容" + ",a" * 20_000 + "\n", "t.csv")


def test_tips_mapping_names_file_column_and_what_there_is():
    mapping = b'[columns]\ntext = "Massage"\n'
    with pytest.raises(MappingError, match=r"tips\.csv has no column 'Massage' for text.*Date, Reporter, Phone, Mess"):
        posts(tips_csv, CSV, "tips.csv", sidecar=mapping)
    with pytest.raises(MappingError, match="unknown"):
        posts(tips_csv, CSV, "tips.csv", sidecar=b'[columns]\ntext = "Message"\nwho = "Phone"\n')
    with pytest.raises(MappingError, match="mend the mapping"):
        posts(tips_csv, CSV, "tips.csv", sidecar=b"[columns\n")
    with pytest.raises(MappingError, match="no column looks like the text"):
        posts(tips_csv, "a,b\n1,2\n", "tips.csv")
    right = b'sent_format = "%d/%m/%Y %H:%M"\nzone = "UTC"\n[columns]\ntext = "Message"\nsent = "Date"\n'
    first, second = posts(tips_csv, CSV, "tips.csv", sidecar=right)
    assert local(first.sent.at, 0) == "2014-02-13 10:20:00"
    assert (second.sent.basis, second.sent.text) == ("none", "02/03/2014")
    with pytest.raises(UsageError, match="IANA"):
        posts(tips_csv, CSV, "tips.csv", sidecar=b'zone = "Nowhere/X"\n[columns]\ntext = "Message"\n')


def test_tips_csv_broken_quotes_and_short_rows_lose_nothing():
    data = 'message,date\n"never closed,2014-01-01\nsecond,2014-01-02\n'
    found = posts(tips_csv, data)
    assert [post.text for post in found] == ['"never closed', "second"]
    assert [gap.reason for gap in gaps(tips_csv, "date,message\nonly\n")] == ["row of 1 fields where the header has 2"]


def test_tips_csv_long_fields_are_bounded():
    data = 'message,date\n"' + '""' * 100 + '",2014-01-01\n' + "好" * 100 + ",2014-01-02\n"
    small = Limits(line_bytes=101)
    assert [len(post.text) for post in posts(tips_csv, data, limits=small)] == [101, 33]
    assert len(gaps(tips_csv, data, limits=small)) == 2


def test_tips_jsonl_reads_escapes_and_keeps_bad_lines_as_gaps():
    data = '{"message": "a \\u00e9\\n\\"b\\"", "reporter": "Ann"}\n\nnot json\n{"message": 5}\n'
    found = posts(tips_jsonl, data)
    assert [post.text for post in found] == ['a é\n"b"', "5"]
    assert [gap.reason for gap in gaps(tips_jsonl, data)] == ["not a JSON object"]
    with pytest.raises(MappingError, match="has no column 'x'"):
        posts(tips_jsonl, data, sidecar=b'[columns]\ntext = "x"\n')


# Archives -------------------------------------------------------------------------------------


def make_zip(*entries):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name, (2014, 1, 3, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def members(reader, data, name="file", **more):
    return [item for item in reader.read(source(data, name, **more)) if isinstance(item, Member)]


def test_zip_members_keep_their_names_as_text():
    data = make_zip(("../../etc/x", b"1"), ("群/_chat.txt", b"2"), ("a", b"3"))
    assert [(m.path, m.data) for m in members(zip_archive, data)] == [
        ("../../etc/x", b"1"), ("群/_chat.txt", b"2"), ("a", b"3"),
    ]  # fmt: skip


def test_zip_bombs_end_in_gaps_and_the_rest_goes_in():
    data = make_zip(("small.txt", b"text"), ("bomb", b"\0" * 40_000_000), ("last.txt", b"end"))
    found = list(zip_archive.read(source(data, limits=Limits(ratio=100))))
    assert [item.path for item in found if isinstance(item, Member)] == ["small.txt", "bomb", "last.txt"]
    assert [item.reason for item in found if isinstance(item, Gap)] == ["member 'bomb': expands more than 100 times"]
    assert max(len(item.data) for item in found if isinstance(item, Member)) < 8_000_000
    many = make_zip(*((f"{at}", b"x") for at in range(10)))
    assert len(members(zip_archive, many, limits=Limits(members=4))) == 4
    assert "more than 4 members" in gaps(zip_archive, many, limits=Limits(members=4))[0].reason
    large = members(zip_archive, make_zip(("x", bytes(range(256)) * 100)), limits=Limits(member_bytes=1000))
    assert len(large[0].data) == 1000


def test_zip_without_a_directory_is_refused_by_name():
    with pytest.raises(MalformedError, match=r"bad\.zip"):
        list(zip_archive.read(source(make_zip(("a", b"1"))[:-10], "bad.zip")))


def test_gzip_streams_bombs_and_cuts():
    two = gzip.compress(b"one ", mtime=0) + gzip.compress(b"two", mtime=0)
    assert [(m.path, m.data) for m in members(gzip_file, two, "d/x.txt.gz")] == [("x.txt", b"one two")]
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    (cut,) = members(gzip_file, bomb, limits=Limits(ratio=100))
    assert len(cut.data) < 12_000_000
    assert "expands more than 100 times" in gaps(gzip_file, bomb, limits=Limits(ratio=100))[0].reason
    half = gzip.compress(bytes(range(256)) * 400, mtime=0)[:-20]
    assert [gap.reason for gap in gaps(gzip_file, half)] == ["the stream is cut off"]
    with pytest.raises(EvidenceError):
        list(gzip_file.read(source(b"\x1f\x8b\x08 not gzip at all")))


# Shared parts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "charset", "found"),
    [
        ("今天大家晚上一起吃饭吗？", "gb18030", "gb18030"),
        ("今天大家晚上一起吃飯嗎？", "big5", "big5hkscs"),
        ("今日は天気がいいですね。", "shift_jis", "shift_jis"),
        ("Où est l'été, señor?", "cp1252", "cp1252"),
        ("今天晚上吃饭", "utf-16-le", "utf-16-le"),
        ("hello there", "utf-16-be", "utf-16-be"),
        ("plain", "ascii", "utf-8"),
        ("今天", "utf-8-sig", "utf-8"),
    ],
)
def test_charset_is_told_by_the_bytes(text, charset, found):
    assert encoding.detect(text.encode(charset)).name == found
    assert encoding.detect(text.encode(charset), "iso-8859-1").name == found


@given(st.lists(st.one_of(st.text(max_size=6), st.sampled_from([b"\xff", b"\xc3", b"\x80\x81", b"\xed\xa0\x80"]))))
@settings(deadline=None)
def test_broken_bytes_are_told_apart_from_text(parts):
    data = b"".join(part if isinstance(part, bytes) else part.encode() for part in parts)
    decoded = encoding.decode_runs(data, 0, len(data), "utf-8")
    places = sorted([(s.start, s.stop) for s in decoded.segments] + list(decoded.invalid))
    assert [low for low, _ in places] == [0, *[high for _, high in places]][: len(places)]
    assert sum(high - low for low, high in places) == len(data)
    for segment in decoded.segments:
        assert data[segment.start : segment.stop].decode() == decoded.text[segment.text_start : segment.text_stop]


@given(st.text(alphabet="ab\r\n\u4e2d\u0a0d\u0d0a", max_size=60), st.sampled_from(["utf-8", "utf-16-le", "gb18030"]))
@settings(deadline=None)
def test_lines_cover_the_file_and_assemble_to_its_text(text, charset):
    data = text.encode(charset)
    found = list(lines.split_lines(data, encoding.Charset(charset)))
    assert [line.start for line in found] == [0, *[line.next for line in found]][: len(found)]
    assert sum(line.next - line.start for line in found) == len(data)
    whole = lines.assemble(data, [(line.start, line.stop) for line in found], charset, 1 << 20)
    assert whole.text.split("\n") == ([data[a.start : a.stop].decode(charset) for a in found] or [""])
    for segment in whole.segments:
        piece = whole.text[segment.text_start : segment.text_stop]
        assert data[segment.start : segment.stop].decode(charset) == piece


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
                    max_leaves=8)  # fmt: skip


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4), st.sampled_from([None, 1]))
@settings(deadline=None)
def test_json_places_are_those_of_the_values(value, indent):
    data = json.dumps(value, ensure_ascii=bool(indent), indent=indent).encode("utf-8", "surrogatepass")
    assert jsonspan.end_of_value(data, 0, len(data)) == len(data)
    found = {key: json.loads(data[low:high]) for key, low, high in jsonspan.members(data, 0, len(data))}
    assert found == value


@given(st.datetimes(datetime(1993, 1, 1), datetime(2069, 1, 1)))
def test_clock_reads_back_what_was_written(moment):
    moment = moment.replace(microsecond=0)
    want = (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    for form in ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %I:%M:%S %p", "%B %d, %Y %H:%M:%S", "%d %b %Y %H:%M:%S"):
        found = clock.read_clock(moment.strftime(form), "UTC")
        assert (found.at, found.basis) == (want, "assumed")
    shifted = clock.read_clock(moment.strftime("%Y-%m-%dT%H:%M:%S+08:00"), "UTC")
    assert (shifted.at, shifted.basis) == (want - 8 * 3600 * 10**6, "stated")


@pytest.mark.parametrize("half", ["AM", " AM", "am", "\u202fAM"])
@pytest.mark.parametrize("zone", [" UTC", " GMT+00:00", " +0000"])
def test_a_zone_behind_am_or_pm_is_read(half, zone):
    read = clock.read_clock(f"January 2, 2024 at 10:00:05{half}{zone}", "Asia/Shanghai")
    assert (read.at, read.basis) == (1_704_189_605_000_000, "stated")


def test_clock_says_when_it_cannot_know():
    assert clock.read_clock("yesterday", "UTC").basis == "none"
    assert clock.read_clock("2014-02-30", "UTC").at is None
    assert clock.read_clock("03/04/2014", "UTC").basis == "ambiguous"
    assert clock.read_clock("1388710800", "UTC").at == 1388710800_000_000
    with pytest.raises(UsageError):
        clock.find_zone("Mars/Base")


CHAT = b'{"chatlab":{"version":"1"},"meta":{"name":"g","platform":"qq"},"members":[],"messages":[%s],"tail":{"a":[1]}}'


def chatlab(number: int) -> bytes:
    return b'{"sender":"%d","timestamp":1388710800,"type":0,"content":"words %d"}' % (number, number)


def read_chatlab(data: bytes):
    from ringtrace.pipeline.reading import read_source

    done = read_source(Source("0" * 64, "", "chat.json", data))
    assert done.post_bytes + done.gap_bytes + done.structure_bytes == len(data)
    return [post.text for post in done.posts], done


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
