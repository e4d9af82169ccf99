"""From concepts to named features of one text: what is said, with what, in answer to what.

Names: ``c:give`` (the concept is named), ``m:appeal`` (by two
words or more), ``p:child+give`` (both in one sentence), ``d:child+give`` (both anywhere), ``x:contact``
(an extractor found one), ``s:short`` (shape), ``r:offer+ask_price`` (an answer to an offer),
``o:offer+price`` (the account's own offer stands above), ``n:offer+...`` (an offer stands before it),
``a:pet`` (the talk is about that), ``a:child`` and ``a:no_child`` (a child is named in it or nowhere).
Groups of concepts and the pairs that are looked at are data (``stance_weights.toml``).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ringtrace.model.mention import CONTACT_KINDS, Candidate
from ringtrace.model.stance import Direction
from ringtrace.stances.concepts import Hit
from ringtrace.text.lexicon import constants
from ringtrace.text.view import TextView

SENTENCE_BREAKS = frozenset("。！？!?\n；;")
_BREAK = re.compile(f"[{''.join(sorted(SENTENCE_BREAKS))}]")
SHORT, LONG = 24, 220
"""Code points: an answer in passing stays below SHORT, an article or a notice is above LONG."""
QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'), ("«", "»"))
_OPENING = frozenset(opening for opening, _ in QUOTES)
QUOTED_MIN = 6
"""Code points inside quotation marks from which it is a saying, not a nickname or a scare quote."""
CHILD = ("child", "child_sexed", "twins", "newborn", "unborn", "adopt", "childless", "between_families")
"""Concepts of which one at least names a child or the lack of one."""
TOPICS = (
    "goods", "thing", "pet", "job", "surrogacy", "spam", "lawful", "appeal", "kin", "adoptive_parent", "parenting",
    "pregnancy_chat", "joke", "warning", "police", "moderator", "fiction",
)  # fmt: skip
"""Concepts above a text that say what the talk is about where its own words ("still there?") do not."""
_REMEMBERED = 16_384
_Pair = tuple[str, str, int, int]
CITED_MOST = 0.9
"""A text whose quotation marks enclose more than this share of it is not citing but decorating."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said above the text.

    answered: what the post does that it answers; answers: whether there is one; own: what the same
    account did further up; far: what another account did further up; before: what the post does that
    merely stands before it; heading: what its thread's title alone would do; about: the concepts that
    the posts above name, from the one answered to the opener of the talk.
    """

    answered: Direction = "none"
    answers: bool = False
    own: Direction = "none"
    far: Direction = "none"
    before: Direction = "none"
    heading: Direction = "none"
    about: frozenset[str] = frozenset()

    @property
    def trades(self) -> bool:
        """Whether anything above is an offer, a wish or a go-between."""
        return any(one != "none" for one in (self.answered, self.own, self.far, self.before, self.heading))

    @property
    def stand(self) -> str:
        """What a text of this talk answers: a direction, ``own`` (it goes on with its own), ``none``; or ""."""
        near = next((one for one in (self.answered, self.far, self.before) if one != "none"), "")
        if near or self.own != "none":
            return near or "own"
        return "none" if self.answers else self.heading.replace("none", "")


def quotations(text: str) -> list[tuple[int, int]]:
    """Return the insides of quotation marks of at least QUOTED_MIN code points, in order."""
    found: list[tuple[int, int]] = []
    if _OPENING.isdisjoint(text):
        return found
    for opening, closing in QUOTES:
        start = text.find(opening)
        while start >= 0:
            stop = text.find(closing, start + 1)
            if stop < 0:
                break
            if stop - start > QUOTED_MIN:
                found.append((start + 1, stop))
            start = text.find(opening, stop + 1)
    return sorted(found)


class Describer:
    """Names the features of texts; compiled once for a set of groups and pairs.

    groups: further names for sets of concepts. pairs: names (concepts, groups, extracted kinds) to
    look for in one sentence and in the whole text. Every name is one bit of an integer.
    """

    def __init__(self, groups: Mapping[str, frozenset[str]], pairs: Sequence[tuple[str, str]]) -> None:
        self._bit: dict[str, int] = {}
        self._groups = {name: sorted(members) for name, members in groups.items()}
        self._pairs = [(f"p:{a}+{b}", f"d:{a}+{b}", self._of(a), self._of(b)) for a, b in pairs]
        self._child = self._union(CHILD)
        self._grouped = [(name, self._of(name)) for name in sorted(groups)]
        self._within = lru_cache(maxsize=_REMEMBERED)(self._look_within)

    def _of(self, name: str) -> int:
        """Return the bit of a concept or extracted kind, or the union of a group's."""
        if name in self._groups:
            return self._union(self._groups[name])
        bit = self._bit.get(name)
        if bit is None:
            bit = self._bit[name] = 1 << len(self._bit)
        return bit

    def _union(self, names: Iterable[str]) -> int:
        bits = 0
        for name in names:
            bits |= self._of(name)
        return bits

    def describe(
        self, view: TextView, hits: Sequence[Hit], candidates: Sequence[Candidate], talk: Talk
    ) -> tuple[str, ...]:
        """Return the names of the features that hold for the text, sorted.

        hits: in order of position; talk: what stands above. A feature holds or not; nothing is
        counted, so that length buys nothing.
        """
        spoken, cited = _apart(view.folded.text, hits)
        named = {hit.concept for hit in spoken}
        extracted = set(_found(candidates))
        everything = self._union(named) | self._union(extracted)
        features = {f"c:{name}" for name in named} | extracted
        grouped, pairs = self._within(everything)
        features.update(grouped)
        features.update(f"m:{name}" for name in _several(spoken))
        by_sentence = self._sentences(view.folded.text, spoken)
        for together, anywhere, a, b in pairs:
            features.add(anywhere)
            if any(one & a and one & b for one in by_sentence):
                features.add(together)
        if cited:
            inside = self._union(hit.concept for hit in cited)
            features.update(f"q:{name}" for name, bits in self._grouped if inside & bits)
        features.update(_shape(view, named))
        if not everything & self._child and not talk.trades:
            features.add("s:no_child")
        features.update(_answering(named, talk))
        return tuple(sorted(features))

    def _look_within(self, everything: int) -> tuple[tuple[str, ...], tuple[_Pair, ...]]:
        """Return the groups (as features) and the pairs of a text that names ``everything``."""
        grouped = tuple(f"c:{name}" for name, bits in self._grouped if everything & bits)
        return grouped, tuple(pair for pair in self._pairs if everything & pair[2] and everything & pair[3])

    def _sentences(self, text: str, hits: Sequence[Hit]) -> list[int]:
        """Return the bits of each sentence of the folded text that names a concept."""
        breaks = [match.start() for match in _BREAK.finditer(text)]
        found: dict[int, int] = {}
        for hit in hits:
            number = bisect_left(breaks, hit.start)
            found[number] = found.get(number, 0) | self._of(hit.concept)
        return list(found.values())


def _answering(named: set[str], talk: Talk) -> Iterable[str]:
    """Name what stands above, alone and beside each concept; the mark says where it stands."""
    if talk.heading != "none":
        yield f"t:{talk.heading}"
    near = talk.answered if talk.answered != "none" else talk.far
    for mark, direction in (("r", near), ("o", talk.own), ("n", talk.before)):
        if direction != "none":
            yield f"{mark}:{direction}"
            for name in named:
                yield f"{mark}:{direction}+{name}"
    if talk.answers and near == "none":
        yield "r:none"
    if talk.answers:
        yield from (f"a:{topic}" for topic in TOPICS if topic in talk.about)
        child = not talk.about.isdisjoint(CHILD) or not named.isdisjoint(CHILD)
        yield "a:child" if child else "a:no_child"


def _apart(text: str, hits: Sequence[Hit]) -> tuple[list[Hit], list[Hit]]:
    """Return what is said and what is only cited; a text that is nearly all quotation says it."""
    quoted = quotations(text)
    if not quoted or sum(b - a for a, b in quoted) > CITED_MOST * len(text):
        return list(hits), []
    inside = [any(a <= hit.start and hit.stop <= b for a, b in quoted) for hit in hits]
    spoken = [hit for hit, within in zip(hits, inside, strict=True) if not within]
    return spoken, [hit for hit, within in zip(hits, inside, strict=True) if within]


def _several(hits: Sequence[Hit]) -> Iterable[str]:
    """Yield the concepts that two words apart from each other name."""
    ends: dict[str, int] = {}
    for hit in hits:
        if hit.concept not in ends:
            ends[hit.concept] = hit.stop
        elif hit.start >= ends[hit.concept]:
            yield hit.concept


def _found(candidates: Sequence[Candidate]) -> Iterable[str]:
    sums = [one.value for one in candidates if one.kind == "money" and one.probability >= 0.5]
    if sums and any(_yuan(one) >= constants("price")["asked"]["least"] for one in sums):
        yield "x:money_asked"
    elif sums and all(_yuan(one) < constants("price")["asked"]["goods_most"] for one in sums):
        yield "x:money_small"
    for candidate in candidates:
        if candidate.probability >= 0.5:
            yield "x:contact" if candidate.kind in CONTACT_KINDS else f"x:{candidate.kind}"
            if candidate.owner != "unknown" and candidate.kind in CONTACT_KINDS:
                yield f"x:owner_{candidate.owner}"


def _yuan(value: str) -> float:
    """Return about how many yuan a sum of money (contract form, "350 CNY") was worth; 0 where that is unknown."""
    amount, _, currency = value.partition(" ")
    return float(amount) * float(constants("price")["yuan"].get(currency, 0.0))


def _shape(view: TextView, named: set[str]) -> Iterable[str]:
    text = view.folded.text
    if len(text) < SHORT:
        yield "s:short"
    if len(text) > LONG:
        yield "s:long"
    if view.kind in ("article", "page") or view.platform == "news":
        yield "s:article"
    if view.kind == "tip" or view.platform == "tip":
        yield "s:tip"
    if text.lstrip().startswith("@"):
        yield "s:addressed"
    tail = text.rstrip()[-2:]
    if "?" in tail or "吗" in tail or "呢" in tail:
        yield "s:asks"
    if quotations(text):
        yield "s:quotation"
    if not named:
        yield "s:empty"
