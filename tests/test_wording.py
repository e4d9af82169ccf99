"""The words of a case: learned from its exchanges, scored on other accounts' posts."""

from __future__ import annotations

import pyarrow as pa

from ringtrace.engines.tables import from_rows
from ringtrace.pipeline.reading.answering import find_answers
from ringtrace.stances.wording import Wording
from test_answering import posts, said

WORD = "咕噜"
"""No lexicon has it: in this case people say it for what they hand over."""


def case(exchanges: int) -> tuple[pa.Table, pa.Table]:
    """``exchanges`` offers with a bid each, thrice as much talk, and last: the word in an unread post, plain talk."""
    offers = [said(f"出号{n}", f"{WORD}一个 第{n}天") for n in range(exchanges)]
    bids = [said(f"求号{n}", f"要{WORD} 多少{n}", reply_to=f"p{n}") for n in range(exchanges)]
    talk = [said(f"路人{n}", f"今天吃面 天气{n}") for n in range(6 * exchanges)]
    table = posts(*offers, *bids, *talk, said("生人", f"还有{WORD}"), said("熟人", "今天吃面"))
    sure = [("offer", 0.97)] * exchanges + [("seek", 0.97)] * exchanges
    read = sure + [("none", 0.0)] * (6 * exchanges + 2)
    rows = [
        {"post_id": f"p{n}", "probability": p, "direction": d, "frame": "plain", "band": "no"}
        for n, (d, p) in enumerate(read)
    ]
    return table, from_rows("stances", rows)


def learned(exchanges: int) -> dict[str, float]:
    table, read = case(exchanges)
    return Wording(table).learn(read, find_answers(table))


def test_a_word_of_the_case_speaks_for_a_post_that_no_lexicon_reads() -> None:
    found = learned(80)
    unread, plain = f"p{8 * 80}", f"p{8 * 80 + 1}"
    assert found[unread] > 0.5
    assert found[plain] < 0


def test_a_small_case_teaches_nothing() -> None:
    assert learned(5) == {}
