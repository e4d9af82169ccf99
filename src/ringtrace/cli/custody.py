"""The command custody: how originals came in, who did what with them, corrections, erasure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Why, emit
from ringtrace.text.plural import counted

_ACTIONS = ("list", "log", "amend", "erase")


def custody(
    case: CasePath,
    action: Annotated[str, typer.Argument(help="list (when left out), log, amend or erase.")] = "list",
    evidence: Annotated[str, typer.Argument(help="A file by its name, or by its hash or the start of it.")] = "",
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="For amend: FIELD=WORDS, as authority='order 17'; repeatable.")
    ] = None,
    authority: Annotated[str, typer.Option(help="For erase: under which authority.")] = "",
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Tell how each original came in and who read, passed on, corrected or erased it since.

    A correction stands beside what was stated first. Erasing deletes an original for good; its hash,
    the authority and the reason stay in the log.

    Example: ringtrace custody mycase

    Example: ringtrace custody mycase log tips.csv

    Example: ringtrace custody mycase amend tips.csv --set "authority=order 2014/17" --why "left out at intake"

    Example: ringtrace custody mycase erase tips.csv --authority "court order 2020/3" --why "retention ended"
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.intake.custodian import Asked, amend, erase
    from ringtrace.pipeline.telling.provenance import act_line, find_evidence, history
    from ringtrace.store.case import Case

    opened, asked = Case(case), Asked(by, why)
    if action not in _ACTIONS:
        raise UsageError(f"{action!r} is not one of {', '.join(_ACTIONS)}")
    if action == "list":
        rows = history(opened)
        received = [row for row in rows if row["event"] == "collect"]
        emit(as_json, {"receptions": received}, [*map(_reception_line, received), f"{counted(len(received), 'file')}."])
        return
    key = find_evidence(opened, evidence) if evidence else ""
    if action == "log":
        rows = history(opened, key)
        emit(as_json, {"evidence": key, "log": rows}, [act_line(row) for row in rows])
        return
    if not key:
        raise UsageError(f"name the file to {action}")
    if action == "amend":
        amend(opened, key, dict(_pair(text) for text in set_ or []), asked)
        emit(as_json, {"evidence": key}, ["Corrected; what was stated first stays in the log."])
    else:
        erase(opened, key, authority, asked)
        emit(
            as_json, {"evidence": key}, [f"Erased {key}. Run `ringtrace analyse {case}` to forget what was read in it."]
        )


def _pair(text: str) -> tuple[str, str]:
    name, _, words = text.partition("=")
    return name.strip().replace("-", "_").replace(" ", "_"), words.strip()


def _reception_line(row: Mapping[str, object]) -> str:
    from ringtrace.pipeline.telling.provenance import act_line

    return f"{str(row['evidence'])[:16]}  {row['name']}  {row['size']:,} bytes\n{act_line(row)}"
