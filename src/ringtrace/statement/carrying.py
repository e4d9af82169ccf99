"""Where a figure is placed whose own sentence names no place: with its whole, its report, or who reports it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ringtrace.statement.counted import Count
from ringtrace.statement.placing import innermost
from ringtrace.statement.stories import Told
from ringtrace.statement.vocabulary import PERSONS, Vocabulary, look_up
from ringtrace.text.places import Place, contains, find_places

_WHOLE = re.compile(
    r"\bof (?:the|those|these|its|all(?: the)?) ([0-9][0-9,]*)\b"
    r"|(?:这|上述|该)?(?<![0-9])([0-9]+)名?[^，。；]{0,8}中[，,]"
)
_ITEM = re.compile(r"[\s•·*◆■\-–—]{0,40}[^\n:：0-9]{2,40}: ?[0-9,]+[名个人起]?\s*$")
"""An item of a list, "suspects arrested: 27": of the place that its headline names."""
_BEFORE_ACTION = frozenset({"sold", "bought", "abducted", "reported"})
"""What was done to children before anybody acted; where, the sentence says itself or nobody does."""
_ENOUGH = 4
"""Figures that all lie in one place, before a sentence without one is held to go on about it (a yearbook's page)."""


@dataclass
class Carried:
    """The places told so far in one story."""

    issuer: str = ""
    first: str = ""
    paragraph: int = -1
    scene: str = ""
    wholes: dict[tuple[str, str], str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    def place(self, told: Told, counted: Sequence[Count], own: Sequence[str], named: Sequence[Place]) -> list[str]:
        """Return the place of each count of a sentence, and remember them for the sentences that follow.

        own: as ``placing.place_counts`` gives them, "" for none. named: the places that the sentence names; one
        that names places is never given those of another sentence.
        """
        if told.sentence.paragraph != self.paragraph:
            self.paragraph, self.scene = told.sentence.paragraph, ""
        here = "" if told.vocabulary.has("national") else self.scene or self._settled()
        if told.vocabulary.has("same_place") or _ITEM.match(told.vocabulary.text):
            here = next((place for place in reversed(self.told) if place), self.issuer or self.first)
        whole = self._whole(told.vocabulary, counted)
        found = []
        for count, place in zip(counted, own, strict=True):
            carried = "" if place or named or count.status in _BEFORE_ACTION else whole or here
            found.append(place or carried)
        self.first = self.first or innermost(named)
        if named and not counted:  # "Our officers struck in Wuhan. 31 suspects are in custody"
            self.scene = innermost(named)
        self._remember(counted, found)
        return found

    def _whole(self, vocabulary: Vocabulary, counted: Sequence[Count]) -> str:
        """ "Of the 29, 17 are women": the place of those 29."""
        match = _WHOLE.search(vocabulary.text)
        if match is None:
            return ""
        number = (match[1] or match[2]).replace(",", "")
        return next(
            (self.wholes[count.quantity, number] for count in counted if (count.quantity, number) in self.wholes), ""
        )

    def _remember(self, counted: Sequence[Count], found: Sequence[str]) -> None:
        persons = [
            (c, p) for c, p in zip(counted, found, strict=True) if c.quantity in PERSONS or c.quantity == "cases"
        ]
        for count, place in persons:
            self.wholes[count.quantity, str(count.number.value)] = place
            self.told.append(place)

    def _settled(self) -> str:
        """The issuer's place, or the only one that the story has spoken of so far."""
        if self.issuer or len(self.told) < _ENOUGH:
            return self.issuer
        shortest = min(self.told, key=len) if all(self.told) else ""
        return shortest if shortest and all(contains(shortest, place) for place in self.told) else ""


_ISSUER = re.compile(r"\s*(?:@([^\s:：]{2,24})|[\[【(（]([^\]】)）\n]{2,80})[\]】)）])")


def issuer_place(text: str) -> str:
    """Return the place in the name of the account that a post opens with ("@...", "[... , 23 May]"), "" without one."""
    match = _ISSUER.match(text)
    name = (match[1] or match[2]) if match is not None else ""
    if not name or look_up(name).has("no_issuer"):
        return ""
    return innermost([place for place in find_places(name) if place.probability >= 0.5 and place.code != "CN"])
