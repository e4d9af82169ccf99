"""What the text exports of chats share: where a message ends, its lines as text, messages handed on in runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from ringtrace.model.run import MOST, Gathering, Run
from ringtrace.model.source import Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text.encoding import Charset
from ringtrace.text.lines import read_body, read_plain, unread
from ringtrace.text.offsets import cut_all


class _Begins(Protocol):
    @property
    def start(self) -> int: ...


Header = TypeVar("Header", bound=_Begins)


def with_ends(headers: Iterable[Header], end: int) -> Iterator[tuple[Header, int]]:
    """Yield (header, byte where its message ends): at the next header, the last one's at ``end``."""
    last = None
    for header in headers:
        if last is not None:
            yield last, header.start
        last = header
    if last is not None:
        yield last, end


def in_runs(gathered: Gathering, messages: Iterable[list[Gap]]) -> Iterator[Run | Gap]:
    """Yield what gathers whenever it is a whole run or gaps follow, and what is left at the end.

    messages: each step adds one message to ``gathered`` and gives the gaps in it.
    """
    for gaps in messages:
        if gaps or len(gathered.entries) >= MOST:
            yield from gathered.take()
            yield from gaps
    yield from gathered.take()


def before_first(source: Source, start: int, stop: int, blank: bytes) -> Iterator[Gap | Structure]:
    """Yield what stands between ``start`` and the first message; of nothing but ``blank`` bytes it is structure."""
    if start < stop:
        span = Span(source.evidence, source.member, start, stop)
        empty = not source.data[start:stop].strip(blank)
        yield Structure(span, "blank lines") if empty else Gap(span, "text before the first message")


@dataclass(frozen=True, slots=True)
class MessageLines:
    """Reads the lines of messages. plain: see ``has_plain_lines``."""

    source: Source
    charset: Charset
    plain: bool

    def read(self, gathered: Gathering, start: int, stop: int) -> tuple[str, int, list[Gap]]:
        """Return (text of the bytes from ``start`` to ``stop``, where its bytes end, a gap for each stretch not read).

        Of a text that is not one stretch of bytes the segments are stated to ``gathered``.
        """
        source, charset = self.source, self.charset
        budget = source.limits.line_bytes
        plain = read_plain(source.data[start:stop], charset.name) if self.plain and stop - start <= budget else None
        if plain is not None:
            return plain[0], start + plain[1], []
        text, segments, gaps = self.read_closely(start, stop)
        gathered.cut(segments)
        return text, start, gaps

    def read_closely(self, start: int, stop: int) -> tuple[str, tuple[Segment, ...], list[Gap]]:
        """Return (text, its segments, a gap for each stretch not read) of bytes that are not all one run."""
        source, charset = self.source, self.charset
        body = read_body(source.data, charset, start, stop, source.limits.line_bytes)
        segments = tuple(cut_all(body.segments, body.text, source.data))
        return body.text, segments, list(unread(source, body, stop, charset.name))
