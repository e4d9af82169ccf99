"""What a sieve keeps from a look must hold nothing: the extractors and stances find the same with it and without."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace import registry
from ringtrace.pipeline.analysis.observing import find_all, who_may_find
from ringtrace.stances.concepts import vocabulary
from ringtrace.text.contacts.tables import cues, digit_tables, digit_words
from ringtrace.text.folding import fold, fold_all
from ringtrace.text.lexicon import documents
from ringtrace.text.places.gazetteer import place_names
from ringtrace.text.sieve import Sieve, need
from ringtrace.text.view import TextView, fold_batch

TOPICS = (
    "age", "confusable", "contact", "count", "date", "digit", "due", "money", "number", "payment", "plate", "quantity",
    "relation", "sex", "stance", "place",
)  # fmt: skip
SAID = (
    "13d", "3天", "半岁", "2万5", "3-5万", "1/2", "22/04", "2014年3月", "on the 3rd", "half a million", "三分之一", "5k",
    "17000889447", "170 0088 9447", "一七零零零八八九四四七", "@lucky_77", "a.b@c.example", "加v", "vx:", "q 12345",
    "幺七洞洞", "皖A12345", "6222021234567890123", "!@#$%^&*()!", "w3chat", "te le gr am", "♥", "💗abc12x", "1个8", "f 3d",
    "one seven zero zero", "t.me/abcd", "点com", "wxid_abc123", "➕", "两个", "俩", "7名", "男", "twins", "$5m", "3 bn",
)  # fmt: skip


@cache
def pieces() -> tuple[str, ...]:
    """Every word of the lexicons that extractors and stances read, signs for digits, and disguises."""
    found: dict[str, None] = dict.fromkeys(SAID)

    def gather(value: object) -> None:
        if isinstance(value, str):
            found.setdefault(value)
        elif isinstance(value, list):
            for one in value:
                gather(one)
        elif isinstance(value, dict):
            for key, one in value.items():
                found.setdefault(str(key))
                gather(one)

    for topic in TOPICS:
        for _, document in documents(topic):
            gather(document)
    for table in (*digit_tables(), *digit_words()):
        found.update(dict.fromkeys(chr(key) if isinstance(key, int) else key for key in table))
    found.update(dict.fromkeys((*cues(None).sought, *place_names(None)[::50])))
    return tuple(found)


GAPS = st.sampled_from(["", "", "", " ", "，", "\n", "-", ".", "  ", "的", "是", "…", "\u200b", "/"])
SIGNS = "0123456789０①一二三十百万两vVqwx加微信薇q@+_.-:：/岁天月个男女mfkw\u0430\u0435\u0301\U0001f497\U0001d7d8"
PARTS = st.one_of(
    st.sampled_from(pieces()), st.sampled_from(SAID), st.text(SIGNS, max_size=12), st.integers(0, 10**12).map(str)
)
TEXTS = st.lists(st.tuples(PARTS, GAPS), max_size=8).map(lambda parts: "".join(a + b for a, b in parts)[:400])


def found_by(part: object, view: TextView) -> list[object]:
    return list(part.find(view))  # type: ignore[attr-defined]


@settings(max_examples=120)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_what_the_sieve_keeps_from_a_look_holds_nothing(texts: list[str]) -> None:
    parts = list(registry.scan("ringtrace.extractors").items())
    words = vocabulary(None)
    for text, asked in zip(texts, who_may_find(fold_batch(texts), None), strict=True):
        view = TextView(text, "qq", sent_at=1_390_000_000_000_000, secret=b"k")
        for number, (name, part) in enumerate(parts):
            if not asked >> number & 1:
                assert found_by(part, view) == [], name
        if not asked >> len(parts) & 1:
            assert not words.scan(view.folded.text)
        assert find_all(view, asked) == find_all(view)


@given(st.lists(TEXTS | st.text(max_size=40), max_size=8))
def test_folding_together_is_folding_one_by_one(texts: list[str]) -> None:
    assert fold_all(texts) == [fold(text) for text in texts]


@given(st.lists(st.text("abc一二\U0001f497", max_size=12), min_size=1, max_size=6))
def test_a_sieve_lets_through_what_meets_every_need_of_one_way(texts: list[str]) -> None:
    ways = ((need(["ab", "一"]), need(characters="c", least=2)), (need(["bca\U0001f497"]),))
    met = Sieve([ways, None]).sift(texts)
    for text, (may, always) in zip(texts, met.tolist(), strict=True):
        first = ("ab" in text or "一" in text) and text.count("c") >= 2
        assert always
        assert may or not (first or "bca\U0001f497" in text)


def test_a_sieve_keeps_back_what_meets_none() -> None:
    met = Sieve([((need(["ab", "一"]), need(characters="c", least=2)),)]).sift(["abc", "cc", "", "abcc", "c一c"])
    assert met[:, 0].tolist() == [False, False, False, True, True]


def test_where_a_text_begins_and_ends_is_seen_through_a_table() -> None:
    alone = need([" q "], through={ord("q"): "q", ord("a"): "a"}, rest=" ")
    texts = ["q", "a", "aq", "q。", "qa", "加q", "a q a", ""]
    assert Sieve([((alone,),)]).sift(texts)[:, 0].tolist() == [True, False, False, True, False, True, True, False]


def test_a_long_text_is_let_through_unseen() -> None:
    assert Sieve([((need(["ab"]),),)]).sift(["x" * 20_000, "x"])[:, 0].tolist() == [True, False]


def test_a_sieve_refuses_empty_words() -> None:
    with pytest.raises(ValueError, match="empty word"):
        need(["", "a"])
