"""Who owns what a text names, decided with its frame."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from ahocorasick_rs import AhoCorasick

from ringtrace.model.mention import IDENTITY_KINDS, Candidate, Owner
from ringtrace.model.stance import Direction, Frame
from ringtrace.stances.concepts import Hit
from ringtrace.stances.features import CITED_MOST, quotations
from ringtrace.text import lexicon
from ringtrace.text.view import TextView

HOTLINE_DIGITS = 6
"""A service number (110, 12355) has at most so many digits; a subscriber's has more."""
AFTER = 24
"""Code points behind a contact within which "he can help" still speaks of it."""
_QUOTING = frozenset({"quote", "warning", "news"})
_CLOSED_TO_ALL = frozenset({"quote"})
"""Frames in which even a number beside "hotline" is only quoted."""
_OF_WARNING = frozenset({"warning", "quote_mark", "reject", "outrage", "anti", "moderator", "police"})
"""What a warning names: a text of which nothing is known but that it offers nothing is taken for one, too."""
_OF_APPEAL = frozenset({"appeal", "kin", "own_child"})
_PLAIN = frozenset({"plain", "other"})
_OFFICES = frozenset({"institution", "volunteering"})
_OWN_KIN = frozenset({"own_child", "kin"})


def decide_owners(
    view: TextView, hits: Sequence[Hit], frame: Frame, direction: Direction, candidates: Sequence[Candidate]
) -> tuple[Owner, ...]:
    """Return the owner of each candidate; pieces count code points of the original text.

    A value that is no contact (a price, an age) belongs to nobody: it keeps what the extractor says.
    """
    quoted = quotations(view.text) if candidates else []
    return tuple(
        _owner(view, hits, frame, direction, candidate, quoted) if candidate.kind in IDENTITY_KINDS else candidate.owner
        for candidate in candidates
    )


def _owner(
    view: TextView,
    hits: Sequence[Hit],
    frame: Frame,
    direction: Direction,
    candidate: Candidate,
    quoted: Sequence[tuple[int, int]],
) -> Owner:
    start, stop = candidate.pieces[0][0], candidate.pieces[-1][1]
    named = {hit.concept for hit in hits}
    if _is_hotline(candidate) or (candidate.owner == "hotline" and frame not in _CLOSED_TO_ALL):
        return "hotline"
    if any(a <= start and stop <= b for a, b in quoted) and stop - start < CITED_MOST * len(view.text):
        return "quoted"
    if (frame in _QUOTING and (frame != "warning" or named & _OF_WARNING)) or _in_block(view, start, stop):
        return "quoted"
    said = _said(view)
    own_search = frame == "appeal" and "own_search" in said  # "traffickers took me from Hefei" warns of nobody
    if candidate.owner == "quoted" and direction == "none" and not own_search:
        return "quoted"
    if candidate.kind == "url" and frame != "other":
        return candidate.owner  # a link that somebody posts is not his, a shop's is
    return _by_words(said, named, hits, frame, direction, candidate)


def _in_block(view: TextView, start: int, stop: int) -> bool:
    """Whether the stretch stands in what a forum answer repeats: between "NAME 发表于 DATE" and the last line."""
    head = _block(view.lexicons).match(view.text)
    return head is not None and start >= head.end() and view.text.find("\n", stop) >= 0


@cache
def _block(lexicons: Path | None) -> re.Pattern[str]:
    words = "|".join(map(re.escape, lexicon.load("attribution", lexicons)["wrote"]))
    return re.compile(rf"[^\n]{{1,40}}?(?:{words})[^\n]{{0,40}}\n")


def _by_words(
    said: frozenset[str], named: set[str], hits: Sequence[Hit], frame: Frame, direction: Direction, candidate: Candidate
) -> Owner:
    if direction == "none" and candidate.kind != "url" and _open_to_all(said, candidate):
        return "hotline"
    if frame == "appeal" and (named & _OF_APPEAL or said & {"missing", "passed_on", "own_search"}):
        return _in_appeal(named, said, candidate)
    passed = direction == "none" and candidate.owner == "unknown" and "own_search" not in said
    if passed and "person_missing" in said and frame in _PLAIN:
        return "other"
    return _by_frame(named, hits, frame, direction, candidate)


def _open_to_all(said: frozenset[str], candidate: Candidate) -> bool:
    """Whether the press or an office speaks: an office's staff are told as somebody, its line as nobody's."""
    return "media" in said or ("office" in said and candidate.owner == "unknown")


def _said(view: TextView) -> frozenset[str]:
    """Return the concepts of ``owner.*.toml`` that the text names; kept with the view."""
    kept: frozenset[str] | None = view.__dict__.get("_owner_words")
    if kept is None:
        text, (automaton, concepts) = view.folded.text, _owner_words(view.lexicons)
        hits = automaton.find_matches_as_indexes(text, overlapping=True)
        kept = frozenset(one for index, start, stop in hits if _is_word(text, start, stop) for one in concepts[index])
        view.__dict__["_owner_words"] = kept
    return kept


@cache
def _owner_words(lexicons: Path | None) -> tuple[AhoCorasick, tuple[tuple[str, ...], ...]]:
    """Return an automaton of all terms and the concepts of each."""
    concepts: dict[str, tuple[str, ...]] = {}
    for concept, terms in lexicon.load("owner", lexicons).items():
        for term in terms:
            concepts[term] = (*concepts.get(term, ()), concept)
    return AhoCorasick(list(concepts), store_patterns=False), tuple(concepts.values())


def _is_word(text: str, start: int, stop: int) -> bool:
    """Whether a term is no part of a longer Latin word."""
    before, after = text[start - 1 : start] if start else "", text[stop : stop + 1]
    return not ("a" <= text[start] <= "z" and "a" <= before <= "z") and not (
        "a" <= text[stop - 1] <= "z" and "a" <= after <= "z"
    )


def _in_appeal(named: set[str], said: frozenset[str], candidate: Candidate) -> Owner:
    """Return whose contact an appeal gives: the searcher's own, or the family's where it is passed on."""
    if named & _OWN_KIN or "own_search" in said:
        return "self"
    if candidate.owner == "self" and "passed_on" not in said:
        return "self"
    return "other"


def _by_frame(named: set[str], hits: Sequence[Hit], frame: Frame, direction: Direction, candidate: Candidate) -> Owner:
    """Return the owner outside quotations and reports; the frame outweighs the words around a handle."""
    if frame == "lawful" and named & _OFFICES:
        return "hotline"
    if candidate.owner == "other":
        return "other"
    if candidate.owner != "self" and "their_handle" in named and direction in ("none", "broker"):
        return "other"
    if direction == "broker" and _recommended(hits, candidate.pieces[0][0]):
        return "other"
    return "self"


def _recommended(hits: Sequence[Hit], start: int) -> bool:
    """Return whether somebody is recommended before the contact and nobody offers himself."""
    words = {hit.concept for hit in hits}
    if "their_handle" in words or "own_service" in words:
        return "their_handle" in words
    return "recommends" in words or any(hit.concept == "knows_someone" and hit.start < start + AFTER for hit in hits)


def _is_hotline(candidate: Candidate) -> bool:
    return candidate.kind == "phone" and candidate.value.isdigit() and len(candidate.value) <= HOTLINE_DIGITS
