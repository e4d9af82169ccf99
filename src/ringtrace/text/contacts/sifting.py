"""What a text must have for it to hold a contact at all: more than ``scene.lay_out`` lets pass, never less."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ringtrace.text.contacts.tables import cues, digit_tables
from ringtrace.text.sieve import Needs, need

_LATIN = "abcdefghijklmnopqrstuvwxyz_"
_SINGLE = "qvw"
"""Letters that name a platform by themselves."""
_SHIFTED = "!@#$%^&*()"


@cache
def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for a contact to be found in it."""
    lexicon = cues(lexicons)
    strong, weak = digit_tables()
    digits = "0123456789" + "".join(map(chr, strong))
    told = digits + "".join(map(chr, weak))
    values = need(characters=digits + _LATIN, least=3)
    cued = need(sorted(lexicon.sought), _SINGLE, through=lexicon.marks)
    return (
        (values,),
        (need(characters="@"),),
        (need(characters=_SHIFTED, least=11),),
        (need(sorted(lexicon.hints), through=lexicon.marks),),
        (cued, need(characters=told, least=5)),
        (need(characters=told, least=11),),
    )
