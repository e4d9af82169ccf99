"""Observed facts of a post about a child: which words, where. Never a conclusion."""

from __future__ import annotations

from collections.abc import Sequence

from ringtrace.model.mention import Candidate
from ringtrace.model.stance import FactFound
from ringtrace.stances.concepts import Hit
from ringtrace.text.view import TextView

# Fact -> (concept of the lexicon, probability that a word of it means the fact).
_FROM_WORDS = {
    "haggling": ("haggle", 0.75),
    "several_children": ("several", 0.7),
    "papers": ("papers", 0.85),
    "middleman": ("middleman", 0.8),
    "private_channel": ("private_channel", 0.85),
    "expecting": ("unborn", 0.9),
    "handover_place": ("handover", 0.75),
    "transport": ("transport", 0.7),
    "admission": ("admission", 0.7),
}
_PRICE_WORDS, _PRICE_MONEY = 0.7, 0.9


def find_facts(view: TextView, hits: Sequence[Hit], candidates: Sequence[Candidate]) -> tuple[FactFound, ...]:
    """Return the facts with their pieces (code points of the original text), in order of name."""
    facts = []
    for fact in sorted(_FROM_WORDS):
        concept, probability = _FROM_WORDS[fact]
        pieces = _pieces(view, [hit for hit in hits if hit.concept == concept])
        if pieces:
            facts.append(FactFound(fact, pieces, probability))
    money = _merge([piece for one in candidates if one.kind == "money" for piece in one.pieces])
    priced = money or _pieces(view, [hit for hit in hits if hit.concept == "fee"])
    if priced:
        facts.append(FactFound("price", priced, _PRICE_MONEY if money else _PRICE_WORDS))
    return tuple(sorted(facts, key=lambda one: one.fact))


def _pieces(view: TextView, hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
    size = len(view.folded.text)
    return _merge([view.folded.origin(hit.start, hit.stop) for hit in hits if hit.stop <= size])


def _merge(pieces: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, stop in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        elif start < stop:
            merged.append((start, stop))
    return tuple(merged)
