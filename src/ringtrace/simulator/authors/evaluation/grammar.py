"""A small grammar: rules in TOML, alternatives written as one string each.

``{rule}`` names another rule, ``[a|b|]`` is a choice on the spot (it nests), ``<slot:argument>`` is a
place that somebody else fills, everything else is literal. ``Grammar.expand`` gives a flat list of
literals and slots; one expansion may be filled many times, which is how templated posts arise.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a text that is filled when the text is spoken; ``!fact`` slots are silent."""

    name: str
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """A call of another rule."""

    name: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Alternatives of equal weight."""

    options: tuple[tuple[Node, ...], ...]


Node = str | Slot | Rule | Choice
Token = str | Slot


class GrammarError(ValueError):
    """A rule that is not there, or a bracket that never closes."""


class _Parser:
    """Reads one alternative; a position that only moves forward."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def sequence(self, stops: str) -> tuple[Node, ...]:
        nodes: list[Node] = []
        literal: list[str] = []
        while self.at < len(self.text) and self.text[self.at] not in stops:
            sign = self.text[self.at]
            if sign not in "{[<":
                literal.append(sign)
                self.at += 1
                continue
            if literal:
                nodes.append("".join(literal))
                literal = []
            nodes.append(self.choice() if sign == "[" else self.named(sign))
        if literal:
            nodes.append("".join(literal))
        return tuple(nodes)

    def named(self, sign: str) -> Node:
        close = self.text.find("}" if sign == "{" else ">", self.at)
        if close < 0:
            raise GrammarError(f"unclosed {sign} in {self.text!r}")
        name = self.text[self.at + 1 : close]
        self.at = close + 1
        if sign == "{":
            return Rule(name)
        head, _, argument = name.partition(":")
        return Slot(head, argument)

    def choice(self) -> Choice:
        self.at += 1
        options = [self.sequence("|]")]
        while self.at < len(self.text) and self.text[self.at] == "|":
            self.at += 1
            options.append(self.sequence("|]"))
        if self.at >= len(self.text):
            raise GrammarError(f"unclosed [ in {self.text!r}")
        self.at += 1
        return Choice(tuple(options))


def parse(text: str) -> tuple[Node, ...]:
    """The nodes of one alternative."""
    return _Parser(text).sequence("")


class Grammar:
    """Rules by name. Raises GrammarError for a call of a rule that does not exist."""

    def __init__(self, rules: dict[str, list[str]]) -> None:
        self.source = rules
        self.rules = {name: [parse(text) for text in options] for name, options in rules.items()}
        for name, options in self.rules.items():
            for option in options:
                self._check(name, option)

    def _check(self, name: str, nodes: tuple[Node, ...]) -> None:
        for node in nodes:
            if isinstance(node, Rule) and node.name not in self.rules:
                raise GrammarError(f"{name} calls {node.name}, which is not there")
            if isinstance(node, Choice):
                for option in node.options:
                    self._check(name, option)

    def expand(self, name: str, rng: Random) -> list[Token]:
        """One derivation of a rule."""
        if name not in self.rules:
            raise GrammarError(f"no rule {name}")
        tokens: list[Token] = []
        self._walk(rng.choice(self.rules[name]), rng, tokens)
        return tokens

    def _walk(self, nodes: tuple[Node, ...], rng: Random, tokens: list[Token]) -> None:
        for node in nodes:
            if isinstance(node, str | Slot):
                tokens.append(node)
            elif isinstance(node, Rule):
                self._walk(rng.choice(self.rules[node.name]), rng, tokens)
            else:
                self._walk(rng.choice(node.options), rng, tokens)


@cache
def load(*names: str) -> Grammar:
    """The grammar in data/NAME.toml; rules of later files come on top of earlier ones."""
    rules: dict[str, list[str]] = {}
    for name in names:
        data = tomllib.loads((FOLDER / "data" / f"{name}.toml").read_text("utf-8"))
        for key, options in data.items():
            rules.setdefault(key, []).extend(options)
    return Grammar(rules)


@cache
def words(name: str) -> dict[str, list[str]]:
    """Plain word lists of data/NAME.toml."""
    data: dict[str, list[str]] = tomllib.loads((FOLDER / "data" / f"{name}.toml").read_text("utf-8"))
    return data
