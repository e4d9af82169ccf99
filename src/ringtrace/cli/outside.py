"""Commands to and from the world outside a case: export, formats, simulate, evaluate, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Progress, Why, emit
from ringtrace.text.plural import counted


def _formats(incomplete: str) -> list[str]:
    from ringtrace import registry

    return [name for name in registry.scan("ringtrace.exporters") if name.startswith(incomplete)]


def _presets(incomplete: str) -> list[str]:
    from ringtrace.simulator.presets import preset_names

    return [name for name in preset_names() if name.startswith(incomplete)]


def _authors(incomplete: str) -> list[str]:
    from ringtrace.simulator.stage import author_names

    return [name for name in author_names() if name.startswith(incomplete)]


def export(
    case: CasePath,
    target: Annotated[Path, typer.Argument(help="Folder or file to write.", show_default=False)],
    to: Annotated[
        str, typer.Option("--to", help="Format; `ringtrace formats` lists them.", autocompletion=_formats)
    ] = "tables",
    recipient: Annotated[str, typer.Option(help="Who receives it; the custody log keeps it.")] = "",
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Write the analysis in another program's format; children whom the records know are masked, but in tables.

    The custody log says who passes what on to whom, with hashes, before a file appears.

    Example: ringtrace export mycase --to tables out/ --recipient "Prosecutor Wu" --why "indictment"

    Example: ringtrace export mycase --to gexf rings.gexf
    """
    from ringtrace.pipeline.handover.exporting import export as write
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.store.case import Case

    written = write(Case(case), to, target, Asked(by, why), recipient=recipient)
    emit(as_json, {"files": [str(path) for path in written]}, [f"Wrote {counted(len(written), 'file')} to {target}."])


def formats(
    coverage: Annotated[
        Path | None, typer.Option(help="A case: what its files' bytes turned out to be, by reader and file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List what can be read, found and written; or how every byte of a case was accounted for.

    Example: ringtrace formats --json

    Example: ringtrace formats --coverage mycase
    """
    from ringtrace import registry

    if coverage is not None:
        from ringtrace.pipeline.telling.coverage import Coverage
        from ringtrace.store.case import Case

        found = Coverage.of(Case(coverage))
        emit(as_json, found.document(), found.lines())
        return
    readers = registry.scan("ringtrace.readers")
    extractors = registry.scan("ringtrace.extractors")
    exporters = registry.scan("ringtrace.exporters")
    lines = ["Readers:"] + [f"  {name}: {part.NAME} (version {part.VERSION})" for name, part in readers.items()]
    lines += ["Extractors:"] + [f"  {name}" for name in extractors]
    lines += ["Exporters:"] + [f"  {name}: {part.NAME}" for name, part in exporters.items()]
    emit(as_json, {"readers": [*readers], "extractors": [*extractors], "exporters": [*exporters]}, lines)


def simulate(
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist.", show_default=False)],
    preset: Annotated[str, typer.Option(help="tiny, seed or hard.", autocompletion=_presets)] = "tiny",
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.")] = 1,
    authors: Annotated[
        str, typer.Option(help="Whose texts: dev, second, third, fourth, fifth or eval.", autocompletion=_authors)
    ] = "dev",
    as_json: Json = False,
) -> None:
    """Write synthetic evidence with known truth, for tests and training.

    Example: ringtrace simulate /tmp/sim --preset tiny --seed 7 --authors eval
    """
    from dataclasses import asdict

    from ringtrace.simulator.stage import simulate as write

    with Progress() as progress:
        progress("writing synthetic evidence", 0, 1)
        summary = write(out, preset, seed, authors)
    emit(as_json, asdict(summary), [f"Wrote synthetic evidence and its truth to {out}.", str(summary)])


def evaluate(
    case: CasePath,
    truth: Annotated[Path, typer.Argument(help="Folder of truth files.", show_default=False)],
    page: Annotated[
        Path | None, typer.Option(help="Write the scores as one HTML file, with curves and errors.")
    ] = None,
    brief: Annotated[bool, typer.Option("--brief", help="Do not print what the words mean below the scores.")] = False,
    as_json: Json = False,
) -> None:
    """Measure an analysis against a truth: scores with 95 % intervals, overall and per slice.

    Below the scores it says what their words mean.

    Example: ringtrace evaluate mycase /tmp/sim/truth

    Example: ringtrace evaluate mycase truth/ --page evaluation.html
    """
    from ringtrace.evaluation.scores import evaluate as measure
    from ringtrace.evaluation.terms import explained
    from ringtrace.store.case import Case

    with Progress() as progress:
        progress("measuring", 0, 1)
        scores = measure(Case(case).analysis, truth)
    if page is not None:
        from ringtrace.evaluation.page import render

        page.write_text(render(case.resolve().name, scores.document, scores.judged), "utf-8")
    emit(as_json, scores.document, [*scores.lines(), *(() if brief else explained(scores.document))])


def demo(
    folder: Annotated[Path, typer.Option(help="Where to put evidence and case.")] = Path("."),
    preset: Annotated[str, typer.Option(help="tiny, seed or hard.", autocompletion=_presets)] = "tiny",
    as_json: Json = False,
) -> None:
    """Simulate a case, take it in, analyse it, measure it, and say what was found.

    Replaces demo-evidence and demo-case of an earlier demo in the folder. Takes seconds for tiny and
    minutes for seed; progress goes to standard error.

    Example: ringtrace demo --preset seed --folder /tmp
    """
    from ringtrace.cli.demonstration import demonstrate

    with Progress() as progress:
        document, lines = demonstrate(folder, preset, progress)
    emit(as_json, document, lines)
