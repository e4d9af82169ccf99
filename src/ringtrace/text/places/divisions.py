"""Divisions of China by their dated codes, countries and their parts: the tables under ``jurisdictions/``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Division:
    """One name that one code held. start, stop: "YYYY-MM", stop exclusive, "" = open."""

    code: str
    name: str
    short: str
    roman: str
    start: str
    stop: str


@cache
def table(name: str) -> Mapping[str, Any]:
    """Return ``jurisdictions/<name>.toml``; its ``table`` string holds tab-separated rows."""
    return tomllib.loads((resources.files("ringtrace") / "jurisdictions" / f"{name}.toml").read_text("utf-8"))


@cache
def divisions() -> tuple[Division, ...]:
    """Return every (code, name) of GB/T 2260 since 1980 that the data holds, by code."""
    rows = (line.split("\t") for line in table("cn-divisions")["table"].splitlines() if line)
    return tuple(Division(*(row + [""] * (6 - len(row)))[:6]) for row in rows)


@cache
def names() -> Mapping[str, tuple[str, str]]:
    """Return code -> (Chinese or native name, English name) for every place now valid."""
    found = {d.code: (d.name, d.roman) for d in divisions() if not d.stop}
    for line in table("iso-countries")["table"].splitlines():
        code, english, chinese = line.split("\t")
        found[code] = (chinese, english)
    for line in table("iso-divisions")["table"].splitlines():
        code, forms = line.split("\t")
        found[code] = (forms.split("|")[0], forms.split("|")[-1])
    for line in table("world-names")["table"].splitlines():
        code, forms = line.split("\t")
        found.setdefault(code, (forms.split("|")[0], next((f for f in forms.split("|") if f.isascii()), code)))
    return found


def parent(code: str) -> str:
    """Return the code one level up: 510115 -> 510100 -> 510000 -> CN; US-GA -> US; "" at the top."""
    if len(code) == 6 and code.isdigit():
        return code[:4] + "00" if code[4:] != "00" else code[:2] + "0000" if code[2:] != "0000" else "CN"
    return code.partition("-")[0] if "-" in code else ""


def contains(outer: str, inner: str) -> bool:
    """Whether ``outer`` is ``inner`` or lies above it."""
    while inner:
        if inner == outer:
            return True
        inner = parent(inner)
    return False
