"""The command deconflict: does another case, or another house, look at the same target or place?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringtrace.cli.output import By, Json, Why, emit, who
from ringtrace.text.plural import counted

_ACTIONS = ("near", "key", "ask", "answer", "claim", "point", "read", "audit")


def deconflict(
    case: Annotated[Path, typer.Argument(help="The case folder; for near: a folder of cases.", show_default=False)],
    action: Annotated[str, typer.Argument(help="near, key, ask, answer, claim, point, read or audit.")],
    message: Annotated[Path | None, typer.Argument(help="The message that came in; for ask: the one to write.")] = None,
    out: Annotated[Path | None, typer.Argument(help="For answer, claim and point: the message to write.")] = None,
    to: Annotated[str, typer.Option(help="For ask: the partner's name in case.toml.")] = "",
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Find out whether others look at the same target, or at the same place in the same week.

    Between houses by files, without showing lists: the asker writes an ask, the owner an answer, the asker a claim
    for what was hit, the owner pointers to a contact. Partners and what they are told stand in case.toml.

    Example: ringtrace deconflict cases/ near

    Example: ringtrace deconflict mycase ask to-anhui.ask --to Anhui

    Example: ringtrace deconflict mycase answer to-anhui.ask to-sichuan.answer
    """
    from ringtrace.errors import UsageError

    if action not in _ACTIONS:
        raise UsageError(f"{action!r} is not one of {', '.join(_ACTIONS)}")
    if action == "near":
        _near(case, by, as_json)
    elif action == "key":
        _key(as_json)
    else:
        _message(action, case, message, out, to, (by, why), as_json)


def _near(folder: Path, by: str, as_json: bool) -> None:
    from ringtrace.pipeline.operation.deconflicting import compare_cases

    cases = sorted(
        path.parent for path in folder.glob("*/case.toml") if (path.parent / "analysis" / "posts.parquet").is_file()
    )
    found = compare_cases(cases, author=who(by))
    lines = [f"{counted(len(cases), 'case')} compared; {len(found)} identifiers or cells are in more than one."]
    lines += [f"  {near.what}: {', '.join(near.cases)}" for near in found]
    emit(
        as_json, {"cases": [str(c) for c in cases], "near": [{"what": n.what, "cases": n.cases} for n in found]}, lines
    )


def _key(as_json: bool) -> None:
    from ringtrace.operation.exchange import public_key
    from ringtrace.store.keys import key_folder, open_key

    key = public_key(open_key(key_folder()))
    emit(as_json, {"key": key}, [key, "Give it to partners by a channel where they know your voice."])


def _message(
    action: str, folder: Path, message: Path | None, out: Path | None, to: str, asker: tuple[str, str], as_json: bool
) -> None:
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.operation import deconflicting
    from ringtrace.store.case import Case

    if message is None or (out is None and action in ("answer", "claim", "point")):
        raise UsageError(
            f"{action} needs {'a file' if action in ('ask', 'read', 'audit') else 'two files'}; see --help"
        )
    case, asked = Case(folder), Asked(*asker)
    target = out or message
    if action == "ask":
        number = deconflicting.ask(case, to, message, asked)
        emit(as_json, {"asked": number}, [f"Asked {counted(number, 'identifier')}; hand {message} to {to}."])
    elif action == "answer":
        number = deconflicting.answer(case, message.read_bytes(), target, asked)
        emit(as_json, {"answered": number}, [f"Evaluated {counted(number, 'identifier')} unseen; hand {target} back."])
    elif action == "claim":
        hits = deconflicting.claim(case, message.read_bytes(), target, asked)
        lines = [f"Hits: {len(hits)}.", *(f"  {hit}" for hit in hits)]
        emit(as_json, {"hits": hits}, [*lines, *([f"Hand {target} over to learn whom to call."] if hits else [])])
    elif action == "point":
        hits = deconflicting.point(case, message.read_bytes(), target, asked)
        emit(as_json, {"hits": hits}, [f"They hold, too: {len(hits)}.", *(f"  {hit}" for hit in hits)])
    elif action == "read":
        told = deconflicting.read_pointers(case, message.read_bytes(), asked)
        lines = [f"  {item}: {whom or 'the owner says nothing'}" for item, whom in told]
        emit(as_json, {"pointers": [{"identifier": item, "contact": whom} for item, whom in told]}, lines)
    else:
        problems = deconflicting.audit(case, message.read_bytes())
        emit(as_json, {"problems": problems}, problems or ["Every value of the ask stands in the case."])
