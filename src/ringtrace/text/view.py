"""One text as the extractors and stances see it: the original and its folded layers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from ringtrace.text.folding import Folded, fold, fold_all


class Said(NamedTuple):
    """A post above another one.

    who: 0 when the account of the post below said it, else another number for each other account.
    sure: whether export, thread or a call by name say that it is answered; not sure is the post that
    merely stands before it. does: its direction where that is known already, "" where it is to be read.
    """

    text: str
    who: int = 1
    sure: bool = True
    does: str = ""


@dataclass
class TextView:
    """A post's text (or title) with what its readings depend on.

    text:      the original; every offset that an extractor returns counts its code points.
    platform, container: where it stands (a QQ group makes bare numbers likelier QQ numbers).
    kind:      the post's kind ("message", "listing", "article", ...).
    sent_at:   microseconds UTC or None, for relative dates.
    title:     the headline of the post, "" when there is none (and when this IS the title).
    above:     the posts that it answers, the nearest first; () when unknown.
    lift, lean: what the post's company says of it (``stances.company``), natural log-odds: for any direction
                at all; for each of offer, seek and broker.
    lexicons:  the case's own lexicon folder, or None.
    secret:    the case's key for digests of what must not be stored as it is.
    """

    text: str
    platform: str = ""
    container: str = ""
    kind: str = "message"
    sent_at: int | None = None
    title: str = ""
    above: tuple[Said, ...] = ()
    lift: float = 0.0
    lean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    lexicons: Path | None = field(default=None, repr=False)
    secret: bytes = field(default=b"", repr=False)

    @cached_property
    def folded(self) -> Folded:
        """NFKC, invisibles and keycaps removed, look-alikes, simplified, lower case; with offsets."""
        return fold_again(self.text)


_SHORT = 200
_REMEMBERED = 131_072
_FOLDED: dict[str, Folded] = {}
"""Short texts come again and again; they are folded once."""


def fold_again(text: str) -> Folded:
    """Return ``fold(text)``, short texts from memory."""
    known = _FOLDED.get(text)
    if known is None:
        known = fold(text)
        if len(text) <= _SHORT:
            _remember(known)
    return known


def fold_batch(texts: Iterable[str]) -> list[Folded]:
    """Return ``fold`` of each text; those not in memory are folded together, the short ones then remembered."""
    wanted = list(texts)
    fresh = {one.original: one for one in fold_all([text for text in dict.fromkeys(wanted) if text not in _FOLDED])}
    found = [fresh.get(text) or _FOLDED[text] for text in wanted]
    for text, one in fresh.items():
        if len(text) <= _SHORT:
            _remember(one)
    return found


def _remember(folded: Folded) -> None:
    if len(_FOLDED) >= _REMEMBERED:
        _FOLDED.clear()
    _FOLDED[folded.original] = folded
