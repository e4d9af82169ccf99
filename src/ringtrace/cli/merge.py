"""Many accounts made one person by one act, and the act taken back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ringtrace.cli.output import CasePath, Json, emit, who


def merge(
    case: CasePath,
    names: Annotated[
        list[str] | None, typer.Argument(help="Ids of accounts or actors, native ids or names.", show_default=False)
    ] = None,
    listed: Annotated[
        Path | None, typer.Option("--list", help="A file with one of these a line.", show_default=False)
    ] = None,
    reason: Annotated[str, typer.Option(help="Why they are one person, in words.")] = "",
    preview: Annotated[bool, typer.Option("--preview", help="Only say what it would change.")] = False,
    undo: Annotated[int, typer.Option(help="Take back the act of this event.", show_default=False)] = 0,
    as_json: Json = False,
) -> None:
    """Record by one act that several accounts, or all accounts of several actors, are one person.

    The next analysis joins them, whatever links them; `--undo` takes the whole act back. Nothing is recorded when a
    verdict says that two of them are two persons, or when one of their pairs waits for your own verdict.

    Example: ringtrace merge mycase actor-1f... actor-9a... --reason "same phone handed over"
    Example: ringtrace merge mycase --list ids.txt --preview
    Example: ringtrace merge mycase --undo 12
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.intake.recording import entries_of
    from ringtrace.pipeline.judging.merging import choose, plan_merger
    from ringtrace.pipeline.judging.merging import merge as record
    from ringtrace.pipeline.judging.previewing import Preview
    from ringtrace.pipeline.judging.second_looks import SecondLooks, take_back
    from ringtrace.pipeline.telling.room import Room
    from ringtrace.store.case import Case

    opened, person = Case(case), who("")
    with opened.lent_ledger() as ledger:
        if undo:
            take_back(ledger, undo, person, SecondLooks.of(ledger))
            emit(
                as_json, {"undone": undo}, [f"Event {undo} is taken back. Run `ringtrace analyse {case}` to apply it."]
            )
            return
        words = [*(names or ()), *(listed.read_text("utf-8-sig").splitlines() if listed else ())]
        room = Room(opened)
        chosen = choose(words, room.naming.accounts.values())
        if chosen.unknown or chosen.several:
            told = [f"{word} is of several actors: {', '.join(keys)}" for word, keys in chosen.several.items()]
            told += [f"{word} is no account or actor of this case" for word in chosen.unknown]
            raise UsageError("; ".join(told))
        merger = plan_merger(ledger, chosen.accounts, person)
        if not preview:
            number = record(ledger, merger, person, reason)
            again = f"To take it back: ringtrace merge {case} --undo {number}"
            done = f"{len(chosen.accounts):,} accounts are one person by event {number}."
            emit(
                as_json,
                {"event": number, **asdict(chosen)},
                [done, again, f"Run `ringtrace analyse {case}` to apply it."],
            )
            return
        obstacles, judgements = merger.obstacles(), ledger.judgements()
    effect = None if obstacles else Preview(room.table, judgements, entries_of(opened)).group(merger.pairs)
    lines = [f"It cannot be recorded: {why}." for why in obstacles]
    lines += [f"It would change: {line}." for line in effect.lines(room.naming.of)] if effect else []
    document = {**asdict(chosen), "obstacles": obstacles, "effect": effect.document() if effect else None}
    emit(as_json, document, [f"{len(chosen.accounts):,} accounts.", *lines, "Nothing was recorded."])
