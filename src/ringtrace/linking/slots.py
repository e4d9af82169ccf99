"""What differs among the posts of a template: constant text, and slots with what stands in them in each post.

Each text is aligned with that of the template's heart (longest common subsequence of tokens). What nearly all
of a template's texts have in the same words is constant; what lies between two constant stretches is a slot.
Numbers are compared in full here, though they are all alike when templates are sought: a contact that changes
under one text is what an investigator looks for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz.distance import LCSseq

from ringtrace.linking.letters import TEXT_CHARS, letters, tokens
from ringtrace.linking.templates import find_templates

CONSTANT = 0.9
"""Share of a template's texts that have a token for it to be constant."""
SEEN = 200
"""Texts of a template from which its constant text is read."""
_TOGETHER = 2_000
_NUMBER = 0x30

SLOTS = pa.schema(
    [("template_id", pa.string()), ("post_id", pa.string()), ("similarity", pa.float64()),
     ("slots", pa.list_(pa.string()))]
)  # fmt: skip
PATTERNS = pa.schema(
    [("template_id", pa.string()), ("posts", pa.int64()), ("texts", pa.int64()), ("constants", pa.list_(pa.string()))]
)


@dataclass(frozen=True)
class Pattern:
    """constants: the constant stretches as the heart writes them, one more than there are slots; either end may be "".

    slots: of each text in order, what stands between two constants, from its first word to its last.
    """

    constants: tuple[str, ...]
    slots: tuple[tuple[str, ...], ...]


TEMPLATED = ("post_id", "kind", "text")
"""What ``describe_templates`` asks of posts."""


def describe_templates(posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return what ``find_patterns`` does of the templates of ``posts``: columns post_id, kind, text."""
    return find_patterns(find_templates(posts), posts)


def find_patterns(templates: pa.Table, posts: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return (``templates`` with the column slots, Table(template_id, posts, texts, constants)).

    templates: as ``find_templates`` gives them; posts: columns post_id, text. A post's slots are as many as its
    template's constants less one; the text of a template is its constants with a post's slots between them.
    """
    aligning = Aligning(templates, posts)
    return aligning.told(*aligning.align(np.arange(len(aligning))))


class Aligning:
    """The templates of a case in order of their ids, with their texts: each is aligned by itself."""

    def __init__(self, templates: pa.Table, posts: pa.Table) -> None:
        """templates, posts: as in ``find_patterns``."""
        self._templates = templates.sort_by([("template_id", "ascending"), ("post_id", "ascending")])
        rows = pc.index_in(self._templates["post_id"], posts["post_id"].combine_chunks())
        self._texts = posts["text"].take(rows)
        ids = self._ids = self._templates["template_id"].to_numpy(zero_copy_only=False)
        self._cuts = np.array([0, *(np.flatnonzero(ids[1:] != ids[:-1]) + 1).tolist(), len(ids)] if len(ids) else [0])
        self._whole = self._templates["similarity"].to_numpy() == 1.0

    def __len__(self) -> int:
        return len(self._cuts) - 1

    def sizes(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return how many posts the templates with these numbers have."""
        return np.asarray(self._cuts[numbers + 1] - self._cuts[numbers])

    def digests(self) -> pa.Array:
        """Return the SHA-256 of all that the alignment of each template depends on: its texts in order, its heart."""
        keys = []
        for texts, whole in self._groups(np.arange(len(self))):
            digest = hashlib.sha256(b"%d" % int(np.argmax(whole)))
            for text in texts:
                data = text.encode("utf-8", "surrogatepass")
                digest.update(b";%d;" % len(data) + data)
            keys.append(digest.digest())
        return pa.array(keys, pa.binary(32))

    def align(self, numbers: NDArray[np.int64]) -> tuple[pa.Table, pa.Table]:
        """Return (Table(slots) of the posts of these templates, Table(posts, texts, constants) of the templates)."""
        slots: list[Sequence[str]] = []
        patterns = []
        for few in _portions(numbers, self.sizes(numbers)):
            groups = list(self._groups(few))
            kinds = [list(dict.fromkeys(texts)) for texts, _ in groups]
            hearts = [
                kind.index(texts[int(np.argmax(whole))]) for kind, (texts, whole) in zip(kinds, groups, strict=True)
            ]
            found = read_patterns(kinds, hearts)
            for (texts, _), kind, pattern in zip(groups, kinds, found, strict=True):
                by_text = dict(zip(kind, pattern.slots, strict=True))
                slots += [by_text[text] for text in texts]
                patterns.append({"posts": len(texts), "texts": len(kind), "constants": pattern.constants})
        of_posts = pa.table({"slots": pa.array(slots, pa.list_(pa.string()))})
        return of_posts, pa.Table.from_pylist(patterns, schema=pa.schema(list(PATTERNS)[1:]))

    def told(self, slots: pa.Table, patterns: pa.Table) -> tuple[pa.Table, pa.Table]:
        """Return what ``find_patterns`` does. slots, patterns: as ``align`` gives them, of all templates in order."""
        templates = self._templates.append_column("slots", slots["slots"])
        ids = pa.array(self._ids[self._cuts[:-1]], pa.string())
        return templates.select(SLOTS.names), patterns.add_column(0, PATTERNS.field(0), ids).cast(PATTERNS)

    def _groups(self, numbers: NDArray[np.int64]) -> Iterator[tuple[list[str], NDArray[np.bool_]]]:
        """Yield (texts, which of them are as the heart) of these templates."""
        for number in numbers.tolist():
            low, high = int(self._cuts[number]), int(self._cuts[number + 1])
            yield self._texts.slice(low, high - low).to_pylist(), self._whole[low:high]


def _portions(numbers: NDArray[np.int64], sizes: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of templates that have about ``_TOGETHER`` posts together."""
    ends = np.cumsum(sizes)
    return (part for part in np.split(numbers, np.flatnonzero(np.diff(ends // _TOGETHER)) + 1) if len(part))


def read_patterns(groups: Sequence[Sequence[str]], hearts: Sequence[int]) -> list[Pattern]:
    """Return the pattern of each group of distinct texts; hearts: the number of the heart in its group."""
    read = iter(list(_read([text for group in groups for text in group])))
    return [_pattern([next(read) for _ in group], heart) for group, heart in zip(groups, hearts, strict=True)]


@dataclass(frozen=True)
class _Text:
    """A text with its tokens, one code point each; starts, stops: where they stand in it, in code points.

    numbers: place of a token -> its digits as written.
    """

    text: str
    tokens: str
    starts: list[int]
    stops: list[int]
    numbers: dict[int, str]


def _read(texts: Sequence[str]) -> Iterator[_Text]:
    source = letters(texts)
    stream = tokens(source)
    begins = np.flatnonzero(source.words)
    ends = np.append(begins[1:], len(source.codes))[: len(begins)] - 1
    number = source.codes[begins] == _NUMBER
    starts, stops = source.first[begins], source.last[ends] + 1
    for at, text in enumerate(texts):
        low, high = int(stream.starts[at]), int(stream.starts[at + 1])
        start = (starts[low:high] - source.ends[at]).tolist()
        stop = (stops[low:high] - source.ends[at]).tolist()
        digits = {
            place: "".join(filter(str.isalnum, text[start[place] : stop[place]]))
            for place in np.flatnonzero(number[low:high]).tolist()
        }
        yield _Text(text[:TEXT_CHARS], stream.of(at), start, stop, digits)


def _pattern(texts: Sequence[_Text], at: int) -> Pattern:
    heart = texts[at]
    matched = [_match(heart, one) for one in texts[:SEEN]]
    share = np.mean([[place >= 0 for place in match] for match in matched], axis=0) if heart.tokens else []
    constant = np.flatnonzero(np.asarray(share) >= CONSTANT).tolist()
    filled = np.mean([_filled(match, constant, one) for match, one in zip(matched, texts, strict=False)], axis=0)
    # A gap is a slot where the heart itself has words, or where more have some than may lack a constant word.
    own = _filled(list(range(len(heart.tokens))), constant, heart)
    gaps = [gap for gap in range(len(constant) + 1) if own[gap] or filled[gap] > 1 - CONSTANT]
    matches = [*matched, *(_match(heart, one) for one in texts[SEEN:])]
    slots = tuple(
        _between(one, [match[place] for place in constant], gaps) for match, one in zip(matches, texts, strict=True)
    )
    return Pattern(_constants(heart, constant, gaps), slots)


def _match(heart: _Text, other: _Text) -> list[int]:
    """Return for each token of ``heart`` the place of the same token in ``other``, or -1."""
    found = [-1] * len(heart.tokens)
    if heart.tokens == other.tokens:
        found = list(range(len(heart.tokens)))
    else:
        for block in LCSseq.opcodes(heart.tokens, other.tokens):
            if block.tag == "equal":
                found[block.src_start : block.src_end] = range(block.dest_start, block.dest_end)
    for place, digits in heart.numbers.items():
        if found[place] >= 0 and other.numbers.get(found[place]) != digits:
            found[place] = -1
    return found


def _filled(match: Sequence[int], constant: Sequence[int], text: _Text) -> list[bool]:
    """Return for each gap between constant tokens whether ``text`` has a token in it."""
    places = [-1, *(match[place] for place in constant), len(text.tokens)]
    filled, last = [], -1
    for place in places[1:]:
        filled.append(place > last + 1)
        last = max(last, place)
    return filled


def _constants(heart: _Text, constant: Sequence[int], gaps: Sequence[int]) -> tuple[str, ...]:
    found = []
    for low, high in pairwise([0, *gaps, len(constant)]):
        stretch = constant[low:high]
        found.append(heart.text[heart.starts[stretch[0]] : heart.stops[stretch[-1]]] if stretch else "")
    return tuple(found)


def _between(text: _Text, constant: Sequence[int], gaps: Sequence[int]) -> tuple[str, ...]:
    """Return what stands in each of ``gaps``, from its first token to its last.

    A text that lacks a constant token beside a gap gives what stands up to the next that it has, once.
    """
    found: list[str] = []
    told, at = 0, 0
    for gap in gaps:
        told = max([told, *(place + 1 for place in constant[at:gap])])
        at = gap
        stop = next((place for place in constant[gap:] if place >= 0), len(text.tokens))
        found.append(text.text[text.starts[told] : text.stops[stop - 1]] if stop > told else "")
        told = max(told, stop)
    return tuple(found)
