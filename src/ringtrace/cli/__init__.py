"""The command line. Exit codes: 0 done, 1 refused with a reason, 2 wrong usage, 3 done in part
(some files could not be taken in), 4 verification found changes, 5 the watch list has open alerts."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from ringtrace import __version__
from ringtrace.cli import (
    case,
    custody,
    deconflict,
    explain,
    handover,
    label,
    ledger,
    merge,
    outside,
    plan,
    proof,
    record,
    statement,
    suggest,
    tips,
    watch,
)
from ringtrace.cli.output import visible
from ringtrace.errors import RingtraceError

_EXITS = (
    "Exit codes: 0 done, 1 refused with a reason, 2 wrong usage, 3 done in part, 4 verification found changes, "
    "5 alerts are open."
)
_LEAST = "Exit codes: 0 done, 1 refused with a reason, 2 wrong usage."
_PARTS = {
    "add": _LEAST.replace("usage.", "usage, 3 done in part: some files were not taken in."),
    "analyse": _LEAST.replace("usage.", "usage, 3 done in part: some bytes could not be read."),
    "watch": _LEAST.replace("usage.", "usage, 3 done in part: some rows were refused, 5 alerts are open (alerts)."),
    "record": _LEAST.replace("usage.", "usage, 3 done in part: some rows were refused."),
    "verify": _LEAST.replace("usage.", "usage, 4 something was changed."),
}

app = typer.Typer(
    name="ringtrace",
    help="From lawfully obtained evidence to explained rings, every claim traced to its bytes.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    epilog=_EXITS,
)
_STAGES: dict[str, tuple[Callable[..., None], ...]] = {
    "Intake": (case.init, case.add, tips.tips, custody.custody),
    "Analyse": (case.analyse, explain.show),
    "Judge": (case.judge, merge.merge, label.label, suggest.suggest),
    "Records": (ledger.ledger,),
    "Operation": (plan.plan, deconflict.deconflict),
    "Figures and statement": (explain.reconcile, statement.statement),
    "Court": (handover.dossier, handover.discovery, case.verify, proof.checkpoint, proof.timestamp, proof.bag),
    "Exchange": (outside.export, outside.formats),
    "Practise and measure": (outside.demo, outside.simulate, outside.evaluate),
}
"""Stage of the work -> its commands: the groups of ``ringtrace --help``, in order."""
for _stage, _commands in _STAGES.items():
    for _command in _commands:
        app.command(epilog=_PARTS.get(_command.__name__, _LEAST), rich_help_panel=_stage)(_command)
    if _stage == "Intake":
        app.add_typer(watch.app, epilog=_PARTS["watch"], rich_help_panel="Analyse")
    if _stage == "Records":
        app.add_typer(record.app, epilog=_PARTS["record"], rich_help_panel=_stage)


def add_command(command: Callable[..., None], stage: str = "Workbench in a browser") -> None:
    """Take in a command of another part of the program, such as the workbench's, under its stage of the work."""
    app.command(epilog=_PARTS.get(command.__name__, _LEAST), rich_help_panel=stage)(command)


def main() -> None:
    """Run the command line; an error that was foreseen, or the system's refusal, is one sentence on standard error."""
    try:
        app()
    except (RingtraceError, OSError) as error:
        print(f"ringtrace: {visible(_words(error))}", file=sys.stderr)
        raise SystemExit(1) from None


def _words(error: Exception) -> str:
    """Return what went wrong; of the system's refusals without Python's number, the file first."""
    if isinstance(error, OSError) and error.strerror and isinstance(error.filename, str):
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _tell_version(asked: bool) -> None:
    if asked:
        print(f"ringtrace {__version__}")
        raise typer.Exit


@app.callback()
def _choose(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_tell_version, is_eager=True)
    ] = False,
) -> None:
    """Take the options that stand before a command."""
