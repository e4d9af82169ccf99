"""Segments of a post cut so that its offsets need no second look at the evidence."""

from __future__ import annotations

from dataclasses import replace

from ringtrace.model.post import Post
from ringtrace.model.source import Source
from ringtrace.model.span import Segment
from ringtrace.text.offsets import split


def settled(post: Post, source: Source) -> Post:
    """Cut the post's segments so that its offsets need no second look at the evidence."""
    segments = _settle(post.segments, post.text, source)
    titles = _settle(post.title_segments, post.title, source)
    if segments is post.segments and titles is post.title_segments:
        return post
    return replace(post, segments=segments, title_segments=titles)


def _settle(segments: tuple[Segment, ...], text: str, source: Source) -> tuple[Segment, ...]:
    runs: list[Segment] = []
    for segment in segments:
        piece = text[segment.text_start : segment.text_stop]
        runs.extend(split(segment, piece, bytes(source.data[segment.start : segment.stop])))
    return segments if len(runs) == len(segments) else tuple(runs)
