"""Commands on records: import, add, confirm, undo, list, keepers, unseal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringtrace.cli.output import PARTIAL, By, CasePath, Json, emit, who
from ringtrace.text.plural import counted

if TYPE_CHECKING:
    from ringtrace.model.record import Finding, Record
    from ringtrace.store.records import Batch

app = typer.Typer(
    name="record",
    help="Keep the records of an operation: dated events with their source, never overwritten.\n\n"
    "Example: ringtrace record mycase import children.xlsx --dry-run",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)
_SHOWN = 50


@app.callback()
def _choose(context: typer.Context, case: CasePath) -> None:
    context.obj = case


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            help="A CSV or XLSX table, one event a row: kind, subject, status, date, document, place ...",
            show_default=False,
        ),
    ],
    mapping: Annotated[Path | None, typer.Option(help="TOML: which column means what.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Take in a table of records; rows that cannot be are refused with a reason, the rest goes in.

    Exit code 3 when rows were refused.

    Example: ringtrace record mycase import children.xlsx --mapping children.toml --dry-run
    """
    from ringtrace.pipeline.intake.recording import import_records
    from ringtrace.store.case import Case

    words = mapping.read_bytes() if mapping else None
    done = import_records(
        Case(context.obj), file.read_bytes(), file.name, words, author=who(by), today=_today(), dry_run=dry_run
    )
    refused = done.count("refused")
    lines = [f"row {f.row}: {f.level}: {f.words}" for f in done.findings if f.level != "known"][:_SHOWN]
    more = sum(f.level != "known" for f in done.findings) - _SHOWN
    lines += [f"... and {more:,} more; --json lists all"] if more > 0 else []
    lines += [f"Not kept: columns {', '.join(done.ignored)}."] if done.ignored else []
    verb = "would go in" if dry_run else "went in"
    lines.append(
        f"{counted(done.rows, 'row')}: {done.records:,} {verb}, {done.count('flagged'):,} of them flagged; "
        f"{refused:,} refused, {done.count('known'):,} recorded already."
    )
    lines += (
        [f"Batch {done.batch}. To take it back: ringtrace record {context.obj} undo {done.batch}"] if done.batch else []
    )
    emit(as_json, {"batch": done.batch, "rows": done.rows, "records": done.records, "dry run": dry_run,
                   "ignored": done.ignored, "findings": [_finding(f) for f in done.findings]}, lines)  # fmt: skip
    if refused:
        raise typer.Exit(PARTIAL)


@app.command()
def add(
    context: typer.Context,
    kind: Annotated[str, typer.Option(help="suspect, child, case, place or handover.")],
    subject: Annotated[str, typer.Option(help="The person's, case's or place's own number.")],
    status: Annotated[str, typer.Option(help="What happened: reported, seized, detained, rescued, reunited, ...")],
    date: Annotated[str, typer.Option(help="The day it happened, as 2014-02-19.")],
    place: Annotated[str, typer.Option(help="Division code or name.")] = "",
    document: Annotated[str, typer.Option(help="The document it rests on.")] = "",
    person: Annotated[str, typer.Option(help="Or the official who states it.")] = "",
    evidence: Annotated[str, typer.Option(help="Or a span of evidence: SHA-256:start-stop.")] = "",
    actor: Annotated[str, typer.Option(help="The actor who proposes this person; a second person must confirm.")] = "",
    ring: Annotated[str, typer.Option(help="The ring.")] = "",
    receipt: Annotated[str, typer.Option(help="Receipt of a hand-over.")] = "",
    of_case: Annotated[str, typer.Option("--case", help="Number of the police case.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Record one event by hand.

    Example: ringtrace record mycase add --kind child --subject 17 --status rescued --date 2014-02-19 --place 510000
    --document "Report 12"
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.intake.recording import add_record
    from ringtrace.store.case import Case

    cells = {"kind": kind, "subject": subject, "status": status, "date": date, "place": place, "document": document,
             "person": person, "evidence": evidence, "actor": actor, "ring": ring, "receipt": receipt,
             "case": of_case}  # fmt: skip
    done = add_record(Case(context.obj), cells, author=who(by), today=_today())
    if not done.batch:
        raise UsageError("; ".join(finding.words for finding in done.findings))
    lines = [f"flagged: {finding.words}" for finding in done.findings]
    lines.append(f"Recorded as batch {done.batch}. To take it back: ringtrace record {context.obj} undo {done.batch}")
    emit(as_json, {"batch": done.batch, "findings": [_finding(f) for f in done.findings]}, lines)


@app.command()
def confirm(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="Whom an actor proposed: suspect-...", show_default=False)],
    verdict: Annotated[str, typer.Option(help="confirmed or rejected.")],
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Judge a person whom somebody else proposed; until then no figure counts them.

    Example: ringtrace record mycase confirm suspect-ab12cd34ef --verdict confirmed --by "Officer Lin"
    """
    from ringtrace.pipeline.intake.recording import confirm as judge
    from ringtrace.store.case import Case

    batch = judge(Case(context.obj), subject, verdict, author=who(by), today=_today(), reason=reason)
    emit(as_json, {"batch": batch}, [f"Recorded as batch {batch}."])


@app.command()
def undo(
    context: typer.Context,
    batch: Annotated[int, typer.Argument(help="Number of the batch.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why, in words.")] = "",
    by: By = "",
    as_json: Json = False,
) -> None:
    """Take a batch back exactly: nothing of it counts any more; only the audit says that it was there.

    Example: ringtrace record mycase undo 12 --reason "wrong file"
    """
    from ringtrace.pipeline.intake.recording import undo as take_back
    from ringtrace.store.case import Case

    undone = take_back(Case(context.obj), batch, author=who(by), reason=reason)
    emit(
        as_json, {"batch": undone.number}, [f"Batch {undone.number} is undone; identities in it can be read by nobody."]
    )


@app.command("list")
def list_(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="Only this person, case or place.")] = "",
    limit: Annotated[int, typer.Option(min=0, help="Records that are printed; 0 prints all.")] = _SHOWN,
    as_json: Json = False,
) -> None:
    """List the batches, or the history of one subject.

    Example: ringtrace record mycase list child-ab12cd34ef
    """
    from ringtrace.pipeline.intake.recording import batches_of, entries_of
    from ringtrace.store.case import Case

    case = Case(context.obj)
    entries = [e for e in entries_of(case) if not subject or e.record.subject == subject]
    entries.sort(key=lambda e: (e.record.date, e.number))
    batches = [] if subject else batches_of(case)
    lines = [_batch_line(batch) for batch in batches]
    lines += [_record_line(e.record) for e in (entries if not limit else entries[:limit])]
    lines += [f"... and {len(entries) - limit:,} more; --limit 0 prints all"] if 0 < limit < len(entries) else []
    document = {
        "batches": [{"number": b.number, "author": b.author, "undone": b.undone, **b.about} for b in batches],
        "records": [_record(e.record) for e in entries],
    }
    emit(as_json, document, lines or ["No records."])


@app.command()
def keepers(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help="At least two people.", show_default=False)],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Name the people of whom any two together can open a sealed identity; asks each for a passphrase.

    Example: ringtrace record mycase keepers "Officer Lin" "Prosecutor Wu"
    """
    from ringtrace.pipeline.intake.recording import appoint_keepers
    from ringtrace.store.case import Case

    phrases = [typer.prompt(f"Passphrase of {name}", hide_input=True, err=True) for name in names]
    appoint_keepers(Case(context.obj), list(zip(names, phrases, strict=True)), author=who(by))
    emit(as_json, {"keepers": names}, [f"Any two of {', '.join(names)} can open a sealed identity; one alone cannot."])


@app.command()
def enrol(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Your name, as a keeper.", show_default=False)],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Become a keeper, at your own desk and with a passphrase that nobody else types.

    All keepers enrol before the first identity is sealed.

    Example: ringtrace record mycase enrol "Officer Lin"
    """
    from ringtrace.pipeline.intake.recording import enrol_keeper
    from ringtrace.store.case import Case

    phrase = typer.prompt(f"Passphrase of {name}", hide_input=True, confirmation_prompt=True, err=True)
    names = enrol_keeper(Case(context.obj), name, phrase, author=who(by))
    emit(as_json, {"keepers": names}, [f"Keepers: {', '.join(names)}; any two together can open a sealed identity."])


@app.command()
def approve(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="A pseudonym: child-...", show_default=False)],
    keeper: Annotated[str, typer.Option(help="You, a keeper.")],
    to: Annotated[str, typer.Option(help="The keeper who may open it.")],
    reason: Annotated[str, typer.Option(help="Why; the audit keeps it.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Consent, as one keeper, that another opens the sealed identity of this one person.

    Example: ringtrace record mycase approve child-ab12cd34ef --keeper "Officer Lin" --to "Prosecutor Wu"
    --reason "parents wait"
    """
    from ringtrace.pipeline.intake.recording import approve as consent
    from ringtrace.store.case import Case

    phrase = typer.prompt(f"Passphrase of {keeper}", hide_input=True, err=True)
    seals = consent(Case(context.obj), subject, (keeper, phrase), to, author=who(by), reason=reason)
    lines = [
        f"{to} may now open {subject}: ringtrace record {context.obj} unseal {subject} --keeper {to!r} --reason ..."
    ]
    emit(as_json, {"subject": subject, "to": to, "seals": seals}, lines)


@app.command()
def unseal(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="A pseudonym: child-...", show_default=False)],
    keeper: Annotated[list[str], typer.Option(help="You, where another approved; or twice: two keepers at one desk.")],
    reason: Annotated[str, typer.Option(help="Why; the audit keeps it.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Open the sealed identity of one person, by two keepers; the audit keeps who, when and why.

    Example: ringtrace record mycase unseal child-ab12cd34ef --keeper "Prosecutor Wu" --reason "parents wait"
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.intake.recording import unseal as open_identity
    from ringtrace.pipeline.intake.recording import unseal_approved
    from ringtrace.store.case import Case

    if len(keeper) > 2:
        raise UsageError("give --keeper once, where another approved, or twice")
    secret = [(name, typer.prompt(f"Passphrase of {name}", hide_input=True, err=True)) for name in keeper]
    if len(secret) == 1:
        found = unseal_approved(Case(context.obj), subject, secret[0], author=who(by), reason=reason)
    else:
        found = open_identity(Case(context.obj), subject, secret, author=who(by), reason=reason)
    lines = [f"{name.removeprefix('identity_')}: {text}" for identity in found for name, text in identity.items()]
    emit(as_json, {"identities": found}, lines)


@app.command()
def masks(
    context: typer.Context,
    keeper: Annotated[list[str], typer.Option(help="Give it twice: two different keepers.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Let two keepers make the masks of identities that were sealed without them; shows nobody's name.

    Needed once, for records of an older version or after the key folder was lost in part: exports refuse till then.

    Example: ringtrace record mycase masks --keeper "Officer Lin" --keeper "Prosecutor Wu"
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.intake.recording import learn_masks
    from ringtrace.store.case import Case

    if len(keeper) != 2:
        raise UsageError("give --keeper twice: two different people")
    phrases = [typer.prompt(f"Passphrase of {name}", hide_input=True, err=True) for name in keeper]
    number = learn_masks(Case(context.obj), list(zip(keeper, phrases, strict=True)), author=who(by))
    emit(as_json, {"identities": number}, [f"Masks made for {counted(number, 'identity')}."])


def _today() -> str:
    from datetime import date

    return date.today().isoformat()


def _finding(finding: Finding) -> dict[str, object]:
    return {"row": finding.row, "level": finding.level, "words": finding.words}


def _batch_line(batch: Batch) -> str:
    end = f"; undone by event {batch.undone}" if batch.undone else ""
    return (
        f"batch {batch.number}: {batch.about['what']} of {counted(batch.about['rows'], 'row')} by {batch.author}{end}"
    )


def _record_line(record: Record) -> str:
    where = f" in {record.place}" if record.place else ""
    return f"{record.date}  {record.subject}  {record.kind} {record.status.replace('_', ' ')}{where}"


def _record(record: Record) -> object:
    import msgspec

    return msgspec.to_builtins(record)
