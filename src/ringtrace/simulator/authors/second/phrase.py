"""A small phrase book: rules written as data, expanded by chance into words.

``{name}`` is another rule or a slot, ``{name:arg}`` a slot with an argument, ``{!price}`` a fact
that the words around it state, ``<a|b|>`` one of several. In a table ``[w.*]`` every value is a list
of plain words (by blanks in Chinese, by commas in English), elsewhere one phrase a line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A rule or slot by name; fact marks are slots called "!" with the fact as argument."""

    name: str
    arg: str = ""


@dataclass(frozen=True, slots=True)
class Pick:
    """One of several phrases."""

    options: tuple[Phrase, ...]


Phrase = tuple["str | Ref | Pick", ...]
Book = dict[str, tuple[Phrase, ...]]


@cache
def load_book(language: str) -> Book:
    """Return every rule of ``words/<language>-*.toml``. Raises ValueError on a broken phrase."""
    book: Book = {}
    for part in sorted(_files(), key=lambda item: item[0]):
        name, text = part
        if name.startswith(language + "-"):
            for key, lines in _rules(tomllib.loads(text), "", language):
                book[key] = book.get(key, ()) + tuple(parse(line) for line in lines)
    return book


@cache
def load_table(name: str) -> dict[str, Any]:
    """Return ``words/<name>.toml`` as it is."""
    return tomllib.loads(dict(_files())[f"{name}.toml"])


@cache
def _files() -> tuple[tuple[str, str], ...]:
    folder = resources.files(__package__) / "words"
    return tuple((item.name, item.read_text("utf-8")) for item in folder.iterdir() if item.name.endswith(".toml"))


def _rules(table: dict[str, Any], prefix: str, language: str) -> Iterator[tuple[str, list[str]]]:
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _rules(value, f"{name}.", language)
        elif name.startswith("w."):
            yield name[2:], [word.strip() for word in (value.split() if language == "zh" else value.split(","))]
        else:
            yield name, [line for line in value.splitlines() if line.strip()]


def parse(text: str) -> Phrase:
    """Read one phrase. Raises ValueError where a bracket is missing."""
    nodes, at = _sequence(text, 0, "")
    if at != len(text):
        raise ValueError(f"stray {text[at]!r} at {at} in {text!r}")
    return nodes


def _sequence(text: str, at: int, ends: str) -> tuple[Phrase, int]:
    nodes: list[str | Ref | Pick] = []
    plain: list[str] = []
    while at < len(text) and text[at] not in (ends or ">"):
        if text[at] not in "{<":
            plain.append(text[at])
            at += 1
            continue
        if plain:
            nodes.append("".join(plain))
            plain.clear()
        node, at = _slot(text, at) if text[at] == "{" else _pick(text, at)
        nodes.append(node)
    if plain:
        nodes.append("".join(plain))
    return tuple(nodes), at


def _slot(text: str, at: int) -> tuple[Ref, int]:
    stop = text.find("}", at)
    if stop < 0:
        raise ValueError(f"no }} after {at} in {text!r}")
    inner = text[at + 1 : stop]
    if inner.startswith("!"):
        return Ref("!", inner[1:]), stop + 1
    name, _, arg = inner.partition(":")
    return Ref(name, arg), stop + 1


def _pick(text: str, at: int) -> tuple[Pick, int]:
    options = []
    while True:
        option, at = _sequence(text, at + 1, "|>")
        options.append(option)
        if at >= len(text):
            raise ValueError(f"no > in {text!r}")
        if text[at] == ">":
            return Pick(tuple(options)), at + 1


def references(phrase: Phrase) -> Iterator[Ref]:
    """Every rule or slot that a phrase names."""
    for node in phrase:
        if isinstance(node, Ref):
            yield node
        elif isinstance(node, Pick):
            for option in node.options:
                yield from references(option)
