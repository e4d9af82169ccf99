"""What leaves a case: masked, logged as disclosed, then written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow.compute as pc

from ringtrace import registry
from ringtrace.errors import CaseError, UsageError
from ringtrace.extractors import payment
from ringtrace.model.material import Material
from ringtrace.operation.masking import MASK, Masker
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.pipeline.intake.recording import children_masker, entries_of
from ringtrace.report.layout import place
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.text.view import TextView

_OWN = re.compile(r"[a-z]+-[0-9a-f]{20}|[0-9a-f]{64}")
"""Our own ids and hashes: digits in them are nobody's number."""
_ROW, _GAP = 4, 6.0
"""Rings beside each other on the picture of all rings, and the space between them."""


def exporter(name: str) -> ModuleType:
    """Return the exporter called ``name``; raises UsageError that lists them."""
    found = registry.scan("ringtrace.exporters")
    for key, module in found.items():
        if name == key or name in getattr(module, "ALIASES", ()):
            return module
    raise UsageError(f"there is no export format {name!r}; there are: {', '.join(found)}")


def export(case: Case, to: str, target: Path, asked: Asked, *, recipient: str = "") -> list[Path]:
    """Write the analysis of ``case`` in format ``to``; return the files.

    The custody log says what was disclosed (format, hashes) before a file appears. Raises UsageError for
    an unknown format or an unfit target, CaseError where there is no analysis or children cannot be masked.
    """
    module = exporter(to)
    if not module.FOLDER and target.is_dir():
        raise UsageError(f"{target} is a folder and {module.NAME} is one file; give a file name")
    if module.FOLDER and target.is_file():
        raise UsageError(f"{target} is a file and {module.NAME} needs a folder")
    with case.locked():

        def write(scratch: Path) -> list[Path]:
            files: list[Path] = module.export(material_of(case, module.MASKED), scratch)
            return files

        return disclose(case, f"analysis as {module.__name__.rpartition('.')[2]}", target, write, asked, recipient)


def disclose(
    case: Case, what: str, target: Path, write: Callable[[Path], list[Path]], asked: Asked, recipient: str
) -> list[Path]:
    """Let ``write(path) -> files`` write beside ``target``, log the files as disclosed, then move them into place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = target.with_name(f".{target.name}.new-{os.getpid()}")
    try:
        files = {str(path.relative_to(scratch)) if path != scratch else "file": path for path in write(scratch)}
        hashes = {name: _digest(path) for name, path in sorted(files.items())}
        log_disclosure(case, what, recipient, asked, written=hashes)
        return [_move(path, target if path == scratch else target / name) for name, path in files.items()]
    finally:
        if scratch.is_dir():
            shutil.rmtree(scratch)
        scratch.unlink(missing_ok=True)


def material_of(case: Case, masked: bool = True) -> Material:
    """Return what the exporters are given; raises CaseError without an analysis."""
    mask = children_masker(case, entries_of(case)) if masked else str
    evidence = read_table(case.analysis, "evidence")
    rows = _Rows(case, mask)
    synthetic = any("synthetic" in source.lower() for source in evidence["source"].to_pylist())
    return Material(mask(case.settings.name), synthetic, case.analysis, rows, _spots(rows))


class _Rows:
    """Rows of the tables, masked once and kept as long as the export lasts."""

    def __init__(self, case: Case, mask: Masker) -> None:
        self._case, self._mask = case, mask
        self._held: dict[str, list[dict[str, Any]]] = {}

    def __call__(self, name: str) -> list[dict[str, Any]]:
        if name not in self._held:
            rows = [mask_cells(row, self._mask) for row in read_table(self._case.analysis, name).to_pylist()]
            self._held[name] = self._without_surfaces(rows) if name == "posts" else rows
        return self._held[name]

    def _without_surfaces(self, posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Blot out contacts in disguise (a mention whose value is a child's, in whatever words it was written)
        and every payment account, which the tables themselves hold as a digest only."""
        table = read_table(self._case.analysis, "mentions")
        accounts = set(table.filter(pc.equal(table["kind"], "payment"))["post_id"].to_pylist())
        hidden: defaultdict[str, set[str]] = defaultdict(set)
        for post, surface, value in zip(*(table[c].to_pylist() for c in ("post_id", "surface", "value")), strict=True):
            if surface and MASK in self._mask(value) and MASK not in value:
                hidden[post].add(surface)
        for row in posts:
            if row["post_id"] in accounts:
                row["text"], row["title"] = without_accounts(row["text"]), without_accounts(row["title"])
            for surface in sorted(hidden.get(row["post_id"], ()), key=len, reverse=True):
                row["text"], row["title"] = row["text"].replace(surface, MASK), row["title"].replace(surface, MASK)
        return posts


def without_accounts(text: str) -> str:
    """Return ``text`` with the masked form in place of each payment account that can be read in it."""
    found = sorted((c.pieces[0][0], c.pieces[-1][1], c.shown) for c in payment.find(TextView(text)) if c.shown)
    done, pieces = len(text), [""]
    for start, stop, shown in reversed(found):
        if stop <= done:
            pieces += (text[stop:done], shown)
            done = start
    return "".join(reversed([*pieces, text[:done]]))


def mask_cells(value: Any, mask: Masker) -> Any:  # noqa: ANN401  any cell of a table
    """Return ``value`` with every text inside it masked, but for our own ids and hashes."""
    if isinstance(value, str):
        return value if not value or _OWN.fullmatch(value) else mask(value)
    if isinstance(value, dict):
        return {key: mask_cells(item, mask) for key, item in value.items()}
    return [mask_cells(item, mask) for item in value] if isinstance(value, list) else value


def _spots(rows: _Rows) -> dict[str, tuple[float, float]]:
    """Where members stand: each ring as the report shows it, rings beside each other."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows("members"):
        members[row["ring_id"]].append(row["actor_id"])
    ties = [(row["left"], row["right"], row["weight"]) for row in rows("ties")]
    spots: dict[str, tuple[float, float]] = {}
    x = y = height = 0.0
    for number, ring in enumerate(sorted(members, key=lambda key: (-len(members[key]), key))):
        placed = place(sorted(set(members[ring])), ties)
        left, top = min(p[0] for p in placed.values()), min(p[1] for p in placed.values())
        if number and number % _ROW == 0:
            x, y, height = 0.0, y + height + _GAP, 0.0
        for key, spot in placed.items():
            spots.setdefault(key, (round(x + spot[0] - left, 3), round(y + spot[1] - top, 3)))
        x += max(p[0] for p in placed.values()) - left + _GAP
        height = max(height, max(p[1] for p in placed.values()) - top)
    return spots


def _digest(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _move(path: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.is_dir():
        raise CaseError(f"{target} is a folder; nothing was written there")
    return path.replace(target)
