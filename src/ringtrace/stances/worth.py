"""Which texts are worth a closer reading: the cheap pass over the concepts that a text names."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.stances.concepts import Vocabulary
from ringtrace.stances.features import Talk

# What may be an offer, a wish or a go-between at all: a child concept with a concept of transfer.
_CHILD = ("child", "child_sexed", "twins", "newborn", "unborn", "adopt", "childless")
_ACT = (
    "give", "sell", "good_home", "available", "hardship", "wish", "asks_who_gives", "adopt", "broker", "knows_someone",
    "fee", "price", "papers", "have_one", "handover", "means", "haste", "contact", "private_channel", "secrecy",
    "several", "interested",
)  # fmt: skip
_ALONE = ("give", "wish", "adopt", "good_home", "asks_who_gives")
# Talk in the middle of a deal names no child: two of these, or one beside an extracted value.
_DEAL = (
    "broker",
    "knows_someone",
    "haggle",
    "fee",
    "price",
    "available",
    "middleman",
    "papers",
    "interested",
    "still_there",
    "contact_me",
    "ask_price",
    "ask_details",
    "have_one",
    "several",
)
# An answer to an offer or a wish has at least one of these, or an extracted value.
_ANSWERING = (
    *_CHILD, *_ACT, *_DEAL, "reject", "bargain", "agreed", "gone", "ask_place", "yes_still", "meet", "recommends",
    "warning", "question_word", "lawful", "police", "report", "joke", "health", "handover", "transport", "hardship",
    "haste", "secrecy",
)  # fmt: skip
_TOLD = CONTACT_KINDS | {"money", "age", "sex"}
# What gives a text that is no candidate a frame of its own.
_FRAMING = (
    "police", "report", "warning", "appeal", "kin", "lawful", "joke", "goods", "pet", "job", "surrogacy", "moderator",
    "quote_mark", "spam", "thing", "research",
)  # fmt: skip


class _Masks(NamedTuple):
    """Sets of concepts as bits."""

    child: int
    act: int
    alone: int
    framing: int
    deal: int
    answer: int


@lru_cache(maxsize=8)
def _masks(words: Vocabulary) -> _Masks:
    def union(names: tuple[str, ...]) -> int:
        bits = 0
        for name in names:
            bits |= words.bit.get(name, 0)
        return bits

    return _Masks(*(union(names) for names in (_CHILD, _ACT, _ALONE, _FRAMING, _DEAL, _ANSWERING)))


def may_answer(words: Vocabulary, named: int, kinds: set[str]) -> bool:
    """Whether a text may answer what merely stands before it; named, kinds: as in ``is_worth_reading``."""
    return bool(named & _masks(words).answer) or not kinds.isdisjoint(_TOLD)


def is_worth_reading(words: Vocabulary, named: int, talk: Talk, kinds: set[str]) -> bool:
    """Whether a text may be an offer, a wish or a go-between, or stand in a frame of its own.

    named: the concepts that it names, as bits of ``words``; talk: what stands above; kinds: of what it holds.
    """
    masks = _masks(words)
    if talk.trades or named & masks.alone or (named & masks.child and named & masks.act):
        return True
    if (named & masks.deal).bit_count() >= 2:
        return True
    if named & (masks.child | masks.deal) and not kinds.isdisjoint(_TOLD):
        return True
    return bool(named & masks.framing) and not kinds.isdisjoint(CONTACT_KINDS)
