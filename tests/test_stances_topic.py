"""What a short answer does depends on what the talk is about and on what size of sum is asked."""

from __future__ import annotations

import pytest

from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.stances.assess import assess, explain, features_of
from ringtrace.text.view import Said, TextView


def read(text: str, *above: Said) -> tuple[float, str, tuple[str, ...]]:
    view = TextView(text, platform="qq", above=above)
    candidates = find_all(view)
    found = assess(view, candidates)
    return found.probability, found.direction, features_of(view, candidates)


CHILD = "女婴八天，养不起，想送个好人家，补偿五万"


@pytest.mark.parametrize(
    "goods", ["出一辆婴儿车，九成新，自提", "小猫两个月，找领养，驱虫已做", "找住家阿姨带孩子，月薪六千"]
)
def test_the_same_words_are_a_wish_under_a_child_and_nothing_under_goods(goods: str) -> None:
    under_child, under_goods = read("还在吗？我想要", Said(CHILD, does="offer")), read("还在吗？我想要", Said(goods))
    assert under_child[1] == "seek"
    assert under_goods[1] == "none"
    assert under_child[0] > under_goods[0] + 0.3


def test_the_features_name_the_topic_of_the_talk() -> None:
    assert "a:child" in read("多少", Said(CHILD, does="offer"))[2]
    features = read("便宜点行吗，想要", Said("还有吗", 1, does="seek"), Said("婴儿车一辆", 0))[2]
    assert {"a:goods"} <= set(features)


@pytest.mark.parametrize(("text", "feature"), [
    ("男宝 要6万", "x:money_asked"), ("男宝 要300元", "x:money_small"), ("boy, 9000 usd", "x:money_asked"),
])  # fmt: skip
def test_sums_count_by_their_size(text: str, feature: str) -> None:
    assert feature in read(text, Said(CHILD, does="offer"))[2]


@pytest.mark.parametrize(("text", "feature"), [
    ("急用的来电", "c:report"), ("老家带的咸鹅蛋，孩子爱吃", "c:pet"), ("please don't judge me, the baby is due in may", "c:police"),
])  # fmt: skip
def test_part_of_a_word_names_no_report_no_animal_and_no_court(text: str, feature: str) -> None:
    said = explain(TextView(text, platform="qq"), ()).hits
    assert feature.removeprefix("c:") not in {hit.concept for hit in said}
