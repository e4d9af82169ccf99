"""The parts of an Office Open XML file (xlsx, docx): found in its zip, walked without a DTD, nothing run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from ringtrace.errors import MalformedError
from ringtrace.model.source import Member, Source
from ringtrace.text.packing.zip_members import LOCAL, read_members

_SCANNED = 65_536
_LARGEST_PART = 64 * 2**20
"""Bytes of a part that is held while others are read: names of sheets, shared strings, formats."""

Opened = Callable[[str, Mapping[str, str]], object]
Closed = Callable[[str], object]
Said = Callable[[str], object]


def is_office(head: bytes, folder: bytes) -> bool:
    """Whether the first bytes of a file are those of an Office package whose parts lie in ``folder`` (``xl/``)."""
    scanned = head[:_SCANNED]
    if not scanned.startswith(LOCAL):
        return False
    return folder in scanned and (b"[Content_Types].xml" in scanned or b"docProps/" in scanned or b"_rels/" in scanned)


def held_parts(source: Source, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Return path -> content of the parts that others need to be understood. Raises MalformedError as a zip does."""
    found: dict[str, bytes] = {}
    room = _LARGEST_PART
    for item in read_members(source):
        if isinstance(item, Member) and wanted(item.path) and len(item.data) <= room:
            found[item.path] = bytes(item.data)
            room -= len(item.data)
    return found


def walk(data: bytes, opened: Opened, closed: Closed, said: Said) -> str:
    """Hand each tag (its name without a prefix) and each run of text on; return "" or why the walk ended early.

    A document type is refused: what it declares could grow without bounds or name other files.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, named: opened(_bare(tag), {_bare(key): named[key] for key in named})
    parser.EndElementHandler = lambda tag: closed(_bare(tag))
    parser.CharacterDataHandler = said
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        return f"XML breaks off: {expat.ErrorString(error.code)} in line {error.lineno}"
    except (LookupError, ValueError) as error:
        return f"XML in an encoding that is not read: {str(error)[:80]}"
    except MalformedError as error:
        return error.reason
    return ""


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]


def _refuse(*_declared: object) -> None:
    raise MalformedError("XML part", "it declares a document type, which these files never need")


def relations(data: bytes) -> dict[str, str]:
    """Return id -> target of a part's relations."""
    found: dict[str, str] = {}

    def opened(tag: str, named: Mapping[str, str]) -> None:
        if tag == "Relationship" and named.get("TargetMode") != "External":
            found[named.get("Id", "")] = named.get("Target", "")

    walk(data, opened, lambda _: None, lambda _: None)
    return found


def written_rows(rows: Iterator[list[str]], most: int) -> tuple[bytes, bool]:
    """Return (rows as a table in UTF-8, cells parted by tabs, and whether all came in within ``most`` bytes)."""
    out = bytearray()
    for row in rows:
        line = "\t".join(map(_cell, row)).encode("utf-8", "replace") + b"\n"
        if len(out) + len(line) > most:
            return bytes(out), False
        out += line
    return bytes(out), True


def _cell(text: str) -> str:
    """Return a cell as tables write it: in quotes where it holds a mark of the table's own."""
    if not any(mark in text for mark in '\t\n\r"'):
        return text
    return '"' + text.replace('"', '""') + '"'
