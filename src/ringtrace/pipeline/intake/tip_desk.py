"""The desk that takes tips in: a receipt for each, reporters under seal, reports of one website as one lead.

What becomes evidence is the file without its reporters. The file as it came is kept encrypted in the
ledger; two keepers can open it, and its SHA-256 stands in the custody log beside that of the evidence.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from ringtrace.errors import CaseError, UsageError
from ringtrace.model.custody import Circumstances
from ringtrace.model.source import Source
from ringtrace.operation.leads import Lead, Tip, bundle, missing_in, read_addition, sites_of
from ringtrace.pipeline.intake.adding import add
from ringtrace.pipeline.intake.custodian import Asked, log_separation
from ringtrace.pipeline.intake.recording import check_keepers, unseal, vault_of
from ringtrace.store.case import Case
from ringtrace.store.ledger import Ledger
from ringtrace.store.passphrase import decrypt, encrypt
from ringtrace.store.sealing import Keeper, Vault
from ringtrace.text.tables.tip_rows import TipFile, separate

_MOST = 64 * 2**20
MAPPING = ".mapping.toml"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reporter is told, and what the desk sees. known: it was taken in before."""

    receipt: str
    tip: Tip
    lead: str
    known: bool


def take_tips(case: Case, path: Path, told: Circumstances, asked: Asked) -> list[Answer]:
    """Take in a CSV or JSON-lines file of tips; return an answer for each, in the order of the file.

    Raises UsageError where it names reporters and the case has no two keepers.
    """
    if path.stat().st_size > _MOST:
        raise UsageError(f"{path.name} has more than {_MOST:,} bytes; split it")
    mapping = path.with_name(path.name + MAPPING)
    sidecar = mapping.read_bytes() if mapping.exists() else None
    return take_data(case, path.name, path.read_bytes(), sidecar, told, asked)


def take_data(
    case: Case, name: str, data: bytes, sidecar: bytes | None, told: Circumstances, asked: Asked
) -> list[Answer]:
    """Take in a file of tips from its bytes; sidecar: its mapping. See ``take_tips``."""
    file = separate(Source("", "", name, data, zone=case.settings.zone, sidecar=sidecar))
    author = asked.document()["by"]
    with closing(case.open_ledger()) as ledger:
        vault = vault_of(ledger, author)
        if file.columns and not vault.ready:
            raise UsageError(
                f"columns name reporters ({', '.join(file.columns)}) and this case has no two keepers: "
                f"`ringtrace record {case.folder} enrol NAME`"
            )
        check_keepers(ledger, vault)
        evidence = _store(case, name, file, sidecar, told)
        if data != file.data:
            _keep_original(case, ledger, vault, data, evidence, file, asked)
        known = {(tip.evidence, tip.start): tip for tip in _tips(ledger)}
        fresh = [tip for tip in read_rows(vault, file, evidence) if (tip.evidence, tip.start) not in known]
        _record(ledger, vault, author, file, fresh)
        everything = _tips(ledger)
    leads = {(tip.evidence, tip.start): lead.id for lead in bundle(everything) for tip in lead.tips}
    answers = []
    for tip in everything:
        place = tip.evidence, tip.start
        if tip.evidence == evidence:
            answers.append(Answer(vault.receipt(*place), tip, leads[place], place in known))
    return answers


def leads_of(case: Case) -> list[Lead]:
    """Return the leads of a case, those with most tips first."""
    with closing(case.open_ledger()) as ledger:
        return bundle(_tips(ledger))


def find_tip(case: Case, receipt: str, asked: Asked) -> tuple[Tip, Lead]:
    """Return the tip that was answered with ``receipt``, and its lead; raises UsageError when there is none."""
    plain = "".join(c for c in receipt if c.isdigit())
    with closing(case.open_ledger()) as ledger:
        vault, tips = vault_of(ledger, asked.document()["by"]), _tips(ledger)
    for lead in bundle(tips):
        for tip in lead.tips:
            if vault.receipt(tip.evidence, tip.start).replace("-", "") == plain:
                return tip, lead
    raise UsageError("no tip was answered with this receipt")


def open_original(case: Case, digest: str, keepers: Sequence[Keeper], asked: Asked) -> bytes:
    """Return a file of tips as it came, reporters and all, by two keepers at one desk. digest: start of its SHA-256.

    The audit says so first. Raises UsageError when no such file is sealed.
    """
    with closing(case.open_ledger()) as ledger:
        found = [payload for _, payload in ledger.events("tip_original") if payload["sha256"].startswith(digest)]
    if len(found) != 1:
        raise UsageError(f"{len(found)} sealed files have a SHA-256 that begins with {digest!r}")
    subject = found[0]["subject"]
    secret = unseal(case, subject, keepers, author=asked.document()["by"], reason=asked.why)[0]
    data = decrypt(base64.b64decode(secret["key"]), found[0]["data"], subject)
    if hashlib.sha256(data).hexdigest() != found[0]["sha256"]:
        raise CaseError(f"the sealed file {digest} was changed")
    return data


def _store(case: Case, name: str, file: TipFile, sidecar: bytes | None, told: Circumstances) -> str:
    """Take the file without its reporters into evidence, with its mapping; return its id."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / name
        target.write_bytes(file.data)
        paths = [target]
        if sidecar is not None:
            paths.append(target.with_name(name + MAPPING))
            paths[-1].write_bytes(sidecar)
        receipts = add(case, paths, told, lambda done, total: None)
    failed = [receipt for receipt in receipts if receipt.status == "failed"]
    if failed:
        raise UsageError(f"{failed[0].name}: {failed[0].reason}")
    return receipts[0].evidence_id


def _keep_original(
    case: Case, ledger: Ledger, vault: Vault, data: bytes, evidence: str, file: TipFile, asked: Asked
) -> None:
    """Seal the file as it came, once, and say in the custody log what the evidence was made from."""
    digest = hashlib.sha256(data).hexdigest()
    if any(payload["sha256"] == digest for _, payload in ledger.events("tip_original")):
        return
    subject, key = f"original-{digest[:16]}", secrets.token_bytes(32)
    sealed = vault.seal([(subject, {"key": base64.b64encode(key).decode(), "sha256": digest})])[0]
    log_separation(case, evidence, digest, len(data), file.columns, asked)
    hidden = encrypt(key, data, subject)
    payload = {"subject": subject, "sha256": digest, "data": hidden, "sealed": msgspec.to_builtins(sealed)}
    ledger.record("tip_original", asked.document()["by"], payload)


def read_rows(vault: Vault, file: TipFile, evidence: str) -> Iterable[Tip]:
    """Yield the tips of a file, its reporters under their pseudonyms."""
    for row in file.rows:
        sites = sites_of(row.cells)
        site = sites[0][0] if sites else ""
        pages = tuple(page for name, page in sites if name == site)
        missing = missing_in(row.cells, [site], anonymous=not row.reporter)
        said = "\0".join(sorted(row.reporter.values()))
        reporter = vault.pseudonym("reporter", said) if said else ""
        adds_to = read_addition(row.cells.get("title", ""))
        yield Tip(evidence, row.start, site, pages, missing, reporter, adds_to=adds_to)


def _record(ledger: Ledger, vault: Vault, author: str, file: TipFile, tips: Iterable[Tip]) -> None:
    """Append the tips, and for each reporter not yet known their identity under seal."""
    known = {payload["subject"] for _, payload in ledger.events("reporter")}
    said = {row.start: row.reporter for row in file.rows}
    tips = list(tips)
    new = {tip.reporter: said[tip.start] for tip in tips if tip.reporter and tip.reporter not in known}
    seals = vault.seal([*new.items()]) if new else []
    events: list[tuple[str, Mapping[str, Any]]] = [
        ("reporter", {"subject": subject, "sealed": msgspec.to_builtins(seal)})
        for subject, seal in zip(new, seals, strict=True)
    ]
    events += [("tip", msgspec.to_builtins(tip)) for tip in tips]
    ledger.record_all([(kind, author, msgspec.json.encode(payload)) for kind, payload in events])


def _tips(ledger: Ledger) -> list[Tip]:
    return [replace(msgspec.convert(payload, Tip), at=event.at) for event, payload in ledger.events("tip")]
