"""One case from bytes to statement: what is claimed can be opened, and a second run says the same."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ringtrace.engines.tables import schema
from ringtrace.evaluation.scores import evaluate
from ringtrace.model.contract import TABLES
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.telling.quoting import Quoter
from ringtrace.store.analysis import connect, read_table
from ringtrace.store.case import Case
from ringtrace.text.offsets import decode

pytestmark = pytest.mark.slow

SEED_PAGE = Path(__file__).parents[2] / "shared" / "seed" / "cnn-2014-03-01.txt"


def quiet(*args):
    pass


def fingerprints(case, *, receipts=True):
    found = {}
    for path in sorted(path for path in case.analysis.iterdir() if path.is_file()):
        data = path.read_bytes()
        if path.name == "evidence.parquet" and not receipts:
            data = str(pq.read_table(path).drop_columns(["received_at"]).to_pylist()).encode()
        found[path.name] = hashlib.sha256(data).hexdigest()
    return found


def test_every_table_is_as_the_contract_says(tiny_case):
    case, _ = tiny_case
    for name in TABLES:
        table = read_table(case.analysis, name)
        assert table.schema.names[: len(schema(name).names)] == schema(name).names, name
        for field in schema(name):
            assert table.schema.field(field.name).type == field.type, (name, field.name)
        assert table.schema.metadata[b"schema_version"] == b"1"


def test_the_bytes_of_every_file_are_accounted_for(tiny_case):
    case, _ = tiny_case
    for row in read_table(case.analysis, "evidence").to_pylist():
        assert row["post_bytes"] + row["structure_bytes"] + row["gap_bytes"] == row["size"], row["name"]


def test_every_mention_and_every_claim_opens_to_its_bytes(tiny_case):
    case, _ = tiny_case
    evidence, posts = read_table(case.analysis, "evidence"), read_table(case.analysis, "posts")
    quoter = Quoter(case.evidence, evidence, posts)
    codecs = {row["post_id"]: row["segments"] + row["title_segments"] for row in posts.to_pylist()}
    mentions = read_table(case.analysis, "mentions").to_pylist()
    assert len(mentions) > 50
    for mention in mentions:
        pieces = []
        for span in mention["spans"]:
            data = bytes(quoter.bytes_of(span["evidence_id"], span["member"])[span["start"] : span["stop"]])
            codec = next(s["codec"] for s in codecs[mention["post_id"]] if s["start"] <= span["start"] < s["stop"])
            pieces.append(decode(codec, data))
        assert mention["kind"] == "payment" or "".join(pieces) == mention["surface"], mention
    claims = read_table(case.analysis, "claims").to_pylist()
    assert claims
    for claim in claims:
        assert claim["basis"], claim
        for span in claim["basis"]:
            quote = quoter.quote(span)
            assert quote.text.strip(), claim
            assert quoter.recall(span).text == quote.text


def test_posts_open_to_bytes_that_hold_their_text(tiny_case):
    case, _ = tiny_case
    quoter = Quoter(case.evidence, read_table(case.analysis, "evidence"), read_table(case.analysis, "posts"))
    for post in read_table(case.analysis, "posts").to_pylist():
        data = quoter.bytes_of(post["evidence_id"], post["member"])
        for segment in post["segments"]:
            piece = decode(segment["codec"], bytes(data[segment["start"] : segment["stop"]]))
            assert piece == post["text"][segment["text_start"] : segment["text_stop"]]


def test_a_ring_is_found_and_explained(tiny_case, tiny_evidence):
    case, _ = tiny_case
    scores = evaluate(case.analysis, tiny_evidence / "truth").document
    assert scores["posts"]["found"] / scores["posts"]["true"] > 0.97
    assert scores["rings"]["true rings found"] == 1
    assert scores["rings"]["false rings"] == 0
    assert scores["rings"]["member precision"] >= 0.8
    rings = read_table(case.analysis, "rings").to_pylist()
    done = subprocess.run(
        [sys.executable, "-m", "ringtrace", "show", case.folder, rings[0]["ring_id"]], capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert " bytes " in done.stdout and "“" in done.stdout


def test_two_runs_give_the_same_bytes_and_so_does_one_after_deleting(tiny_evidence, tmp_path, session_keys):
    case = Case.create(tmp_path / "case")
    add(case, [tiny_evidence / "evidence"], "synthetic", quiet)
    analyse(case, 1, quiet)
    first = fingerprints(case)
    analyse(case, 2, quiet)
    assert fingerprints(case) == first
    shutil.rmtree(case.analysis)
    analyse(case, 1, quiet)
    assert fingerprints(case) == first


def test_two_portions_give_the_tables_of_one(tiny_evidence, tmp_path, session_keys):
    whole = Case.create(tmp_path / "a" / "case")
    add(whole, [tiny_evidence / "evidence"], "synthetic", quiet)
    analyse(whole, 1, quiet)
    parts = Case.create(tmp_path / "b" / "case")
    copy = tmp_path / "copy"
    shutil.copytree(tiny_evidence / "evidence", copy)
    folders = sorted(copy.iterdir())
    held_back = tmp_path / "later"
    folders[0].rename(held_back)
    add(parts, [copy], "synthetic", quiet)
    analyse(parts, 1, quiet)
    held_back.rename(folders[0])
    add(parts, [copy], "synthetic", quiet)
    analyse(parts, 1, quiet)
    one, two = fingerprints(whole, receipts=False), fingerprints(parts, receipts=False)
    one.pop("report.html"), two.pop("report.html")
    assert one == two


def test_views_answer_sql(tiny_case):
    case, _ = tiny_case
    connection = connect(case.analysis)
    (count,) = connection.execute("SELECT count(*) FROM posts JOIN stances USING (post_id)").fetchone()
    assert count > 100


def test_the_seed_page_gives_its_figures_and_what_no_source_says(tmp_path, session_keys):
    if not SEED_PAGE.exists():
        pytest.skip(f"{SEED_PAGE} is not on this machine")
    case = Case.create(tmp_path / "case")
    add(case, [SEED_PAGE], "press", quiet)
    analyse(case, 1, quiet)
    (article,) = read_table(case.analysis, "posts").to_pylist()
    assert article["kind"] == "article"
    for inside in ("China has smashed four", "It is not known where", "beyond China."):
        assert inside in article["text"]
    for outside in (
        "Skip to main",
        "ADVERTISEMENT",
        "1.3 billion",
        "Doctor accused",
        "Read: Twin",
        "200 Chinese villagers",
    ):
        assert outside not in article["text"]
    figures = read_table(case.analysis, "figures").to_pylist()
    found = {
        (f["quantity"], f["status"], f["place"], f["bound"], f["value"], f["period_start"])
        for f in figures
        if not f["context"]
    }
    day = "2014-02-19"
    assert {
        ("children", "rescued", "", "exact", "382", day),
        ("suspects", "arrested", "", "exact", "1094", day),
        ("provinces", "reported", "", "exact", "27", day),
        ("rings", "reported", "", "exact", "4", ""),
        ("sites", "reported", "", "exact", "4", ""),
        ("groups", "reported", "", "about", "30", ""),
        ("suspects", "arrested", "510000", "exact", "27", ""),
        ("children", "rescued", "510000", "exact", "13", ""),
        ("suspects", "arrested", "340000", "exact", "43", ""),
        ("children", "rescued", "340000", "exact", "11", ""),
    } <= found
    other = {(f["quantity"], f["value"]) for f in figures if f["context"].startswith("other")}
    assert {("children", "7"), ("cases", "6")} == other
    assert ("price", "CNY", "20000") in {(f["quantity"], f["unit"], f["value"]) for f in figures}
    data = SEED_PAGE.read_bytes()
    for figure in figures:
        assert data[figure["start"] : figure["stop"]].strip()
    unallocated = {
        r["amount"]: r["reason"]
        for r in read_table(case.analysis, "reconciliation").to_pylist()
        if r["verdict"] == "unallocated"
    }
    assert set(unallocated) == {"1024", "358"}
    questions = " ".join(read_table(case.analysis, "questions")["question"].to_pylist())
    for words in ("1,024 of 1,094", "charged", "beyond China"):
        assert words in questions
    done = subprocess.run(
        [sys.executable, "-m", "ringtrace", "reconcile", case.folder, "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["questions"]
