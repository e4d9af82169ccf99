"""The discovery bundle for the defence: originals, every decision in every version, what was not held against anybody.

README.txt, rerun.sh           what is here; how to repeat the analysis and compare it
manifest.sha256                every file of the bundle
custody/                       the custody log as it was signed, byte for byte
decisions.jsonl                every event of the ledger, also what was superseded or undone; sealed identities left out
negative/                      what was read and counted for nobody, or set aside, with the reason
tables/, expected.sha256       the tables, and the hashes that a repetition must give
case/, keys/                   a working copy: originals, decisions; its log is signed with a key of the bundle only
"""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ringtrace import __version__
from ringtrace.errors import UsageError
from ringtrace.model.material import references
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.store.keys import open_key
from ringtrace.store.ledger import Ledger, copy_events
from ringtrace.text.tables.cells import safe_cell

_WITHHELD = frozenset({"vault", "approval", "deconfliction", "watch", "watch_removed", "alert_seen"})
"""The vault's name, what keepers passed on for unsealing, what other houses were asked, whom the house waits for: no
decisions about the case."""
_JOINED = 0.5
Row = dict[str, Any]

_README = """Discovery bundle of the case {name}, made by Ringtrace {version}.

Everything that the analysis rests on, and everything that it did not hold against anybody:
  custody/           who handed in what, when; every act since; signed. `ringtrace verify` or any C2SP tool checks it
  case/evidence/     the originals, named by their SHA-256
  decisions.jsonl    every decision of a person in every version: judgements with reasons, records, undone batches,
                     plans, drafts and releases of statements
  negative/          posts that were read as no offer, identifiers set aside, accounts held to be different persons,
                     what speaks against each ring, bytes that could not be read
  tables/            the results

To repeat the analysis with the same version: sh rerun.sh
It compares the tables with expected.sha256. (The working copy's log is signed with a key that stands in keys/ and
is worth nothing; the log that counts is in custody/.)

Not in here: the identities of persons under seal, and what other agencies were asked. Originals are as they came: they
may name children. The law of your court on their protection binds whoever holds this bundle.
"""
_RERUN = """#!/bin/sh
# Repeats the analysis and compares every table with the one that was disclosed.
set -eu
cd "$(dirname "$0")"
RINGTRACE_KEYS="$PWD/keys" ringtrace analyse case
cd case/analysis
sha256sum -c ../../expected.sha256
"""


def write_discovery(case: Case, folder: Path, asked: Asked, recipient: str) -> list[Path]:
    """Write the bundle into a new folder; return its files. The custody log is told before a byte leaves.

    Raises UsageError without a recipient or a reason, or where the folder holds something.
    """
    if not recipient or not asked.why:
        raise UsageError(
            "say to whom (--recipient) and why (--why): the bundle holds originals, which may name children"
        )
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty; give a new name")
    with case.locked():
        tables = {path.name: path for path in sorted(case.analysis.glob("*.parquet"))}
        read_table(case.analysis, "evidence")  # refuses where there is no analysis
        log_disclosure(case, "discovery bundle", recipient, asked)
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copytree(case.evidence.log.folder, folder / "custody", ignore=shutil.ignore_patterns(".lock"))
        (folder / "tables").mkdir()
        for name, path in tables.items():
            shutil.copyfile(path, folder / "tables" / name)
        expected = "".join(f"{_digest(path)}  {name}\n" for name, path in tables.items())
        (folder / "expected.sha256").write_text(expected, "utf-8")
        _write_negative(case, folder / "negative")
        _write_working_copy(case, folder)
    (folder / "README.txt").write_text(_README.format(name=case.settings.name, version=__version__), "utf-8")
    (folder / "rerun.sh").write_text(_RERUN, "utf-8")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    manifest = "".join(f"{_digest(path)}  {path.relative_to(folder)}\n" for path in files)
    (folder / "manifest.sha256").write_text(manifest, "utf-8")
    return [*files, folder / "manifest.sha256"]


def _write_working_copy(case: Case, folder: Path) -> None:
    copy = Case.create(folder / "case")
    _keep_settings(case, copy)
    for item in case.evidence.held():
        source = case.evidence.object_path(item.evidence_id)
        if source.exists():  # an erased original stands in the log only
            target = copy.evidence.object_path(item.evidence_id)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    key = open_key(folder / "keys")
    copy.evidence.log.append(case.evidence.log.events(), key, copy.origin)
    if case.lexicons:
        shutil.copytree(case.lexicons, copy.folder / "lexicons")
    source_ledger, target_ledger = case.open_ledger(), copy.open_ledger()
    try:
        copy_events(source_ledger, target_ledger, _without_identity)
        _write_decisions(target_ledger, folder / "decisions.jsonl")
    finally:
        source_ledger.close()
        target_ledger.close()


def _keep_settings(case: Case, copy: Case) -> None:
    """Name and zone only: the other settings (addresses, partners) are the house's own business."""
    text = f"name = {json.dumps(case.settings.name, ensure_ascii=False)}\nzone = {json.dumps(case.settings.zone)}\n"
    (copy.folder / "case.toml").write_text(text, "utf-8")


def _without_identity(kind: str, payload: str) -> str | None:
    """Return the payload as it may be disclosed, None where the event may not be."""
    if kind in _WITHHELD:
        return None
    if kind != "record":
        return payload
    told = json.loads(payload)
    told["sealed"] = None
    return json.dumps(told, ensure_ascii=False, sort_keys=True)


def _write_decisions(ledger: Ledger, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for number, at, kind, author, payload in ledger.all_events():
            line = {"number": number, "at": at, "kind": kind, "by": author, "decision": json.loads(payload)}
            handle.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")


def _write_negative(case: Case, folder: Path) -> None:
    folder.mkdir()
    for name, (table, columns, wanted) in _NEGATIVE.items():
        rows = [row for row in read_table(case.analysis, table).to_pylist() if wanted(row)]
        _write_csv(folder / f"{name}.csv", columns, rows)
    members = {row["actor_id"] for row in read_table(case.analysis, "members").to_pylist()}
    outside = [row for row in read_table(case.analysis, "accounts").to_pylist() if row["actor_id"] not in members]
    _write_csv(folder / "accounts_in_no_ring.csv", ("account_id", "platform", "names", "posts"), outside)


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(columns)
        writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)


def _cell(value: Any) -> str:  # noqa: ANN401  any cell of a table
    if isinstance(value, str) or value is None:
        return safe_cell(value or "")
    if isinstance(value, list):
        return json.dumps([_told(item) for item in value], ensure_ascii=False)
    return str(value)


def _told(item: Any) -> Any:  # noqa: ANN401  an item of a list in a table
    if isinstance(item, dict) and "feature" in item:
        return {**item, "left": references([item["left"]]), "right": references([item["right"]])}
    return item


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


_NEGATIVE: Mapping[str, tuple[str, tuple[str, ...], Callable[[Row], bool]]] = {
    "posts_read_as_no_offer": (
        "stances", ("post_id", "frame", "direction", "probability", "band"), lambda row: row["band"] != "yes",
    ),
    "accounts_held_apart": (
        "links", ("left", "right", "probability", "weights"), lambda row: row["probability"] < _JOINED,
    ),
    "identifiers_set_aside": (
        "identifiers", ("kind", "value", "use", "accounts", "reason"), lambda row: row["use"] != "personal",
    ),
    "what_speaks_against_rings": (
        "rings", ("ring_id", "probability", "counter_evidence", "disproof"), lambda _: True,
    ),
    "contradictions": (
        "claims", ("claim_id", "subject", "predicate", "object", "probability"),
        lambda row: row["predicate"] == "posted_otherwise",
    ),
    "bytes_not_read": ("gaps", ("evidence_id", "member", "start", "stop", "reason"), lambda _: True),
}  # fmt: skip
"""File -> (table, columns, which rows): what the analysis read and did not hold against anybody."""
