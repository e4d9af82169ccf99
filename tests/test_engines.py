"""What an engine promises: batches in order, groups whole and in order, whatever the number of workers."""

import pickle
from collections import Counter
from functools import partial
from multiprocessing.reduction import ForkingPickler

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.engines.local import _WORTH_A_POOL, Local
from ringtrace.engines.opening import open_engine
from ringtrace.engines.shards import shards_of, split
from ringtrace.engines.tables import from_rows
from ringtrace.errors import UsageError
from ringtrace.linking.ground import Ground
from ringtrace.pipeline.analysis.handles import known_and_doubted, sight_handles
from ringtrace.text.contacts.bare import BY_THEMSELVES

keys = st.lists(st.tuples(st.none() | st.text(max_size=3), st.sampled_from(["", "a", "宝"])), max_size=40)


def numbered(rows):
    left, right = zip(*rows, strict=True) if rows else ((), ())
    return pa.table(
        {"left": pa.array(left, pa.string()), "right": pa.array(right, pa.string()), "row": range(len(rows))}
    )


def doubled(batch):
    """A map stage with two tables: every row twice; odd rows alone."""
    rows = batch["row"].to_pylist()
    tables = ([row for row in rows for _ in "12"], [row for row in rows if row % 2])
    return tuple(pa.table({"row": pa.array(rows, pa.int64())}) for rows in tables)


def listed(name, *tables):
    """A group stage: for each key its rows in the order in which they came, from all tables."""
    found = {}
    for number, table in enumerate(tables):
        for key, row in zip(table[name].to_pylist(), table["row"].to_pylist(), strict=True):
            found.setdefault(key, []).append(f"{number}:{row}")
    return (
        pa.table({"key": pa.array(list(found), pa.string()), "rows": pa.array([" ".join(v) for v in found.values()], pa.string())}),
    )  # fmt: skip


@given(keys, st.integers(1, 9))
def test_rows_of_one_key_lie_in_one_piece_and_keep_their_order(rows, count):
    table = numbered(rows)
    shards = shards_of(table, ("left", "right"), count)
    assert len(shards) == len(rows) and all(0 <= shard < count for shard in shards)
    home = {}
    for (left, right), shard in zip(rows, shards.tolist(), strict=True):
        assert home.setdefault((left or "", right), shard) == shard
    pieces = dict(split(table, ("left", "right"), count))
    assert sorted(row for piece in pieces.values() for row in piece["row"].to_pylist()) == list(range(len(rows)))
    assert all(piece["row"].to_pylist() == sorted(piece["row"].to_pylist()) for piece in pieces.values())


def test_keys_are_spread_evenly():
    table = numbered([(f"post-{n:020x}", "") for n in range(20_000)])
    sizes = Counter(shards_of(table, ("left",), 50).tolist())
    assert len(sizes) == 50 and max(sizes.values()) < 1.3 * 400


@pytest.mark.parametrize("apart", [True, False])
def test_a_map_keeps_the_order_and_tells_how_far_it_came(apart):
    told = []
    with Local() as engine:
        twice, odd = engine.map(
            doubled, engine.frame(numbered([("a", "")] * 10)), 3, apart=apart, told=told.append
        )  # fmt: skip
    assert engine.table(twice)["row"].to_pylist() == [row for row in range(10) for _ in "12"]
    assert engine.table(odd)["row"].to_pylist() == [1, 3, 5, 7, 9]
    assert told == [3, 6, 9, 10]


def test_a_stage_sees_a_batch_of_none():
    with Local() as engine:
        twice, _ = engine.map(doubled, engine.frame(numbered([])))
    assert engine.table(twice).schema.names == ["row"] and not twice.rows


@pytest.mark.slow
def test_a_pool_groups_as_one_process_does():
    rows = [(f"k{n % 977}", "") for n in range(_WORTH_A_POOL + 1)]
    one, two = numbered(rows), numbered(rows[:500][::-1])
    tables = []
    for size in (1, 2):
        with Local(size) as engine:
            frames = (engine.frame(one), engine.frame(two))
            (found,) = engine.group(partial(listed, "left"), frames, ("left",), ("row",))
            tables.append(engine.table(found, ("key",)))
    assert tables[0].equals(tables[1])
    assert tables[0]["rows"][0].as_py().startswith("0:0 0:977 ")


@pytest.mark.parametrize(
    "url", ["", "locale", "local:0", "local:x", "spark-local[0x]", "spark-local2", "spark:", "sparks://h:1"]
)
def test_an_engine_that_nobody_knows_is_refused(url):
    with pytest.raises(UsageError, match="is not known"):
        open_engine(url)


def test_without_spark_the_message_says_how_to_get_it(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.delitem(sys.modules, "ringtrace.engines.spark", raising=False)
    with pytest.raises(UsageError, match=r"ringtrace\[spark\]"):
        open_engine("spark-local[2]")


def test_a_handle_that_everybody_names_weighs_no_more_than_another():
    rows = [
        {"mention_id": f"m{n}", "post_id": f"p{n}", "kind": "qq", "value": "28477109", "owner": "self",
         "probability": 0.9 if n % 2 else 0.5, "rule": "a cue" if n % 2 else BY_THEMSELVES[0]}
        for n in range(5_000)
    ]  # fmt: skip
    (sightings,) = sight_handles(from_rows("mentions", rows))
    assert sorted(sightings["sure"].to_pylist()) == [False, True]
    assert known_and_doubted(sightings)[0].to_pylist() == [{"kind": "qq", "value": "28477109"}]
    said = [{"post_id": f"p{n}", "account_id": "a", "container": "g", "kind": "message"} for n in range(5_000)]
    ground = Ground.here(from_rows("posts", said), from_rows("mentions", rows), None)
    assert ground.claims.select(["value", "account", "posts", "own"]).to_pylist() == [
        {"value": "28477109", "account": "a", "posts": 5_000, "own": 5_000}
    ]


def test_only_one_module_knows_spark():
    from pathlib import Path

    sources = (Path(__file__).parents[1] / "src").rglob("*.py")
    knowing = {
        path.name for path in sources if "import pyspark" in (text := path.read_text()) or "from pyspark" in text
    }
    assert knowing == {"spark.py"}


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 2])
def test_what_is_done_aside_gives_what_it_would_give_here(size):
    rows = numbered([("a", "b")] * 9_000)
    with Local(size) as engine:
        engine.map(doubled, engine.frame(rows))  # with two processes there is a pool from here on
        twice, odd = engine.aside(doubled, rows)()
    assert (twice["row"].to_pylist(), odd["row"].to_pylist()) == tuple(t["row"].to_pylist() for t in doubled(rows))


def test_a_slice_goes_to_another_process_without_the_rest_of_its_table() -> None:
    whole = pa.table({"a": ["word"] * 100_000, "b": [[{"c": n}] for n in range(100_000)]})
    sent = bytes(ForkingPickler.dumps(whole.slice(70_000, 10)))
    assert len(sent) < 5_000
    assert pickle.loads(sent) == whole.slice(70_000, 10)
    none = whole.slice(0, 0).replace_schema_metadata({"k": "v"})
    assert pickle.loads(bytes(ForkingPickler.dumps(none))).schema.equals(none.schema, check_metadata=True)
