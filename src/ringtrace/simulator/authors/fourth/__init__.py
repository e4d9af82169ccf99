"""A fourth development author, written by somebody who saw neither the extractors nor the other authors.

It thinks in conversations: a trade event is a scene of several turns that wanders over several
containers, and most of its lines mean nothing alone. Everything said is data under ``words/``.
"""

from ringtrace.simulator.authors.fourth.writer import write

__all__ = ["write"]
