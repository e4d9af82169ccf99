"""How a handle is written so that a filter misses it: families of disguise over digits and letters."""

from __future__ import annotations

from random import Random
from typing import Any

from ringtrace.simulator.authors.second.phrase import load_table

_WHITE = "\u200b\u200c\u200d\u2060\ufeff"


def families(kind: str, language: str) -> tuple[str, ...]:
    """The families that can be used on values of a kind in texts of a language, besides "plain"."""
    table = load_table("guises")["families"]
    wanted: list[str] = table.get(f"{kind}-{language}", table["letters"])
    return tuple(wanted)


def disguise(dice: Random, value: str, family: str) -> str:
    """Return ``value`` (as it would be typed plainly) in one family's clothes."""
    if family in ("plain", "cue"):
        return value
    table = load_table("guises")
    if family in table["digits"]:
        return _by_digit(dice, value, table["digits"][family])
    if family == "mixture":
        return "".join(_one_of_several(dice, char, table) for char in value)
    if family == "swapped":
        return _swapped(dice, value, table)
    return _spread(dice, value, family, table)


def _by_digit(dice: Random, value: str, forms: list[str]) -> str:
    """Each digit by its form; forms: ten strings, each a list of variants by blanks."""
    joint = " " if len(forms[1].split()[0]) > 2 and forms[1].split()[0].isascii() else ""
    return joint.join(dice.choice(forms[int(char)].split()) if char in "0123456789" else char for char in value)


def _one_of_several(dice: Random, char: str, table: dict[str, Any]) -> str:
    if char not in "0123456789" or dice.random() < 0.35:
        return char
    forms: list[str] = table["digits"][dice.choice(("wide", "hanzi", "ringed", "capital"))]
    return dice.choice(forms[int(char)].split())


def _swapped(dice: Random, value: str, table: dict[str, Any]) -> str:
    """Characters replaced by those of another script that look the same."""
    swaps: dict[str, str] = table["swaps"]
    hidden = [char if char not in swaps or dice.random() < 0.35 else dice.choice(swaps[char].split()) for char in value]
    return "".join(hidden)


def _spread(dice: Random, value: str, family: str, table: dict[str, Any]) -> str:
    """Something put between groups of characters, or a blank, a line break, nothing visible."""
    if family == "unseen":
        return "".join(char + (dice.choice(_WHITE) if dice.random() < 0.4 else "") for char in value[:-1]) + value[-1]
    between: str = dice.choice(table["between"][family].split()) if family in table["between"] else " "
    if family == "broken":
        between = "\n"
    if family == "worded":
        return value.replace("@", f" {dice.choice(('at', '(at)', '[at]'))} ").replace(
            ".", dice.choice((" dot ", " . "))
        )
    step = dice.choice((1, 1, 2, 3, 4)) if family in ("spaced", "dotted") else dice.choice((3, 4))
    cuts = [value[at : at + step] for at in range(0, len(value), step)]
    return between.join(cuts)
