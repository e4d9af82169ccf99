"""The way of the data on one screen: the only place that sees every stage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace import __version__
from ringtrace.report.words import counted, place_name

if TYPE_CHECKING:
    from ringtrace.report.render import Contents
    from ringtrace.store.case import Case

# The stages are imported by what calls them: a process that reads evidence imports this package too.


def analyse(
    case: Case, workers: int, progress: Callable[[str, int, int], None], *, fresh: bool = False
) -> Summary:  # fmt: skip
    """Remake ``analysis/`` from evidence and decisions; the same inputs give the same bytes.

    What the map stages gave for the same inputs before is taken from the cache; fresh: believe nothing of it.
    """
    from ringtrace.engines.edition import edition
    from ringtrace.engines.local import seldom_collecting
    from ringtrace.linking.actors import cluster
    from ringtrace.linking.identifiers import classify
    from ringtrace.linking.pairs import link_accounts
    from ringtrace.linking.templates import find_templates
    from ringtrace.pipeline.answering import find_answers
    from ringtrace.pipeline.custodian import log_combination
    from ringtrace.pipeline.figures import figure_tables
    from ringtrace.pipeline.posts import account_table, with_actors
    from ringtrace.pipeline.stages import observe_all, read_all
    from ringtrace.report.render import render
    from ringtrace.rings.assembly import find_rings
    from ringtrace.store.analysis import write_tables
    from ringtrace.store.cache import Cache
    from ringtrace.store.records import read_entries

    with case.locked(), seldom_collecting():
        log_combination(case, f"analysis by ringtrace {__version__}")
        cache = Cache(case.analysis, edition([case.lexicons] if case.lexicons else []))
        if fresh:
            cache.clear()
        evidence, posts, gaps, clocks = read_all(case.evidence, case.settings.zone, workers, progress, cache)
        answers = find_answers(posts)
        mentions, stances, facts = observe_all(
            posts, answers, case.lexicons, workers, progress, case.digest_key(), cache
        )  # fmt: skip
        ledger = case.open_ledger()
        judgements, entries = ledger.judgements(), read_entries(ledger)
        ledger.close()

        progress("linking", 0, 1)
        accounts = account_table(posts)
        templates = find_templates(posts)
        identifiers = classify(posts, mentions, accounts, stances, judgements)
        links = link_accounts(posts, mentions, stances, accounts, templates, identifiers, judgements)
        actors = cluster(links, accounts, judgements)
        accounts = with_actors(accounts, actors)
        progress("linking", 1, 1)

        found = find_rings(
            posts=posts, mentions=mentions, stances=stances, facts=facts, accounts=accounts, actors=actors,
            links=links, templates=templates, identifiers=identifiers, answers=answers,
        )  # fmt: skip
        tables = {
            "evidence": evidence, "posts": posts, "gaps": gaps, "clocks": clocks, "mentions": mentions,
            "stances": stances, "facts": facts, "accounts": accounts, "templates": templates,
            "identifiers": identifiers,
            "links": links, "actors": actors, **found, **figure_tables(posts, entries),
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
    cautions: tuple[str, ...]
    unread: tuple[str, ...]
    remarks: tuple[str, ...]
    gaps: int
    report: str

    @classmethod
    def of(cls, case: Case, tables: Mapping[str, pa.Table]) -> Summary:
        """Count what stands in ``tables``."""
        from ringtrace.pipeline.shortfalls import cut_short, remarks, unread
        from ringtrace.report.caution import cautions

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
            cautions=tuple(cautions(tables.__getitem__)),
            unread=unread(evidence, tables["gaps"]),
            remarks=(*remarks(evidence), *cut_short(tables["facts"])),
            gaps=len(tables["gaps"]),
            report=str(case.analysis / "report.html"),
        )

    def document(self) -> dict[str, Any]:
        return {
            **self.counts, "ring list": list(self.rings), "cautions": list(self.cautions),
            "not read": list(self.unread), "remarks": list(self.remarks), "report": self.report,
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
        lines += [f"Not read: {line}" for line in self.unread[:10]]
        lines += [f"... and {len(self.unread) - 10} more files with gaps"] if len(self.unread) > 10 else []
        lines += [f"Noticed: {line}" for line in self.remarks[:10]]
        lines += [f"... and {len(self.remarks) - 10} more remarks"] if len(self.remarks) > 10 else []
        lines += [f"With care: {line}" for line in self.cautions]
        return [*lines, f"Report: {self.report}"]


def _ring_sentence(ring: Mapping[str, Any]) -> str:
    names = [place_name(code) for code in ring["provinces"]]
    where = f"; provinces named: {', '.join(names[:6])}" if names else ""
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return (
        f"  {ring['ring_id']}: {counted(ring['actors'], 'actor')}, {counted(ring['accounts'], 'account')}, "
        f"{counted(ring['posts'], 'post')} in {counted(len(ring['containers']), 'group or site')}{where}{more}."
    )


def _contents(case: Case, tables: Mapping[str, pa.Table], summary: Summary) -> Contents:
    from ringtrace.pipeline.quoting import Quoter
    from ringtrace.report.render import Contents

    quoter = Quoter(case.evidence, tables["evidence"], tables["posts"])

    def quote(span: Mapping[str, Any]) -> tuple[str, str]:
        found = quoter.recall(span)
        member = f" [{found.member}]" if found.member else ""
        return found.text, f"{found.name}{member} bytes {found.start}-{found.stop}"

    return Contents(
        name=case.settings.name,
        zone=case.settings.shown_zone,
        tables=tables,
        quote=quote,
        remarks=[*summary.unread, *summary.remarks],
    )
