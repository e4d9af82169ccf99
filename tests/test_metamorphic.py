"""Metamorphic: another name, another order, another clock, other characters, other digits; the same findings."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.mention import CONTACT_KINDS
from ringtrace.pipeline.analysis.observing import find_all
from ringtrace.text.view import TextView

LINES = [
    "出婴儿车，用了半年，320自提，电话{phone}",
    "找{name}，要三个月的女孩，4万5，加q{qq}",
    "有意加微信{wechat}，价钱谈，两岁半",
    "请联系{name}，邮箱{wechat}@mail.example",
    "contact {name} on telegram @{telegram}, 3 months old boy, 20,000 yuan",
    "在绵阳，孩子六个月，营养费三万，QQ：{qq}",
]
SIMPLE, TRADITIONAL = "电话个儿岁万两联请邮对价钱谈营养费车婴", "電話個兒歲萬兩聯請郵對價錢談營養費車嬰"
SYSTEMS = {
    "full-width": "０１２３４５６７８９", "circled": "⓪①②③④⑤⑥⑦⑧⑨", "arabic": "٠١٢٣٤٥٦٧٨٩",
    "devanagari": "०१२३४५६७८९", "thai": "๐๑๒๓๔๕๖๗๘๙", "mathematical": "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗", "superscript": "⁰¹²³⁴⁵⁶⁷⁸⁹",
}  # fmt: skip
LASTING = CONTACT_KINDS | {"money", "age", "sex", "count", "place"}
DAY = 86_400_000_000
values = st.fixed_dictionaries(
    {
        "phone": st.from_regex(r"1700[0-9]{7}", fullmatch=True).filter(str.isascii),
        "qq": st.from_regex(r"[2-9][1-9][0-9]{7}", fullmatch=True).filter(str.isascii),
        "wechat": st.from_regex(r"[bdfgkmp][aeiou][a-z]{3}_[0-9]{3}", fullmatch=True),
        "telegram": st.from_regex(r"[bdfgkmp][aeiou][a-z]{3}_[0-9]{3}", fullmatch=True),
    }
)
line = st.sampled_from(LINES)


def found(text, kinds=LASTING, **view):
    return {(c.kind, c.value) for c in find_all(TextView(text, **view)) if c.kind in kinds and c.probability >= 0.5}


@settings(max_examples=40, deadline=None)
@given(line, values, st.sampled_from(["阿珍", "小桃", "晚霞"]), st.sampled_from(["老吴", "静草", "Mona"]))
def test_another_name_changes_nothing(said, told, one, other):
    assert found(said.format(name=one, **told)) == found(said.format(name=other, **told))


@settings(max_examples=25, deadline=None)
@given(st.lists(line, min_size=2, max_size=4, unique=True), values, st.integers(0, 99))
def test_the_order_of_lines_changes_nothing(said, told, seed):
    lines = [one.format(name="阿珍", **told) for one in said]
    mixed = random.Random(seed).sample(lines, len(lines))
    assert found("\n\n".join(lines), CONTACT_KINDS) == found("\n\n".join(mixed), CONTACT_KINDS)


@settings(max_examples=40, deadline=None)
@given(line, values, st.integers(0, 2_000))
def test_another_clock_changes_nothing_but_dates(said, told, days):
    text = said.format(name="阿珍", **told)
    early, late = 1_262_304_000_000_000, 1_262_304_000_000_000 + days * DAY
    kinds = LASTING - {"place"}  # codes of places are dated
    assert found(text, kinds, sent_at=early) == found(text, kinds, sent_at=late)


@settings(max_examples=40, deadline=None)
@given(line, values)
def test_traditional_characters_say_the_same(said, told):
    text = said.format(name="阿珍", **told)
    assert found(text) == found(text.translate(str.maketrans(SIMPLE, TRADITIONAL)))


@settings(max_examples=60, deadline=None)
@given(line, values, st.sampled_from(sorted(SYSTEMS)))
def test_another_system_of_digits_says_the_same(said, told, system):
    text = said.format(name="阿珍", **told)
    assert found(text.translate(str.maketrans("0123456789", SYSTEMS[system])), CONTACT_KINDS) == found(
        text, CONTACT_KINDS
    )


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["utf-8", "gb18030", "latin-1", "utf-16-le"]))
def test_random_bytes_break_nothing(data, encoding):
    text = data.decode(encoding, "replace")
    for candidate in find_all(TextView(text)):
        assert all(0 <= start < stop <= len(text) for start, stop in candidate.pieces)
