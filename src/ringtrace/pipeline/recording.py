"""Records of an operation: taken in, confirmed, undone, unsealed. Every change is an event of the ledger."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

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
from ringtrace.store.sealing import Vault


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
        vault = _vault(ledger, author)
        for salt in sorted(salts):
            vault.destroy(salt)
        return batch


def appoint_keepers(case: Case, keepers: Sequence[tuple[str, str]], *, author: str) -> None:
    """Make the sealing key of the case for (name, passphrase) keepers, any two of whom can unseal."""
    with case.locked(), _opened(case) as ledger:
        _vault(ledger, author).appoint(keepers)
        ledger.record("audit", author, {"what": "keepers appointed", "keepers": [name for name, _ in keepers]})


def unseal(
    case: Case, subject: str, keepers: Sequence[tuple[str, str]], *, author: str, reason: str
) -> list[dict[str, str]]:
    """Open the identity of one person with two keepers; the audit says so before anything is shown."""
    if not reason.strip():
        raise UsageError("say why the identity is opened")
    with case.locked(), _opened(case) as ledger:
        sealed = [e.sealed for e in read_entries(ledger) if e.record.subject == subject and e.sealed]
        if not sealed:
            raise UsageError(f"no identity is sealed under {subject}")
        names = [name for name, _ in keepers]
        vault = _vault(ledger, author)
        ledger.record("audit", author, {"what": "unsealing asked", "subject": subject, "keepers": names, "why": reason})
        found = [vault.unseal(subject, item, keepers) for item in sealed]
        ledger.record("audit", author, {"what": "unsealed", "subject": subject, "keepers": names, "why": reason})
    return [dict(pairs) for pairs in dict.fromkeys(tuple(sorted(identity.items())) for identity in found)]


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
        vault = _vault(ledger, author)
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
        vault = _vault(ledger, author) if not dry or _has_vault(ledger) else None
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


def _vault(ledger: Ledger, author: str) -> Vault:
    """The vault of a case: its name is made at random with the first record."""
    for _, payload in ledger.events("vault"):
        return Vault(key_folder(), payload["name"])
    name = secrets.token_hex(8)
    ledger.record("vault", author, {"name": name})
    return Vault(key_folder(), name)


@contextmanager
def _opened(case: Case) -> Iterator[Ledger]:
    ledger = case.open_ledger()
    try:
        yield ledger
    finally:
        ledger.close()
