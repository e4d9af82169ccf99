"""What a start tag says by itself: attributes, class words, whether it hides, what it marks.

A page repeats few tags many times, and the pages of a site the same ones, so each is looked at once.
The words are data: ``lexicons/page_class.toml``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from ringtrace.text import lexicon
from ringtrace.text.pages.tags import IMPLIED, P_CLOSERS, SPECIAL, VOID

_SHORT = 400
_JOINT_NAMES = 30  # class and id of so few characters hold at most 16 names together
_NAME = re.compile(r"[^ \t\n\r\f/]*+")
_ATTRIBUTE = re.compile(
    r"([^ \t\n\r\f/>=\"'][^ \t\n\r\f/>=]*+)"
    r"(?:[ \t\n\r\f]*+=[ \t\n\r\f]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^ \t\n\r\f>]*+)))?"
)
_MAY_HIDE = re.compile(r"hidden|display|visibility|font-size", re.IGNORECASE)
_HIDING_STYLE = re.compile(r"display:none|visibility:(?:hidden|collapse)|font-size:0(?:px|pt|em|rem|%)?(?:;|!|$)")
_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_ONE_DIGIT = str.maketrans("123456789", "000000000")  # numbers part words, whichever they are
_TIME_ATTRIBUTES = frozenset(("datetime", "title", "data-time-string", "data-date"))
HIDDEN_TAGS = frozenset(
    (
        "script", "style", "template", "noscript", "head", "select", "datalist", "iframe", "object", "svg", "math",
        "noembed",
    )
)  # fmt: skip
_OWN = {
    "nav": "navigation", "header": "page header", "footer": "page footer", "aside": "beside the main part",
    "head": "head", "script": "script", "style": "style", "form": "form", "noscript": "hidden text",
    "template": "hidden text", "iframe": "embedded frame", "select": "form", "svg": "drawing", "figcaption": "caption",
}  # fmt: skip
_NO_FURNITURE = frozenset(("body", "html", "main", "article"))
_FURNITURE = ("advertising", "navigation", "related", "furniture", "caption")
_NO_CONTENT = frozenset(_FURNITURE)
_MOST_LOOKS = 16_384
_SAID = {"related": "related headlines", "furniture": "page furniture"}
_VALUES = {"price": "price", "pricerange": "price", "telephone": "contact", "email": "contact"}
_NOTHING: Mapping[str, str] = MappingProxyType({})
_NONE: frozenset[str] = frozenset()


@cache
def class_words(concept: str) -> frozenset[str]:
    """Return the class and id words of a concept of the page_class lexicon."""
    return frozenset(lexicon.load("page_class").get(concept, ()))


@cache
def _concepts_by_word() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for concept in lexicon.load("page_class"):
        for word in class_words(concept):
            found.setdefault(word, set()).add(concept)
    return {word: frozenset(concepts) for word, concepts in found.items()}


def raw_attributes(raw: str) -> dict[str, str]:
    """Return attribute name (lower case) -> value in units; the first of a name counts."""
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(raw):
        found.setdefault(name.lower(), double or single or bare)
    return found


@lru_cache(maxsize=16_384)
def _words_of(names: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return (words, concepts) of class names or ids: lower-case words and each name as a whole."""
    words: set[str] = set()
    for name in names.split()[:16]:
        parts = [part.lower() for part in _CAMEL.findall(name[:80])]
        words.update(parts)
        words.add("".join(parts))
    known = _concepts_by_word()
    return frozenset(words), frozenset(concept for word in words for concept in known.get(word, ()))


class Look:
    """What the tags that read alike have in common; never changed, for pages share it.

    name: the tag as written; tag: in lower case. raw: the attributes in units. attributes: name
    (lower case) -> value, references resolved, the first of a name counts. tokens: lower-case words of class and id:
    "postAuthor_12" gives {"post", "author", "postauthor"}. concepts: of the page_class lexicon that
    these words name. hidden: a browser shows nothing of it. furniture: what it is when it is no
    content, else "". author: how strongly it names an author, 0, 2 weak .. 9 stated. times: whether
    an attribute may state a time. states_article: it says to hold an article.
    value: "price" or "contact" when it says that it holds one, else "".
    odd_quotes: a value may hold ``>``. closes_p, closes: the open elements that it closes, if they are
    open. simple: it does nothing else but open, or with void open and close at once.
    """

    __slots__ = (
        "attributes", "author", "closes", "closes_p", "concepts", "furniture", "hidden", "name", "odd_quotes", "raw",
        "simple", "states_article", "tag", "times", "tokens", "value", "void",
    )  # fmt: skip

    def __init__(self, name: str, raw: str, charset: str) -> None:
        self.name = name
        self.tag = tag = name.lower()
        self.raw = raw
        self.odd_quotes = "'" in raw or bool(raw.count('"') & 1)
        self.void = tag in VOID
        self.simple = not self.odd_quotes and (self.void or tag in IMPLIED or tag not in SPECIAL)
        self.closes_p = tag in P_CLOSERS
        self.closes = _CLOSES.get(tag, ())
        self.attributes: Mapping[str, str] = _NOTHING
        self.tokens, self.concepts = _NONE, _NONE
        self.author, self.times, self.value, self.states_article = 0, False, "", False
        self.hidden = tag in HIDDEN_TAGS
        if raw:
            written = raw_attributes(raw)
            self.attributes = written
            if charset or "&" in raw:
                self.attributes = {name: decode_units(value, charset) for name, value in written.items()}
            self._read(written)
        self.furniture = self._name_furniture()

    def _read(self, written: dict[str, str]) -> None:
        """written: the attributes in units, before references are resolved."""
        raw, attributes = self.raw, self.attributes
        self.hidden = self.hidden or (
            ("style" in written or "hidden" in written) and _MAY_HIDE.search(raw) is not None and _hides(written)
        )
        names, identity = attributes.get("class", ""), attributes.get("id", "")
        if names:
            self.tokens, self.concepts = _words_of(names[:_SHORT])
        if identity:
            words, concepts = _words_of(identity[:80].translate(_ONE_DIGIT))
            self.tokens, self.concepts = self.tokens | words, self.concepts | concepts
        self.times = not _TIME_ATTRIBUTES.isdisjoint(written)
        self.states_article = attributes.get("itemprop", "").lower() == "articlebody" or attributes.get(
            "itemtype", ""
        ).lower().endswith("article")
        concepts = self.concepts
        if attributes is not written or len(names) + len(identity) > _JOINT_NAMES:
            joint = written.get("class", "")[:_SHORT] + " " + written.get("id", "")[:80]
            concepts = _words_of(joint.translate(_ONE_DIGIT))[1]
        self.author = _author(written, concepts)
        self.value = _VALUES.get(written.get("itemprop", "").lower(), "")
        if not self.value and concepts:
            if "price" in concepts:
                self.value = "price"
            elif "contact" in concepts and "author" not in concepts:
                self.value = "contact"

    def _name_furniture(self) -> str:
        own = _OWN.get(self.tag, "")
        if own:
            return own
        if self.hidden:
            return "hidden text"
        if _NO_CONTENT.isdisjoint(self.concepts) or self.tag in _NO_FURNITURE:
            return ""
        return next((_SAID.get(concept, concept) for concept in _FURNITURE if concept in self.concepts), "")


def _hides(written: dict[str, str]) -> bool:
    """Whether attributes hide their element: hidden, display:none, no size."""
    style = "".join(written.get("style", "").lower().split())
    return "hidden" in written or bool(style and _HIDING_STYLE.search(style))


def _author(written: dict[str, str], concepts: frozenset[str]) -> int:
    if written.get("data-author") or written.get("data-username"):
        return 9
    if written.get("itemprop") in ("author", "creator") or written.get("rel") == "author":
        return 8
    return 6 if "author" in concepts else 2 if "author_weak" in concepts else 0


_CLOSES = {tag: tuple(sorted(closed)) for tag, (closed, _) in IMPLIED.items()}
_shared = lru_cache(maxsize=_MOST_LOOKS)(Look)


def look_at(name: str, raw: str, charset: str) -> Look:
    """Return the look of a start tag, the same one for short tags that read alike.

    name: in any case; raw: the attributes in units; charset: "" where units are characters.
    """
    if raw.isascii():
        charset = ""
    return _shared(name, raw, charset) if len(raw) < _SHORT else Look(name, raw, charset)


class Looks(dict[str, Look]):
    """The looks of short start tags by what stands between their angle brackets, of pages in one charset."""

    def __init__(self, charset: str) -> None:
        super().__init__()
        self._charset = charset

    def look(self, inside: str) -> Look:
        """Return the look of a start tag that is not among them yet; a long one does not come in."""
        name = _NAME.match(inside)
        cut = name.end() if name else len(inside)
        found = look_at(inside[:cut], inside[cut:], self._charset)
        if len(inside) < _SHORT:
            if len(self) >= _MOST_LOOKS:
                self.clear()
            self[inside] = found
        return found


@lru_cache(maxsize=8)
def looks_in(charset: str) -> Looks:
    """Return the looks known so far of pages in a charset, "" where units are characters."""
    return Looks(charset)


def decode_units(value: str, charset: str) -> str:
    """Return units as text with references resolved; undecodable bytes become U+FFFD.

    charset: of the bytes that the units are, "" where units are characters.
    """
    if charset and not value.isascii():
        value = value.encode("latin-1").decode(charset, "replace")
    return html.unescape(value) if "&" in value else value
