"""Display names: nicknames as people of 2013 chose them, in Chinese and English."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from importlib import resources


@cache
def word_list(name: str) -> tuple[str, ...]:
    """The words of a list in ``words/names.toml``."""
    text = (resources.files("ringtrace.simulator.authors.fifth") / "words" / "names.toml").read_text("utf-8")
    return tuple(tomllib.loads(text)[name].split())


class Names:
    """Gives names; ``fresh`` gives one that the scope has not seen."""

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self._seen: dict[str, set[str]] = {}

    def draw(self, language: str) -> str:
        dice = self._dice
        roll = dice.random()
        if language == "en":
            if roll < 0.25:
                return dice.choice(word_list("en_loose")) + dice.choice(("", "", str(dice.randint(1, 99))))
            return (
                dice.choice(word_list("en_first"))
                + dice.choice(("", " ", " ", "_"))
                + dice.choice(word_list("en_last"))
            )
        if roll < 0.2:
            return dice.choice(word_list("kin")) + dice.choice(word_list("roles"))
        if roll < 0.3:
            return (
                dice.choice(word_list("last"))
                + dice.choice("。.~丶灬")
                + dice.choice(("", dice.choice(word_list("first"))))
            )
        return (
            dice.choice(word_list("first"))
            + dice.choice(word_list("last"))
            + (dice.choice("123456789") if roll > 0.9 else "")
        )

    def fresh(self, scope: str, wish: str, language: str) -> str:
        """Return ``wish`` or, where the scope has it already, another name."""
        seen = self._seen.setdefault(scope, set())
        name = wish
        while name in seen:
            name = self.draw(language)
            if len(seen) > 400:
                name += str(self._dice.randint(10, 9999))
        seen.add(name)
        return name
