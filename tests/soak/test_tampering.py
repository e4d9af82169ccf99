"""Random single mutations of a store, its log and a package: each is found and placed, by ``verify`` and by verify.py."""

import contextlib
import io
import random
import shutil

import pytest
from campaign import FULL, count, mine, tell

from ringtrace.pipeline.handover.bag_verifier import check
from ringtrace.pipeline.handover.bagging import write_bag
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.custodian import NOBODY, log_consultation
from ringtrace.store.case import Case

pytestmark = pytest.mark.slow

MUTATIONS = count("MUTATIONS", 1000, 40)
LEFT_OUT = {".lock", "frontier"}  # hold nothing: whoever changes them changes no evidence and no proof


@pytest.fixture
def filled(tmp_path, session_keys):
    folder = tmp_path / "in"
    folder.mkdir()
    rng = random.Random(4)
    for index in range(12):
        (folder / f"f{index}.bin").write_bytes(rng.randbytes(rng.randint(1, 400)))
    case = Case.create(tmp_path / "case")
    add(case, [folder], "soak", lambda done, total: None)
    log_consultation(case, [("0" * 64, "", 0, 1)], NOBODY)
    write_bag(case, tmp_path / "bag", [], "a court", NOBODY, lambda done, total: None)
    assert case.evidence.verify() == [] and quietly(tmp_path / "bag") == []
    return case, tmp_path / "bag"


def quietly(bag):
    with contextlib.redirect_stdout(io.StringIO()):
        return check(bag)


def mutate(path, rng):
    """Change one thing about one file: a bit, a cut, bytes appended or put in, a line doubled or moved, the file."""
    data = bytearray(path.read_bytes())
    lines = bytes(data).splitlines(keepends=True)
    kind = rng.choice(["flip", "cut", "append", "insert", "delete", "double", "swap", "line break", "plant"])
    at = rng.randrange(len(data))
    noise = rng.randbytes(rng.randint(1, 20))
    if kind == "delete":
        path.unlink()
        return kind, path
    if kind == "plant":
        planted = path.with_name(f"planted-{rng.randrange(10**6)}")
        planted.write_bytes(noise)
        return kind, planted
    if kind == "cut":
        del data[at:]
    elif kind == "append":
        data += noise.replace(b"\n", b"x") + rng.choice([b"\n", b""])
    elif kind == "insert":
        data[at:at] = noise
    elif kind == "line break":
        data[at:at] = rng.choice([b"\n", b"\r", b"\r\n"])
    elif kind in ("double", "swap") and len(set(lines)) > 1:
        one, other = rng.sample(range(len(lines)), 2)
        if kind == "double" or lines[one] == lines[other]:
            lines.insert(other, lines[one])
        else:
            lines[one], lines[other] = lines[other], lines[one]
        data = bytearray(b"".join(lines))
    else:
        data[at] ^= 1 << rng.randrange(8)
    path.chmod(0o644)
    path.write_bytes(data)
    return kind, path


def first_line(old, new):
    """Number of the first line that differs, from 1."""
    pairs = zip(old.split(b"\n"), new.split(b"\n"), strict=False)
    return next((n for n, (a, b) in enumerate(pairs, start=1) if a != b), min(old.count(b"\n"), new.count(b"\n")) + 1)


def campaign(whole, pick, examine, tmp_path, seed):
    """Mutate one file after another; return how often each kind was done."""
    kinds: dict[str, int] = {}
    files = sorted(path.relative_to(whole) for path in pick.rglob("*") if path.is_file() and path.name not in LEFT_OUT)
    for number in mine(range(MUTATIONS)):
        rng = random.Random(seed + number)
        copy = tmp_path / "copy"
        shutil.copytree(whole, copy)
        name = rng.choice([name for name in files if (whole / name).stat().st_size])
        kind, changed = mutate(copy / name, rng)
        examine(copy, changed, kind, (whole / name).read_bytes(), number)
        kinds[kind] = kinds.get(kind, 0) + 1
        shutil.rmtree(copy)
    return kinds


@pytest.mark.timeout(7200)
def test_verify_finds_and_places_every_mutation(filled, tmp_path):
    case, _ = filled

    def examine(copy, changed, kind, before, number):
        found = Case(copy).evidence.verify()
        where = changed.relative_to(copy / "evidence").as_posix()
        told = (number, kind, where, found)
        assert any(finding.where.startswith(where) for finding in found), told
        if where == "custody/log.jsonl" and kind in ("flip", "double", "swap", "insert", "line break"):
            line = first_line(before, changed.read_bytes())
            assert any(f"{where} line {line}" in finding.where for finding in found), (line, *told)

    kinds = campaign(case.folder, case.folder / "evidence", examine, tmp_path, 5000)
    if FULL:
        tell("mutations of the store", found_and_placed=sum(kinds.values()), kinds=kinds)


@pytest.mark.timeout(7200)
def test_the_independent_verifier_finds_and_places_every_mutation(filled, tmp_path):
    _, bag = filled

    def examine(copy, changed, kind, before, number):
        where = changed.relative_to(copy).as_posix()
        found = quietly(copy)
        assert any(line.startswith(where) for line in found), (number, kind, where, found)

    kinds = campaign(bag, bag, examine, tmp_path, 6000)
    if FULL:
        tell("mutations of a package", found_and_placed=sum(kinds.values()), kinds=kinds)
