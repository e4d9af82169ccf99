"""Which post answers which: stated, by name, by thread, in that order of trust."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.reading.answering import DAYS, find_answers, posts_above

MINUTE = 60_000_000
START = 1_377_000_000_000_000


def posts(*rows: dict[str, Any]) -> pa.Table:
    """Return a table of posts p0, p1 ... a minute apart, with ``rows`` over the defaults."""
    empty = dict.fromkeys(
        ("member", "container", "account_id", "native_id", "sent_text", "title", "text", "account_native",
         "account_name", "container_name", "thread", "author_role", "sent_zone", "sent_why"), ""
    )  # fmt: skip
    whole = []
    for number, row in enumerate(rows):
        whole.append(
            {**empty, "post_id": f"p{number}", "evidence_id": "0" * 64, "start": number, "stop": number + 1,
             "platform": "qq", "sent_at": START + number * MINUTE, "sent_basis": "stated", "kind": "message",
             "reply_to": None, "sources": [], "segments": [], "title_segments": [], **row}
        )  # fmt: skip
    return from_rows("posts", whole)


def said(name: str, text: str, **more: Any) -> dict[str, Any]:
    return {"account_id": f"a-{name}", "account_name": name, "container": "g1", "text": text, **more}


def answers(table: pa.Table) -> dict[str, tuple[str, str]]:
    return {row["post_id"]: (row["answered"], row["basis"]) for row in find_answers(table).to_pylist()}


def test_a_call_by_name_answers_the_latest_post_of_that_name() -> None:
    table = posts(
        said("小河", "有个女宝"), said("小河边", "早"), said("路人", "@小河边 早啊"), said("路人", "@小河 多少"),
        said("旁人", "@小河 还在吗", container="g2"), said("路人", "mail a@小河"),
    )  # fmt: skip
    assert answers(table) == {"p2": ("p1", "name"), "p3": ("p0", "name"), "p5": ("p0", "name")}


def test_a_call_is_not_answered_across_weeks_nor_by_oneself() -> None:
    late = START + (DAYS * 24 * 60 + 1) * MINUTE
    table = posts(said("小河", "一"), said("路人", "@小河 多少", sent_at=late), said("小河", "我是@小河", sent_at=late))
    assert answers(table) == {}


def test_a_stated_reply_outranks_the_thread() -> None:
    thread = {"thread": "t", "kind": "comment"}
    table = posts(
        said("楼主", "正文", title="标题", **thread), said("甲", "沙发", **thread), said("乙", "同问", reply_to="p1", **thread)
    )  # fmt: skip
    assert answers(table) == {"p1": ("p0", "thread"), "p2": ("p1", "stated")}


def test_what_stands_above_names_its_speakers() -> None:
    table = posts(
        said("甲乙", "有个女宝"), said("乙丙", "@甲乙 多少"), said("甲乙", "@乙丙 五万"), said("丙丁", "早"), said("丙丁", "早早"),
    )  # fmt: skip
    above = posts_above(table, find_answers(table), {"p0": "offer"}).to_pylist()
    assert [[tuple(one.values()) for one in row] for row in above] == [
        [],
        [("有个女宝", 1, True, "offer")],
        [("@甲乙 多少", 1, True, ""), ("有个女宝", 0, True, "offer")],
        [("@乙丙 五万", 1, False, "")],
        [],
    ]


def test_the_opener_stands_behind_the_nearest_posts() -> None:
    """What a long talk is about is said by the post that opened it."""
    table = posts(said("a", "出婴儿车", native_id="0"), *[
        said("ab"[n % 2], f"第{n}句", reply_to=f"p{n - 1}") for n in range(1, 8)
    ])  # fmt: skip
    above = posts_above(table, find_answers(table), {}).to_pylist()
    assert [one["text"] for one in above[7]] == ["第6句", "第5句", "第4句", "出婴儿车"]
    assert [one["text"] for one in above[2]] == ["第1句", "出婴儿车"]
