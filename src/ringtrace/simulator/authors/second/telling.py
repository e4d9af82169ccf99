"""One text being told: phrases become words in the manner of a person, mentions and facts are noted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random

from ringtrace.simulator.authors.second.cast import Handle
from ringtrace.simulator.authors.second.gazetteer import Spot
from ringtrace.simulator.authors.second.manner import Manner
from ringtrace.simulator.authors.second.phrase import Book, Phrase, Pick, load_table
from ringtrace.simulator.script import Spoken


@cache
def _children_named(words: str, language: str) -> tuple[Spoken, ...]:
    """Boys and girls that a literal names outside of slots."""
    table: dict[str, list[str]] = load_table("kids")[f"{language}-literal"]
    padded = f" {words} " if language == "en" else words
    return tuple(Spoken("sex", sex, "unknown") for sex in "FM" if any(word in padded for word in table[sex]))


@dataclass(slots=True)
class Matter:
    """What a conversation is about; what is empty is made up when a phrase asks for it and then kept.

    asked: the price named first; other: the one of a counter offer (yuan). number: of children.
    ways: whose handles may be shown: "self", "quoted", "desk" (open to all), or anybody else's.
    wary: how often they are disguised. at: seconds UTC. name: who is addressed.
    """

    at: int = 0
    asked: int = 0
    other: int = 0
    sex: str = ""
    age: str = ""
    spot: Spot | None = None
    away: Spot | None = None
    number: int = 0
    name: str = ""
    province: str = ""
    ways: dict[str, Sequence[Handle]] = field(default_factory=dict)
    wary: float = 0.1


@dataclass(frozen=True, slots=True)
class Told:
    """A finished text."""

    text: str
    mentions: tuple[Spoken, ...]
    facts: tuple[str, ...]


@dataclass(slots=True)
class Teller:
    """Expands rules of one language. What it says is collected until ``tell`` returns.

    slots: what each named place of a phrase says, by its name; a name that is none of them is a rule of the book.
    """

    dice: Random
    language: str
    book: Book
    slots: Mapping[str, Callable[[Teller, str], None]]
    matter: Matter
    manner: Manner
    pieces: list[str] = field(default_factory=list)
    mentions: dict[Spoken, None] = field(default_factory=dict)
    facts: dict[str, None] = field(default_factory=dict)

    def tell(self, rule: str) -> Told:
        """Return a text by a rule of the book. Raises KeyError for a rule that is not there."""
        self.say(rule)
        text = self.manner.finish(self.dice, "".join(self.pieces).strip())
        return Told(text, tuple(self.mentions), tuple(self.facts))

    def say(self, rule: str) -> None:
        options = self.book[rule]
        self._expand(options[int(self.dice.random() * len(options))])

    def _expand(self, phrase: Phrase) -> None:
        for node in phrase:
            if isinstance(node, str):
                self.pieces.append(self.manner.say(node))
                for mention in _children_named(node, self.language):
                    self.mentions[mention] = None
            elif isinstance(node, Pick):
                self._expand(node.options[int(self.dice.random() * len(node.options))])
            elif node.name in self.slots:
                self.slots[node.name](self, node.arg)
            else:
                self.say(node.name)

    def put(self, words: str, kind: str, value: str, owner: str = "unknown", family: str = "plain") -> None:
        """Say words that name something."""
        self.pieces.append(words)
        self.mentions[Spoken(kind, value, owner, family)] = None
