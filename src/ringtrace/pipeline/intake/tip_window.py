"""The window at which single tips are left: answered at once, kept under a key until the case can take them in.

An analysis keeps a case locked for minutes, and nobody who reports a child can be asked to come back. So a tip is first
laid down encrypted, under a key that lies with the user's own and not in the case, and answered with its receipt;
evidence is made of it as soon as the case is free, by the tip desk. A tip that is acknowledged outlives a crash.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag

from ringtrace.errors import CaseError, RingtraceError, UsageError
from ringtrace.model.custody import Circumstances
from ringtrace.model.source import Source
from ringtrace.operation.leads import Tip, say_addition
from ringtrace.pipeline.intake.custodian import Asked
from ringtrace.pipeline.intake.recording import vault_of
from ringtrace.pipeline.intake.tip_desk import find_tip, read_rows, take_data
from ringtrace.store.case import Case
from ringtrace.store.durable import replace_file
from ringtrace.store.passphrase import decrypt, encrypt
from ringtrace.store.sealing import Vault
from ringtrace.text.tables.tip_rows import separate

FIELDS = ("text", "url", "place", "date", "seen", "name", "contact")
"""What a tip may say: its words, an address, place and time, accounts and numbers seen, and who reports it."""
LONGEST = 20_000
"""Code points of a tip."""
_WAITING = 2_000
_PAUSE = 2.0
_REPORTER = ("name", "contact")


@dataclass(frozen=True, slots=True)
class Left:
    """What a reporter is told. missing: what the tip does not say, as sentences; at: microseconds UTC; taken: in.

    evidence, start: where the tip stands or will stand, which no reporter is told.
    """

    receipt: str
    missing: tuple[str, ...]
    at: int
    taken: bool
    evidence: str
    start: int


_SHOWN = 3_600
"""Seconds for which whoever took a tip can look at its receipt again."""


class TipWindow:
    """The window of one case. folder: where tips wait; shut until the first one is left."""

    def __init__(self, case: Case, folder: Path) -> None:
        self._case = case
        self._folder = folder
        self._working = threading.Lock()
        self._starting = threading.Lock()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def asks_names(self) -> bool:
        """Whether reporters may name themselves: two keepers are there under whose seal that goes."""
        with closing(self._case.open_ledger()) as ledger:
            return vault_of(ledger, "tip form").ready

    def leave(self, said: Mapping[str, str], by: str, adds_to: str = "") -> Left:
        """Keep a tip and answer it; durable on return. said: ``FIELDS`` -> words; by: who took it; adds_to: a receipt.

        Raises UsageError for one without words, too long, or that names its reporter where no keepers are; CaseError
        when too many wait.
        """
        told = {name: said.get(name, "").strip() for name in FIELDS}
        if not told["text"]:
            raise UsageError("say what was seen")
        if sum(map(len, told.values())) > LONGEST:
            raise UsageError(f"a tip may have {LONGEST:,} characters; bring the rest in as a file")
        earlier = self.find(adds_to) if adds_to else None
        if self.waiting() >= _WAITING:
            raise CaseError("too many tips wait to be taken in; try again in some minutes")
        with closing(self._case.open_ledger()) as ledger:
            vault = vault_of(ledger, "tip form")
            if any(told[name] for name in _REPORTER) and not vault.ready:
                raise UsageError("this case has no two keepers to seal a reporter's name; leave name and contact out")
            row = _row(told, say_addition(earlier.evidence, earlier.start, _day(earlier.at)) if earlier else "")
            data = (json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "replace")
            receipt, tip = self._answer(vault, data)
            name = _name(receipt)
            sealed = encrypt(vault.waiting_key(), json.dumps([by, row["id"], data.decode()]).encode(), name)
        self._folder.mkdir(parents=True, exist_ok=True)
        replace_file(self._folder / name, sealed.encode())
        return Left(receipt, tip.missing, time.time_ns() // 1000, False, tip.evidence, tip.start)

    def keep_receipt(self, by: str, left: Left) -> None:
        """Keep the receipt of the last tip that ``by`` took, sealed, for whoever shows it; durable on return."""
        path = self._last(by)
        with closing(self._case.open_ledger()) as ledger:
            told = json.dumps([left.receipt, list(left.missing)]).encode()
            sealed = encrypt(vault_of(ledger, "tip form").waiting_key(), told, path.name)
        replace_file(path, sealed.encode())

    def last_receipt(self, by: str) -> tuple[str, tuple[str, ...]]:
        """Return (receipt, what its tip lacks) of the last tip that ``by`` took within the hour, else ("", ())."""
        path = self._last(by)
        try:
            hidden, age = path.read_text(), time.time() - path.stat().st_mtime
        except FileNotFoundError:
            return "", ()
        if age > _SHOWN:
            path.unlink(missing_ok=True)
            return "", ()
        with closing(self._case.open_ledger()) as ledger:
            try:
                told = json.loads(decrypt(vault_of(ledger, "tip form").waiting_key(), hidden, path.name))
            except (InvalidTag, ValueError) as error:
                raise CaseError(f"{path.name} was changed, or its key lies in another key folder") from error
        return told[0], tuple(told[1])

    def _last(self, by: str) -> Path:
        """Where the last receipt of a person lies; no tip's name ends so."""
        return self._folder / (hashlib.sha256(f"last {by}".encode()).hexdigest()[:32] + ".receipt")

    def find(self, receipt: str) -> Left:
        """Return the tip that was answered with ``receipt``; raises UsageError when there is none."""
        digits = "".join(c for c in receipt if c.isdecimal() and c.isascii())
        plain = "-".join(digits[at : at + 4] for at in range(0, 16, 4))
        found = self._find_waiting(plain) if len(digits) == 16 else None
        if found is not None:
            return found
        tip, _ = find_tip(self._case, digits, Asked("tip form"))  # it may have been taken in since we looked
        return Left(plain, tip.missing, tip.at, True, tip.evidence, tip.start)

    def _find_waiting(self, receipt: str) -> Left | None:
        path = self._folder / _name(receipt)
        try:
            hidden, at = path.read_text(), path.stat().st_mtime_ns // 1000
        except FileNotFoundError:
            return None
        with closing(self._case.open_ledger()) as ledger:
            vault = vault_of(ledger, "tip form")
            _, tip = self._answer(vault, _opened(vault, path.name, hidden)[2])
        return Left(receipt, tip.missing, at, False, tip.evidence, tip.start)

    def take_in(self) -> int:
        """Make evidence of what waits; return how much still does: the case is locked, or a tip is refused."""
        left = 0
        with self._working:
            for path in self._oldest_first():
                try:
                    with closing(self._case.open_ledger()) as ledger:
                        vault = vault_of(ledger, "tip form")
                    by, name, data = _opened(vault, path.name, path.read_text())
                    told = Circumstances(source="tip, left at the window", received_by=by)
                    take_data(self._case, f"{name}.jsonl", data, None, told, Asked(by, "a tip was left"))
                    path.unlink()
                except (RingtraceError, OSError):
                    left += 1
        return left

    def waiting(self) -> int:
        """How many tips wait, by their names alone: each may be taken in while we look."""
        return len(self._names())

    def begin(self) -> None:
        """Take in what waits, in the background, again and again until nothing does."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._go_on, daemon=True)
                self._thread.start()
        self._wanted.set()

    def end(self) -> None:
        """Leave what still waits to the next opening of the case."""
        self._ended.set()
        self._wanted.set()

    def _go_on(self) -> None:
        while self._wanted.wait() and not self._ended.is_set():
            self._wanted.clear()
            while self.take_in() and not self._ended.wait(_PAUSE):
                pass

    def _names(self) -> list[str]:
        try:
            with os.scandir(self._folder) as found:
                return sorted(entry.name for entry in found if entry.name.endswith(".tip"))
        except FileNotFoundError:
            return []

    def _oldest_first(self) -> list[Path]:
        found = []
        for path in map(self._folder.joinpath, self._names()):
            with suppress(FileNotFoundError):
                found.append((path.stat().st_mtime_ns, path))
        return [path for _, path in sorted(found)]

    def _answer(self, vault: Vault, data: bytes) -> tuple[str, Tip]:
        """The receipt and the tip as they will be once the case has taken it in: both hang on its bytes alone."""
        file = separate(Source("", "", "tip.jsonl", data, zone=self._case.settings.zone))
        evidence = hashlib.sha256(file.data).hexdigest()
        tip = next(iter(read_rows(vault, file, evidence)))
        return vault.receipt(evidence, tip.start), tip


def _opened(vault: Vault, name: str, hidden: str) -> tuple[str, str, bytes]:
    """Who took a waiting tip, its id and its bytes. name: of its file; hidden: what stands in it."""
    try:
        by, row, text = json.loads(decrypt(vault.waiting_key(), hidden, name))
    except (InvalidTag, ValueError) as error:
        raise CaseError(f"the waiting tip {name} was changed, or its key lies in another key folder") from error
    return by, row, text.encode()


def _row(told: Mapping[str, str], title: str) -> dict[str, str]:
    """The tip as a line of a table; what was not said is not there, and no column of a reporter who is not."""
    row = {"id": f"tip-{secrets.token_hex(5)}", **({"title": title} if title else {})}
    row |= {name: told[name] for name in FIELDS if told[name] and name != "seen"}
    if told["seen"]:
        row["text"] += f"\n{told['seen']}"
    return row


def _name(receipt: str) -> str:
    """The name of a waiting tip's file, which tells its receipt to nobody."""
    return hashlib.sha256(f"waiting {receipt}".encode()).hexdigest()[:32] + ".tip"


def _day(at: int) -> str:
    return time.strftime("%Y-%m-%d", time.gmtime(at / 1e6))
