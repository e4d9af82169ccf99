"""Folded layers for lookup; the original is never rewritten.

A folded layer is a string and a short list of places where it left the original's step: for most
posts that list is empty, for a post with a few emoji it has a few entries. Every position of the
layer can be brought back to code points of the original.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from ringtrace.text.confusables import CHARACTERS, mixed_letters, settle_scripts

Edit = tuple[int, int, str]
# Up to so many distinct characters, replacing them one by one is faster than a translate table.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back to the original.

    original: the text that was folded.
    text:     the folded text, for matching only.
    steps:    positions in ``text``, ascending, where the way back changes; from ``steps[i]`` on
              ``homes[i]`` is the original's position, and ``widths[i]`` is 0 while both advance
              together, else the length of the original stretch behind all of that run.
    """

    original: str
    text: str
    steps: tuple[int, ...] = ()
    homes: tuple[int, ...] = ()
    widths: tuple[int, ...] = ()

    def origin(self, start: int, stop: int) -> tuple[int, int]:
        """Return the original's code-point range behind ``text[start:stop]`` (code points).

        The range begins with the first and ends with the last character that left something in the
        stretch; what was dropped in between lies inside. An empty stretch gives an empty range.
        """
        if not self.steps:
            return start, stop
        first = self._home(start)[0]
        return (first, self._home(stop - 1)[1]) if stop > start else (first, first)

    def rewrite(self, edits: Iterable[Edit]) -> Folded:
        """Return the layer with each ``text[start:stop]`` replaced; edits are sorted, disjoint.

        Every character of a replacement goes back to the whole stretch that it replaces.
        """
        pieces: list[str] = []
        steps: list[int] = []
        homes: list[int] = []
        widths: list[int] = []
        at = done = 0
        for start, stop, replacement in [*edits, (len(self.text), len(self.text), "")]:
            for place, home, width in self._runs(done, start):
                steps.append(at + place - done)
                homes.append(home)
                widths.append(width)
            pieces += (self.text[done:start], replacement)
            at += start - done
            if replacement:
                low, high = self.origin(start, stop)
                steps.append(at)
                homes.append(low)
                widths.append(high - low)
                at += len(replacement)
            done = stop
        return Folded(self.original, "".join(pieces), tuple(steps), tuple(homes), tuple(widths))

    def _home(self, place: int) -> tuple[int, int]:
        index = bisect_right(self.steps, place) - 1
        if index < 0:
            return place, place + 1
        home, width = self.homes[index], self.widths[index]
        if width:
            return home, home + width
        shifted = home + place - self.steps[index]
        return min(shifted, len(self.original)), shifted + 1

    def _runs(self, start: int, stop: int) -> Iterable[tuple[int, int, int]]:
        """Yield (place, home, width) for the runs that cover ``text[start:stop]``."""
        if start >= stop:
            return
        index = bisect_right(self.steps, start) - 1
        width = self.widths[index] if index >= 0 else 0
        yield start, self._home(start)[0], width
        for later in range(index + 1, bisect_right(self.steps, stop - 1)):
            yield self.steps[later], self.homes[later], self.widths[later]


def fold(text: str) -> Folded:
    """Return the folded layer of ``text``.

    Compatibility forms, other scripts' digits, circled and keycap digits, letters of fancy
    alphabets and accents are levelled, invisible characters dropped, traditional characters
    simplified, letters lower case; look-alike Cyrillic and Greek letters become Latin where their
    run shows that Latin is meant. Folding a folded text changes nothing.
    """
    shown = set(text)
    changed = CHARACTERS.changed(shown)
    level = text
    if changed and (len(changed) > _FEW or text.isascii()):
        level = text.translate(CHARACTERS)
    else:
        for char in changed:
            level = level.replace(char, CHARACTERS[ord(char)])
    if CHARACTERS.uneven.isdisjoint(changed):
        return Folded(text, settle_scripts(level))
    return Folded(text, settle_scripts(level), *_steps(text))


def fold_all(texts: Sequence[str]) -> list[Folded]:
    """Return ``fold`` of each text; where characters become one character each, all texts are folded together."""
    whole = np.frombuffer("\n".join((*texts, "")).encode("utf-32-le", "surrogatepass"), np.uint32)
    levels = _levels()
    shown = levels[whole]
    unknown = np.unique(whole[shown == _UNKNOWN])
    if len(unknown):
        levels[unknown] = [_level(chr(point)) for point in unknown.tolist()]
        shown = levels[whole]
    ends = np.cumsum(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts)))
    alone = np.logical_or.reduceat(shown == _ALONE, np.concatenate(([0], ends[:-1]))) if len(texts) else ends
    level = np.where(shown == _ALONE, np.uint32(ord(" ")), shown).tobytes().decode("utf-32-le")
    found: list[Folded] = []
    start = 0
    for text, stop, apart in zip(texts, ends.tolist(), alone.tolist(), strict=True):
        found.append(fold(text) if apart else Folded(text, level[start : stop - 1]))
        start = stop
    return found


_UNKNOWN, _ALONE = 0xFFFFFFFF, 0xFFFFFFFE
"""Of a character nobody has met yet; of one that makes a text be folded by itself."""


@cache
def _levels() -> npt.NDArray[np.uint32]:
    """Return code point -> what it becomes, filled as characters are met."""
    return np.full(0x110000, _UNKNOWN, np.uint32)


def _level(char: str) -> int:
    made = CHARACTERS[ord(char)]
    return ord(made) if len(made) == 1 and made not in mixed_letters() else _ALONE


def _steps(text: str) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    steps: list[int] = []
    homes: list[int] = []
    widths: list[int] = []
    at = done = 0
    for place, char in enumerate(text):
        if char not in CHARACTERS.uneven:
            continue
        at += place - done
        made = len(CHARACTERS[ord(char)])
        if made:
            steps.append(at)
            homes.append(place)
            widths.append(1)
            at += made
        done = place + 1
        steps.append(at)
        homes.append(done)
        widths.append(0)
    return tuple(steps), tuple(homes), tuple(widths)
