"""What a text's wording says of what it does: a linear model over pieces of text, shipped as data with a version.

The concepts of a lexicon hold what somebody foresaw; what else goes with offering, wishing and going between is learned
from labelled texts of many hands (``benchmarks/phrasing.py``) and lies in ``lexicons/stance_phrasing.tsv``: a piece
a line, then how much it speaks for offer, seek and broker against none. Pieces that one hand alone uses were left out.
How far a stranger's wording can be trusted is learned by the sum that this enters (``stances.weights``), from texts
read by a model that had not seen their hand.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import resources
from itertools import repeat

from ringtrace.errors import LexiconError
from ringtrace.text.view import fold_again

FILE = "stance_phrasing.tsv"
_RUN = re.compile(r"@\S{1,40}|[a-z']+|[0-9][0-9.,]*|[\u3400-\u9fff]+|[?!]")
"""Calls by name, Latin words, numbers, runs of Chinese, marks; each alternative begins differently: linear."""
MOST_TEXT = 400
"""Code points of a text that are looked at."""
_PIECE = 3
"""A piece of Chinese has at most so many characters."""
SHORT = 40
"""Code points up to which a text's pieces are looked at together with what stands above; a longer one says it all."""
UNIT = 20.0
"""Weights are whole numbers of 1 / UNIT natural log-odds."""
MOST = 6.0
"""Most that wording says for any direction at all, natural log-odds."""
LEAN_MOST = 8.0
"""Most that it says for one direction, natural log-odds."""
_CUT, _SUMMED = 1_024, 65_536
"""Texts whose pieces are remembered, some 100 kB each at most, and of which the sums are: many say the same again."""
_ABOVE = "^"
"""The mark of pieces of the text above; those beneath a direction have its name and ``>``. No piece holds either."""
_HEAD = "version\t"
_LARGEST, _PLACE = 5_000, 1 << 32
"""Three sums lie in one integer, each in a place of this size, so that adding rows is adding numbers; with weights of
at most the first, fewer than 400,000 pieces reach no half of a place, and no text that is looked at has so many."""
BIAS = "bias="
"""The row of the bias; no piece holds this mark."""
LEAST = 2
"""A piece whose weights are all below this is left out."""

Odds = tuple[float, float, float]
VALUES = ("w:for", "w:against", "w:offer", "w:seek", "w:broker")
"""Names of ``values_of``: how much wording speaks for or against any direction; for each beside the mean of three."""


@dataclass(frozen=True, eq=False)
class Phrasing:
    """One version of the model; bias and table: offer, seek, broker against none, in 1 / UNIT natural log-odds."""

    version: str
    bias: tuple[int, int, int]
    table: Mapping[str, tuple[int, int, int]]

    def weigh(self, pieces: Iterable[str]) -> Odds:
        """Return how much the pieces, each counted once, speak for offer, seek and broker: natural log-odds."""
        offer, seek, broker = self.bias
        table = self.table
        for row in map(table.get, dict.fromkeys(pieces)):
            if row is not None:
                offer += row[0]
                seek += row[1]
                broker += row[2]
        return offer / UNIT, seek / UNIT, broker / UNIT

    def read(self, text: str, above: str, stand: str) -> Odds:
        """Return ``weigh`` of ``pieces_of(text, above, stand)``: what the parts of it sum to is remembered."""
        text = text[:MOST_TEXT] if len(text) > SHORT else text
        total = _packed(self.bias) + _summed(self, "", text)
        if stand:
            total += self.packed.get(f"{stand}>", {}).get("", 0)
            if len(text) <= SHORT:
                total += _summed(self, f"{stand}>", text)
        if above:
            total += _summed(self, _ABOVE, above[:MOST_TEXT])
        offer, seek, broker = _unpacked(total)
        return offer / UNIT, seek / UNIT, broker / UNIT

    @cached_property
    def packed(self) -> Mapping[str, Mapping[str, int]]:
        """Rows of ``table``, packed, by mark (``^``, ``seek>``, ...; "" for a text's own) and the piece behind it."""
        found = defaultdict[str, dict[str, int]](dict)
        for piece, row in self.table.items():
            stand, beneath, rest = piece.rpartition(">")
            mark = _ABOVE if piece[0] == _ABOVE else stand + beneath
            found[mark][piece[1:] if mark == _ABOVE else rest] = _packed(row)
        return found


def _packed(row: tuple[int, int, int]) -> int:
    offer, seek, broker = row
    return offer + (seek + broker * _PLACE) * _PLACE


def _unpacked(total: int) -> tuple[int, int, int]:
    half = _PLACE >> 1
    offer = (total + half) % _PLACE - half
    rest = (total - offer) // _PLACE
    seek = (rest + half) % _PLACE - half
    return offer, seek, (rest - seek) // _PLACE


@lru_cache(maxsize=_SUMMED)
def _summed(model: Phrasing, mark: str, text: str) -> int:
    """Return the sum of the rows, packed, of all pieces of ``text`` that stand in the model behind ``mark``."""
    return sum(map(model.packed.get(mark, {}).get, _cut(text), repeat(0)))


def values_of(odds: Odds) -> tuple[float, ...]:
    """Return the ``VALUES`` of what ``weigh`` gave."""
    parts = [min(max(one, -LEAN_MOST), LEAN_MOST) for one in odds]
    top, mean = max(parts), math.fsum(parts) / len(parts)
    whole = top + math.log(math.fsum(math.exp(one - top) for one in parts))
    return min(max(whole, 0.0), MOST), max(min(whole, 0.0), -MOST), *(one - mean for one in parts)


def pieces_of(text: str, above: str, stand: str) -> Iterator[str]:
    """Yield the pieces of a text, of the text above it (marked ``^``) and what the first do under the second.

    above: "" where nothing stands above; stand: what the talk above does, ``offer``, ``seek``, ``broker``, ``none``,
    or "" where the text answers nothing. Digits are masked.
    """
    short = len(text) <= SHORT
    for piece in _cut(text[:MOST_TEXT]):
        yield piece
        if stand and short:
            yield f"{stand}>{piece}"
    if stand:
        yield f"{stand}>"
    for piece in _cut(above[:MOST_TEXT]):
        yield f"{_ABOVE}{piece}"


@lru_cache(maxsize=_CUT)
def _cut(text: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    before = ""
    for match in _RUN.finditer(fold_again(text).text):
        run = match.group()
        first = run[0]
        if first == "@":
            before = "@"
        elif first.isdigit():
            before = "#"
        elif first in "?!":
            found[f"{before[-1:]}{first}"] = None
            before = ""
        elif run < "\u0250":
            found[run] = None
            found[f"{before} {run}"] = None
            before = run
        else:
            run = f"#{run}" if before == "#" else run
            size = len(run)
            for at in range(size):
                for stop in range(at + 1, min(at + _PIECE, size) + 1):
                    found[run[at:stop]] = None
            before = run[-1]
    found.pop("#", None)
    return tuple(found)


@cache
def phrasing() -> Phrasing:
    """Return the shipped model; raises LexiconError naming the line that is wrong."""
    return parse((resources.files("ringtrace") / "lexicons" / FILE).read_text("utf-8"))


def parse(text: str) -> Phrasing:
    """Return the model of a file's text: comments (#, first lines), the version, the bias, then the pieces."""
    version, table = "", dict[str, tuple[int, int, int]]()
    for number, line in enumerate(text.splitlines(), 1):
        if not version:
            version = line.removeprefix(_HEAD) if line.startswith(_HEAD) else ""
            continue
        try:
            piece, offer, seek, broker = line.split("\t")
            table[piece] = row = int(offer), int(seek), int(broker)
            if max(map(abs, row)) > _LARGEST:
                raise ValueError(f"a weight is beyond {_LARGEST}")
        except ValueError as error:
            raise LexiconError(f"{FILE}, line {number}: {error}; a piece and three whole numbers are wanted") from error
    if not version or BIAS not in table:
        raise LexiconError(f"{FILE}: it names no version or no bias")
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return Phrasing(f"{version} {digest}", table.pop(BIAS), table)


def document(version: str, bias: Sequence[float], table: Mapping[str, Sequence[float]]) -> str:
    """Return the text of the file; bias, table: natural log-odds. Pieces that say too little are left out."""
    rows = {piece: tuple(round(one * UNIT) for one in row) for piece, row in table.items()}
    lines = [
        "# How much a piece of text speaks for offer, seek and broker against none, in 1/20 natural log-odds; made by",
        "# benchmarks/stances.py. #: a number; ^: of the text above; seek>: beneath a wish.",
        f"{_HEAD}{version}",
        "\t".join([BIAS, *(str(round(one * UNIT)) for one in bias)]),
    ]
    lines += ["\t".join([piece, *map(str, row)]) for piece, row in sorted(rows.items()) if max(map(abs, row)) >= LEAST]
    return "\n".join(lines) + "\n"
