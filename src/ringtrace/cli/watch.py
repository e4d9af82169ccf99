"""The command watch: identifiers that somebody waits for, and the alerts that they raised."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ringtrace.cli.output import ALERTS, PARTIAL, By, CasePath, Json, emit, who
from ringtrace.text.plural import counted

if TYPE_CHECKING:
    from ringtrace.model.watch import Watch
    from ringtrace.pipeline.analysis.alerting import Outcome, Wish

app = typer.Typer(
    name="watch",
    help="Keep a list of identifiers to be told of when new evidence holds them. Without a subcommand: the list.\n\n"
    'Example: ringtrace watch mycase add phone "170 0000 0001" --reason "named by a caller"',
    invoke_without_command=True,
    rich_markup_mode="markdown",
)
_SHOWN = 50
_PLAIN = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


@app.callback()
def _choose(context: typer.Context, case: CasePath, as_json: _PLAIN = False) -> None:
    context.obj = case
    if context.invoked_subcommand is None:
        _list(case, as_json)


@app.command("list")
def list_(context: typer.Context, as_json: Json = False) -> None:
    """Show what is watched, why and for whom.

    Example: ringtrace watch mycase list
    """
    _list(context.obj, as_json)


def _list(folder: Path, as_json: bool) -> None:
    from ringtrace.pipeline.analysis.alerting import masker_of, open_alerts
    from ringtrace.store.case import Case
    from ringtrace.store.watches import read_watches

    case = Case(folder)
    ledger = case.open_ledger()
    watches, alerts, mask = read_watches(ledger), open_alerts(case, ledger), masker_of(case)
    ledger.close()
    told = [{**_document(one), "value": mask(one.value), "reason": mask(one.reason)} for one in watches]
    lines = [f"{one['number']}: {one['kind']} {one['value']} ({one['author']}: {one['reason']})" for one in told]
    lines.append(f"{counted(len(watches), 'identifier')} watched, {counted(len(alerts), 'alert')} open.")
    lines += [f"See them: ringtrace watch {folder} alerts"] if alerts else []
    emit(as_json, {"watched": told, "open alerts": len(alerts)}, lines)


@app.command()
def add(
    context: typer.Context,
    kind: Annotated[
        str, typer.Argument(help="phone, qq, wechat, telegram, email, url or payment.", show_default=False)
    ],
    value: Annotated[str, typer.Argument(help="The identifier, written in any way.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why it is watched.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Watch an identifier; it is kept as mentions have it. The next analysis says where it stands, old evidence too.

    Refused for what is part of a sealed identity.

    Example: ringtrace watch mycase add qq 1000001 --reason "named by a caller"
    """
    from ringtrace.pipeline.analysis.alerting import Wish

    _add(context.obj, [Wish(kind.casefold(), value, reason)], by, as_json)


@app.command("import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A CSV or XLSX table with the columns kind, value, reason.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Watch every identifier of a table; rows that cannot be are refused with a reason, the rest goes in.

    Exit code 3 when rows were refused.

    Example: ringtrace watch mycase import wanted.csv
    """
    from ringtrace.pipeline.analysis.alerting import read_wishes

    _add(context.obj, read_wishes(file.read_bytes(), file.name), by, as_json)


def _add(folder: Path, wishes: list[Wish], by: str, as_json: bool) -> None:
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.analysis.alerting import watch
    from ringtrace.store.case import Case

    done = watch(Case(folder), wishes, who(by))
    counts = {status: sum(one.status == status for one in done) for status in ("added", "known", "refused")}
    if len(done) == 1 and done[0].status == "refused":
        raise UsageError(done[0].why)
    lines = [line for one in done for line in _outcome_lines(one)][:_SHOWN]
    lines.append(
        f"{counts['added']:,} watched from now on, {counts['known']:,} watched already, {counts['refused']:,} refused."
    )
    lines += [f"Run `ringtrace analyse {folder}` to be told of them."] if counts["added"] else []
    rows = [
        {"row": one.wish.row, "kind": one.wish.kind, "value": one.value, "status": one.status, "number": one.number,
         "why": one.why} for one in done
    ]  # fmt: skip
    emit(as_json, {**counts, "identifiers": rows}, lines)
    if counts["refused"]:
        raise typer.Exit(PARTIAL)


def _outcome_lines(one: Outcome) -> list[str]:
    row = f"row {one.wish.row}: " if one.wish.row else ""
    if one.status == "refused":
        return [f"{row}refused: {one.why}"]
    return [f"{row}{one.number}: {one.wish.kind} {one.value}" + (" (already)" if one.status == "known" else "")]


@app.command()
def remove(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="Its number on the list.", show_default=False)],
    reason: Annotated[str, typer.Option(help="Why it is no longer watched.")],
    by: By = "",
    as_json: Json = False,
) -> None:
    """Take an identifier off the list; that it was watched, and why no longer, stays on record.

    Example: ringtrace watch mycase remove 12 --reason "the caller was mistaken"
    """
    from ringtrace.store.case import Case
    from ringtrace.store.watches import remove_watch

    ledger = Case(context.obj).open_ledger()
    gone = remove_watch(ledger, number, who(by), reason)
    ledger.close()
    emit(as_json, _document(gone), [f"{gone.kind} with the number {number} is no longer watched."])


@app.command()
def alerts(context: typer.Context, as_json: Json = False) -> None:
    """Show the alerts of the last analysis that nobody has marked as seen, each with its file and bytes.

    Exit code 5 when there are any, 0 when there are none.

    Example: ringtrace watch mycase alerts
    """
    from ringtrace.pipeline.analysis.alerting import alert_document, alert_sentence, masker_of, open_alerts
    from ringtrace.pipeline.intake.custodian import NOBODY, log_consultation
    from ringtrace.pipeline.telling.room import Room
    from ringtrace.store.case import Case

    case = Case(context.obj)
    ledger = case.open_ledger()
    found = open_alerts(case, ledger)
    ledger.close()
    mask = masker_of(case) if found else str
    room = Room(case)
    told = [(one, alert_sentence(one, room.spoken, mask)) for one in found]
    if found:
        log_consultation(case, list(room.consulted), NOBODY)
    lines = [f"{one.id}: {sentence}" for one, sentence in told] or ["No alert is open."]
    lines += [f"When you have looked at them: ringtrace watch {context.obj} seen"] if found else []
    emit(as_json, {"alerts": [{**alert_document(one, mask), "text": line} for one, line in told]}, lines)
    if found:
        raise typer.Exit(ALERTS)


@app.command()
def seen(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="Alerts; all open ones when left out.")] = None,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Mark alerts as seen; they are not raised again, and the ledger says by whom.

    Example: ringtrace watch mycase seen alert-91ab...
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.analysis.alerting import open_alerts
    from ringtrace.store.case import Case
    from ringtrace.store.watches import mark_seen

    case = Case(context.obj)
    ledger = case.open_ledger()
    known = {one.id for one in open_alerts(case, ledger)}
    wanted = set(ids or known)
    if strange := sorted(wanted - known):
        raise UsageError(f"{strange[0]} is no open alert; `ringtrace watch {context.obj} alerts` lists them")
    number = mark_seen(ledger, who(by), sorted(wanted)) if wanted else 0
    ledger.close()
    emit(as_json, {"event": number, "alerts": sorted(wanted)}, [f"{counted(len(wanted), 'alert')} marked as seen."])


def _document(one: Watch) -> dict[str, Any]:
    return {"number": one.number, "kind": one.kind, "value": one.value, "reason": one.reason, "author": one.author,
            "at": one.at}  # fmt: skip
