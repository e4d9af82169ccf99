"""The same stages on a real Spark of this machine: the same rows in the same order, the same tables to the byte."""

import os
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pytest

from ringtrace.engines.local import Local
from ringtrace.errors import RingtraceError
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.stage import Summary, lay_out, write_script
from ringtrace.store.case import Case
from test_engines import doubled, listed, numbered
from test_whole_case import fingerprints, quiet

pytestmark = pytest.mark.spark


@pytest.fixture(scope="session")
def spark():
    """An engine on a Spark of two threads without server; it lives as long as the tests."""
    missing = None if shutil.which("java") else "no Java on this machine"
    try:
        from ringtrace.engines.spark import Spark
    except ImportError as error:
        missing = f"the extra spark is not installed: {error}"
    if missing:
        (pytest.fail if os.environ.get("RINGTRACE_REQUIRE_ALL") else pytest.skip)(missing)
    beside = os.pathsep.join(filter(None, (str(Path(__file__).parent), os.environ.get("PYTHONPATH"))))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", beside)  # Spark's workers import the stages of these tests by name
        with Spark("local[2]") as engine:
            yield engine
    engine.stop()


def failing(batch):
    """A map stage that fails as soon as there is a row."""
    if len(batch):
        raise ValueError("the vase is broken")
    return (batch,)


def test_a_table_comes_back_as_it_was(spark):
    struct = pa.struct([("start", pa.int64()), ("codec", pa.string())])
    table = pa.table(
        {
            "text": pa.array(["宝\u200d宝", None, "\x00"]),
            "at": pa.array([1, None, 2**52], pa.timestamp("us", "UTC")),
            "spans": pa.array([[{"start": 1, "codec": "u"}], [], None], pa.list_(struct)),
            "weights": pa.array([[0.1, -0.0], None, [1e-300]], pa.list_(pa.float64())),
        }
    )
    for rows in (1, 2, 9):
        back = spark.table(spark.frame(table, rows))
        assert back.schema.equals(table.schema)
        assert back.equals(table)
    assert spark.table(spark.frame(table.slice(0, 0))).schema.equals(table.schema)


def test_map_and_group_and_join_give_what_one_process_gives(spark):
    one, two = numbered([(f"k{n % 23}", "") for n in range(300)]), numbered([("k3", ""), (None, ""), ("", "x")])
    found = []
    for engine in (Local(), spark):
        frames = engine.frame(one, 7), engine.frame(two, 1)
        twice, odd = engine.map(doubled, frames[0], 5)
        (grouped,) = engine.group(partial(listed, "left"), frames, ("left",), ("row",))
        (both,) = engine.map(doubled, engine.joined([frames[1], *frames]))[:1]
        assert (twice.rows, odd.rows) == (600, 150)
        found.append([engine.table(twice), engine.table(odd), engine.table(grouped, ("key",)), engine.table(both)])
    for here, there in zip(*found, strict=True):
        assert here.equals(there)


def test_a_stage_that_fails_is_named_with_its_reason(spark):
    with pytest.raises(RingtraceError, match=r"could not run failing.*the vase is broken"):
        spark.map(failing, spark.frame(numbered([("a", "")])))


@pytest.mark.parametrize("authors", ["dev", "second"])
def test_a_case_gives_the_same_bytes_on_spark_in_one_process_and_in_two(spark, authors, tmp_path, session_keys):
    spec = replace(load_preset("tiny", 7), posts=200)
    lay_out(tmp_path, spec, write_script(authors, spec), Summary("tiny", 7, authors, *[0] * 7, {}), "SYNTHETIC")
    case = Case.create(tmp_path / "case")
    add(case, [tmp_path / "evidence"], "synthetic", quiet)
    found = []
    for engine in (Local(1), Local(2), spark):
        analyse(case, engine, quiet, fresh=True)
        found.append(fingerprints(case))
    assert found[0] == found[1] == found[2]
    assert len(found[0]) > 20
