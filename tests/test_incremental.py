"""Evidence in any portions and any order gives the tables of one run; what is remembered is checked, never believed."""

import hashlib
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringtrace.engines.digests import row_digests
from ringtrace.engines.edition import edition
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.store.cache import Cache
from ringtrace.store.case import Case
from ringtrace.store.packs import Part


def quiet(*args):
    pass


def tables_of(case):
    """Name -> digest of every table, receipts aside."""
    found = {}
    for path in sorted(case.analysis.glob("*.parquet")):
        data = path.read_bytes()
        if path.name == "evidence.parquet":
            data = str(pq.read_table(path).drop_columns(["received_at"]).to_pylist()).encode()
        found[path.name] = hashlib.sha256(data).hexdigest()
    return found


def key(number):
    return hashlib.sha256(str(number).encode()).digest()


def numbers_of(inputs):
    """A stage of the test's own: input n gives n % 4 rows "n-0", "n-1", ... in one table, its square in another."""
    inputs = list(inputs)
    rows = [(place, f"{one}-{row}") for place, one in enumerate(inputs) for row in range(one % 4)]
    names = pa.table({"name": pa.array([name for _, name in rows], pa.string())})
    squares = pa.table({"square": pa.array([one * one for one in inputs], pa.int64())})
    return names, squares, np.array([place for place, _ in rows], np.int64)


def ask(shelf, inputs, asked=None, lasting=None):
    def compute(missing):
        if asked is not None:
            asked.extend(inputs[at] for at in missing)
        for few in [missing[:0], *np.array_split(missing, 3)]:
            names, squares, at = numbers_of(inputs[n] for n in few)
            kept = None if lasting is None else np.array([lasting(inputs[n]) for n in few], bool)
            yield Part(few, (names, squares), (few[at], few), kept)

    names, squares = shelf.complete(pa.array([key(one) for one in inputs], pa.binary(32)), compute)
    return names["name"].to_pylist(), squares["square"].to_pylist()


def expected(inputs):
    names, squares, _ = numbers_of(inputs)
    return names["name"].to_pylist(), squares["square"].to_pylist()


@given(st.lists(st.lists(st.integers(0, 40), unique=True, max_size=25), min_size=1, max_size=12))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_shelf_gives_what_the_stage_gives_and_never_asks_twice(tmp_path, rounds):
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    last = set()
    for inputs in rounds:
        shelf, asked = Cache(tmp_path, "1").shelf("numbers"), []
        assert ask(shelf, inputs, asked) == expected(inputs)
        assert not last & set(asked), "what the run before asked for is remembered"
        shelf.settle()
        last = set(inputs)
        again = Cache(tmp_path, "1").shelf("numbers")
        assert ask(again, inputs, asked := []) == expected(inputs) and not asked


def test_a_shelf_stays_small_whatever_comes_and_goes(tmp_path):
    for turn in range(30):
        shelf = Cache(tmp_path, "1").shelf("numbers")
        ask(shelf, list(range(turn * 100, turn * 100 + 100)))
        shelf.settle()
    assert len(list((tmp_path / "cache" / "numbers").iterdir())) <= 8
    held = Cache(tmp_path, "1").shelf("numbers")
    ask(held, list(range(3000)), asked := [])
    assert len(asked) >= 2800, "what no run asks for any more is dropped"


def test_what_another_edition_worked_out_is_not_believed(tmp_path):
    ask(Cache(tmp_path, "1").shelf("numbers"), [1, 2, 3])
    assert ask(Cache(tmp_path, "2").shelf("numbers"), [1, 2, 3], asked := []) == expected([1, 2, 3])
    assert asked == [1, 2, 3]


def test_a_result_that_chance_had_a_part_in_is_not_kept(tmp_path):
    ask(Cache(tmp_path, "1").shelf("numbers"), [1, 2, 3, 7], lasting=lambda n: n != 2)
    assert ask(Cache(tmp_path, "1").shelf("numbers"), [1, 2, 3, 7], asked := []) == expected([1, 2, 3, 7])
    assert asked == [2]


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_pack_is_worked_out_anew(tmp_path, data):
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    inputs = list(range(20))
    ask(Cache(tmp_path, "1").shelf("numbers"), inputs)
    (path,) = (tmp_path / "cache" / "numbers").iterdir()
    whole = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(whole[: data.draw(st.sampled_from([at, len(whole)]))] or b"")
    assert ask(Cache(tmp_path, "1").shelf("numbers"), inputs, asked := []) == expected(inputs)
    assert asked == inputs


def test_a_write_that_was_cut_off_leaves_nothing_behind(tmp_path):
    ask(Cache(tmp_path, "1").shelf("numbers"), [1])
    left = tmp_path / "cache" / "numbers" / "000002.new-17"
    left.write_bytes(b"half")
    assert ask(Cache(tmp_path, "1").shelf("numbers"), [1, 2]) == expected([1, 2])
    assert not left.exists()


_CELL = st.none() | st.text(max_size=4)
_ROW = st.tuples(
    _CELL, _CELL, st.none() | st.lists(_CELL, max_size=3), st.lists(st.tuples(_CELL, st.integers(0, 3)), max_size=2),
    st.floats(allow_nan=False),
)  # fmt: skip
_PAIRS = pa.list_(pa.struct([("a", pa.string()), ("b", pa.int64())]))


@pytest.mark.slow
@given(st.lists(_ROW, max_size=12), st.lists(_ROW, max_size=3))
def test_rows_have_one_digest_exactly_if_all_their_cells_are_equal(rows, more):
    rows = [*rows, *more, *more]
    columns = list(zip(*rows, strict=True)) if rows else [[]] * 5
    kinds = [pa.string(), pa.string(), pa.list_(pa.string()), _PAIRS, pa.float64()]
    pairs = [[{"a": a, "b": b} for a, b in row] for row in columns[3]]
    cells = [columns[0], columns[1], columns[2], pairs, columns[4]]
    table = pa.table([pa.array(list(c), k) for c, k in zip(cells, kinds, strict=True)], names=list("vwxyz"))
    digests = row_digests(table).to_pylist()
    for one, first in zip(digests, rows, strict=True):
        for other, second in zip(digests, rows, strict=True):
            assert (one == other) == (repr(first) == repr(second))


def test_an_edition_changes_with_a_word_list_of_the_case(tmp_path):
    (tmp_path / "terms.toml").write_text("a = 1")
    first = edition([tmp_path])
    assert first == edition([tmp_path]) != edition()
    (tmp_path / "terms.toml").write_text("a = 2")
    assert edition([tmp_path]) != first


def test_an_article_is_read_once_and_gives_the_same_figures(tmp_path, monkeypatch):
    from ringtrace.model.post import Container, Post
    from ringtrace.model.span import Segment, Span
    from ringtrace.pipeline.analysis import figures
    from ringtrace.pipeline.reading.posts import post_table

    def article(name, text):
        size = len(text.encode())
        return Post(
            span=Span(name, "", 0, size), platform="news", container=Container("news", name), kind="article",
            title="", text=text, segments=(Segment(0, len(text), 0, size, "utf-8"),),
        )  # fmt: skip

    told = ["Police in Beijing arrested 27 suspects and rescued 13 children.", "警方抓获犯罪嫌疑人52名，解救儿童9名。"]
    posts = post_table([article(str(at), text) for at, text in enumerate(told)])
    plain = figures.figure_tables(posts)
    assert len(plain["figures"]) >= 4
    read, drafts = [], figures._find
    monkeypatch.setattr(figures, "_find", lambda article, day: read.append(article["text"]) or drafts(article, day))
    assert figures.figure_tables(posts.slice(0, 1), (), Cache(tmp_path, "1"))["figures"].num_rows >= 2
    for _ in range(2):
        assert figures.figure_tables(posts, (), Cache(tmp_path, "1")) == plain
    assert read == told


def test_what_a_report_holds_behind_its_bound_is_a_gap_of_its_bytes(monkeypatch):
    from ringtrace.model.post import Container, Post
    from ringtrace.model.span import Segment, Span
    from ringtrace.pipeline.analysis import figures
    from ringtrace.pipeline.reading.posts import post_table
    from ringtrace.statement import public

    text = "警方抓获犯罪嫌疑人52名。\n" * 4
    size, line = len(text.encode()), len(text.encode()) // 4
    post = Post(
        span=Span("a", "", 0, size), platform="news", container=Container("news", "a"), kind="article", title="",
        text=text, segments=(Segment(0, len(text), 0, size, "utf-8"),),
    )  # fmt: skip
    monkeypatch.setattr(public, "MOST_NUMBERS", 2)
    gaps = figures.figure_tables(post_table([post]))["gaps"].to_pylist()
    assert [(gap["evidence_id"], gap["start"], gap["stop"], gap["reason"]) for gap in gaps] == [
        ("a", 2 * line, size, figures.NOT_READ)
    ]
    monkeypatch.setattr(public, "MOST_NUMBERS", 4)
    assert not figures.figure_tables(post_table([post]))["gaps"].num_rows


@pytest.fixture(scope="module")
def authors(tmp_path_factory):
    """Author -> the files of its tiny preset."""
    from ringtrace.simulator.stage import simulate

    found = {}
    for author in ("dev", "third"):
        out = tmp_path_factory.mktemp(author) / "out"
        simulate(out, "tiny", 7, author)
        found[author] = out / "evidence"
    return found


def portion(files, root, folder):
    """Lay ``files`` of ``root`` out in ``folder``, under their own names."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in files:
        target = folder / path.relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, target)
    return folder


@pytest.fixture(scope="module")
def whole(authors, tmp_path_factory, session_keys):
    """Author -> digests of the tables of one run over everything."""
    found = {}
    for author, root in authors.items():
        case = Case.create(tmp_path_factory.mktemp(author) / "case")
        add(case, [root], "synthetic", quiet)
        analyse(case, 1, quiet)
        found[author] = tables_of(case)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("author", ["dev", "third"])
@given(data=st.data())
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_portions_in_any_order_give_the_tables_of_one_run(author, authors, whole, tmp_path, data):
    files = sorted(path for path in authors[author].rglob("*") if path.is_file())
    order = data.draw(st.permutations(files))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(files) - 1), max_size=3)))
    shutil.rmtree(tmp_path / "case", ignore_errors=True)
    case = Case.create(tmp_path / "case")
    for start, stop in zip([0, *cuts], [*cuts, len(order)], strict=True):
        add(case, [portion(order[start:stop], authors[author], tmp_path / "portion")], "synthetic", quiet)
        analyse(case, 1, quiet)
    assert tables_of(case) == whole[author]


@pytest.mark.slow
@pytest.mark.parametrize("author", ["dev", "third"])
def test_a_damaged_cache_changes_nothing(author, authors, whole, tmp_path, session_keys):
    case = Case.create(tmp_path / "case")
    add(case, [authors[author]], "synthetic", quiet)
    analyse(case, 1, quiet)
    packs = sorted((case.analysis / "cache").rglob("*.pack"))
    assert len(packs) > 2
    for number, path in enumerate(packs):
        data = bytearray(path.read_bytes())
        data[len(data) // 2 + number] ^= 1
        path.write_bytes(data)
    analyse(case, 1, quiet)
    assert tables_of(case) == whole[author]
    analyse(case, 1, quiet, fresh=True)
    assert tables_of(case) == whole[author]


@pytest.mark.slow
def test_what_is_erased_is_not_remembered(tmp_path, session_keys):
    from ringtrace.pipeline.intake.custodian import Asked, erase

    case = Case.create(tmp_path / "case")
    (tmp_path / "kept.txt").write_text("SYNTHETIC\n2014-02-01 10:00:00 张三(1000001)\n在吗\n", "utf-8")
    (tmp_path / "gone.txt").write_text("SYNTHETIC\n2014-02-01 10:00:00 李四(1000002)\n平板电脑便宜卖\n", "utf-8")
    add(case, [tmp_path / "kept.txt", tmp_path / "gone.txt"], "synthetic", quiet)
    analyse(case, 1, quiet)
    assert list((case.analysis / "cache").rglob("*.pack"))
    (gone,) = (item.evidence_id for item in case.evidence.held() if item.names == ("gone.txt",))
    erase(case, gone, "order 3", Asked("ann", "retention ended"))
    assert not (case.analysis / "cache").exists()
    analyse(case, 1, quiet)
    words = [
        value for path in case.analysis.glob("*.parquet") for value in str(pq.read_table(path).to_pylist()).split()
    ]
    assert not any("平板电脑" in word or gone in word for word in words)


@pytest.mark.slow
def test_a_run_after_a_verdict_reads_nothing_anew_and_one_after_evidence_does(tmp_path, session_keys, monkeypatch):
    from ringtrace.model.ring import Judgement
    from ringtrace.pipeline.analysis import gathering

    case = Case.create(tmp_path / "case")
    for number in (1, 2):
        text = f"SYNTHETIC\n2014-02-01 10:0{number}:00 张三(100000{number})\n在吗\n"
        (tmp_path / f"{number}.txt").write_text(text, "utf-8")
        add(case, [tmp_path / f"{number}.txt"], "synthetic", quiet)
    analyse(case, 1, quiet)
    left, right = sorted(pq.read_table(case.analysis / "accounts.parquet")["account_id"].to_pylist())[:2]
    ledger = case.open_ledger()
    ledger.judge(Judgement(("link", left, right), "yes", "ann", 1, "known"))
    ledger.close()

    def refuse(*args):
        raise AssertionError("the evidence is worked out anew")

    monkeypatch.setattr(gathering, "_gathered", refuse)
    analyse(case, 1, quiet)
    assert [len(row) for row in pq.read_table(case.analysis / "actors.parquet")["accounts"].to_pylist()] == [2]
    (tmp_path / "3.txt").write_text("SYNTHETIC\n2014-02-01 10:03:00 李四(1000003)\n在\n", "utf-8")
    add(case, [tmp_path / "3.txt"], "synthetic", quiet)
    with pytest.raises(AssertionError, match="worked out anew"):
        analyse(case, 1, quiet)
    monkeypatch.undo()
    analyse(case, 1, quiet)
    assert len(list((case.analysis / "cache" / "gathering").iterdir())) == 1, "only the present evidence is kept whole"
