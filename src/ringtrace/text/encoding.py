"""Which charset a text file is in, and how its bytes become text without loss.

Detection looks at the bytes, not at labels: a label (HTTP header, file name) only breaks ties,
because mislabelled files are common in evidence.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from ringtrace.model.span import Segment
from ringtrace.text import lexicon

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_LEGACY = ("gb18030", "big5hkscs", "shift_jis", "cp1252", "utf-16-le", "utf-16-be")
_SAMPLE = 256 * 1024
_CHUNK = 1 << 20
_REMEMBERED = 64 * 1024
_JUDGED = 8_000  # characters of a sample that the choice of a legacy charset rests on
_WEIGHTS = np.array((-0.3, -2.0, 0.7, 2.0))
_MOSTLY = 0.05  # share of undecodable among non-ASCII characters up to which text still is UTF-8
_REPLACEMENT = "\ufffd"
_ESCAPED = re.compile("[\udc80-\udcff]+")


@dataclass(frozen=True, slots=True)
class Charset:
    """What a text file is written in.

    name: a Python codec without byte-order mark: "utf-8", "utf-16-le", "gb18030", "big5hkscs", ...
    bom:  bytes of the byte-order mark at the start of the file, 0 when there is none.
    sure: 0..1; 1 for a mark, valid UTF-8 or plain ASCII.
    newline: what ends a line, "\\n" or (where the first stretch of the file has none) "\\r".
    """

    name: str
    bom: int = 0
    sure: float = 1.0
    newline: str = "\n"


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a byte range: segments are relative to the text, invalid are byte ranges."""

    text: str
    segments: tuple[Segment, ...]
    invalid: tuple[tuple[int, int], ...]


def detect(data: bytes, label: str = "") -> Charset:
    """Return the charset of ``data`` (a whole file or its head; a cut last character is tolerated).

    label: what a container or transport says, believed only when the bytes leave it open.
    """
    if type(data) is bytes and len(data) <= _REMEMBERED:
        return _detect_head(data, label)
    return _detect_whole(data, label)


@lru_cache(maxsize=4)
def _detect_head(data: bytes, label: str) -> Charset:
    """A file's head is shown to every reader: its charset is worked out once."""
    return _detect_whole(data, label)


def _detect_whole(data: bytes, label: str) -> Charset:
    found = _detect(data, label)
    head = data[found.bom : _SAMPLE].decode(found.name, "ignore")
    return found if "\n" in head or "\r" not in head else replace(found, newline="\r")


def _detect(data: bytes, label: str) -> Charset:
    head = data[:_SAMPLE]
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Charset(name, len(bom))
    wide = _wide(head)
    if wide:
        return Charset(wide, 0, 0.9)
    broken = _first_invalid_utf8(data)
    if broken is None:
        return Charset("utf-8")
    near = max(0, broken - _SAMPLE // 2)
    sample = _trim(data[near : near + _SAMPLE]) if broken > _SAMPLE // 2 else head
    if _undecodable_share(sample) <= _MOSTLY:
        return Charset("utf-8", 0, 0.8)
    return _best_legacy(sample, label)


def decode_runs(data: bytes, start: int, stop: int, charset: str) -> Decoded:
    """Return the text of ``data[start:stop]``.

    A run of invalid bytes becomes one U+FFFD that no segment covers, and is listed in ``invalid``
    as a byte range of ``data``.
    """
    raw = data[start:stop]
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError:
        return _decode_broken(raw, start, charset)
    return Decoded(text, (Segment(0, len(text), start, stop, charset),) if text else (), ())


def _decode_broken(raw: bytes, start: int, charset: str) -> Decoded:
    text: list[str] = []
    segments: list[Segment] = []
    invalid: list[tuple[int, int]] = []
    length = at = 0
    for piece, good, bad in _escaped_runs(raw, charset) or _windowed_runs(raw, charset):
        if piece:
            segments.append(Segment(length, length + len(piece), start + at, start + good, charset))
            text.append(piece)
            length += len(piece)
        at = bad
        if bad > good:
            if invalid and not piece and invalid[-1][1] == start + good:
                invalid[-1] = (invalid[-1][0], start + bad)
                continue
            invalid.append((start + good, start + bad))
            text.append(_REPLACEMENT)
            length += 1
    return Decoded("".join(text), tuple(segments), tuple(invalid))


def _escaped_runs(raw: bytes, charset: str) -> list[tuple[str, int, int]] | None:
    """Return (valid text, where its bytes end, where the invalid bytes after it end) in one pass.

    None where the charset cannot be walked this way: it has no surrogateescape, or its decoding
    does not encode back to the same bytes.
    """
    if charset.startswith("utf-16") or charset.startswith("utf-32"):
        return None
    try:
        marked = raw.decode(charset, "surrogateescape")
    except UnicodeDecodeError:
        return None
    runs: list[tuple[str, int, int]] = []
    at = text_at = 0
    for match in (*_ESCAPED.finditer(marked), None):
        piece = marked[text_at : match.start() if match else len(marked)]
        good = at + len(piece.encode(charset, "replace"))
        if raw[at:good].decode(charset, "replace") != piece:
            return None
        at = good + (match.end() - match.start() if match else 0)
        text_at = match.end() if match else len(marked)
        runs.append((piece, good, at))
    return runs


def _windowed_runs(raw: bytes, charset: str) -> Iterator[tuple[str, int, int]]:
    at = 0
    held: list[str] = []
    for good, bad in _runs(raw, charset):
        held.append(raw[at:good].decode(charset))
        at = bad
        if bad > good:
            yield "".join(held), good, bad
            held = []
    if at < len(raw):
        yield "".join(held), at, len(raw)
    elif held:
        yield "".join(held), at, at


def _runs(raw: bytes, charset: str) -> Iterator[tuple[int, int]]:
    """Yield (end of a valid run, end of the invalid run after it); linear in the input.

    The incremental decoder sees small windows, so that one error costs one window and not the rest.
    """
    at = 0
    window = 4096
    while at < len(raw):
        piece = raw[at : at + window]
        decoder = codecs.getincrementaldecoder(charset)()
        try:
            decoder.decode(piece, final=at + window >= len(raw))
        except UnicodeDecodeError as error:
            bad = at + error.start
            yield bad, bad + max(1, error.end - error.start)
            at = bad + max(1, error.end - error.start)
            continue
        pending = decoder.getstate()[0]
        at += len(piece) - len(pending)
        yield at, at
        if not piece or (pending and len(pending) == len(piece)):
            break


def _wide(head: bytes) -> str:
    """Return "utf-16-le" or "-be" when the zero bytes of unmarked text lie on one side only."""
    if len(head) < 4 or (len(head) % 2 and len(head) < _SAMPLE):
        return ""
    even, odd = head[0:4096:2], head[1:4096:2]
    zeros_even, zeros_odd = even.count(0), odd.count(0)
    if zeros_odd > 8 * zeros_even and zeros_odd * 20 >= len(odd) and _plausible_wide(head, "utf-16-le"):
        return "utf-16-le"
    if zeros_even > 8 * zeros_odd and zeros_even * 20 >= len(even) and _plausible_wide(head, "utf-16-be"):
        return "utf-16-be"
    return ""


def _plausible_wide(head: bytes, charset: str) -> bool:
    text = head[:4096].decode(charset, "replace")
    fine = sum(1 for char in text if char.isprintable() or char in "\r\n\t\ufeff\u200e\u200f\u202f\u00a0\u200b")
    return fine >= 0.95 * len(text)


def _first_invalid_utf8(data: bytes) -> int | None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    for at in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[at : at + _CHUNK])
        except UnicodeDecodeError as error:
            return at - pending + error.start
    return None


def _trim(sample: bytes) -> bytes:
    """Cut off what precedes the first newline, so that a sample starts at a character."""
    at = sample.find(b"\n")
    return sample[at + 1 :] if 0 <= at < len(sample) // 2 else sample


def _undecodable_share(sample: bytes) -> float:
    text = sample.decode("utf-8", "replace")
    if text.endswith(_REPLACEMENT):
        text = text[:-1]
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text.count(_REPLACEMENT) / foreign if foreign else 0.0


def _best_legacy(sample: bytes, label: str) -> Charset:
    wanted = _canonical(label)
    scores = {name: _plausibility(sample, name) + (0.05 if name == wanted else 0.0) for name in _LEGACY}
    best = max(_LEGACY, key=lambda name: (scores[name], -_LEGACY.index(name)))
    return Charset(best, 0, max(0.1, min(0.9, scores[best])))


def _canonical(label: str) -> str:
    try:
        name = codecs.lookup(label.strip() or "ascii").name
    except (LookupError, ValueError):  # ValueError: a label with a zero byte
        return ""
    return {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "cp932": "shift_jis"}.get(name, name)


def _plausibility(sample: bytes, charset: str) -> float:
    """Return how much the non-ASCII characters look like running text, about -1..1.2."""
    text = sample[: 4 * _JUDGED + 4].decode(charset, "replace")
    if text.endswith(_REPLACEMENT):
        text = text[:-1]
    points = np.frombuffer(text[:_JUDGED].encode("utf-32-le", "surrogatepass"), np.uint32)
    foreign = np.minimum(points[points >= 0x80], 0xFFFF)
    if not foreign.size:
        return 0.0
    counts = np.bincount(_classes(charset)[foreign], minlength=len(_WEIGHTS))
    return float(counts @ _WEIGHTS) / foreign.size


@cache
def _classes(charset: str) -> NDArray[np.uint8]:
    """Return the class of each code point, an index of ``_WEIGHTS``: rare, unlikely in text, common, frequent.

    All points above U+FFFE share the last place: they are rare.
    """
    classes = np.zeros(0x10000, np.uint8)
    classes[:0xA0] = classes[0xE000:0xF900] = classes[ord(_REPLACEMENT)] = 1
    for number, chars in ((2, _common_characters(charset)), (3, _frequent_characters(charset))):
        classes[[ord(char) for char in chars if char < "\uffff"]] = number
    return classes


@cache
def _common_characters(charset: str) -> frozenset[str]:
    """The first level of each national standard (ordered by frequency of use), and punctuation."""
    marks = {chr(point) for point in (*range(0x2010, 0x2027), *range(0x3001, 0x3020), *range(0xFF01, 0xFF5F))}
    if charset == "gb18030":
        return frozenset(marks) | _block("gb2312", range(0xB0, 0xD8))
    if charset == "big5hkscs":
        return frozenset(marks) | _block("big5", range(0xA4, 0xC7))
    if charset.startswith("utf-16"):
        return _common_characters("gb18030") | _common_characters("big5hkscs")
    if charset == "shift_jis":
        kana = {chr(point) for point in (*range(0x3041, 0x3097), *range(0x30A1, 0x30FD))}
        return frozenset(marks | kana)
    return frozenset(chr(point) for point in range(0xC0, 0x180))


def _block(charset: str, leads: range) -> frozenset[str]:
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    decoded = (bytes((lead, trail)).decode(charset, "ignore") for lead in leads for trail in trails)
    return frozenset(char for char in decoded if len(char) == 1 and char >= "\u4e00")


@cache
def _frequent_characters(charset: str) -> frozenset[str]:
    words = lexicon.load("encoding")
    if charset == "gb18030":
        return frozenset(words["simplified"])
    if charset == "big5hkscs":
        return frozenset(words["traditional"])
    if charset.startswith("utf-16"):
        return frozenset(words["simplified"]) | frozenset(words["traditional"])
    if charset == "shift_jis":
        return frozenset("のはをにがでとたしますい。、")
    return frozenset()
