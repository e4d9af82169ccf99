"""Sealed identities before a hostile reader: two people, one identity at a time, and nothing to learn from outside."""

import json
import os
import secrets
from contextlib import closing

import pytest

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.record import Sealed
from ringtrace.pipeline.intake import recording
from ringtrace.store.case import Case
from ringtrace.store.passphrase import decode
from ringtrace.store.sealing import Vault

pytestmark = pytest.mark.slow  # stretching pass-phrases takes its time on purpose

LIN, WU, HE = ("Lin", "a passphrase of Lin"), ("Wu", "a passphrase of Wu"), ("He", "a passphrase of He")
CHILD = {"identity_name": "甲乙丙", "identity_number": "99000020140219001X"}
TABLE = (
    "kind,subject,status,date,document,name\nchild,1,rescued,2014-02-19,d,甲乙丙\nchild,2,rescued,2014-02-19,d,丁戊己\n"
)


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    made = Vault(tmp_path_factory.mktemp("keys"), "v")
    for keeper in (LIN, WU, HE):
        made.enrol(*keeper)
    return made


@pytest.fixture(scope="module")
def sealed(vault):
    return vault.seal([("child-a", CHILD), ("child-b", {"identity_name": "丁"}), ("child-a", CHILD)])


@pytest.fixture
def case(tmp_path, monkeypatch, decisions):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    made = Case.create(tmp_path / "case", decisions)
    for name, phrase in (LIN, WU):
        recording.enrol_keeper(made, name, phrase, author=name.lower())
    recording.import_records(made, TABLE.encode(), "t.csv", None, author="ann", today="2014-06-30")
    return made


def subjects(case):
    return [entry.record.subject for entry in recording.entries_of(case)]


def test_any_two_open_and_one_alone_does_not(vault, sealed):
    for pair in ((LIN, WU), (WU, HE), (HE, LIN)):
        assert vault.unseal("child-a", sealed[0], pair) == CHILD
    for pair in ((LIN, LIN), (LIN,), (LIN, ("Wu", LIN[1])), (LIN, ("Nobody", "a passphrase of nobody"))):
        with pytest.raises(UsageError):
            vault.unseal("child-a", sealed[0], pair)


def test_a_part_opens_one_identity_only(vault, sealed):
    parts = {keeper[0]: vault.part("child-a", sealed[0], keeper) for keeper in (LIN, WU)}
    assert vault.open("child-a", sealed[0], parts) == CHILD
    with pytest.raises(CaseError, match="changed"):
        vault.open("child-b", sealed[1], parts)
    with pytest.raises(CaseError, match="changed"):
        vault.open("child-a", sealed[0], {"Lin": parts["Lin"], "Wu": parts["Lin"]})


def test_what_is_passed_on_serves_one_keeper_for_one_person(vault, sealed):
    passed = vault.pass_on(vault.part("child-a", sealed[0], LIN), "child-a", "Wu")
    parts = {"Lin": vault.receive(passed, "child-a", WU), "Wu": vault.part("child-a", sealed[0], WU)}
    assert vault.open("child-a", sealed[0], parts) == CHILD
    with pytest.raises(UsageError, match="not for He"):
        vault.receive(passed, "child-a", HE)
    with pytest.raises(UsageError, match="not for Wu"):
        vault.receive(passed, "child-b", WU)


def test_length_says_nothing_and_no_key_or_nonce_is_used_twice(sealed):
    assert len({len(decode(seal.ciphertext)) for seal in sealed}) == 1
    hidden = [seal.ciphertext for seal in sealed] + [wrapped for seal in sealed for _, _, wrapped in seal.wraps]
    assert len(hidden) == 3 + 9
    assert len({decode(text)[:12] for text in hidden}) == len({decode(text)[12:] for text in hidden}) == 12
    assert sealed[0].ciphertext != sealed[2].ciphertext


@pytest.mark.parametrize("field", ["ephemeral", "ciphertext", "salt", "wraps"])
def test_a_changed_seal_is_an_error_in_words(vault, sealed, field):
    good = sealed[0]
    values = {name: getattr(good, name) for name in ("salt", "ephemeral", "ciphertext", "wraps")}
    text = values[field] if field != "wraps" else good.wraps[0][2]
    for wrong in ("", "not base64!", text[:-8] + "AAAAAAA=", "../../" + text):
        values[field] = wrong if field != "wraps" else (("Lin", "Wu", wrong),)
        with pytest.raises((CaseError, UsageError)):
            vault.unseal("child-a", Sealed(**values), (LIN, WU))


def test_secrets_are_for_their_owner_only_and_nothing_lies_open(vault, sealed):
    for path in vault.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
        assert not path.name.startswith(".")
    keys = json.loads((vault.folder / "keepers.json").read_bytes())
    assert {len(decode(key["private"])) for key in keys.values()} == {16 + 12 + 32 + 16}


def test_nobody_becomes_a_keeper_once_something_is_sealed(vault, sealed):
    with pytest.raises(UsageError, match="before the first"):
        vault.enrol("Eve", "a passphrase of Eve")


def test_one_consents_at_one_desk_and_another_opens_at_another(case):
    child, other = subjects(case)
    with pytest.raises(UsageError, match="no other keeper has approved"):
        recording.unseal_approved(case, child, WU, author="wu", reason="parents wait")
    assert recording.approve(case, child, LIN, "Wu", author="lin", reason="parents wait") == 1
    found = recording.unseal_approved(case, child, WU, author="wu", reason="parents wait")
    assert found == [{"identity_name": "甲乙丙"}]
    with pytest.raises(UsageError, match="no other keeper"):
        recording.unseal_approved(case, other, WU, author="wu", reason="curious")
    with pytest.raises(UsageError, match="no other keeper"):
        recording.unseal_approved(case, child, LIN, author="lin", reason="curious")


def test_one_person_is_not_two(case):
    child = subjects(case)[0]
    with pytest.raises(UsageError, match="a second keeper"):
        recording.approve(case, child, LIN, "Lin", author="lin", reason="x")
    recording.approve(case, child, LIN, "Wu", author="lin", reason="x")
    with pytest.raises(UsageError, match="a second person must"):
        recording.unseal_approved(case, child, WU, author="lin", reason="x")


@pytest.mark.slow
def test_every_attempt_is_in_the_audit_and_none_of_it_names_the_child(case):
    child = subjects(case)[0]
    with pytest.raises(UsageError, match="not right"):
        recording.approve(case, child, ("Lin", "a wrong passphrase"), "Wu", author="eve", reason="x")
    with pytest.raises(UsageError, match="not right"):
        recording.unseal(case, child, [LIN, ("Wu", "a wrong passphrase")], author="eve", reason="x")
    recording.approve(case, child, LIN, "Wu", author="lin", reason="y")
    recording.unseal_approved(case, child, WU, author="wu", reason="y")
    ledger = case.open_ledger()
    told = [(event.author, payload["what"]) for event, payload in ledger.events("audit")][2:]
    payloads = json.dumps([payload for kind in ("audit", "approval") for _, payload in ledger.events(kind)])
    ledger.close()
    assert told == [
        ("eve", "approval asked"), ("eve", "unsealing asked"), ("lin", "approval asked"), ("lin", "unsealing approved"),
        ("wu", "unsealing asked"), ("wu", "unsealed"),
    ]  # fmt: skip
    assert json.dumps("甲乙丙")[1:-1] not in payloads and "passphrase" not in payloads


def test_exchanged_keys_of_keepers_are_noticed_before_anything_is_sealed(case):
    folder = next((case.folder.parent / "keys" / "vaults").iterdir())
    eve = Vault(case.folder.parent / "eve", "x")
    eve.enrol("Lin", LIN[1])
    keys = json.loads((folder / "keepers.json").read_bytes())
    keys["Lin"] = json.loads((eve.folder / "keepers.json").read_bytes())["Lin"]
    (folder / "keepers.json").write_text(json.dumps(keys))
    more = TABLE.replace(",1,", ",7,").replace(",2,", ",8,")
    with pytest.raises(CaseError, match="not those that were appointed"):
        recording.import_records(case, more.encode(), "t.csv", None, author="ann", today="2014-06-30")
    assert len(subjects(case)) == 2


def test_a_destroyed_batch_is_gone_from_the_folder(vault):
    seal = vault.seal([("child-z", CHILD)])[0]
    path = vault.folder / f"batch-{seal.salt}"
    handle = os.open(path, os.O_RDONLY)
    vault.destroy(seal.salt)
    assert os.read(handle, 64) == bytes(32) and not path.exists()
    os.close(handle)
    with pytest.raises(UsageError, match="undone"):
        vault.unseal("child-z", seal, (LIN, WU))


def meanwhile(monkeypatch, name, act):
    """While the next secret is being made by ``secrets.NAME``, ``act`` runs, as another thread would."""
    make = getattr(secrets, name)

    def made(size):
        monkeypatch.setattr(secrets, name, make)
        act()
        return make(size)

    monkeypatch.setattr(secrets, name, made)


@pytest.mark.parametrize("use", [Vault.waiting_key, Vault.masking_key, lambda v: v.receipt("e", 1)])
def test_a_key_that_two_make_at_once_is_one_key(tmp_path, monkeypatch, use):
    found = []
    meanwhile(monkeypatch, "token_bytes", lambda: found.append(use(Vault(tmp_path, "shared"))))
    found.append(use(Vault(tmp_path, "shared")))
    assert found[0] == found[1] == use(Vault(tmp_path, "shared"))
    left = list((tmp_path / "vaults" / "shared").iterdir())
    assert len(left) == 1 and left[0].stat().st_mode & 0o777 == 0o600


def test_a_case_whose_first_records_are_made_at_once_has_one_vault(tmp_path, monkeypatch):
    monkeypatch.setenv("RINGTRACE_KEYS", str(tmp_path / "keys"))
    case, found = Case.create(tmp_path / "case"), []

    def name():
        with closing(case.open_ledger()) as ledger:
            found.append(recording.vault_of(ledger, "ann").name)

    meanwhile(monkeypatch, "token_hex", name)
    name()
    name()
    assert len(found) == 3 and len(set(found)) == 1
