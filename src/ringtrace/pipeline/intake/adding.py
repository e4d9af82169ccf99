"""Takes files into a case: custody first, receipts for what is durable."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from pathlib import Path

from ringtrace import __version__
from ringtrace.model.custody import Circumstances
from ringtrace.store.case import Case
from ringtrace.store.evidence import Receipt, Watch, unwatched
from ringtrace.store.intake import SPOOL, list_files
from ringtrace.store.keys import key_folder, open_key

_CASE = "the case's own folder is no evidence"
_KEYS = "the folder of this machine's signing keys is no evidence"


def add(
    case: Case,
    paths: list[Path],
    told: str | Circumstances,
    progress: Callable[[int, int], None],
    watch: Watch = unwatched,
) -> list[Receipt]:
    """Store every file below ``paths`` and return a receipt for each, refused ones included.

    The case itself and the keys it is signed with are refused, wherever they lie: packages would hand them on.

    told: how the files came in, or only their source in the submitter's words. progress(done, total).
    watch(name, bytes): called as a file is copied.
    """
    circumstances = told if isinstance(told, Circumstances) else Circumstances(source=told)
    files, receipts = list_files(paths, {case.folder: _CASE, key_folder(): _KEYS}, case.folder / SPOOL)
    with case.locked():
        key = open_key(key_folder())
        taken = case.evidence.take_in(
            files,
            key,
            origin=case.origin,
            circumstances=circumstances,
            by=getpass.getuser(),
            tool=f"ringtrace {__version__}",
            watch=watch,
        )
        for done, receipt in enumerate(taken, start=1):
            receipts.append(receipt)
            progress(done, len(files))
    return receipts
