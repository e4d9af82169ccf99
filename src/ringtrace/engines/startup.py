"""What a process of the program's own leaves out at its start."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

import pyarrow as pa


class _Absent:
    """A finder of modules that finds no pandas."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError("this process leaves pandas out", name=name)
        return None


def spare_pandas() -> None:
    """Keep pyarrow in this process from importing pandas, which nothing here uses.

    Where pandas is installed pyarrow imports it for its first array, to know its columns: a second and 60 MB a
    process. Only for processes that run nobody else's code: afterwards pyarrow says that there is no pandas.
    """
    if "pandas" in sys.modules:
        return
    sys.meta_path.insert(0, _Absent)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(_Absent)
