"""The way of the data on one screen: the only place that sees every stage."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING

from ringtrace import __version__

if TYPE_CHECKING:
    from ringtrace.engines.engine import Engine
    from ringtrace.pipeline.analysis.summary import Summary
    from ringtrace.store.case import Case

# The stages are imported by what calls them: a process that reads evidence imports this package too.


_SAID = ("posts", "answers", "mentions", "stances", "facts", "accounts", "templates")


def analyse(
    case: Case, engine: Engine | int, progress: Callable[[str, int, int], None], *, fresh: bool = False
) -> Summary:  # fmt: skip
    """Remake ``analysis/`` from evidence and decisions; the same inputs give the same bytes on every engine.

    engine: a number means so many processes of this machine. What the map stages gave for the same inputs
    before is taken from the cache; fresh: believe nothing of it.
    """
    from ringtrace.engines.edition import edition
    from ringtrace.engines.local import Local, seldom_collecting
    from ringtrace.linking.actors import cluster
    from ringtrace.linking.ground import Ground
    from ringtrace.linking.identifiers import classify
    from ringtrace.linking.material import Material
    from ringtrace.linking.open_contacts import settle_open_contacts
    from ringtrace.linking.pairs import link_accounts
    from ringtrace.pipeline.analysis.alerting import alert_file, raise_alerts
    from ringtrace.pipeline.analysis.changes import Run, compare
    from ringtrace.pipeline.analysis.cuts import find_rings
    from ringtrace.pipeline.analysis.figures import figure_tables, with_gaps
    from ringtrace.pipeline.analysis.gathering import gather
    from ringtrace.pipeline.analysis.stages import Lessons
    from ringtrace.pipeline.analysis.summary import Summary, contents_of, counts_of, quoting
    from ringtrace.pipeline.intake.custodian import log_combination
    from ringtrace.pipeline.judging.labelling import labels_of
    from ringtrace.pipeline.reading.posts import with_actors
    from ringtrace.report.render import render
    from ringtrace.store.analysis import write_tables
    from ringtrace.store.cache import Cache
    from ringtrace.store.records import read_entries

    running = Local(engine) if isinstance(engine, int) else engine
    with case.locked(), seldom_collecting(), closing(case.open_ledger()) as ledger, running as on:
        log_combination(case, f"analysis by ringtrace {__version__}")
        rules = edition(case.own_lexicons())
        cache = Cache(case.analysis, rules)
        if fresh:
            cache.clear()
        lessons = Lessons(labels_of(ledger))
        told, frames = gather(case, on, progress, cache, lessons)
        posts, answers, mentions, stances, facts, accounts, templates = (told[name] for name in _SAID)
        judgements, entries = ledger.judgements(), read_entries(ledger)

        progress("linking", 0, 1)
        material = Material(posts, mentions, stances, accounts, templates, Ground.gather(on, *frames))
        identifiers = classify(material, judgements)
        links = link_accounts(material, identifiers, judgements)
        actors = cluster(links, accounts, judgements)
        accounts = with_actors(accounts, actors)
        progress("finding rings", 0, 1)
        found = find_rings(
            posts=posts, mentions=mentions, stances=stances, facts=facts, accounts=accounts, actors=actors,
            links=links, templates=templates, identifiers=identifiers, answers=answers, cache=cache,
        )  # fmt: skip
        tables = {
            **{name: table for name, table in told.items() if name != "answers"}, "accounts": accounts,
            "mentions": settle_open_contacts(mentions, stances, identifiers), "identifiers": identifiers,
            "links": links, "actors": actors, **found, **figure_tables(posts, entries, cache),
        }  # fmt: skip
        tables["gaps"] = with_gaps(told["gaps"], tables["gaps"])
        since = compare(case.analysis, tables, Run(rules, len(judgements), counts_of(tables)))
        alerts, quote = raise_alerts(case, tables, ledger), quoting(case, tables)
        summary = Summary.of(case, tables, since.changes, alerts, quote)
        report = render(contents_of(case, tables, summary, quote))
        write_tables(
            case.analysis, tables, {"report.html": report, **since.files(), **alert_file(alerts), **lessons.files()}
        )
        progress("writing", 1, 1)
    return summary
