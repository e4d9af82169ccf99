"""The conversations of a QQ text export: where each begins, what it is called, in which style its headers are."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby

from ringtrace.text.chats.qq_header import (
    HEAD,
    candidate_pattern,
    file_titles,
    is_rule,
    label_of,
    line_text,
    openers,
    read_header,
    speaker_of,
)  # fmt: skip
from ringtrace.text.chats.rows import Stretch, cut_stretch
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import Line, has_plain_lines, split_lines

_MAYBE_AFTER = re.compile(rb"[0-9][ \t\r]*+(?:\n|\Z)|[^\n]{%d}" % HEAD)


@dataclass(slots=True)
class Section:
    """One conversation of the file: name from its block, bytes of the block, how many headers there may be.

    found: style -> (all, those with an id).
    """

    name: str
    start: int
    body: int
    stop: int = 0
    found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, style: str, identified: int, every: int = 1) -> None:
        before = self.found.get(style, (0, 0))
        self.found[style] = (before[0] + every, before[1] + identified)

    @property
    def style(self) -> str:
        return "before" if "before" in self.found else "after"

    def keeps(self, style: str, native: str, blank_before: bool) -> bool:
        """Whether such a candidate is a header: one style; with ids wherever most of them have ids."""
        if style != self.style:
            return False
        every, identified = self.found[style]
        return bool(native) or (identified * 2 < every and (blank_before or style == "after"))


def find_sections(data: bytes, charset: Charset) -> list[Section]:
    """Find the blocks of rules and labels that open conversations, and count the headers below them."""
    if has_plain_lines(charset):
        found, at = _Blocks(data, charset), charset.bom
        while at < len(data):
            stretch = cut_stretch(data, candidate_pattern(charset.name), at, len(data))
            if not found.look_over(stretch):
                break
            at = stretch.stop
        else:
            found.close()
            if not any(found.misses(section) for section in found.sections):
                return found.sections
    found = _Blocks(data, charset)
    for line in split_lines(data, charset):
        found.look_closely(line)
    found.close()
    return found.sections


class _Blocks:
    """Walks over the lines of a file, or over those that could be of a block or a header."""

    def __init__(self, data: bytes, charset: Charset) -> None:
        self.data, self.charset = data, charset
        self.sections = [Section("", charset.bom, charset.bom)]
        self._rules: list[int] = []  # starts of the rule lines right above
        self._in_block = False
        self._blank = True
        self._next = charset.bom  # behind the last line looked at

    def look_over(self, stretch: Stretch) -> bool:
        """Take the lines of a stretch that begin like a block or a header with the time first; False when all have to
        be looked at: headers with the time last could be among them."""
        heads, rests = stretch.fields[0], stretch.fields[-1]
        told = {rest: speaker_of(rest, self.charset.name) if rest else None for rest in set(rests)}
        row = 0
        for common, group in groupby(map(bool, map(told.__getitem__, rests))):
            first, row = row, row + sum(1 for _ in group)
            if not common:
                if not all(map(self._look, stretch.starts[first:row])):
                    return False
                continue
            natives = sum(1 for rest in rests[first:row] if (speaker := told[rest]) and speaker[1])
            self._pass_over(stretch.starts[first])
            self._rules, self._in_block = [], False
            self._next = min(stretch.starts[row - 1] + 1 + len(heads[row - 1] or b""), len(self.data))
            self.sections[-1].count("before", natives, row - first)
        return True

    def _pass_over(self, start: int) -> None:
        """Take note of the lines of words before ``start``."""
        if start > self._next:
            self._rules = []
            self._in_block &= not self.data[self._next : start].strip(b" \t\r\n")
            self._blank = True  # not known, and only asked for where every line is looked at

    def _look(self, start: int) -> bool:
        """Take a line that is no header of common form; False as ``look_over``."""
        self._pass_over(start)
        line = next(split_lines(self.data, self.charset, start))
        if not self._in_block and self._opens(line) and self.misses(self.sections[-1], line.start):
            return False
        self.look_closely(line)
        return True

    def _opens(self, line: Line) -> bool:
        text = line_text(self.data, self.charset, line)
        return text.startswith(file_titles()) or label_of(text) is not None

    def misses(self, section: Section, stop: int | None = None) -> bool:
        """Whether a conversation without headers of the one style could have some of the other."""
        return not section.found.get("before") and bool(
            _MAYBE_AFTER.search(self.data, section.body, section.stop if stop is None else stop)
        )

    def look_closely(self, line: Line) -> None:
        """Take the next line."""
        data, charset, current = self.data, self.charset, self.sections[-1]
        self._next = line.next
        raw = data[line.start : min(line.stop, line.start + HEAD)]
        special = openers(charset.name)
        if special and not raw.startswith(special) and not raw.rstrip(b" \t\r")[-1:].isdigit():
            self._blank = not raw.strip(b" \t\r")
            self._in_block &= self._blank
            self._rules = []
            return
        text = raw.decode(charset.name, "replace")
        label = ("title", "") if text.startswith(file_titles()) else label_of(text)
        if label is not None:
            if not self._in_block and (current.found or current.name):
                current.stop = self._rules[0] if self._rules else line.start
                current = Section("", current.stop, line.next)
                self.sections.append(current)
            self._in_block = True
            current.body = line.next
            if label[0] == "object":
                current.name = label[1]
        elif is_rule(text):
            self._rules.append(line.start)
            if self._in_block:
                current.body = line.next
            return
        elif text.strip():
            self._in_block = False
            if header := read_header(text, line, self._blank):
                current.count(header.style, bool(header.native))
        self._rules = []
        self._blank = not text.strip() or label is not None

    def close(self) -> None:
        self.sections[-1].stop = len(self.data)
