"""Messages of a chat's text as columns: a stretch of the file is cut by one pattern, nothing is made for each message.

A reader looks a stretch over whose headers have the common form, and leaves to its closer reading the stretch in which
something is unusual: the same posts come out either way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, repeat
from operator import add
from typing import Any

from ringtrace.model.clock import Basis, Clock
from ringtrace.model.post import Container, PostKind
from ringtrace.model.run import Run, Same, segment_columns
from ringtrace.model.span import Gap, Segment
from ringtrace.text.chats.text import MessageLines
from ringtrace.text.dates.local_days import LocalDays
from ringtrace.text.lines import plain_bytes, read_plain

STRETCH = 256 * 2**10
"""Bytes of a chat's text that are read at a time: some two thousand messages."""


@dataclass(slots=True)
class Stretch:
    """A piece of whole lines, cut at its headers.

    starts: bytes of the file at which lines begin that matched. fields: a column for each group of the pattern, the
    first of which holds the whole header. stop: where the piece ends.
    """

    starts: list[int]
    fields: list[list[bytes | None]]
    stop: int


def cut_stretch(data: bytes, pattern: re.Pattern[bytes], at: int, end: int) -> Stretch:
    """Cut the lines from ``at`` on, up to the one in which ``STRETCH`` bytes are full or ``end`` comes.

    pattern: begins with the LF before a line; its first group takes in all the rest of its match.
    """
    cut = data.find(b"\n", min(at + STRETCH, end), end) + 1 or end
    parts = pattern.split(b"\n" + data[at:cut])
    step = pattern.groups + 1
    heads, bodies = parts[1::step], parts[step::step]
    sizes = map(add, map(len, (head or b"" for head in heads)), map(len, bodies))
    starts = list(accumulate(map(add, sizes, repeat(1)), initial=at + len(parts[0])))[:-1]
    return Stretch(starts, [parts[group::step] for group in range(1, step)], cut)


@dataclass(slots=True)
class Rows:
    """Messages as columns, named as in ``Run``.

    bodies: where the text of each begins; its bytes end where the next message starts. stop: where the last one ends.
    clocks: row -> reading, of those that are unlike the columns.
    """

    starts: list[int]
    bodies: list[int]
    stop: int
    sent_texts: list[str]
    sent_ats: list[int | None]
    sent_alternatives: Sequence[int | None]
    names: Sequence[str] = ()
    natives: Sequence[str] = ()
    kinds: Sequence[PostKind] = ()
    roles: Sequence[str] = ()
    clocks: dict[int, Clock] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.kinds = self.kinds or Same("message", len(self.starts))
        self.roles = self.roles or Same("", len(self.starts))

    @property
    def stops(self) -> list[int]:
        return [*self.starts[1:], self.stop]

    def insert(self, row: int, start: int, body: int, clock: Clock) -> None:
        """Put in a message that was read by itself; in order of rows, before kinds, roles and authors are known."""
        self.starts.insert(row, start)
        self.bodies.insert(row, body)
        self.sent_texts.insert(row, clock.text)
        self.sent_ats.insert(row, clock.at)
        self.clocks[row] = clock
        if isinstance(self.sent_alternatives, list):
            self.sent_alternatives.insert(row, clock.alternative)
        else:
            self.sent_alternatives = Same(None, len(self.starts))
        self.kinds, self.roles = Same("message", len(self.starts)), Same("", len(self.starts))


@dataclass(slots=True)
class Texts:
    """What stands in messages. cut: row -> segments, of texts that are not one stretch of bytes, up to ``highs``."""

    texts: list[str]
    highs: list[int]
    cut: dict[int, tuple[Segment, ...]]
    gaps: list[Gap]


def read_texts(lines: MessageLines, bodies: Sequence[int], stops: Sequence[int]) -> Texts:
    """Read the bytes from ``bodies`` to ``stops``: what ``MessageLines.read`` gives for each."""
    start, charset, budget = bodies[0], lines.charset.name, lines.source.limits.line_bytes
    piece = lines.source.data[start : stops[-1]]
    raws = [piece[low - start : high - start] for low, high in zip(bodies, stops, strict=True)]
    if charset == "utf-8" and len(max(raws, key=len)) <= budget:
        plain = [raw.rstrip(b"\n \t") for raw in raws] if b"\r" not in piece else [plain_bytes(raw) for raw in raws]
        try:
            texts = [raw.decode() for raw in plain]  # type: ignore[union-attr]
            highs = [low + len(raw) for low, raw in zip(bodies, plain, strict=True)]  # type: ignore[arg-type]
            return Texts(texts, highs, {}, [])
        except (UnicodeDecodeError, AttributeError):  # of one, or it has several lines
            pass
    found = Texts([], [], {}, [])
    for row, (low, high, raw) in enumerate(zip(bodies, stops, raws, strict=True)):
        said = read_plain(raw, charset) if len(raw) <= budget else None
        if said is None:
            text, segments, gaps = lines.read_closely(low, high)
            found.cut[row] = segments
            found.gaps += gaps
            said = text, 0
        found.texts.append(said[0])
        found.highs.append(low + said[1])
    return found


class Moments:
    """Readings of the times of a file's headers: each minute is worked out once, and seconds are added.

    read: (what stands there before the seconds, the half of the day behind) -> numbers of the date, hour, minute.
    """

    def __init__(
        self, days: LocalDays, read: Callable[[bytes, bytes | None], tuple[tuple[int, int, int], int, int]]
    ) -> None:
        self.days, self._read = days, read
        self._known: dict[tuple[bytes, bytes | None], tuple[int, int | None] | None] = {}

    def columns(
        self, minutes: Sequence[bytes], halves: Sequence[bytes | None], seconds: Sequence[bytes | None]
    ) -> tuple[list[int | None], Sequence[int | None]] | None:
        """Return (readings, the other ones), None where one of the times has to be looked at alone."""
        known = self._known
        keys = list(zip(minutes, halves, strict=True))
        for key in set(keys).difference(known):
            known[key] = self.days.minute(*self._read(*key))
        found = [known[key] for key in keys]
        if len(known) > 65_536:
            known.clear()
        if None in found or b"60" in seconds:
            return None
        if seconds.count(None) == len(seconds):
            passed: Sequence[int] = Same(0, len(seconds))
        else:
            passed = [0 if second is None else int(second) * 1_000_000 for second in seconds]
        ats: list[int | None] = [one[0] + more for one, more in zip(found, passed, strict=True)]  # type: ignore[index]
        if all(one[1] is None for one in found):  # type: ignore[index]
            return ats, Same(None, len(ats))
        others = [one[1] for one in found]  # type: ignore[index]
        return ats, [None if one is None else one + more for one, more in zip(others, passed, strict=True)]


def make_run(where: tuple[str, str, str, Container, str], rows: Rows, said: Texts, days: LocalDays) -> Run:
    """Return the run of ``rows`` that say ``said``."""
    size, alternatives = len(rows.starts), rows.sent_alternatives
    bases: Sequence[Basis] = Same("assumed", size)
    zones: Sequence[str] = Same(days.zone_name, size)
    whys: Sequence[str] = Same(days.why, size)
    if not isinstance(alternatives, Same):
        bases = ["assumed" if one is None else "ambiguous" for one in alternatives]
    if rows.clocks:
        bases, zones, whys, alternatives = list(bases), list(zones), list(whys), list(alternatives)
        for row, clock in rows.clocks.items():
            bases[row], zones[row], whys[row], alternatives[row] = clock.basis, clock.zone, clock.why, clock.alternative
    empty: Same[Any] = Same("", size)
    return Run(
        *where, rows.starts, rows.stops, said.texts, rows.kinds, rows.natives, rows.names, empty, empty,
        rows.sent_texts, rows.sent_ats, bases, zones, whys, alternatives, rows.roles, empty, Same(None, size),
        *segment_columns(rows.bodies, said.highs, said.texts, said.cut),
    )  # fmt: skip
