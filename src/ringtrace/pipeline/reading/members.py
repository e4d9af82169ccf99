"""One member of a file of evidence: opened again to quote from it, in a child like all that parses evidence."""

from __future__ import annotations

from dataclasses import replace

from ringtrace.model.source import Member, Source
from ringtrace.pipeline.reading.reader_choice import choose_reader
from ringtrace.pipeline.reading.watching import Watch


def find_member(source: Source, path: str, watch: Watch) -> bytes | None:
    """Return the member at ``path``, None when there is none.

    The path's steps are joined by "!", which a member's own name may hold as well.
    """
    watch.opened(len(source.data))
    reader = choose_reader(source, [])
    if reader is None:
        return None
    for item in reader.read(source):
        if not isinstance(item, Member):
            continue
        if item.path == path:
            return bytes(item.data)
        if path.startswith(f"{item.path}!"):
            step = f"{source.member}!{item.path}" if source.member else item.path
            inner = replace(
                source, member=step, name=item.path, data=item.data, url=item.url, media_type=item.media_type
            )
            if (found := find_member(inner, path[len(item.path) + 1 :], watch)) is not None:
                return found
    return None
