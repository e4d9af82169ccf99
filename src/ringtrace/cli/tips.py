"""The command tips: a desk that takes reports in, answers each with a receipt and bundles them into leads."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Why, emit
from ringtrace.text.plural import counted

if TYPE_CHECKING:
    from ringtrace.operation.leads import Lead

_ACTIONS = ("leads", "take", "find", "original")


def tips(
    case: CasePath,
    action: Annotated[str, typer.Argument(help="leads (when left out), take, find or original.")] = "leads",
    subject: Annotated[
        str, typer.Argument(help="For take: a CSV or JSON-lines file; find: a receipt; original: a SHA-256.")
    ] = "",
    source: Annotated[str, typer.Option(help="For take: where the file comes from.")] = "",
    submitted_by: Annotated[str, typer.Option(help="For take: who handed the file in (not the reporters).")] = "",
    authority: Annotated[str, typer.Option(help="For take: legal ground.")] = "",
    keeper: Annotated[list[str] | None, typer.Option(help="For original: twice, two keepers at one desk.")] = None,
    to: Annotated[Path | None, typer.Option(help="For original: file to write.")] = None,
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Take in reports: a receipt for each, its reporter under seal, reports of one website as one lead.

    Evidence is the file without its reporters; who they are two keepers can open: `ringtrace record CASE
    approve reporter-...` and `unseal`. What a report does not say is named.

    Example: ringtrace tips mycase take hotline.csv --source "hotline"

    Example: ringtrace tips mycase

    Example: ringtrace tips mycase find 1234-5678-9012-3456
    """
    from ringtrace.errors import UsageError
    from ringtrace.model.custody import Circumstances
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.intake.tip_desk import find_tip, leads_of, open_original, take_tips
    from ringtrace.store.case import Case

    opened, asked = Case(case), Asked(by, why)
    if action == "take":
        told = Circumstances(source=source, submitted_by=submitted_by, received_by=by, authority=authority)
        answers = take_tips(opened, Path(subject), told, asked)
        lines = [
            f"{answer.receipt}  {answer.lead}  {answer.tip.site or 'no website'}"
            f"{'  (taken in before)' if answer.known else ''}"
            f"{'; missing: ' + '; '.join(answer.tip.missing) if answer.tip.missing else ''}"
            for answer in answers
        ]
        leads = len({answer.lead for answer in answers})
        lines.append(f"{counted(len(answers), 'tip')} in {counted(leads, 'lead')}. Give each reporter the receipt.")
        emit(as_json, {"tips": [asdict(answer) for answer in answers]}, lines)
    elif action == "find":
        tip, lead = find_tip(opened, subject, asked)
        lines = [
            *_lead_lines(lead),
            f"  evidence {tip.evidence} byte {tip.start}; reporter {tip.reporter or 'anonymous'}",
        ]
        emit(as_json, {"tip": asdict(tip), "lead": lead.id}, lines)
    elif action == "original":
        if to is None or to.exists():
            raise UsageError("give --to, a file that is not there yet")
        secret = [(name, typer.prompt(f"Passphrase of {name}", hide_input=True, err=True)) for name in keeper or []]
        to.write_bytes(open_original(opened, subject, secret, asked))
        emit(as_json, {"file": str(to)}, [f"Wrote {to}: it names reporters."])
    elif action == "leads":
        found = leads_of(opened)
        document = [{**asdict(lead), "missing": lead.missing} for lead in found]
        emit(as_json, {"leads": document}, [line for lead in found for line in _lead_lines(lead)] or ["No tips."])
    else:
        raise UsageError(f"{action!r} is not one of {', '.join(_ACTIONS)}")


def _lead_lines(lead: Lead) -> list[str]:
    people = f"{counted(lead.reporters, 'reporter')} who can be asked" if lead.reporters else "all anonymous"
    head = f"{lead.id}  {lead.site or 'no website'}: {counted(len(lead.tips), 'tip')}, {people}"
    pages = [f"  {page}" for page in lead.pages[:5]]
    return [head, *pages, *([f"  not said by any: {'; '.join(lead.missing)}"] if lead.missing else [])]
