"""A home-made board that no reader can know by name: only its repeating structure speaks."""

# ruff: noqa: E501  (markup as the engine writes it)

from __future__ import annotations

from ringtrace.simulator.sheet import Quote, Said, ThreadSheet, escaped


def path(tid: int, sheet: int) -> str:
    return f"/talk/{tid}" if sheet == 1 else f"/talk/{tid}/p{sheet}"


def quote_text(quoted: Quote, language: str) -> str:
    return f"@{quoted[0]} {quoted[3]}\n"


def page(thread: ThreadSheet) -> str:
    """Return one page of a conversation as HTML 5."""
    zh = thread.language != "en"
    title, site, board = escaped(thread.title), escaped(thread.site), escaped(thread.board)
    side = "".join(
        f'<li><a href="/talk/{thread.tid + n + 1}">{escaped(t)}</a></li>' for n, t in enumerate(thread.related)
    )
    return f"""<!doctype html>
<html lang="{"zh-CN" if zh else "en"}">
<head><meta charset="{thread.charset}"><title>{title} | {site}</title>
<style>.who{{color:#555}} .words{{margin:1em}}</style></head>
<body>
<header><a class="logo" href="/">{site}</a><nav><a href="/">{"首页" if zh else "Home"}</a><a href="/boards">{board}</a><a href="/about">{"关于" if zh else "About"}</a></nav></header>
<main>
<article class="conversation">
<h1>{title}</h1>
{"".join(_post(said, zh) for said in thread.said)}
</article>
<aside><h2>{"大家在看" if zh else "Also read"}</h2><ul>{side}</ul><div class="ad">{"广告位招租" if zh else "Your advert here"}</div></aside>
</main>
<footer>&copy; {site} <a href="/rules">{"社区规则" if zh else "House rules"}</a></footer>
</body>
</html>
"""


def _post(said: Said, zh: bool) -> str:
    badge = f' <span class="badge">{"站长" if zh else "owner"}</span>' if said.staff else ""
    quote = ""
    if said.quoted:
        who, _, pid, words = said.quoted
        quote = f'<blockquote cite="#r{pid}"><b>@{escaped(who)}</b> {escaped(words)}</blockquote>\n'
    return f"""<section class="reply" id="r{said.pid}" data-no="{said.floor}">
<p class="who"><a href="/u/{said.uid}">{escaped(said.name)}</a>{badge} <time datetime="{said.at:%Y-%m-%dT%H:%M:%S}+08:00">{said.at:%Y-%m-%d %H:%M}</time></p>
<div class="words">{quote}{said.body}</div>
</section>
"""
