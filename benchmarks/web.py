"""What the workbench costs: making the index, searching it, and the first answer of every page.

python benchmarks/web.py CASE [POSTS [COPIES]]    an analysed case; its posts are repeated up to POSTS (200,000)

With COPIES the pages are asked on a case whose every table but that of the files is repeated so often under new ids:
ten copies of 100,000 posts are a million with ten times the rings, each as large as before.

Seconds of the index are processor time; searches and pages are told by the clock and in processor time
(which a busy machine changes less), of one client that asks one thing after the other. Words are
stretches of the case's own posts, drawn with a fixed seed. Printed as JSON.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from litestar.testing import TestClient

from ringtrace.errors import UsageError
from ringtrace.store.case import Case
from ringtrace.store.lookup import PostIndex, Query
from ringtrace.store.search import build_index, is_unspaced
from ringtrace.text.folding import fold
from ringtrace.web.app import build
from ringtrace.web.desk import Desk
from ringtrace.web.session import Sessions

QUERIES = 300
PORT = 8998
_REPEATED = ("posts", "stances", "mentions")
_WHOLE = ("evidence", "gaps", "clocks", "figures", "reconciliation", "questions")
_ID = r"^(post|account|actor|ring|mention|deal|claim|template|text|watch)-[0-9a-z]+$"


def repeat(analysis: Path, folder: Path, posts: int) -> int:
    """Write the tables that are indexed into ``folder`` with every post repeated under new ids; return how many."""
    tables = {name: pq.read_table(analysis / f"{name}.parquet") for name in _REPEATED}
    times = max(1, -(-posts // len(tables["posts"])))
    for name, table in tables.items():
        at = table.schema.get_field_index("post_id")
        ids = table["post_id"].to_pylist()
        copies = [table.set_column(at, "post_id", pa.array([f"{key}.{n}" for key in ids])) for n in range(times)]
        joined = pa.concat_tables(copies)
        pq.write_table(joined.slice(0, posts) if name == "posts" else joined, folder / f"{name}.parquet")
    return min(posts, times * len(tables["posts"]))


def copies_of(case: Path, folder: Path, copies: int) -> Path:
    """Write a case of ``copies`` copies of an analysis over the same originals into ``folder``; return it."""
    for name in ("evidence", "case.toml", "ledger.db"):
        (shutil.copytree if (case / name).is_dir() else shutil.copy)(case / name, folder / name)
    (folder / "analysis").mkdir()
    for path in sorted((case / "analysis").iterdir()):
        if path.suffix != ".parquet" or path.stem in _WHOLE:
            if path.is_file():
                shutil.copy(path, folder / "analysis")
            continue
        table = pq.read_table(path)
        parts = [table, *(_renamed(table, f"{n:02x}") for n in range(1, copies))]
        pq.write_table(pa.concat_tables(parts), folder / "analysis" / path.name)
    return folder


def _renamed(table: pa.Table, mark: str) -> pa.Table:
    """The table with every id but those of originals and groups ending in ``mark``."""
    for at, field in enumerate(table.schema):
        column = table.column(at).combine_chunks()
        if pa.types.is_string(field.type):
            table = table.set_column(at, field, _marked(column, mark))
        elif pa.types.is_list(field.type) and pa.types.is_string(field.type.value_type):
            table = table.set_column(at, field, pa.ListArray.from_arrays(column.offsets, _marked(column.values, mark)))
    return table


def _marked(column: pa.Array, mark: str) -> pa.Array:
    ids = pc.fill_null(pc.match_substring_regex(column, _ID), False)
    return pc.if_else(ids, pc.binary_join_element_wise(column, mark, ""), column)


def verdicts(client: TestClient, times: int = 10) -> dict[str, float]:
    """A verdict in Triage until the next thing is on the page, each on another pair of accounts."""
    page = client.get("/help", headers={"accept": "text/html"}).text
    token = re.search(r'name="csrf" value="([^"]+)"', page)[1]

    def judge() -> None:
        link = client.get("/triage/links", headers={"accept": "application/json"}).json().get("link")
        if link is not None:
            fields = {"left": link["left_id"], "right": link["right_id"], "verdict": "no", "next": "/triage/links"}
            begun.append(timed(lambda: client.post("/judge", data=fields, headers={"x-csrf-token": token})))

    begun: list[tuple[float, float]] = []
    for _ in range(times):
        judge()
    return spread(begun) if begun else {}


def timed(ask: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds of one call: by the clock, and of this process's processor time."""
    begun, used = time.perf_counter(), time.process_time()
    ask()
    return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - used)


def spread(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Median and 95th percentile, by the clock and in processor time."""
    told: dict[str, float] = {"asked": len(times)}
    for name, column in (("ms", 0), ("processor ms", 1)):
        ordered = sorted(time[column] for time in times)
        told[f"median {name}"] = round(statistics.median(ordered), 1)
        told[f"p95 {name}"] = round(ordered[int(0.95 * (len(ordered) - 1))], 1)
    return told


def words(texts: Sequence[str], sizes: Sequence[int], unspaced: bool, seed: int) -> list[str]:
    """Draw distinct stretches of ``sizes`` characters from texts; unspaced: of Chinese characters alone."""
    rng, found = random.Random(seed), {}
    while len(found) < QUERIES and len(found) < 10 * len(texts):
        text = fold(rng.choice(texts)).text
        size = rng.choice(sizes)
        if len(text) >= size:
            at = rng.randrange(len(text) - size + 1)
            word = text[at : at + size].strip()
            if len(word) == size and '"' not in word and (not unspaced or is_unspaced(word)):
                found[word] = None
    return list(found)


def searches(index: PostIndex, texts: Sequence[str]) -> dict[str, dict[str, float]]:
    kinds = {
        "three characters or more": words(texts, (3, 4, 6, 10), False, 1),
        "two Chinese characters": words(texts, (2,), True, 2),
        "one Chinese character": words(texts, (1,), True, 3),
    }
    told = {}
    for kind, drawn in kinds.items():
        for exact in (False, True):
            times = []
            for word in drawn:
                try:
                    times.append(timed(lambda w=word, e=exact: index.search(Query(f'"{w}"', e))))
                except UsageError:
                    continue
            told[f"{kind}, {'exact' if exact else 'folded'}"] = spread(times)
    return told


def pages(case: Case) -> dict[str, dict[str, float]]:
    """Milliseconds of the server for the first and the later answers of each page, of the largest ring and actor."""
    desk, sessions = Desk(case), Sessions("benchmark")
    with TestClient(build(desk, sessions, PORT), base_url=f"http://127.0.0.1:{PORT}") as client:
        desk.warm()
        desk.wait(600)
        client.get(f"/enter/{sessions.offer()}")
        ring = desk.view().rings[0]["ring_id"] if desk.view().rings else ""
        actor, post = desk.view().actors[0]["actor_id"], desk.view().room.table("posts")["post_id"][0].as_py()
        paths = [
            "/", "/search", "/search?q=宝宝", "/triage", "/triage/links", "/rings", f"/rings/{ring}", "/actors",
            f"/actors/{actor}", f"/posts/{post}", "/figures", "/operation", "/intake", "/custody", "/judgements",
            "/help", "/watch", "/audit", "/texts", *([f"/rings/{ring}/graph"] if ring else []),
        ]  # fmt: skip
        told = {}
        for path in paths:
            statuses: list[int] = []

            def ask(path: str = path, statuses: list[int] = statuses) -> None:
                statuses.append(client.get(path, headers={"accept": "text/html"}).status_code)

            times = [timed(ask) for _ in range(6)]
            if set(statuses) != {200}:
                told[path] = {"refused": max(statuses)}
                continue
            later = [statistics.median(column) for column in zip(*times[1:], strict=True)]
            told[path] = {
                name: round(value, 1)
                for name, value in zip(
                    ("first ms", "first processor ms", "later ms", "later processor ms"),
                    (*times[0], *later),
                    strict=True,
                )
            }
        told["a verdict until the next pair is on the page"] = verdicts(client)
    desk.close()
    return told


def main() -> None:
    case, posts = Case(Path(sys.argv[1])), int(sys.argv[2]) if len(sys.argv) > 2 else 200_000
    copies = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    folder = Path(tempfile.mkdtemp(prefix="ringtrace-bench-"))
    try:
        number = repeat(case.analysis, folder, posts)
        begun = time.process_time()
        path = build_index(folder, folder, lambda done, total: None)
        seconds = time.process_time() - begun
        index = PostIndex(path)
        index.warm()
        texts = [text for text in pq.read_table(folder / "posts.parquet")["text"].to_pylist()[:100_000] if text]
        result = {
            "posts": number, "index s (processor)": round(seconds, 1), "index MB": round(path.stat().st_size / 1e6, 1),
            "search": searches(index, texts),
        }  # fmt: skip
        (folder / "copies").mkdir()
        asked = case if copies < 2 else Case(copies_of(case.folder, folder / "copies", copies))
        result["pages"] = {"posts": pq.read_metadata(asked.analysis / "posts.parquet").num_rows, **pages(asked)}
        print(json.dumps(result, ensure_ascii=False, indent=1))
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
