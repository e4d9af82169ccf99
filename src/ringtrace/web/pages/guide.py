"""Help: a newcomer's tour in the visitor's language, the rules and words, the keys, and the guide, all offline.

What the tour says stands in ``tour.toml``, each stop in every language side by side, so that none falls behind.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from litestar import get
from litestar.params import FromPath
from markupsafe import Markup

from ringtrace.web.language import SOURCE
from ringtrace.web.visit import Answer, Guest, Visit, menu

PLACE = (90, "Help", "/help", "h")
KEYS = (
    ("/", "search"), ("g c, g s, g t, g r, g a ...", "go to a page: its letter stands in the list below"),
    ("j, k", "next and previous in a list; Enter opens"), ("y, n, u", "verdict: yes, no, unsure"),
    ("s", "skip"), ("z", "take the last verdict back"), ("b", "the bytes of a post"),
    ("v", "the captured page of a post"), ("arrows, +, -, 0", "move a graph that has the focus, zoom, all of it"),
    ("?", "this page"),
)  # fmt: skip


@get("/help", sync_to_thread=True)
def contents(visit: Guest) -> Answer:
    """The tour of the pages that this visitor may open, the rules, the words, and what there is to read further."""
    code = visit.language.code
    document = {
        "topic": "", "title": "", "topics": _topics(),
        "stops": [
            {"page": page, "label": label, "asks": asks, "does": does}
            for page, label, (asks, does) in _stops(visit, code)
        ],
        "chapters": [{"title": title, "text": text} for title, text in told_in("chapters", code)],
        "words": [{"word": word, "means": means} for word, means in told_in("words", code)],
    }  # fmt: skip
    return visit.show("help.html.j2", document)


@get("/help/keys", sync_to_thread=True)
def keys(visit: Guest) -> Answer:
    """Every key."""
    return visit.show("keys.html.j2", {"keys": [{"key": key, "does": does} for key, does in KEYS]})


@get("/help/{topic:str}", sync_to_thread=True)
def topic(visit: Guest, topic: FromPath[str]) -> Answer:
    """One page of the guide. Links between its pages lead within the help."""
    name = topic.removesuffix(".md")
    if name not in {one["topic"] for one in _topics()}:
        raise visit.missing(f"the guide has no page {name}")
    document: dict[str, Any] = {"topic": name, "title": _title(name), "topics": _topics(), "markdown": _read(name)}
    return visit.show("help.html.j2", document, pictures={"text": _rendered(name)})


@cache
def tour() -> dict[str, list[dict[str, Any]]]:
    """What ``tour.toml`` holds: stops, chapters and words, each with its two sentences in every language."""
    return tomllib.loads((resources.files("ringtrace.web") / "tour.toml").read_text("utf-8"))


def told_in(part: str, code: str) -> list[tuple[str, str]]:
    """Return the two sentences of everything in ``part`` of the tour; English where a language says nothing."""
    return [tuple(one.get(code, one[SOURCE])) for one in tour()[part]]


def _stops(visit: Visit, code: str) -> Iterator[tuple[str, str, tuple[str, str]]]:
    """Yield (address, the menu's label or "", sentences) of each page that this visitor may open, in their order."""
    labels = {url: label for _, label, url, _ in visit.places}
    for stop, told in zip(tour()["stops"], told_in("stops", code), strict=True):
        page = stop["page"]
        if page in labels or (page not in {url for _, _, url, _ in menu()} and visit.may(f"GET {page}")):
            yield page, labels.get(page, ""), told


def _folder() -> Path:
    """Where the guide lies: in the installed package, else in the source tree."""
    packed = Path(str(resources.files("ringtrace.web"))) / "guide"
    return packed if packed.is_dir() else Path(__file__).parents[4] / "docs"


@cache
def _topics() -> tuple[dict[str, str], ...]:
    names = sorted(path.stem for path in _folder().glob("*.md"))
    first = [name for name in ("workbench", "index") if name in names]
    return tuple({"topic": name, "title": _title(name)} for name in [*first, *(n for n in names if n not in first)])


@cache
def _title(name: str) -> str:
    return _read(name).partition("\n")[0].lstrip("# ").strip() or name


def _read(name: str) -> str:
    return (_folder() / f"{name}.md").read_text("utf-8")


@cache
def _rendered(name: str) -> Markup:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": False}).enable("table").render(_read(name))
    made = re.sub(r"<(pre|table)>", r'<\1 tabindex="0">', made)  # wide ones scroll, by the keyboard, too
    made = re.sub(r'<a href="(design/[^"]*)">([^<]*)</a>', r"\2 (docs/\1)", made)  # logs are no pages of the help
    return Markup(made)  # noqa: S704  our own guide, HTML in it switched off


HANDLERS = [contents, keys, topic]
