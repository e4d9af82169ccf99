"""Rows of a sheet become records, or a finding in words that says why not."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ringtrace.model.identity import derive_id
from ringtrace.model.record import Finding, Record, RecordKind, RecordSource, SourceKind, latest_day
from ringtrace.model.span import Span
from ringtrace.operation.divisions import read_place
from ringtrace.operation.history import Histories
from ringtrace.operation.mapping import ColumnMapping
from ringtrace.operation.masking import Masker, row_masker, table_masker
from ringtrace.operation.sheet import Sheet
from ringtrace.operation.vocabulary import KINDS, PERSONS, constant, nearest, nearest_status, read_kind, read_status

DETAILS = ("ring", "sex", "age", "actor", "counterpart", "receipt", "lane", "legal_basis", "operation_code")
_DATE = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2})日?|月)?")
_SPAN = re.compile(r"([0-9a-f]{64}):(?:([^:]{1,500}):)?([0-9]{1,12})-([0-9]{1,12})")


@dataclass(frozen=True, slots=True)
class Desk:
    """What intake asks of its surroundings.

    today:     ISO date; nothing recorded may lie after it.
    pseudonym: (kind, the file's own number of a person) -> pseudonym.
    sizes:     evidence id -> bytes held.
    """

    today: str
    pseudonym: Callable[[str, str], str]
    sizes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Draft:
    """A record that may be kept, and the identity that must be sealed with it ({} for none)."""

    row: int
    record: Record
    identity: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intake:
    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]


class _Refused(Exception):
    """Why a row is left out."""


def take_in(sheet: Sheet, mapping: ColumnMapping, histories: Histories, desk: Desk) -> Intake:
    """Validate every row; good ones are added to ``histories``. No finding repeats a cell of an identity."""
    drafts: list[Draft] = []
    findings: list[Finding] = []
    identities = [_identity(mapping, row.cells) for row in sheet.rows]
    table = table_masker(identities)
    for row, identity in zip(sheet.rows, identities, strict=True):
        mask = row_masker(identity, table)
        cells = {c: mapping.cell(c, row.cells) for c in {*mapping.columns, *mapping.constants} - {*mapping.identities}}
        try:
            record = read_record(cells, bool(identity), mapping.date_format, desk, mask)
        except _Refused as error:
            findings.append(Finding(row.number, "refused", mask(str(error))))
            continue
        verdict = histories.judge(record)
        if verdict.refusal:
            findings.append(Finding(row.number, "refused", verdict.refusal))
            continue
        if verdict.known:
            findings.append(Finding(row.number, "known", "is recorded already"))
            continue
        record = replace(record, flags=(*record.flags, *verdict.flags))
        histories.add(record)
        drafts.append(Draft(row.number, record, identity))
        findings += [Finding(row.number, "flagged", flag) for flag in record.flags]
    return Intake(tuple(drafts), tuple(findings))


def _identity(mapping: ColumnMapping, cells: Sequence[str]) -> dict[str, str]:
    return {concept: text for concept in mapping.identities if (text := mapping.cell(concept, cells))}


def read_record(cells: Mapping[str, str], named: bool, date_format: str, desk: Desk, mask: Masker) -> Record:
    """Return the record that a row's cells say, masked. named: the row has an identity, so its number is sealed too."""
    kind = _kind(cells.get("kind", ""))
    status = _status(kind, cells.get("status", ""))
    date = _date(cells.get("date", ""), date_format, desk.today)
    key = cells.get("subject", "")
    if not key:
        raise _Refused("no number says whom or what it is about")
    place, flags = _place(cells.get("place", ""), date)
    source = _source(cells, mask, desk.sizes)
    details = {name: masked for name in DETAILS if (masked := mask(cells.get(name, "")))}
    subject = desk.pseudonym(kind, key) if kind in PERSONS else mask(key)
    if kind == "suspect" and not named:
        details["number"] = mask(key)
    if kind == "handover" and status in ("handed_over", "received") and "receipt" not in details:
        flags = (*flags, "a hand-over without a receipt")
    case = mask(cells.get("case", ""))
    span = source.span
    parts = (span.evidence, span.member, span.start, span.stop) if span else ()
    known = derive_id("record", kind, subject, status, date, place, case, source.reference, *parts, *details.values())
    return Record(known, kind, subject, status, date, place, case, source, details, flags)


def _kind(word: str) -> RecordKind:
    if not word:
        raise _Refused(f"no kind; say one of {', '.join(KINDS)}")
    kind = read_kind(word)
    if kind is None or kind == "judgement":
        raise _Refused(f"kind {word!r} is unknown; nearest: {nearest(word.lower(), KINDS)}")
    return kind


def _status(kind: str, word: str) -> str:
    if not word:
        raise _Refused("no status")
    status = read_status(kind, word)
    if status is None:
        raise _Refused(f"status {word!r} is unknown for a {kind}; nearest: {nearest_status(kind, word)}")
    return status


def _date(word: str, date_format: str, today: str) -> str:
    if not word:
        raise _Refused("no date")
    day = read_date(word, date_format)
    if not day:
        raise _Refused(f"date {word!r} is no day of the calendar, or its order is not certain; write it as 2014-02-19")
    if day > today:
        raise _Refused(f"date {day} lies in the future (today is {today})")
    if latest_day(day) < str(constant("earliest")):
        raise _Refused(f"date {day} lies before {constant('earliest')}")
    return day


def read_date(word: str, date_format: str = "") -> str:
    """Return the ISO date (partial allowed) that a cell says, "" when it says none for certain."""
    if date_format:
        try:
            return datetime.strptime(word, date_format).date().isoformat()
        except ValueError:
            return ""
    if len(word) == 8 and word.isascii() and word.isdigit():
        word = f"{word[:4]}-{word[4:6]}-{word[6:]}"
    if len(word) == 4 and word.isascii() and word.isdigit():
        return word
    match = _DATE.fullmatch(word.partition(" ")[0].partition("T")[0])
    if match is None:
        return ""
    year, month, number = match.groups()
    try:
        whole = datetime(int(year), int(month), int(number or 1)).date().isoformat()
    except ValueError:
        return ""
    return whole if number else whole[:7]


def _place(word: str, date: str) -> tuple[str, tuple[str, ...]]:
    if not word:
        return "", ()
    reading = read_place(word, date)
    if not reading.code:
        raise _Refused(reading.problem)
    return reading.code, (reading.problem,) if reading.problem else ()


def _source(cells: Mapping[str, str], mask: Masker, sizes: Mapping[str, int]) -> RecordSource:
    evidence = cells.get("evidence", "")
    if evidence:
        match = _SPAN.fullmatch(evidence)
        if match is None:
            raise _Refused("evidence must be SHA-256:start-stop or SHA-256:member:start-stop")
        name, member, start, stop = match.groups()
        if name not in sizes:
            raise _Refused(f"evidence {name[:12]}... is not held in this case")
        if int(start) >= int(stop) or (not member and int(stop) > sizes[name]):
            raise _Refused(f"evidence {name[:12]}... has no bytes {start}-{stop}")
        return RecordSource("evidence", "", Span(name, member or "", int(start), int(stop)))
    kinds: tuple[SourceKind, ...] = ("document", "person")
    for kind in kinds:
        if cells.get(kind):
            return RecordSource(kind, mask(cells[kind]))
    raise _Refused("no source: name a document, a person or a span of evidence")
