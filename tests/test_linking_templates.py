"""Near-duplicate posts: edits, scripts and copies join; short or unrelated texts do not."""

from __future__ import annotations

import random

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.linking.letters import letters, tokens
from ringtrace.linking.templates import find_templates
from ringtrace.linking.templates import group_texts as group_column

ZH = "本人家住外地因家中变故无力抚养现想为孩子找一个条件好的家庭有意者请联系详谈非诚勿扰"
EN = "we have lovely wooden furniture for sale near the old market please call after six to arrange a visit"


def group_texts(texts: list[str]):
    return group_column(pa.chunked_array([texts], pa.string()))


def _posts(texts: list[str], kind: str = "message") -> pa.Table:
    return pa.table(
        {"post_id": [f"post-{i:03d}" for i in range(len(texts))], "kind": [kind] * len(texts), "text": texts}
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (ZH, ZH.replace("外地", "本市")),
        (ZH, "…".join(ZH)),
        (ZH, ZH.replace("无", "無").replace("养", "養").replace("联", "聯")),
        (ZH + "17000001234", ZH + "１７０００００９９９９"),
        (EN, EN.replace("wooden", "second hand").upper()),
        (EN, EN.replace("six", "seven").replace("please", "pls")),
        (EN, EN.replace("furniture", "fùrnïtûre").replace("market", "mar\u200bket")),
    ],
)
def test_edits_and_disguise_join(left: str, right: str) -> None:
    group = group_texts([left, right, "完全不同的另一段文字说的是今天的天气和昨天的球赛结果以及晚饭吃什么"]).group
    assert group[0] == group[1] >= 0
    assert group[2] == -1


def test_short_texts_and_system_lines_are_no_templates() -> None:
    assert (
        find_templates(_posts(["在吗", "在吗", "ok thanks", "ok thanks", "170 0000 1234", "170 0000 1234"])).num_rows
        == 0
    )
    assert find_templates(_posts([ZH, ZH], kind="system")).num_rows == 0


def test_chain_of_small_edits_breaks() -> None:
    rng = random.Random(3)
    alphabet = [chr(code) for code in range(0x4E00, 0x5200)]
    words = [rng.choice(alphabet) for _ in range(40)]
    chain = []
    for _ in range(30):
        chain.append("".join(words))
        for at in rng.sample(range(40), 5):
            words[at] = rng.choice(alphabet)
    group = group_texts(chain).group
    assert group[0] != group[-1]


def test_ids_do_not_depend_on_row_order() -> None:
    posts = _posts([ZH, ZH + "急", EN, EN + " thanks", "短"])
    forward = find_templates(posts).sort_by("post_id")
    backward = find_templates(posts.take(pa.array([4, 3, 2, 1, 0]))).sort_by("post_id")
    assert forward["template_id"].to_pylist() == backward["template_id"].to_pylist()
    assert len(set(forward["template_id"].to_pylist())) == 2


@pytest.mark.slow
@given(st.lists(st.text(max_size=60), max_size=8))
@settings(max_examples=150, deadline=None)
def test_any_text_goes_through(texts: list[str]) -> None:
    source = letters(texts)
    stream = tokens(source)
    assert len(source.starts) == len(stream.starts) == len(texts) + 1
    assert source.starts[-1] == len(source.codes)
    assert stream.starts[-1] == len(stream.codes)
    cut = "".join(texts)
    assert all(low <= high < len(cut) for low, high in zip(source.first.tolist(), source.last.tolist(), strict=True))
    group = group_texts(texts + texts).group
    assert (group[: len(texts)] == group[len(texts) :]).all()


@pytest.mark.slow
@given(st.permutations(range(24)))
@settings(max_examples=20, deadline=None)
def test_groups_do_not_depend_on_the_order_of_texts(order: list[int]) -> None:
    rng = random.Random(8)
    words = [[rng.choice("abcdefghkmnprstuvw") + str(n) for n in range(30)] for _ in range(3)]
    texts = []
    for number in range(24):
        edited = list(words[number % 3])
        for at in rng.sample(range(30), number // 3 * 2):
            edited[at] = rng.choice(["lovely", "garden", "table", "lamp", "winter"])
        texts.append(" ".join(edited).translate(str.maketrans("0123456789", "abcdefghij")))
    posts = _posts(texts)
    whole, mixed = (find_templates(one).sort_by("post_id") for one in (posts, posts.take(pa.array(order))))
    assert whole["template_id"].to_pylist() == mixed["template_id"].to_pylist()
    assert whole["similarity"].to_pylist() == mixed["similarity"].to_pylist()
    assert len(set(whole["template_id"].to_pylist())) >= 3


def test_what_is_only_near_gathers_round_the_greatest_group() -> None:
    rng = random.Random(4)
    alphabet = [chr(code) for code in range(0x4E00, 0x6000)]
    words = [rng.choice(alphabet) for _ in range(60)]

    def edited(count: int) -> str:
        changed = list(words)
        first = rng.randrange(60 - count)
        changed[first : first + count] = rng.choices(alphabet, k=count)
        return "".join(changed)

    texts = ["".join(words)] * 3 + [edited(26) for _ in range(6)]
    group = group_texts([*texts, "".join(rng.choice(alphabet) for _ in range(60))]).group.tolist()
    assert len(set(group[:3])) == 1 and group[0] >= 0
    assert sum(one == group[0] for one in group[3:9]) >= 5  # like the text, though hardly like each other
    assert group[9] == -1
