"""The web readers on whole pages: samples, other shapes, truncation, damage; every byte accounted."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.post import Post
from ringtrace.model.source import Limits, Member, Source
from ringtrace.model.span import Gap, Structure
from ringtrace.pipeline.reading.members import find_member
from ringtrace.pipeline.reading.watching import Watch
from ringtrace.readers import forum_html, listing_html, news_html, news_text, page_html, warc
from ringtrace.text import offsets

HTML = {"forum": forum_html, "listing": listing_html, "news": news_html, "page": page_html}
SAMPLES = Path(__file__).parent / "samples"
READERS = {
    "forum_html": forum_html, "listing_html": listing_html, "news_html": news_html, "page_html": page_html,
    "news_text": news_text,
}  # fmt: skip
CASES = [
    (kind, path) for kind in READERS for path in sorted((SAMPLES / kind).iterdir()) if path.name != "expected.json"
]
SEED = Path(__file__).parents[2] / "shared" / "seed" / "cnn-2014-03-01.txt"


def read(reader, data: bytes, name: str = "page.html", **fields):
    items = list(reader.read(Source("0" * 64, "", name, data, **fields)))
    covered = [False] * len(data)
    for item in items:
        start, stop = (item.start, item.stop) if isinstance(item, Member) else (item.span.start, item.span.stop)
        assert 0 <= start <= stop <= len(data)
        covered[start:stop] = [True] * (stop - start)
        if isinstance(item, Post):
            for text, segments in ((item.text, item.segments), (item.title, item.title_segments)):
                at = 0
                for s in segments:
                    assert at <= s.text_start < s.text_stop <= len(text)
                    assert offsets.decode(s.codec, data[s.start : s.stop]) == text[s.text_start : s.text_stop]
                    at = s.text_stop
            assert all(start <= s.start and s.stop <= stop for s in item.segments)
    assert all(covered), f"bytes from {covered.index(False)} are not accounted for"
    return items


def posts(items) -> list[Post]:
    return [item for item in items if isinstance(item, Post)]


def choose(data: bytes) -> str:
    scores = {kind: reader.sniff(data[:65536], "page.html") for kind, reader in HTML.items()}
    return max(scores, key=lambda kind: scores[kind])


@pytest.mark.parametrize(("kind", "path"), CASES, ids=lambda value: getattr(value, "name", value))
def test_samples_read_as_expected(kind: str, path: Path) -> None:
    data = path.read_bytes()
    expected = json.loads((SAMPLES / kind / "expected.json").read_text("utf-8"))[path.name]
    items = read(READERS[kind], data, path.name)
    found = posts(items)
    assert len(found) == expected["posts"]
    assert sum(isinstance(item, Gap) for item in items) == expected["gaps"]
    first = found[0]
    assert {
        "text": first.text, "account_name": first.account_name, "sent_text": first.sent.text, "at": first.sent.at,
    } == expected["first"]  # fmt: skip
    if kind != "news_text":
        assert choose(data) == kind.removesuffix("_html")


@pytest.mark.parametrize(("kind", "path"), CASES, ids=lambda value: getattr(value, "name", value))
def test_a_page_cut_anywhere_is_still_accounted_for(kind: str, path: Path) -> None:
    data = path.read_bytes()
    for stop in range(1, len(data), max(1, len(data) // 25)):
        read(READERS[kind], data[:stop])
        READERS[kind].sniff(data[:stop], path.name)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(CASES), st.integers(0, 4000), st.binary(min_size=1, max_size=6))
def test_overwritten_bytes_never_crash_a_reader(case, at: int, junk: bytes) -> None:
    kind, path = case
    data = bytearray(path.read_bytes())
    at %= len(data)
    data[at : at + len(junk)] = junk
    read(READERS[kind], bytes(data))


@pytest.mark.parametrize("named", [b' class="topic-title"', b""], ids=["named", "older"])
@pytest.mark.parametrize("title", [b"Waiting families board - Documents", b"Waiting families board &bull; Documents"])
def test_the_board_named_above_a_thread_is_not_its_title(named: bytes, title: bytes) -> None:
    """An older engine has the board in the first heading, the thread in the second, and both in the page's title."""
    page = (SAMPLES / "forum_html/phpbb.html").read_bytes()
    page = page.replace(b' class="topic-title"', named).replace(b"Waiting families board - Documents", title)
    assert {post.thread for post in posts(read(forum_html, page))} == {"Documents from the county office"}


def test_forum_details() -> None:
    opener, admin, reply = posts(read(forum_html, (SAMPLES / "forum_html/discuz.html").read_bytes()))
    assert (opener.title, admin.title, reply.thread) == ("想领养一个孩子，有知道手续的吗", "", opener.title)
    assert (opener.account_native, opener.native_id, opener.author_role) == ("5512", "40121", "")
    assert (admin.author_role, admin.sent.text) == ("operator", "2013-8-1 13:02:44")
    assert reply.reply_native == opener.native_id
    assert "m8" not in opener.text
    assert "心情" not in opener.text
    assert opener.container.name == "bbs.yuanmeng.example"
    relative = b"".join(
        b"<div class=post id=p%d><a class=author href=/u/%d>ann</a> <i class=time>%s</i><div class=content>words %d</div></div>"
        % (n, n, "昨天 12:30".encode(), n)
        for n in (1, 2)
    )
    assert {post.sent.basis for post in posts(read(forum_html, relative))} == {"none"}
    captured = posts(read(forum_html, relative, captured=1_393_600_000_000_000))[0]
    assert captured.sent.at == 1_393_475_400_000_000


def test_quote_and_structure_are_named() -> None:
    data = (SAMPLES / "news_html/semantic.html").read_bytes()
    items = read(news_html, data)
    whats = {item.what for item in items if isinstance(item, Structure)}
    assert {"advertising", "caption", "related headline", "page header", "page footer", "head"} <= whats
    assert [post.kind for post in posts(items)] == ["article", "comment", "comment"]


SHAPES = {
    "vbulletin": (
        "forum", 2,
        '<html><head><meta name="generator" content="vBulletin 3.8.7"><title>Kin search - Old Town Board</title></head><body>'
        '<div id="posts">' + "".join(
            f'<table class="tborder" id="post{n}" width="100%"><tr><td class="thead"><a name="post{n}"></a> 03-{n}-2014, 10:0{n} AM </td>'
            f'<td class="thead" align="right">#<a href="showpost.php?p={n}"><strong>{n - 13}</strong></a></td></tr>'
            f'<tr><td class="alt2" colspan="2"><div id="postmenu_{n}"><a class="bigusername" href="member.php?u={n * 7}">user{n}</a></div>'
            f'<div class="smallfont">Junior Member</div><div class="smallfont">Join Date: Jan 2013</div></td></tr>'
            f'<tr><td class="alt1" id="td_post_{n}" colspan="2"><div id="post_message_{n}">body number {n} stands here</div></td></tr></table>'
            for n in (14, 15)) + "</div></body></html>",
        {"text": "body number 14 stands here", "account_name": "user14", "account_native": "98", "native_id": "14"},
    ),
    "nested comments": (
        "forum", 3,
        "<html><body><h1>Where to ask</h1><div class=comments>"
        "<div class=comment id=c101><span class=author>ann</span> <time datetime=2014-01-02T10:00:00Z>2 Jan</time><div class=text>first words here</div>"
        "<div class=comment id=c102><span class=author>bo</span> <time datetime=2014-01-02T11:00:00Z>2 Jan</time><div class=text>answer to the first</div></div></div>"
        "<div class=comment id=c103><span class=author>cy</span> <time datetime=2014-01-02T12:00:00Z>2 Jan</time><div class=text>another line</div></div>"
        "</div></body></html>",
        {"text": "first words here", "account_name": "ann", "native_id": "101"},
    ),
    "list items with labels": (
        "forum", 2,
        "<html><body><ul><li>网友：海边人 发表于 2013年5月1日 20:15<p>请问附近哪里可以落户，孩子三岁。</p></li>"
        "<li>网友：老周 发表于 2013年5月1日 21:40<p>到社区问问，带上材料。</p></li></ul></body></html>",
        {"text": "请问附近哪里可以落户，孩子三岁。", "account_name": "海边人"},
    ),
    "guestbook in definition lists": (
        "forum", 2,
        "<html><head><title>留言本</title></head><body><dl><dt><a href='/user/31'>青禾</a> 2012-12-01 08:00</dt><dd>祝大家平安，路过留言。</dd></dl>"
        "<dl><dt><a href='/user/32'>北风</a> 2012-12-02 09:00</dt><dd>同祝，常来常往。</dd></dl></body></html>",
        {"text": "祝大家平安，路过留言。", "account_name": "青禾", "account_native": "31"},
    ),
    "upper case tags and no quotes": (
        "forum", 2,
        "<HTML><BODY><TABLE><TR><TD CLASS=name><B>vera</B></TD><TD><SPAN CLASS=postdetails>Posted: Sat Mar 01, 2014 10:22 pm</SPAN><BR><SPAN CLASS=postbody>hello from the north</SPAN></TD></TR>"
        "<TR><TD CLASS=name><B>otto</B></TD><TD><SPAN CLASS=postdetails>Posted: Sun Mar 02, 2014 8:00 am</SPAN><BR><SPAN CLASS=postbody>hello back to you</SPAN></TD></TR></TABLE></BODY></HTML>",
        {"text": "hello from the north", "account_name": "vera"},
    ),
    "schema.org offer": (
        "listing", 1,
        '<html><head><title>Pram for sale - Ads</title></head><body><div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Pram for sale</h1>'
        '<p itemprop="description">Three wheels, blue.</p><div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><span itemprop="price">$80</span></div>'
        "<p>Contact: <b>Noor</b></p><p>Phone: 170 0061 2200</p></div></body></html>",
        {"title": "Pram for sale"},
    ),
    "definition list of fields": (
        "listing", 1,
        "<html><head><title>转让二手书桌</title></head><body><h1>转让二手书桌</h1><dl><dt>价格</dt><dd>80元</dd><dt>联系人</dt><dd>何先生</dd><dt>电话</dt><dd>17000235566</dd></dl><p>书桌有划痕，自提。</p></body></html>",
        {"title": "转让二手书桌", "account_name": "何先生"},
    ),
    "rows of adverts": (
        "listing", 3,
        "<html><body><h1>供求信息</h1><table>" + "".join(
            f'<tr class="row"><td><a class="title" href="/info/{n}">出售旧家具第{n}批</a></td><td class="price">{n}0元</td><td class="tel">1700077880{n}</td><td>2013-07-0{n}</td></tr>'
            for n in (1, 2, 3)) + "</table></body></html>",
        {"title": "出售旧家具第1批"},
    ),
    "news in divs without classes": (
        "news", 1,
        "<html><head><title>Ferry service resumes after storm - Coast Post</title></head><body><div><a href=/>Home</a> <a href=/w>Weather</a></div>"
        "<div><h1>Ferry service resumes after storm</h1><div>By Ada Holm</div><div>2 March 2014 08:30</div>"
        "<div>Boats between the islands are running again after two days of storm kept them in the harbour.</div>"
        "<div>The operator said 1,200 passengers had waited on the quay, some of them since Friday evening.</div>"
        "<div>More wind is forecast for Tuesday, and travellers should check before they leave home.</div></div>"
        "<div><a href=/1>Bridge closed</a> <a href=/2>School opens</a></div></body></html>",
        {"title": "Ferry service resumes after storm", "account_name": "Ada Holm"},
    ),
    "broken markup": (
        "news", 1,
        "<html><head><title>两地通航</title><body><center><h1>两地通航</h1>2014-03-02 09:30 来源：海港日报</center><p>　　海港日报讯 昨日上午，两地间的客轮恢复通航，首日运送旅客一千二百人次。<p>　　航运公司表示，因大风停航两天，约有八百名旅客滞留码头，现已全部疏散。</p></div></td><p>　　气象部门提醒，周二仍有大风，请旅客提前查询航班信息。<table><tr><td>广告",
        {"title": "两地通航"},
    ),
    "plain page": (
        "page", 1,
        "<html><body><p>Opening hours</p><ul><li>Monday</li><li>Friday</li></ul></body></html>",
        {"text": "Opening hours\n\nMonday\nFriday", "kind": "page"},
    ),
    "frames of nothing": ("page", 1, "<html><head><title>moved</title></head><body></body></html>", {"title": "moved"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "utf-16"])
def test_other_shapes(name: str, charset: str) -> None:
    kind, count, markup, first = SHAPES[name]
    data = markup.encode(charset)
    assert choose(data) == kind
    found = posts(read(HTML[kind], data))
    assert len(found) == count
    assert {key: getattr(found[0], key) for key in first} == first
    assert len({post.id for post in found}) == count


def test_the_seed_page_keeps_the_story_apart() -> None:
    if not SEED.exists():
        pytest.skip("the shared seed page is not here")
    data = SEED.read_bytes()
    (article,) = posts(read(news_text, data, SEED.name))
    assert article.title == "Chinese police save hundreds of babies from online trading racket"
    assert article.text.startswith("Beijing (CNN) -- China has smashed")
    assert "or if the trafficking extended beyond China." in article.text
    assert article.text.count("\n\n") == 12
    for other in (
        "Obstetrician admits",
        "Doctor accused",
        "Read:",
        "ADVERTISEMENT",
        "Skip to",
        "HIV",
        "Potential buyers",
    ):
        assert other not in article.text
    assert (article.sent.at, article.sent.basis) == (1_393_636_440_000_000, "stated")


def test_text_that_others_read_better_is_left_to_them() -> None:
    assert news_text.sniff(b'{"a": 1}', "a.txt") == 0
    assert news_text.sniff(b"<html><body>x", "a.txt") == 0
    assert news_text.sniff(b"a,b\n1,2\n", "a.csv") == 0
    assert news_text.sniff(b"\x00\x01\x02\x03" * 50, "a.txt") == 0
    assert 0 < news_text.sniff(b"just a note\n", "a.txt") <= 0.3


def record(kind: str, block: bytes, uri: str = "http://a.example/", ident: str = "1", extra: str = "") -> bytes:
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{ident}>\r\nWARC-Target-URI: {uri}\r\n"
    head += f"WARC-Date: 2014-03-01T02:03:04Z\r\n{extra}Content-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def response(body: bytes, headers: str = "", kind: str = "text/html; charset=GBK") -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\n{headers}\r\n".encode() + body


BODY = "<p>页面</p>".encode("gb18030")
CODED = {
    "plain": response(BODY),
    "gzip": response(gzip.compress(BODY), "Content-Encoding: gzip\r\n"),
    "deflate": response(zlib.compress(BODY), "Content-Encoding: deflate\r\n"),
    "raw deflate": response(zlib.compress(BODY)[2:-4], "Content-Encoding: deflate\r\n"),
    "brotli": response(brotli.compress(BODY), "Content-Encoding: br\r\n"),
    "chunked": response(
        b"3\r\n" + BODY[:3] + b"\r\n%x;x=y\r\n" % len(BODY[3:]) + BODY[3:] + b"\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n",
    ),
    "chunked in name only": response(BODY, "Transfer-Encoding: chunked\r\n"),
    "gzip in name only": response(BODY, "Content-Encoding: gzip\r\n"),
}


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("zipped", [False, True])
def test_warc_payloads_are_decoded(coding: str, zipped: bool) -> None:
    parts = [record("warcinfo", b"x"), record("request", b"GET /"), record("response", CODED[coding], ident="7")]
    data = b"".join(gzip.compress(part) for part in parts) if zipped else b"".join(parts)
    assert warc.sniff(data, "a.warc") > 0.9
    items = read(warc, data)
    (member,) = [item for item in items if isinstance(item, Member)]
    assert (member.data, member.path, member.url) == (BODY, "<urn:uuid:7>", "http://a.example/")
    assert (member.media_type, member.charset, member.captured) == ("text/html", "gbk", 1_393_639_384_000_000)
    assert [item.what for item in items if isinstance(item, Structure)] == ["WARC information", "request"]


@pytest.mark.parametrize("zipped", [False, True])
def test_warc_damage_costs_one_record(zipped: bool) -> None:
    parts = [
        record("response", response(b"<p>one " + bytes(range(200, 250)) * 4), ident="1"),
        record("response", response(b"<p>two"), ident="2"),
        record("response", response(b"<p>three"), ident="3"),
    ]
    if zipped:
        parts = [gzip.compress(part) for part in parts]
    broken = parts[0] + parts[1][: len(parts[1]) // 2] + parts[2]
    items = read(warc, broken)
    members = [item for item in items if isinstance(item, Member)]
    assert members[0].path == "<urn:uuid:1>"
    assert any(member.path == "<urn:uuid:3>" for member in members) or not zipped
    assert any(isinstance(item, Gap) for item in items) or not zipped
    for stop in range(0, len(broken), 23):
        read(warc, broken[:stop])


def test_warc_bombs_are_bounded_and_other_payloads_are_members() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    data = record("response", response(bomb, "Content-Encoding: gzip\r\n")) + record(
        "resource", b"\x89PNG", extra="Content-Type: image/png\r\n", ident="2"
    )
    items = read(warc, data, limits=Limits(member_bytes=2**20))
    assert [item.reason for item in items if isinstance(item, Gap)] == ["payload unfolds to more than 1048576 bytes"]
    assert [item.media_type for item in items if isinstance(item, Member)] == ["image/png"]
    zipped = gzip.compress(b"WARC/1.0\r\n" + b"\0" * 30_000_000) + gzip.compress(record("resource", b"x"))
    items = read(warc, zipped, limits=Limits(member_bytes=2**20))
    assert len([item for item in items if isinstance(item, Member)]) == 1


def test_warc_record_over_several_gzip_members_and_revisits() -> None:
    whole = record("response", response(b"<p>joined</p>"))
    data = (
        gzip.compress(whole[:200])
        + gzip.compress(whole[200:])
        + gzip.compress(record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", ident="9"))
    )
    items = read(warc, data)
    assert [item.data for item in items if isinstance(item, Member)] == [b"<p>joined</p>"]
    assert any(isinstance(item, Structure) and item.what.startswith("revisit") for item in items)


def digest(body: bytes) -> str:
    return f"WARC-Payload-Digest: sha1:{hashlib.sha1(body).hexdigest().upper()}\r\n"


@pytest.mark.parametrize("zipped", ["", "each", "together"])
@pytest.mark.parametrize("coding", ["plain", "brotli", "chunked"])
def test_a_revisit_gives_the_payload_of_the_earlier_record(coding: str, zipped: str) -> None:
    told = digest(BODY)
    parts = [
        record("response", response(b"<p>another</p>"), ident="1", extra=digest(b"<p>another</p>")),
        record("response", CODED[coding], ident="2", extra=told),
        record("revisit", b"HTTP/1.1 200 OK\r\n\r\n", "http://b.example/", "3", told),
        record("revisit", b"", "http://c.example/", "4", digest(b"never captured")),
        record("response", response(b"<p>no digest</p>"), ident="5"),
        record("revisit", b"", "http://d.example/", "6", "WARC-Refers-To: <urn:uuid:5>\r\n"),
    ]
    whole = b"".join(parts)
    data = {"": whole, "each": b"".join(map(gzip.compress, parts)), "together": gzip.compress(whole)}[zipped]
    items = read(warc, data)
    members = {member.path[10:-1]: member for member in items if isinstance(member, Member)}
    assert list(members) == ["1", "2", "3", "5", "6"]
    assert (members["3"].data, members["3"].url, members["3"].charset) == (BODY, "http://b.example/", "gbk")
    assert (members["6"].data, members["6"].url) == (b"<p>no digest</p>", "http://d.example/")
    (lone,) = [item for item in items if isinstance(item, Structure)]
    assert lone.what.startswith("revisit")
    if zipped != "together":  # the bytes of a revisit are its own, not the earlier record's
        assert members["2"].stop <= members["3"].start < members["3"].stop == lone.span.start
    source = Source("0" * 64, "", "a.warc", data)
    assert find_member(source, "<urn:uuid:3>", Watch(source.limits)) == BODY


def test_a_revisit_of_what_is_too_large_or_packed_with_much_else_is_only_told() -> None:
    large = b"<p>" + b"x" * warc._REOPENED
    for parts in (
        [
            record("response", response(large), extra=digest(large)),
            record("revisit", b"", ident="2", extra=digest(large)),
        ],
        [
            record("response", response(BODY), extra=digest(BODY)),
            record("resource", large, ident="3"),
            record("revisit", b"", ident="2", extra=digest(BODY)),
        ],
    ):
        items = read(warc, gzip.compress(b"".join(parts)))
        assert "<urn:uuid:2>" not in [item.path for item in items if isinstance(item, Member)]
        assert any(isinstance(item, Structure) and item.what.startswith("revisit") for item in items)


def test_revisits_unfold_a_member_once_and_all_of_them_only_so_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two members with a little payload and much behind it, a thousand revisits that ask for them by turns."""
    monkeypatch.setattr(warc, "_REOPENED_IN_ALL", 3 * 2**20)
    opened: list[int] = []
    unzip = warc._unzip

    def counted(data: bytes, at: int, limit: int, ratio: int) -> tuple[bytes, int, str]:
        if limit == warc._REOPENED:
            opened.append(at)
        return unzip(data, at, limit, ratio)

    monkeypatch.setattr(warc, "_unzip", counted)
    filler = record("metadata", b"x" * 2**20, ident="f")
    members = [
        gzip.compress(record("response", response(body), ident=str(n), extra=digest(body)) + filler)
        for n, body in enumerate((b"<p>a</p>", b"<p>b</p>"))
    ]
    same = [gzip.compress(record("revisit", b"", ident=f"s{n}", extra=digest(b"<p>a</p>"))) for n in range(20)]
    turns = [
        gzip.compress(record("revisit", b"", ident=f"t{n}", extra=digest((b"<p>a</p>", b"<p>b</p>")[n % 2])))
        for n in range(1000)
    ]
    honest = gzip.compress(record("response", response(b"<p>honest</p>"), ident="last"))
    items = read(warc, b"".join([*members, *same, *turns, honest]))
    found = [item.path[10:-1] for item in items if isinstance(item, Member)]
    assert [path for path in found if path.startswith("s")] == [f"s{n}" for n in range(20)]
    assert found[-1] == "last"
    assert len(opened) <= 4
    gaps = [item for item in items if isinstance(item, Gap)]
    assert len(gaps) == 1000 - sum(path.startswith("t") for path in found)
    assert all(gap.reason.startswith("revisit: the payload is in another record, and") for gap in gaps)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=60), st.integers(0, 2000), st.booleans())
def test_warc_with_any_bytes_is_accounted_for(junk: bytes, at: int, zipped: bool) -> None:
    parts = [record("response", CODED["gzip"]), record("response", CODED["chunked"], ident="2")]
    data = b"".join(gzip.compress(part) for part in parts) if zipped else b"".join(parts)
    at %= len(data)
    read(warc, data[:at] + junk + data[at:])
