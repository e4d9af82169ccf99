"""A post: one thing that one account said in one place at one time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from ringtrace.model.clock import NO_CLOCK, Clock
from ringtrace.model.identity import derive_id, id_of, length_prefixed
from ringtrace.model.span import Segment, Span

PostKind = Literal["message", "listing", "page", "article", "comment", "tip", "system"]

PostState = Literal["", "edited", "deleted"]

PLATFORMS = (
    "telegram", "whatsapp", "qq", "wechat", "discord", "line", "signal", "messenger",
    "instagram", "weibo", "web", "forum", "news", "mail", "tip",
)  # fmt: skip
GLOBAL_ID_PLATFORMS = frozenset({"qq", "telegram", "discord"})


@dataclass(frozen=True, slots=True)
class Container:
    """A group, site, forum or paper: where posts stand. ``native_id`` is "" when none is known."""

    platform: str
    name: str
    native_id: str = ""

    @property
    def id(self) -> str:
        return _container_id(self.platform, self.native_id or self.name)


@lru_cache(maxsize=4_096)
def _container_id(platform: str, key: str) -> str:
    """One derivation for the many posts of a container."""
    return derive_id("container", platform, key)


@lru_cache(maxsize=16_384)
def _account_id(platform: str, scope: str, native: str) -> str:
    """One derivation for the many posts of an account."""
    return derive_id("account", platform, scope, native)


def account_id_of(platform: str, container: str, native: str, name: str) -> str:
    """Return ``Post.account_id`` of one that has these; container: its id."""
    if not (native or name):
        return ""
    scope = "" if platform in GLOBAL_ID_PLATFORMS and native else container
    return _account_id(platform, scope, native or name)


@dataclass(frozen=True, slots=True)
class Post:
    """One post as a reader found it.

    span:        the bytes of the whole record (JSON object, line block, HTML element).
    text:        what the format's own decoding gives, nothing folded; body only for listings.
    segments:    the way back from text to bytes; title_segments the same for ``title``.
    account_native: the author's id in the app, or "" when only a name is known.
    account_name:   the author's name as written; "" when the post has no author.
    reply_native:   native id of the post this one answers, "" when none.
    thread:      the thread, board or page the post belongs to within the container, "".
    author_role: "operator" when the source itself says that the author runs or moderates the
                 container (group owner, site staff), else "".
    occurrence:  0 for the first of several posts of one file that are otherwise identical.
    state:       "edited" or "deleted" when the source says that its author changed it or took it back.
    changed_at:  when that was, microseconds UTC, when the source says so.
    sources:     where else the same post came in; filled by the pipeline.
    """

    span: Span
    platform: str
    container: Container
    text: str
    segments: tuple[Segment, ...]
    kind: PostKind = "message"
    account_native: str = ""
    account_name: str = ""
    native_id: str = ""
    reply_native: str = ""
    sent: Clock = NO_CLOCK
    title: str = ""
    title_segments: tuple[Segment, ...] = ()
    thread: str = ""
    author_role: str = ""
    occurrence: int = 0
    state: PostState = ""
    changed_at: int | None = None
    sources: tuple[Span, ...] = field(default=())

    @property
    def account_id(self) -> str:
        """Id of (platform, container unless ids are global, native id or name); "" if anonymous."""
        return account_id_of(self.platform, self.container.id, self.account_native, self.account_name)

    @property
    def traits(self) -> tuple[str, ...]:
        """What its id is derived from, ``occurrence`` apart."""
        return (
            self.platform, self.container.id, self.account_id, self.kind, self.native_id,
            self.thread, self.sent.text, self.title, self.text,
        )  # fmt: skip

    @property
    def id(self) -> str:
        return derive_id("post", *self.traits, self.occurrence)


def ids_of(posts: Sequence[Post]) -> tuple[list[str], list[str], list[str]]:
    """Return (id, container's id, account's id) of each post: what many posts share is encoded once."""
    containers = [post.container.id for post in posts]
    accounts = [post.account_id for post in posts]
    heads: dict[tuple[str, ...], bytes] = {}
    threads: dict[str, bytes] = {}
    none, first = length_prefixed(""), length_prefixed(0)
    ids = []
    for post, container, account in zip(posts, containers, accounts, strict=True):
        shared = (post.platform, container, account, post.kind)
        head = heads.get(shared)
        if head is None:
            head = heads[shared] = b"".join(map(length_prefixed, ("post", *shared)))
        thread = threads.get(post.thread)
        if thread is None:
            thread = threads[post.thread] = length_prefixed(post.thread)
        encoded = (
            head + (length_prefixed(post.native_id) if post.native_id else none) + thread
            + length_prefixed(post.sent.text) + (length_prefixed(post.title) if post.title else none)
            + length_prefixed(post.text) + (length_prefixed(post.occurrence) if post.occurrence else first)
        )  # fmt: skip
        ids.append(id_of("post", encoded))
    return ids, containers, accounts
