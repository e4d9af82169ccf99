"""Two houses learn what both hold, each hit is told to its owner, and neither learns more; inside a house, too."""

from __future__ import annotations

import json
import shutil
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from ringtrace.cli import app
from ringtrace.errors import UsageError
from ringtrace.operation import exchange
from ringtrace.operation.cells import cell
from ringtrace.operation.exchange import Header
from ringtrace.operation.oprf import evaluate, finalize, hash_to_group, hash_to_scalar, invert, multiply
from ringtrace.pipeline import analyse
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.custodian import NOBODY
from ringtrace.pipeline.operation import deconflicting, rounds
from ringtrace.pipeline.operation.deconflicted import read_deconflicted
from ringtrace.store.case import Case
from ringtrace.store.keys import key_folder, open_key

ITEMS = st.lists(st.from_regex(r"phone \+86170[0-9]{3}", fullmatch=True), unique=True, max_size=8).map(sorted)


def test_the_function_is_that_of_rfc_9497():
    """Vectors of appendix A.1.1 (mode OPRF, ristretto255, SHA-512)."""
    secret = bytes.fromhex("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e")
    blind = bytes.fromhex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706")
    blinded = multiply(blind, hash_to_group(b"\x00"))
    assert blinded.hex() == "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c"
    evaluated = multiply(secret, blinded)
    assert evaluated.hex() == "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e"
    output = finalize(b"\x00", multiply(invert(blind), evaluated))
    assert output == evaluate(secret, b"\x00")
    assert output.hex().startswith("527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3")
    for bad in (bytes(32), b"\xff" * 32, b"short"):
        with pytest.raises(ValueError, match="not an element"):
            multiply(secret, bad)


def round_of(mine, theirs, secret=b"s"):
    """(hits, identifiers that the owner is told of, all bytes exchanged) of one round."""
    asker, owner, seed = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), b"x" * 32
    ask = exchange.make_ask(Header(kind="ask", sender="a", recipient="b", key="", number=len(mine)), mine, seed, asker)
    header = Header(kind="answer", sender="b", recipient="a", key="", number=len(theirs))
    answered = exchange.make_answer(exchange.read_message(ask, "ask"), header, theirs, hash_to_scalar(secret), owner)
    hits = exchange.find_hits(exchange.read_message(answered.data, "answer"), mine, seed)
    claim = exchange.make_claim(
        Header(kind="claim", sender="a", recipient="b", key="", number=len(hits)), list(hits.values()), asker
    )
    told = exchange.check_claim(exchange.read_message(claim, "claim"), answered.proofs)
    return hits, told, [ask, answered.data, claim]


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(ITEMS, ITEMS)
def test_exactly_what_both_hold_is_found_and_told(mine, theirs):
    hits, told, _ = round_of(mine, theirs)
    assert sorted(hits) == sorted(set(mine) & set(theirs)) == sorted(told)


def test_no_identifier_and_no_tag_of_another_round_can_be_read_out_of_the_messages():
    mine, theirs = ["phone +8617000000001", "qq 123456789"], ["phone +8617000000001", "wechat abc"]
    _, _, first = round_of(mine, theirs)
    _, _, second = round_of(mine, theirs, b"another round")
    for data in first:
        assert not any(value.split()[1].encode() in data for value in (*mine, *theirs))
    tags = [data[1][-64 - 2 * exchange.TAG : -64] for data in (first, second)]
    assert {tags[0][:8], tags[0][8:]} & {tags[1][:8], tags[1][8:]} == set()
    guess = [evaluate(hash_to_scalar(b"wrong"), item.encode())[: exchange.TAG] for item in theirs]
    assert not any(tag in first[1] for tag in guess)  # who lacks the key cannot try numbers out on the tags


def test_a_changed_or_misshaped_message_is_refused():
    _, _, (ask, answer, _) = round_of(["a 1"], ["a 1"])
    key = Ed25519PrivateKey.generate()
    for data, kind in ((ask[:-1], "ask"), (ask[:40] + b"X" + ask[41:], "ask"), (ask, "answer"), (b"", "ask"), (b"x" * 500, "claim"),
                       (answer[:-70] + answer[-69:], "answer")):  # fmt: skip
        with pytest.raises(UsageError):
            exchange.read_message(data, kind)
    zero = exchange.write_message(Header(kind="ask", sender="a", recipient="b", key="", number=1), bytes(32), key)
    short = exchange.write_message(Header(kind="ask", sender="a", recipient="b", key="", number=2), bytes(32), key)
    header = Header(kind="answer", sender="b", recipient="a", key="", number=0)
    for bad in (zero, short):
        with pytest.raises(UsageError):
            exchange.make_answer(exchange.read_message(bad, "ask"), header, [], hash_to_scalar(b"s"), key)
    many = exchange.write_message(Header(kind="ask", sender="a", recipient="b", key="", number=10**7), b"", key)
    with pytest.raises(UsageError, match="may hold"):
        exchange.read_message(many, "ask")
    forged = exchange.make_claim(Header(kind="claim", sender="a", recipient="b", key="", number=1), [bytes(16)], key)
    assert exchange.check_claim(exchange.read_message(forged, "claim"), {}) == [""]
    with pytest.raises(UsageError):
        exchange.find_hits(exchange.read_message(answer, "answer"), ["a 1", "a 2"], b"x" * 32)


def test_cells_are_coarse():
    assert cell("510115", "2014-02-19") == cell("510100", "2014-02-17") == "510100 2014-W08"
    assert cell("510000", "2014-02-19") == "510000 2014-W08"
    for place, day in (("", "2014-02-19"), ("510000", "2014-02"), ("US-GA", "2014-02-19"), ("510000", "2014-02-31")):
        assert cell(place, day) == ""


@pytest.fixture(scope="module")
def other_house(tiny_evidence, tmp_path_factory):
    """(case folder, key folder) of a house that holds the same evidence and signs with its own key."""
    keys, folder = tmp_path_factory.mktemp("keys-anhui"), tmp_path_factory.mktemp("other") / "anhui"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RINGTRACE_KEYS", str(keys))
        case = Case.create(folder)
        add(case, [tiny_evidence / "evidence"], "synthetic", lambda done, total: None)
        analyse(case, 1, lambda *args: None)
    return folder, keys


@pytest.fixture
def houses(tiny_case, other_house, tmp_path, monkeypatch):
    """Name -> its case, with the name's key folder in force: two houses, partners of each other."""
    made = {}
    for name, case, keys in (("sichuan", tiny_case[0].folder, key_folder()), ("anhui", *other_house)):
        shutil.copytree(case, tmp_path / "cases" / name)
        shutil.copytree(keys, tmp_path / f"keys-{name}")
        made[name] = (Case(tmp_path / "cases" / name), tmp_path / f"keys-{name}")
    keys = {name: exchange.public_key(open_key(folder)) for name, (_, folder) in made.items()}
    for name, other in (("sichuan", "anhui"), ("anhui", "sichuan")):
        with (made[name][0].folder / "case.toml").open("a") as handle:
            handle.write(f'[deconfliction]\nagency = "Police of {name}"\ncontact = "desk of {name}"\nlevel = "contact"\n'
                         f'quota = 500\n[deconfliction.partners]\n{other} = "{keys[other]}"\n')  # fmt: skip

    def at(name):
        monkeypatch.setenv("RINGTRACE_KEYS", str(made[name][1]))
        return made[name][0]

    return at


def events(case):
    ledger = case.open_ledger()
    try:
        return [told for _, told in ledger.events("deconfliction")]
    finally:
        ledger.close()


def known(case):
    with case.lent_ledger() as ledger:
        return read_deconflicted(ledger, str)


@pytest.mark.slow
def test_a_round_between_two_houses(houses, tmp_path):
    ask, answer, claim, pointers = (tmp_path / name for name in ("ask", "answer", "claim", "pointers"))
    number = deconflicting.ask(houses("sichuan"), "anhui", ask, NOBODY)
    items = deconflicting.identifiers_of(houses("sichuan"))
    assert number == len(items) > 20 and any(item.startswith("phone ") for item in items)
    assert deconflicting.audit(houses("sichuan"), ask.read_bytes()) == []
    assert deconflicting.answer(houses("anhui"), ask.read_bytes(), answer, NOBODY) == number
    with pytest.raises(UsageError, match="answered before"):
        deconflicting.answer(houses("anhui"), ask.read_bytes(), answer, NOBODY)
    hits = deconflicting.claim(houses("sichuan"), answer.read_bytes(), claim, NOBODY)
    assert hits == items  # both hold the same evidence
    told = deconflicting.point(houses("anhui"), claim.read_bytes(), pointers, NOBODY)
    assert told == hits and events(houses("anhui"))[-1]["hits"] == hits
    read = deconflicting.read_pointers(houses("sichuan"), pointers.read_bytes())
    assert read == [(hit, "Police of anhui; desk of anhui") for hit in hits]
    asker, owner = (known(houses(name)) for name in ("sichuan", "anhui"))
    assert {(h.what, h.way, h.others, h.told) for h in asker.hits} == {
        (hit, "found at a partner", ("anhui",), "Police of anhui; desk of anhui") for hit in hits
    }
    assert asker.unread == 0 and {(h.what, h.way, h.others, h.told) for h in owner.hits} == {
        (hit, "found by a partner", ("sichuan",), None) for hit in hits
    }
    with pytest.raises(UsageError, match="round is over"):
        deconflicting.point(houses("anhui"), claim.read_bytes(), pointers, NOBODY)
    what = [e["what"] for e in houses("anhui").evidence.log.events() if e["event"] == "disclose"]
    assert what[-2:] == ["evaluated values for deconfliction", f"pointers for {len(hits)} hits"]
    for path in (ask, answer, claim, pointers):
        assert not any(item.split()[1].encode() in path.read_bytes() for item in items if len(item) > 12)


def test_strangers_quotas_and_release_levels(houses, tmp_path):
    ask, answer, claim = (tmp_path / name for name in ("ask", "answer", "claim"))
    deconflicting.ask(houses("sichuan"), "anhui", ask, NOBODY)
    settings_of = houses("anhui").folder / "case.toml"
    whole = settings_of.read_text()
    settings_of.write_text(whole.replace("quota = 500", "quota = 5"))
    with pytest.raises(UsageError, match="5 of 5 left"):
        deconflicting.answer(houses("anhui"), ask.read_bytes(), answer, NOBODY)
    settings_of.write_text(whole.partition("[deconfliction.partners]")[0])
    with pytest.raises(UsageError, match="no partner"):
        deconflicting.answer(houses("anhui"), ask.read_bytes(), answer, NOBODY)
    with pytest.raises(UsageError, match="no partner"):
        deconflicting.ask(houses("sichuan"), "nobody", ask, NOBODY)
    assert not answer.exists()
    settings_of.write_text(whole.replace('level = "contact"', 'level = "hidden"'))
    deconflicting.answer(houses("anhui"), ask.read_bytes(), answer, NOBODY)
    assert deconflicting.claim(houses("sichuan"), answer.read_bytes(), claim, NOBODY) == [] and not claim.exists()
    assert exchange.pointer("agency", "Police", "desk") == "Police"


def test_within_a_house_and_by_the_command_line(houses, tmp_path):
    houses("sichuan")
    run = CliRunner().invoke
    done = run(app, ["deconflict", str(tmp_path / "cases"), "near", "--json"])
    near = json.loads(done.stdout)["near"]
    assert near and all(len(entry["cases"]) == 2 for entry in near)
    assert events(houses("anhui"))[-1]["hits"] == [entry["what"] for entry in near]
    assert {hit.others for hit in known(houses("anhui")).hits} == {(houses("sichuan").settings.name,)}
    with (houses("sichuan").folder / "case.toml").open("r+") as handle:
        told = handle.read().replace('level = "contact"', 'level = "hidden"')
        handle.seek(0)
        handle.write(told)
    deconflicting.compare_cases([houses("sichuan").folder, houses("anhui").folder], author="ann")
    assert {hit.others for hit in known(houses("anhui")).hits} == {()}, (
        "a hidden case is not named in the other's ledger"
    )
    folder = str(houses("sichuan").folder)
    assert len(json.loads(run(app, ["deconflict", folder, "key", "--json"]).stdout)["key"]) == 64
    assert run(app, ["deconflict", folder, "ask", str(tmp_path / "q"), "--to", "anhui"]).exit_code == 0
    assert "Every value" in run(app, ["deconflict", folder, "audit", str(tmp_path / "q")]).stdout
    for wrong in (["answer", str(tmp_path / "q")], ["ask"], ["steal", "x"]):
        assert isinstance(run(app, ["deconflict", folder, *wrong]).exception, UsageError)


def test_a_message_whose_step_broke_off_says_so_when_it_comes_again(tmp_path, monkeypatch):
    case = SimpleNamespace(folder=tmp_path)
    message = SimpleNamespace(header=SimpleNamespace(kind="ask"), digest="a" * 64)
    monkeypatch.setattr(rounds.exchange, "read_message", lambda data: message)
    name = rounds.take_in(case, b"x")
    (tmp_path / rounds.FOLDER / "waiting" / name).rename(tmp_path / rounds.FOLDER / "taken" / name)  # and it died
    with pytest.raises(UsageError, match="the step broke off"):
        rounds.take_in(case, b"x")
