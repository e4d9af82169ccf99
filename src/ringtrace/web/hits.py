"""Where the words of a search stand in a post: the stretch of it that is shown, with the words marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from markupsafe import Markup, escape

from ringtrace.text.folding import fold

_TITLE, _TEXT = 160, 320
_BEFORE = 60
"""Code points that are shown before the first word, where it stands further in than what is shown."""
_LOOKED = 20_000
"""Code points of a post in which words are looked for: who searched for more opens the post."""
_MARKS = 40


class Shown(NamedTuple):
    """A post's headline and text as a list shows them, escaped."""

    title: Markup
    text: Markup


def shown(title: str, text: str, words: Sequence[str], *, exact: bool) -> Shown:
    """Return what is shown of a post that was found by ``words``; exact: as written, else folded as the index does."""
    return Shown(excerpt(title, words, _TITLE, exact=exact), excerpt(text, words, _TEXT, exact=exact))


def excerpt(text: str, words: Sequence[str], most: int, *, exact: bool) -> Markup:
    """Return at most ``most`` code points of ``text`` on one line, around the first word, each word in ``mark``."""
    found = _joined(sorted(_places(text[:_LOOKED], words, exact=exact)))[:_MARKS]
    start = max(0, found[0][0] - _BEFORE) if found and found[0][1] > most else 0
    stop = min(len(text), start + most)
    parts, at = [Markup("…") if start else Markup("")], start
    for first, last in found:
        if last <= stop:
            parts += [_flat(text[at:first]), Markup('<mark class="hit">{}</mark>').format(_flat(text[first:last]))]
            at = last
    return Markup("").join([*parts, _flat(text[at:stop]), Markup("…") if stop < len(text) else Markup("")])


def _places(text: str, words: Sequence[str], *, exact: bool) -> Iterator[tuple[int, int]]:
    """Yield (start, stop) in ``text`` of every word; a folded one stands for whatever was folded into it."""
    folded = None if exact else fold(text)
    looked = text if folded is None else folded.text
    for word in words:
        wanted = word if folded is None else fold(word).text
        at = looked.find(wanted) if wanted else -1
        for _ in range(_MARKS):
            if at < 0:
                break
            stop = at + len(wanted)
            yield (at, stop) if folded is None else folded.origin(at, stop)
            at = looked.find(wanted, stop)


def _joined(places: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted stretches without overlaps."""
    found: list[tuple[int, int]] = []
    for start, stop in places:
        if found and start < found[-1][1]:
            found[-1] = found[-1][0], max(stop, found[-1][1])
        else:
            found.append((start, stop))
    return found


def _flat(text: str) -> Markup:
    """Escaped, white space as one blank each, as lists show it."""
    words = " ".join(text.split())
    lead = " " if words and text[:1].isspace() else ""
    return escape(lead + words + (" " if words and text[-1:].isspace() else "") if words else " " if text else "")
