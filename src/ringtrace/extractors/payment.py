"""Payment accounts: bank cards by range, length and check digit; Alipay accounts behind their cue.

A number itself is never given out. The value is ``card-`` or ``alipay-`` and 100 bits of a keyed digest
(HMAC-SHA-256 under the view's ``secret``, which lies with the user's private keys): equal accounts of one
case have equal values, and who has no key can try nothing out. In place of the words stand the first digits
with the rest masked.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from ringtrace.model.mention import Candidate, Owner
from ringtrace.text import lexicon
from ringtrace.text.contacts import read
from ringtrace.text.numbers.check_digits import CHECKS, luhn
from ringtrace.text.numbers.signs import SIGN_DIGITS
from ringtrace.text.sieve import Needs, need
from ringtrace.text.view import TextView

KIND = "payment"
READS = ("platform", "kind", "secret")
_RUN = re.compile(r"(?<![0-9a-z])[0-9](?:[ .·_-]?[0-9]){11,18}(?![0-9a-z])")
_BY_FOURS = re.compile(r"[0-9]{4}(?:[^0-9][0-9]{4}){2,3}(?:[^0-9][0-9]{1,4})?")
_SPELLED = str.maketrans({sign: str(value) for sign, value in SIGN_DIGITS.items()})
_MOST = 500
"""Numbers and cues read in one text: a budget for hostile ones."""
_LEFT, _RIGHT, _NEAR, _LINKED = 24, 12, 10, 16
"""Code points in which a word speaks of a number: of accounts, behind it, of other numbers; up to an Alipay account."""
_SHOWN = 6
"""Digits of a card that say which bank issued it (ISO/IEC 7812); nothing further is shown."""


@dataclass(frozen=True)
class _Words:
    terms: Mapping[str, tuple[str, ...]]
    cards: Mapping[str, frozenset[int]]
    never: tuple[Mapping[str, Any], ...]
    own: tuple[str, int]
    alipay: re.Pattern[str]
    link: re.Pattern[str]


@cache
def _words(lexicons: Path | None) -> _Words:
    terms = lexicon.load("payment", lexicons)
    documents = [document for _, document in lexicon.documents("payment", lexicons)]
    cards = {
        prefix: frozenset(row["lengths"]) for d in documents for row in d.get("card", ()) for prefix in row["prefix"]
    }
    service = next(row for d in documents for row in d.get("service", ()) if row["name"] == "alipay")
    return _Words(
        terms, cards, tuple(row for d in documents for row in d.get("never", ())),
        (service["own_prefix"], service["own_length"]), re.compile("|".join(map(re.escape, terms["alipay"]))),
        re.compile(rf"(?:{'|'.join(map(re.escape, terms['link']))}|[^\w@+]){{0,8}}"),
    )  # fmt: skip


def needs(lexicons: Path | None) -> Needs:
    """Return what a folded text must have for ``find`` to find anything."""
    digits = need(characters="0123456789" + "".join(SIGN_DIGITS), least=12)
    return (digits,), (need(_words(lexicons).terms["alipay"]),)


def find(view: TextView) -> Iterator[Candidate]:
    """Yield payment accounts; below one half where nothing but the check digit speaks for one."""
    words, text = _words(view.lexicons), view.folded.text
    cued = any(term in text for term in words.terms["card"])
    plain = text.translate(_SPELLED) if cued and not text.isascii() else text
    for match in islice(_RUN.finditer(plain), _MOST):
        yield from _card(view, plain, match, words)
    if words.alipay.search(text):
        yield from _alipay(view, text, words)


def _card(view: TextView, text: str, match: re.Match[str], words: _Words) -> Iterator[Candidate]:
    digits = re.sub(r"[^0-9]", "", match.group())
    if not _is_card(digits, words):
        return
    left, right = text[max(0, match.start() - _LEFT) : match.start()], text[match.end() : match.end() + _RIGHT]
    if any(term in left[-_NEAR:] for term in words.terms["never"]):
        sure, rule = 0.1, "check digit of a card, beside a word of other numbers"
    elif any(term in left or term in right for term in words.terms["card"]):
        sure, rule = 0.95, "check digit of a card > word of accounts"
    elif _BY_FOURS.fullmatch(match.group()):
        sure, rule = 0.75, "check digit of a card, written by fours"
    else:
        sure, rule = 0.4, "check digit of a card"
    shown = digits[:_SHOWN] + "*" * (len(digits) - _SHOWN)
    piece = view.folded.origin(*match.span())
    yield Candidate(KIND, (piece,), _sealed(view, "card", digits), sure, rule, _owner(left, words), shown)


def _is_card(digits: str, words: _Words) -> bool:
    """Whether range, length and check digit are a card's and no other number's."""
    for row in words.never:
        if len(digits) in row["lengths"] and digits.startswith(tuple(row["prefix"])) and CHECKS[row["check"]](digits):
            return False
    own, length = words.own
    if digits.startswith(own) and len(digits) == length:
        return False
    longest = next((digits[:size] for size in range(6, 0, -1) if digits[:size] in words.cards), "")
    return bool(longest) and len(digits) in words.cards[longest] and luhn(digits)


def _alipay(view: TextView, text: str, words: _Words) -> Iterator[Candidate]:
    """Yield what stands behind the name of the service: its own number, a telephone number, an address."""
    contacts = [c for c in read(view) if c.kind in ("phone", "email") and c.probability >= 0.5]
    starts = {c.pieces[0][0]: c for c in sorted(contacts, key=lambda c: c.probability)}
    own, length = words.own
    number = re.compile(rf"{own}[0-9]{{{length - len(own)}}}(?![0-9])")
    for cue in islice(words.alipay.finditer(text), _MOST):
        linked = words.link.match(text, cue.end(), cue.end() + _LINKED)
        at = linked.end() if linked else cue.end()
        left = text[max(0, cue.start() - _LEFT) : cue.start()]
        told = number.match(text, at)
        if told is not None:
            piece = view.folded.origin(*told.span())
            shown = own + "*" * (length - len(own))
            yield Candidate(
                KIND, (piece,), _sealed(view, "alipay", told.group()), 0.95, "number of the service > its name",
                _owner(left, words), shown,
            )  # fmt: skip
            continue
        contact = starts.get(view.folded.origin(at, at + 1)[0])
        if contact is not None:
            yield Candidate(
                KIND, contact.pieces, _sealed(view, "alipay", contact.value), 0.9,
                f"{contact.kind} > name of the service", _owner(left, words), _masked(contact.value),
            )  # fmt: skip


def _masked(value: str) -> str:
    """Return a telephone number without its last eight digits, an address without its name."""
    name, at, host = value.rpartition("@")
    return f"{name[:1]}***@{host}" if at else value[:-8] + "*" * 8


def _sealed(view: TextView, service: str, account: str) -> str:
    digest = hmac.digest(view.secret, f"{service}\0{account}".encode(), "sha256")
    return f"{service}-{base64.b32encode(digest)[:20].decode().lower()}"


def _owner(left: str, words: _Words) -> Owner:
    if any(term in left for term in words.terms["public"]):
        return "hotline"
    return "other" if any(term in left for term in words.terms["other"]) else "unknown"
