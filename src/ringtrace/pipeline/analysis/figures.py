"""Published figures: articles read into figures with their bytes, set beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.engines.digests import row_digests
from ringtrace.engines.tables import from_rows
from ringtrace.model.figure import UNREAD_FOR_FIGURES, Figure
from ringtrace.model.identity import derive_id
from ringtrace.model.record import Entry
from ringtrace.model.span import Span
from ringtrace.operation.counting import count_records
from ringtrace.pipeline.reading.posts import segments_of
from ringtrace.report.words import place_name
from ringtrace.statement.public import MOST_NUMBERS, MOST_SIGNS, Draft, read_public_figures, read_report
from ringtrace.statement.questions import open_questions
from ringtrace.statement.reconcile import reconcile
from ringtrace.store.cache import NOTHING, Cache
from ringtrace.store.packs import Part, Places
from ringtrace.text.offsets import locate


def figure_tables(posts: pa.Table, entries: Sequence[Entry] = (), cache: Cache = NOTHING) -> dict[str, pa.Table]:
    """Return tables figures, reconciliation, questions and records, and gaps: what of reports was not read for figures.

    posts: the articles among them are read. entries: the ledger's records in force; their figures stand
    beside the public ones, and are reconciled with them by the statement. cache: knows articles that were read before.
    """
    columns = ["evidence_id", "member", "text", "sent_at", "segments", "title", "title_segments"]
    articles = posts.filter(pc.equal(posts["kind"], "article")).select(columns).to_pylist()
    dates = [article["sent_at"].date().isoformat() if article["sent_at"] else "" for article in articles]
    figures: dict[str, Figure] = {}
    gaps: list[dict[str, Any]] = []
    for article, published, found in zip(articles, dates, _recalled(articles, dates, cache), strict=True):
        gaps.extend(_unread(article, found.unread))
        for part, draft in found.drafts:
            figure = _figure(article, part, draft, published)
            if figure is not None:
                figures.setdefault(figure.id, figure)
    ordered = [figures[key] for key in sorted(figures)]
    verdicts = reconcile(ordered, place_name)
    questions = open_questions(ordered, verdicts, [article["text"] for article in articles], place_name)
    return {
        "figures": from_rows("figures", (_row(figure) for figure in (*ordered, *count_records(entries).figures))),
        "records": from_rows("records", (_record_row(entry) for entry in entries)),
        "reconciliation": from_rows(
            "reconciliation",
            ({"left": v.left, "right": v.right or None, "verdict": v.verdict, "amount": v.amount, "reason": v.reason}
             for v in verdicts),
        ),
        "questions": from_rows("questions", ({"question": question} for question in questions)),
        "gaps": from_rows("gaps", gaps),
    }  # fmt: skip


def with_gaps(read: pa.Table, more: pa.Table) -> pa.Table:
    """Return the gaps of reading with those of reports, in the order of ``gaps``."""
    if not more.num_rows:
        return read
    return pa.concat_tables([read, more]).sort_by([(name, "ascending") for name in _ORDER])


_ORDER = ("evidence_id", "member", "start", "stop", "reason")


class _Found(NamedTuple):
    """drafts: of the body, then those that only the headline tells, each with "text" or "title"; unread: from where on
    the body was not read."""

    drafts: list[tuple[str, Draft]]
    unread: int


def _recalled(articles: Sequence[Mapping[str, Any]], dates: Sequence[str], cache: Cache) -> Iterator[_Found]:
    """Yield what ``_find`` gives for each article, which its words and its date alone decide."""
    texts, titles = ([article[name] or "" for article in articles] for name in ("text", "title"))
    keys = row_digests(pa.table({"text": texts, "title": titles, "published": dates}, schema=_ARTICLE))
    shelf = cache.shelf("figures")

    def read(numbers: Places) -> Iterator[Part]:
        found = [_find(articles[at], dates[at]) for at in numbers.tolist()]
        rows = [{"part": part, **asdict(draft)} for one in found for part, draft in one.drafts]
        counts = [len(one.drafts) for one in found]
        told = {"drafts": pa.array(counts, pa.int64()), "unread": pa.array([one.unread for one in found], pa.int64())}
        tables = pa.Table.from_pylist(rows, schema=_DRAFTS), pa.table(told)
        yield Part(numbers, tables, (np.repeat(numbers, np.array(counts, np.int64)), numbers))

    drafts, counts = shelf.complete(keys, read)
    shelf.settle()
    rows = iter(drafts.to_pylist())
    for count, unread in zip(counts["drafts"].to_pylist(), counts["unread"].to_pylist(), strict=True):
        yield _Found([(row.pop("part"), Draft(**row)) for row in islice(rows, count)], unread)


_ARTICLE = pa.schema([(name, pa.string()) for name in ("text", "title", "published")])
_KINDS = {"str": pa.string(), "int": pa.int64(), "bool": pa.bool_()}
_DRAFTS = pa.schema([("part", pa.string()), *((field.name, _KINDS[str(field.type)]) for field in fields(Draft))])


def _find(article: Mapping[str, Any], published: str) -> _Found:
    """Return the figures of an article, of its body as far as it is read."""
    body = read_report(article["text"], title=article["title"] or "", published=published)
    told = {(draft.quantity, draft.value) for draft in body.figures}
    headed = read_public_figures(article["title"] or "", published=published)
    only = [("title", draft) for draft in headed if (draft.quantity, draft.value) not in told]
    return _Found([*(("text", draft) for draft in body.figures), *only], body.unread)


def _unread(article: Mapping[str, Any], unread: int) -> Iterator[dict[str, Any]]:
    """Yield the bytes of a body that were not read for figures."""
    if unread >= len(article["text"]):
        return
    runs = locate(segments_of(article["segments"]), article["text"], unread, len(article["text"]))
    if runs:
        yield {
            "evidence_id": article["evidence_id"], "member": article["member"], "start": runs[0][2],
            "stop": runs[-1][3], "reason": NOT_READ,
        }  # fmt: skip


NOT_READ = (
    f"{UNREAD_FOR_FIGURES}: a report is read up to {MOST_SIGNS:,} signs and {MOST_NUMBERS:,} numbers outside of tables"
)


def _figure(article: Mapping[str, Any], part: str, draft: Draft, published: str) -> Figure | None:
    segments = article["segments" if part == "text" else "title_segments"]
    runs = locate(segments_of(segments), article[part], draft.start, draft.stop)
    if not runs:
        return None
    span = Span(article["evidence_id"], article["member"], runs[0][2], runs[-1][3])
    key = derive_id(
        "figure", span.evidence, span.member, span.start, span.stop, draft.quantity, draft.status, draft.value
    )
    return Figure(
        key, "public", draft.quantity, draft.unit, draft.status, draft.population, draft.place, draft.period_start,
        draft.period_end, draft.as_of or published, _BOUNDS[draft.bound], draft.value, span, draft.context,
    )  # fmt: skip


_BOUNDS: Mapping[str, Any] = {"exact": "exact", "at_least": "at_least", "about": "about"}


def _row(figure: Figure) -> dict[str, Any]:
    span = figure.span
    return {
        "figure_id": figure.id, "origin": figure.origin, "quantity": figure.quantity, "unit": figure.unit,
        "status": _status(figure), "population": _population(figure), "place": figure.place,
        "period_start": figure.period_start, "period_end": figure.period_end, "as_of": figure.as_of,
        "bound": figure.bound, "value": figure.value, "evidence_id": span.evidence if span else "",
        "member": span.member if span else "", "start": span.start if span else None,
        "stop": span.stop if span else None, "context": figure.context, "records": list(figure.records),
    }  # fmt: skip


def _status(figure: Figure) -> str:
    """The contract's word: what was done to a child before anyone acted (sold, bought) is no step of a record."""
    return "reported" if figure.status in _BEFORE else figure.status or "reported"


def _population(figure: Figure) -> str:
    return f"{figure.population}, {figure.status}" if figure.status in _BEFORE else figure.population


_BEFORE = frozenset({"sold", "bought", "abducted"})


def _record_row(entry: Entry) -> dict[str, Any]:
    record, span = entry.record, entry.record.source.span
    return {
        "record_id": record.id, "kind": record.kind, "subject": record.subject, "status": record.status,
        "date": record.date, "place": record.place, "case": record.case, "source_kind": record.source.kind,
        "source": record.source.reference, "evidence_id": span.evidence if span else "",
        "member": span.member if span else "", "start": span.start if span else None,
        "stop": span.stop if span else None, "author": entry.author, "batch": entry.batch,
        "flags": list(record.flags),
    }  # fmt: skip
