"""From concepts to named features of one text: what is said, with what, in answer to what.

Names: ``c:give`` (the concept is named), ``m:appeal`` (by two
words or more), ``p:child+give`` (both in one sentence), ``d:child+give`` (both anywhere), ``x:contact``
(an extractor found one), ``s:short`` (shape), ``r:offer+ask_price`` (an answer to an offer).
Groups of concepts and the pairs that are looked at are data (``stance_weights.toml``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ringtrace.model.mention import CONTACT_KINDS, Candidate
from ringtrace.model.stance import Direction
from ringtrace.stances.concepts import Hit
from ringtrace.text.view import TextView

SENTENCE_BREAKS = "。！？!?\n；;"
SHORT, LONG = 24, 220
"""Code points: an answer in passing stays below SHORT, an article or a notice is above LONG."""
QUOTES = (("“", "”"), ("「", "」"), ("『", "』"), ('"', '"'), ("«", "»"))
QUOTED_MIN = 6
"""Code points inside quotation marks from which it is a saying, not a nickname or a scare quote."""
CITED_MOST = 0.9
"""A text whose quotation marks enclose more than this share of it is not citing but decorating."""


@dataclass(frozen=True, slots=True)
class Context:
    """What the text answers: the direction of the other post and how sure that is."""

    direction: Direction = "none"
    probability: float = 0.0


def sentences(text: str, hits: Sequence[Hit]) -> list[frozenset[str]]:
    """Return the concepts named in each sentence of the folded ``text`` that names any."""
    found: dict[int, set[str]] = {}
    breaks = [index for index, char in enumerate(text) if char in SENTENCE_BREAKS]
    at = 0
    for hit in sorted(hits, key=lambda one: one.start):
        while at < len(breaks) and breaks[at] < hit.start:
            at += 1
        found.setdefault(at, set()).add(hit.concept)
    return [frozenset(found[number]) for number in sorted(found)]


def quotations(text: str) -> list[tuple[int, int]]:
    """Return the insides of quotation marks of at least QUOTED_MIN code points, in order."""
    found: list[tuple[int, int]] = []
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


def describe(
    view: TextView,
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    context: Context,
    heading: Context,
    groups: Mapping[str, frozenset[str]],
    pairs: Iterable[tuple[str, str]],
) -> tuple[str, ...]:
    """Return the names of the features that hold for the text, sorted.

    context: the post that it answers; heading: what its thread's title alone would be.
    groups: further names for sets of concepts; pairs: names (concepts or groups) to look for in
    one sentence. A feature holds or not; nothing is counted, so that length buys nothing.
    """
    spoken, cited = _apart(view.folded.text, hits)
    named = {hit.concept for hit in spoken}
    extracted = frozenset(_found(candidates))
    by_sentence = [_with_groups(one, groups) for one in sentences(view.folded.text, spoken)]
    everything = _with_groups(named, groups) | extracted
    features = {f"c:{name}" for name in everything - extracted} | extracted
    features.update(f"m:{name}" for name in _several(spoken))
    features.update(f"p:{a}+{b}" for a, b in pairs if any(a in one and b in one for one in by_sentence))
    features.update(f"d:{a}+{b}" for a, b in pairs if a in everything and b in everything)
    features.update(_shape(view, named))
    features.update(f"q:{name}" for name in _with_groups({hit.concept for hit in cited}, groups) if name in groups)
    if heading.direction != "none":
        features.add(f"t:{heading.direction}")
    if context.direction != "none":
        features.add(f"r:{context.direction}")
        features.update(f"r:{context.direction}+{name}" for name in named)
    elif view.reply_to:
        features.add("r:none")
    return tuple(sorted(features))


def _with_groups(names: Iterable[str], groups: Mapping[str, frozenset[str]]) -> frozenset[str]:
    named = frozenset(names)
    return named.union(group for group, members in groups.items() if not members.isdisjoint(named))


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
    for hit in sorted(hits, key=lambda one: (one.start, one.stop)):
        if hit.concept not in ends:
            ends[hit.concept] = hit.stop
        elif hit.start >= ends[hit.concept]:
            yield hit.concept


def _found(candidates: Sequence[Candidate]) -> Iterable[str]:
    for candidate in candidates:
        if candidate.probability >= 0.5:
            yield "x:contact" if candidate.kind in CONTACT_KINDS else f"x:{candidate.kind}"
            if candidate.owner != "unknown" and candidate.kind in CONTACT_KINDS:
                yield f"x:owner_{candidate.owner}"


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
