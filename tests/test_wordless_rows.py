"""Rows without words: a stretch of them is one record with its count, single ones stay, no byte is lost."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from growth import lines_run
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.text.encoding import Charset
from ringtrace.text.tables.delimited import Row, split_rows, split_table
from ringtrace.text.tables.wordless_rows import MANY

TIPS = "时间,正文\n"
WECHAT = "MsgSvrID,CreateTime,Sender,StrContent,IsSender,TalkerId\n"
DISCORD = "AuthorID,Author,Date,Content,Attachments,Reactions\n"
WEIBO = "id,正文,发布时间,点赞数,转发数,评论数\n"


def reading(text: str, name: str = "table.csv", charset: str = "utf-8"):
    data = text.encode(charset)
    return read_source(Source(hashlib.sha256(data).hexdigest(), "", name, data))


def accounted(done, text: str) -> bool:
    return done.post_bytes + done.gap_bytes + done.structure_bytes == len(text.encode())


@pytest.mark.parametrize(
    ("head", "row", "said", "reader"),
    [
        (TIPS, "a,\n", "2013-06-01,有人打听\n", "tips_csv"),
        (TIPS, "a,\r\n", "2013-06-01,有人打听\n", "tips_csv"),
        (TIPS, "a\n", "2013-06-01,有人打听\n", "tips_csv"),
        (WECHAT, "7,,,,0,9\n", "8,2013-06-01 08:00:00,wxid_a,有人打听,0,9\n", "wechat_csv"),
        (DISCORD, ",,,,x,\n", "8,a,2013-06-01T08:00:00.0000000+00:00,有人打听,,\n", "discord_csv"),
        (WEIBO, "7,,,1,2,3\n", "8,有人打听,2013-06-01 08:00:00,1,2,3\n", "microblog_csv"),
    ],
)
def test_many_rows_without_words_are_one_gap_with_their_count(head, row, said, reader):
    text = head + said + row * 1500 + said
    done = reading(text)
    assert done.reader == reader
    assert [post.text for post in done.posts] == ["有人打听"] * 2
    (gap,) = done.gaps
    assert gap.reason.startswith("1,500 rows ")
    assert text.encode()[gap.span.start : gap.span.stop] == row.encode() * 1500
    assert accounted(done, text)


def test_rows_of_delimiters_only_are_structure_with_their_count():
    text = TIPS + "2013-06-01,有人打听\n" + ",\n" * 500
    done = reading(text)
    assert (len(done.posts), done.gaps, done.structure_bytes) == (1, [], len(TIPS.encode()) + 1000)


def test_a_picture_by_someone_at_a_time_is_no_empty_row():
    rows = "8,2013-06-01 08:00:00,wxid_a,,0,9\n" * 100
    done = reading(WECHAT + rows)
    assert (len(done.posts), done.gaps) == (100, [])


def test_few_rows_without_words_stay_what_they_were():
    done = reading(TIPS + "2013-06-01,有人打听\n" + "2013-06-02,\n" * (MANY - 1))
    assert (len(done.posts), done.gaps) == (MANY, [])


def test_work_does_not_grow_with_rows_without_words():
    # both are longer than the head that every reader is shown
    few, many = (
        lines_run(lambda n=n: reading(TIPS + "2013-06-01,有人打听\n" + "a,\n" * n)) for n in (30_000, 1_000_000)
    )
    assert many < 2 * few


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a,,\n", "a\r\n", ",,\r", 'a,"b\nc",\n', "a,b,c\n", "\n", '"', "x", 'a,"",\n', "a,,c\n"]),
            st.sampled_from([1, 2, 63, 64, 65, 200]),
        ),
        max_size=8,
    ),
    st.sets(st.integers(0, 2), max_size=3),
    st.sampled_from(["utf-8", "gb18030", "utf-16-le"]),
)
def test_stretches_and_rows_cover_the_table_at_the_same_places(parts, words, charset):
    data = ("h,i,j\n" + "".join(piece * count for piece, count in parts)).encode(charset)
    start = len("h,i,j\n".encode(charset))
    found = list(split_table(data, Charset(charset), ",", 1 << 16, words, start))
    at = start
    for item in found:
        assert item.start == at
        at = item.stop
    assert at == len(data)
    every = {row.start for row in split_rows(data, Charset(charset), ",", 1 << 16, start)}
    assert {item.start for item in found} <= every
    for item in found:
        if not isinstance(item, Row):
            assert item.count >= MANY
            assert b'"' not in data[item.start : item.stop]
