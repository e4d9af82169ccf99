"""Records of an operation: taken in, confirmed, undone, unsealed. Every change is an event of the ledger."""

from __future__ import annotations

import getpass
import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.identity import derive_id
from ringtrace.model.record import Entry, Finding, Record, RecordSource, Sealed
from ringtrace.operation.fingerprints import make_prints, prints_masker
from ringtrace.operation.history import Histories
from ringtrace.operation.intake import Desk, Draft, Intake, take_in
from ringtrace.operation.mapping import ColumnMapping, guess_mapping, read_mapping
from ringtrace.operation.masking import Masker
from ringtrace.operation.sheet import Sheet, SheetRow, read_sheet
from ringtrace.store.case import Case
from ringtrace.store.keys import key_folder
from ringtrace.store.ledger import Ledger
from ringtrace.store.records import Batch, read_batches, read_entries, undo_batch, write_batch
from ringtrace.store.sealing import Keeper, Vault


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an import did. batch: 0 for a dry run and when nothing went in. ignored: headings not kept."""

    batch: int
    rows: int
    records: int
    findings: tuple[Finding, ...]
    ignored: tuple[str, ...]

    def count(self, level: str) -> int:
        return len({finding.row for finding in self.findings if finding.level == level})


def import_records(
    case: Case, data: bytes, name: str, mapping: bytes | None, *, author: str, today: str, dry_run: bool = False
) -> Recorded:
    """Take in a CSV or XLSX table row by row: good rows become records, the others findings in words.

    today: ISO date. The file itself is not kept: it may name children. Raises UsageError where the
    table has identities and the case no keepers.
    """
    sheet = read_sheet(data, name)
    columns = read_mapping(mapping, "the mapping", sheet.headings) if mapping else guess_mapping(sheet.headings)
    about = {"what": "import", "file": hashlib.sha256(data).hexdigest(), "rows": len(sheet.rows),
             "kind": Path(name).suffix.lower()[:8]}  # fmt: skip
    return _take(case, sheet, columns, about, author, today, dry_run)


def add_record(case: Case, cells: Mapping[str, str], *, author: str, today: str) -> Recorded:
    """Take in one record typed by hand; concept -> text as in a table. Identities only come by import."""
    named = {concept: text for concept, text in cells.items() if text}
    sheet = Sheet(tuple(named), (SheetRow(1, tuple(named.values())),))
    columns = ColumnMapping({concept: at for at, concept in enumerate(named)})
    return _take(case, sheet, columns, {"what": "entry", "rows": 1}, author, today, False)


def confirm(case: Case, subject: str, verdict: str, *, author: str, today: str, reason: str) -> int:
    """Record the second person's judgement on somebody whom an actor proposed; return the batch.

    verdict: "confirmed" or "rejected". Raises UsageError for the proposer, an unknown or unproposed subject.
    """
    if verdict not in ("confirmed", "rejected"):
        raise UsageError(f"verdict {verdict!r} is not confirmed or rejected")
    with case.locked(), _opened(case) as ledger:
        entries = [e for e in read_entries(ledger) if e.record.subject == subject and e.record.details.get("actor")]
        if not entries:
            raise UsageError(
                f"{subject} was not proposed by an actor; `ringtrace record {case.folder} list` shows who was"
            )
        if author in {entry.author for entry in entries}:
            raise UsageError(f"{author} proposed {subject}; a second person must judge")
        source = RecordSource("person", author)
        key = derive_id("record", "judgement", subject, verdict, today, author)
        record = Record(key, "judgement", subject, verdict, today, "", "", source, {"reason": reason})
        return write_batch(ledger, author, {"what": "judgement", "rows": 1}, [(record, None)])


def undo(case: Case, number: int, *, author: str, reason: str) -> Batch:
    """Take a batch back exactly: its records count no more, and what it sealed can be read by nobody."""
    with case.locked(), _opened(case) as ledger:
        salts = {e.sealed.salt for e in read_entries(ledger) if e.batch == number and e.sealed}
        batch = undo_batch(ledger, number, author, reason)
        vault = vault_of(ledger, author)
        for salt in sorted(salts):
            vault.destroy(salt)
        return batch


def appoint_keepers(case: Case, keepers: Sequence[Keeper], *, author: str) -> None:
    """Name all (name, passphrase) keepers at one desk; any two of them can unseal together."""
    with case.locked(), _opened(case) as ledger:
        vault = vault_of(ledger, author)
        vault.appoint(keepers)
        _tell_keepers(ledger, vault, author, [name for name, _ in keepers])


def enrol_keeper(case: Case, name: str, phrase: str, *, author: str) -> list[str]:
    """Make one keeper, at their own desk; return all keepers so far."""
    with case.locked(), _opened(case) as ledger:
        vault = vault_of(ledger, author)
        vault.enrol(name, phrase)
        _tell_keepers(ledger, vault, author, [name])
        return vault.keepers()


def _tell_keepers(ledger: Ledger, vault: Vault, author: str, names: Sequence[str]) -> None:
    said = {"what": "keepers appointed", "keepers": list(names), "login": getpass.getuser()}
    ledger.record("audit", author, {**said, "public": {name: vault.public_keys()[name] for name in names}})


def check_keepers(ledger: Ledger, vault: Vault) -> None:
    """Raise CaseError where the keepers' public keys are not those that the audit names: somebody put in their own."""
    told: dict[str, str] = {}
    for _, payload in ledger.events("audit"):
        if payload["what"] == "keepers appointed":
            told |= payload["public"]
    if told != vault.public_keys():
        raise CaseError("the keepers' keys in the key folder are not those that were appointed; nothing was sealed")


def approve(case: Case, subject: str, keeper: Keeper, to: str, *, author: str, reason: str) -> int:
    """Let a keeper consent that another may open this one identity; return how many seals that covers.

    Nothing is opened: what is passed on is of use for this subject and to that keeper only.
    """
    if not reason.strip():
        raise UsageError("say why the identity is to be opened")
    if keeper[0] == to:
        raise UsageError("a second keeper must open it")
    with case.locked(), _opened(case) as ledger:
        vault, found = vault_of(ledger, author), _seals(ledger, subject)
        said = {"subject": subject, "keepers": [keeper[0], to], "why": reason, "login": getpass.getuser()}
        ledger.record("audit", author, {"what": "approval asked", **said})
        passed = {
            sealed.ciphertext: vault.pass_on(vault.part(subject, sealed, keeper), subject, to) for sealed in found
        }
        ledger.record("audit", author, {"what": "unsealing approved", **said})
        ledger.record("approval", author, {"subject": subject, "keeper": keeper[0], "to": to, "passed": passed})
        return len(passed)


def unseal_approved(case: Case, subject: str, keeper: Keeper, *, author: str, reason: str) -> list[dict[str, str]]:
    """Open the identity of one person as the keeper to whom another consented; the audit says so before.

    Raises UsageError without a consent, and when whoever consented is the one who opens now.
    """
    with case.locked(), _opened(case) as ledger:
        found, vault = _seals(ledger, subject), vault_of(ledger, author)
        consents = [
            (event.author, payload)
            for event, payload in ledger.events("approval")
            if payload["subject"] == subject and payload["to"] == keeper[0]
        ]
        if not consents:
            raise UsageError(f"no other keeper has approved that {keeper[0]} opens {subject}")
        consenting = [payload for other, payload in consents if other != author]
        if not consenting:
            raise UsageError(f"{author} approved this and cannot open it as well; a second person must")
        _ask(ledger, author, subject, [consenting[-1]["keeper"], keeper[0]], reason)
        opened = []
        for sealed in found:
            latest = next((p for p in reversed(consenting) if sealed.ciphertext in p["passed"]), None)
            if latest is None:
                raise UsageError(f"{subject} was sealed anew since the approval; ask for another")
            parts = {
                keeper[0]: vault.part(subject, sealed, keeper),
                latest["keeper"]: vault.receive(latest["passed"][sealed.ciphertext], subject, keeper),
            }
            opened.append(vault.open(subject, sealed, parts))
        ledger.record("audit", author, {"what": "unsealed", "subject": subject, "keepers": [*parts], "why": reason})
    return _distinct(opened)


def unseal(case: Case, subject: str, keepers: Sequence[Keeper], *, author: str, reason: str) -> list[dict[str, str]]:
    """Open the identity of one person with two keepers at one desk; the audit says so before anything is shown."""
    with case.locked(), _opened(case) as ledger:
        found, vault = _seals(ledger, subject), vault_of(ledger, author)
        names = [name for name, _ in keepers]
        _ask(ledger, author, subject, names, reason)
        opened = [vault.unseal(subject, sealed, keepers) for sealed in found]
        ledger.record("audit", author, {"what": "unsealed", "subject": subject, "keepers": names, "why": reason})
    return _distinct(opened)


def _seals(ledger: Ledger, subject: str) -> list[Sealed]:
    found = [e.sealed for e in read_entries(ledger) if e.record.subject == subject and e.sealed]
    for kind in ("reporter", "tip_original"):  # of the tip desk
        sealed = [payload["sealed"] for _, payload in ledger.events(kind) if payload["subject"] == subject]
        found += [msgspec.convert(one, Sealed) for one in sealed]
    if not found:
        raise UsageError(f"no identity is sealed under {subject}")
    return found


def _ask(ledger: Ledger, author: str, subject: str, keepers: Sequence[str], reason: str) -> None:
    """Put the question into the audit, whatever comes of it; login: who the system says it is."""
    if not reason.strip():
        raise UsageError("say why the identity is opened")
    said = {"what": "unsealing asked", "subject": subject, "keepers": list(keepers), "why": reason}
    ledger.record("audit", author, {**said, "login": getpass.getuser()})


def _distinct(identities: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [dict(pairs) for pairs in dict.fromkeys(tuple(sorted(identity.items())) for identity in identities)]


def children_masker(case: Case, entries: Sequence[Entry]) -> Masker:
    """Return a function that blots out of a text the names, numbers and phones of the children under seal.

    Raises CaseError where this key folder cannot know them: then nothing may leave the case unmasked.
    """
    salts = sorted({e.sealed.salt for e in entries if e.sealed and e.record.kind == "child"})
    if not salts:
        return lambda text: text
    with _opened(case) as ledger:
        vault = Vault(key_folder(), next(ledger.events("vault"))[1]["name"])
    kept = {salt: vault.prints(salt) for salt in salts}
    if missing := [salt for salt, prints in kept.items() if prints is None]:
        raise CaseError(
            f"{len(missing)} sealed batches of children cannot be masked with this key folder; use the key folder "
            f"that sealed them, or let two keepers make the masks: `ringtrace record {case.folder} masks`"
        )
    return prints_masker([prints for prints in kept.values() if prints is not None], vault.masking_key())


def learn_masks(case: Case, keepers: Sequence[tuple[str, str]], *, author: str) -> int:
    """Let two keepers open what was sealed of children without masks, for as long as making the masks takes.

    Returns how many identities were opened; none is shown. The audit says so before the first is opened.
    """
    with case.locked(), _opened(case) as ledger:
        vault = vault_of(ledger, author)
        by_salt: dict[str, list[tuple[str, Sealed]]] = {}
        for entry in read_entries(ledger):
            if entry.sealed and entry.record.kind == "child" and vault.prints(entry.sealed.salt) is None:
                by_salt.setdefault(entry.sealed.salt, []).append((entry.record.subject, entry.sealed))
        names, number = [name for name, _ in keepers], sum(map(len, by_salt.values()))
        ledger.record("audit", author, {"what": "masks asked", "identities": number, "keepers": names})
        for salt, held in by_salt.items():
            opened = [vault.unseal(subject, sealed, keepers) for subject, sealed in held]
            vault.keep_prints(salt, make_prints(opened, vault.masking_key()))
        ledger.record("audit", author, {"what": "masks made", "identities": number, "keepers": names})
    return number


def entries_of(case: Case) -> list[Entry]:
    """Return the records in force, in the order of recording."""
    with _opened(case) as ledger:
        return read_entries(ledger)


def batches_of(case: Case) -> list[Batch]:
    with _opened(case) as ledger:
        return read_batches(ledger)


def _take(
    case: Case, sheet: Sheet, columns: ColumnMapping, about: Mapping[str, object], author: str, today: str, dry: bool
) -> Recorded:
    with case.locked(), _opened(case) as ledger:
        vault = vault_of(ledger, author) if not dry or _has_vault(ledger) else None
        if columns.identities and not (vault and vault.ready):
            told = ", ".join(name.removeprefix("identity_") for name in columns.identities)
            raise UsageError(
                f"columns hold identities ({told}) and this case has no keepers: name two by `ringtrace record "
                f"{case.folder} keepers NAME NAME`, or leave the columns out by a mapping"
            )
        desk = Desk(
            today,
            vault.pseudonym if vault else _passing_pseudonym(),
            {item.evidence_id: item.size for item in case.evidence.held()},
        )
        intake = take_in(sheet, columns, Histories(e.record for e in read_entries(ledger)), desk)
        number = 0
        if intake.drafts and vault and not dry:
            check_keepers(ledger, vault)
            refused = len({f.row for f in intake.findings if f.level == "refused"})
            number = write_batch(ledger, author, {**about, "refused": refused}, _sealed(intake, vault))
    return Recorded(number, len(sheet.rows), len(intake.drafts), intake.findings, columns.ignored)


def _sealed(intake: Intake, vault: Vault) -> list[tuple[Record, Sealed | None]]:
    hidden: list[Draft] = [draft for draft in intake.drafts if draft.identity]
    seals = vault.seal([(draft.record.subject, draft.identity) for draft in hidden]) if hidden else []
    children = [draft.identity for draft in hidden if draft.record.kind == "child"]
    if seals:
        vault.keep_prints(seals[0].salt, make_prints(children, vault.masking_key()))
    by_record = {draft.record.id: seal for draft, seal in zip(hidden, seals, strict=True)}
    return [(draft.record, by_record.get(draft.record.id)) for draft in intake.drafts]


def _passing_pseudonym() -> Callable[[str, str], str]:
    """Pseudonyms for a dry run on a case that has no key yet: nothing is made or kept."""
    key = secrets.token_bytes(32)
    return lambda kind, number: f"{kind}-{hmac.digest(key, number.encode(), 'sha256').hex()[:10]}"


def _has_vault(ledger: Ledger) -> bool:
    return bool(ledger.payloads("vault"))


def vault_of(ledger: Ledger, author: str) -> Vault:
    """The vault of a case: its name is made at random with the first record; of two made at once the first counts."""
    if not _has_vault(ledger):
        ledger.record("vault", author, {"name": secrets.token_hex(8)})
    _, payload = next(ledger.events("vault"))
    return Vault(key_folder(), payload["name"])


@contextmanager
def _opened(case: Case) -> Iterator[Ledger]:
    ledger = case.open_ledger()
    try:
        yield ledger
    finally:
        ledger.close()
