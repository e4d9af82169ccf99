"""Signal's own plain-text export (``main.jsonl``): people and chats first, then a line a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ringtrace.model.post import Container, Post, PostState
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap, Span, Structure
from ringtrace.text.chats.json_export import Record, Words, read_lines
from ringtrace.text.dates.clock import read_clock

NAME = "Signal plain-text export (JSON lines)"
VERSION = "2"
PLATFORM = "signal"
PRODUCERS = "Signal Desktop and Android since 2025 (main.jsonl)"

_KEYS = (b'"chatItem"', b'"recipient"', b'"chat"', b'"backupTimeMs"')


def sniff(head: bytes, name: str) -> float:
    """Return how surely this is such an export, from the kinds of its lines."""
    if not head[:16].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return 0.0
    found = sum(key in head for key in _KEYS)
    return 0.97 if found >= 3 else 0.8 if b'"chatItem"' in head and b'"dateSent"' in head else 0.0


@dataclass
class _People:
    """What the lines before the messages say: recipient id -> (number or id, name); chat id -> recipient id."""

    known: dict[str, tuple[str, str]] = field(default_factory=dict)
    chats: dict[str, str] = field(default_factory=dict)

    def note(self, line: Record) -> None:
        recipient, chat = line.record("recipient"), line.record("chat")
        if recipient.places:
            self.known[recipient.word("id")] = _identity(recipient)
        elif chat.places:
            self.chats[chat.word("id")] = chat.word("recipientId")


def _identity(recipient: Record) -> tuple[str, str]:
    contact, group = recipient.record("contact"), recipient.record("group")
    if contact.places:
        names = (
            contact.word("systemGivenName", "profileGivenName"),
            contact.word("systemFamilyName", "profileFamilyName"),
        )
        number = contact.word("e164")
        native = f"+{number}" if number and not number.startswith("+") else number
        return native or contact.word("aci"), " ".join(filter(None, names)) or contact.word("username") or native
    if group.places:
        return group.word("masterKey"), group.record("snapshot").record("title").word("title")
    return ("self", "self") if "self" in recipient.places else ("", "")


def read(source: Source) -> Iterator[Post | Gap | Structure | Member]:
    """Yield every message, behind it its earlier wordings; a line that describes people or chats is Structure."""
    people = _People()
    earlier: list[Post | Gap] = []

    def to_post(_header: Record, line: Record) -> tuple[Post, list[Gap]] | None:
        item = line.record("chatItem")
        if not item.places:
            people.note(line)
            return None
        post, gaps = _post(source, people, item)
        for number, revision in enumerate(item.records("revisions")):
            before, lacking = _post(source, people, revision)
            state: PostState = "edited" if number else ""
            earlier.extend((replace(before, container=post.container, native_id=post.native_id, state=state), *lacking))
        return post, gaps

    for found in read_lines(source, to_post):
        yield found
        yield from earlier
        earlier.clear()


def _post(source: Source, people: _People, item: Record) -> tuple[Post, list[Gap]]:
    said = item.record("standardMessage")
    words = Words(source)
    words.add(said.record("text"), "body")
    contact = item.record("contactMessage").record("contact")
    words.add(contact.record("name"), "givenName")
    for number in contact.records("number"):
        words.add(number, "value")
    author, name = people.known.get(item.word("authorId"), ("", ""))
    chat, title = people.known.get(people.chats.get(item.word("chatId"), ""), ("", ""))
    sent = item.word("dateSent")
    post = Post(
        Span(source.evidence, source.member, item.start, item.stop),
        PLATFORM,
        Container(PLATFORM, title or item.word("chatId"), chat),
        words.text,
        tuple(words.segments),
        "system" if "updateMessage" in item.places else "message",
        author,
        name or author,
        sent,
        said.record("quote").word("targetSentTimestamp"),
        read_clock(sent, source.zone),
        state="deleted"
        if "remoteDeletedMessage" in item.places
        else "edited"
        if any(item.records("revisions"))
        else "",
    )
    return post, words.gaps
