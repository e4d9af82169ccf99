"""The command ledger: where the decisions of a case lie, and taking them to another database."""

from __future__ import annotations

from typing import Annotated

import typer

from ringtrace.cli.output import CasePath, Json, emit


def ledger(
    case: CasePath,
    move_to: Annotated[
        str, typer.Option("--database", help="URL of an empty database to take them to.", show_default=False)
    ] = "",
    as_json: Json = False,
) -> None:
    """Tell where the decisions of a case lie, or take them to a database that a team shares.

    Every event is copied as it is and compared; the old ledger stays where it is and is no longer read.

    Example: ringtrace ledger mycase --database "postgresql://ann@db.office.example/cases?schema=mycase"
    """
    from ringtrace.store.case import Case
    from ringtrace.store.ledger import move_events, open_ledger

    opened = Case(case)
    with opened.locked():
        held = opened.open_ledger()
        try:
            events, where = held.last(), held.address
            if move_to:
                with open_ledger(move_to) as target:
                    events, where = move_events(held, target), target.address
                opened.set_ledger(move_to)
        finally:
            held.close()
    told = f"{events:,} events {'were taken to' if move_to else 'lie in'} {where}."
    emit(as_json, {"ledger": where, "events": events, "moved": bool(move_to)}, [told])
