"""Word lists as data: ``lexicons/<topic>.<language>.toml``, one file per topic and language.

A file holds tables of concepts::

    version = "1"
    [concept.child]
    terms = ["baby", "newborn"]

Terms of one concept are merged over the languages; a new language is a new file. A case may put
files of the same form into its own ``lexicons/`` folder: they add terms, and ``remove = [...]``
takes terms away.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ringtrace.errors import LexiconError


@cache
def load(topic: str, override: Path | None = None) -> Mapping[str, tuple[str, ...]]:
    """Return concept -> terms for ``topic`` over all languages, longest terms first.

    override: a folder with further files of the same form. Raises LexiconError naming file, key
    and what was found.
    """
    terms: dict[str, dict[str, None]] = {}
    removed: dict[str, set[str]] = {}
    for name, document in documents(topic, override):
        for concept, table in document.get("concept", {}).items():
            if not isinstance(table, dict):
                raise LexiconError(f"{name}: [concept.{concept}] must be a table, found {type(table).__name__}")
            for key, sink in (("terms", terms.setdefault(concept, {})), ("remove", None)):
                words = table.get(key, [])
                if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
                    raise LexiconError(f"{name}: concept.{concept}.{key} must be a list of non-empty strings")
                if sink is None:
                    removed.setdefault(concept, set()).update(words)
                else:
                    sink.update(dict.fromkeys(words))
    return MappingProxyType(
        {
            concept: tuple(sorted((w for w in words if w not in removed.get(concept, ())), key=lambda w: (-len(w), w)))
            for concept, words in terms.items()
        }
    )


def any_of(words: Iterable[str]) -> str:
    """Return the inside of a pattern that matches any of the words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


@cache
def constants(name: str) -> Mapping[str, Any]:
    """Return the shipped table of constants ``lexicons/<name>.model.toml``."""
    path = resources.files("ringtrace") / "lexicons" / f"{name}.model.toml"
    return MappingProxyType(tomllib.loads(path.read_text("utf-8")))


def documents(topic: str, override: Path | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Return (file name, parsed TOML) for ``topic.*.toml``, shipped files first, in name order."""
    shipped = resources.files("ringtrace") / "lexicons"
    files = [entry for entry in shipped.iterdir() if entry.name.startswith(f"{topic}.")]
    files.sort(key=lambda entry: entry.name)
    if override is not None and override.is_dir():
        files.extend(sorted(override.glob(f"{topic}.*.toml")))
    parsed = []
    for entry in files:
        try:
            parsed.append((entry.name, tomllib.loads(entry.read_text("utf-8"))))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise LexiconError(f"{entry.name}: {error}; mend the file or remove it") from error
    return parsed
