"""How much work something takes: lines of Python run, which is the same on every machine and day."""

import sys
from collections.abc import Callable
from types import CodeType, FrameType


def lines_run(work: Callable[[], object]) -> int:
    """Return how many lines of Python ``work`` runs, each turn of a loop or comprehension counted."""
    count = 0
    stepped: dict[CodeType, bool] = {}

    def step(frame: FrameType, event: str, _: object) -> object:
        nonlocal count
        count += event == "line"
        return step

    def enter(frame: FrameType, _event: str, _argument: object) -> object:
        nonlocal count
        count += 1
        code = frame.f_code
        if code not in stepped:
            stepped[code] = "ringtrace" in code.co_filename
        return step if stepped[code] else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    finally:
        sys.settrace(before)
    return count
