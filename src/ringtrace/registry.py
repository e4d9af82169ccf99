"""Finds interchangeable parts by scanning a folder: one file per kind, no list to edit."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType, ModuleType


@cache
def scan(package: str) -> Mapping[str, ModuleType]:
    """Import every module of ``package`` and return them by file name, sorted.

    package: dotted name such as "ringtrace.readers". Modules are interchangeable parts: the
    package's docstring says what each must define. Raises ImportError of the part that fails.
    """
    root = importlib.import_module(package)
    names = sorted(info.name for info in pkgutil.iter_modules(root.__path__))
    return MappingProxyType({name: importlib.import_module(f"{package}.{name}") for name in names})
