"""The command `suggest`: a second opinion by a language model that a person runs; off unless asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Why, emit
from ringtrace.text.plural import counted


def suggest(
    case: CasePath,
    endpoint: Annotated[str, typer.Option(help="OpenAI-compatible address up to /v1, on this machine.")],
    model: Annotated[str, typer.Option(help="The model's name there.")],
    other_host: Annotated[str, typer.Option(help="Name another machine to let redacted posts leave to it.")] = "",
    limit: Annotated[int, typer.Option(help="Posts asked about at most.")] = 50,
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Ask a language model about posts that wait for a person's eyes; contacts and digits are redacted first.

    Its answers are suggestions: kept in the ledger, read by no analysis, and only where the words that they quote
    stand in the post. The custody log says what was sent where.

    Example: ringtrace suggest mycase --endpoint http://127.0.0.1:8080/v1 --model local
    """
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.pipeline.judging.suggesting import suggest as ask
    from ringtrace.store.case import Case

    advice = ask(Case(case), endpoint, model, Asked(by, why), other_host=other_host, most=limit)
    lines = [f"{one.post}: {one.direction}, {one.frame} (characters {one.start}-{one.stop})" for one in advice.kept]
    lines.append(
        f"Asked about {counted(advice.asked, 'post')}; {len(advice.kept):,} suggestions kept, {advice.refused:,} "
        "answers that quoted nothing of the post or had no such form."
    )
    emit(as_json, asdict(advice), lines)
