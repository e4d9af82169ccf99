"""Money: "2万5", "三五万", "20,000 yuan (US$3,250)", "15k"; a bare number is money only by its cue."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.money.bare import CHINESE, FIRM, read_sum
from ringtrace.text.money.change import ENDS, TENTH, WHOLE, chinese_change, english_change
from ringtrace.text.money.named import DEFAULT, NAMED, SCALED, named_sum
from ringtrace.text.money.slang import find_slang_sums
from ringtrace.text.money.words import MoneyWords, money_words
from ringtrace.text.numbers.finding import NUMBER, UNIT_OF_THOUSANDS, find_numbers
from ringtrace.text.numbers.signs import Number, as_decimal
from ringtrace.text.quantities.finding import widen
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "money"
READS: tuple[str, ...] = ()
_JIAO = "0.1 CNY"
_HIGHEST = Decimal(100_000_000)
_MOST = Decimal(10) ** 17
"""A sum in thousands, or with its thousands parted, may be a state's; a string of plain digits so long is none."""
_TELLING, _LIKELY = 2, 0.55
"""Different words of a country that tell its currency, and how sure a sum in thousands is beside them."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_STATES = Decimal(10) ** 7
"""From so much on a sum in a text about another currency need not be in it: a budget, people."""
_CARRIED = 0.6
"""How sure a sum without a currency is beside one that names it."""
_OTHER_GROUPS = re.compile(
    r"(?<![\w.,'])(?:[0-9]{1,3}(?:[.' ][0-9]{3}){1,5}(?:,[0-9]{1,2})?|[0-9]{1,9},[0-9]{1,2})(?![0-9]|[.,' ][0-9])"
)
_UNGROUPED, _MARKED, _FEW = {ord(sign): None for sign in ".' "}, frozenset(".,"), 100


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    words = money_words(lexicons)
    terms = words.terms
    told = need(
        (*words.after_keys, *words.before_keys, *UNIT_OF_THOUSANDS.words, *UNIT_OF_THOUSANDS.characters, *terms["cue"],
         *words.firm, *FIRM, *terms["paid_before"], *terms["paid_after"], *terms["traded"],
         *terms["slang_traded"], "个整", "b", "tln")
    )  # fmt: skip
    wider = need([term for term in terms["wider"] if term.isalpha()])
    return (NUMBER, told), (wider,)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield sums of money; a range yields both ends. CNY where no currency is named.

    In an English text that names one foreign currency, sums without one are in it ("RM 14,500 now, last time 8k").
    """
    found = [_in_currency(one, view) for one in (*_find(view), *_slang(view))]
    named = {one.value.partition(" ")[2] for one in found if one.rule == NAMED}
    if len(named) == 1 and DEFAULT not in named and max(view.text) < CHINESE:
        currency = named.pop()
        found = [
            replace(one, value=f"{one.value.partition(' ')[0]} {currency}", probability=max(one.probability, _CARRIED))
            if one.rule.startswith(SCALED)
            and one.value.endswith(DEFAULT)
            and Decimal(one.value.partition(" ")[0]) < _STATES
            else one
            for one in found
        ]
    yield from found


def _slang(view: TextView) -> Iterator[Candidate]:
    for start, stop, value in find_slang_sums(view.folded.text, money_words(view.lexicons)):
        piece = view.folded.origin(start, stop)
        yield Candidate(KIND, (piece,), f"{as_decimal(value)} {DEFAULT}", 0.6, "so many ten thousands and thousands")


def _in_currency(one: Candidate, view: TextView) -> Candidate:
    """Return a sum without a currency in that of the country whose words a text without Chinese uses."""
    amount, _, currency = one.value.partition(" ")
    if one.rule.startswith(NAMED) or currency != DEFAULT or (max(view.text) > CHINESE and _HAN.search(view.text)):
        return one
    for name, words in _spoken_with(view.lexicons):
        if len(set(words.findall(view.folded.text))) >= _TELLING:
            return replace(one, value=f"{amount} {name}", probability=max(one.probability, _LIKELY))
    return one


@cache
def _spoken_with(lexicons: Path | None) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Return (currency, pattern of words that are used where it is) from ``money.*.toml``."""
    listed: dict[str, list[str]] = {}
    for _, document in lexicon.documents("money", lexicons):
        for name, words in document.get("used_with", {}).items():
            listed.setdefault(name, []).extend(words)
    return tuple(
        (name, re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, words))})(?![a-z])"))
        for name, words in sorted(listed.items())
    )


def _find(view: TextView) -> Iterator[Candidate]:
    folded = view.folded
    text = folded.text
    words = money_words(view.lexicons)
    numbers = widen(text) if words.wider.search(text) else find_numbers(text)
    numbers = _regrouped(text, numbers, words)
    done = 0
    for at, number in enumerate(numbers):
        most = _MOST if number.scaled or number.grouped else 10 * _HIGHEST
        reading = read_sum(text, number, words, done) if 0 < number.value <= most and number.start >= done else None
        if reading is None:
            continue
        start, stop, currency, probability, rule = reading
        small = Decimal(0)
        if currency in (DEFAULT, _JIAO) and text[stop - 1] in WHOLE | TENTH and number.high is None:
            small, stop = chinese_change(text, stop, numbers[at + 1 : at + 6])
            if rule == NAMED and text.startswith(words.terms["even"], stop) and text[stop + 1 : stop + 2] in ENDS:
                stop += 1
        elif number.high is None and rule == NAMED and text[stop - 1].isascii():
            small, stop = english_change(text, stop, numbers[at + 1 : at + 4], words)
        if rule == NAMED:
            done = stop
        piece = folded.origin(start, stop)
        if piece[0] >= piece[1]:
            continue
        part, _, currency = currency.rpartition(" ")
        high = number.high if number.high is not None and number.high <= 10 * _HIGHEST else None
        for end in (number.value,) if high is None else (number.value, high):
            value = (end * Decimal(part) if part else end) + small
            yield Candidate(KIND, (piece,), f"{as_decimal(value)} {currency}", probability, rule)


def _regrouped(text: str, numbers: tuple[Number, ...], words: MoneyWords) -> tuple[Number, ...]:
    """Return numbers with those beside a currency read as other countries write them: 15 000, 1'000, €1.234,56.

    A point between thousands and a comma before decimals count beside a currency of a country that writes so.
    """
    for match in islice(_OTHER_GROUPS.finditer(text), _FEW):
        body, (start, stop) = match.group(), match.span()
        value = Decimal(body.translate(_UNGROUPED).replace(",", "."))
        number = Number(start, stop, value, grouped=True)
        named = named_sum(text, number, words, 0)
        if named is not None and (not _MARKED.intersection(body) or named[2] in words.terms["comma_decimals"]):
            others = [one for one in numbers if one.stop <= start or one.start >= stop]
            numbers = tuple(sorted([*others, number], key=lambda one: one.start))
    return numbers
