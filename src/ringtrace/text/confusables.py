"""What one character becomes when it is folded, and when a look-alike letter counts as Latin."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources

from ringtrace.text.lexicon import documents

_KEPT_CONTROLS = {
    "\n": "\n",
    "\t": " ",
    "\r": " ",
    "\v": "\n",
    "\f": "\n",
    "\x85": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
}
_MARKS = ((0x300, 0x36F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F))
# Fillers and selectors that are no format characters (category Cf) and yet show nothing.
_INVISIBLE = frozenset(
    (
        0x34F,
        0x115F,
        0x1160,
        0x17B4,
        0x17B5,
        0x3164,
        0xFFA0,
        *range(0x180B, 0x1810),
        *range(0xFE00, 0xFE10),
        *range(0xE0100, 0xE01F0),
        *range(0x1F3FB, 0x1F400),
    )
)
_MANY_LETTERS = frozenset("ⅱⅲⅳⅵⅶⅷⅸⅺⅻⅡⅢⅣⅥⅦⅧⅨⅪⅫ")
_NUMERAL_BLOCKS = ((0x3021, 0x3029), (0x2460, 0x249B), (0x24EA, 0x24FF), (0x2776, 0x2793), (0x1F100, 0x1F10C))
_RODS = (0x1D360, 0x1D378)


class _Characters(dict[int, str]):
    """A ``str.translate`` table that works each character out when it is first met.

    uneven: the characters met so far that do not become exactly one character.
    same:   the characters met so far that stay as they are. What a character becomes stays as it is.
    """

    def __init__(self) -> None:
        super().__init__()
        self.uneven: set[str] = set()
        self.same: set[str] = set()
        self._chosen = {**_simplified(), **_letters("latin"), **_letters("punctuation"), **_letters("digit")}

    def __missing__(self, point: int) -> str:
        char = chr(point)
        made = self._settle(char)
        if len(made) != 1:
            self.uneven.add(char)
        if made == char:
            self.same.add(char)
        self[point] = made
        return made

    def changed(self, shown: set[str]) -> list[str]:
        """Return those of the characters shown that become something else, in order."""
        return sorted(char for char in shown.difference(self.same) if self[ord(char)] != char)

    def _settle(self, char: str) -> str:
        made = char
        for _ in range(8):
            again = "".join(map(self._one, made))
            if again == made:
                break
            made = again
        return made

    def _one(self, char: str) -> str:
        """Return what one character is read as; half a surrogate pair is a character nobody can read."""
        point = ord(char)
        if char in _KEPT_CONTROLS:
            return _KEPT_CONTROLS[char]
        if char in self._chosen:
            return self._chosen[char]
        digit = _digit(char)
        if digit is not None:
            return digit
        if point in _INVISIBLE or any(low <= point <= high for low, high in _MARKS):
            return ""
        category = unicodedata.category(char)
        return _OF_CATEGORY[category] if category in _OF_CATEGORY else _letter(char)


_OF_CATEGORY = {"Cf": "", "Cc": "", "Zs": " ", "Cs": "\ufffd"}
"""Unicode categories that are read alike: formats, controls, blanks, half surrogates."""


def _letter(char: str) -> str:
    """Return a character's compatible form in lower case, Latin letters apart from their marks."""
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 3 and plain[0] == "(" and plain[2] == ")":
        plain = plain[1]
    base = unicodedata.normalize("NFD", plain)
    if len(plain) == 1 and len(base) > 1 and base[0].lower() in "abcdefghijklmnopqrstuvwxyz":
        plain = base
    return plain.lower()


def _digit(char: str) -> str | None:
    """Return the decimal digits that a character shows by itself, or None."""
    point = ord(char)
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    if char in _MANY_LETTERS or any(low <= point <= high for low, high in _NUMERAL_BLOCKS):
        value = unicodedata.numeric(char, None)
        return None if value is None else str(int(value))
    if _RODS[0] <= point <= _RODS[1]:
        value = unicodedata.numeric(char, None)
        return None if value is None else str(int(value))[0]
    return None


def _letters(section: str) -> dict[str, str]:
    """Return shown character -> letter of one section of ``confusable.*.toml``."""
    return {
        char: target
        for _, document in documents("confusable")
        for target, shown in document.get(section, {}).items()
        for char in shown
        if char != target
    }


def _simplified() -> dict[str, str]:
    """Return traditional -> simplified, single characters, from the table that OpenCC ships."""
    table = resources.files("opencc") / "dictionary" / "TSCharacters.txt"
    pairs = (line.split("\t") for line in table.read_text("utf-8").splitlines() if "\t" in line)
    return {left: right.split(" ")[0] for left, right in pairs if len(left) == 1}


CHARACTERS = _Characters()


@cache
def mixed_letters() -> frozenset[str]:
    """Return the letters that look like Latin ones and are such by their company; see ``settle_scripts``."""
    return frozenset(_letters("mixed"))


@cache
def _scripts() -> tuple[dict[int, str], re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    mixed = _letters("mixed")
    alike = re.escape("".join(sorted(mixed)))
    foreign = "\u0370-\u03ff\u0400-\u052f\u0530-\u058f"
    return (
        {ord(char): target for char, target in mixed.items()},
        re.compile(f"[{alike}]"),
        re.compile(f"[{foreign}a-z0-9_]+"),
        re.compile(f"(?![{alike}])[{foreign}]"),
    )


def settle_scripts(text: str) -> str:
    """Return ``text`` with look-alike Cyrillic, Greek and Armenian letters as Latin ones.

    Only in runs that hold a Latin letter or a digit, or everywhere when the text has no letter of
    these scripts but look-alikes. The length never changes.
    """
    if text.isascii():
        return text
    table, alike, run, proper = _scripts()
    if alike.search(text) is None:
        return text
    everywhere = proper.search(text) is None

    def settle(match: re.Match[str]) -> str:
        word = match.group()
        return word.translate(table) if everywhere or re.search("[a-z0-9]", word) else word

    return run.sub(settle, text)
