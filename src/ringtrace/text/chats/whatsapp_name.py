"""The name of a chat from what WhatsApp calls its exports, in any language."""

from __future__ import annotations

import re
from functools import cache

from ringtrace.model.source import Source
from ringtrace.text import lexicon
from ringtrace.text.chats.whatsapp_header import BLANKS, MARKS

_COPY_MARK = re.compile(r" ?\([0-9]{1,2}\)$")


def container_name(source: Source) -> str:
    """Return the chat's name from member path or evidence name, in any language WhatsApp names files."""
    for path in (source.member, source.name):
        if found := name_in_path(path):
            return found
    for path in (source.member, source.name):
        for part in reversed(path.split("/")):
            stem = _stem(part)
            if stem and stem != "_chat":
                return stem
    return source.name


def name_in_path(path: str) -> str:
    for part in reversed(path.split("/")):
        stem = _stem(part)
        for before, after in _file_patterns():
            if stem.startswith(before) and stem.endswith(after) and len(stem) > len(before) + len(after):
                return stem[len(before) : len(stem) - len(after)].strip()
    return ""


def _stem(part: str) -> str:
    base, dot, ending = part.rpartition(".")
    stem = base if dot and ending.lower() in ("txt", "zip") else part
    return _COPY_MARK.sub("", stem.translate(BLANKS).strip(MARKS + " "))


@cache
def _file_patterns() -> tuple[tuple[str, str], ...]:
    terms = lexicon.load("chat_whatsapp")["file_name"]
    return tuple((before, after) for before, _, after in (term.partition("{name}") for term in terms))
