"""Every number that a text tells: signed, decimal, in parts, in powers, in figures and in words mixed.

``find_numbers`` reads the numbers that posts of a market hold and stays careful with everything else;
this adds what any English or Chinese text may say: "minus five point five", "three and a half million",
"two thirds", "4 thousand 3 hundred and 21", "6.23x10^-4", "三分之一", "负零点五".
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from itertools import islice
from typing import Any, NamedTuple

from ringtrace.text.lexicon import documents, load
from ringtrace.text.number_signs import SIGN_DIGITS, SIGN_UNITS, Number
from ringtrace.text.numbers import find_numbers, join_ranges

_NUMERAL = re.compile(
    r"(?<![a-z0-9_@#])(?:(?<![.,:/-])[0-9]{1,3}(?: [0-9]{3}){1,6}+(?! ?[0-9])|[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)"
    r"(?:\.[0-9]+)?|(?<![a-z0-9_@#.])\.[0-9]+"
)
_POWER = re.compile(r" ?[x*×] ?10\^([+-]?[0-9]{1,3})|\^([+-]{0,2})([0-9]{1,3})|e([+-]?[0-9]{1,3})(?![a-z0-9])")
_RATIO = re.compile(r" ?[/⁄] ?([0-9]{1,9})(?![0-9]| ?[/⁄.-])")
_WORD = re.compile(r"[a-z]+")
_GAP = re.compile(r" {0,4}-? {0,4}")
_MINUS = re.compile(r"(?:^|(?<=[\s(]))[-−] ?$")
_MOST, _FEW, _LONGEST = 2_000, 300, 24
"""Tokens of one text, Chinese parts and decimals of one text, tokens of one number: budgets for hostile ones."""
_LARGEST_POWER, _LARGEST_BASE, _DIGITS = 400, 10**9, 40
"""A power or a numeral beyond them is not worked out."""


class _Token(NamedTuple):
    """kind: numeral, ratio, one, ten, hundred, scale, dozen, part, within, or a concept of the lexicon."""

    start: int
    stop: int
    kind: str
    value: Fraction
    plural: bool = False


class _Read(NamedTuple):
    """A number over tokens up to ``end``; scale: the last scale where nothing stands behind it, else 0."""

    value: Fraction
    end: int
    scale: Fraction
    scaled: bool


@dataclass(frozen=True)
class _Words:
    meaning: Mapping[str, tuple[str, Fraction, bool]]
    attached: Mapping[str, int]
    attached_any: Mapping[str, int]
    apart: Mapping[str, int]
    terms: Mapping[str, tuple[str, ...]]


@cache
def _words() -> _Words:
    lists: dict[str, dict[str, int]] = {}
    for topic in ("number", "quantity"):
        for name, document in documents(topic):
            section: dict[str, Any] = document.get("word", {}) if ".en." in name else {}
            for key, entries in section.items():
                pairs = (entry.rsplit(" ", 1) for entry in entries)
                lists.setdefault(key, {}).update({word: int(value) for word, value in pairs})
    meaning: dict[str, tuple[str, Fraction, bool]] = {}
    for word, value in {**lists["ones"], **lists["more_ones"]}.items():
        meaning[word] = ("ten" if value >= 20 else "one", Fraction(value), False)
    for word, value in {**lists["scales"], **lists["more_scales"]}.items():
        meaning[word] = ("hundred" if value == 100 else "scale", Fraction(value), False)
    for word, value in lists["dozens"].items():
        meaning[word] = ("dozen", Fraction(value), False)
    for word, value in lists["parts"].items():
        meaning[word] = ("part", Fraction(value), False)
        meaning[word + "s"] = ("part", Fraction(value), True)
    for word, value in lists["plurals"].items():
        meaning[word] = ("part", Fraction(value), True)
    for word, value in lists["within"].items():
        meaning[word], meaning[word + "s"] = ("within", Fraction(value), False), ("within", Fraction(value), True)
    terms = load("quantity")
    for kind in ("article", "joint", "point", "over", "minus"):
        meaning |= {term: (kind, Fraction(0), False) for term in terms[kind] if " " not in term}
    meaning["out"] = ("out", Fraction(0), False)
    return _Words(meaning, lists["attached"], {**lists["attached"], **lists["attached_any"]}, lists["apart"], terms)


@lru_cache(maxsize=64)
def find_quantities(text: str) -> tuple[Number, ...]:
    """Return every number that a folded text tells, in order, disjoint; glued to letters ("29km") it is none."""
    found = [
        number for number in widen(text, signed=True) if not _glued(text, number) and not _stands_for(text, number)
    ]
    return tuple(found)


_UNBROKEN = Decimal(10) ** 20


def widen(text: str, *, signed: bool = False) -> tuple[Number, ...]:
    """Return ``find_numbers(text)`` with the wider readings in place of those that they cover."""
    wider = [*_english(text, signed), *_chinese(text, signed)]
    numbers = find_numbers(text)
    if not wider:
        return numbers
    wider = _disjoint(wider)
    dropped: set[int] = set()
    kept, at = [], 0
    for number in numbers:
        while at < len(wider) and wider[at].stop <= number.start:
            at += 1
        here = at
        while here < len(wider) and wider[here].start < number.stop and _covers(number, wider[here]):
            dropped.add(here)
            here += 1
        if here > at or at >= len(wider) or wider[at].start >= number.stop:
            kept.append(number)
    kept += [number for place, number in enumerate(wider) if place not in dropped]
    kept.sort(key=lambda number: number.start)
    return tuple(kept if signed else join_ranges(text, kept))


def _broken(value: Decimal) -> bool:
    """Whether a number has decimals; one of more digits than decimals are reckoned with has none that count."""
    return value < _UNBROKEN and bool(value % 1)


def _disjoint(numbers: list[Number]) -> list[Number]:
    """Return numbers in order; of two that overlap the one that begins first, or reaches further."""
    kept: list[Number] = []
    for number in sorted(numbers, key=lambda one: (one.start, -one.stop)):
        if not kept or number.start >= kept[-1].stop:
            kept.append(number)
    return kept


def _covers(number: Number, wider: Number) -> bool:
    """Whether ``find_numbers`` read more than the wider grammar did: a range, 100万."""
    longer = number.stop - number.start > wider.stop - wider.start
    return longer and number.start <= wider.start and number.stop >= wider.stop


def _glued(text: str, number: Number) -> bool:
    after, last = text[number.stop : number.stop + 1], text[number.stop - 1]
    before, first = text[number.start - 1 : number.start] if number.start else "", text[number.start]
    return (after.isascii() and after.isalpha() and last.isascii()) or (
        before.isascii() and before.isalpha() and first.isascii()
    )


def _stands_for(text: str, number: Number) -> bool:
    """Whether "one" is no number: "that one", "this one"."""
    if text[number.start : number.stop] != "one":
        return False
    before = text[max(0, number.start - 12) : number.start].split()
    return bool(before) and before[-1] in _words().terms["not_counting"]


def _tokens(text: str, every: bool) -> list[_Token]:
    words, taken = _words(), 0
    found: list[_Token] = []
    for match in _NUMERAL.finditer(text):
        if match.start() < taken or len(found) >= _MOST or len(match.group()) > _DIGITS:
            continue
        token = _numeral(text, match, words, every)
        found.append(token)
        taken = token.stop
    for match in _WORD.finditer(text):
        meaning = words.meaning.get(match.group())
        if meaning is not None and len(found) < 2 * _MOST and not text[match.start() - 1 : match.start()].isdigit():
            found.append(_Token(match.start(), match.end(), *meaning))
    found.sort()
    return found


def _numeral(text: str, match: re.Match[str], words: _Words, every: bool) -> _Token:
    value = Fraction(match.group().replace(",", "").replace(" ", ""))
    stop, kind = match.end(), "numeral"
    power, ratio = _POWER.match(text, stop), _RATIO.match(text, stop)
    if power is not None and abs(exponent := _exponent(power)) <= _LARGEST_POWER:
        stop = power.end()
        if power.group(3) is None:
            value *= Fraction(10) ** exponent
        elif 0 < value < _LARGEST_BASE:
            value = Fraction((Decimal(value.numerator) / Decimal(value.denominator)) ** exponent)
    elif ratio is not None and value.denominator == 1 and int(ratio.group(1)):
        value, stop, kind = value / int(ratio.group(1)), ratio.end(), "ratio"
    else:
        tail = _WORD.match(text, stop)
        far = _WORD.match(text, stop + 1) if text.startswith(" ", stop) else None
        attached = words.attached_any if every else words.attached
        if tail is not None and tail.group() in attached:
            value, stop = value * attached[tail.group()], tail.end()
        elif far is not None and far.group() in words.apart:
            value, stop = value * words.apart[far.group()], far.end()
    return _Token(match.start(), stop, kind, value)


def _exponent(power: re.Match[str]) -> int:
    if power.group(3) is not None:
        return int(power.group(3)) * (-1 if power.group(2)[-1:] == "-" else 1)
    return int(power.group(1) or power.group(4))


class _Run:
    """Tokens with nothing but blanks and hyphens between them."""

    def __init__(self, text: str, tokens: Sequence[_Token]) -> None:
        self.text, self.tokens = text, tokens

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if at < len(self.tokens) else ""

    def hyphened(self, at: int) -> bool:
        """Whether token ``at`` hangs on the one before it by a hyphen."""
        return self.text[self.tokens[at - 1].stop : self.tokens[at].start].strip() == "-"

    def number(self, at: int) -> _Read | None:
        """Return the longest number that begins at token ``at``."""
        part = self.part(at)
        if part is not None:
            return self._over(part)
        if self.kind(at) == "ratio":
            return _Read(self.tokens[at].value, at + 1, Fraction(0), False)
        whole = self.cardinal(at)
        return None if whole is None else self._and_more(at, whole)

    def _and_more(self, at: int, whole: _Read) -> _Read:
        """Join decimals ("point five"), a part ("and a half", "2 1/4") or a divisor ("over three")."""
        end, kind = whole.end, self.kind(whole.end)
        if kind == "point":
            return self._decimals(whole)
        if kind == "ratio" and self.kind(at) == "numeral" and end == at + 1 and not self.hyphened(end):
            return _Read(whole.value + self.tokens[end].value, end + 1, Fraction(0), whole.scaled)
        more = self.part(end + 1) if kind == "joint" else None
        if more is not None and more.scaled and not whole.scaled:  # three and a half million
            return _Read(whole.value * more.scale + more.value, more.end, Fraction(0), True)
        if more is not None:
            times = whole.scale if whole.scale and not more.scaled else Fraction(1)
            return _Read(whole.value + more.value * times, more.end, Fraction(0), whole.scaled)
        return self._over(whole)

    def _over(self, left: _Read) -> _Read:
        """Join "A over B", "A out of B"."""
        at = left.end
        if self.kind(at) not in ("over", "out") or (self.kind(at) == "out" and not self._followed(at, " of ")):
            return left
        right = self.cardinal(at + 1) if self._joined(at + 1) else None
        if right is None or not right.value or (self.kind(at) == "out" and right.value < left.value):
            return left
        return _Read(left.value / right.value, right.end, Fraction(0), False)

    def _followed(self, at: int, word: str) -> bool:
        return self.text.startswith(word, self.tokens[at].stop)

    def _joined(self, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at].start - self.tokens[at - 1].stop <= 4

    def _decimals(self, whole: _Read) -> _Read:
        """Join "point" and the digits behind it: "two hundred point seventy-one"."""
        at, digits = whole.end + 1, ""
        while self.kind(at) in ("one", "ten") and len(digits) < _LONGEST:
            value = self.tokens[at].value
            if self.kind(at) == "ten" and self.kind(at + 1) == "one" and 0 < self.tokens[at + 1].value < 10:
                at, value = at + 1, value + self.tokens[at + 1].value
            digits, at = digits + str(value), at + 1
        if not digits:
            return whole
        return _Read(whole.value + Fraction(int(digits), 10 ** len(digits)), at, Fraction(0), whole.scaled)

    def part(self, at: int) -> _Read | None:
        """Return a fraction in words ("two thirds", "a half", "half a million") that begins at ``at``."""
        last = at
        while self.kind(last) in ("article", "one", "ten", "hundred", "scale") and last - at < _LONGEST:
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

    def _times(self, value: Fraction, end: int, *, needed: bool) -> _Read | None:
        """Multiply a fraction by the scale behind it: "quarter million", "half a million"."""
        at = end + 1 if self.kind(end) == "article" else end
        if self.kind(at) == "scale":
            return _Read(value * self.tokens[at].value, at + 1, self.tokens[at].value, True)
        return None if needed else _Read(value, end, Fraction(0), False)

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
        read = _Run(self.text, spelt).cardinal(0, joints=False)
        return read.value if read is not None and read.end == len(spelt) else None

    def _whole(self, at: int, split: int) -> Fraction | None:
        if split == at + 1 and self.kind(at) == "article":
            return Fraction(1)
        read = _Run(self.text, self.tokens[at:split]).cardinal(0, joints=False)
        return read.value if read is not None and read.end == split - at else None

    def cardinal(self, at: int, *, joints: bool = True) -> _Read | None:
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
        return _Read(total, here, scale if scaled and scale >= 1_000 else Fraction(0), scaled)

    def _group(self, at: int, joints: bool) -> _Read | None:
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
            return _Read(value, here, Fraction(0), False)
        value, here = value * 100, here + 1
        more = here
        if self.kind(here) == "joint" and joints and self.part(here + 1) is None:
            more = here + 1
        if self.kind(more) in ("one", "ten"):
            end, rest = self._tens(more)
            return _Read(value + rest, end, Fraction(0), False)
        if self.kind(more) == "numeral" and self.tokens[more].value in range(1, 100):
            return _Read(value + self.tokens[more].value, more + 1, Fraction(0), False)
        return _Read(value, here, Fraction(100), False)

    def _tens(self, at: int) -> tuple[int, Fraction]:
        value = self.tokens[at].value
        if self.kind(at) == "ten" and self.kind(at + 1) == "one" and 0 < self.tokens[at + 1].value < 10:
            return at + 2, value + self.tokens[at + 1].value
        return at + 1, value


def _english(text: str, signed: bool) -> list[Number]:
    tokens = _tokens(text, signed)
    found: list[Number] = []
    first = 0
    while first < len(tokens):
        last = first + 1
        while last < len(tokens) and _GAP.fullmatch(text, tokens[last - 1].stop, tokens[last].start):
            last += 1
        if last < len(tokens) and tokens[last - 1].kind == "out" and text.startswith(" of ", tokens[last - 1].stop):
            last += 1  # "out of" has a word between
            while last < len(tokens) and _GAP.fullmatch(text, tokens[last - 1].stop, tokens[last].start):
                last += 1
        run = _Run(text, tokens[first:last])
        at = 0
        while at < len(run.tokens):
            named = run.kind(at) == "minus"
            read = run.number(at + named)
            if read is None:
                at += 1
                continue
            found.append(_as_number(text, run, at, read, named, signed))
            at = read.end
        first = last
    return found if signed else [number for number in found if number.scaled or _broken(number.value) or number.words]


def _as_number(text: str, run: _Run, at: int, read: _Read, named: bool, signed: bool) -> Number:
    begin = run.tokens[at + named]
    start, stop = begin.start, run.tokens[read.end - 1].stop
    value = Decimal(read.value.numerator) / Decimal(read.value.denominator)
    if signed and named:
        start, value = run.tokens[at].start, -value
    elif signed and begin.kind in ("numeral", "ratio") and (minus := _MINUS.search(text[max(0, start - 4) : start])):
        start, value = max(0, start - 4) + minus.start(), -value
    surface = text[start:stop]
    scaled = read.scaled or (value >= 1_000 and surface[-1:].isalpha() and surface[0].isdigit())  # 1.1bn
    digits = len(surface) if surface.isdigit() else 0
    spelt = not any(char.isdigit() for char in surface)
    return Number(start, stop, value, None, digits, scaled, False, "," in surface, spelt)


_SIGNS = "".join(SIGN_DIGITS) + "".join(SIGN_UNITS)
_PARTED = re.compile(rf"(负|(?<![^\s(])[-−])?([{_SIGNS}0-9]{{1,40}})分之([{_SIGNS}0-9.]{{1,40}})")
_POINTED = re.compile(
    rf"(负|(?<![^\s(])[-−])?([{_SIGNS}]{{1,40}})[点點]([{''.join(SIGN_DIGITS)}]{{1,60}})个?([万萬亿億千百])?(?![个分钟刻半到{''.join(SIGN_UNITS)}])"
)
_APART = re.compile(
    r"(?<![0-9.,a-z])([0-9]{1,9}(?:,[0-9]{3}){0,4}(?:\.[0-9]{1,8})?) ([万亿])"
    r"(?=[元美港欧日英块韩泰]|\((?:不?含|包含)\)|[-~到至] ?[0-9])"
)
_SPOKEN = "".join(SIGN_DIGITS)
_MIXED = re.compile(
    rf"(?<![0-9.,{_SIGNS}])(?:[0-9]{{1,20}}[{_SPOKEN}]|[{_SPOKEN}]{{1,20}}[0-9])[0-9{_SPOKEN}]{{0,20}}(?![0-9.,点{_SIGNS}])"
)
"""Figures and signs told digit by digit: 2零1."""
_NEGATIVE = re.compile(rf"(?:负|(?:^|(?<=[\s(]))[-−])(?=[{_SIGNS}0-9])")


def _chinese(text: str, signed: bool) -> list[Number]:
    """Return decimals in words (三点五), parts (三分之一) and, if ``signed``, negative numbers (负五)."""
    if text.isascii():
        return []
    found: list[Number] = []
    for match in islice(_PARTED.finditer(text), _FEW):
        below, above = find_numbers(match.group(2)), find_numbers(match.group(3))
        whole = Decimal(100) if match.group(2) == "百" else below[0].value if len(below) == 1 else Decimal(0)
        if whole and len(above) == 1:
            found.append(_signed_number(match, above[0].value / whole, signed))
    for match in islice(_APART.finditer(text), _FEW):
        sum_of = Decimal(match.group(1).replace(",", "")) * SIGN_UNITS[match.group(2)]
        found.append(Number(match.start(), match.end(), sum_of, scaled=True))
    for match in islice(_POINTED.finditer(text), _FEW):
        value = find_numbers(match.group(2))
        if len(value) == 1 and value[0].stop == len(match.group(2)):
            tail = Decimal("0." + "".join(str(SIGN_DIGITS[sign]) for sign in match.group(3)))
            found.append(
                _signed_number(match, (value[0].value + tail) * SIGN_UNITS.get(match.group(4) or "", 1), signed)
            )
    if signed:
        for match in islice(_MIXED.finditer(text), _FEW):
            figures = "".join(str(SIGN_DIGITS.get(char, char)) for char in match.group())
            found.append(Number(match.start(), match.end(), Decimal(figures), digits=len(figures), words=True))
        starts = {number.start: number for number in find_numbers(text)}
        covered = {number.start for number in found}
        for match in islice(_NEGATIVE.finditer(text), _MOST):
            number = starts.get(match.end())
            if number is not None and number.value and match.start() not in covered:
                found.append(
                    Number(match.start(), number.stop, -number.value, None, 0, number.scaled, False, False, True)
                )
    return found


def _signed_number(match: re.Match[str], value: Decimal, signed: bool) -> Number:
    negative = bool(match.group(1)) and signed
    start = match.start() if negative or not match.group(1) else match.start() + 1
    return Number(start, match.end(), -value if negative else value, scaled=bool(value >= 1000), words=True)
