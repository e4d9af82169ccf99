"""Sums without a currency: thousands, and plain numbers that a word of price, pay or trade calls a sum."""

from __future__ import annotations

import re
from decimal import Decimal

from ringtrace.text.money.change import BREAKS
from ringtrace.text.money.named import DEFAULT, SCALED, Sum, named_sum
from ringtrace.text.money.words import MoneyWords
from ringtrace.text.numbers.signs import Number

_LOWEST = Decimal(100)
"""From so much on a number in thousands is a sum; below, a number behind a person may be years."""
CHINESE = "\u2e80"
_LOWEST_ACCOUNT = 10_000
"""Behind "add" a QQ number, of five digits at least, is as likely as a sum."""
FIRM = ("左右", "可谈", "不还价", "抱走")
_CLAUSE = re.compile(r"[,，。.;；!！?？、\n()（）]")
_MORE_DIGITS = re.compile(r"\W{1,2}\d")


def read_sum(text: str, number: Number, words: MoneyWords, done: int = 0) -> Sum | None:
    """Return the sum that a number of a folded text is, None where it is none.

    done: where the last sum ended; its words are not read again.
    """
    tail = text[number.stop : number.stop + 16]
    head = text[max(0, number.start - 24, done) : number.start]
    named = named_sum(text, number, words, done)
    if named is not None:
        return named
    bare = head.rstrip(" :：=是为-")
    if _never(head, bare, tail, number, words):
        return None
    if number.scaled and number.value >= _LOWEST:
        if _cued(bare, head, tail, words):
            return Sum(number.start, number.stop, _of_unit(text, number), 0.9, f"{SCALED} > price cue")
        surface = text[number.start : number.stop]
        probability = 0.65 if not surface.isascii() or "w" in surface else 0.55 if not text.isascii() else 0.45
        if surface.endswith(words.terms["unit_of_money"]):
            probability = 0.7
        return Sum(number.start, number.stop, _of_unit(text, number), probability, SCALED)
    if _plain(text, number) and _firm(bare, tail, words):
        return Sum(number.start, number.stop, DEFAULT, 0.8, "plain number > price cue")
    return _bare(text, number, head, tail, words)


def _bare(text: str, number: Number, head: str, tail: str, words: MoneyWords) -> Sum | None:
    """Return a plain round number that words of pay and price a little way off call a sum, or None."""
    if text.isascii() or _MORE_DIGITS.match(tail) or re.search(r"\d\W{1,2}$", head):
        return None
    if _unit_price(number, head, tail, words):
        return Sum(number.start, number.stop, DEFAULT, 0.75, "plain number > so much each")
    clause = _CLAUSE.split(head)[-1]
    near = clause.rstrip(" :是也要")
    if not _round(number) or _years(near, number, tail, words):
        return None
    if tail[:1].isascii() and (tail[:1].isalnum() or (tail[:1] in "-/.:~@%" and tail[1:2].isdigit())):
        return None
    large = number.value >= 1_000 and number.value % 100 == 0
    alone = not clause.strip() and (not tail or tail[0] in BREAKS)
    if near.endswith(words.terms["paid_before"]) or tail.lstrip(" ").startswith(words.terms["paid_after"]):
        sure, rule = 0.7, "plain number > word of pay"
    elif large and any(term in clause for term in words.terms["paid_before"]):
        sure, rule = 0.6, "plain number > word of pay in its clause"
    elif alone and _on_sale(text, number, words, large=large):
        sure, rule = 0.55, "plain number by itself > words of trade"
    else:
        return None
    return Sum(number.start, number.stop, DEFAULT, sure, rule)


def _years(near: str, number: Number, tail: str, words: MoneyWords) -> bool:
    """Whether a number behind a person may be years of life: "我女儿才20", "弟弟15"; below 100, and nobody pays it."""
    if number.value >= _LOWEST or tail.lstrip(" ").startswith(words.terms["paid_after"]):
        return False
    stem = near.removesuffix(next((term for term in words.terms["by_now"] if near.endswith(term)), ""))
    return near.endswith(words.terms["child"]) or (stem != near and stem.endswith(words.terms["grows"]))


def _on_sale(text: str, number: Number, words: MoneyWords, *, large: bool) -> bool:
    """Whether a text trades, or for a small sum sells a thing, so that a number by itself is a price."""
    if str(number.value) in words.services:
        return False
    return any(term in text for term in words.terms["traded" if large else "on_sale"])


def _unit_price(number: Number, head: str, tail: str, words: MoneyWords) -> bool:
    """Whether digits are what one of something costs: "168一罐", "1900一月", "一个月1680", "每天30"."""
    year = number.digits == 4 and 1990 <= number.value < 2030
    if number.words or number.high is not None or year or not 1 <= number.value < 1_000_000:
        return False
    closed = not tail or tail[0] in BREAKS or tail.startswith(words.terms["loose"])
    if closed and head.rstrip(" :才要也是就").endswith(words.terms["rate"]):
        return True
    return tail.lstrip(" ").startswith(words.terms["each"]) and not head.endswith(words.terms["never_before"])


def _round(number: Number) -> bool:
    """Whether a number without a unit is as round as sums are, and no year."""
    value = number.value
    if not (10 <= value < 10_000_000) or value % 1 or value % (100 if value >= 1_000 else 5) or number.digits > 7:
        return False
    year = number.digits == 4 and 1900 <= value < 2030
    return not year and bool(number.digits or number.scaled or value >= 100)


def _of_unit(text: str, number: Number) -> str:
    """The currency that the unit names: lakh and crore are counted in rupees, else the default."""
    surface = text[number.start : number.stop]
    return "INR" if "lakh" in surface or "crore" in surface else DEFAULT


def _never(head: str, bare: str, tail: str, number: Number, words: MoneyWords) -> bool:
    """Whether what stands around the number says that it is no sum: part of a word, a count, a handle."""
    if head and head[-1].isascii() and (head[-1].isalnum() or head[-1] in "@_.-/#+"):
        return True
    joined = bare.endswith(words.terms["never_before"])
    rate = bare.endswith(words.terms["rate"])
    dated = not number.scaled and bare.endswith(words.terms["dated"]) and not rate
    more = bare.endswith("加") and (number.scaled or (_round(number) and number.value < _LOWEST_ACCOUNT))
    if (joined and not more) or dated:
        return True
    if tail.startswith(words.terms["loose"]):
        return False
    rest = tail.lstrip(" -+")
    term = next((term for term in words.counted.get(rest[:1], ()) if rest.startswith(term)), "")
    if not term:
        return False
    apart = tail[:1] == " " and term > CHINESE  # "35w 年轻": a word that only begins like a measure
    return not (apart and rest[len(term) : len(term) + 1] > CHINESE)


def _cued(bare: str, head: str, tail: str, words: MoneyWords) -> bool:
    if tail.startswith(words.terms["loose"]):
        return True
    window = bare[-8:]
    if any(cue in window for cue in words.cues_zh):
        return True
    near = head.replace(":", " ").replace(",", " ").split()[-4:] + tail.split()[:2]
    return not words.cues_en.isdisjoint(near)


def _firm(bare: str, tail: str, words: MoneyWords) -> bool:
    return bare.endswith(words.cues_zh) or bare.endswith(words.firm) or tail.startswith(FIRM)


def _plain(text: str, number: Number) -> bool:
    if not (300 <= number.value < 10_000_000) or (number.words and number.value < 1_000):
        return False
    after = text[number.stop : number.stop + 2]
    joined = after[:1] in "-/.:：~@" and after[1:2].isdigit()
    return not joined and not (after[:1].isascii() and after[:1].isalnum()) and number.digits <= 7
