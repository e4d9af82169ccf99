"""The HTML tokenizer, tree and layout: offsets are the file's bytes, whatever the markup."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.text import offsets
from ringtrace.text.pages.charset import choose_charset
from ringtrace.text.pages.html import MAX_DEPTH, Page, parse
from ringtrace.text.pages.layout import Laid, lay_out

PIECES = st.sampled_from([
    "<p>", "</p>", "<div class='a b'>", "</div>", "<br>", "<table><tr><td>", "</td></tr></table>", "<li>", "<ul>",
    "<script>if(a<b)'</p>'", "</script>", "<style>", "<!-- x", "-->", "<![CDATA[x]]>", "<pre>\n a  b\n", "</pre>",
    "<a href='x>y'>", '<a title="1>2" b=>', "</a>", "&lt;", "&amp", "&#20013;", "&nbsp;", "&bogus;", "&#xD800;",
    "  ", "\r\n", "\t", "女宝", "你好 hello", "<", ">", '"', "'", "<b", "</", "<span style='display:none'>", "</span>",
    "<textarea>", "<title>", "\u3000", "😀", "é", "<option>", "<dd>", "<!DOCTYPE html>", "<x:y z>", "\x00",
])  # fmt: skip


def check(page: Page, laid: Laid) -> None:
    at = 0
    for segment in laid.segments:
        assert at <= segment.text_start < segment.text_stop <= len(laid.text)
        piece = laid.text[segment.text_start : segment.text_stop]
        assert offsets.decode(segment.codec, page.data[segment.start : segment.stop]) == piece
        at = segment.text_stop
    bytes_seen = [(s.start, s.stop) for s in laid.segments]
    assert bytes_seen == sorted(bytes_seen)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(bytes_seen))


@given(st.lists(PIECES, max_size=40), st.sampled_from(["utf-8", "gb18030", "big5hkscs", "utf-16-le"]))
def test_every_segment_decodes_to_its_text(pieces: list[str], charset: str) -> None:
    page = parse("".join(pieces).encode(charset, "ignore"), charset)
    check(page, lay_out(page))
    check(page, lay_out(page, show_hidden=True))
    for element in page.elements:
        assert element.start <= element.inner <= element.inner_stop <= element.stop <= len(page.units)
        assert element.parent is None or element.parent.holds(element)


@given(st.binary(max_size=300), st.sampled_from(["utf-8", "gb18030", "big5hkscs", "cp1252", "utf-16-be", "cp932"]))
def test_any_bytes_can_be_read(data: bytes, charset: str) -> None:
    page = parse(data, charset)
    laid = lay_out(page, show_hidden=True)
    check(page, laid)
    assert choose_charset(data)
    assert laid.text.count("\ufffd") >= len(laid.invalid)


@given(st.lists(PIECES, max_size=20), st.binary(max_size=12))
def test_damage_within_a_text_leaves_the_rest(pieces: list[str], junk: bytes) -> None:
    data = b"<p>abc " + junk.replace(b"<", b"x").replace(b"&", b"x") + b"</p><p>end</p>" + "".join(pieces).encode()
    page = parse(data, "utf-8")
    laid = lay_out(page)
    check(page, laid)
    assert "abc" in laid.text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one\n  two</p><p>three", "one two\n\nthree"),
        ("a<br>b<br/><br>c", "a\nb\n\nc"),
        ("a<br></div><div>b</div>", "a\nb"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("<b>1</b><i>7</i>0 <u>x</u>", "170 x"),
        ("x<script>var a='<p>no</p>'</script>y", "xy"),
        ("x<span style='display: none'>no</span><p hidden>no</p>y", "x\ny"),
        ("x<!-- no -->y<![CDATA[z]]>", "xyz"),
        ("<pre>\n a  b\r\n c</pre>", " a  b\n c"),
        ("3 < 4 > 2 & 5", "3 < 4 > 2 & 5"),
        ("a&nbsp;b&lt;c&#20013;", "a\u00a0b<c中"),
        ("<a title='a>b'>t</a>", "t"),
        ('<a title="unclosed>t</a><p>more</p>', "t\n\nmore"),
        ("<div><p>a</div></p>b", "a\n\nb"),
        ("<table><tr><td>a</div>b</td></tr></table>", "ab"),
        ("<dl><dt>价格<dd>面议<dt>电话<dd>x</dl>", "价格\n面议\n电话\nx"),
        ("<title>no end<p>text", "no end\n\ntext"),
    ],
)
def test_text_is_laid_out_as_a_browser_does(markup: str, text: str) -> None:
    assert lay_out(parse(markup.encode(), "utf-8")).text == text


def test_depth_is_bounded_and_nothing_is_lost() -> None:
    deep = "<div>" * 5000 + "deep" + "</div>" * 5000 + "<p>after</p>"
    page = parse(deep.encode(), "utf-8")
    assert lay_out(page).text == "deep\n\nafter"
    assert max(sum(1 for _ in e.ancestors()) for e in page.elements[:: len(page.elements) // 50]) <= MAX_DEPTH


def test_a_page_that_ends_within_a_tag_says_so() -> None:
    page = parse(b"<p>text<div clas", "utf-8")
    assert (lay_out(page).text, page.cut, page.cut_reason) == ("text", 7, "the page ends within a tag")


@pytest.mark.parametrize(
    "unit", ["<a", "<a '", '<a "', "<!--", "<a b='", "<p>", "</p>", "<td>", "<![CDATA[", "<li><p>", "&#", "<script>"]
)
def test_hostile_markup_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    page = parse((unit * 60_000).encode() + b">", "utf-8")
    lay_out(page)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("text", "charset", "label", "transport", "found"),
    [
        ("抱养一个女宝宝，联系电话", "utf-8", "", "", "utf-8"),
        ("抱养一个女宝宝，联系电话", "gb18030", "gb2312", "", "gb18030"),
        ("抱养一个女宝宝，联系电话", "gb18030", "utf-8", "", "gb18030"),
        ("抱养一个女宝宝，联系电话", "gb18030", "", "iso-8859-1", "gb18030"),
        ("抱养一个女宝宝，联系电话", "utf-8", "gbk", "gbk", "utf-8"),
        ("請問有沒有人想領養小孩，我們家的電話", "big5hkscs", "big5", "", "big5hkscs"),
        ("請問有沒有人想領養小孩，我們家的電話", "big5hkscs", "", "", "big5hkscs"),
        ("請問有沒有人想領養小孩，我們家的電話", "big5hkscs", "gb2312", "", "big5hkscs"),
        ("café au lait", "cp1252", "iso-8859-1", "", "cp1252"),
        ("plain", "utf-16-le", "", "", "utf-16-le"),
    ],
)
def test_charset_is_proven_not_believed(text: str, charset: str, label: str, transport: str, found: str) -> None:
    meta = f'<meta charset="{label}">' if label else ""
    data = f"<html><head>{meta}</head><body><p>{text}</p></body></html>".encode(charset)
    assert choose_charset(data, transport) == found
    assert text in lay_out(parse(data, found)).text
