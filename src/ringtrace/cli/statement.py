"""The command statement: draft, list, release, write."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ringtrace.cli.output import CasePath, Json, emit, who

if TYPE_CHECKING:
    from ringtrace.pipeline.operation.stating import Drafted

_ACTIONS = ("draft", "list", "release", "write")


def statement(
    case: CasePath,
    action: Annotated[str, typer.Argument(help="draft (when left out), list, release or write.")] = "draft",
    draft: Annotated[str, typer.Argument(help="For release and write: the draft's id or its start.")] = "",
    as_of: Annotated[str, typer.Option("--as-of", help="Count what had happened by this day: 2014-02-28.")] = "",
    audience: Annotated[str, typer.Option("--for", help="public (small counts protected) or partner.")] = "public",
    embargo: Annotated[str, typer.Option(help="Not to be published before this day.")] = "",
    corrects: Annotated[str, typer.Option(help="The released statement that this one corrects.")] = "",
    by: Annotated[str, typer.Option(help="Who drafts or releases; your login name when left out.")] = "",
    out: Annotated[Path | None, typer.Option(help="Folder to write to; CASE/statements/DRAFT when left out.")] = None,
    as_json: Json = False,
) -> None:
    """Draft a statement from the records, in Chinese and English; two different people release it.

    Writes text, HTML and PDF, and an internal HTML in which every figure opens its records.

    Example: ringtrace statement mycase --as-of 2014-02-28 --for public

    Example: ringtrace statement mycase release statement-4be1 --by "Officer Lin"
    """
    from ringtrace.errors import UsageError
    from ringtrace.pipeline.operation.stating import draft_statement, drafts_of, find_draft, release, write_files
    from ringtrace.statement.composing import Request
    from ringtrace.store.case import Case

    opened = Case(case)
    if action not in _ACTIONS:
        raise UsageError(f"{action!r} is not one of {', '.join(_ACTIONS)}")
    if action == "list":
        found = drafts_of(opened)
        emit(as_json, {"statements": [_document(item) for item in found]}, [_line(item) for item in found] or ["None."])
        return
    if action == "release":
        drafted = release(opened, draft, by=who(by))
    elif action == "write":
        drafted = find_draft(drafts_of(opened), draft)
    else:
        if audience not in ("public", "partner"):
            raise UsageError(f"--for {audience!r} is not public or partner")
        asked = Request(
            opened.settings.name, _day(as_of, "--as-of"), "partner" if audience == "partner" else "public",
            _day(embargo, "--embargo") if embargo else "", corrects,
        )  # fmt: skip
        drafted = draft_statement(opened, asked, author=who(by))
    files = write_files(opened, drafted, out or case / "statements" / drafted.id)
    lines = [_line(drafted), *_remarks(drafted), *(f"  {path}" for path in files)]
    emit(as_json, {**_document(drafted), "files": [str(path) for path in files]}, lines)


def _day(text: str, option: str) -> str:
    from ringtrace.errors import UsageError

    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise UsageError(f"{option} needs a day such as 2014-02-28, not {text!r}") from None


def _line(drafted: Drafted) -> str:
    made = drafted.statement
    state = f"released by {' and '.join(drafted.people)}" if drafted.released else "draft"
    state += f", approved by {drafted.people[0]}" if len(drafted.people) == 1 else ""
    return f"{drafted.id}: {made.audience}, as of {made.as_of}, {state}"


def _remarks(drafted: Drafted) -> list[str]:
    from ringtrace.statement.layout import has_chinese_font

    made = drafted.statement
    lines = [f"Counts printed as they are: {made.kept:.0%} of {len(made.lines)}."]
    if not made.lines:
        lines = ["It holds no count: no record tells of that day or before. See ringtrace record CASE import --help"]
    lines += [f"Cannot be protected, others' figures give it away: {name}" for name in made.exposed]
    if not has_chinese_font():
        lines.append("The PDF lacks its Chinese: install Noto Serif CJK or Source Han Serif; text and HTML are whole.")
    if not drafted.released:
        lines.append("Two different people must release it: ringtrace statement CASE release DRAFT --by NAME")
    return lines


def _document(drafted: Drafted) -> dict[str, object]:
    from dataclasses import asdict

    return {"id": drafted.id, "released": drafted.released, "people": drafted.people, "author": drafted.author,
            "kept": drafted.statement.kept, **asdict(drafted.statement)}  # fmt: skip
