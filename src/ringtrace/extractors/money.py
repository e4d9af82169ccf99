"""Money: "2万5", "三五万", "20,000 yuan (US$3,250)", "15k"; a bare number is money only by its cue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from ringtrace.model.mention import Candidate
from ringtrace.text import lexicon
from ringtrace.text.numbers import Number, as_decimal, find_numbers
from ringtrace.text.view import TextView

KIND = "money"
DEFAULT = "CNY"
_LOWEST, _HIGHEST = Decimal(100), Decimal(100_000_000)
_CHINESE = "\u2e80"
_WHOLE = frozenset("元块圆塊")
_CLAUSE = re.compile(r"[,，。.;；!！?？、\n()（）]")
_MORE_DIGITS = re.compile(r"\W{1,2}\d")
_BREAKS = frozenset(",，。.;；!！?？、 \n)）")


@dataclass(frozen=True)
class _Words:
    after: Mapping[str, str]
    before: Mapping[str, str]
    after_keys: tuple[str, ...]
    before_keys: tuple[str, ...]
    terms: Mapping[str, tuple[str, ...]]
    after_first: frozenset[str]
    cues_zh: tuple[str, ...]
    cues_en: frozenset[str]
    firm: tuple[str, ...]
    counted: Mapping[str, tuple[str, ...]]


def find(view: TextView) -> Iterator[Candidate]:
    """Yield sums of money; a range yields both ends. CNY where no currency is named."""
    folded = view.folded
    text = folded.text
    numbers = find_numbers(text)
    if not numbers:
        return
    words = _words(view.lexicons)
    done = 0
    for at, number in enumerate(numbers):
        reading = _read(text, number, words) if 0 < number.value <= 10 * _HIGHEST else None
        if reading is None or number.start < done:
            continue
        start, stop, currency, probability, rule = reading
        small = Decimal(0)
        if currency == DEFAULT and text[stop - 1 : stop] in _WHOLE and number.high is None:
            small, stop = _small_change(text, stop, numbers[at + 1 : at + 3])
            done = stop
        piece = folded.origin(start, stop)
        if piece[0] >= piece[1]:
            continue
        part, _, currency = currency.rpartition(" ")
        high = number.high if number.high is not None and number.high <= 10 * _HIGHEST else None
        for end in (number.value,) if high is None else (number.value, high):
            value = end * Decimal(part) if part else end + small
            yield Candidate(KIND, (piece,), f"{as_decimal(value)} {currency}", probability, rule)


def _small_change(text: str, stop: int, following: tuple[Number, ...]) -> tuple[Decimal, int]:
    """Return what jiao and fen add behind 元 or 块 (三块五, 123元1角1分) and where the sum ends."""
    small = Decimal(0)
    for number in following:
        sign = text[number.stop : number.stop + 1]
        if number.start != stop or number.value >= 10 or number.value % 1:
            break
        if sign in ("角", "毛", "分"):
            small += number.value * (Decimal("0.01") if sign == "分" else Decimal("0.1"))
            stop = number.stop + 1
        elif text[stop - 1] == "块" and (not sign or sign in _BREAKS or sign in "一钱"):
            return small + number.value * Decimal("0.1"), number.stop
        else:
            break
    return small, stop


def _read(text: str, number: Number, words: _Words) -> tuple[int, int, str, float, str] | None:
    """Return (start, stop, currency, probability, rule) or None. Code points of the folded text.

    currency: the code, with a factor and a blank before it where a part of the unit is named (毛, pence).
    """
    tail = text[number.stop : number.stop + 16]
    head = text[max(0, number.start - 24) : number.start]
    named = _currency(text, number, head, tail, words)
    if named is not None:
        return named
    bare = head.rstrip(" :：=是为-")
    if _never(head, bare, tail, number.scaled, words):
        return None
    if number.scaled and number.value >= _LOWEST:
        if _cued(bare, head, tail, words):
            return number.start, number.stop, _named(text, number), 0.9, "number with unit of thousands > price cue"
        surface = text[number.start : number.stop]
        probability = 0.65 if not surface.isascii() or "w" in surface else 0.55 if not text.isascii() else 0.45
        if surface.endswith(words.terms["unit_of_money"]):
            probability = 0.7
        return number.start, number.stop, _named(text, number), probability, "number with unit of thousands"
    if _is_plain_sum(text, number) and _firm(bare, tail, words):
        return number.start, number.stop, DEFAULT, 0.8, "plain number > price cue"
    return _bare(text, number, head, tail, words)


def _bare(text: str, number: Number, head: str, tail: str, words: _Words) -> tuple[int, int, str, float, str] | None:
    """Return a plain round number that words of pay and price a little way off call a sum, or None."""
    if text.isascii() or not _round(number) or _MORE_DIGITS.match(tail) or re.search(r"\d\W{1,2}$", head):
        return None
    if tail[:1].isascii() and (tail[:1].isalnum() or (tail[:1] in "-/.:~@%" and tail[1:2].isdigit())):
        return None
    clause = _CLAUSE.split(head)[-1]
    near = clause.rstrip(" :是")
    large = number.value >= 1_000 and number.value % 100 == 0
    alone = not clause.strip() and (not tail or tail[0] in _BREAKS)
    sure, rule = 0.0, ""
    if near.endswith(words.terms["paid_before"]) or tail.lstrip(" ").startswith(words.terms["paid_after"]):
        sure, rule = 0.7, "plain number > word of pay"
    elif large and any(term in clause for term in words.terms["paid_before"]):
        sure, rule = 0.6, "plain number > word of pay in its clause"
    elif large and alone and any(term in text for term in words.terms["traded"]):
        sure, rule = 0.55, "plain number by itself > words of trade"
    return (number.start, number.stop, DEFAULT, sure, rule) if sure else None


def _round(number: Number) -> bool:
    """Whether a number without a unit is as round as sums are, and no year."""
    value = number.value
    if not (10 <= value < 10_000_000) or value % 1 or value % (100 if value >= 1_000 else 5) or number.digits > 7:
        return False
    year = number.digits == 4 and 1900 <= value < 2030
    return not year and bool(number.digits or number.scaled or value >= 100)


def _named(text: str, number: Number) -> str:
    """The currency that the unit names: lakh and crore are counted in rupees, else the default."""
    surface = text[number.start : number.stop]
    return "INR" if "lakh" in surface or "crore" in surface else DEFAULT


def _never(head: str, bare: str, tail: str, scaled: bool, words: _Words) -> bool:
    """Whether what stands around the number says that it is no sum: part of a word, a count, a handle."""
    if head and head[-1].isascii() and (head[-1].isalnum() or head[-1] in "@_.-/#+"):
        return True
    joined = bare.endswith(words.terms["never_before"])
    if (joined and not (scaled and bare.endswith("加"))) or (not scaled and bare.endswith(words.terms["dated"])):
        return True
    if tail.startswith(words.terms["loose"]):
        return False
    rest = tail.lstrip(" -")
    term = next((term for term in words.counted.get(rest[:1], ()) if rest.startswith(term)), "")
    if not term:
        return False
    apart = tail[:1] == " " and term > _CHINESE  # "35w 年轻": a word that only begins like a measure
    return not (apart and rest[len(term) : len(term) + 1] > _CHINESE)


def _currency(
    text: str, number: Number, head: str, tail: str, words: _Words
) -> tuple[int, int, str, float, str] | None:
    start, stop, before, after = number.start, number.stop, "", ""
    bare = head.rstrip(" ")
    if bare.endswith(words.before_keys):
        sign = next(key for key in words.before_keys if bare.endswith(key))
        at = len(bare) - len(sign)
        if not sign.isalpha() or not sign.isascii() or not bare[at - 1 : at].isalnum() or bare[at - 1 : at] > _CHINESE:
            before = words.before[sign]
            start -= len(head) - at
    rest = tail.lstrip(" -")
    if rest[:1] in words.after_first and rest.startswith(words.after_keys):
        sign = next(key for key in words.after_keys if rest.startswith(key))
        beyond = rest[len(sign) : len(sign) + 1]
        if not (sign.isascii() and sign.isalpha() and beyond.isascii() and beyond.isalpha()):
            after = words.after[sign]
            together = sign == "块" and number.value == 1 and rest[1:2] not in "钱,，。 " and not number.scaled
            pixels = sign == "p" and not (text.isascii() and number.value < 100)
            if together or pixels or rest.startswith(("元旦", "元宵")):  # "一块去" is no money
                after = ""
            else:
                stop += len(tail) - len(rest) + len(sign)
    if not before and not after:
        return None
    return start, stop, after or before, 0.97, "number > currency"


def _cued(bare: str, head: str, tail: str, words: _Words) -> bool:
    if tail.startswith(words.terms["loose"]):
        return True
    window = bare[-8:]
    if any(cue in window for cue in words.cues_zh):
        return True
    near = head.replace(":", " ").replace(",", " ").split()[-4:] + tail.split()[:2]
    return not words.cues_en.isdisjoint(near)


def _firm(bare: str, tail: str, words: _Words) -> bool:
    return (
        bare.endswith(words.cues_zh) or bare.endswith(words.firm) or tail.startswith(("左右", "可谈", "不还价", "抱走"))
    )


def _is_plain_sum(text: str, number: Number) -> bool:
    if not (300 <= number.value < 10_000_000) or (number.words and number.value < 1_000):
        return False
    after = text[number.stop : number.stop + 2]
    joined = after[:1] in "-/.:：~@" and after[1:2].isdigit()
    return not joined and not (after[:1].isascii() and after[:1].isalnum()) and number.digits <= 7


@cache
def _words(lexicons: Path | None) -> _Words:
    terms = lexicon.load("money", lexicons)
    after: dict[str, str] = {}
    before: dict[str, str] = {}
    for _, document in lexicon.documents("money", lexicons):
        currency = document.get("currency", {})
        after.update(currency.get("after", {}))
        before.update(currency.get("before", {}))
    cues = terms["cue"]
    return _Words(
        after, before,
        tuple(sorted(after, key=lambda key: (-len(key), key))),
        tuple(sorted(before, key=lambda key: (-len(key), key))),
        terms,
        frozenset(key[0] for key in after),
        tuple(cue for cue in cues if not cue.isascii()),
        frozenset(cue for cue in cues if cue.isascii()),
        tuple(terms.get("firm", ())),
        {term[0]: tuple(other for other in terms["not_after"] if other[0] == term[0]) for term in terms["not_after"]},
    )  # fmt: skip
