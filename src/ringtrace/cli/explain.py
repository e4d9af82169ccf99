"""Commands that explain: show, reconcile."""

from __future__ import annotations

from typing import Annotated

import typer

from ringtrace.cli.output import CasePath, Json, emit


def show(
    case: CasePath,
    subject: Annotated[str, typer.Argument(help="Id of a ring, actor, account, post or claim (or its start).")] = "",
    as_json: Json = False,
) -> None:
    """Explain a ring, actor, account, post or claim down to file, byte range and quoted text.

    Without an id it lists the rings.

    Example: ringtrace show mycase ring-4be1
    """
    from ringtrace.pipeline.explaining import explain, overview
    from ringtrace.store.case import Case

    opened = Case(case)
    explanation = explain(opened, subject) if subject else overview(opened)
    emit(as_json, explanation.document, explanation.lines)


def reconcile(case: CasePath, as_json: Json = False) -> None:
    """Compare the figures that were published: agrees, differs, not comparable, unallocated.

    Example: ringtrace reconcile mycase
    """
    from ringtrace.pipeline.explaining import reconciliation
    from ringtrace.store.case import Case

    explanation = reconciliation(Case(case))
    emit(as_json, explanation.document, explanation.lines)
