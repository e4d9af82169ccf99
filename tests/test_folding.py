"""Folding: exact offsets back to the original, the same when folded twice, disguises levelled."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.text.confusables import CHARACTERS
from ringtrace.text.folding import fold

TRICKY = "１②❸⑷⒌𝟔₇⁸९٠🔟1️⃣❤️微薇信號碼ＶＸаеоｗ🅦Ⓐé\u0301\u200b\u2060\ufeff\U000e0041㍿㈠…ßİΣς々\n\r\t x-_@.。"
MIXED_SCRIPTS = frozenset(map(chr, [*range(0x370, 0x590)]))
texts = st.text(st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=["Cs"])), max_size=60)


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("①②③⑴⒉❸➃⓿", "12312340"),
        ("1️⃣7️⃣0️⃣", "170"),
        ("𝟏𝟐𝖆𝒷", "12ab"),
        ("١٢٣ १२३ ๑๒๓", "123 123 123"),
        ("〡〢〣", "123"),
        ("Ⅲ Ⅴ Ⅹ", "3 v x"),
        ("電話號碼", "电话号码"),
        ("w\u200be\u2060c\u00adhat", "wechat"),
        ("wеchаt", "wechat"),
        ("тел", "тел"),
        ("🅦🅧 ᴡx Ⓥ", "wx wx v"),
        ("1\u03367\u0336", "17"),
        ("㊀㈡", "一二"),
        ("🔟", "10"),
        ("€5", "€5"),
        ("a\tb\r\nc", "a b \nc"),
        ("a\ud800b", "a\ufffdb"),
    ],
)
def test_what_is_shown_is_what_is_read(shown, read):
    assert fold(shown).text == read


@given(texts)
def test_folding_twice_changes_nothing(text):
    once = fold(text).text
    assert fold(once).text == once


@given(texts, st.data())
def test_the_way_back_gives_a_stretch_that_folds_to_the_same(text, data):
    folded = fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    stop = data.draw(st.integers(start, len(folded.text)))
    low, high = folded.origin(start, stop)
    assert 0 <= low <= high <= len(text)
    if start == stop:
        assert low == high
        return
    again = fold(text[low:high]).text
    stretch = folded.text[start:stop]
    if MIXED_SCRIPTS.isdisjoint(text):
        # A character that folds to several is one piece of the original: it comes back whole.
        assert stretch in again
        assert len(again) - len(stretch) <= 2 * max(len(CHARACTERS[ord(char)]) for char in text)
    assert low < high


@given(texts)
def test_every_place_goes_back_in_order(text):
    folded = fold(text)
    places = [folded.origin(place, place + 1) for place in range(len(folded.text))]
    assert places == sorted(places)
    assert all(fold(char).text == char or char.lower() != char for char in folded.text if ord(char) < 128)
    for (low, high), char in zip(places, folded.text, strict=True):
        assert high - low == 1
        if text[low] not in MIXED_SCRIPTS:
            assert char in CHARACTERS[ord(text[low])] or char.isascii()


@given(texts, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 6), st.text("ab", max_size=4)), max_size=5))
def test_rewriting_keeps_the_way_back(text, wishes):
    folded = fold(text)
    edits, done = [], 0
    for at, size, replacement in sorted(wishes):
        start, stop = max(at, done), max(at, done) + size
        if stop <= len(folded.text) and size:
            edits.append((start, stop, replacement))
            done = stop
    layer = folded.rewrite(edits)
    expected, origins, at = "", [], 0
    for start, stop, replacement in [*edits, (len(folded.text), len(folded.text), "")]:
        expected += folded.text[at:start] + replacement
        origins += [folded.origin(i, i + 1) for i in range(at, start)]
        origins += [folded.origin(start, stop)] * len(replacement)
        at = stop
    assert layer.text == expected
    assert [layer.origin(i, i + 1) for i in range(len(expected))] == origins


def test_every_character_of_unicode_settles():
    unsettled = [
        point
        for point in range(0x30000)
        if not 0xD800 <= point < 0xE000 and (made := CHARACTERS[point]).translate(CHARACTERS) != made
    ]
    assert unsettled == []


def test_decimal_digits_of_all_scripts_become_ascii():
    for point in range(0x20000):
        value = unicodedata.decimal(chr(point), None)
        if value is not None:
            assert fold(chr(point)).text == str(value)
