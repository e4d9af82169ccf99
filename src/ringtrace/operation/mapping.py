"""Which column of a file of records means what: a TOML mapping, else the headings' own words."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ringtrace.errors import MappingError
from ringtrace.operation.vocabulary import column_concepts, nearest, read_column

_TABLES = ("columns", "constants", "values")


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """columns: concept -> position. constants: concept -> the same text for every row.

    values: concept -> {the file's word: ours}. ignored: headings that mean nothing here and are never kept.
    """

    columns: Mapping[str, int]
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_format: str = ""
    ignored: tuple[str, ...] = ()

    def cell(self, concept: str, cells: Sequence[str]) -> str:
        """Return what a row says for ``concept``, translated, "" for nothing."""
        at = self.columns.get(concept)
        word = cells[at] if at is not None and at < len(cells) else ""
        word = word or self.constants.get(concept, "")
        return self.values.get(concept, {}).get(word, word)

    @property
    def identities(self) -> tuple[str, ...]:
        return tuple(sorted(c for c in (*self.columns, *self.constants) if c.startswith("identity_")))


def guess_mapping(headings: Sequence[str]) -> ColumnMapping:
    """Return the mapping that the headings themselves suggest; the first column of a meaning wins."""
    columns: dict[str, int] = {}
    for at, heading in enumerate(headings):
        concept = read_column(heading)
        if concept is not None:
            columns.setdefault(concept, at)
    used = set(columns.values())
    return ColumnMapping(columns, ignored=tuple(h for at, h in enumerate(headings) if at not in used and h))


def read_mapping(document: bytes, where: str, headings: Sequence[str]) -> ColumnMapping:
    """Return the mapping of a TOML file; raises MappingError that says what there is instead.

    [columns] concept = "heading"; [constants] concept = "text"; [values.status] "file's word" = "ours";
    date_format = a strptime pattern.
    """
    try:
        table = tomllib.loads(document.decode("utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(where, f"{error}; mend the mapping") from error
    for name in _TABLES:
        if not isinstance(table.get(name, {}), dict):
            raise MappingError(where, f"[{name}] must be a table")
    columns = {
        _concept(concept, where): _position(concept, heading, where, headings)
        for concept, heading in table.get("columns", {}).items()
    }
    constants = {_concept(concept, where): str(text) for concept, text in table.get("constants", {}).items()}
    values = {}
    for concept, words in table.get("values", {}).items():
        if not isinstance(words, dict):
            raise MappingError(where, f"[values.{concept}] must be a table of words")
        values[_concept(concept, where)] = {str(word): str(meaning) for word, meaning in words.items()}
    used = set(columns.values())
    ignored = tuple(h for at, h in enumerate(headings) if at not in used and h)
    return ColumnMapping(columns, constants, values, str(table.get("date_format", "")), ignored)


def _concept(name: str, where: str) -> str:
    if name not in column_concepts():
        known = ", ".join(column_concepts())
        raise MappingError(where, f"{name!r} is unknown; nearest: {nearest(name, column_concepts())}; all: {known}")
    return name


def _position(concept: str, heading: object, where: str, headings: Sequence[str]) -> int:
    if not isinstance(heading, str) or heading not in headings:
        raise MappingError(where, f"there is no column {heading!r} for {concept}; there are: {', '.join(headings)}")
    return headings.index(heading)
