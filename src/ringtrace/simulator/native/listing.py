"""Listing sites: one page an offer, comments below it, category pages beside; packed by site as WARC."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from ringtrace.simulator.charset import choose_charset
from ringtrace.simulator.play import Exhibit, Laid, Play, Scene, local, number
from ringtrace.simulator.script import Line
from ringtrace.simulator.sheet import encoded, escaped
from ringtrace.simulator.warc import Capture, pack

PLATFORMS = frozenset({"web"})

_ZH = {"by": "发布人", "at": "发布时间", "views": "浏览", "times": "次", "comments": "网友留言", "home": "首页",
       "post": "免费发布信息", "help": "帮助中心", "other": "同类信息", "safe": "请勿提前汇款，谨防受骗",
       "no": "信息编号",
       "price": "价格", "deal": "面议", "contact": "联系方式", "inside": "站内短信"}  # fmt: skip
_EN = {"by": "Posted by", "at": "Date", "views": "Views", "times": "", "comments": "Comments", "home": "Home",
       "post": "Post for free", "help": "Help", "other": "Similar", "safe": "Never send money in advance.",
       "no": "No.", "price": "Price", "deal": "on request", "contact": "Contact",
       "inside": "message on this site"}  # fmt: skip


@dataclass
class _Entry:
    listing: Line
    comments: list[Line] = field(default_factory=list)


def lay(play: Play) -> Iterator[Exhibit]:
    """One WARC for each site; the first listings of every site are also saved as plain HTML."""
    for index, scene in enumerate(play.on(PLATFORMS)):
        yield from _site(play, scene, index, play.rng(f"listing/{scene.place.key}"))


def _site(play: Play, scene: Scene, look: int, dice: random.Random) -> Iterator[Exhibit]:
    place = scene.place
    charset = choose_charset(scene, dice)
    media = f"text/html; charset={charset}"
    crawl = scene.windows[-1].stop + 3_600
    captures: list[Capture] = []
    laid: list[Laid] = []
    entries = _entries(scene)
    for order, entry in enumerate(entries):
        near = [other.listing.thread for other in entries[order + 1 : order + 4]]
        body = encoded(_page(play, scene, entry, charset, look, near), charset)
        posts = [Laid(entry.listing.key, entry.listing.text, entry.listing.thread)]
        posts += [Laid(line.key, line.text) for line in entry.comments]
        if order % 40 == 9 and order < 300:
            yield Exhibit(f"saved/{place.host}/item-{order}.html", body, tuple(posts))
            continue
        url = f"http://{place.host}/{'info' if look % 2 else 'item'}/{number(entry.listing.key, digits=6)}.html"
        captures.append(Capture(url, crawl + order, body, media, dice.random() < 0.3, dice.random() < 0.2))
        laid.extend(posts)
    for at in range(0, len(entries), 30):
        page = encoded(_index(scene, entries[at : at + 30], charset, at // 30 + 1), charset)
        captures.append(Capture(f"http://{place.host}/list/{at // 30 + 1}.html", crawl - 60 + at, page, media))
    captures.sort(key=lambda capture: (capture.at, capture.url))
    name = f"web/{place.host}.warc.gz"
    yield Exhibit(name, pack(name, captures), tuple(laid))


def _entries(scene: Scene) -> list[_Entry]:
    """Listings in order of time; a comment belongs to what it answers, else to the latest of its title."""
    entries: list[_Entry] = []
    by_key: dict[str, _Entry] = {}
    by_title: dict[str, _Entry] = {}
    for line in scene.lines:
        home = by_key.get(line.reply_to) or (by_title.get(line.thread) if line.kind != "listing" else None)
        if line.system:
            continue
        if home is None or line.kind == "listing":
            home = _Entry(line)
            entries.append(home)
            by_title[line.thread] = home
        else:
            home.comments.append(line)
        by_key[line.key] = home
    return entries


def _stamp(scene: Scene, line: Line) -> str:
    return local(line.at + scene.windows[0].offset).strftime("%Y-%m-%d %H:%M")


def _page(play: Play, scene: Scene, entry: _Entry, charset: str, look: int, near: list[str]) -> str:
    line = entry.listing
    w = _EN if line.language == "en" else _ZH
    who, title, site = escaped(play.account(line).name), escaped(line.thread), escaped(scene.place.name)
    views = number("views", line.key, digits=3)
    code = number(line.key, digits=6)
    side = "".join(f'<li><a href="/item/{n}.html">{escaped(t)}</a></li>' for n, t in enumerate(near))
    shape = _table_page if look % 2 else _block_page
    comments = "".join(_comment(play, scene, comment, look) for comment in entry.comments)
    return f"""<!DOCTYPE html>
<html><head><meta http-equiv="Content-Type" content="text/html; charset={charset}">
<title>{title} - {site}</title><script src="/js/site.js"></script></head>
<body>
<div class="top"><a href="/">{site}</a> | <a href="/">{w["home"]}</a> |
<a href="/post">{w["post"]}</a> | <a href="/help">{w["help"]}</a></div>
{shape(title, who, _stamp(scene, line), views, code, escaped(line.text), w)}
<div class="comments"><h3>{w["comments"]}</h3>
{comments}</div>
<div class="side"><h3>{w["other"]}</h3><ul>{side}</ul></div>
<div class="foot"><p>{w["safe"]}</p><p>&copy; 2013 {site}</p></div>
</body></html>
"""


def _block_page(title: str, who: str, at: str, views: int, code: int, body: str, w: dict[str, str]) -> str:
    return (
        f'<div class="detail">\n<h1 class="title">{title}</h1>\n<div class="meta"><span>{w["by"]}：'
        f'<a class="user" href="/u/{code % 9973}">{who}</a></span> <span>{w["at"]}：{at}</span> '
        f'<span>{w["views"]}：{views}{w["times"]}</span></div>\n<ul class="facts"><li>{w["price"]}：{w["deal"]}</li>'
        f'<li>{w["contact"]}：{w["inside"]}</li></ul>\n<div class="content">{body}</div>\n</div>'
    )


def _table_page(title: str, who: str, at: str, views: int, code: int, body: str, w: dict[str, str]) -> str:
    return (
        f'<table class="info" width="760"><tr><td colspan="2"><h2>{title}</h2></td></tr>\n'
        f'<tr><td width="90">{w["no"]}</td><td>{code}</td></tr>\n<tr><td>{w["by"]}</td><td>{who}</td></tr>\n'
        f"<tr><td>{w['price']}</td><td>{w['deal']}</td></tr>\n<tr><td>{w['contact']}</td><td>{w['inside']}</td></tr>\n"
        f"<tr><td>{w['at']}</td><td>{at}</td></tr>\n<tr><td>{w['views']}</td><td>{views}</td></tr>\n"
        f'<tr><td colspan="2" class="txt"><p>{body}</p></td></tr></table>'
    )


def _comment(play: Play, scene: Scene, line: Line, look: int) -> str:
    who, at = escaped(play.account(line).name), _stamp(scene, line)
    if look % 2:
        return f"<dl><dt>{who} <i>{at}</i></dt><dd>{escaped(line.text)}</dd></dl>\n"
    return f'<div class="comment"><b class="user">{who}</b> <em>{at}</em><p>{escaped(line.text)}</p></div>\n'


def _index(scene: Scene, entries: list[_Entry], charset: str, sheet: int) -> str:
    rows = "\n".join(
        f'<li><a href="/item/{number(e.listing.key, digits=6)}.html">{escaped(e.listing.thread)}</a>'
        f"<span>{_stamp(scene, e.listing)[:10]}</span></li>"
        for e in entries
    )
    site = escaped(scene.place.name)
    return (
        f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>{site} - {sheet}</title></head>\n'
        f'<body><div class="top"><a href="/">{site}</a></div>\n<ul class="list">\n{rows}\n</ul></body></html>\n'
    )
