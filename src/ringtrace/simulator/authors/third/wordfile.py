"""Reads the files of ``words/`` as they are."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

FOLDER = resources.files("ringtrace.simulator.authors.third") / "words"


@cache
def load_words(name: str) -> dict[str, Any]:
    """Return one file of ``words/``."""
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
