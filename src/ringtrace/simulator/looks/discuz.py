"""The look of the board software that most Chinese forums of the time ran (X2.5)."""

# ruff: noqa: E501  (markup as the engine writes it)

from __future__ import annotations

from ringtrace.simulator.sheet import Quote, Said, ThreadSheet, escaped

_WORDS = {
    "zh": {
        "home": "首页", "login": "登录", "join": "立即注册", "said": "发表于", "only": "只看该作者", "reply": "回复",
        "report": "举报", "views": "查看", "answers": "回复", "topics": "主题", "posts": "帖子", "score": "积分",
        "related": "相关帖子", "staff": "管理员", "member": "注册会员", "quick": "您需要登录后才可以回帖",
        "ad": "本版积分规则", "foot": "手机版", "wrote": "发表于",
    },
    "en": {
        "home": "Home", "login": "Login", "join": "Register", "said": "Posted on", "only": "View author only",
        "reply": "Reply", "report": "Report", "views": "Views", "answers": "Replies", "topics": "Threads",
        "posts": "Posts", "score": "Credits", "related": "Related threads", "staff": "Administrator",
        "member": "Member", "quick": "You have to log in before you can reply", "ad": "Points rules",
        "foot": "Mobile", "wrote": "posted on",
    },
}  # fmt: skip


def path(tid: int, sheet: int) -> str:
    return f"/thread-{tid}-{sheet}-1.html"


def quote_text(quoted: Quote, language: str) -> str:
    return f"{quoted[0]} {_WORDS['en' if language == 'en' else 'zh']['wrote']} {quoted[1]}\n{quoted[3]}\n"


def page(thread: ThreadSheet) -> str:
    """Return one page of a thread as XHTML 1.0."""
    w = _WORDS["en" if thread.language == "en" else "zh"]
    title, site, board = escaped(thread.title), escaped(thread.site), escaped(thread.board)
    related = "".join(f'<li><a href="thread-{thread.tid + n + 1}-1-1.html">{escaped(t)}</a></li>'
                      for n, t in enumerate(thread.related))  # fmt: skip
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta http-equiv="Content-Type" content="text/html; charset={thread.charset}" />
<title>{title} - {board} - {site} - Powered by Discuz!</title>
<meta name="keywords" content="{title}" />
<meta name="generator" content="Discuz! X2.5" />
<base href="http://{thread.host}/" />
<script type="text/javascript">var STYLEID = '1', charset = '{thread.charset}', discuz_uid = '0';</script>
</head>
<body id="nv_forum" class="pg_viewthread">
<div id="toptb" class="cl"><div class="wp"><a href="./">{w["home"]}</a> <a href="member.php?mod=logging">{w["login"]}</a> <a href="member.php?mod=register">{w["join"]}</a></div></div>
<div id="pt" class="bm cl"><div class="z"><a href="./" class="nvhm" title="{w["home"]}">{site}</a><em>&raquo;</em><a href="forum-1-1.html">{board}</a><em>&rsaquo;</em><a href="{path(thread.tid, 1)[1:]}">{title}</a></div></div>
<div id="ct" class="wp cl">
<div class="pgs mbm cl"><div class="pg"><strong>{thread.sheet}</strong> / {thread.sheets}</div></div>
<div id="postlist" class="pl bm">
<table cellspacing="0" cellpadding="0"><tr><td class="pls ptm pbm"><div class="hm"><span class="xg1">{w["views"]}:</span> <span class="xi1">{thread.tid % 977 + 30}</span><span class="pipe">|</span><span class="xg1">{w["answers"]}:</span> <span class="xi1">{len(thread.said)}</span></div></td>
<td class="plc ptm pbn"><h1 class="ts"><a href="{path(thread.tid, 1)[1:]}" id="thread_subject">{title}</a></h1></td></tr></table>
{"".join(_post(thread, said, w) for said in thread.said)}
</div>
<div id="f_pst" class="pl bm bmw"><table><tr><td class="plc"><div class="pt hm">{w["quick"]} <a href="member.php?mod=logging">{w["login"]}</a></div></td></tr></table></div>
<div class="mtm"><h3>{w["related"]}</h3><ul>{related}</ul></div>
</div>
<div id="ft" class="wp cl"><p>Powered by <strong>Discuz!</strong> <em>X2.5</em></p><p class="xs0">&copy; 2001-2012 | {w["foot"]} | {site}</p></div>
</body>
</html>
"""


def _post(thread: ThreadSheet, said: Said, w: dict[str, str]) -> str:
    name, stamp = escaped(said.name), f"{said.at:%Y}-{said.at.month}-{said.at.day} {said.at:%H:%M:%S}"
    rank = w["staff"] if said.staff else w["member"]
    quote = ""
    if said.quoted:
        who, when, pid, words = said.quoted
        quote = (
            f'<div class="quote"><blockquote><font size="2"><a href="forum.php?mod=redirect&amp;goto=findpost&amp;pid={pid}'
            f'&amp;ptid={thread.tid}" target="_blank"><font color="#999999">{escaped(who)} {w["wrote"]} {when}</font></a>'
            f"</font><br />\n{escaped(words)}</blockquote></div><br />\n"
        )
    return f"""<div id="post_{said.pid}"><table id="pid{said.pid}" summary="pid{said.pid}" cellspacing="0" cellpadding="0">
<tr><td class="pls" rowspan="2"><div class="pi"><div class="authi"><a href="space-uid-{said.uid}.html" target="_blank" class="xw1">{name}</a></div></div>
<div class="tns xg2"><table><tr><th><p>{said.posts // 9}</p>{w["topics"]}</th><th><p>{said.posts}</p>{w["posts"]}</th><td><p>{said.posts * 3}</p>{w["score"]}</td></tr></table></div><p><em><a href="home.php?mod=spacecp">{rank}</a></em></p></td>
<td class="plc"><div class="pi"><strong><a href="forum.php?mod=redirect&amp;goto=findpost&amp;ptid={thread.tid}&amp;pid={said.pid}" id="postnum{said.pid}"><em>{said.floor}</em><sup>#</sup></a></strong>
<div class="pti"><div class="authi"><em id="authorposton{said.pid}">{w["said"]} {stamp}</em><span class="pipe">|</span><a href="forum.php?mod=viewthread&amp;tid={thread.tid}&amp;authorid={said.uid}" rel="nofollow">{w["only"]}</a></div></div></div>
<div class="pct"><div class="pcb"><div class="t_fsz"><table cellspacing="0" cellpadding="0"><tr><td class="t_f" id="postmessage_{said.pid}">
{quote}{said.body}</td></tr></table></div></div></div></td></tr>
<tr><td class="plc plm"><div class="po hin"><div class="pob cl"><em><a class="fastre" href="forum.php?mod=post&amp;action=reply&amp;tid={thread.tid}&amp;repquote={said.pid}">{w["reply"]}</a></em><p><a href="javascript:;">{w["report"]}</a></p></div></div></td></tr>
</table></div>
"""
