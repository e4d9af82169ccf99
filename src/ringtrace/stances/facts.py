"""Observed facts of a post about a child: which words, where. Never a conclusion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from ringtrace.model.mention import CONTACT_KINDS, Candidate
from ringtrace.model.stance import Direction, FactFound
from ringtrace.stances.concepts import Hit
from ringtrace.text import lexicon
from ringtrace.text.view import TextView

NEAR = 6
"""Code points between a count and the child that it counts, or a place and "meet"."""
AT_ONCE = 8
"""Code points between "add me" and the handle itself: then it gives a contact, not a channel."""
_BEFORE = 3

Piece = tuple[int, int]


class _Scene:
    """One text's words by concept and extracted values by kind, in code points of the original."""

    def __init__(
        self, view: TextView, hits: Sequence[Hit], direction: Direction, candidates: Sequence[Candidate]
    ) -> None:
        self.view = view
        self.direction = direction
        size = len(view.folded.text)
        self._hits = [hit for hit in hits if hit.stop <= size]
        self._candidates = [one for one in candidates if one.probability >= 0.5]

    def said(self, *concepts: str) -> list[Piece]:
        origin = self.view.folded.origin
        return [origin(hit.start, hit.stop) for hit in self._hits if hit.concept in concepts]

    def possessed(self, concept: str) -> list[Piece]:
        """Return the words of ``concept`` that no "without" stands before."""
        text = self.view.folded.text
        lacking = lexicon.load("negation", self.view.lexicons)["lacking"]
        return [
            self.view.folded.origin(hit.start, hit.stop)
            for hit in self._hits
            if hit.concept == concept
            and not text[max(0, hit.start - _BEFORE - 5) : hit.start].endswith(lacking)
            and not text.startswith(lacking, hit.start)
        ]

    def found(self, *kinds: str) -> list[Piece]:
        return [piece for one in self._candidates if one.kind in kinds for piece in one.pieces]

    def counted(self) -> list[Piece]:
        return [
            piece
            for one in self._candidates
            if one.kind == "count" and one.value.isdigit() and 2 <= int(one.value) <= 20
            for piece in one.pieces
        ]


def _near(left: Iterable[Piece], right: Sequence[Piece], distance: int) -> list[Piece]:
    """Return the pieces of ``left`` that have one of ``right`` within ``distance`` of them."""
    return [
        (a, b) for a, b in left if any(abs(c - b) <= distance or abs(a - d) <= distance for c, d in right)
    ]  # fmt: skip


def _price(scene: _Scene) -> list[Piece]:
    return scene.found("money") or scene.said("fee")


def _several(scene: _Scene) -> list[Piece]:
    children = scene.said("child", "child_sexed", "newborn")
    words = scene.said("several", "twins") + _near(scene.counted(), children, NEAR)
    return words if scene.direction == "broker" else words + scene.said("several_mixed")


def _middleman(scene: _Scene) -> list[Piece]:
    if scene.direction == "broker":
        return scene.said("middleman", "broker", "knows_someone")
    return scene.said("middleman") if scene.direction == "offer" else []


def _private_channel(scene: _Scene) -> list[Piece]:
    handles = scene.found(*sorted(CONTACT_KINDS))
    given = set(_before(scene.said("contact"), handles, AT_ONCE))
    return [piece for piece in scene.said("private_channel") if piece not in given]


def _before(left: Iterable[Piece], right: Sequence[Piece], distance: int) -> list[Piece]:
    return [(a, b) for a, b in left if any(0 <= c - b <= distance for c, _ in right)]


def _handover_place(scene: _Scene) -> list[Piece]:
    places = scene.found("place")
    met = _near(scene.said("meet"), places, NEAR)
    return scene.said("handover") + met + (_near(places, met, NEAR) if met else [])


_FACTS: Mapping[str, tuple[Callable[[_Scene], list[Piece]], float]] = MappingProxyType(
    {
        "admission": (lambda scene: scene.said("admission"), 0.7),
        "agreed": (lambda scene: scene.said("agreed"), 0.7),
        "expecting": (lambda scene: scene.said("unborn"), 0.9),
        "gone": (lambda scene: scene.said("gone"), 0.7),
        "haggling": (lambda scene: scene.said("bargain"), 0.8),
        "handover_place": (_handover_place, 0.75),
        "middleman": (_middleman, 0.85),
        "papers": (lambda scene: scene.possessed("papers"), 0.85),
        "price": (_price, 0.9),
        "private_channel": (_private_channel, 0.85),
        "several_children": (_several, 0.8),
        "transport": (lambda scene: scene.said("transport"), 0.7),
    }
)
"""Fact -> (its words and values, probability that they mean it, as counted on labelled texts)."""


def find_facts(
    view: TextView, hits: Sequence[Hit], direction: Direction, candidates: Sequence[Candidate]
) -> tuple[FactFound, ...]:
    """Return the facts with their pieces (code points of the original text), in order of name."""
    scene = _Scene(view, hits, direction, candidates)
    found = []
    for fact, (gather, probability) in _FACTS.items():
        pieces = _merge(gather(scene))
        if pieces:
            found.append(FactFound(fact, pieces, probability))
    return tuple(found)


def _merge(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    merged: list[Piece] = []
    for start, stop in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        elif start < stop:
            merged.append((start, stop))
    return tuple(merged)
