"""Where the reading of one file stands, what it may still use, and where earlier attempts were stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ringtrace.model.post import Post
from ringtrace.model.run import Run
from ringtrace.model.source import Limits

_TEXT_FLOOR = 16 * 2**20
_TEXT_PER_BYTE = 64
"""Characters that the posts of a file may hold in all, names and titles repeated on each included: a
short message of 20 bytes in a group and thread with names of 100 characters comes to 20 a byte."""


@dataclass(frozen=True, slots=True)
class Stop:
    """An earlier attempt died here: in the ``source``-th file or member opened (0: the file itself),
    after it had given ``items``; 0 refuses it as a whole. last: nothing is opened after it."""

    source: int
    items: int
    reason: str
    last: bool = False


class Watch:
    """Counts what one file gives. A process that may be killed overrides ``note`` and ``grant``."""

    def __init__(self, limits: Limits, stops: Mapping[int, Stop] | None = None) -> None:
        self.members = limits.members
        self.total = limits.total_bytes
        self._stops = stops or {}
        self._closed = next((stop for stop in self._stops.values() if stop.last), None)
        self._sources = 0
        self._text = _TEXT_FLOOR

    def opened(self, size: int) -> tuple[int, Stop | None]:
        """A file or member of ``size`` bytes is about to be read; return its number and where to stop in it."""
        number = self._sources
        self._sources += 1
        self._text += _TEXT_PER_BYTE * size
        self.grant(size)
        self.note(number, 0)
        if self._closed and number > self._closed.source:
            return number, Stop(number, 0, self._closed.reason)
        return number, self._stops.get(number)

    def wrote(self, post: Post | Run) -> bool:
        """Weigh what ``post`` adds to the tables; False when the file gives more than it may."""
        if isinstance(post, Run):
            for texts in (post.texts, post.account_names, post.account_natives):
                self._text -= sum(map(len, texts))
            self._text -= len(post) * len(post.container.name)
            return self._text >= 0
        self._text -= len(post.text) + len(post.title) + len(post.thread)
        self._text -= len(post.container.name) + len(post.account_name) + len(post.account_native)
        return self._text >= 0

    def note(self, source: int, items: int) -> None:
        """Item number ``items`` of ``source`` is asked for next."""

    def grant(self, size: int) -> None:
        """``size`` more bytes have been opened."""
