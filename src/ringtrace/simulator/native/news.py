"""News pages: HTML with navigation, adverts and related headlines, or the way a page is saved as text."""

from __future__ import annotations

from collections.abc import Iterator

from ringtrace.simulator.play import Exhibit, Laid, Play, local
from ringtrace.simulator.script import Page
from ringtrace.simulator.sheet import encoded, escaped

PLATFORMS = frozenset({"news"})


def lay(play: Play) -> Iterator[Exhibit]:
    """One file a page, named by outlet and date."""
    for page in play.script.pages:
        day = local(page.at).strftime("%Y-%m-%d")
        stem = f"news/{page.host.split('.')[0]}-{day}-{page.key}"
        text = "\n".join(page.paragraphs)
        laid = (Laid(page.key, text, page.headline),)
        if page.form == "text":
            yield Exhibit(f"{stem}.txt", _text(page).encode("utf-8"), laid)
        else:
            charset = "gb2312" if page.language == "zh" and _fits(page, "gb2312") else "utf-8"
            yield Exhibit(f"{stem}.html", encoded(_html(page, charset), charset), laid)


def _fits(page: Page, charset: str) -> bool:
    try:
        "".join((page.headline, page.byline, page.outlet, *page.paragraphs, *page.clutter)).encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _stamp(page: Page) -> str:
    at = local(page.at)
    if page.language == "zh":
        return at.strftime("%Y年%m月%d日 %H:%M")
    utc = local(page.at - 8 * 3600)
    return f"{at:%B} {at.day}, {at:%Y} -- Updated {utc:%H%M} GMT ({at:%H%M} HKT)"


def _text(page: Page) -> str:
    """What a browser's "save as text" leaves: skip link, headline, byline, story, then the clutter."""
    zh = page.language == "zh"
    head = ["跳到主要内容" if zh else "Skip to main content", "", page.headline, "", page.byline, _stamp(page), ""]
    story: list[str] = []
    for paragraph in page.paragraphs:
        story += [paragraph, ""]
    tail = ["广告" if zh else "ADVERTISEMENT", "相关报道" if zh else "Part of complete coverage on", *page.clutter]
    return "\n".join(head + story + tail) + "\n"


def _html(page: Page, charset: str) -> str:
    zh = page.language == "zh"
    nav = ("首页", "国内", "国际", "社会", "财经") if zh else ("Home", "World", "China", "Business", "Sport")
    menu = "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(nav))
    related = "".join(f'<li><a href="/a/{n}.html">{escaped(words)}</a></li>' for n, words in enumerate(page.clutter))
    body = "\n".join(f"<p>{escaped(words)}</p>" for words in page.paragraphs)
    return f"""<!DOCTYPE html>
<html lang="{page.language}">
<head><meta charset="{charset}"><title>{escaped(page.headline)} - {escaped(page.outlet)}</title>
<meta property="og:site_name" content="{escaped(page.outlet)}"><meta property="og:type" content="article"></head>
<body>
<header><a href="http://{page.host}/">{escaped(page.outlet)}</a><nav><ul>{menu}</ul></nav></header>
<div class="ad">{"广告" if zh else "ADVERTISEMENT"}</div>
<article>
<h1>{escaped(page.headline)}</h1>
<div class="byline">{escaped(page.byline)}</div><time datetime="{local(page.at).isoformat()}">{_stamp(page)}</time>
<div class="story">
{body}
</div>
</article>
<aside><h2>{"相关新闻" if zh else "Related"}</h2><ul>{related}</ul></aside>
<footer>&copy; {escaped(page.outlet)}</footer>
</body>
</html>
"""
