"""The look of the board software that most small forums elsewhere ran (version 3, prosilver)."""

# ruff: noqa: E501  (markup as the engine writes it)

from __future__ import annotations

from ringtrace.simulator.sheet import Quote, Said, ThreadSheet, escaped

_WORDS = {
    "zh": {"by": "由", "posts": "文章", "joined": "注册时间", "wrote": "写道：", "top": "回顶端", "index": "讨论区首页",
           "login": "登录", "jump": "前往", "who": "在线用户", "reply": "回复", "page": "第", "of": "页，共",
           "staff": "站点管理员"},
    "en": {"by": "by", "posts": "Posts", "joined": "Joined", "wrote": "wrote:", "top": "Top", "index": "Board index",
           "login": "Login", "jump": "Jump to", "who": "Who is online", "reply": "Post a reply", "page": "Page",
           "of": "of", "staff": "Site Admin"},
}  # fmt: skip


def path(tid: int, sheet: int) -> str:
    start = f"&start={(sheet - 1) * 20}" if sheet > 1 else ""
    return f"/viewtopic.php?f=2&t={tid}{start}"


def quote_text(quoted: Quote, language: str) -> str:
    return f"{quoted[0]} {_WORDS['en' if language == 'en' else 'zh']['wrote']}\n{quoted[3]}\n"


def page(thread: ThreadSheet) -> str:
    """Return one page of a topic as XHTML 1.0."""
    w = _WORDS["en" if thread.language == "en" else "zh"]
    title, site, board = escaped(thread.title), escaped(thread.site), escaped(thread.board)
    count = f"{len(thread.said)} {w['posts'].lower()} &bull; {w['page']} <strong>{thread.sheet}</strong> {w['of']} <strong>{thread.sheets}</strong>"
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" dir="ltr" lang="{"en-gb" if thread.language == "en" else "zh-cn"}">
<head>
<meta http-equiv="content-type" content="text/html; charset={thread.charset}" />
<title>{site} &bull; View topic - {title}</title>
<link href="./styles/prosilver/theme/print.css" rel="stylesheet" type="text/css" media="print" />
</head>
<body id="phpbb" class="section-viewtopic ltr">
<div id="wrap">
<div id="page-header"><div class="headerbar"><div class="inner"><div id="site-description"><h1>{site}</h1></div></div></div>
<div class="navbar"><div class="inner"><ul class="linklist navlinks"><li class="icon-home"><a href="./index.php" accesskey="h">{w["index"]}</a> <strong>&#8249;</strong> <a href="./viewforum.php?f=2">{board}</a></li></ul><ul class="linklist rightside"><li class="icon-logout"><a href="./ucp.php?mode=login">{w["login"]}</a></li></ul></div></div></div>
<div id="page-body">
<h2><a href=".{path(thread.tid, 1).replace("&", "&amp;")}">{title}</a></h2>
<div class="topic-actions"><div class="buttons"><a href="./posting.php?mode=reply&amp;f=2&amp;t={thread.tid}">{w["reply"]}</a></div><div class="pagination">{count}</div></div>
<div class="clear"></div>
{"".join(_post(thread, said, w) for said in thread.said)}
<div class="topic-actions"><div class="pagination">{count}</div></div>
<p class="jumpbox-return"><a href="./viewforum.php?f=2">{w["jump"]} {board}</a></p>
<h3>{w["who"]}</h3><p>Users browsing this forum: No registered users and {thread.tid % 7 + 1} guests</p>
</div>
<div id="page-footer"><div class="copyright">Powered by <a href="https://www.phpbb.com/">phpBB</a>&reg; Forum Software &copy; phpBB Group</div></div>
</div>
</body>
</html>
"""


def _post(thread: ThreadSheet, said: Said, w: dict[str, str]) -> str:
    name = escaped(said.name)
    clock = (
        said.at.strftime("%a %b %d, %Y ")
        + f"{said.at.hour % 12 or 12}:{said.at:%M} {'am' if said.at.hour < 12 else 'pm'}"
    )
    subject = escaped(thread.title) if said.floor == 1 else f"Re: {escaped(thread.title)}"
    profile = f"./memberlist.php?mode=viewprofile&amp;u={said.uid}"
    quote = ""
    if said.quoted:
        who, _, _, words = said.quoted
        quote = f"<blockquote><div><cite>{escaped(who)} {w['wrote']}</cite>{escaped(words)}</div></blockquote>"
    staff = f"<br />{w['staff']}" if said.staff else ""
    return f"""<div id="p{said.pid}" class="post bg{said.floor % 2 + 1}"><div class="inner"><span class="corners-top"><span></span></span>
<div class="postbody"><h3{' class="first"' if said.floor == 1 else ""}><a href="#p{said.pid}">{subject}</a></h3>
<p class="author"><a href="./viewtopic.php?p={said.pid}#p{said.pid}"><img src="./styles/prosilver/imageset/icon_post_target.gif" width="11" height="9" alt="Post" title="Post" /></a>{w["by"]} <strong><a href="{profile}">{name}</a></strong> &raquo; {clock} </p>
<div class="content">{quote}{said.body}</div></div>
<dl class="postprofile" id="profile{said.pid}"><dt><a href="{profile}">{name}</a>{staff}</dt><dd>&nbsp;</dd><dd><strong>{w["posts"]}:</strong> {said.posts}</dd><dd><strong>{w["joined"]}:</strong> {said.joined}</dd></dl>
<div class="back2top"><a href="#wrap" class="top" title="{w["top"]}">{w["top"]}</a></div><span class="corners-bottom"><span></span></span></div></div>
<hr class="divider" />
"""
