"""QQ text: groups, private talks, the phone's form."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from read_alone import gaps, local, posts
from ringtrace.readers import (
    qq_text,
)
from ringtrace.text import lines
from ringtrace.text.chats import qq_header


@given(st.text(st.characters(min_codepoint=1, max_codepoint=126, exclude_characters="\n\r"), max_size=40))
@example("2014-01-03 9:30:45 a(12345)")
@example("Name 2014/1/3 21:14:03")
def test_a_line_of_a_qq_file_that_is_passed_over_is_no_header_and_no_label(text):
    raw = text.encode()
    if not qq_header.may_be_marked(raw, qq_header.openers("utf-8")):
        assert qq_header.read_header(text, lines.Line(0, len(raw), len(raw)), True) is None
        assert qq_header.label_of(text) is None


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
