"""What people say a post is, without seeing what the program makes of it, and how the posts were drawn."""

from __future__ import annotations

from dataclasses import dataclass

DIRECTIONS = ("offer", "seek", "broker", "none")
FRAMES = ("plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other")
LABELLED_FACTS = (
    "price", "haggling", "several_children", "papers", "middleman", "private_channel", "agreed", "gone",
)  # fmt: skip
OWNERS = ("self", "other", "quoted", "hotline", "unknown")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A post of a sample. stratum: band of probability and language; chance: with which it was drawn, 0..1."""

    post: str
    stratum: str
    chance: float


@dataclass(frozen=True, slots=True)
class Sample:
    """Posts to label, in the order in which they are shown.

    audit: share drawn from all posts alike, whatever the program makes of them; double: share that a second
    person labels as well; posts: how many there were; version: the program that the strata come from.
    """

    id: str
    seed: int
    audit: float
    double: float
    posts: int
    version: str
    drawn: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A contact that a person found in a post."""

    kind: str
    value: str
    owner: str


@dataclass(frozen=True, slots=True)
class Label:
    """One person's label of one post; a later one by the same person takes the place of an earlier."""

    sample: str
    post: str
    by: str
    direction: str
    frame: str
    facts: tuple[str, ...] = ()
    mentions: tuple[Told, ...] = ()
