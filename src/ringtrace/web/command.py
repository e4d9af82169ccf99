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

    run(Case(case), port, tell)
