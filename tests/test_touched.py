"""Only what new evidence touches is worked out again: conversations and templates that stayed are recalled, and equal."""

from __future__ import annotations

import shutil

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringtrace.engines.local import Local
from ringtrace.linking.slots import find_patterns
from ringtrace.linking.templates import find_templates
from ringtrace.pipeline.analysis.cuts import KeptCuts
from ringtrace.pipeline.analysis.looking import Look
from ringtrace.pipeline.analysis.observing import observe
from ringtrace.pipeline.analysis.recalling import recall_patterns
from ringtrace.pipeline.analysis.stages import whole_conversations
from ringtrace.pipeline.analysis.talks import Talks
from ringtrace.pipeline.reading.answering import answers_within
from ringtrace.rings.communities import Edge, components, cut_part
from ringtrace.store.cache import NOTHING, Cache
from test_answering import posts as said_posts
from test_answering import said

LOCAL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SAID = st.tuples(st.integers(0, 4), st.integers(0, 30), st.integers(0, 2))
"""(conversation, post, reading that it comes from)"""


def posts(rows: dict[tuple[int, int], int]) -> pa.Table:
    """A post for each (conversation, number), with the reading that it comes from; in order of post ids."""
    table = {
        "post_id": [f"post-{number:02}-{talk}" for talk, number in rows], "member": [""] * len(rows),
        "start": [10 * number for _, number in rows], "stop": [10 * number + 9 for _, number in rows],
        "container": [f"container-{talk}" for talk, _ in rows], "container_name": [f"g{talk}" for talk, _ in rows],
        "account_id": [f"a{number % 3}" for _, number in rows], "account_native": [""] * len(rows),
        "evidence_id": [f"file{reading}" for reading in rows.values()],
    }  # fmt: skip
    kinds = [pa.int64() if name in ("start", "stop") else pa.string() for name in table]
    columns = {name: pa.array(values, kind) for (name, values), kind in zip(table.items(), kinds, strict=True)}
    return pa.table(columns).sort_by("post_id")


def before(table: pa.Table) -> tuple[pa.Table]:
    """A stage: what stands before each post in its conversation, and how many do."""
    last: dict[str, str] = {}
    rows = []
    for post, container in zip(table["post_id"].to_pylist(), table["container"].to_pylist(), strict=True):
        rows.append({"post_id": post, "before": last.get(container, "")})
        last[container] = post
    return (pa.Table.from_pylist(rows, schema=pa.schema([("post_id", pa.string()), ("before", pa.string())])),)


def contents(table: pa.Table) -> dict[str, list[tuple[str, str]]]:
    talks: dict[str, list[tuple[str, str]]] = {}
    columns = (table[name].to_pylist() for name in ("container", "post_id", "evidence_id"))
    for container, post, evidence in zip(*columns, strict=True):
        talks.setdefault(container, []).append((post, evidence))
    return talks


@LOCAL
@given(st.lists(st.lists(SAID, max_size=12), min_size=1, max_size=5), st.lists(st.integers(0, 4), max_size=5))
def test_conversations_are_recalled_as_long_as_their_posts_stay(tmp_path, portions, versions):
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    known: dict[tuple[int, int], int] = {}
    readings = {f"file{n}": f"digest {n}" for n in range(3)}
    last: dict[str, list[tuple[str, str]]] = {}
    ever: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for portion, version in zip(portions, [*versions, *[0] * len(portions)], strict=False):
        known.update({(talk, number): reading for talk, number, reading in portion})
        told = {**readings, "file0": f"digest 0 of {version}"}
        table, asked = posts(known), []

        def stage(few, asked=asked):
            asked.append(set(few["container"].to_pylist()))
            return before(few)

        (found,) = Talks(Cache(tmp_path, "1"), table, told).recall("before", stage, table)
        assert found.sort_by("post_id").equals(before(table)[0])
        now = {
            talk: [(post, told[evidence]) for post, evidence in held] for talk, held in contents(table).items()
        }  # fmt: skip
        changed = {talk for talk, held in now.items() if last.get(talk) != held}
        new = {talk for talk, held in now.items() if (talk, tuple(held)) not in ever}
        assert new <= set().union(*asked) <= changed, "what is as it was once may still be remembered"
        ever |= {(talk, tuple(held)) for talk, held in now.items()}
        last = now


@pytest.mark.parametrize("column", ["account_id", "account_native", "container_name", "start", "stop", "member"])
def test_a_conversation_with_another_cell_is_another(tmp_path, column):
    table = posts({(0, 1): 0, (0, 2): 0, (1, 1): 0})
    at = table.schema.get_field_index(column)
    values = table[column].to_pylist()
    values[0] = 99 if isinstance(values[0], int) else "other"
    other = table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))
    counted = []

    def stage(few):
        counted.append(len(few))
        return before(few)

    for one in (table, other, table):
        Talks(Cache(tmp_path, "1"), one, {"file0": "d"}).recall("before", stage, one)
    assert counted == [3, 2, 0], "the first conversation alone is asked again, and both versions are known then"


def test_a_cache_that_knows_nothing_asks_for_all():
    table = posts({(0, 1): 0, (1, 1): 0})
    (found,) = Talks(NOTHING, table, {"file0": "d"}).recall("before", before, table)
    assert found.sort_by("post_id").equals(before(table)[0])


WORDS = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
]


@LOCAL
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 14), st.integers(0, 3)), min_size=2, max_size=40))
def test_templates_that_stayed_are_not_aligned_again(tmp_path, written):
    """Texts of four families, each with a word of it replaced; half of them first, then all."""
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    texts = [
        " ".join(f"{word}{'abcd'[family]}x" if at != place else "pqrs"[new] * 5 for at, word in enumerate(WORDS))
        for family, place, new in written
    ]
    whole = pa.table({
        "post_id": [f"post-{at:02}" for at in range(len(texts))], "kind": ["message"] * len(texts), "text": texts,
    })  # fmt: skip
    for table in (whole.slice(0, len(texts) // 2), whole, whole):
        templates = find_templates(table)
        shelf = Cache(tmp_path, "1").shelf("patterns")
        found, expected = recall_patterns(shelf, templates, table), find_patterns(templates, table)
        assert all(one.equals(other) for one, other in zip(found, expected, strict=True))
    assert shelf.computed == 0
    assert shelf.recalled == len(expected[1])
    assert pc.sum(expected[1]["posts"]).as_py() in (len(expected[0]), None)


COMPANY = st.tuples(
    st.sampled_from([-2.0, -0.5, -0.01, 0.01, 0.5, 1.5, 4.0]), st.tuples(*[st.sampled_from([-1.0, 0.0, 0.02, 1.0])] * 3)
)
"""(lift, lean)"""
TEXTS = (
    "送养三个月男孩，微信 lucky_170，8万元，合适的联系", "想收养一个女孩，条件可以谈", "八成新 平板电脑 300元", "在吗",
    "baby girl, two months, papers ready, call 17000012345", "looking to adopt, can pay $ 9,000", "ok see you",
    "警方提醒：有人以“送养”为名骗钱，电话 17000054321",
)  # fmt: skip


def segment(text: str) -> dict[str, object]:
    size = len(text.encode())
    return {"text_start": 0, "text_stop": len(text), "start": 0, "stop": size, "codec": "utf-8"}


def in_company(looks: list[tuple[float, tuple[float, ...]]]) -> pa.Table:
    """A post for each of ``TEXTS``, with the lift and lean of its company."""
    table = said_posts(*(said(f"用户{n}", text, segments=[segment(text)]) for n, text in enumerate(TEXTS)))
    wanted = whole_conversations(Local(), Local().frame(table), Local().frame(answers_within(table)[0])).held
    wanted = wanted.drop_columns(["lift", "lean"])
    lifts, leans = zip(*looks, strict=True)
    wanted = wanted.append_column("lift", pa.array(lifts, pa.float64()))
    return wanted.append_column("lean", pa.array(leans, pa.list_(pa.float64())))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=st.lists(st.lists(COMPANY, min_size=len(TEXTS), max_size=len(TEXTS)), min_size=2, max_size=4))
def test_what_company_changes_is_worked_out_as_if_the_text_was_read_again(tmp_path, rounds):
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    for looks in [*rounds, rounds[0]]:
        wanted, engine = in_company(looks), Local()
        look = Look(engine, None, b"key", Cache(tmp_path, "1"))
        found = [engine.table(one) for one in look.in_company(engine.frame(wanted))]
        look.settle()
        for one, anew in zip(found, observe(wanted, secret=b"key"), strict=True):
            assert one.equals(anew)


def test_a_text_that_was_read_in_other_company_is_not_read_again(tmp_path, monkeypatch):
    engine = Local()
    drift = [(lift, tuple([0.5] * 3)) for lift in (0.5, 0.51, 0.52)]
    looks = [Look(engine, None, b"key", Cache(tmp_path, "1")) for _ in drift]
    for at, (look, one) in enumerate(zip(looks, drift, strict=True)):
        wanted = in_company([one] * len(TEXTS))
        if at:
            monkeypatch.setattr(look, "_observe_apart", lambda batch: pytest.fail("a text was read again"))
        found = [engine.table(one) for one in look.in_company(engine.frame(wanted))]
        assert found[1].equals(observe(wanted, secret=b"key")[1])
        look.settle()


GRAPH = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 7), st.integers(0, 7)), min_size=4, max_size=40)
"""(part, one, another)"""


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(GRAPH, min_size=1, max_size=4))
def test_only_connected_parts_with_other_ties_are_cut_again(tmp_path, graphs):
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    last: list[list[Edge]] = []
    for graph in [*graphs, graphs[-1]]:
        pairs = {(f"{part}-{min(a, b)}", f"{part}-{max(a, b)}") for part, a, b in graph if a != b}
        parts, asked = components([(*pair, 1.0) for pair in sorted(pairs)]), []
        cuts = KeptCuts(Cache(tmp_path, "1"))
        found = cuts.of(parts, lambda part, asked=asked: asked.append(part) or cut_part(part))
        cuts.settle()
        assert found == [cut_part(part) for part in parts]
        assert not [part for part in asked if part in last]
        last = parts
