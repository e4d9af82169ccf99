"""A page saved as plain text: a news story apart from what stands around it, or a plain note.

Takes only text that no other reader claims, so its ``sniff`` is low. A text without a story is one
post of kind "page".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ringtrace.model.clock import NO_CLOCK, Clock
from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text.encoding import Charset, decode_runs, detect
from ringtrace.text.lines import Line, split_lines
from ringtrace.text.pages.clock import read_time
from ringtrace.text.pages.prose import Story, take_apart
from ringtrace.text.pages.words import is_paragraph

NAME = "News or other prose saved as text"
VERSION = "1"
PLATFORM = "news"
PRODUCERS = "articles and notes saved as text; transcripts of broadcasts as plain text"
KNOWN_GAPS = "who speaks in a transcript is not told apart"

_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body", b"%pdf", b"{\\rtf")
_WHITE = " \t\u3000\u00a0\ufeff\u200b\r\n\f\v"
_TEXT_NAMES = (".txt", ".text", ".md", ".log", "")


def sniff(head: bytes, name: str) -> float:
    """0.5 for prose with a story's shape, 0.3 for other plain text, 0 for markup, tables, binary."""
    start = head[:2048].lstrip().lower()
    if not start or (
        b"\0" in head[:4096].replace(b"\0\n", b"").replace(b"\n\0", b"") and head[:2] not in (b"\xff\xfe", b"\xfe\xff")
    ):
        return 0.0
    if start.startswith(_MARKUP) or b"<html" in start or start[:1] in (b"{", b"["):
        return 0.0
    suffix = name.rsplit("/", 1)[-1].lower()
    suffix = "." + suffix.rpartition(".")[2] if "." in suffix else ""
    charset = detect(head)
    if charset.sure < 0.2 or suffix in (".csv", ".tsv", ".json", ".jsonl"):
        return 0.0
    text = head[:16_384].decode(charset.name, "ignore")
    if _printable(text) < 0.95 * len(text):
        return 0.0
    prose = sum(1 for line in text.splitlines() if is_paragraph(line))
    return 0.5 if prose >= 2 and suffix in _TEXT_NAMES else 0.3 if suffix in _TEXT_NAMES else 0.15


def _printable(text: str) -> int:
    """Return how many characters of a text can be seen or part lines."""
    if text.replace("\n", "").replace("\r", "").replace("\t", "").isprintable():
        return len(text)
    times = Counter(text)
    return sum(times[char] for char in times if char.isprintable() or char in "\r\n\t\ufeff")


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield an article Post with Structure for the page around it, or one "page" Post."""
    data = bytes(source.data)
    charset = detect(data, source.charset)
    text = _Text(source, data, charset)
    if charset.bom:
        yield Structure(text.span(0, charset.bom), "byte-order mark")
    story = take_apart(text.lines) if not text.cut else None
    if story is None:
        yield from text.page()
    else:
        yield from text.article(story)
    if text.cut:
        reason = f"text longer than {source.limits.text_chars} bytes is not read further"
        yield Gap(text.span(text.cut, len(data)), reason)


class _Text:
    """The lines of the file: decoded, and as trimmed byte ranges."""

    def __init__(self, source: Source, data: bytes, charset: Charset) -> None:
        self.source, self.data, self.charset = source, data, charset
        self.ranges: list[Line] = []
        self.lines: list[str] = []
        self.cut = 0
        for line in split_lines(data, charset):
            if line.stop > source.limits.text_chars:
                self.cut = line.start or 1
                if not self.ranges:
                    self.cut = self._cut_inside(line)
                break
            self.ranges.append(line)
            self.lines.append(decode_runs(data, line.start, line.stop, charset.name).text)

    def _cut_inside(self, line: Line) -> int:
        """A single line longer than the budget: keep its beginning, up to a character's start."""
        stop = line.start + self.source.limits.text_chars // 4 * 4
        if self.charset.name == "utf-8":
            while stop > line.start and 0x80 <= self.data[stop] < 0xC0:
                stop -= 1
        self.ranges.append(Line(line.start, stop, stop))
        self.lines.append(decode_runs(self.data, line.start, stop, self.charset.name).text)
        return stop

    def span(self, start: int, stop: int) -> Span:
        return Span(self.source.evidence, self.source.member, start, stop)

    def put(self, chosen: list[int], separator: str) -> tuple[str, tuple[Segment, ...], list[tuple[int, int]]]:
        """Return (text, segments, undecodable bytes) of the chosen lines, white space around each left out."""
        pieces: list[str] = []
        segments: list[Segment] = []
        invalid: list[tuple[int, int]] = []
        size = 0
        for index in chosen:
            start, stop = self._trimmed(index)
            if pieces:
                pieces.append(separator)
                size += len(separator)
            decoded = decode_runs(self.data, start, stop, self.charset.name)
            segments.extend(
                Segment(s.text_start + size, s.text_stop + size, s.start, s.stop, s.codec) for s in decoded.segments
            )
            invalid.extend(decoded.invalid)
            pieces.append(decoded.text)
            size += len(decoded.text)
        return "".join(pieces), tuple(segments), invalid

    def _trimmed(self, index: int) -> tuple[int, int]:
        line, text = self.ranges[index], self.lines[index]
        if "\ufffd" in text:
            return line.start, line.stop
        lead = text[: len(text) - len(text.lstrip(_WHITE))]
        trail = text[len(text.rstrip(_WHITE)) :] if text.strip(_WHITE) else ""
        return (
            line.start + len(lead.encode(self.charset.name)),
            line.stop - len(trail.encode(self.charset.name)),
        )

    def page(self) -> Iterator[Post | Gap | Structure]:
        """The whole text as one post; blank lines inside it are kept."""
        full = [i for i, line in enumerate(self.lines) if line.strip(_WHITE)]
        if not full:
            yield Structure(self.span(self.charset.bom, self.cut or len(self.data)), "blank")
            return
        text, segments, invalid = self.put(list(range(full[0], full[-1] + 1)), "\n")
        start, stop = self.ranges[full[0]].start, self.ranges[full[-1]].stop
        yield Post(self.span(start, stop), "web", Container("web", self.site("")), text, segments, "page")
        yield from self.rest(start, stop, {}, invalid)

    def article(self, story: Story) -> Iterator[Post | Gap | Structure]:
        """The story as one post; its span runs from the first to the last paragraph."""
        text, segments, invalid = self.put(story.body, "\n\n")
        title, title_segments, _ = self.put([story.headline] if story.headline >= 0 else [], "")
        start, stop = self._trimmed(story.body[0])[0], self._trimmed(story.body[-1])[1]
        yield Post(
            self.span(start, stop), "news", Container("news", self.site(story.agency)), text, segments, "article",
            account_name=story.author, sent=self._clock(story), title=title, title_segments=title_segments,
        )  # fmt: skip
        yield from self.rest(start, stop, story.what, invalid)

    def _clock(self, story: Story) -> Clock:
        if story.dated < 0:
            return NO_CLOCK
        return read_time(self.lines[story.dated], self.source.zone, self.source.captured)

    def rest(
        self, start: int, stop: int, what: dict[int, str], invalid: list[tuple[int, int]]
    ) -> Iterator[Gap | Structure]:
        """Everything but the post: runs of lines with what they are, and bytes that do not decode."""
        runs: list[tuple[int, int, str]] = []
        limit = self.cut or len(self.data)
        for index, line in enumerate(self.ranges):
            label = what.get(index, "")
            if not label and line.stop > start and line.start < stop:
                continue
            begin, label = max(line.start, self.charset.bom), label or "blank"
            if runs and runs[-1][1] == begin and (runs[-1][2] == label or label == "blank"):
                runs[-1] = (runs[-1][0], line.next, runs[-1][2])
            else:
                runs.append((begin, line.next, label))
        for first, last, label in runs:
            yield Structure(self.span(first, min(last, limit)), label)
        ends = [line for line in self.ranges if line.start <= stop <= line.next]
        if ends and ends[0].next > stop:
            yield Structure(self.span(stop, min(ends[0].next, limit)), "line end")
        begins = [line for line in self.ranges if line.start < start <= line.stop]
        if begins:
            yield Structure(self.span(begins[0].start, start), "indent")
        for first, last in invalid:
            yield Gap(self.span(first, last), f"bytes that are not {self.charset.name}")

    def site(self, agency: str) -> str:
        """Host of the capture, else the agency of the dateline, else the file's name."""
        if "://" in self.source.url:
            return self.source.url.split("://", 1)[1].split("/", 1)[0].split("@")[-1].split(":")[0].lower()
        return agency or (self.source.member or self.source.name).rsplit("/", 1)[-1].rsplit(".", 1)[0]
