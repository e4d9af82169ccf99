"""What every extractor must hold to, also one that nobody has written yet: walks the registry."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.registry import scan
from ringtrace.text.view import TextView

EXTRACTORS = sorted(scan("ringtrace.extractors").items())
NAUGHTY = [
    "", " ", "\n", "\x00", "\ufeff", "�", "\ud800", "a\u0301" * 50, "👨\u200d👩\u200d👧\u200d👦🏽", "𝟙" * 30,
    "1️⃣" * 30, "\u2067\u2066\u202eabc", "ﷺ" * 20, "微信", "微信：", "QQ", "@", "@@@@", "+", "+86", "0086",
    "://", "http://", "http://.", "t.me/", "wa.me/", "www.", "。" * 40, "微" * 40, "1" * 40, "一" * 40,
    "-" * 40, "q" * 40, "三个3个三个", "倒着念", "前面后面中间", "one two", "at dot", "12:34:56",
    "1.2.3.4.5.6.7.8.9", "$1,000,000.00", "二〇一四年二月", "9" * 400 + "岁", "0" * 300 + "万元", "<script>",
    "%s%n{0}\\x", "' or 1=1 --", "../../etc/passwd", "İıſß", "𐐀𐐁", "\u2028\u2029", "①" * 12, "(((((((",
    "))))))", "\"\"\"“”「",
]  # fmt: skip
ATTACKS = [
    "1", "1 ", "17", "1-", "a@", "@a", "a.", "http://a.", "微信", "微信:", "QQ1", "电话170", "+8617", "www.",
    "一", "壹 ", "one ", "1a", "然后1", "(1", "t.me/a", "同号", "微信 1 ", "加我 ", "两万", "3岁", "2014-",
    "北京", "“", "v x ", "a at b dot ", "17000123456 ", "QQ:1 2 3 4 5 ", "前面1后面2", "\u200b1", "1️⃣", "❤",
    "abc_", "0571-", "110 ", "O0l1", "我是就",
]  # fmt: skip


@pytest.mark.parametrize(("name", "part"), EXTRACTORS)
def test_it_says_what_it_is(name, part):
    assert name == part.KIND
    assert part.__doc__
    assert part.__doc__.strip()
    assert callable(part.find)


def check(part, view):
    found = list(part.find(view))
    for candidate in found:
        assert candidate.kind == part.KIND
        assert candidate.value
        assert candidate.rule
        assert 0 <= candidate.probability <= 1
        assert candidate.owner in ("self", "other", "quoted", "hotline", "unknown")
        assert candidate.pieces
        done = 0
        for start, stop in candidate.pieces:
            assert done <= start < stop <= len(view.text)
            done = stop
    return found


@pytest.mark.parametrize(("name", "part"), EXTRACTORS)
@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=120), platform=st.sampled_from(["", "qq", "telegram", "web"]))
def test_any_text_is_read_the_same_twice(name, part, text, platform):
    assert check(part, TextView(text, platform=platform)) == check(part, TextView(text, platform=platform))


WORDS = "微 信 q Q v @ . : ： 1 7 0 一 零 a _ 电话 加我 同号 ❤ com 万 元 岁 月 北京 个 男 one two at dot +86 倒着 前面 后面 / http://"
alphabet = st.sampled_from([*WORDS.split(), " ", "\n"])


@pytest.mark.parametrize(("name", "part"), EXTRACTORS)
@settings(max_examples=120, deadline=None)
@given(parts=st.lists(alphabet, max_size=40))
def test_any_heap_of_its_words_is_read(name, part, parts):
    check(part, TextView("".join(parts)))


@pytest.mark.parametrize(("name", "part"), EXTRACTORS)
@pytest.mark.parametrize("text", NAUGHTY, ids=range(len(NAUGHTY)))
def test_naughty_strings_break_nothing(name, part, text):
    check(part, TextView(text))


@pytest.mark.slow
@pytest.mark.parametrize("unit", ATTACKS)
def test_a_megabyte_takes_no_more_than_a_second(unit):
    text = (unit * (1_000_000 // len(unit.encode()) + 1))[:1_000_000]
    spent = costs(text)
    if max(spent.values()) > 1.0:  # a busy machine: the better of two
        spent = {name: min(seconds, spent[name]) for name, seconds in costs(text).items()}
    assert {name: seconds for name, seconds in spent.items() if seconds > 1.0} == {}


def costs(text):
    """CPU seconds of each extractor on one folded view, as the pipeline runs them."""
    view, spent = TextView(text), {}
    assert view.folded.text is not None
    for name, part in EXTRACTORS:
        start = time.process_time()
        for _ in part.find(view):
            pass
        spent[name] = time.process_time() - start
    return spent


class Sealed(TextView):
    """A view that gives nothing away but its text and what ``told`` names."""

    told: frozenset[str] = frozenset()

    def __getattribute__(self, name):
        if name in ("platform", "container", "kind", "sent_at", "title", "above", "lift", "lean", "secret"):
            assert name in object.__getattribute__(self, "told"), f"reads {name} and does not say so in READS"
        return super().__getattribute__(name)


@pytest.mark.parametrize(("name", "part"), EXTRACTORS)
@settings(max_examples=60, deadline=None)
@given(parts=st.lists(alphabet, max_size=40), kind=st.sampled_from(["message", "article", "tip"]))
def test_it_reads_no_more_of_a_view_than_it_says(name, part, parts, kind):
    """What an extractor finds is remembered by its text and what it says it READS, so that must be all."""
    words = (
        "".join(parts) + " 卡号6222021234567890128 支付宝a@b.example 预产期3月5日 qq123456 昨天 @abc_de 加V abc123 北京"
    )
    view = Sealed(words, "telegram", kind=kind, sent_at=1_392_800_000_000_000)
    view.told = frozenset(getattr(part, "READS", vars(view)))
    assert list(part.find(view)) == list(
        part.find(TextView(words, "telegram", kind=kind, sent_at=view.__dict__["sent_at"]))
    )
