"""Which places a report has spoken of so far: where a figure may belong whose own sentence names no place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ringtrace.statement.counted import Count
from ringtrace.statement.named_places import common, innermost
from ringtrace.statement.vocabulary import Vocabulary
from ringtrace.text.places import Place, contains, parent


@dataclass(frozen=True, slots=True)
class Report:
    """What a whole report says of places. issuer: of the account that posts it; headed: of its headline.

    only: what holds all places that its text names, "" where they lie apart. provinces: how many first-level
    divisions it names. national: it speaks of the whole country, or counts provinces.
    """

    issuer: str
    headed: str
    only: str
    provinces: int
    national: bool


def survey(issuer: str, headed: str, places: Sequence[Place], *, national: bool) -> Report:
    """Return what a report says of places. places: all that it surely names."""
    codes = {place.code for place in places}
    inner = {code for code in codes if not any(contains(code, other) for other in codes - {code})}
    first = {first_level(code) for code in inner}
    return Report(issuer, headed, common(places) if len(first) == 1 else "", len(first), national)


def is_national(vocabulary: Vocabulary) -> bool:
    """Whether a sentence speaks of the whole country, or counts provinces."""
    return vocabulary.has("national") or any(noun.kind == "provinces" for noun in vocabulary.nouns)


def first_level(code: str) -> str:
    """Return the province of a place, the code itself where it lies in none."""
    above = parent(code)
    while above and above != "CN" and "-" not in code:
        code, above = above, parent(above)
    return code


@dataclass
class Trail:
    """The places told in one story. sentence, paragraph: those of the last sentence that named any.

    wholes: (quantity, value) -> where that count was placed, for "of the 29, 17 are women".
    """

    first: str = ""
    last: str = ""
    sentence: str = ""
    paragraph: int = -1
    wholes: dict[tuple[str, str], str] = field(default_factory=dict)

    def enter(self, paragraph: int) -> None:
        """Begin a sentence; a new paragraph forgets the scene."""
        if paragraph != self.paragraph:
            self.paragraph, self.sentence = paragraph, ""

    def add(self, named: Sequence[Place], counted: Sequence[Count], placed: Sequence[str]) -> None:
        """Remember a sentence: the places it names, and where its counts were placed."""
        self.first = self.first or innermost(named)
        self.sentence = innermost(named) if named else self.sentence
        for count, place in zip(counted, placed, strict=True):
            self.wholes[count.quantity, str(count.number.value)] = place
            self.last = place or self.last
