"""Statements: drafted from records, released by two people, each release audited with all before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.compute as pc

from ringtrace.errors import UsageError
from ringtrace.model.figure import Figure
from ringtrace.model.identity import derive_id
from ringtrace.model.record import Entry
from ringtrace.model.span import Span
from ringtrace.operation.counting import count_records, records_behind
from ringtrace.operation.vocabulary import counts
from ringtrace.pipeline.intake.custodian import Asked, log_disclosure
from ringtrace.report.words import place_name
from ringtrace.statement.composing import Reason, Request, compose_with_reasons
from ringtrace.statement.document import Statement
from ringtrace.statement.layout import RecordLine, html_pages, internal_html, pdf_pages, text_page
from ringtrace.statement.wording import LANGUAGES, write_page
from ringtrace.store.analysis import read_table
from ringtrace.store.case import Case
from ringtrace.store.ledger import Ledger
from ringtrace.store.records import read_entries

_DRAFT = "statement_draft"
_APPROVAL = "statement_approval"


@dataclass(frozen=True, slots=True)
class Drafted:
    """A statement as the ledger holds it. behind: digest of figure and record ids. people: who approved, in order."""

    id: str
    number: int
    author: str
    statement: Statement
    behind: str
    people: tuple[str, ...] = ()

    @property
    def released(self) -> bool:
        return len(self.people) > 1


@dataclass(frozen=True, slots=True)
class Checked:
    """A statement as it would be drafted, recorded nowhere. reasons: key -> why, of what it would not print."""

    statement: Statement
    reasons: Mapping[str, Reason]


def check_statement(case: Case, request: Request) -> Checked:
    """Compose a statement as ``draft_statement`` would and record nothing; raises as it does."""
    with closing(case.open_ledger()) as ledger:
        drafts = read_drafts(ledger)
        _check_correction(request, drafts)
        return Checked(*_composed(case, request, read_entries(ledger), _released(drafts))[:2])


def draft_statement(case: Case, request: Request, *, author: str) -> Drafted:
    """Compose a statement from the records as of a day and keep it as a draft.

    Raises UsageError when it corrects a statement that was not released.
    """
    with case.locked():
        ledger = case.open_ledger()
        try:
            drafts = read_drafts(ledger)
            _check_correction(request, drafts)
            statement, behind = _compose(case, request, read_entries(ledger), _released(drafts))
            document = json.dumps(asdict(statement), sort_keys=True, ensure_ascii=False)
            key = derive_id("statement", document, behind)
            held = next((draft for draft in drafts if draft.id == key), None)
            if held is not None:
                return held
            payload = {"id": key, "statement": asdict(statement), "behind": behind}
            return Drafted(key, ledger.record(_DRAFT, author, payload), author, statement, behind)
        finally:
            ledger.close()


def release(case: Case, draft: str, *, by: str) -> Drafted:
    """Record that ``by`` approves a draft; with the second person's approval it is released.

    Raises UsageError for an unknown draft, a second approval by one person, and a draft that no longer
    fits: records behind it were changed, or another statement was released since.
    """
    with case.locked():
        ledger = case.open_ledger()
        try:
            drafts = read_drafts(ledger)
            found = find_draft(drafts, draft)
            if found.released:
                raise UsageError(f"{found.id} was released before, by {' and '.join(found.people)}")
            if by in found.people:
                raise UsageError(f"{by} has approved {found.id} already; a second person must")
            before = _released(drafts)
            entries = read_entries(ledger)
            statement, behind = _compose(case, _request(found.statement), entries, before)
            if behind != found.behind:
                raise UsageError(f"the records behind {found.id} have changed since it was drafted; draft it anew")
            if statement.lines != found.statement.lines or statement.against != found.statement.against:
                raise UsageError(
                    f"what others or we have published since {found.id} was drafted changes it; draft it anew"
                )
            if found.people:
                _log_release(case, found, by, entries)
            ledger.record(_APPROVAL, by, {"id": found.id})
            return replace(found, people=(*found.people, by))
        finally:
            ledger.close()


def _log_release(case: Case, draft: Drafted, by: str, entries: Sequence[Entry]) -> None:
    """Log, before it counts as released, to whom a statement goes and on which originals it rests."""
    wanted = {line.figure for line in draft.statement.lines}
    figures = [f for f in count_records(entries, draft.statement.as_of).figures if f.id in wanted]
    spans = [entry.record.source.span for entry in records_behind(figures, entries).values()]
    why = f"approved by {' and '.join((*draft.people, by))}, drafted by {draft.author}"
    files = {span.evidence for span in spans if span is not None}
    log_disclosure(case, f"statement {draft.id}", draft.statement.audience, Asked(by, why), files)


def write_files(case: Case, drafted: Drafted, folder: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """Write the statement as text, HTML and PDF, and the internal HTML with its records; return the files."""
    ledger = case.open_ledger()
    try:
        entries = read_entries(ledger)
    finally:
        ledger.close()
    pages = [write_page(drafted.statement, drafted.id, drafted.people, language) for language in languages]
    wanted = {line.figure for line in drafted.statement.lines}
    figures = [f for f in count_records(entries, drafted.statement.as_of).figures if f.id in wanted]
    behind = {figure.id: figure.records for figure in figures}
    records = [_record_line(entry) for entry in records_behind(figures, entries).values()]
    folder.mkdir(parents=True, exist_ok=True)
    written = {f"statement.{page.language}.txt": text_page(page).encode() for page in pages}
    written["statement.html"] = html_pages(pages).encode()
    written["statement.pdf"] = pdf_pages(pages)
    written["internal.html"] = internal_html(pages, behind, records).encode()
    for name, data in written.items():
        (folder / name).write_bytes(data)
    return [folder / name for name in written]


def read_drafts(ledger: Ledger) -> list[Drafted]:
    """Return every draft with its approvals, in order of drafting."""
    people: dict[str, list[str]] = {}
    for _, _, author, payload in ledger.payloads(_APPROVAL):
        people.setdefault(msgspec.json.decode(payload)["id"], []).append(author)
    found = []
    for number, _, author, payload in ledger.payloads(_DRAFT):
        told = msgspec.json.decode(payload)
        statement = msgspec.convert(told["statement"], Statement)
        names = tuple(dict.fromkeys(people.get(told["id"], ())))
        found.append(Drafted(told["id"], number, author, statement, told["behind"], names))
    return found


def drafts_of(case: Case) -> list[Drafted]:
    ledger = case.open_ledger()
    try:
        return read_drafts(ledger)
    finally:
        ledger.close()


def find_draft(drafts: Sequence[Drafted], name: str) -> Drafted:
    """Return the draft whose id is or begins with ``name``; raises UsageError for none or several."""
    found = [draft for draft in drafts if name and draft.id.startswith(name)]
    if len(found) != 1:
        raise UsageError(f"{len(found) or 'no'} drafts are called {name!r}; `ringtrace statement CASE list` shows them")
    return found[0]


def _released(drafts: Sequence[Drafted]) -> list[Statement]:
    """Public statements that two people released, in order of drafting: the order of as-of days may differ."""
    return [draft.statement for draft in drafts if draft.released and draft.statement.audience == "public"]


def _check_correction(request: Request, drafts: Sequence[Drafted]) -> None:
    if request.corrects and not any(d.id == request.corrects and d.released for d in drafts):
        raise UsageError(f"{request.corrects} is no released statement; `ringtrace statement CASE list` shows them")


def _request(statement: Statement) -> Request:
    return Request(
        statement.case, statement.as_of, statement.audience, statement.embargo, statement.corrects,
        synthetic=statement.synthetic, left_out=frozenset(line.key for line in statement.lines if line.shown == "left"),
    )  # fmt: skip


def _compose(
    case: Case, request: Request, entries: Sequence[Entry], released: Sequence[Statement]
) -> tuple[Statement, str]:
    statement, _, behind = _composed(case, request, entries, released)
    return statement, behind


def _composed(
    case: Case, request: Request, entries: Sequence[Entry], released: Sequence[Statement]
) -> tuple[Statement, Mapping[str, Reason], str]:
    """Return the statement, why it does not print what it does not, and the digest of what is behind it."""
    tally = count_records(entries, request.as_of)
    public = _published(case)
    within = {(count.quantity, count.status): count.within for count in counts() if count.within}
    asked = replace(
        request, waiting=len(tally.unconfirmed), within=within, synthetic=case.synthetic or request.synthetic
    )
    digest = hashlib.sha256(json.dumps([[f.id, f.records] for f in tally.figures]).encode()).hexdigest()
    return *compose_with_reasons(asked, tally.figures, public, released), digest


def _published(case: Case) -> list[Figure]:
    """Figures that issuers published, from the analysis; none before the first analysis."""
    if not (case.analysis / "figures.parquet").exists():
        return []
    table = read_table(case.analysis, "figures")
    rows = table.filter(pc.equal(table["origin"], "public")).to_pylist()
    return [_figure(row) for row in rows]


def _figure(row: Mapping[str, Any]) -> Figure:
    span = Span(row["evidence_id"], row["member"], row["start"], row["stop"]) if row["start"] is not None else None
    status = "" if row["status"] == "reported" else row["status"]
    return Figure(
        row["figure_id"], "public", row["quantity"], row["unit"], status, row["population"], row["place"],
        row["period_start"], row["period_end"], row["as_of"], row["bound"], row["value"], span, row["context"],
    )  # fmt: skip


def _record_line(entry: Entry) -> RecordLine:
    record, span = entry.record, entry.record.source.span
    source = f"{record.source.kind} {record.source.reference}".strip()
    source += f" {span.evidence} {span.member} bytes {span.start}-{span.stop}" if span else ""
    place = f"{record.place} {place_name(record.place)}" if record.place else ""
    return RecordLine(record.id, record.date, record.subject, record.status.replace("_", " "), place, source)
