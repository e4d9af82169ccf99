"""From what a person writes behind ``--engine`` to an engine."""

from __future__ import annotations

import os
import re

from ringtrace.engines.engine import Engine
from ringtrace.engines.local import Local
from ringtrace.errors import UsageError

_CORES = re.compile(r"\[(\d{1,4}|\*)\]")


def open_engine(url: str) -> Engine:
    """Return the engine that ``url`` names.

    local, local:N       N processes of this machine, one for each core when N is not given
    spark-local[N]       a Spark of its own on this machine, without server, N threads
    spark://HOST:PORT    a standalone Spark cluster
    spark:MASTER         any other master that Spark knows (yarn, k8s://...)
    spark                whatever the Spark that starts this program was set to

    Raises UsageError for anything else, and where Spark is asked for but not installed.
    """
    name, _, rest = url.partition(":")
    if name == "local" and (not rest or (rest.isdigit() and int(rest))):
        return Local(int(rest or os.cpu_count() or 1))
    master = _master(url)
    if master is None:
        raise UsageError(
            f"engine {url!r} is not known; use local, local:N, spark-local[N], spark://HOST:PORT, spark:MASTER or spark"
        )
    try:
        from ringtrace.engines.spark import Spark
    except ImportError as error:
        raise UsageError(
            f"engine {url!r} needs Spark, which is not installed ({error}); "
            "install the extra: pip install 'ringtrace[spark]', and a Java runtime, version 17 or later"
        ) from error
    return Spark(master)


def _master(url: str) -> str | None:
    """Return the master as Spark writes it, "" for its own setting, None when ``url`` names no Spark."""
    if url == "spark" or url.startswith("spark://"):
        return "" if url == "spark" else url
    if url.startswith("spark-local"):
        cores = url.removeprefix("spark-local")
        return f"local{cores or '[*]'}" if not cores or _CORES.fullmatch(cores) else None
    return url.removeprefix("spark:") or None if url.startswith("spark:") else None
