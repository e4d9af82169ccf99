"""Packages for third parties: checked by sha256sum, openssl and the small verifier alone; witnesses; time-stamps."""

import ast
import http.server
import json
import random
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import ringtrace.pipeline.handover.bag_verifier as verifier
from ringtrace.cli import app
from ringtrace.errors import CaseError, UsageError
from ringtrace.pipeline.handover.bagging import write_bag
from ringtrace.pipeline.handover.timestamping import stamp
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.custodian import NOBODY, Asked, log_consultation
from ringtrace.store import merkle
from ringtrace.store.case import Case
from ringtrace.store.inspection import inspect_witness

RUN = CliRunner()
SOURCE = Path(verifier.__file__)
TSA = """
[tsa]
default_tsa = one
[one]
serial = {0}/serial
crypto_device = builtin
signer_cert = {0}/tsa.pem
certs = {0}/ca.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[leaf]
extendedKeyUsage = critical,timeStamping
"""


def openssl(*words, **more):
    return subprocess.run(["openssl", *map(str, words)], check=False, capture_output=True, **more)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """(URL, root PEM) of a time-stamp authority on this machine, made with openssl ts."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "conf").write_text(TSA.format(folder))
    (folder / "serial").write_text("01\n")
    made = [
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "ca.key", "-out", folder / "ca.pem",
                "-subj", "/CN=Test root", "-days", "30"),
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr",
                "-subj", "/CN=Test TSA"),
        openssl("x509", "-req", "-in", folder / "tsa.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key",
                "-CAcreateserial", "-out", folder / "tsa.pem", "-days", "30", "-extfile", folder / "conf",
                "-extensions", "leaf"),
    ]  # fmt: skip
    assert [done.returncode for done in made] == [0, 0, 0], made

    class Desk(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            (folder / "q").write_bytes(query)
            done = openssl("ts", "-reply", "-config", folder / "conf", "-queryfile", folder / "q", "-out", folder / "r")
            assert self.headers["Content-Type"] == "application/timestamp-query" and done.returncode == 0, done.stderr
            self.send_response(200)
            self.end_headers()
            self.wfile.write((folder / "r").read_bytes())

        def log_message(self, *words):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Desk)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", (folder / "ca.pem").read_bytes()
    server.shutdown()


@pytest.fixture
def case(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    (tmp_path / "in").mkdir()
    rng = random.Random(3)
    for number in range(7):
        (tmp_path / "in" / f"f{number}.bin").write_bytes(rng.randbytes(number * 50))
    made = Case.create(tmp_path / "case")
    add(made, [tmp_path / "in"], "a test", lambda done, total: None)
    return made


def configured(case, authority):
    url, roots = authority
    (case.folder / "roots.pem").write_bytes(roots)
    text = (case.folder / "case.toml").read_text()
    text = text.replace('timestamp_authority = ""', f'timestamp_authority = "{url}"')
    (case.folder / "case.toml").write_text(text.replace('timestamp_roots = ""', 'timestamp_roots = "roots.pem"'))
    return Case(case.folder)


@pytest.fixture
def bagged(case, authority, tmp_path):
    """(case, bag): with a time-stamp, and events behind it."""
    case = configured(case, authority)
    stamp(case, NOBODY)
    log_consultation(case, [("0" * 64, "", 0, 1)], Asked("ann"))
    stamp(case, NOBODY)
    write_bag(case, tmp_path / "bag", [], "Prosecutor Wu", Asked("ann", "indictment"), lambda done, total: None)
    return case, tmp_path / "bag"


def check(bag):
    """Run the verifier as a third party does: by itself, without this program's environment."""
    done = subprocess.run([sys.executable, "-I", "-S", SOURCE, bag], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 4) and not done.stderr, done
    return [] if done.returncode == 0 else done.stdout.splitlines()


def test_a_package_is_checked_by_sha256sum_and_openssl_alone(bagged):
    _, bag = bagged
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(["sha256sum", "-c", "--strict", manifest], cwd=bag, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    custody = bag / "data" / "custody"
    words = [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "key.pem",
        "-rawin",
        "-in",
        "checkpoint.body",
        "-sigfile",
        "checkpoint.sig",
    ]
    assert openssl(*words, cwd=custody).returncode == 0
    (custody / "checkpoint.body").write_bytes((custody / "checkpoint.body").read_bytes().replace(b"\n", b"\n1", 1))
    assert openssl(*words, cwd=custody).returncode != 0
    for number in (1, 2):
        place = f"timestamps/{number}"
        words = f"ts -verify -data {place}/checkpoint -in {place}/response.tsr -CAfile {place}/roots.pem".split()
        done = openssl(*words, cwd=custody)
        assert done.returncode == 0 and b"OK" in done.stdout, done.stderr
        assert openssl(*words[:3], f"{place}/request.tsq", *words[4:], cwd=custody).returncode != 0


def test_the_commands_in_the_readme_are_those_that_work(bagged):
    _, bag = bagged
    text = (bag / "README.txt").read_text().replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines() if line.strip().startswith(("sha256sum", "openssl"))]
    assert len(lines) == 5
    for line in lines:
        command = line.split("    ")[0] if line.startswith("sha256sum") else line
        where = bag if line.startswith("sha256sum") else bag / "data" / "custody"
        assert subprocess.run(command.split(), cwd=where, capture_output=True, check=False).returncode == 0, command


def test_the_verifier_is_small_and_needs_nothing_else(bagged):
    _, bag = bagged
    assert (bag / "verify.py").read_bytes() == SOURCE.read_bytes()
    text = SOURCE.read_text()
    assert len(text.splitlines()) <= 150
    imported = {
        name.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= set(sys.stdlib_module_names)
    assert check(bag) == []


def test_a_package_follows_bagit(bagged):
    _, bag = bagged
    assert (bag / "bagit.txt").read_bytes() == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    payload = [path for path in (bag / "data").rglob("*") if path.is_file()]
    info = dict(line.split(": ", 1) for line in (bag / "bag-info.txt").read_text().splitlines())
    assert info["Payload-Oxum"] == f"{sum(path.stat().st_size for path in payload)}.{len(payload)}"


def forge(bag):
    """Write the manifests anew, as somebody who changed the package would."""
    import hashlib

    for manifest, data in (("manifest-sha256.txt", True), ("tagmanifest-sha256.txt", False)):
        names = sorted(p.relative_to(bag).as_posix() for p in bag.rglob("*") if p.is_file())
        names = [n for n in names if n.startswith("data/") == data and n != "tagmanifest-sha256.txt"]
        lines = [f"{hashlib.sha256((bag / n).read_bytes()).hexdigest()}  {n}\n" for n in names]
        (bag / manifest).write_text("".join(lines))


def change(path, old, new):
    path.write_bytes(path.read_bytes().replace(old, new, 1))


@pytest.mark.parametrize(
    ("name", "old", "new", "place"),
    [
        ("data/custody/log-extract.jsonl", b"a test", b"a lie!", "log-extract.jsonl line 1"),
        ("data/custody/proofs.jsonl", b'"line":3', b'"line":4', "log-extract.jsonl line 3"),
        ("data/custody/checkpoint", b"\n11\n", b"\n10\n", "data/custody/checkpoint: "),
        ("data/custody/timestamps/1/checkpoint", b"\n7\n", b"\n6\n", "data/custody/timestamps/1"),
        ("data/custody/timestamps/1/consistency.json", b'["', b'["00', "data/custody/timestamps/1"),
    ],
)
def test_a_forger_who_rewrites_the_manifests_is_found_and_placed(bagged, name, old, new, place):
    _, bag = bagged
    before = (bag / name).read_bytes()
    change(bag / name, old, new)
    assert before != (bag / name).read_bytes(), before[:80]
    forge(bag)
    assert any(place in line for line in check(bag)), check(bag)


def test_an_original_that_is_exchanged_dropped_or_planted_is_found_though_the_manifests_are_rewritten(bagged):
    _, bag = bagged
    paths = sorted(path for path in (bag / "data/objects").rglob("*") if path.is_file())
    change(paths[0], paths[0].read_bytes()[:1] or b"", b"?")
    paths[1].unlink()
    (paths[2].parent / ("0" * 64)).write_bytes(b"planted")
    forge(bag)
    found = check(bag)
    for key in (paths[0].name, paths[1].name, "0" * 64):
        assert any(key in line for line in found), (key, found)


def test_a_package_of_some_originals_holds_their_lines_and_proofs_only(case, tmp_path):
    write_bag(case, tmp_path / "bag", ["f2.bin", "f5.bin"], "", NOBODY, lambda done, total: None)
    assert check(tmp_path / "bag") == []
    assert len([path for path in (tmp_path / "bag/data/objects").rglob("*") if path.is_file()]) == 2
    lines = (tmp_path / "bag/data/custody/log-extract.jsonl").read_bytes().splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["collect", "collect", "disclose"]
    assert b"f3.bin" not in b"".join(lines)


def test_nothing_is_packed_of_a_case_that_was_changed(case, tmp_path):
    path = case.evidence.object_path(case.evidence.held()[3].evidence_id)
    path.chmod(0o644)
    path.write_bytes(b"other")
    with pytest.raises(CaseError, match="changed in the store"):
        write_bag(case, tmp_path / "bag", [], "", NOBODY, lambda done, total: None)
    assert not (tmp_path / "bag").exists() and not list(tmp_path.glob(".bag*"))
    with pytest.raises(UsageError, match="exists"):
        write_bag(case, tmp_path, [], "", NOBODY, lambda done, total: None)


def test_a_witness_proves_that_the_log_continues(case, tmp_path):
    note = tmp_path / "witness" / "note"
    note.parent.mkdir()
    done = RUN.invoke(app, ["checkpoint", str(case.folder), "--to", str(note)])
    assert "7 lines" in done.output and "+" in done.output.rsplit(" ", 1)[1]
    for number in range(5):
        log_consultation(case, [("0" * 64, "", number, number + 1)], Asked("ann"))
    done = RUN.invoke(app, ["verify", str(case.folder), "--against", str(note)])
    assert done.exit_code == 0 and "continues the witness's checkpoint of 7 lines" in done.output


def test_a_log_rewritten_with_the_right_key_contradicts_the_witness(case, tmp_path):
    """The holder of the key makes the case anew without one file: only the witness knows better."""
    note = (case.evidence.log.folder / "checkpoint").read_bytes()
    shutil.rmtree(case.folder)
    made = Case.create(tmp_path / "case")
    (tmp_path / "in" / "f3.bin").unlink()
    add(made, [tmp_path / "in"], "a test", lambda done, total: None)
    assert made.evidence.verify() == []
    assert "saw 7 lines, the log has 6" in inspect_witness(made.evidence.log, note)[1][0].what
    for number in range(3):
        log_consultation(made, [("0" * 64, "", number, number + 1)], Asked("ann"))
    assert "not a continuation" in inspect_witness(made.evidence.log, note)[1][0].what
    (tmp_path / "note").write_bytes(note)
    assert RUN.invoke(app, ["verify", str(made.folder), "--against", str(tmp_path / "note")]).exit_code == 4


def test_a_time_stamp_is_only_asked_for_when_an_authority_is_configured(case):
    done = RUN.invoke(app, ["timestamp", str(case.folder)])
    assert isinstance(done.exception, UsageError) and "no authority is configured" in str(done.exception)


def test_a_time_stamp_is_checked_before_it_is_kept_and_by_every_verify(case, authority, tmp_path):
    case = configured(case, authority)
    done = RUN.invoke(app, ["timestamp", str(case.folder)])
    assert done.exit_code == 0 and "had 7 lines by 20" in done.output, done.output
    assert case.evidence.verify() == []
    for name in ("checkpoint", "request.tsq", "response.tsr", "roots.pem"):
        path = case.evidence.log.folder / "timestamps" / "1" / name
        data = path.read_bytes()
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
        assert [f.where for f in case.evidence.verify()] == [f"custody/timestamps/1/{name}"]
        path.write_bytes(data)
    other = openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=Another")
    (case.folder / "roots.pem").write_bytes(other.stdout)
    with pytest.raises(CaseError, match="does not hold"):
        stamp(case, NOBODY)
    assert [path.name for path in (case.evidence.log.folder / "timestamps").iterdir()] == ["1"]


def test_an_answer_to_another_question_is_refused(case, authority):
    case = configured(case, authority)
    answers = []

    def recorded(url, query):
        from ringtrace.pipeline.handover.timestamping import post_query

        answers.append(post_query(url, query))
        return answers[0]

    stamp(case, NOBODY, recorded)
    with pytest.raises(CaseError, match="does not hold"):
        stamp(case, NOBODY, recorded)
    with pytest.raises(CaseError, match="does not hold"):
        stamp(case, NOBODY, lambda url, query: b"\x30\x03\x02\x01\x00")


def test_only_three_modules_can_open_a_network_connection():
    """Each only when a person asked for it: a model of their own, a time-stamp, the office's sign-in of a team."""
    import re

    pattern = re.compile(
        r"^\s*(import|from) (urllib\.request|http\.client|requests|httpx|aiohttp|ftplib)\b", re.MULTILINE
    )
    sources = Path(verifier.__file__).parents[2]
    assert [p.name for p in sorted(sources.rglob("*.py")) if pattern.search(p.read_text("utf-8"))] == [
        "timestamping.py", "suggesting.py", "office.py",
    ]  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), min_size=1, max_size=70), st.data())
def test_proofs_made_together_are_those_made_one_by_one(entries, data):
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    paths = merkle.audit_paths(leaves, range(len(leaves)))
    assert paths == [merkle.inclusion_proof(leaves, at) for at in range(len(leaves))]
    root = merkle.root_hash(leaves)
    for at, path in enumerate(paths):
        assert verifier.climb(at, len(leaves) - 1, [leaves[at]], path) == [root]
    old = data.draw(st.integers(1, len(leaves)))
    proof, old_root = merkle.consistency_proof(leaves, old), merkle.root_hash(leaves[:old])
    assert merkle.is_consistent(old, old_root, len(leaves), root, proof)
    assert verifier.consistent((old, old_root), (len(leaves), root), proof)
    wrong = merkle.root_hash([*leaves[: old - 1], b"x" * 32])
    assert not merkle.is_consistent(old, wrong, len(leaves), root, proof)
    assert not verifier.consistent((old, wrong), (len(leaves), root), proof)


@settings(deadline=None)
@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_growing_tree_has_the_root_of_the_whole(entries):
    tree, leaves = merkle.Tree(), [merkle.leaf_hash(entry) for entry in entries]
    for number, leaf in enumerate(leaves, start=1):
        tree.add(leaf)
        assert tree.size == number and tree.root() == merkle.root_hash(leaves[:number])
