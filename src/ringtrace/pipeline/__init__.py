"""The way of the data on one screen: the only place that sees every stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.linking.actors import cluster
from ringtrace.linking.identifiers import classify
from ringtrace.linking.pairs import link_accounts
from ringtrace.linking.templates import find_templates
from ringtrace.pipeline.answering import find_answers
from ringtrace.pipeline.figures import figure_tables, place_name
from ringtrace.pipeline.posts import account_table, with_actors
from ringtrace.pipeline.quoting import Quoter
from ringtrace.pipeline.shortfalls import remarks, unread
from ringtrace.pipeline.stages import observe_all, read_all
from ringtrace.report.render import Contents, render
from ringtrace.rings.assembly import find_rings
from ringtrace.store.analysis import write_tables
from ringtrace.store.case import Case


def analyse(case: Case, workers: int, progress: Callable[[str, int, int], None]) -> Summary:
    """Remake ``analysis/`` from evidence and decisions; the same inputs give the same bytes."""
    with case.locked():
        evidence, posts, gaps = read_all(case.evidence, case.settings.zone, workers, progress)
        answers = find_answers(posts)
        mentions, stances, facts = observe_all(posts, answers, case.lexicons, workers, progress)
        ledger = case.open_ledger()
        judgements = ledger.judgements()
        ledger.close()

        progress("linking", 0, 1)
        accounts = account_table(posts)
        templates = find_templates(posts)
        identifiers = classify(posts, mentions, accounts, stances)
        links = link_accounts(posts, mentions, stances, accounts, templates, identifiers, judgements)
        actors = cluster(links, accounts, judgements)
        accounts = with_actors(accounts, actors)
        progress("linking", 1, 1)

        found = find_rings(
            posts=posts, mentions=mentions, stances=stances, facts=facts, accounts=accounts, actors=actors,
            links=links, templates=templates, identifiers=identifiers, answers=answers,
        )  # fmt: skip
        tables = {
            "evidence": evidence, "posts": posts, "gaps": gaps, "mentions": mentions, "stances": stances,
            "facts": facts, "accounts": accounts, "templates": templates, "identifiers": identifiers,
            "links": links, "actors": actors, **found, **figure_tables(posts),
        }  # fmt: skip
        summary = Summary.of(case, tables)
        report = render(_contents(case, tables, summary))
        write_tables(case.analysis, tables, {"report.html": report})
        progress("writing", 1, 1)
    return summary


@dataclass(frozen=True, slots=True)
class Summary:
    """What an analysis found, in counts."""

    counts: Mapping[str, int]
    rings: tuple[Mapping[str, Any], ...]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    gaps: int
    report: str

    @classmethod
    def of(cls, case: Case, tables: Mapping[str, pa.Table]) -> Summary:
        """Count what stands in ``tables``."""
        evidence = tables["evidence"].to_pylist()
        yes = tables["stances"].filter(pc.equal(tables["stances"]["band"], "yes"))
        directions = yes["direction"].to_pylist()
        counts = {
            "files": len(evidence), "bytes": sum(row["size"] for row in evidence), "posts": len(tables["posts"]),
            "gap bytes": sum(row["gap_bytes"] for row in evidence), "mentions": len(tables["mentions"]),
            "offers": directions.count("offer"), "wishes": directions.count("seek"),
            "go-betweens": directions.count("broker"), "accounts": len(tables["accounts"]),
            "actors": len(tables["actors"]), "rings": len(tables["rings"]), "claims": len(tables["claims"]),
            "figures": len(tables["figures"]),
        }  # fmt: skip
        rings = tuple(sorted(tables["rings"].to_pylist(), key=lambda ring: (-ring["actors"], ring["ring_id"])))
        return cls(
            counts=counts,
            rings=rings,
            unread=unread(evidence, tables["gaps"]),
            remarks=remarks(evidence),
            gaps=len(tables["gaps"]),
            report=str(case.analysis / "report.html"),
        )

    def document(self) -> dict[str, Any]:
        return {**self.counts, "ring list": list(self.rings), "not read": list(self.unread),
                "remarks": list(self.remarks), "report": self.report}  # fmt: skip

    def sentences(self) -> list[str]:
        """Say it to a person."""
        c = self.counts
        lines = [
            f"Read {c['posts']:,} posts by {c['accounts']:,} accounts from {c['files']:,} files; "
            f"{c['gap bytes']:,} of {c['bytes']:,} bytes could not be read.",
            f"{c['offers']:,} posts offer a child, {c['wishes']:,} seek one, {c['go-betweens']:,} offer to go between.",
            f"{c['accounts']:,} accounts belong to {c['actors']:,} actors. Rings found: {c['rings']:,}.",
        ]
        for ring in self.rings[:10]:
            names = [place_name(code) for code in ring["provinces"]]
            where = f"; provinces named: {', '.join(names[:6])}" if names else ""
            more = f" and {len(names) - 6} more" if len(names) > 6 else ""
            lines.append(
                f"  {ring['ring_id']}: {ring['actors']} actors, {ring['accounts']} accounts, {ring['posts']} posts in "
                f"{len(ring['containers'])} groups or sites{where}{more}."
            )
        lines += [f"Not read: {line}" for line in self.unread[:10]]
        lines += [f"... and {len(self.unread) - 10} more files with gaps"] if len(self.unread) > 10 else []
        lines += [f"Noticed: {line}" for line in self.remarks[:10]]
        lines += [f"... and {len(self.remarks) - 10} more remarks"] if len(self.remarks) > 10 else []
        return [*lines, f"Report: {self.report}"]


def _contents(case: Case, tables: Mapping[str, pa.Table], summary: Summary) -> Contents:
    quoter = Quoter(case.evidence, tables["evidence"], tables["posts"])

    def quote(span: dict[str, Any]) -> tuple[str, str]:
        found = quoter.recall(span)
        member = f" [{found.member}]" if found.member else ""
        return found.text, f"{found.name}{member} bytes {found.start}-{found.stop}"

    return Contents(
        name=case.settings.name,
        sentences=[line.strip() for line in summary.sentences()[:-1]],
        tables=tables,
        questions=tables["questions"]["question"].to_pylist(),
        quote=quote,
        place_name=place_name,
    )
