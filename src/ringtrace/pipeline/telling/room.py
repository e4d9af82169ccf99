"""The tables of one analysis, opened when asked for, with names and quotes for what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.pipeline.telling.quoting import Quote, Quoter, Within
from ringtrace.report.conduct import Conduct, Reason
from ringtrace.report.naming import Naming
from ringtrace.report.words import claim_words, moment, shorten
from ringtrace.store.analysis import count_rows, read_table
from ringtrace.store.case import Case

QUOTE_CHARS = 160
SHOWN = 40
"""Lines of one kind that are printed; --json gives all."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """document: for --json. lines: for people."""

    document: dict[str, Any]
    lines: list[str]


class Room:
    """One analysis. Raises CaseError when there is none."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.zone = case.settings.shown_zone
        self._tables: dict[str, pa.Table] = {}
        self.consulted: dict[tuple[str, str, int, int], None] = {}  # spans of evidence that were quoted, in order
        self.naming = Naming(self.table)

    def table(self, name: str) -> pa.Table:
        if name not in self._tables:
            self._tables[name] = read_table(self.case.analysis, name)
        return self._tables[name]

    def part(self, name: str, columns: Sequence[str]) -> pa.Table:
        """Return these columns of a table; where it is not open yet nothing else of it is read."""
        known = self._tables.get(name)
        return read_table(self.case.analysis, name, columns) if known is None else known.select(columns)

    def size(self, name: str) -> int:
        """Return how many rows a table has, without reading it."""
        known = self._tables.get(name)
        return count_rows(self.case.analysis, name) if known is None else len(known)

    def rows(self, name: str, column: str, value: str) -> list[dict[str, Any]]:
        table = self.table(name)
        found: list[dict[str, Any]] = table.filter(pc.equal(table[column], value)).to_pylist()
        return found

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.table("claims").to_pylist()
        return found

    @cached_property
    def conduct(self) -> Conduct:
        return Conduct(self.claims, lambda actor: self.naming.accounts_of.get(actor, []))

    @cached_property
    def _quoter(self) -> Quoter:
        return Quoter(self.case.evidence, self.table("evidence"), self.table("posts"))

    def quote(self, span: Mapping[str, Any]) -> Quote:
        quote = self._quoter.quote(span)
        self.consulted[quote.evidence_id, quote.member, quote.start, quote.stop] = None
        return quote

    def spoken(self, span: Mapping[str, Any]) -> tuple[str, str]:
        """Return (words, place) of a span, from the original."""
        found = self.quote(span)
        return found.text, place(found)

    def read(self, row: Mapping[str, Any]) -> str:
        """Return the text of a post that is about to be shown, its headline where it has none."""
        self.consulted[row["evidence_id"], row["member"], row["start"], row["stop"]] = None
        return str(row["text"] or row["title"])

    def recall(self, span: Mapping[str, Any]) -> Quote:
        """Return the same from the posts that were read, without opening the original."""
        return self._quoter.recall(span)

    def within(self, span: Mapping[str, Any], most: int) -> Within | None:
        """Return a span's words with those around them in its post, None where it stands in no post."""
        return self._quoter.within(span, most)

    def bytes_of(self, evidence: str, member: str) -> bytes:
        """Return the bytes of a file or of a decoded member; raises UsageError when there is none."""
        return self._quoter.bytes_of(evidence, member)

    def warm(self) -> None:
        """Make ready what quoting needs."""
        _ = self._quoter

    def cited(
        self, spans: Iterable[Mapping[str, Any]], indent: str = "      "
    ) -> tuple[list[dict[str, Any]], list[str]]:
        """Return spans as JSON values and as lines: file, bytes, words."""
        quotes = [self.quote(span) for span in spans]
        values = [
            {"evidence": q.name, "evidence_id": q.evidence_id, "member": q.member, "start": q.start, "stop": q.stop,
             "quote": q.text}
            for q in quotes
        ]  # fmt: skip
        return values, [f"{indent}{place(q)}  “{shorten(q.text, QUOTE_CHARS)}”" for q in quotes]

    def when(self, row: Mapping[str, Any]) -> str:
        """The time of a post in the case's zone, else as it was written."""
        return moment(row["sent_at"], self.zone) if row["sent_at"] else row["sent_text"] or "no time stated"

    def told(self, claim: Mapping[str, Any]) -> str:
        """A claim as a sentence with names."""
        return claim_words(claim["predicate"], self.naming.of(claim["subject"]), self.naming.of(claim["object"]))

    def reasons(self, reasons: Iterable[Reason], mark: str) -> tuple[list[dict[str, Any]], list[str]]:
        """Return reasons as JSON values and as lines, each with its quotes."""
        values, lines = [], []
        for reason in reasons:
            cited, told = self.cited(reason.basis[:2], "          ")
            values.append({"text": reason.text, "cited": cited})
            lines += [f"        {mark} {reason.text}", *told]
        return values, lines


def place(quote: Quote) -> str:
    """Where a quote stands: file, member, bytes."""
    member = f" [{quote.member}]" if quote.member else ""
    return f"{quote.name}{member} bytes {quote.start}-{quote.stop}"


def cut(rows: list[Any], most: int, hint: str = "--json lists all") -> list[str]:
    """The line that says how many rows were left out, if any."""
    return [f"  ... and {len(rows) - most:,} more; {hint}"] if len(rows) > most else []
