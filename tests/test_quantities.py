"""Numbers of every form: specs, places, and what holds for any text."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.extractors import money
from ringtrace.text.folding import fold
from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.quantities.finding import find_quantities, widen
from ringtrace.text.view import TextView

CASES = tomllib.loads((Path(__file__).parent / "specs" / "quantity.any.toml").read_text("utf-8"))["cases"]
WORDS = [
    "one",
    "two",
    "twenty",
    "hundred",
    "thousand",
    "million",
    "a",
    "half",
    "third",
    "thirds",
    "quarters",
    "and",
    "point",
    "over",
    "out",
    "minus",
    "dozen",
    "3",
    "1/2",
    "4.5",
    "-",
    ",",
    "of",
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0])
def test_exactly_what_the_spec_names(case):
    text, *told = case
    folded = fold(text)
    found = [(text[slice(*folded.origin(n.start, n.stop))], n.value) for n in find_quantities(folded.text)]
    assert [surface for surface, _ in found] == [surface for surface, _ in told]
    for (_, value), (_, wanted) in zip(found, told, strict=True):
        assert abs(value - Decimal(wanted)) <= abs(Decimal(wanted)) * Decimal("1e-10")


@given(st.lists(st.sampled_from(WORDS), max_size=30))
def test_no_heap_of_its_words_breaks_it_and_nothing_overlaps(words):
    text = " ".join(words)
    done = 0
    for number in find_quantities(text):
        assert done <= number.start < number.stop <= len(text)
        done = number.stop


@given(st.integers(0, 99_999_999))
def test_figures_and_groups_of_figures_are_read_as_they_stand(value):
    assert [n.value for n in find_quantities(f"it was {value}.")] == [value]
    assert [n.value for n in find_quantities(f"it was {value:,} then")] == [value]


@pytest.mark.parametrize("text", ["两万五", "2w5", "5-6万", "twenty thousand", "3万一个", "15k"])
def test_what_posts_say_is_read_as_before(text):
    assert widen(text) == find_numbers(text)


def test_numbers_of_more_digits_than_are_reckoned_with_break_no_sum():
    digits = "6222021234567890123\u200b17000889447，710，746709/383309039910"
    for text in (fold(digits).text, f"13 dollars and {'9' * 60}", f"half {'8' * 40}/3"):
        assert widen(text) == widen(text)
        assert all(one < Decimal(10) ** 15 for one in map(_sum_of, money.find(TextView(text))))


def _sum_of(candidate):
    return Decimal(candidate.value.split(" ")[0])
