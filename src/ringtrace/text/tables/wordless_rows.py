"""Many rows of a table, one after the other, that hold nothing to read: one stretch with its count.

A damaged or hostile table can hold a million such rows in a few megabytes. Each as a post or gap of its own
would bury the evidence around them; the analyst is told how many they are, where, and what they lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Span, Structure

MANY = 64
"""So many rows one after the other are one stretch; fewer stand each for itself."""
_STEP = 4096
"""Rows of one match: ``re`` remembers each turn of a repetition."""


@dataclass(frozen=True, slots=True)
class Wordless:
    """Bytes of a stretch of rows. short: they have too few fields; else their fields of words are empty."""

    start: int
    stop: int
    count: int
    short: bool

    def told(self, source: Source) -> Gap | Structure:
        """Return what the rows are: Structure where they hold delimiters only, else a Gap with the reason."""
        span = Span(source.evidence, source.member, self.start, self.stop)
        if not source.data[self.start : self.stop].strip(b",;|\t\r\n "):
            return Structure(span, f"{self.count:,} empty rows")
        lack = "with fewer fields than the column of words needs" if self.short else "without words"
        return Gap(span, f"{self.count:,} rows {lack}, one after the other")


class WordlessRows:
    """Finds such stretches. places: columns that are all empty in a row without words.

    Rows with quotes are never among them. Charsets of more than one byte a unit have none.
    """

    def __init__(self, charset: str, delimiter: str, places: Iterable[int]) -> None:
        self._kinds = _kinds(delimiter, tuple(sorted(set(places)))) if _narrow(charset) else ()
        self._too_few = dict.fromkeys((True, False), 0)

    def find(self, data: bytes, start: int) -> Wordless | None:
        """Return the stretch that begins with the row at ``start``, None where there are fewer than MANY rows."""
        for short, rows in self._kinds:
            found = rows.match(data, start) if start >= self._too_few[short] else None
            if found is None:
                continue
            stop = found.end()
            if _count(data[start:stop]) < MANY:
                self._too_few[short] = stop
                continue
            while found:
                stop = found.end()
                found = rows.match(data, stop)
            return Wordless(start, stop, _count(data[start:stop]), short)
        return None


def _narrow(charset: str) -> bool:
    return not charset.startswith(("utf-16", "utf-32"))


def _count(data: bytes) -> int:
    return data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")


@cache
def _kinds(delimiter: str, places: tuple[int, ...]) -> tuple[tuple[bool, re.Pattern[bytes]], ...]:
    """(short, one row or more of that kind). No row can be read in two ways, so matching is linear."""
    if not places:
        return ()
    comma = re.escape(delimiter.encode())
    inside = b'[^%s"\r\n]*' % comma
    end = b"(?:\r\n|\n|\r)"
    fields = [b"" if at in places else inside for at in range(places[-1] + 1)]
    wordless = comma.join(fields) + b'(?:%s[^"\r\n]*)?' % comma + end
    kinds = [(False, wordless)]
    if places[0]:
        kinds.append((True, b"(?:%s%s){0,%d}" % (inside, comma, places[0] - 1) + inside + end))
    return tuple((short, re.compile(b"(?:%s){1,%d}" % (row, _STEP))) for short, row in kinds)
