"""Commands that hand a case to a court: dossier and discovery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Why, emit
from ringtrace.text.plural import counted

Recipient = Annotated[str, typer.Option(help="Who receives it; the custody log keeps it.")]


def dossier(
    case: CasePath,
    subject: Annotated[str, typer.Argument(help="A ring's id (or its start), or a division code.", show_default=False)],
    target: Annotated[Path, typer.Argument(help="The PDF to write.", show_default=False)],
    recipient: Recipient = "",
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Write the dossier of a ring or of a place's targets as PDF: evidence with hashes, links, doubts, a self-check.

    Example: ringtrace dossier mycase ring-e45c ring.pdf --recipient "Prosecutor Wu"
    """
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.operation.dossier import write_dossier
    from ringtrace.store.case import Case

    path = write_dossier(Case(case), subject, target, Asked(by, why), recipient)
    emit(as_json, {"file": str(path)}, [f"Wrote {path}."])


def discovery(
    case: CasePath,
    target: Annotated[Path, typer.Argument(help="A new folder.", show_default=False)],
    recipient: Recipient = "",
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Write the bundle for the defence: originals, all decisions, negative findings, and how to repeat it.

    Example: ringtrace discovery mycase out/ --recipient "Counsel Li" --why "order 17"
    """
    from ringtrace.pipeline.handover.discovery import write_discovery
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.store.case import Case

    files = write_discovery(Case(case), target, Asked(by, why), recipient)
    lines = [f"Wrote {counted(len(files), 'file')} to {target}; {target / 'rerun.sh'} repeats the analysis."]
    emit(as_json, {"files": [str(path) for path in files]}, lines)
