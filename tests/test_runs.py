"""Messages in runs: the same posts, ids, rows and bytes as one by one, whichever way their lines were found."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.errors import EvidenceError
from ringtrace.model.post import Container, Post
from ringtrace.model.run import Gathering, Run, singly
from ringtrace.model.source import Source
from ringtrace.model.span import Segment, Span, Structure
from ringtrace.pipeline.reading import accounting, occurrences
from ringtrace.pipeline.reading.accounting import Claims, weigh
from ringtrace.pipeline.reading.occurrences import Occurrences
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.reading.posts import post_table, run_table
from ringtrace.readers import qq_text, telegram_json, whatsapp_text
from ringtrace.text import lines
from ringtrace.text.chats import qq_sections, telegram_export, whatsapp_form, whatsapp_header
from ringtrace.text.chats import rows as chat_rows
from ringtrace.text.dates.clock import assumed_clock, find_zone, local_micros, ordered_clock
from ringtrace.text.dates.local_days import LocalDays
from ringtrace.text.dates.order import DateOrder

NAMES = [
    "王小明",
    "张三(12345678)",
    "李四<a@b.cn>",
    "Tom",
    "a:b",
    "PM x",
    "系统消息(10000)",
    "",
    "\u3000y",
    "Ann\u200e",
]
WORDS = [
    "你好", "在吗\n第二行", "12345", "", " ", "a: b", "=" * 20, "消息对象:新群", "消息分组:我", "2014-01-03 9:30:45 x",
    "结尾 2014/1/3 21:14:03", "x" * 600, "Tom created group", "a\r", "1. list", "tail 9", "[12/03/14] x",
]  # fmt: skip


def source(data: bytes, name: str = "WhatsApp Chat with x.txt", zone: str = "Asia/Shanghai") -> Source:
    return Source("0" * 64, "", name, data, zone=zone)


@st.composite
def whatsapp_texts(draw):
    sep, brackets = draw(st.sampled_from("/.-")), draw(st.booleans())
    half, seconds = draw(st.sampled_from(["", " AM", "\u202fPM", " 下午"])), draw(st.booleans())
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        day, month, hour, minute = (draw(st.integers(1, most)) for most in (14, 14, 25, 61))
        when = f"{day}{sep}{month}{sep}14{draw(st.sampled_from([', ', ' ', ',']))}{hour}:{minute:02}"
        when += f":{minute:02}{half}" if seconds else half
        said = f"{draw(st.sampled_from(NAMES))}: {draw(st.sampled_from(WORDS))}"
        rows.append(f"[{when}] {said}" if brackets else f"{when} - {said}")
        rows += draw(st.lists(st.sampled_from(WORDS), max_size=1))
    return draw(st.sampled_from(["\n", "\r\n"])).join(rows)


@st.composite
def qq_texts(draw):
    rows = []
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            rows += [
                "=" * 64,
                "消息分组:我的群聊",
                "=" * 64,
                f"消息对象:{draw(st.sampled_from(['群', '']))}",
                "=" * 64,
                "",
            ]
        for _ in range(draw(st.integers(0, 5))):
            day = f"2014{draw(st.sampled_from('-/.'))}{draw(st.integers(1, 13)):02}-{draw(st.integers(1, 31))}"
            time = f"{draw(st.integers(0, 25))}:{draw(st.integers(0, 60)):02}:{draw(st.integers(0, 61)):02}"
            name = draw(st.sampled_from(NAMES))
            rows.append(f"{day} {time} {name}" if draw(st.integers(0, 4)) else f"{name} {day} {time}")
            rows.append(draw(st.sampled_from(WORDS)))
            rows += draw(st.lists(st.sampled_from(["", " "]), max_size=1))
    return draw(st.sampled_from(["\n", "\r\n"])).join(rows)


def found(reader, given: Source):
    try:
        return list(reader.read(given))
    except EvidenceError as error:
        return str(error)


def check_stretches(monkeypatch_context, reader, text: str, charset: str, size: int) -> None:
    data = text.encode(charset, "replace")
    whole = found(reader, source(data))
    with monkeypatch_context() as patch:
        patch.setattr(chat_rows, "STRETCH", size)
        assert found(reader, source(data)) == whole


def check_lines(monkeypatch_context, reader, text: str, charset: str) -> None:
    data = text.encode(charset, "replace")
    at_a_glance = found(reader, source(data))
    with monkeypatch_context() as patch:
        for module in (reader, lines, whatsapp_form, whatsapp_header, qq_sections):
            patch.setattr(module, "has_plain_lines", lambda _charset: False)
        assert found(reader, source(data)) == at_a_glance


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(text=whatsapp_texts(), charset=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_whatsapp_headers_are_the_same_at_a_glance_and_line_by_line(text, charset):
    check_lines(pytest.MonkeyPatch.context, whatsapp_text, text, charset)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(text=qq_texts(), charset=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]))
def test_qq_headers_are_the_same_at_a_glance_and_line_by_line(text, charset):
    check_lines(pytest.MonkeyPatch.context, qq_text, text, charset)


@settings(max_examples=100, deadline=None)
@given(text=whatsapp_texts(), charset=st.sampled_from(["utf-8", "gb18030"]), size=st.integers(1, 200))
def test_whatsapp_messages_are_the_same_whatever_stretches_they_are_read_in(text, charset, size):
    check_stretches(pytest.MonkeyPatch.context, whatsapp_text, text, charset, size)


@settings(max_examples=100, deadline=None)
@given(text=qq_texts(), charset=st.sampled_from(["utf-8", "gb18030"]), size=st.integers(1, 200))
def test_qq_messages_are_the_same_whatever_stretches_they_are_read_in(text, charset, size):
    check_stretches(pytest.MonkeyPatch.context, qq_text, text, charset, size)


def test_lines_are_found_across_the_borders_of_stretches(monkeypatch):
    rows = [f"1/2/14, 10:{n % 60:02} - Ann: {'x' * (n % 90)}" for n in range(300)]
    whole = found(whatsapp_text, source("\n".join(rows).encode()))
    monkeypatch.setattr(lines, "_STRETCH", 64)
    monkeypatch.setattr(chat_rows, "STRETCH", 64)
    assert found(whatsapp_text, source("\n".join(rows).encode())) == whole
    assert sum(isinstance(item, Post) for item in whole) == 300


MESSAGE = st.fixed_dictionaries(
    {"id": st.integers(0, 5), "type": st.sampled_from(["message", "message", "service"])},
    optional={
        "date_unixtime": st.sampled_from(["1390000000", 1390000001, "x", "-5", "１２"]),
        "date": st.sampled_from(["2014-01-02T03:04:05", "bad"]),
        "edited": st.just("2014-01-02T03:04:06"),
        "from": st.sampled_from([*NAMES, None]),
        "from_id": st.sampled_from(["user1", "channel123", 4294967300, None]),
        "reply_to_message_id": st.integers(0, 5),
        "photo": st.just("[x{"),
        "file": st.just({"text": "in"}),
        "text": st.sampled_from([*WORDS, 'tab\tq"', "\U0001f600 e", ["a", {"type": "bold", "text": "b\n"}], 5, None]),
        "poll": st.just({"question": "q?", "answers": [{"text": "y"}]}),
    },
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(messages=st.lists(MESSAGE, min_size=1, max_size=8), ascii_only=st.booleans(), indent=st.sampled_from([None, 1]))
def test_telegram_in_runs_is_what_each_message_gives_alone(messages, ascii_only, indent):
    chat = {"name": "g", "type": "public_channel", "id": 123, "messages": messages}
    given_source = source(json.dumps(chat, ensure_ascii=ascii_only, indent=indent).encode(), "result.json")
    (array,) = telegram_export.locate_arrays(given_source.data)
    reading = telegram_json._Reading(given_source)
    described = telegram_json._describe_chat(given_source, array.header)
    alone, at = [], array.at
    for window in telegram_export.windows(given_source.data, array.at, array.stop):
        for raw in window.raws:
            start = telegram_json.jsonspan.skip_separator(given_source.data, at, len(given_source.data))
            at = start + len(raw)
            alone += reading.message(described, start, at)
    posts = [item for item in telegram_json.read(given_source) if isinstance(item, Post)]
    cut = [
        replace(post, segments=tuple(telegram_json.cut_all(post.segments, post.text, given_source.data)))
        for post in alone
    ]
    assert posts == cut


def run_of(data: bytes, name: str, reader) -> list[Run]:
    return [item for item in reader.read_runs(source(data, name)) if isinstance(item, Run)]


def test_a_run_is_the_same_table_as_its_posts_with_occurrences_and_half_surrogates():
    rows = [{"id": n, "type": "message", "text": text, "from": "\ud800" * (n % 2)} for n, text in enumerate(WORDS)]
    data = json.dumps({"name": "g\udc00", "messages": rows}).encode()
    gathered = Gathering("0" * 64, "", "telegram", Container("telegram", "g\udc00"), "json+utf-8")
    for post in telegram_json.read(source(data, "result.json")):
        if isinstance(post, Post):
            gathered.add(post, telegram_json.cut_all(post.segments, post.text, data))
    (run,) = gathered.take()
    assert len(run) == len(WORDS)
    said = b"1/2/14, 10:00 - Ann: same\n" * 3
    (twice,) = run_of(said, "x.txt", whatsapp_text)
    for one in (run, replace(twice, occurrences={1: 1, 2: 2})):
        assert run_table(one).equals(post_table(list(one.posts())))
        assert len(set(run_table(one)["post_id"].to_pylist())) == len(one)


def test_what_stands_between_the_posts_of_a_run_is_structure():
    gathered = Gathering("0" * 64, "", "qq", Container("qq", "g"), "utf-8")
    for start in (5, 10, 14):
        post = Post(Span("0" * 64, "", start, start + 4), "qq", gathered._where[3], "ab", ())
        gathered.add(post, (Segment(0, 2, start, start + 2, "utf-8"),))
    (run,) = gathered.take()
    assert list(gathered.take()) == []
    kinds = [(type(item), item.span.start, item.span.stop) for item in singly([run])]
    assert kinds == [(Post, 5, 9), (Structure, 9, 10), (Post, 10, 14), (Post, 14, 18)]
    claims = Claims()
    claims.add_run(5, 18, run.post_bytes)
    weighed = weigh("0" * 64, "", 20, claims)
    assert (weighed.post, weighed.structure, weighed.gap) == (12, 1, 7)
    assert [(span.start, span.stop) for span in weighed.unclaimed] == [(0, 5), (18, 20)]


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.sampled_from([0, 1, 2])), max_size=120),
    most=st.integers(4, 40), late=st.integers(2, 10),
)  # fmt: skip
def test_claims_weighed_on_the_way_are_those_weighed_at_the_end(steps, most, late):
    spans, at = [], 0
    for skip, length, rank in steps:
        at += skip
        spans.append((at, at + length, rank))
        at += length // 2 if rank == 1 else length  # gaps may lie inside of what comes next
    whole, early = Claims(), Claims()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounting, "_MOST", most)
        patch.setattr(accounting, "_LATE", late)
        early._most = most
        for claim in spans:
            early.add(*claim)
    for claim in spans:
        whole.add(*claim)
    assert weigh("0" * 64, "", at + 3, early) == weigh("0" * 64, "", at + 3, whole)


def test_claims_out_of_order_are_kept_as_they_came(monkeypatch):
    monkeypatch.setattr(accounting, "_MOST", 10)
    monkeypatch.setattr(accounting, "_LATE", 2)
    claims = Claims()
    claims._most = 10
    for start in np.random.default_rng(1).permutation(500).tolist():
        claims.add(start, start + 1, Claims.POST)
    weighed = weigh("0" * 64, "", 500, claims)
    assert (weighed.post, weighed.gap, weighed.unclaimed) == (500, 0, ())


def test_occurrences_are_counted_over_what_was_put_away(monkeypatch):
    monkeypatch.setattr(occurrences, "_RECENT", 8)
    seen, plain = Occurrences(), {}
    numbers = [number.to_bytes(32) for number in np.random.default_rng(2).integers(0, 60, 400).tolist()]
    numbers = [number[::-1] for number in numbers]
    for at in range(0, 400, 7):
        batch = numbers[at : at + 7]
        counted = seen.count_all(batch)
        for row, number in enumerate(batch):
            assert counted.get(row, 0) == plain.get(number, 0)
            plain[number] = plain.get(number, 0) + 1
    assert seen.count(b"new".ljust(32)) == 0 and seen.count(b"new".ljust(32)) == 1


@settings(max_examples=200, deadline=None)
@given(
    numbers=st.tuples(st.integers(1, 31), st.integers(1, 31), st.sampled_from([88, 14, 2014, 1900])),
    time=st.tuples(st.integers(0, 24), st.integers(0, 59), st.integers(0, 60)),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia"]),
    order=st.sampled_from([DateOrder("dmy", "mdy", "w"), DateOrder("mdy", "", "w"), DateOrder("ymd", "dmy", "w")]),
)  # fmt: skip
def test_times_read_by_the_day_are_those_read_alone(numbers, time, zone, order):
    days = LocalDays(zone, order)
    for _ in range(2):
        assert days.clock("t", numbers, time) == ordered_clock("t", numbers, time, order, zone)
    date = (2000 + numbers[2] % 100, numbers[1], numbers[0])
    assert LocalDays(zone).clock("t", date, time) == assumed_clock("t", local_micros(date, time, find_zone(zone)), zone)


def test_bytes_are_accounted_for_where_a_message_does_not_decode():
    data = b"1/2/14, 10:00 - Ann: a\n1/2/14, 10:01 - Ann: b\xff\xfec\n1/2/14, 10:02 - Ann: d\n" * 40
    data += "1/2/14, 10:03 - Ann: 字字字字字字字字\n".encode() * 400
    reading = read_source(source(data))
    assert reading.count == 520 and len(reading.posts) == 520
    assert [gap.reason for gap in reading.gaps] == ["bytes that are not utf-8"] * 40
    assert reading.post_bytes + reading.gap_bytes + reading.structure_bytes == len(data)
    assert len({post.id for post in reading.posts}) == 520
