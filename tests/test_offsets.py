"""Every stretch of text leads back to bytes that decode to it, under every codec."""

import html
import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from ringtrace.model.span import Segment
from ringtrace.text.offsets import boundaries, decode, locate, split

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
MIXED = st.text(st.sampled_from('aZ9中文😀é&<> \n"\\/\u200b養'), min_size=1, max_size=40)


def encoded(codec: str, text: str) -> tuple[str, bytes]:
    """Return (decoded text, bytes) as a producer might write ``text`` under ``codec``."""
    scheme, _, charset = codec.rpartition("+")
    raw = {
        "": text,
        "json": json.dumps(text, ensure_ascii=charset == "ascii")[1:-1],
        "html": html.escape(" ".join(text.split(" "))),
        "htmlpre": html.escape(text),
        "csv": text.replace('"', '""'),
    }[scheme]
    data = raw.encode(charset)
    return decode(codec, data), data


@given(
    st.one_of(TEXT, MIXED),
    st.sampled_from(["utf-8", "json+utf-8", "json+ascii", "html+utf-8", "htmlpre+utf-8", "csv+utf-8"]),
    st.data(),
)
def test_located_bytes_decode_to_the_text(text, codec, data):
    piece, raw = encoded(codec, text)
    offset = data.draw(st.integers(0, 1000))
    whole = Segment(0, len(piece), offset, offset + len(raw), codec)
    runs = split(whole, piece, raw)
    assert "".join(piece[r.text_start : r.text_stop] for r in runs) == piece
    assert runs[0].start == offset and runs[-1].stop == offset + len(raw)
    assert all(a.stop == b.start for a, b in itertools.pairwise(runs))
    start = data.draw(st.integers(0, len(piece) - 1))
    stop = data.draw(st.integers(start + 1, len(piece)))
    found = "".join(decode(codec, raw[b - offset : e - offset]) for _, _, b, e in locate(runs, piece, start, stop))
    # An escape that stands for several code points cannot be cut: it is quoted whole.
    assert piece[start:stop] in found
    if all(r.text_stop - r.text_start == r.stop - r.start or len(runs) == 1 for r in runs):
        assert found == piece[start:stop]


@given(MIXED)
def test_gb18030_boundaries_are_those_of_the_characters(text):
    data = text.encode("gb18030")
    decoded, offsets = boundaries("gb18030", data)
    assert decoded == text
    assert [data[a:b].decode("gb18030") for a, b in itertools.pairwise(offsets)] == list(text)


def test_an_escape_is_quoted_whole():
    raw = rb"a\u4e2d\u6587&b"
    text = decode("json+utf-8", raw)
    runs = split(Segment(0, len(text), 0, len(raw), "json+utf-8"), text, raw)
    assert [raw[b:e] for _, _, b, e in locate(runs, text, 1, 2)] == [rb"\u4e2d"]
    assert [raw[b:e] for _, _, b, e in locate(runs, text, 2, 4)] == [rb"\u6587&"]


def test_text_without_bytes_has_no_span():
    segments = [Segment(0, 3, 0, 3, "utf-8"), Segment(4, 7, 7, 10, "utf-8")]
    assert locate(segments, "123\n456", 2, 6) == ((2, 3, 2, 3), (4, 6, 7, 9))


def test_bytes_escaped_as_characters_are_read_as_what_they_were():
    """Messenger's export escapes each byte of its UTF-8; a lone escape stays the character that it is."""
    raw = b"\\u00e4\\u00bd\\u00a0 caf\\u00c3\\u00a9 \\u00f0\\u009f\\u0098\\u0080 \\u00e9t\\n\\u4e2d"
    text, places = boundaries("jsonlatin+utf-8", raw)
    assert text == "你 café 😀 ét\n中"
    assert raw[places[0] : places[1]] == b"\\u00e4\\u00bd\\u00a0"
    assert raw[places[text.index("😀")] : places[text.index("😀") + 1]] == b"\\u00f0\\u009f\\u0098\\u0080"
