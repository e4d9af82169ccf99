"""Extractors: one file per kind of mention, found by scan.

An extractor module defines
    KIND: str            the mention kind (file name = kind)
    def find(view: TextView) -> Iterator[Candidate]
        offsets in code points of ``view.text``; several readings of one place may be yielded
        with their probabilities; a consumer takes probability >= .5
and may define
    READS: tuple[str, ...]   what it reads of a view beside text and lexicons
    def needs(lexicons: Path | None) -> Needs
        what a folded text must have for ``find`` to find anything (``text.sieve``); without it ``find`` always looks
"""
