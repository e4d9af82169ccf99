"""Posts and comments that the common saver of Chinese platforms wrote down: what each of its fields means."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from ringtrace.model.post import Container, Post, PostKind
from ringtrace.model.span import Segment, Span
from ringtrace.text.dates.clock import read_clock

TEXTS = ("content_text", "content", "desc")
TITLES = ("title",)
TIMES = ("create_time", "publish_time", "created_time", "time")
NAMES = ("nickname", "user_nickname")
PEOPLE = ("user_id",)
PARENTS = ("parent_comment_id", "parment_comment_id")
WORKS = {"note_id": "xiaohongshu", "aweme_id": "douyin", "video_id": "kuaishou", "content_id": "zhihu"}
"""Which field numbers a work, and the platform that calls it so; ``site_of`` tells those apart that share one."""
_OWN = frozenset((*WORKS, "comment_id"))
_ALSO = frozenset(("last_modify_ts", "source_keyword", "sub_comment_count", "ip_location", "user_avatar", "avatar"))

Word = Callable[[Sequence[str]], str]
"""Field names -> the words of the first of them that the record fills."""
Laid = tuple[str, tuple[Segment, ...]]


def is_crawled(fields: Collection[str]) -> bool:
    """Whether a record with these fields is a work or comment of that saver."""
    known = set(fields)
    spoken = known & set(TEXTS) and known & set(TIMES)
    return bool(known & _OWN) and len(known & _ALSO) >= 2 and bool(spoken)


def is_numbered(fields: Collection[str]) -> bool:
    """Whether a record of a file of that saver is a work or comment at all."""
    return not _OWN.isdisjoint(fields)


def site_of(fields: Collection[str]) -> str:
    """Return the platform that a record with these fields comes from."""
    known = set(fields)
    if "tieba_name" in known:
        return "tieba"
    if known & {"create_date_time", "profile_url"}:
        return "weibo"
    if known & {"bilibili_video_type", "video_favorite_count", "video_danmaku", "sign"}:
        return "bilibili"
    return next((site for field, site in WORKS.items() if field in known), "web")


def crawled_post(span: Span, site: str, word: Word, text: Laid, title: Laid, zone: str) -> Post:
    """Return the post of one record. Of a title that only repeats how the text begins the text stays."""
    work, comment = word(tuple(WORKS)), word(("comment_id",))
    parent = word(PARENTS)
    if text[0].startswith(title[0].rstrip("…. ")):
        title = ("", ())
    kind: PostKind = "comment" if comment else "message"
    forum = word(("tieba_name",))
    platform = "weibo" if site == "weibo" else "forum" if forum else "web"
    native, name = word(PEOPLE), word(NAMES)
    return Post(
        span,
        platform,
        Container(platform, forum or site),
        text[0],
        text[1],
        kind,
        native,
        name or native,
        comment or work,
        (parent if parent not in ("", "0") else work) if comment else "",
        read_clock(word(TIMES), zone),
        title=title[0],
        title_segments=title[1],
        thread=work,
    )
