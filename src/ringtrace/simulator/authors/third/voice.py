"""Puts words into mouths: fills slots for who speaks and whom they speak of, and types the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ringtrace.simulator.authors.third.contact import Handles, hotline, show
from ringtrace.simulator.authors.third.lexicon import load_pools, phrases
from ringtrace.simulator.authors.third.phrase import Phrase, Piece, Said, render
from ringtrace.simulator.authors.third.values import fill_value, home
from ringtrace.simulator.authors.third.wordfile import load_words

_QUOTED = {language: phrases(lines) for language, lines in load_words("quoted.toml").items()}


@dataclass(frozen=True, slots=True)
class Company:
    """Contacts a speaker may name. me: own; him: recommended; family, bad, media, office: of others."""

    me: Handles
    him: Handles | None = None
    family: Handles | None = None
    bad: Handles | None = None
    media: Handles | None = None
    office: Handles | None = None
    province: str = ""
    names: tuple[str, ...] = ()


_OWNERS: Mapping[str, tuple[str, str]] = {
    "me": ("me", "self"), "him": ("him", "other"), "fam": ("family", "other"), "bad": ("bad", "quoted"),
    "media": ("media", "hotline"), "office": ("office", "hotline"),
}  # fmt: skip


def speak(phrase: Phrase, language: str, company: Company, dice: Random) -> Said:
    """Render a phrase for a speaker in that company."""

    def fill(name: str, dice: Random) -> Sequence[Piece] | None:
        if name in _OWNERS:
            who, owner = _OWNERS[name]
            handles: Handles | None = getattr(company, who)
            if handles is None:
                raise LookupError(f"nobody to name as {name}")
            kinds = ("phone",) if name in ("fam", "media", "office") else ()
            return show(handles, owner, language, dice, kinds)
        if name == "hot":
            return hotline(dice)
        if name == "from":
            return home(language, company.province, dice)
        if name == "name" and company.names:
            return [Piece(dice.choice(company.names), (), True)]
        if name == "quoted_trade":
            return render(dice.choice(_QUOTED[language]), dice, fill, pools).pieces
        return fill_value(name, language, dice)

    pools = load_pools(language)
    return render(phrase, dice, fill, pools)


def extend(said: Said, pool: str, language: str, company: Company, dice: Random, front: bool = False) -> None:
    """Add one phrase of that pool to a text, at its end or before it."""
    more = speak(dice.choice(load_pools(language)[pool]), language, company, dice)
    said.pieces[:] = more.pieces + said.pieces if front else said.pieces + more.pieces
    said.facts += more.facts


def heading(said: Said, limit: int = 26) -> str:
    """The first words of a text, up to a mark or a contact; "" where they make no title."""
    out = ""
    for piece in said.pieces:
        if piece.contact:
            break
        if piece.fixed:
            out += piece.text
            continue
        cut = min((at for mark in "，。！？：；,!?:\n" if (at := piece.text.find(mark)) >= 0), default=-1)
        out += piece.text if cut < 0 else piece.text[:cut]
        if cut >= 0 and len(out) >= 4:
            break
    return out.strip() if 4 <= len(out.strip()) <= limit else ""
