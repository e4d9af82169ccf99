"""Posts that are read together are read as each would be by itself."""

from __future__ import annotations

import pytest

from ringtrace.pipeline.analysis import observing
from ringtrace.pipeline.analysis.observing import AT_ONCE, find_all, find_each
from ringtrace.stances.assess import assess, assess_each
from ringtrace.text.view import Said, TextView

TEXTS = (
    "女宝三个月 想找好人家收养 QQ 77665544", "还在吗 多少钱", "转让婴儿车 九成新 50元", "警方提醒 有人在群里卖孩子",
    "想抱养一个男孩 有的联系 17000011222", "it has four legs and a tail", "", "still here, five thousand " * 20,
)  # fmt: skip
ABOVE = (
    (),
    (Said("家里女宝两个月 想找个好人家收养"),),
    (Said("出个推车", who=0), Said("求推荐保姆", who=2, sure=False)),
)


def views() -> list[TextView]:
    return [
        TextView(text, platform, kind="message", title=title, above=above, lift=lift, lean=(0.1, 0.4, 0.0))
        for text in TEXTS
        for platform in ("qq", "web")
        for title in ("", "送养女婴")
        for above in ABOVE
        for lift in (0.0, 1.5)
    ]


def test_texts_together_are_read_as_each_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    some = views()
    assert len(some) < AT_ONCE * 2
    together = find_each([(view, observing.EVERY) for view in some])
    monkeypatch.setattr(observing, "_FOUND", {})
    alone = [find_all(view) for view in views()]
    assert together == alone and any(alone)
    pairs = list(zip(some, together, strict=True))
    assert assess_each(pairs) == [assess(view, found) for view, found in zip(views(), alone, strict=True)]


def test_what_is_remembered_hangs_on_everything_that_a_find_may_depend_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observing, "_FOUND", {})
    text = "卡号6200001234567890128 加我 77665544"
    seen = [
        find_all(TextView(text, platform, secret=key)) for platform in ("qq", "web") for key in (b"a" * 32, b"b" * 32)
    ]
    assert len({tuple(found) for found in seen}) == len(seen), "platform and key tell"
    assert find_all(TextView(text, "qq", secret=b"a" * 32)) == seen[0], "and it comes again"


def test_long_posts_are_held_a_few_at_a_time() -> None:
    sizes = [1] * (AT_ONCE + 1) + [observing.AT_ONCE_LONG // 2 + 1] * 3 + [observing.AT_ONCE_LONG * 2, 0, 5]
    seen = [(at, ({"text": "x" * size}, 0, TextView(""))) for at, size in enumerate(sizes)]
    lists = list(observing._together(seen))
    assert [one for some in lists for one in some] == seen
    assert [len(some) for some in lists] == [AT_ONCE, 2, 1, 1, 1, 2]
