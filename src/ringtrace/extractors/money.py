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
from ringtrace.text.money_change import BREAKS, ENDS, TENTH, WHOLE, chinese_change, english_change
from ringtrace.text.money_words import MoneyWords, money_words
from ringtrace.text.number_signs import SIGN_DIGITS, Number, as_decimal
from ringtrace.text.numbers import NUMBER, UNIT_OF_THOUSANDS, find_numbers
from ringtrace.text.quantities import widen
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "money"
READS: tuple[str, ...] = ()
DEFAULT = "CNY"
_JIAO = "0.1 CNY"
_LOWEST_ACCOUNT = 10_000
"""Behind "add" a QQ number, of five digits at least, is as likely as a sum."""
_LOWEST, _HIGHEST = Decimal(100), Decimal(100_000_000)
_CHINESE = "\u2e80"
_HEAVY = 400
"""From so many pounds on a sum is meant, no weight."""
_PENCE = re.compile(r"(?: and|,)? [0-9]{1,2} ?p(?:ence|enny)?(?![a-z])")
"""Behind pounds: money. Without a word, "7 pounds 11" is what a baby weighed."""
_MOST = Decimal(10) ** 17
"""A sum in thousands, or with its thousands parted, may be a state's; a string of plain digits so long is none."""
_NAMED, _SCALED = "number > currency", "number with unit of thousands"
_TELLING, _LIKELY = 2, 0.55
"""Different words of a country that tell its currency, and how sure a sum in thousands is beside them."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_STATES = Decimal(10) ** 7
"""From so much on a sum in a text about another currency need not be in it: a budget, people."""
_CARRIED = 0.6
"""How sure a sum without a currency is beside one that names it."""
_DIGIT = frozenset("123456789一二两三四五六七八九")
_SLANG = re.compile(
    r"(?<![0-9一二两三四五六七八九十几.])([1-9一二两三四五六七八九])个"
    r"(?:([1-9一二两三四五六七八九半整])(?![^,，。.;；!！?？、 \n)）])|(?=[\u4e00-\u9fff]))"
)
_OTHER_GROUPS = re.compile(
    r"(?<![\w.,'])(?:[0-9]{1,3}(?:[.' ][0-9]{3}){1,5}(?:,[0-9]{1,2})?|[0-9]{1,9},[0-9]{1,2})(?![0-9]|[.,' ][0-9])"
)
_UNGROUPED, _MARKED, _FEW = {ord(sign): None for sign in ".' "}, frozenset(".,"), 100
_FIRM = ("左右", "可谈", "不还价", "抱走")
_CLAUSE = re.compile(r"[,，。.;；!！?？、\n()（）]")
_MORE_DIGITS = re.compile(r"\W{1,2}\d")
_TENTHS = re.compile(r"[1-9一二两三四五六七八九](?![^,，。.;；!！?？、 \n)）钱毛角])")
"""Behind 块: so many tenths of it, and the clause is over ("一块二") or names them ("一块一毛五")."""


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    words = money_words(lexicons)
    terms = words.terms
    told = need(
        (*words.after_keys, *words.before_keys, *UNIT_OF_THOUSANDS.words, *UNIT_OF_THOUSANDS.characters, *terms["cue"],
         *words.firm, *_FIRM, *terms["paid_before"], *terms["paid_after"], *terms["traded"],
         *terms["slang_traded"], "个整", "b", "tln")
    )  # fmt: skip
    wider = need([term for term in terms["wider"] if term.isalpha()])
    return (NUMBER, told), (wider,)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield sums of money; a range yields both ends. CNY where no currency is named.

    In an English text that names one foreign currency, sums without one are in it ("RM 14,500 now, last time 8k").
    """
    found = [_in_currency(one, view) for one in (*_find(view), *_slang(view))]
    named = {one.value.partition(" ")[2] for one in found if one.rule == _NAMED}
    if len(named) == 1 and DEFAULT not in named and max(view.text) < _CHINESE:
        currency = named.pop()
        found = [
            replace(one, value=f"{one.value.partition(' ')[0]} {currency}", probability=max(one.probability, _CARRIED))
            if one.rule.startswith(_SCALED)
            and one.value.endswith(DEFAULT)
            and Decimal(one.value.partition(" ")[0]) < _STATES
            else one
            for one in found
        ]
    yield from found


def _in_currency(one: Candidate, view: TextView) -> Candidate:
    """Return a sum without a currency in that of the country whose words a text without Chinese uses."""
    amount, _, currency = one.value.partition(" ")
    if one.rule.startswith(_NAMED) or currency != DEFAULT or (max(view.text) > _CHINESE and _HAN.search(view.text)):
        return one
    for name, words in _spoken_with(view.lexicons):
        if len(set(words.findall(view.folded.text))) >= _TELLING:
            return replace(one, value=f"{amount} {name}", probability=max(one.probability, _LIKELY))
    return one


def _slang(view: TextView) -> Iterator[Candidate]:
    """Yield sums told as so many 个 of ten thousand and so many thousands: 6个8 is 68,000, 六个整 60,000."""
    text = view.folded.text
    if "个" not in text:
        return
    terms = money_words(view.lexicons).terms
    traded = any(term in text for term in terms["slang_traded"])
    for match in islice(_SLANG.finditer(text), _FEW):
        rest = match.group(2) or "整"
        handed = match.group(2) is not None or text.startswith(terms["slang_handed"], match.end())
        if not handed or not (traded or match.group(2) == "整"):
            continue
        tens, ones = (SIGN_DIGITS.get(sign) or int(sign) if sign in _DIGIT else 0 for sign in (match.group(1), rest))
        value = Decimal(10_000 * tens + (5_000 if rest == "半" else 1_000 * ones))
        piece = view.folded.origin(*match.span())
        yield Candidate(KIND, (piece,), f"{as_decimal(value)} {DEFAULT}", 0.6, "so many ten thousands and thousands")


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
        reading = _read(text, number, words, done) if 0 < number.value <= most and number.start >= done else None
        if reading is None:
            continue
        start, stop, currency, probability, rule = reading
        small = Decimal(0)
        if currency in (DEFAULT, _JIAO) and text[stop - 1] in WHOLE | TENTH and number.high is None:
            small, stop = chinese_change(text, stop, numbers[at + 1 : at + 6])
            if rule == _NAMED and text.startswith(words.terms["even"], stop) and text[stop + 1 : stop + 2] in ENDS:
                stop += 1
        elif number.high is None and rule == _NAMED and text[stop - 1].isascii():
            small, stop = english_change(text, stop, numbers[at + 1 : at + 4], words)
        if rule == _NAMED:
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
        named = _currency(text, number, words, 0)
        if named is not None and (not _MARKED.intersection(body) or named[2] in words.terms["comma_decimals"]):
            others = [one for one in numbers if one.stop <= start or one.start >= stop]
            numbers = tuple(sorted([*others, number], key=lambda one: one.start))
    return numbers


def _read(text: str, number: Number, words: MoneyWords, done: int = 0) -> tuple[int, int, str, float, str] | None:
    """Return (start, stop, currency, probability, rule) or None. Code points of the folded text.

    currency: the code, with a factor and a blank before it where a part or a multiple of the unit is named
    (毛, pence). done: where the last sum ended; its words are not read again.
    """
    tail = text[number.stop : number.stop + 16]
    head = text[max(0, number.start - 24, done) : number.start]
    named = _currency(text, number, words, done)
    if named is not None:
        return named
    bare = head.rstrip(" :：=是为-")
    if _never(head, bare, tail, number, words):
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


def _bare(
    text: str, number: Number, head: str, tail: str, words: MoneyWords
) -> tuple[int, int, str, float, str] | None:
    """Return a plain round number that words of pay and price a little way off call a sum, or None."""
    if text.isascii() or _MORE_DIGITS.match(tail) or re.search(r"\d\W{1,2}$", head):
        return None
    if _unit_price(number, head, tail, words):
        return number.start, number.stop, DEFAULT, 0.75, "plain number > so much each"
    if not _round(number):
        return None
    if tail[:1].isascii() and (tail[:1].isalnum() or (tail[:1] in "-/.:~@%" and tail[1:2].isdigit())):
        return None
    clause = _CLAUSE.split(head)[-1]
    near = clause.rstrip(" :是也要")
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
    return number.start, number.stop, DEFAULT, sure, rule


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


def _named(text: str, number: Number) -> str:
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
    rest = tail.lstrip(" -")
    term = next((term for term in words.counted.get(rest[:1], ()) if rest.startswith(term)), "")
    if not term:
        return False
    apart = tail[:1] == " " and term > _CHINESE  # "35w 年轻": a word that only begins like a measure
    return not (apart and rest[len(term) : len(term) + 1] > _CHINESE)


def _currency(text: str, number: Number, words: MoneyWords, done: int) -> tuple[int, int, str, float, str] | None:
    head = text[max(0, number.start - words.longest - 2, done) : number.start]
    tail = text[number.stop : number.stop + words.longest + 8]
    small = not (number.scaled or number.grouped or words.scale.match(tail) or words.millions.match(tail))
    start, stop, before, after = number.start, number.stop, "", ""
    bare = head.rstrip(" ")
    ends = bare.endswith(words.before_keys)
    sign = next((key for key in words.before_keys if bare.endswith(key) and _apart(bare, key)), "") if ends else ""
    joined = len(sign) > 1 or not sign.isalpha() or bare == head  # N150,000, and not "n 150,000"
    if sign and joined and not (small and sign in words.before_thousands):
        before = words.before[sign]
        start -= len(head) - len(bare) + len(sign)
    rest = tail.lstrip(" -")
    sign = next((key for key in words.after_by_first.get(rest[:1], ()) if rest.startswith(key)), "")
    if sign and not (small and sign in words.after_thousands):
        beyond = rest[len(sign) : len(sign) + 1]
        if not (sign.isascii() and sign.isalpha() and beyond.isascii() and beyond.isalpha()):
            after = words.after[sign]
            if _no_sum(text, number, sign, rest, words) or bare.endswith(words.terms["idiom"]):  # "just my 2 cents"
                after = ""
            else:
                stop += len(tail) - len(rest) + len(sign)
    if not before and not after:
        return None
    if before and after == DEFAULT and text[stop - 1] in WHOLE:
        after = before  # 港币三千元
    currency = after or before
    scale = words.scale.match(text, stop) if after and not number.scaled else None
    if before and not after and not number.scaled and number.high is None:
        scale = words.millions.match(text, stop)
    if scale is not None:  # 75 USD million
        factor = words.scales[scale.group(1)] * Decimal(currency.split(" ")[0] if " " in currency else 1)
        return start, scale.end(), f"{factor} {currency.rpartition(' ')[2]}", 0.97, _NAMED
    return start, stop, currency, 0.97, _NAMED


def _no_sum(text: str, number: Number, sign: str, rest: str, words: MoneyWords) -> bool:
    """Whether a sign behind a number is part of a word ("一块去", 元旦), a picture's lines or the next sum's."""
    together = sign == "块" and number.value == 1 and rest[1:2] not in "钱,，。 " and not number.scaled
    weighed = sign == "pounds" and not number.scaled and number.value < _HEAVY
    weighed = weighed and not _PENCE.match(rest, len(sign))
    together = together and not _TENTHS.match(rest, len(sign))
    none = number.value == 1 and rest[len(sign) :].startswith(("没", "不", "都", "也"))  # "not a penny"
    pixels = sign == "p" and not (text.isascii() and number.value < 100)
    return (
        together
        or pixels
        or weighed
        or none
        or rest.startswith(words.terms["not_currency"])
        or (sign == "$" and rest[1:2].isdigit())
    )


def _apart(bare: str, sign: str) -> bool:
    """Whether a currency before a number is no end of a longer word: "nz$" is not "z$", "it's $5" not "s $5"."""
    before = bare[len(bare) - len(sign) - 1 : len(bare) - len(sign)]
    return not (sign[0].isascii() and sign[0].isalpha()) or not (
        (before.isascii() and before.isalnum()) or before == "'"
    )


def _cued(bare: str, head: str, tail: str, words: MoneyWords) -> bool:
    if tail.startswith(words.terms["loose"]):
        return True
    window = bare[-8:]
    if any(cue in window for cue in words.cues_zh):
        return True
    near = head.replace(":", " ").replace(",", " ").split()[-4:] + tail.split()[:2]
    return not words.cues_en.isdisjoint(near)


def _firm(bare: str, tail: str, words: MoneyWords) -> bool:
    return bare.endswith(words.cues_zh) or bare.endswith(words.firm) or tail.startswith(_FIRM)


def _is_plain_sum(text: str, number: Number) -> bool:
    if not (300 <= number.value < 10_000_000) or (number.words and number.value < 1_000):
        return False
    after = text[number.stop : number.stop + 2]
    joined = after[:1] in "-/.:：~@" and after[1:2].isdigit()
    return not joined and not (after[:1].isascii() and after[:1].isalnum()) and number.digits <= 7
