"""The command serve; what it needs is imported when it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

PORT = 8714


def serve(
    case: Annotated[Path, typer.Argument(help="The case folder.", show_default=False)],
    port: Annotated[int, typer.Option(help="Port on this machine; 0 takes any free one.", min=0, max=65535)] = PORT,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """Open the workbench on this machine alone and print the address to open; it runs until Ctrl-C.

    The address opens once, in one browser; each time it is used the next one is printed.

    Example: ringtrace serve mycase
    """
    from ringtrace.store.case import Case
    from ringtrace.web.server import run

    def tell(address: str) -> None:
        if as_json:
            print(json.dumps({"address": address}), flush=True)
        else:
            print(f"Open {address}", flush=True)

    def tell_public(address: str) -> None:
        if as_json:
            print(json.dumps({"tips": address}), flush=True)
        else:
            print(f"The public's form for tips answers at {address}", flush=True)

    run(Case(case), port, tell, tell_public)


def invite(
    case: Annotated[Path, typer.Argument(help="The case folder.", show_default=False)],
    name: Annotated[str, typer.Argument(help="The name that the logs will hold.", show_default=False)],
    role: Annotated[list[str], typer.Option(help="A role in this case; may be given several times.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")] = False,
) -> None:
    """Print a one-time link by which somebody joins the team of a case, or comes in anew after losing a passkey.

    Admins do the same in the workbench; this is for the first of them, and for the day when none can come in.

    Example: ringtrace invite mycase "Wu Min" --role admin
    """
    import getpass

    from ringtrace.errors import UsageError
    from ringtrace.store.case import Case
    from ringtrace.web.team import Team

    opened = Case(case)
    if opened.settings.team is None:
        raise UsageError("this case has no [team] in case.toml; see docs/teams.md")
    with opened.lent_ledger() as ledger:
        team = Team(opened, opened.settings.team, ledger)
        link = team.invitation(team.invite(name, role, getpass.getuser()))
    print(json.dumps({"address": link}) if as_json else f"Hand over {link} (works once, within three days)")
