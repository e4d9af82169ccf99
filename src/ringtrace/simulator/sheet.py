"""What a look draws: one page of a thread or listing, with words already escaped."""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import datetime

Quote = tuple[str, str, int, str]
"""Who said it, when as the engine writes it, its post id, the words."""


@dataclass(frozen=True, slots=True)
class Said:
    """One post on a page. body: HTML. floor: 1 for the opening post. quoted: (who, when, pid, words)."""

    pid: int
    floor: int
    name: str
    uid: int
    at: datetime
    body: str
    posts: int
    joined: str
    staff: bool = False
    quoted: Quote | None = None


@dataclass(frozen=True, slots=True)
class ThreadSheet:
    """One page of a thread. sheet counts from 1, of ``sheets``; related: titles beside it."""

    site: str
    host: str
    board: str
    title: str
    tid: int
    sheet: int
    sheets: int
    language: str
    charset: str
    said: tuple[Said, ...]
    related: tuple[str, ...] = ()


def escaped(text: str) -> str:
    """HTML character data: markup escaped, newlines as ``<br />``."""
    return html.escape(text, quote=False).replace("\n", "<br />\n")


def encoded(page: str, charset: str) -> bytes:
    """The page's bytes; characters that the charset lacks become numeric references, as browsers post them.

    Big5: so do characters (kana) that Python's table and the one of browsers put at different codes.
    """
    if charset == "big5":
        page = page.translate({ord(char): f"&#{ord(char)};" for char in sorted(set(page)) if not _same_big5(char)})
    return page.encode(charset, "xmlcharrefreplace")


def _same_big5(char: str) -> bool:
    try:
        return char.encode("big5").decode("big5hkscs") == char
    except UnicodeError:
        return False
