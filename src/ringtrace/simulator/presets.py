"""Named sizes of simulated cases, kept as data in ``presets.toml``."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

from ringtrace.errors import UsageError
from ringtrace.simulator.script import Spec


def preset_names() -> tuple[str, ...]:
    return tuple(sorted(_tables()))


def load_preset(name: str, seed: int) -> Spec:
    """Return the spec of a preset. Raises UsageError when there is none of that name."""
    tables = _tables()
    if name not in tables:
        raise UsageError(f"no preset {name!r}; there are {', '.join(sorted(tables))}")
    table = dict(tables[name])
    table = {**tables[table.pop("base")], **table} if "base" in table else table
    table["rings"] = tuple(table["rings"])
    table["provinces"] = tuple(table["provinces"])
    table["margins"] = {code: (people, children) for code, (people, children) in table["margins"].items()}
    return Spec(seed=seed, **table)


def _tables() -> dict[str, dict[str, Any]]:
    document = tomllib.loads((resources.files("ringtrace.simulator") / "presets.toml").read_text("utf-8"))
    return {name: table for name, table in document.items() if isinstance(table, dict)}
