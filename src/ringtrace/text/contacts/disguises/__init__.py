"""Families of disguise that are undone before contacts are read: one module each, found by folder scan.

A family has ``HINTS`` (strings of a folded text without one of which it has nothing to do) and ``find_edits(text)``,
which returns (start, stop, replacement) of a folded text; of edits that overlap the first one counts. The layer is
rewritten with its way back to the original, so that a family cannot change what is shown. A new family is one file
here and one of specs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from ahocorasick_rs import AhoCorasick

from ringtrace.text.folding import Edit, Folded

WORDLESS = ("me/", "me /", "me斜杠", "me后面", "me slash", "dotcom", "dot_", "_dot", "d0t", "@@", "/at/")
"""Hints that may stand in a text without digits, underscores and cues: such a text is looked at for them alone."""
MOST = 200
"""Edits of one family in one text: a budget for hostile ones."""


@cache
def families() -> Mapping[str, ModuleType]:
    """Return name -> module of every family, in order of name: that is the order in which they are undone."""
    names = sorted(module.name for module in iter_modules(__path__))
    return MappingProxyType({name: import_module(f"{__name__}.{name}") for name in names})


def undo_disguises(layer: Folded) -> Folded:
    """Return the layer as it reads without the families' disguises; the layer itself where there are none."""
    automaton, owners = _hints()
    hinted = {owners[index] for index, _, _ in automaton.find_matches_as_indexes(layer.text, overlapping=True)}
    for name in sorted(hinted):
        edits = disjoint(families()[name].find_edits(layer.text))[:MOST]
        if edits:
            layer = layer.rewrite(edits)
    return layer


def disjoint(edits: Iterable[Edit]) -> list[Edit]:
    """Return the edits in order of place, without those that begin inside an earlier one."""
    kept: list[Edit] = []
    for edit in sorted(edits):
        if not kept or edit[0] >= kept[-1][1]:
            kept.append(edit)
    return kept


@cache
def _hints() -> tuple[AhoCorasick, tuple[str, ...]]:
    pairs = [(hint, name) for name, family in families().items() for hint in family.HINTS]
    return AhoCorasick([hint for hint, _ in pairs]), tuple(name for _, name in pairs)
