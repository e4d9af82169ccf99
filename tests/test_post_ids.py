"""Ids that are derived for many posts at once are those of each post."""

from hypothesis import given
from hypothesis import strategies as st

from ringtrace.model.clock import Clock
from ringtrace.model.post import PLATFORMS, Container, Post, ids_of
from ringtrace.model.span import Span

WORDS = st.sampled_from(["", "a", "1:a", "甲", "\ud800", "0:", "b" * 40])
POSTS = st.builds(
    lambda platform, name, native, text, kind, account, ident, thread, title, at, number: Post(
        Span("0" * 64, "", 0, 0), platform, Container(platform, name, native), text, (), kind, account, name, ident,
        sent=Clock(at, None, "none", "", ""), thread=thread, title=title, occurrence=number,
    ),
    st.sampled_from(PLATFORMS), WORDS, WORDS, WORDS, st.sampled_from(["message", "page"]), WORDS, WORDS, WORDS, WORDS,
    WORDS, st.integers(0, 3),
)  # fmt: skip


@given(st.lists(POSTS, max_size=12))
def test_ids_of_many_posts_are_those_of_each(posts):
    found = ids_of(posts)
    assert found[0] == [post.id for post in posts]
    assert found[1] == [post.container.id for post in posts]
    assert found[2] == [post.account_id for post in posts]
