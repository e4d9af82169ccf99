"""A second development author, written by somebody who saw neither the extractors nor the other authors.

Its own network (stars of 8 to 60 people around brokers in layers), wording, names and disguises.
Words, scenes and themes are data under ``words/``; see ``scene`` for how conversations are written.
"""

from ringtrace.simulator.authors.second.writer import write

__all__ = ["write"]
