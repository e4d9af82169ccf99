"""Which places a report has spoken of so far: where a figure may belong whose own sentence names no place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ringtrace.statement.counted import Count
from ringtrace.statement.named_places import Frame, common, innermost
from ringtrace.statement.vocabulary import Vocabulary
from ringtrace.text.places.divisions import parent
from ringtrace.text.places.gazetteer import Place


@dataclass(frozen=True)
class Report:
    """What a whole report says of places. frame: where it comes from.

    only: what holds all places that its text names, "" where they lie apart. provinces: how many first-level
    divisions it names. national: it speaks of the whole country, or counts provinces. shares: code -> which part
    of the sentences that name any place name this one.
    """

    frame: Frame
    only: str
    provinces: int
    national: bool
    shares: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def most(self) -> str:
        """The place that more sentences name than any other, the first of equals."""
        return max(self.shares, key=lambda code: self.shares[code], default="")


def survey(frame: Frame, named: Sequence[Sequence[Place]], *, national: bool) -> Report:
    """Return what a report says of places. named: all that it surely names, sentence by sentence."""
    places = [place for sentence in named for place in sentence]
    codes = {place.code for place in places}
    inner = codes - {above for code in codes for above in _above(code)}
    first = {first_level(code) for code in inner}
    tally = Counter(code for sentence in named for code in dict.fromkeys(place.code for place in sentence))
    whole = sum(1 for sentence in named if sentence)
    shares = {code: count / whole for code, count in tally.items()}
    return Report(frame, common(places) if len(first) == 1 else "", len(first), national, shares)


def _above(code: str) -> Iterator[str]:
    """Yield what a place lies in, from the nearest on."""
    while code := parent(code):
        yield code


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
    """The places told in one story. told: all of them; holding: these, and what they lie in.

    sentence: that of the paragraph's last sentence that named any; opening: of its first; label: its first if nothing
    was counted there ("Case 2. Zhumadian."); before: of the last sentence before the paragraph; latest: of the last.
    first: the first of the story; last: where a count was placed last; wholes: (quantity, value) -> where that
    count was placed, for "of the 29, 17 are women".
    """

    first: str = ""
    last: str = ""
    sentence: str = ""
    opening: str = ""
    label: str = ""
    before: str = ""
    latest: str = ""
    paragraph: int = -1
    wholes: dict[tuple[str, str], str] = field(default_factory=dict)
    told: set[str] = field(default_factory=set)
    holding: set[str] = field(default_factory=set)

    def enter(self, paragraph: int) -> None:
        """Begin a sentence; a new paragraph forgets the scene."""
        if paragraph != self.paragraph:
            self.paragraph, self.before = paragraph, self.latest
            self.sentence = self.opening = self.label = ""

    def add(self, named: Sequence[Place], counted: Sequence[Count], placed: Sequence[str]) -> None:
        """Remember a sentence: the places it names, and where its counts were placed."""
        inner = innermost(named)
        self.told.update(place.code for place in named)
        for one in named:
            code = one.code
            while code and code not in self.holding:
                self.holding.add(code)
                code = parent(code)
        self.first = self.first or inner
        if inner and not self.opening and not counted:
            self.label = inner
        self.opening = self.opening or inner
        self.latest = inner or self.latest
        self.sentence = inner if named else self.sentence
        for count, place in zip(counted, placed, strict=True):
            self.wholes[count.quantity, str(count.number.value)] = place
            self.last = place or self.last
