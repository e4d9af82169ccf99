"""Commands that let others check a case: checkpoint, timestamp, bag."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ringtrace.cli.output import By, CasePath, Json, Progress, Why, emit
from ringtrace.text.plural import counted


def checkpoint(
    case: CasePath,
    to: Annotated[Path, typer.Option("--to", help="File to write; give it to a witness.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Write a copy of the signed checkpoint for a witness: it holds no evidence, only size, root and signature.

    Later `ringtrace verify CASE --against FILE` proves that nothing from before it was changed.

    Example: ringtrace checkpoint mycase --to /mnt/notary/mycase.checkpoint
    """
    from ringtrace.errors import UsageError
    from ringtrace.store.case import Case
    from ringtrace.store.durable import replace_file
    from ringtrace.store.keys import verifier_key

    log = Case(case).evidence.log
    present = log.checkpoint()
    if present is None or not present.size:
        raise UsageError("the log is empty; add evidence first")
    replace_file(to, (log.folder / "checkpoint").read_bytes())
    key = verifier_key(present.origin, log.public_key())
    document = {"origin": present.origin, "lines": present.size, "root": present.root.hex(), "verifier key": key}
    lines = [f"Wrote the checkpoint of {counted(present.size, 'line')} to {to}.", f"Verifier key: {key}"]
    emit(as_json, document, lines)


def timestamp(case: CasePath, by: By = "", why: Why = "", as_json: Json = False) -> None:
    """Have an authority attest the time of the present checkpoint (RFC 3161), over the network.

    It sends one hash to the authority that case.toml names, checks the answer and keeps it; without an
    authority in case.toml it refuses. `ringtrace verify` checks kept time-stamps offline.

    Example: ringtrace timestamp mycase
    """
    from ringtrace.pipeline.handover.timestamping import stamp
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.store.case import Case

    done = stamp(Case(case), Asked(by, why))
    emit(
        as_json,
        {"number": done.number, "time": done.at.isoformat(), "lines": done.lines, "authority": done.authority},
        [f"{done.authority} attests that the log had {counted(done.lines, 'line')} by {done.at.isoformat()}."],
    )


def bag(
    case: CasePath,
    out: Annotated[Path, typer.Argument(help="Folder to write; must not exist.", show_default=False)],
    only: Annotated[list[str] | None, typer.Option(help="Only this file, by name or hash; repeatable.")] = None,
    recipient: Annotated[str, typer.Option(help="Who receives it; the custody log keeps it.")] = "",
    by: By = "",
    why: Why = "",
    as_json: Json = False,
) -> None:
    """Pack originals, log, proofs, checkpoint and time-stamps for a third party, with a verifier (BagIt, RFC 8493).

    The package can be checked without Ringtrace: README.txt in it says how, by sha256sum and openssl, or
    by `python3 verify.py FOLDER`, which needs nothing but Python. The log says first that it leaves.

    Example: ringtrace bag mycase out/bag --recipient "Prosecutor Wu" --why "indictment"
    """
    from ringtrace.pipeline.handover.bagging import write_bag
    from ringtrace.pipeline.intake.custodian import Asked
    from ringtrace.store.case import Case

    with Progress() as progress:
        done = write_bag(
            Case(case), out, only or [], recipient, Asked(by, why), lambda size, total: progress("bytes", size, total)
        )
    emit(
        as_json,
        {"bag": str(out), "originals": done.originals, "bytes": done.bytes, "lines": done.lines},
        [f"Wrote {counted(done.originals, 'original')} ({done.bytes:,} bytes) and {counted(done.lines, 'log line')} "
         f"to {out}.", f"Check it: python3 {out / 'verify.py'} {out}"],
    )  # fmt: skip
