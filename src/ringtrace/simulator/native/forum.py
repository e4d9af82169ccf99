"""Forums: threads in the looks of several engines, packed by site as WARC, some saved as plain HTML."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType

from ringtrace.registry import scan
from ringtrace.simulator.charset import choose_charset
from ringtrace.simulator.play import Exhibit, Laid, Play, Scene, local, number
from ringtrace.simulator.script import Line, Spoken
from ringtrace.simulator.sheet import Quote, Said, ThreadSheet, encoded, escaped
from ringtrace.simulator.warc import Capture, pack

PLATFORMS = frozenset({"forum"})

_SHEET = 20
"""Posts on one page of a thread."""


def lay(play: Play) -> Iterator[Exhibit]:
    """One WARC for each forum; of every forum a few threads are saved as .html instead."""
    looks = list(scan("ringtrace.simulator.looks").values())
    for index, scene in enumerate(play.on(PLATFORMS)):
        yield from _site(play, scene, looks[index % len(looks)], play.rng(f"forum/{scene.place.key}"))


def _site(play: Play, scene: Scene, look: ModuleType, dice: random.Random) -> Iterator[Exhibit]:
    host = scene.place.host
    charset = choose_charset(scene, dice)
    captures: list[Capture] = []
    laid: list[Laid] = []
    threads = _threads(scene)
    crawl = scene.windows[-1].stop + 86_400
    titles = list(threads)
    for order, (title, lines) in enumerate(threads.items()):
        tid = 1000 + order * 3 + number(host, title, digits=1) % 3
        related = tuple(dice.sample(titles, min(4, len(titles))))
        sheets = [lines[at : at + _SHEET] for at in range(0, len(lines), _SHEET)]
        for sheet, part in enumerate(sheets, 1):
            thread = _sheet(
                play, scene, title, tid, (sheet, len(sheets), sheet * _SHEET - _SHEET), part, charset, related
            )
            body = encoded(look.page(thread), charset)
            posts = [_laid(play, line, look, title if line is lines[0] else "") for line in part]
            if order % 25 == 7 and order < 200 and sheet == 1:
                yield Exhibit(f"saved/{host}/{title_file(tid)}", body, tuple(posts))
                continue
            url = f"http://{host}{look.path(tid, sheet)}"
            media = f"text/html; charset={charset}" if dice.random() < 0.7 else "text/html"
            early = len(part) > 4 and dice.random() < 0.1
            if early:
                first = _sheet(
                    play, scene, title, tid, (sheet, sheet, sheet * _SHEET - _SHEET), part[:-2], charset, related
                )
                captures.append(Capture(url, part[-3].at + 600, encoded(look.page(first), charset), media))
            captures.append(Capture(url, crawl + order, body, media, dice.random() < 0.25, dice.random() < 0.15))
            laid.extend(posts)
    captures.sort(key=lambda capture: (capture.at, capture.url))
    name = f"web/{host}.warc.gz"
    yield Exhibit(name, pack(name, captures), tuple(laid))


def title_file(tid: int) -> str:
    return f"thread-{tid}.html"


def _threads(scene: Scene) -> dict[str, list[Line]]:
    threads: defaultdict[str, list[Line]] = defaultdict(list)
    for line in scene.lines:
        if not line.system:
            threads[line.thread].append(line)
    return dict(threads)


def _sheet(
    play: Play, scene: Scene, title: str, tid: int, pages: tuple[int, int, int], lines: list[Line], charset: str,
    related: tuple[str, ...],
) -> ThreadSheet:  # fmt: skip
    sheet, sheets, before = pages
    place = scene.place
    board = place.boards[number(place.key, title, digits=3) % len(place.boards)] if place.boards else place.name
    said = tuple(_said(play, scene, line, before + at) for at, line in enumerate(lines, 1))
    return ThreadSheet(
        place.name, place.host, board, title, tid, sheet, sheets, lines[0].language, charset, said, related
    )


def _quoted(play: Play, line: Line) -> Quote | None:
    """One answer in seven quotes what it answers, by the button."""
    target = play.lines.get(line.reply_to)
    if target is None or target.thread != line.thread or number("quote", line.key, digits=3) % 7:
        return None
    when = local(target.at)
    stamp = f"{when.year}-{when.month}-{when.day} {when:%H:%M}"
    return play.account(target).name, stamp, number("pid", target.key, digits=7), target.text


def _laid(play: Play, line: Line, look: ModuleType, title: str) -> Laid:
    """The post with its quotation in front; handles in a quotation are nobody's own."""
    quoted = _quoted(play, line)
    if quoted is None:
        return Laid(line.key, line.text, title)
    words = look.quote_text(quoted, line.language)
    target = play.lines[line.reply_to]
    said = [replace(m, owner="quoted") if m.owner in ("self", "other") else m for m in target.mentions]
    if quoted[1] in words:
        year, month, day = quoted[1].split(" ")[0].split("-")
        said.append(Spoken("date", f"{year}-{month:0>2}-{day:0>2}", "unknown"))
    return Laid(line.key, words + line.text, title, tuple(said))


def _said(play: Play, scene: Scene, line: Line, floor: int) -> Said:
    account = play.account(line)
    uid = int(account.native) if account.native.isdigit() else number("uid", account.key, digits=5)
    days = number("joined", account.key, digits=3) % 900
    return Said(
        pid=number("pid", line.key, digits=7),
        floor=floor,
        name=account.name,
        uid=uid,
        at=local(line.at + scene.windows[0].offset),
        body=escaped(line.text),
        quoted=_quoted(play, line),
        posts=number("posts", account.key, digits=2),
        joined=f"{local(line.at - 86_400 * days):%a %b %d, %Y}",
        staff=account.key in scene.place.operators,
    )
