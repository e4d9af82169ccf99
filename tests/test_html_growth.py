"""Work on hostile pages grows as their size does: counted in lines of Python run, not in time."""

from __future__ import annotations

import pytest

from growth import lines_run
from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.readers import qq_html, telegram_html
from ringtrace.text.pages.page import open_sheet

HEAD = '<!DOCTYPE html><html><head><meta charset="utf-8"><title>QQ Message</title></head><body>'
DATE = '<div class="pull_right date details" title="03.01.2014 09:30:45 UTC+08:00"></div>'
TELEGRAM = '<div class="message default clearfix" id="message2">' + DATE + '<div class="from_name">a</div>'
QQ = (
    '<table><tr><td><div style="padding-left:10px"><div style="float:left;margin-right:6px">a(170001)</div>9:00:01'
    '</div><div style="padding-left:20px">x</div>'
)
SHAPES = {
    "telegram, text in text": (telegram_html, TELEGRAM, '<div class="text">x'),
    "telegram, message in message": (telegram_html, "", TELEGRAM + '<div class="text">x'),
    "telegram, name in name": (telegram_html, "", '<div class="message" id="message3"><div class="from_name">'),
    "telegram, card in card": (telegram_html, TELEGRAM, '<div class="media media_contact"><div class="title">x'),
    "telegram, answers": (telegram_html, TELEGRAM, '<div class="reply_to"><a href="#"><div class="answer">x'),
    "telegram, service in service": (telegram_html, "", '<div class="message service" id="message4"><p class="body">x'),
    "telegram, one after the other": (telegram_html, "", TELEGRAM + '<div class="text">x</div></div>'),
    "qq, message in message": (qq_html, "", QQ),
    "qq, head in head": (qq_html, "", QQ.partition("</div>")[0]),
    "qq, label in label": (qq_html, QQ, "<table><tr><td>"),
}


def page(shape: str, times: int) -> Source:
    _, before, unit = SHAPES[shape]
    return Source("0" * 64, "", "messages.html", (HEAD + before + unit * times).encode())


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_as_the_page_does(shape):
    """Elements nest 256 deep at most, so the sizes compared lie below that, where nesting still deepens."""
    reader, _, _ = SHAPES[shape]
    list(reader.read(page(shape, 5)))  # word lists are loaded once

    def work(count: int) -> int:
        source = page(shape, count)
        open_sheet(source.data, source.charset)  # the tree itself is bounded by its depth
        return lines_run(lambda: list(reader.read(source)))

    few, many = work(30), work(120)
    assert few > 30 * 10
    assert many < 4.4 * few


def test_each_nested_message_keeps_what_is_its_own():
    """A mail server or a cut leaves ``</div>`` out: one message then holds all the later ones."""
    ones = "".join(
        f'<div class="message default" id="message{at}">{DATE}<div class="from_name">p{at}</div><div class="text">t{at}</div>'
        for at in range(1, 6)
    )
    source = Source("0" * 64, "", "messages.html", (HEAD + ones).encode())
    found = [item for item in telegram_html.read(source) if isinstance(item, Post)]
    assert [(post.account_name, post.text) for post in found] == [(f"p{at}", f"t{at}") for at in range(1, 6)]
    done = read_source(source)
    assert done.post_bytes + done.gap_bytes + done.structure_bytes == len(source.data)
    for post in found:
        assert all(source.data[s.start : s.stop].decode() == post.text for s in post.segments)


def test_text_in_text_is_told_once():
    source = Source("0" * 64, "", "messages.html", (HEAD + TELEGRAM + '<div class="text">x' * 3).encode())
    assert [item.text for item in telegram_html.read(source) if isinstance(item, Post)] == ["x\nx\nx"]
