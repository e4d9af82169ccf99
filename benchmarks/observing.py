"""Measures extraction with first-pass stances: posts a CPU second, and whether it stays linear with flat memory.

python benchmarks/observing.py [AUTHORS] [POSTS] [MOST]: simulates POSTS posts of preset seed (default second, 25,000),
reads them once and observes them in one process: as they are; and a mix in which one post in a hundred is a candidate
(its words, or what stands above it, make the stance model read it) and no other has one above it. Then the mix again
and again, each round with another word behind every text so that nothing is remembered from the round before, up to
MOST posts (default 200,000): posts a second and peak memory of each tenth.
"""

from __future__ import annotations

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.engine import BATCH
from ringtrace.engines.local import Local, seldom_collecting
from ringtrace.pipeline.analysis.observing import find_all, observe
from ringtrace.pipeline.analysis.stages import read_all, whole_conversations
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out, write_script
from ringtrace.stances.assess import features_of
from ringtrace.store.case import Case
from ringtrace.text.view import Said, TextView

KEY = b"k" * 32
SHARE = 100
_MARKS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def posts_of(authors: str, posts: int) -> pa.Table:
    """Return posts as ``observe`` asks for them, nothing being known of what stands above each."""
    spec = replace(load_preset("seed", 20140219), posts=posts)
    with tempfile.TemporaryDirectory() as folder, Local(1) as engine:
        evidence = Path(folder) / "evidence"
        lay_out(evidence, spec, write_script(authors, spec), Summary("seed", 0, authors, *[0] * 7, {}), "SYNTHETIC")
        case = Case.create(Path(folder) / "case")
        add(case, [evidence / "evidence"], "synthetic", lambda done, total: None)
        _, said, answers, *_ = read_all(engine, case.evidence, case.settings.zone, lambda *_: None)
        return engine.table(whole_conversations(engine, said, answers))


def mixed(posts: pa.Table) -> pa.Table:
    """Return the posts in which one in ``SHARE`` is a candidate and none other has one above it."""
    rows = posts.select(["text", "platform", "container_name", "kind", "title", "above"]).to_pylist()
    read = [row["kind"] != "system" and bool(_features(row)) for row in rows]
    rich = {row["text"] for row, one in zip(rows, read, strict=True) if one}
    poor = [at for at, row in enumerate(rows) if not read[at] and not any(up["text"] in rich for up in row["above"])]
    taken = random.Random(1).sample([at for at, one in enumerate(read) if one], len(poor) // SHARE)
    return posts.take(pa.array(sorted(poor + taken)))


def _features(row: dict[str, object]) -> tuple[str, ...]:
    above = tuple(Said(**one) for one in row["above"])  # type: ignore[attr-defined]
    view = TextView(str(row["text"]), str(row["platform"]), str(row["container_name"]), str(row["kind"]),
                    title=str(row["title"] or ""), above=above, secret=KEY)  # fmt: skip
    return features_of(view, find_all(view))


def timed(what: str, table: pa.Table, tell: Callable[[str], None] = print) -> None:
    start = time.process_time()
    for at in range(0, len(table), BATCH):
        observe(table.slice(at, BATCH), None, KEY)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    tell(f"{what:28} {len(table):>9,} posts {len(table) / spent:>8,.0f} a CPU second   peak {peak:.2f} GiB")


def renewed(table: pa.Table, number: int) -> pa.Table:
    """Return the posts with a word behind each text that no other round has."""
    word = " " + "".join(_MARKS[number // len(_MARKS) ** place % len(_MARKS)] for place in range(4))
    texts = pc.binary_join_element_wise(table["text"], word, "")
    return table.set_column(table.schema.get_field_index("text"), "text", texts)


def main() -> None:
    authors, posts, most = [*sys.argv[1:], *["second", "25000", "200000"][len(sys.argv) - 1 :]]
    with seldom_collecting():
        table = posts_of(authors, int(posts))
        mix = mixed(table)
        fresh = renewed(mix, 0)
        observe(table.slice(0, 50), None, KEY)  # lexicons are loaded once
        timed("one in a hundred a candidate", fresh)
        timed("as they are", renewed(table, 1))
        done, number, told = 0, 2, 0
        while done < int(most):
            speak = done >= told
            told += int(most) // 10 if speak else 0
            timed(f"round {number}", renewed(mix, number), print if speak else lambda _: None)
            done, number = done + len(mix), number + 1


if __name__ == "__main__":
    main()
