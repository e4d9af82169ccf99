"""Pages as they really come: saved in one file with megabytes of dress, boards' phone pages, stories in odd wrappers."""

from __future__ import annotations

import base64
import time

import pytest

from ringtrace.model.source import Source
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.text.pages.head import thin_head


def reading(page: str | bytes, name: str = "page.html"):
    data = page.encode() if isinstance(page, str) else page
    done = read_source(Source("0" * 64, "", name, data))
    assert done.post_bytes + done.gap_bytes + done.structure_bytes == len(data)
    return done


def single_file(body: str, megabytes: int) -> bytes:
    """A page as SingleFile saves it: its note, styles with fonts and pictures as data addresses, then the body."""
    font = base64.b64encode(bytes(range(256)) * 1024).decode()
    style = f"@font-face{{font-family:x;src:url(data:font/woff2;base64,{font})}}"
    styles = "".join(f"<style>{style}</style>" for _ in range(megabytes * 3))
    picture = f'<img src="data:image/png;base64,{font}" alt="">'
    note = (
        "<!--\n Page saved with SingleFile \n url: http://bbs.synthetic.example/t/9 \n saved date: Mon Mar 03 2014\n-->"
    )
    return f"<!DOCTYPE html> <html lang=zh>{note}<meta charset=utf-8><title>合成主题 - 合成论坛</title>{styles}<body>{picture}{body}{picture}</body></html>".encode()


THREAD = "".join(
    f'<div class="post" id="post_{n}"><a class="author" href="/space-uid-{n + 50}.html">合成{n}号</a><em class="time">发表于 2013-8-{n} 12:30</em>'
    f'<div class="message">这是第{n}个合成的回复，内容各不相同。</div></div>'
    for n in range(1, 6)
)


def test_a_thread_saved_by_singlefile_is_read_as_a_thread_and_not_slowly():
    small, large = single_file(THREAD, 1), single_file(THREAD, 12)
    done = reading(large)
    assert done.reader == "forum_html"
    assert [post.account_native for post in done.posts] == ["51", "52", "53", "54", "55"]
    assert "base64" not in "".join(post.text for post in done.posts)
    started = time.process_time()
    reading(small)
    one = time.process_time() - started
    started = time.process_time()
    reading(large)
    assert time.process_time() - started < 40 * max(one, 0.02)


def test_the_head_by_which_a_page_is_judged_holds_no_dress():
    data = single_file(THREAD, 4)
    head = thin_head(data, 262_144)
    assert len(head) < 40_000
    assert b"message" in head
    assert b"base64" not in head
    plain = b"<html><body><p>words</p></body></html>"
    assert thin_head(plain, 262_144) == plain
    for at in range(0, 4000, 37):
        thin_head(data[:at], 2_000)
    hostile = b"<style>" * 200_000
    started = time.process_time()
    thin_head(hostile, 262_144)
    assert time.process_time() - started < 5


def test_the_phone_page_of_discuz_is_a_thread():
    posts = "".join(
        f'<div class="plc cl" id="pid{n}"><div class="avatar"><img src="a.png"></div><div class="display pi"><ul class="authi"><li class="mtit"><span class="y">{n}楼</span>'
        f'<span class="z"><a href="home.php?mod=space&amp;uid={n + 700}">合成用户{n}</a></span></li><li class="mtime">2014-3-{n} 09:00</li></ul>'
        f'<div class="message">合成的手机版回复，第{n}条，说一点不同的话。</div></div></div>'
        for n in range(1, 5)
    )
    done = reading(
        f'<html><head><meta charset="utf-8"><title>合成主题 - 手机版 - Powered by Discuz!</title></head><body class="bg"><div class="viewthread">{posts}</div></body></html>'
    )
    assert done.reader == "forum_html"
    assert [(post.account_native, post.native_id) for post in done.posts] == [
        (str(n + 700), str(n)) for n in range(1, 5)
    ]
    assert done.posts[0].sent.text.startswith("2014-3-1")


STORY = "".join(
    f"<p>这是合成新闻的第{n}段，写得足够长，让它像一段真正的报道文字，有主语，有谓语，也有句号。它不讲任何真实的人。</p>"
    for n in range(1, 7)
)


@pytest.mark.parametrize(
    "wrapper", ["content-with-sidebar-wrp", "l-sidebar-fixed", "article-body pagination-first", "entry-content related"]
)
def test_a_story_under_a_class_word_of_furniture_is_still_the_story(wrapper):
    links = "".join(f'<li><a href="/{n}">别的标题第{n}个，也有一些字</a></li>' for n in range(8))
    page = (
        f'<html><head><meta charset="utf-8"><meta property="og:type" content="article"><title>合成标题</title></head><body>'
        f'<div class="cookie-consent"><p>本站使用小甜饼，请阅读我们的说明，并且点击同意按钮，谢谢您的理解与配合，再次感谢。</p></div>'
        f'<div class="{wrapper}"><h1>合成标题</h1>{STORY}</div><div class="sidebar"><ul>{links}</ul></div>'
        f'<ul class="comment-list"><li><p>合成评论：这一条评论故意写得很长很长，长得像是文章里的一段话，可是它并不是文章，只是评论而已。</p></li></ul></body></html>'
    )
    (post,) = [one for one in reading(page).posts if one.kind == "article"]
    assert post.text.count("合成新闻的第") == 6
    assert "小甜饼" not in post.text
    assert "合成评论" not in post.text


def test_a_forum_page_in_finnish_with_labels_and_short_years():
    posts = "".join(
        f'<table class="msg"><tr><td><p class="words"><b>Lähettäjä</b>:&nbsp;{name}&nbsp;<br>Päivämäärä:&nbsp;27.8.24 21:1{n}:13<br><br>Synteettinen viesti numero {n}, pelkkä koe.</p></td></tr></table>'
        for n, name in enumerate(("Huoh", "-", "Valkku", "LK"), start=1)
    )
    done = reading(
        f'<html><head><meta charset="utf-8"><title>Foorumi</title></head><body><h1>Synteettinen</h1>{posts}</body></html>'
    )
    assert [(post.account_name, post.sent.at) for post in done.posts][:3] == [
        ("Huoh", 1_724_764_273_000_000), ("-", 1_724_764_333_000_000), ("Valkku", 1_724_764_393_000_000),
    ]  # fmt: skip
