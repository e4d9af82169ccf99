"""What an analysis found, in counts and sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.model.change import Changes
from ringtrace.model.watch import Alert
from ringtrace.pipeline.analysis.alerting import alert_document, alert_sentence, masker_of
from ringtrace.pipeline.analysis.changes import sentences
from ringtrace.pipeline.analysis.shortfalls import cut_short, remarks, unread, unread_for_figures
from ringtrace.pipeline.telling.quoting import Quoter
from ringtrace.report.caution import cautions
from ringtrace.report.naming import Naming
from ringtrace.report.render import Contents, Quoting
from ringtrace.report.words import counted, place_name
from ringtrace.store.case import Case


@dataclass(frozen=True, slots=True)
class Summary:
    """What an analysis found, in counts."""

    counts: Mapping[str, int]
    rings: tuple[Mapping[str, Any], ...]
    cautions: tuple[str, ...]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    gaps: int
    report: str
    changes: Changes
    since: tuple[str, ...]
    alerts: tuple[Mapping[str, Any], ...]

    @classmethod
    def of(
        cls, case: Case, tables: Mapping[str, pa.Table], changes: Changes, alerts: Sequence[Alert], quote: Quoting
    ) -> Summary:
        """Count what stands in ``tables``. changes: beside the run before; alerts: that are open."""
        mask = masker_of(case) if alerts else str
        evidence = tables["evidence"].to_pylist()
        rings = tuple(sorted(tables["rings"].to_pylist(), key=lambda ring: (-ring["actors"], ring["ring_id"])))
        return cls(
            counts=counts_of(tables),
            rings=rings,
            cautions=tuple(cautions(tables.__getitem__)),
            unread=unread(evidence, tables["gaps"]),
            remarks=(
                *remarks(evidence),
                *unread_for_figures(evidence, tables["gaps"]),
                *cut_short(tables["facts"]),
            ),
            gaps=len(tables["gaps"]),
            report=str(case.analysis / "report.html"),
            changes=changes,
            since=tuple(sentences(changes, Naming(tables.__getitem__).of)),
            alerts=tuple({**alert_document(one, mask), "text": alert_sentence(one, quote, mask)} for one in alerts),
        )

    def document(self) -> dict[str, Any]:
        return {
            **self.counts, "ring list": list(self.rings), "cautions": list(self.cautions),
            "not read": list(self.unread), "remarks": list(self.remarks), "report": self.report,
            "changes": asdict(self.changes), "alerts": list(self.alerts),
        }  # fmt: skip

    def sentences(self) -> list[str]:
        """Say it to a person."""
        c = self.counts
        lines = [
            f"Read {counted(c['posts'], 'post')} by {counted(c['accounts'], 'account')} from "
            f"{counted(c['files'], 'file')}; {c['gap bytes']:,} of {c['bytes']:,} bytes could not be read.",
            f"Read as offering a child: {counted(c['offers'], 'post')}; as seeking one: {c['wishes']:,}; "
            f"as offering to go between: {c['go-betweens']:,}.",
            f"{counted(c['accounts'], 'account')} are held to be {counted(c['actors'], 'actor')}. "
            f"Rings found, as candidates: {c['rings']:,}.",
        ]
        lines += [_ring_sentence(ring) for ring in self.rings[:10]]
        lines += [f"  and {len(self.rings) - 10:,} more"] if len(self.rings) > 10 else []
        lines += [f"ALERT: {one['text']}" for one in self.alerts[:20]]
        lines += [f"... and {len(self.alerts) - 20} more alerts"] if len(self.alerts) > 20 else []
        lines += [f"Since the last run: {line}." for line in self.since]
        lines += [f"Not read: {line}" for line in self.unread[:10]]
        lines += [f"... and {len(self.unread) - 10} more files with gaps"] if len(self.unread) > 10 else []
        lines += [f"Noticed: {line}" for line in self.remarks[:10]]
        lines += [f"... and {len(self.remarks) - 10} more remarks"] if len(self.remarks) > 10 else []
        lines += [f"With care: {line}" for line in self.cautions]
        return [*lines, f"Report: {self.report}"]


def counts_of(tables: Mapping[str, pa.Table]) -> dict[str, int]:
    """Return what is counted -> how many."""
    yes = tables["stances"].filter(pc.equal(tables["stances"]["band"], "yes"))
    directions = yes["direction"].to_pylist()
    return {
        "files": len(tables["evidence"]), "bytes": sum(tables["evidence"]["size"].to_pylist()),
        "posts": len(tables["posts"]), "gap bytes": sum(tables["evidence"]["gap_bytes"].to_pylist()),
        "mentions": len(tables["mentions"]),
        "offers": directions.count("offer"), "wishes": directions.count("seek"),
        "go-betweens": directions.count("broker"), "accounts": len(tables["accounts"]),
        "actors": len(tables["actors"]), "rings": len(tables["rings"]), "claims": len(tables["claims"]),
        "figures": len(tables["figures"]),
    }  # fmt: skip


def _ring_sentence(ring: Mapping[str, Any]) -> str:
    names = [place_name(code) for code in ring["provinces"]]
    where = f"; provinces named: {', '.join(names[:6])}" if names else ""
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return (
        f"  {ring['ring_id']}: {counted(ring['actors'], 'actor')}, {counted(ring['accounts'], 'account')}, "
        f"{counted(ring['posts'], 'post')} in {counted(len(ring['containers']), 'group or site')}{where}{more}."
    )


def quoting(case: Case, tables: Mapping[str, pa.Table]) -> Quoting:
    """Return a function span -> (words, place) over the posts of ``tables``."""
    quoter = Quoter(case.evidence, tables["evidence"], tables["posts"])

    def quote(span: Mapping[str, Any]) -> tuple[str, str]:
        found = quoter.recall(span)
        member = f" [{found.member}]" if found.member else ""
        return found.text, f"{found.name}{member} bytes {found.start}-{found.stop}"

    return quote


def contents_of(case: Case, tables: Mapping[str, pa.Table], summary: Summary, quote: Quoting) -> Contents:
    """Return what the report is made of."""
    return Contents(
        name=case.settings.name,
        zone=case.settings.shown_zone,
        tables=tables,
        quote=quote,
        remarks=[*summary.unread, *summary.remarks],
        since=summary.since,
        alerts=[one["text"] for one in summary.alerts],
    )
