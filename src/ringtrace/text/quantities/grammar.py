"""Numbers put together from tokens: "three and a half million", "two thirds", "4 thousand 3 hundred and 21"."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from ringtrace.text.quantities.tokens import Token

LONGEST = 24
"""Tokens of one number: a budget for hostile ones."""


class Read(NamedTuple):
    """A number over tokens up to ``end``; scale: the last scale where nothing stands behind it, else 0."""

    value: Fraction
    end: int
    scale: Fraction
    scaled: bool


class Run:
    """Tokens with nothing but blanks and hyphens between them."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens = text, tokens

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def hyphened(self, at: int) -> bool:
        """Whether token ``at`` hangs on the one before it by a hyphen."""
        return self.text[self.tokens[at - 1].stop : self.tokens[at].start].strip() == "-"

    def number(self, at: int) -> Read | None:
        """Return the longest number that begins at token ``at``."""
        part = self.part(at)
        if part is not None:
            return self._over(part)
        if self.kind(at) == "ratio":
            return Read(self.tokens[at].value, at + 1, Fraction(0), False)
        whole = self.cardinal(at)
        return None if whole is None else self._and_more(at, whole)

    def _and_more(self, at: int, whole: Read) -> Read:
        """Join decimals ("point five"), a part ("and a half", "2 1/4") or a divisor ("over three")."""
        end, kind = whole.end, self.kind(whole.end)
        if kind == "point":
            return self._decimals(whole)
        if kind == "ratio" and self.kind(at) == "numeral" and end == at + 1 and not self.hyphened(end):
            return Read(whole.value + self.tokens[end].value, end + 1, Fraction(0), whole.scaled)
        more = self.part(end + 1) if kind == "joint" else None
        if more is not None and more.scaled and not whole.scaled:  # three and a half million
            return Read(whole.value * more.scale + more.value, more.end, Fraction(0), True)
        if more is not None:
            times = whole.scale if whole.scale and not more.scaled else Fraction(1)
            return Read(whole.value + more.value * times, more.end, Fraction(0), whole.scaled)
        return self._over(whole)

    def _over(self, left: Read) -> Read:
        """Join "A over B", "A out of B"."""
        at = left.end
        if self.kind(at) not in ("over", "out") or (self.kind(at) == "out" and not self._followed(at, " of ")):
            return left
        right = self.cardinal(at + 1) if self._joined(at + 1) else None
        if right is None or not right.value or (self.kind(at) == "out" and right.value < left.value):
            return left
        return Read(left.value / right.value, right.end, Fraction(0), False)

    def _followed(self, at: int, word: str) -> bool:
        return self.text.startswith(word, self.tokens[at].stop)

    def _joined(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].start - self.tokens[at - 1].stop <= 4

    def _decimals(self, whole: Read) -> Read:
        """Join "point" and the digits behind it: "two hundred point seventy-one"."""
        at, digits = whole.end + 1, ""
        while self.kind(at) in ("one", "ten") and len(digits) < LONGEST:
            value = self.tokens[at].value
            if self.kind(at) == "ten" and self.kind(at + 1) == "one" and 0 < self.tokens[at + 1].value < 10:
                at, value = at + 1, value + self.tokens[at + 1].value
            digits, at = digits + str(value), at + 1
        if not digits:
            return whole
        return Read(whole.value + Fraction(int(digits), 10 ** len(digits)), at, Fraction(0), whole.scaled)

    def part(self, at: int) -> Read | None:
        """Return a fraction in words ("two thirds", "a half", "half a million") that begins at ``at``."""
        last = at
        while self.kind(last) in ("article", "one", "ten", "hundred", "scale") and last - at < LONGEST:
            last += 1
        if self.kind(last) not in ("part", "within"):
            return None
        token = self.tokens[last]
        if last == at:
            return self._times(Fraction(1) / token.value, last + 1, needed=True) if token.value in (2, 4) else None
        for split in range(at + 1, last + 1):
            below, above = self._divisor(split, last), self._whole(at, split)
            if below is None or above is None or not below:
                continue
            if token.plural == (above == 1):
                continue
            return self._times(above / below, last + 1, needed=False)
        return None

    def _times(self, value: Fraction, end: int, *, needed: bool) -> Read | None:
        """Multiply a fraction by the scale behind it: "quarter million", "half a million"."""
        at = end + 1 if self.kind(end) == "article" else end
        if self.kind(at) == "scale":
            return Read(value * self.tokens[at].value, at + 1, self.tokens[at].value, True)
        return None if needed else Read(value, end, Fraction(0), False)

    def _divisor(self, split: int, last: int) -> Fraction | None:
        token = self.tokens[last]
        tens = self.kind(last - 1) == "ten" and token.value < 10
        if split == last:
            return None if token.kind == "within" or (tens and self.hyphened(last)) else token.value
        if self.hyphened(split) or (self.kind(split) not in ("one", "ten")):
            return None
        kind = (
            "ten"
            if 20 <= token.value < 100
            else "hundred"
            if token.value == 100
            else "one"
            if token.value < 20
            else "scale"
        )
        spelt = [*self.tokens[split:last], token._replace(kind=kind)]
        read = Run(self.text, spelt).cardinal(0, joints=False)
        return read.value if read is not None and read.end == len(spelt) else None

    def _whole(self, at: int, split: int) -> Fraction | None:
        if split == at + 1 and self.kind(at) == "article":
            return Fraction(1)
        read = Run(self.text, self.tokens[at:split]).cardinal(0, joints=False)
        return read.value if read is not None and read.end == split - at else None

    def cardinal(self, at: int, *, joints: bool = True) -> Read | None:
        """Return a whole number in words, figures or both that begins at token ``at``."""
        total, lowest, scaled, here, scale = Fraction(0), None, False, at, Fraction(0)
        while True:
            begin = here
            if here > at and joints and self.kind(here) == "joint" and scale and self.part(here + 1) is None:
                begin = here + 1
            group = self._group(begin, joints)
            if group is None or (lowest is not None and group.value >= lowest) or (here > at and not scale):
                break
            value, here, hundred = group.value, group.end, group.scale
            scale = hundred
            times = Fraction(1)
            while self.kind(here) in ("scale", "dozen") and (times == 1 or self.kind(here) == "scale"):
                times, here = times * self.tokens[here].value, here + 1
            if times > 1:
                if lowest is not None and times >= lowest:
                    here = group.end
                    total += value
                    break
                lowest, scaled, scale = times, True, times
            total += value * times
            if times == 1:
                break
        if here == at:
            return None
        return Read(total, here, scale if scaled and scale >= 1_000 else Fraction(0), scaled)

    def _group(self, at: int, joints: bool) -> Read | None:
        """Return a number below a thousand: digits, tens and ones, hundreds; scale: 100 where it ends with it."""
        here, value = at, Fraction(1)
        if self.kind(at) == "numeral":
            here, value = at + 1, self.tokens[at].value
        elif self.kind(at) in ("one", "ten"):
            here, value = self._tens(at)
        elif self.kind(at) == "article" and self.kind(at + 1) in ("hundred", "scale", "dozen"):
            here = at + 1
        elif not (self.kind(at) == "hundred" and self.kind(at + 1) == "scale"):
            return None
        if self.kind(here) != "hundred":
            return Read(value, here, Fraction(0), False)
        value, here = value * 100, here + 1
        more = here
        if self.kind(here) == "joint" and joints and self.part(here + 1) is None:
            more = here + 1
        if self.kind(more) in ("one", "ten"):
            end, rest = self._tens(more)
            return Read(value + rest, end, Fraction(0), False)
        if self.kind(more) == "numeral" and self.tokens[more].value in range(1, 100):
            return Read(value + self.tokens[more].value, more + 1, Fraction(0), False)
        return Read(value, here, Fraction(100), False)

    def _tens(self, at: int) -> tuple[int, Fraction]:
        value = self.tokens[at].value
        if self.kind(at) == "ten" and self.kind(at + 1) == "one" and 0 < self.tokens[at + 1].value < 10:
            return at + 2, value + self.tokens[at + 1].value
        return at + 1, value
