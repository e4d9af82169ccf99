"""Takes files into a case: custody first, receipts for what is durable."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path

from ringtrace import __version__
from ringtrace.store.case import Case
from ringtrace.store.evidence import Receipt
from ringtrace.store.intake import list_files
from ringtrace.store.keys import key_folder, open_key


def add(case: Case, paths: list[Path], source: str, progress: Callable[[int, int], None]) -> list[Receipt]:
    """Store every file below ``paths`` and return a receipt for each, refused ones included.

    source: who or what the files came from, in the submitter's words. progress(done, total).
    """
    files, receipts = list_files(paths)
    with case.locked():
        key = open_key(key_folder())
        taken = case.evidence.take_in(
            files, key, origin=case.origin, source=source, by=getpass.getuser(), tool=f"ringtrace {__version__}"
        )
        for done, receipt in enumerate(taken, start=1):
            receipts.append(receipt)
            progress(done, len(files))
    return receipts
