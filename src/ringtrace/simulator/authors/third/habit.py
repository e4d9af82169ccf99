"""How people type: what their hand does to words that are neither a mention nor a contact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from random import Random

from opencc import OpenCC

from ringtrace.simulator.authors.third.phrase import Piece, Said
from ringtrace.simulator.authors.third.wordfile import load_words

_CONVERTER = OpenCC("s2t")
_WORDS: Mapping[str, Mapping[str, list[str]]] = load_words("habits.toml")


@dataclass(frozen=True, slots=True)
class Hand:
    """particles: endings of a dialect; terse: no punctuation; slips: wrong characters; each 0..1 or words."""

    language: str
    traditional: bool = False
    terse: float = 0.0
    slips: float = 0.0
    particles: tuple[str, ...] = ()
    lower: bool = False


def draw_hand(language: str, province: str, dice: Random) -> Hand:
    """Return the habits of somebody from that province."""
    if language == "en":
        return Hand(
            "en", slips=dice.choice((0, 0, 0.1, 0.3)), terse=dice.choice((0, 0, 0.5)), lower=dice.random() < 0.5
        )
    region = next((name for name, codes in _WORDS["region"].items() if province[:2] in codes), "")
    particles = tuple(_WORDS["particle"].get(region, ())) if dice.random() < 0.5 else ()
    return Hand(
        "zh", dice.random() < 0.08, dice.choice((0, 0, 0.3, 0.9)), dice.choice((0, 0, 0, 0.08, 0.25)), particles
    )  # fmt: skip


def typed(said: Said, hand: Hand, dice: Random, chat: bool) -> Said:
    """Return the text as that hand types it. chat: in groups people drop marks, in posts they don't."""
    terse = chat and dice.random() < hand.terse
    words = [
        _touch(p.text, hand, dice, terse) if not p.fixed else _script(p.text, hand, p.contact) for p in said.pieces
    ]
    if not "".join(words).strip():  # nothing but marks that this hand drops
        return said
    pieces = [replace(piece, text=text) for piece, text in zip(said.pieces, words, strict=True)]
    if hand.particles and chat and pieces and not pieces[-1].fixed and dice.random() < 0.3:
        pieces.append(Piece(dice.choice(hand.particles)))
    return Said(pieces, said.facts)


def _touch(text: str, hand: Hand, dice: Random, terse: bool) -> str:
    if hand.slips and dice.random() < hand.slips:
        text = _slip(text, hand.language, dice)
    if hand.language == "en":
        text = text.lower() if hand.lower else text
        return text.replace(",", "").replace("'", "") if terse else text
    if terse:
        text = text.translate(_TERSE)
    return _script(text, hand, False)


_TERSE = str.maketrans({"，": " ", "。": " ", "；": " ", "！": ""})


def _slip(text: str, language: str, dice: Random) -> str:
    pairs = _WORDS["slip"][language]
    wrong, right = dice.choice(pairs).split("<")
    return text.replace(right, wrong, 1)


def _script(text: str, hand: Hand, contact: bool) -> str:
    return _traditional(text) if hand.traditional and not contact else text


@cache
def _traditional(text: str) -> str:
    return str(_CONVERTER.convert(text))
