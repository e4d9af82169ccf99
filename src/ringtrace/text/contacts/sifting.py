"""What a text must have for it to hold a contact at all: more than ``scene.lay_out`` lets pass, never less."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import product
from pathlib import Path
from string import ascii_lowercase, digits

from ringtrace.text.contacts.disguises import WORDLESS
from ringtrace.text.contacts.scene import ADDING, LEET_LETTERS, SPELLED_NAMES
from ringtrace.text.contacts.spoken import SPOKEN
from ringtrace.text.contacts.tables import cues, digit_tables
from ringtrace.text.sieve import Needs, need

_SHIFTED = "!@#$%^&*()"
_ADDED = "加伽➕+❤♥💗💕💚💙💛💜💖💓"
"""Signs right behind which an id may stand, whatever platform is meant; see ``scene.ADDED_ID``."""
_DIALLED = frozenset({"phone", "whatsapp", "wechat", "qq", "telegram", "add", "same"})
_BLANKS = {ord(char): " " for char in "._*-"}
_LEET = {sign: chr(letter) for sign, letter in LEET_LETTERS.items()}
_ALONE = {
    **{ord(char): "a" for char in ascii_lowercase},
    **{ord(char): "0" for char in digits}, **{ord(char): "q" for char in "qvw"}, ord("_"): "_",
}  # fmt: skip


@cache
def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for a contact to be found in it."""
    lexicon = cues(lexicons)
    strong, weak = digit_tables()
    sure = digits + "".join(map(chr, strong))
    likely = need(characters=sure + "".join(map(chr, weak)), least=5)
    value = need(characters=sure + ascii_lowercase + "_", least=4)
    letter = need(characters=ascii_lowercase)
    cued = [
        need(_dialled(lexicon.sought, lexicon.concepts), through=lexicon.marks),
        need([" q ", " q0", " q_"], through=_ALONE, rest=" "),
        need([*(f"v{char}" for char in "bcdfghjklmnpqrstwxz"), *(f"q{char}" for char in "oilzsb"),
              *(f"{sign}{char}" for sign in sorted(ADDING) for char in "vw")]),
        need(sorted({name[:4] for name in SPELLED_NAMES}), through=_LEET),
        need(sorted({part for name in SPELLED_NAMES for part in _torn(name)}), through=_BLANKS),
    ]  # fmt: skip
    hints = [hint for hint in lexicon.hints if hint != "@"]
    return (
        (need(characters=sure, least=3),),
        (need(characters="_"),),
        (need(characters="@" + digits), letter),
        (need(characters=_SHIFTED, least=11),),
        (need(hints, through=lexicon.marks),),
        (need(SPOKEN),),
        (need(WORDLESS),),
        (need(characters=_ADDED), letter),
        (need(characters=sure + "".join(map(chr, weak)), least=11),),
        *((cue, value) for cue in cued),
        *((cue, likely) for cue in cued),
    )


def _dialled(terms: tuple[str, ...], concepts: tuple[str, ...]) -> list[str]:
    named = (concept.removesuffix("_weak").removesuffix("_single") for concept in concepts)
    return [term for term, concept in zip(terms, named, strict=True) if concept in _DIALLED]


def _torn(name: str) -> Iterator[str]:
    """Yield how a name torn by up to two blanks between its letters may begin, four code points each."""
    for gaps in product(("", " ", "  "), repeat=3):
        yield "".join(letter + gap for letter, gap in zip(name, (*gaps, ""), strict=False))[:4]
