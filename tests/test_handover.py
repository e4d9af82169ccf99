"""What goes to a court: a dossier that says what speaks against it, and a bundle by which the defence repeats all."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
import subprocess
import time

import pytest
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import UsageError
from ringtrace.pipeline import analyse
from ringtrace.pipeline.handover.discovery import write_discovery
from ringtrace.pipeline.handover.selfcheck import self_check
from ringtrace.pipeline.intake import recording
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.operation.dossier import compose_dossier, write_dossier
from ringtrace.pipeline.operation.handing_out import write_packages
from ringtrace.pipeline.operation.targets import assignments
from ringtrace.pipeline.telling.room import Room
from ringtrace.report.dossier import pdf_dossier
from ringtrace.store.case import Case
from ringtrace.store.keys import key_folder

pytestmark = pytest.mark.slow

ASKED = Asked("ann", "order 17")


@pytest.fixture
def case(tiny_case, tmp_path):
    shutil.copytree(tiny_case[0].folder, tmp_path / "case")
    return Case(tmp_path / "case")


def ring_of(case) -> str:
    return Room(case).table("rings")["ring_id"].to_pylist()[0]


def pages(pdf: bytes) -> int:
    return int(max(re.findall(rb"/Count (\d+)", pdf), key=int))


def test_a_dossier_opens_every_claim_and_says_what_speaks_against_it(case):
    ring = ring_of(case)
    document, room = compose_dossier(case, ring), Room(case)
    hashes = {entry["hash"] for entry in document["evidence"]}
    quotes = [q for c in document["claims"] for q in c["quotes"]]
    quotes += [q for link in document["links"] for row in link["rows"] for q in row["quotes"]]
    quotes += [
        q for m in document["members"] for r in m["roles"] for x in (*r["because"], *r["against"]) for q in x["quotes"]
    ]
    assert len(quotes) > 50
    for quote in quotes:
        assert quote["reference"].partition(":")[0] in hashes and quote["text"]
    about = {m["id"] for m in document["members"]} | {ring}
    wanted = {c["claim_id"] for c in room.claims if c["subject"] in about}
    assert wanted <= {c["id"] for c in document["claims"]}
    assert document["links"] and all(
        len(row["quotes"]) == 2 for link in document["links"] for row in link["rows"] if row["quotes"]
    )
    total = [sum(row["value"] for row in link["rows"]) - float(link["total"]) for link in document["links"]]
    assert max(map(abs, total)) < 0.01
    row = room.rows("rings", "ring_id", ring)[0]
    assert (document["against"], document["disproof"]) == (row["counter_evidence"], row["disproof"]) and document[
        "disproof"
    ]
    assert document["mark"] == "synthetic"
    assert {line["answer"] for line in document["check"]} >= {"yes", "a person must answer"}


def test_the_self_check_can_say_no(case):
    files = Room(case).table("evidence").to_pylist()
    before = self_check(case, files, [])[0]
    assert before["answer"] == "yes"
    path = case.evidence.object_path(files[0]["evidence_id"])
    path.chmod(0o600)
    path.write_bytes(b"changed")
    assert self_check(case, files, [])[0]["answer"] == "in part"
    files[1]["gap_bytes"] = 9
    assert any(line["answer"] == "in part" and "9 bytes" in line["ground"] for line in self_check(case, files, []))


def test_a_place_has_a_dossier_of_its_own_and_a_stranger_has_none(case):
    place = next(a.place for a in assignments(Room(case)).values() if a.place)
    document = compose_dossier(case, place)
    assert document["members"] and any(m["clues"] for m in document["members"])
    for wrong in ("", "ring-", "990000", "nothing"):
        with pytest.raises(UsageError):
            compose_dossier(case, wrong if wrong != "ring-" else "ring-zz")


def test_the_same_dossier_has_the_same_bytes_and_two_hundred_pages_come_soon(case, tmp_path):
    ring = ring_of(case)
    first = write_dossier(case, ring, tmp_path / "a.pdf", ASKED, "Wu").read_bytes()
    assert write_dossier(case, ring, tmp_path / "b.pdf", ASKED).read_bytes() == first and first.startswith(b"%PDF")
    event = next(e for e in case.evidence.log.events() if e["event"] == "disclose")
    assert (event["what"], event["to"], event["written"]) == (
        f"dossier of {ring}", "Wu", {"file": hashlib.sha256(first).hexdigest()},
    )  # fmt: skip
    document = compose_dossier(case, ring)
    document["claims"] = document["claims"] * 20
    document["members"] = document["members"] * 4
    began = time.process_time()
    long = pdf_dossier(document)
    assert pages(long) >= 200 and time.process_time() - began < 10


def test_children_are_masked_in_dossiers_and_packages(case, tmp_path):
    """Whoever the records call a child is masked, even a name that the evidence uses for a member of a ring."""
    document = compose_dossier(case, ring_of(case))
    name = document["members"][0]["name"].partition(" (")[0]
    quotes = " ".join(quote["text"] for claim in document["claims"] for quote in claim["quotes"])
    quoted = re.findall(r"[\u4e00-\u9fff]{4,6}", quotes)[0]
    assert name in json.dumps(document, ensure_ascii=False)
    recording.appoint_keepers(case, [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")], author="ann")
    rows = f"类别,编号,状态,日期,解救地,来源,姓名\n儿童,1,解救,2014-02-19,510000,笔录,{name}\n儿童,2,解救,2014-02-19,510000,笔录,{quoted}"
    recording.import_records(case, rows.encode(), "a.csv", None, author="ann", today="2014-06-30")
    told = json.dumps(compose_dossier(case, ring_of(case)), ensure_ascii=False)
    assert name not in told and quoted not in told and "***" in told
    packages = b"".join(path.read_bytes() for path in write_packages(case, tmp_path / "p")).decode()
    assert name not in packages and quoted not in packages


def test_words_of_evidence_are_never_read_as_markup(case):
    document = compose_dossier(case, ring_of(case))
    document["claims"] = [{"id": "x", "words": '#panic("x") $ * _ @a <b> \\ //', "probability": "1", "quotes": [
        {"text": "#import \"x\"\n= Heading\n```\n\x01\u202e", "place": "#p", "reference": "#r"}]}]  # fmt: skip
    assert pdf_dossier(document).startswith(b"%PDF")


def test_the_defence_can_repeat_the_analysis_and_finds_every_version(case, tmp_path):
    keepers = [("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu")]
    recording.appoint_keepers(case, keepers, author="ann")
    rows = "类别,编号,状态,日期,解救地,来源,姓名\n儿童,1,解救,2014-02-19,510000,笔录,龘龘龘\n儿童,2,解救,2014-02-19,510000,笔录,龘龘乙"
    batch = recording.import_records(case, rows.encode(), "a.csv", None, author="ann", today="2014-06-30").batch
    recording.undo(case, batch, author="ann", reason="wrong file")
    recording.import_records(case, rows.encode(), "a.csv", None, author="bo", today="2014-06-30")
    ring_members = Room(case).table("accounts")["account_id"].to_pylist()[:2]
    for verdict in ("yes", "no"):
        done = CliRunner().invoke(
            app, ["judge", str(case.folder), *ring_members, "--verdict", verdict, "--reason", "seen"]
        )
        assert done.exit_code == 0, done.output
    analyse(case, 1, lambda *args: None)
    out = tmp_path / "bundle"
    with pytest.raises(UsageError):
        write_discovery(case, out, Asked("ann"), "Counsel Li")
    files = write_discovery(case, out, ASKED, "Counsel Li")
    with pytest.raises(UsageError):
        write_discovery(case, out, ASKED, "Counsel Li")
    assert subprocess.run(["sha256sum", "--quiet", "-c", "manifest.sha256"], cwd=out, check=False).returncode == 0
    decisions = [json.loads(line) for line in (out / "decisions.jsonl").open(encoding="utf-8")]
    assert [d["decision"]["verdict"] for d in decisions if d["kind"] == "judgement"] == ["yes", "no"]
    assert any(d["kind"] == "undo" for d in decisions) and not any(d["kind"] == "vault" for d in decisions)
    raw = b"".join(path.read_bytes() for path in files if path.suffix in (".jsonl", ".db", ".csv"))
    sealed = (
        sqlite3.connect(case.folder / "ledger.db")
        .execute("SELECT payload FROM events WHERE kind = 'record'")
        .fetchall()
    )
    secret = [json.loads(payload)["sealed"]["ciphertext"] for (payload,) in sealed]
    assert secret and not any(text.encode() in raw for text in secret) and "龘".encode() not in raw
    assert {p.stem for p in (out / "negative").iterdir()} >= {
        "posts_read_as_no_offer",
        "accounts_held_apart",
        "identifiers_set_aside",
    }
    assert all(len(p.read_text("utf-8-sig").splitlines()) >= 1 for p in (out / "negative").iterdir())
    assert not any(
        b"PRIVATE" in p.read_bytes()
        for p in key_folder().glob("*.pem")
        if (out / "keys" / p.name).read_bytes() == p.read_bytes()
    )
    again = Case(out / "case")
    import os

    old = os.environ["RINGTRACE_KEYS"]
    os.environ["RINGTRACE_KEYS"] = str(out / "keys")
    try:
        analyse(again, 1, lambda *args: None)
    finally:
        os.environ["RINGTRACE_KEYS"] = old
    checked = subprocess.run(
        ["sha256sum", "-c", "../../expected.sha256"], cwd=again.analysis, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout
