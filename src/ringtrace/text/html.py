"""HTML as evidence: a linear-time tokenizer and a light tree whose offsets are the file's own bytes.

The page is not decoded before it is cut: every charset that web pages use keeps ``<``, ``>``, ``&``,
quotes and white space out of its multi-byte characters, so the bytes are looked at one unit a byte
(UTF-16: one unit for two bytes) and each text run is decoded by itself, see ``html_layout``. An
offset in units is therefore ``base + width * offset`` in bytes, without any map.

Broken markup is read as browsers read it, within budgets: implied end tags, stray end tags, quotes
that never close, comments that never end. Nothing recurses; all scans move forward.
"""

from __future__ import annotations

from ringtrace.text.html_builder import MAX_DEPTH, Builder
from ringtrace.text.html_element import Element
from ringtrace.text.html_look import decode_units
from ringtrace.text.html_tags import BLOCK

__all__ = ["BLOCK", "MAX_DEPTH", "Element", "Page", "Text"]

Event = Element | int | tuple[int, int]
Text = tuple[int, int, int, Element | None]


class Page:
    """A parsed page.

    events: in document order an Element where it opens, the index of the element that closes, or
            a text run (start, stop) in units. Comments, declarations and tags have no event.
    texts:  the runs that are not blank: (event, start, stop, the element they stand in or None).
    cut:    where reading ended: the size in units, or less when the file stops within a tag or
            holds more elements than the budget; ``cut_reason`` says which.
    """

    __slots__ = (
        "base", "charset", "comments", "cut", "cut_reason", "data", "elements", "events", "texts", "units", "width",
    )  # fmt: skip

    def __init__(self, data: bytes, charset: str) -> None:
        self.data, self.charset = data, charset
        self.base = 0
        if charset in ("utf-16-le", "utf-16-be"):
            self.width = 2
            self.base = 2 if data[:2] in (b"\xff\xfe", b"\xfe\xff") else 0
            self.units = _units16(data[self.base :], charset)
        else:
            self.width = 1
            self.base = 3 if data[:3] == b"\xef\xbb\xbf" else 0
            self.units = str(memoryview(data)[self.base :], "latin-1")
        self.elements: list[Element] = []
        self.events: list[Event] = []
        self.texts: list[Text] = []
        self.comments: list[tuple[int, int]] = []
        self.cut, self.cut_reason = len(self.units), ""
        Builder(self).build()

    def byte(self, unit: int) -> int:
        """Return the byte offset in ``data`` of an offset in units."""
        return self.base + self.width * unit

    def decode_units(self, value: str) -> str:
        """Return units as text with references resolved; undecodable bytes become U+FFFD."""
        return decode_units(value, self.charset if self.width == 1 else "")

    def find(self, *tags: str) -> list[Element]:
        """Return the elements with one of the tags in document order."""
        return [element for element in self.elements if element.tag in tags]

    def first(self, tag: str) -> Element | None:
        """Return the first element with the tag, or None."""
        return next((element for element in self.elements if element.tag == tag), None)


def _units16(data: bytes, charset: str) -> str:
    """One character per 16-bit unit, halves of astral characters as U+FFFD marks (markup is never astral)."""
    whole = data[: len(data) - len(data) % 2].decode(charset, "surrogatepass")
    if len(whole) == len(data) // 2:
        return whole
    return "".join(char if char < "\U00010000" else "\ufffd\ufffd" for char in whole)
