"""What differs among the posts of a template."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.linking.letters import letters, tokens
from ringtrace.linking.slots import find_patterns, read_patterns
from ringtrace.linking.templates import find_templates

EN = [
    "Selling my old wooden table, call 170 0000 1234 after six, Chengdu only",
    "selling my old Wooden chair!! call 17000005678 after six. Beijing only thanks",
    "selling my old wooden table call 170 0000 1234 after seven, Xi'an only",
]
ZH = [
    "本人家住四川因家中变故无力抚养，联系电话：17000001234，非诚勿扰",
    "本人家住安徽因家中變故無力抚养联系电话：１７０００００５６７８ 非诚勿扰谢谢",
]


@pytest.mark.parametrize(
    ("texts", "constants", "slots"),
    [
        (
            EN,
            ("Selling my old wooden", "call", "after", "only", ""),
            [
                ("table", "170 0000 1234", "six, Chengdu", ""),
                ("chair", "17000005678", "six. Beijing", "thanks"),
                ("table", "170 0000 1234", "seven, Xi'an", ""),
            ],
        ),
        (
            ZH,
            ("本人家住", "因家中变故无力抚养，联系电话", "非诚勿扰", ""),
            [("四川", "17000001234", ""), ("安徽", "１７０００００５６７８", "谢谢")],
        ),
        ([EN[0]], (EN[0],), [()]),
    ],
)
def test_constant_text_and_slots(texts: list[str], constants: tuple[str, ...], slots: list[tuple[str, ...]]) -> None:
    (found,) = read_patterns([texts], [0])
    assert found.constants == constants
    assert list(found.slots) == slots


def test_posts_of_a_template_carry_their_slots() -> None:
    texts = [*EN, ZH[0], EN[0], "今天的天气和昨天的球赛结果以及晚饭吃什么都没有定下来", ZH[1]]
    posts = pa.table({"post_id": [f"p{n}" for n in range(len(texts))], "kind": ["message"] * len(texts), "text": texts})
    templates, patterns = find_patterns(find_templates(posts), posts)
    rows = {row["post_id"]: row for row in templates.to_pylist()}
    assert set(rows) == {"p0", "p1", "p2", "p3", "p4", "p6"}
    assert rows["p0"]["slots"] == rows["p4"]["slots"]
    assert rows["p1"]["slots"][1] == "17000005678"
    by_id = {row["template_id"]: row for row in patterns.to_pylist()}
    assert sorted((row["posts"], row["texts"]) for row in by_id.values()) == [(2, 2), (4, 3)]
    assert all(len(row["slots"]) == len(by_id[row["template_id"]]["constants"]) - 1 for row in rows.values())


WORD = st.sampled_from(["red", "old", "call", "孩", "联系", "7", "12", "x"])


@given(st.lists(st.lists(WORD, max_size=12), min_size=1, max_size=6), st.data())
@settings(max_examples=150, deadline=None)
def test_constants_and_slots_give_the_heart_again(groups: list[list[str]], data: st.DataObject) -> None:
    texts = list(dict.fromkeys(", ".join(words) for words in groups))
    heart = data.draw(st.integers(0, len(texts) - 1))
    (found,) = read_patterns([texts], [heart])
    assert len(found.slots) == len(texts)
    for text, slots in zip(texts, found.slots, strict=True):
        assert len(slots) == len(found.constants) - 1
        assert all(slot in text for slot in slots)
    slots = (*found.slots[heart], "")
    rebuilt = " , ".join(part for pair in zip(found.constants, slots, strict=True) for part in pair)
    assert _tokens(rebuilt) == _tokens(texts[heart])


def _tokens(text: str) -> str:
    return tokens(letters([text.replace(",", " . ")])).of(0)
