"""An e-mail (.eml): its words as a post, each attachment handed back as a member of its own.

A message whose words stand in the file as they are is read in place. One that hides them behind a
transfer coding (base64, quoted-printable) or an encoded subject is handed back as a member
``part N.eml``: the headers that matter, decoded to UTF-8, and the words with the coding undone. That
member is a message again, read in place by this same reader, so that every span leads to bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ringtrace.model.post import Container, Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Segment, Span, Structure
from ringtrace.text.dates.clock import read_clock
from ringtrace.text.encoding import Charset, detect
from ringtrace.text.lines import read_body
from ringtrace.text.packing.mime import IDENTITY, Entity, Header, address_of, decode_words, parse
from ringtrace.text.pages.layout import lay_out
from ringtrace.text.pages.page import open_sheet

NAME = "E-mail message"
VERSION = "1"
PLATFORM = "mail"
PRODUCERS = "RFC 5322 messages of any mail program (.eml)"

_KNOWN = frozenset(
    (
        b"from", b"to", b"cc", b"subject", b"date", b"message-id", b"received", b"mime-version", b"return-path",
        b"content-type", b"delivered-to", b"reply-to", b"in-reply-to", b"references", b"content-transfer-encoding",
        b"x-mailer", b"sender", b"dkim-signature",
    )
)  # fmt: skip
_KEPT = ("from", "sender", "to", "cc", "date", "message-id", "in-reply-to", "references", "list-id", "subject")
_SAME_WORDS = 0.8  # share of the HTML form's words that the plain form holds, for it to be the same said twice
_WORDS = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext"})


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is a message: header fields from the first line on, up to a blank line."""
    names: set[bytes] = set()
    for raw in head[:16_384].removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        line = raw.rstrip(b"\r")
        if not line:
            break
        if line[:1] in b" \t" and names:
            continue
        word, colon, _ = line.partition(b":")
        if not colon or not word or b" " in word.strip() or len(word) > 80:
            return 0.0
        names.add(word.strip().lower())
    known = len(names & _KNOWN)
    if not names & {b"from", b"return-path", b"received", b"message-id"}:
        return 0.0
    return 0.92 if known >= 4 else 0.8 if known == 3 else 0.6 if known == 2 and name.lower().endswith(".eml") else 0.0


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield the message and its attachments; what cannot be decoded is a Gap."""
    message = parse(source.data, 0, len(source.data))
    yield Structure(_span(source, 0, len(source.data)), "headers and boundaries")
    leaves = list(message.leaves())
    words = [leaf for leaf in leaves if leaf.media_type in _WORDS and not leaf.attached]
    read_leaves: list[_Body] = []
    subject = message.header("subject")
    in_place = subject is None or decode_words(subject.value) == subject.value
    for leaf in words:
        body = _Body(source, leaf)
        if any(body.repeats(other) for other in read_leaves):
            yield Structure(_span(source, leaf.start, leaf.stop), "the same words as HTML")
            continue
        read_leaves.append(body)
        if in_place and leaf.coding in IDENTITY:
            yield from _post(source, message, leaf)
        else:
            yield from _decoded(source, message, leaf)
    if not words:
        yield from (_post(source, message, None) if in_place else _decoded(source, message, None))
    for leaf in leaves:
        if leaf not in words:
            yield from _attachment(source, leaf)


def _span(source: Source, start: int, stop: int) -> Span:
    return Span(source.evidence, source.member, start, stop)


@dataclass(slots=True)
class _Body:
    """The words of one part, to tell whether another part says the same."""

    source: Source
    leaf: Entity

    def words(self) -> set[str]:
        raw = self.leaf.content()[0][: 1 << 20]
        if self.leaf.media_type == "text/html":
            return set(lay_out(open_sheet(raw, self.leaf.charset).page).text.split())
        return set(raw.decode(detect(raw, self.leaf.charset).name, "replace").split())

    def repeats(self, other: _Body) -> bool:
        """Whether this HTML part says what the plain part beside it says."""
        beside = self.leaf.path.rpartition(".")[0] == other.leaf.path.rpartition(".")[0]
        if not beside or self.leaf.media_type != "text/html" or other.leaf.media_type == "text/html":
            return False
        said = self.words()
        return len(said & other.words()) >= _SAME_WORDS * len(said)


def _decoded(source: Source, message: Entity, leaf: Entity | None) -> Iterator[Member | Gap]:
    """Yield the message again with one part's words as they were before they were coded."""
    content, problem = leaf.content() if leaf else (b"", "")
    low, high = (leaf.start, leaf.stop) if leaf else (message.start, message.body)
    if problem:
        yield Gap(_span(source, low, high), problem)
        return
    lines = [f"{header.name.title()}: {' '.join(header.decoded.split())}" for header in _kept(message)]
    kind, charset = (leaf.media_type, leaf.charset) if leaf else ("text/plain", "")
    lines.append(f"Content-Type: {kind}{f'; charset={charset}' if charset and charset.isascii() else ''}")
    lines += ["Content-Transfer-Encoding: 8bit", "", ""]
    head = "\n".join(lines).encode("utf-8", "replace")
    yield Member(
        f"part {leaf.path or '1' if leaf else '0'}.eml", head + content, low, high, media_type="message/rfc822"
    )


def _kept(message: Entity) -> list[Header]:
    return [found for name in _KEPT if (found := message.header(name))]


def _attachment(source: Source, leaf: Entity) -> Iterator[Member | Gap]:
    content, problem = leaf.content()
    if leaf.problem or problem:
        yield Gap(_span(source, leaf.start, leaf.stop), leaf.problem or problem)
    if not problem:
        suffix = ".eml" if leaf.media_type == "message/rfc822" else ""
        path = leaf.file_name.replace("!", "_")[:200] or f"part {leaf.path or '1'}{suffix}"
        yield Member(path, content, leaf.start, leaf.stop, media_type=leaf.media_type, charset=leaf.charset)


def _post(source: Source, message: Entity, leaf: Entity | None) -> Iterator[Post | Gap]:
    name, address = address_of(message.value("from") or message.value("sender"))
    text, segments, invalid, cut = _words(source, leaf) if leaf else ("", (), (), -1)
    title, titles = _title(source, message.header("subject"))
    roots = (message.value("references") or message.value("in-reply-to")).replace(",", " ").split()
    own = _id(message.value("message-id"))
    low, high = (message.start, leaf.stop) if leaf else (message.start, message.body)
    yield Post(
        _span(source, low, high),
        PLATFORM,
        _container(message),
        text,
        segments,
        account_native=address,
        account_name=name or address,
        native_id=own,
        reply_native=_id((message.value("in-reply-to").split() or [""])[0]),
        sent=read_clock(message.value("date"), source.zone),
        title=title,
        title_segments=titles,
        thread=_id(roots[0]) if roots else own,
    )
    for first, last in invalid:
        yield Gap(_span(source, first, last), "bytes that do not decode")
    if cut >= 0:
        yield Gap(_span(source, cut, high), "text longer than the limit")


def _container(message: Entity) -> Container:
    """A mailing list is a place of its own; other mail shares one, so that both ends' copies are one post."""
    label, _, rest = message.value("list-id").rpartition("<")
    if rest.strip():
        native = rest.strip(" >")
        return Container(PLATFORM, label.strip(' "') or native, native)
    return Container(PLATFORM, "e-mail")


def _id(word: str) -> str:
    return word.strip().strip("<>")[:300]


def _title(source: Source, subject: Header | None) -> tuple[str, tuple[Segment, ...]]:
    if subject is None or subject.start >= subject.stop:
        return "", ()
    raw = bytes(source.data[subject.start : subject.stop])
    if b"\n" in raw:
        return subject.value, ()
    charset = detect(raw).name
    try:
        text = raw.decode(charset)
    except UnicodeDecodeError:
        return subject.value, ()
    return text, (Segment(0, len(text), subject.start, subject.stop, charset),)


def _words(source: Source, leaf: Entity) -> tuple[str, tuple[Segment, ...], Sequence[tuple[int, int]], int]:
    """Return (text, segments, invalid byte ranges, first byte left out or -1) of a part that stands as it is."""
    raw = bytes(source.data[leaf.body : leaf.stop])
    if leaf.media_type == "text/html":
        laid = lay_out(open_sheet(raw, leaf.charset).page)
        base = leaf.body
        moved = tuple(Segment(s.text_start, s.text_stop, s.start + base, s.stop + base, s.codec) for s in laid.segments)
        return laid.text, moved, [(low + base, high + base) for low, high in laid.invalid], -1
    charset = detect(raw, leaf.charset)
    plain = Charset(charset.name, 0, charset.sure, charset.newline)
    body = read_body(source.data, plain, leaf.body + charset.bom, leaf.stop, source.limits.line_bytes)
    return body.text, body.segments, body.invalid, body.cut
