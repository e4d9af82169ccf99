"""Text put together from several JSON strings (lists of words, polls, contacts), within a budget of bytes."""

from __future__ import annotations

from ringtrace.model.span import Segment
from ringtrace.text import jsonspan


class JsonPieces:
    """The text of one message, put together from JSON strings at places of ``data``.

    budget: bytes of strings still to be read. texts, segments: in the order added; invalid: byte ranges that
    do not decode; cut: the byte range left out because of the budget, None where nothing was.
    """

    def __init__(self, data: bytes, budget: int) -> None:
        self.data = data
        self.budget = budget
        self.texts: list[str] = []
        self.segments: list[Segment] = []
        self.invalid: list[tuple[int, int]] = []
        self.cut: tuple[int, int] | None = None
        self.length = 0

    def add_place(self, place: tuple[int, int] | None, joint: str) -> None:
        """Add a string, list of strings or list of objects with "text"; ``joint`` goes before it."""
        if place is None or self.data[place[0]] not in b'"[':
            return
        if self.data[place[0]] == 0x5B and joint != "\n":
            for low, high in jsonspan.elements(self.data, *place):
                self.add_place((low, high), joint)
            return
        before = self.length
        if self.texts:
            self._append(joint)
        held = len(self.texts)
        self.add_text(*place, between="\n" if self.data[place[0]] == 0x5B and joint == "\n" and before else "")
        if len(self.texts) == held and held and before:
            self.texts.pop()
            self.length = before

    def add_text(self, start: int, stop: int, between: str = "") -> None:
        """Add a JSON string, or the strings and entities of a list one after the other."""
        if self.data[start] == 0x22:
            self.add_string(start, stop)
            return
        for index, (low, high) in enumerate(jsonspan.elements(self.data, start, stop)):
            if index and between:
                self._append(between)
            if self.data[low] == 0x22:
                self.add_string(low, high)
            elif self.data[low] == 0x7B:
                for key, first, last in jsonspan.members(self.data, low, high):
                    if key == "text" and self.data[first] == 0x22:
                        self.add_string(first, last)

    def add_string(self, start: int, stop: int) -> None:
        """Add one JSON string, quotes included; behind the budget ``cut`` grows instead."""
        if self.cut:
            self.cut = (self.cut[0], max(self.cut[1], stop - 1))
            return
        if stop - start - 2 > self.budget:
            last = _escape_boundary(self.data, start, start + 1 + self.budget)
            self.cut = (last, stop - 1)
            stop = last + 1
        self.budget -= stop - start - 2
        text, segments, invalid = jsonspan.read_string(self.data, start, stop)
        if not text:
            return
        for part in segments:
            self.segments.append(
                part
                if not self.length
                else Segment(
                    part.text_start + self.length, part.text_stop + self.length, part.start, part.stop, part.codec
                )
            )
        self.invalid.extend(invalid)
        self._append(text)

    def _append(self, text: str) -> None:
        self.texts.append(text)
        self.length += len(text)


def _escape_boundary(data: bytes, start: int, stop: int) -> int:
    """Return ``stop`` moved back so that it cuts neither an escape, a surrogate pair nor a character."""
    while stop > start + 1 and 0x80 <= data[stop] < 0xC0:
        stop -= 1
    slash = data.find(b"\\", max(start + 1, stop - 12), stop)
    return slash if slash >= 0 else stop
