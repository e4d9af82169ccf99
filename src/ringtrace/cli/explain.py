"""Commands that explain: show, reconcile."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Why, emit


def _subjects(context: typer.Context, incomplete: str) -> list[str]:
    """What may be completed: lists and the ids of the case that was already typed."""
    from ringtrace.errors import RingtraceError
    from ringtrace.pipeline.telling.explaining import LISTS, candidates
    from ringtrace.store.case import Case

    folder = context.params.get("case")
    try:
        return candidates(Case(Path(folder)), incomplete) if folder else []
    except RingtraceError:
        return [word for word in LISTS if word.startswith(incomplete)]


def show(
    case: CasePath,
    subject: Annotated[
        str,
        typer.Argument(
            help="Id (or its start) of a ring, actor, account, container, deal, post, claim or figure; an account's "
            "name; a contact; a file of evidence by name or hash; or a list: rings, actors, deals, contacts, posts, "
            "accounts, containers, claims, gaps (what was not read, and why).",
            autocompletion=_subjects,
        ),
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="Rows of a list that are printed; 0 prints all.")] = 50,
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Explain what was found, down to file, byte range and quoted text.

    Without an id it gives an overview. With --json lists and explanations are complete. What is quoted
    is logged as read, with --by and --why, before it is shown.

    Example: ringtrace show mycase ring-4be1

    Example: ringtrace show mycase contacts --limit 0

    Example: ringtrace show mycase gaps
    """
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.telling.explaining import LISTS, explain, listed, overview
    from ringtrace.store.case import Case

    opened, asked = Case(case), Asked(by, why, as_json)
    word = subject if subject.endswith("s") else f"{subject}s"
    if not subject:
        explanation = overview(opened, asked)
    elif word in LISTS:
        explanation = listed(opened, word, limit, asked)
    else:
        explanation = explain(opened, subject, asked)
    emit(as_json, explanation.document, explanation.lines)


def reconcile(case: CasePath, by: By = "", why: Why = "", as_json: Json = False) -> None:
    """Compare the figures that were published: agree, differ, not comparable, not allocated.

    Ends with the questions that no source answers.

    Example: ringtrace reconcile mycase
    """
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.telling.explaining import reconciliation
    from ringtrace.store.case import Case

    explanation = reconciliation(Case(case), Asked(by, why, as_json))
    emit(as_json, explanation.document, explanation.lines)
