"""One text as the extractors and stances see it: the original and its folded layers."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ringtrace.text.folding import Folded, fold


@dataclass
class TextView:
    """A post's text (or title) with what its readings depend on.

    text:      the original; every offset that an extractor returns counts its code points.
    platform, container: where it stands (a QQ group makes bare numbers likelier QQ numbers).
    kind:      the post's kind ("message", "listing", "article", ...).
    sent_at:   microseconds UTC or None, for relative dates.
    title:     the headline of the post, "" when there is none (and when this IS the title).
    reply_to:  text of the post it answers, "" when unknown.
    lexicons:  the case's own lexicon folder, or None.
    """

    text: str
    platform: str = ""
    container: str = ""
    kind: str = "message"
    sent_at: int | None = None
    title: str = ""
    reply_to: str = ""
    lexicons: Path | None = field(default=None, repr=False)

    @cached_property
    def folded(self) -> Folded:
        """NFKC, invisibles and keycaps removed, look-alikes, simplified, lower case; with offsets."""
        return fold(self.text)
