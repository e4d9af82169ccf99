"""Finds children's identities in text without holding them: keyed tags of what to look for.

While a table of records is taken in, its identities are in memory for a moment. What stays is, for every
name, number and phone, a tag of 32 bits under a key that lies in the key folder, outside the case. With it
exports mask what the records know, and nobody has to unseal anything. Whoever holds the key folder can test
whether a given name is among them (any automatic masking can be asked that); they cannot list them, and with
32 bits the phones of a country give more false hits than true ones.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import msgspec

from ringtrace.operation.masking import MASK, NAMES, Masker, identity_parts
from ringtrace.text.folding import fold

_TAG, _HEAD = 4, 2
"""Bytes of a tag, and of the tag of the first two characters that spares looking further."""
_DIGITS = 7
"""Fewer digits than these are no identity: they would blot out prices, dates and division codes."""
_NUMBER = re.compile(r"[+(]?[0-9](?:[ \-.()]{0,2}[0-9])*x?")
_SEPARATORS = str.maketrans("", "", "+ -.()")
_CHINA = re.compile(r"(?:00)?86(1[0-9]{10})")


class Prints(msgspec.Struct, frozen=True):
    """Tags by length: words in code points of folded text, numbers in digits. heads: see ``_HEAD``."""

    heads: list[int] = []
    words: dict[int, list[int]] = {}
    numbers: dict[int, list[int]] = {}


def make_prints(identities: Iterable[Mapping[str, str]], key: bytes) -> bytes:
    """Return the tags of every name, number and phone of ``identities``, to be kept outside the case. key: 32 bytes."""
    heads: set[int] = set()
    words: defaultdict[int, set[int]] = defaultdict(set)
    numbers: defaultdict[int, set[int]] = defaultdict(set)
    for identity in identities:
        for concept in sorted(NAMES & identity.keys()):
            for part in identity_parts(identity[concept]):
                word = fold(part).text.strip()
                for number in _numbers(word):
                    numbers[len(number)].add(_tag(key, number))
                if len(word) > 1 and _NUMBER.fullmatch(word) is None:
                    words[len(word)].add(_tag(key, word))
                    heads.add(_tag(key, word[:2], _HEAD))
    return msgspec.json.encode(
        Prints(
            sorted(heads),
            {n: sorted(words[n]) for n in sorted(words)},
            {n: sorted(numbers[n]) for n in sorted(numbers)},
        )
    )


def prints_masker(kept: Sequence[bytes], key: bytes) -> Masker:
    """Return a function that blots out, in any text, what the tags of ``kept`` know; itself where they know nothing.

    Text is looked at folded (width, case, look-alikes, traditional characters) and numbers without separators.
    """
    found = [msgspec.json.decode(data, type=Prints) for data in kept]
    words, numbers = (_merged(getattr(p, name) for p in found) for name in ("words", "numbers"))
    if not words and not numbers:
        return lambda text: text
    search = _Search(key, frozenset(tag for p in found for tag in p.heads), words, numbers)
    return lru_cache(maxsize=200_000)(search.mask)


class _Search:
    """Looks for tagged words and numbers in folded text."""

    def __init__(
        self,
        key: bytes,
        heads: frozenset[int],
        words: Mapping[int, frozenset[int]],
        numbers: Mapping[int, frozenset[int]],
    ) -> None:
        self._key, self._words, self._numbers = key, words, numbers
        self._lengths = sorted(words, reverse=True)
        self._opens = lru_cache(maxsize=1 << 20)(lambda pair: _tag(key, pair, _HEAD) in heads)

    def mask(self, text: str) -> str:
        folded = fold(text)
        hits = sorted({*self._word_hits(folded.text), *self._number_hits(folded.text)})
        pieces, at = [], 0
        for start, stop in hits:
            low, high = folded.origin(start, stop)
            if high > at:
                pieces += [text[at : max(at, low)], MASK]
                at = high
        return "".join([*pieces, text[at:]]) if pieces else text

    def _word_hits(self, text: str) -> Iterator[tuple[int, int]]:
        at = 0
        while at < len(text) - 1:
            size = self._longest(text, at) if self._opens(text[at : at + 2]) else 0
            if size:
                yield at, at + size
            at += size or 1

    def _longest(self, text: str, at: int) -> int:
        for size in self._lengths:
            word = text[at : at + size]
            if len(word) == size and _tag(self._key, word) in self._words[size] and _is_whole(text, at, at + size):
                return size
        return 0

    def _number_hits(self, text: str) -> Iterator[tuple[int, int]]:
        for match in _NUMBER.finditer(text):
            run = match.group()
            places = [at for at, char in enumerate(run) if char not in "+ -.()"]
            plain = run.translate(_SEPARATORS)
            if len(plain) < _DIGITS:
                continue
            for size, tags in self._numbers.items():
                for at in range(len(plain) - size + 1):
                    if _tag(self._key, plain[at : at + size]) in tags:
                        yield match.start() + places[at], match.start() + places[at + size - 1] + 1


def _numbers(word: str) -> list[str]:
    """The digits of a value that is a number, with and without China's prefix; [] for what is no number."""
    if _NUMBER.fullmatch(word) is None:
        return []
    plain = word.translate(_SEPARATORS)
    short = _CHINA.fullmatch(plain)
    return [number for number in (plain, short.group(1) if short else "") if len(number) >= _DIGITS]


def _is_whole(text: str, start: int, stop: int) -> bool:
    """Whether a Latin word does not begin or end inside a longer one; other scripts have no word limits."""
    before, after = text[start - 1 : start], text[stop : stop + 1]
    return not (_is_latin(before + text[start]) and before) and not (_is_latin(text[stop - 1] + after) and after)


def _is_latin(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _merged(tables: Iterable[Mapping[int, Sequence[int]]]) -> dict[int, frozenset[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    for table in tables:
        for size, tags in table.items():
            found[size].update(tags)
    return {size: frozenset(found[size]) for size in sorted(found)}


def _tag(key: bytes, text: str, size: int = _TAG) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size, key=key).digest())
