"""Facts in posts: money, places, ages, dates, counts and sex, in Chinese and English."""

import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.text.numbers.finding import find_numbers
from ringtrace.text.numbers.signs import as_decimal
from ringtrace.text.places.divisions import contains, divisions, names, parent
from ringtrace.text.places.gazetteer import find_places
from ringtrace.text.view import TextView

KINDS = ("money", "place", "age", "date", "count", "sex")
SENT = int(datetime(2014, 2, 20, 12, tzinfo=UTC).timestamp()) * 1_000_000
SPECS = Path(__file__).parent / "specs"


def cases():
    for kind in KINDS:
        for language in ("zh", "en"):
            document = tomllib.loads((SPECS / f"{kind}.{language}.toml").read_text("utf-8"))
            for post, key in (("message", "cases"), ("article", "article")):
                for text, *values in document.get(key, []):
                    yield pytest.param(kind, post, text, values, id=f"{kind}-{language}-{post}-{text}")


def find(kind, text, sent_at=SENT, post="message"):
    return list(import_module(f"ringtrace.extractors.{kind}").find(TextView(text, sent_at=sent_at, kind=post)))


@pytest.mark.parametrize(("kind", "post", "text", "values"), list(cases()))
def test_exactly_the_values_that_the_spec_names(kind, post, text, values):
    assert {c.value for c in find(kind, text, post=post) if c.probability >= 0.5} == set(values)


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("要15天以内的女婴", "upper"),
        ("收0-1岁男孩", "upper"),
        ("girl under 6 months", "upper"),
        ("招8个月以上的宝宝", "lower"),
    ],
)
def test_the_rule_of_an_age_says_which_bound_it_is(text, bound):
    assert [c.rule.rpartition(" > ")[2] for c in find("age", text)] == [f"{bound} bound"]


@pytest.mark.parametrize("kind", KINDS)
@given(
    text=st.text(
        alphabet=st.sampled_from("2万w5k两千百十0岁月日年男女宝个天北京成都海南 boygirl-/.,，￥$元多半三ⅳ⑤\u200b👶"),
        max_size=60,
    )
)
@settings(max_examples=60, deadline=None)
def test_pieces_lie_in_the_text_and_probabilities_are_probabilities(kind, text):
    for candidate in find(kind, text):
        assert candidate.kind == kind
        assert 0 < candidate.probability <= 1
        assert candidate.value
        for start, stop in candidate.pieces:
            assert 0 <= start < stop <= len(text)


@given(st.integers(min_value=1, max_value=9), st.integers(min_value=1, max_value=9), st.sampled_from("万wk千"))
def test_a_last_digit_counts_tenths_of_the_unit(left, right, unit):
    size = {"万": 10_000, "w": 10_000, "k": 1_000, "千": 1_000}[unit]
    (number,) = find_numbers(f"{left}{unit}{right}")
    assert number.value == left * size + right * size // 10


@given(st.integers(min_value=0, max_value=10**9))
def test_plain_and_grouped_digits_are_read_back(value):
    assert [n.value for n in find_numbers(str(value))] == [value]
    assert [n.value for n in find_numbers(f"{value:,}")] == [value]


def test_plain_decimals_have_no_exponent_and_no_trailing_zeros():
    assert [as_decimal(Decimal(text)) for text in ("25000.00", "1E+5", "3250.50", "7")] == [
        "25000",
        "100000",
        "3250.5",
        "7",
    ]


def test_a_county_has_the_code_of_its_time():
    before = [p.code for p in find_places("郫县", when="2014-02") if p.probability >= 0.5]
    assert before == ["510124"]
    assert "510117" in {p.code for p in find_places("郫都区", when="2018-01")}


def test_every_province_prefecture_and_country_is_there():
    current = {d.code for d in divisions() if not d.stop}
    assert len({code for code in current if code.endswith("0000")}) == 34
    assert len({code for code in current if code.endswith("00") and not code.endswith("0000")}) >= 333
    assert {"US", "VN", "CN"} <= set(names())


def test_every_province_is_found_by_its_full_short_and_english_name():
    for division in divisions():
        if division.code.endswith("0000") and not division.stop:
            for form in (division.name, division.short, division.roman.lower()):
                assert division.code in {p.code for p in find_places(f"在{form}") if p.probability >= 0.5}, form


def test_parents_lead_up_to_the_country():
    assert [parent("510115"), parent("510100"), parent("510000"), parent("US-CA"), parent("US")] == [
        "510100", "510000", "CN", "US", "",
    ]  # fmt: skip
    assert contains("510000", "510115")
    assert not contains("340000", "510115")


def test_ambiguous_names_share_their_probability():
    readings = find("place", "鼓楼区")
    assert len(readings) >= 4
    assert sum(c.probability for c in readings) <= 1.01
    assert max(c.probability for c in readings) < 0.5


@pytest.mark.parametrize("kind", KINDS)
def test_a_hostile_text_costs_little(kind):
    for text in (
        "1" * 20_000,
        "一" * 20_000,
        "2万5" * 5_000,
        "男/女" * 5_000,
        "twenty " * 4_000,
        "北京" * 8_000,
        "1-" * 9_000,
    ):
        find(kind, text)
