"""How a handle is hidden: one function a family, digits in, surface out. Tables are in ``words/disguise.toml``.

Each returns the surface for the handle's characters, or None where the family cannot write it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from random import Random

from ringtrace.simulator.authors.third.wordfile import load_words

_TABLES: Mapping[str, list[str]] = load_words("disguise.toml")["digits"]
_MARKS: Mapping[str, list[str]] = load_words("disguise.toml")["marks"]
_TWINS: Mapping[str, str] = load_words("disguise.toml")["twins"]


def _by_table(family: str) -> Callable[[str, Random], str | None]:
    table = _TABLES[family]

    def write(handle: str, dice: Random) -> str | None:
        if not handle.isdigit():
            return None
        return "".join(dice.choice(table[int(digit)].split("|")) for digit in handle)

    return write


def _fullwidth(handle: str, dice: Random) -> str | None:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in handle)


def _mixed(handle: str, dice: Random) -> str | None:
    """Some digits as they are, the others from two tables."""
    if not handle.isdigit():
        return None
    tables = [_TABLES[family] for family in dice.sample(sorted(set(_TABLES) - {"bold"}), 2)]
    out = [d if dice.random() < 0.5 else dice.choice(dice.choice(tables)[int(d)].split("|")) for d in handle]
    at = dice.randrange(len(handle))
    out[at] = tables[0][int(handle[at])].split("|")[0]
    return "".join(out)


def _groups(handle: str, dice: Random) -> list[str]:
    size = dice.choice((1, 2, 3, 4))
    return [handle[at : at + size] for at in range(0, len(handle), size)]


def _separators(handle: str, dice: Random) -> str | None:
    marks = _MARKS["separators"] if handle.isdigit() else _MARKS["gaps"]
    return dice.choice(marks).join(_groups(handle, dice))


def _filler(handle: str, dice: Random) -> str | None:
    """Chinese characters that mean nothing between groups of digits."""
    if not handle.isdigit():
        return None
    words = _MARKS["fillers"]
    pieces = [handle[at : at + 3] for at in range(0, len(handle), 3)]
    return "".join(piece + (dice.choice(words) if at < len(pieces) - 1 else "") for at, piece in enumerate(pieces))


def _invisible(handle: str, dice: Random) -> str | None:
    return dice.choice(_MARKS["invisible"]).join(_groups(handle, dice))


def _lookalike(handle: str, dice: Random) -> str | None:
    if not any(char in _TWINS for char in handle):
        return None
    return "".join(_TWINS.get(char, char) if dice.random() < 0.8 else char for char in handle)


def _lines(handle: str, dice: Random) -> str | None:
    cut = sorted(dice.sample(range(2, len(handle) - 1), 2 if len(handle) > 8 else 1))
    edges = [0, *cut, len(handle)]
    return "\n".join(handle[a:b] for a, b in pairwise(edges))


FAMILIES: Mapping[str, Callable[[str, Random], str | None]] = {
    **{family: _by_table(family) for family in _TABLES},
    "fullwidth": _fullwidth, "mixed": _mixed, "separators": _separators, "filler": _filler,
    "invisible": _invisible, "lookalike": _lookalike, "lines": _lines,
}  # fmt: skip


def disguised(handle: str, family: str, dice: Random) -> str | None:
    """Return the handle's surface in that family, or None where it changes nothing."""
    surface = FAMILIES[family](handle, dice)
    return None if surface == handle else surface
