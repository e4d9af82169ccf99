"""A third development author, by a hand that saw no other author, extractor or stance.

``cast`` draws who is who, ``rooms`` where they meet, ``deals`` what is said about children,
``chatter`` everything else, ``press`` what is printed and reported; ``writer`` puts them together.
All that is said is data under ``words/``, in the small grammar of ``phrase``.
"""

from ringtrace.simulator.authors.third.writer import write

__all__ = ["write"]
