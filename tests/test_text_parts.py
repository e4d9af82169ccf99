"""What readers of text share: charsets, lines with their way back, JSON values, clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.errors import UsageError
from ringtrace.text import encoding, lines
from ringtrace.text.dates import clock


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
