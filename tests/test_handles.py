"""Handles over several messages, and handles that the case knows from elsewhere."""

import json
from hashlib import sha256

import pyarrow as pa
import pytest

from ringtrace.engines.local import Local
from ringtrace.model.source import Source
from ringtrace.pipeline.analysis.shortfalls import cut_short
from ringtrace.pipeline.analysis.stages import answers_of, observe_all
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.reading.posts import merge, post_table


def observed(*said):
    """The mentions of a Telegram group in which (who, minute, text) was said, and its posts."""
    messages = [
        {
            "id": number, "type": "message", "date_unixtime": str(1392897600 + 60 * minute),
            "date": f"2014-02-20T12:{minute:02}:00", "from": who, "from_id": f"user{who}", "text": text,
        }
        for number, (who, minute, text) in enumerate(said, start=1)
    ]  # fmt: skip
    chat = {"name": "g", "type": "private_group", "id": 7, "messages": messages}
    data = json.dumps(chat, ensure_ascii=False, indent=1).encode()
    source = Source(
        evidence=sha256(data).hexdigest(), member="", name="result.json", data=data, zone="Asia/Shanghai", sidecar=None
    )
    posts = merge([post_table(read_source(source).posts)])
    assert len(posts) == len(said)
    return observed_in(posts)[0], posts, data


def observed_in(posts):
    engine = Local()
    frame = engine.frame(posts)
    found = observe_all(engine, frame, answers_of(engine, frame), None, lambda *_: None)
    return [engine.table(one) for one in found]


def contacts(mentions, posts):
    texts = dict(zip(posts["post_id"].to_pylist(), posts["text"].to_pylist(), strict=True))
    return {
        (texts[row["post_id"]], row["kind"], row["value"])
        for row in mentions.to_pylist()
        if row["probability"] >= 0.5 and row["kind"] in ("phone", "qq", "wechat", "telegram")
    }


def test_a_number_over_two_messages_belongs_to_the_one_that_completes_it():
    mentions, posts, data = observed(("1", 0, "有意的打 1700012"), ("2", 0, "在吗"), ("1", 1, "3456"))
    assert contacts(mentions, posts) == {("3456", "phone", "+8617000123456")}
    row = next(row for row in mentions.to_pylist() if row["kind"] == "phone")
    assert "over 2 messages" in row["rule"]
    quoted = b"".join(data[span["start"] : span["stop"]] for span in row["spans"])
    assert quoted == b"17000123456"
    assert row["surface"] == "17000123456"


def test_parts_of_two_people_or_hours_apart_are_not_joined():
    two = observed(("1", 0, "有意的打 1700012"), ("2", 1, "3456"))
    late = observed(("1", 0, "有意的打 1700012"), ("1", 40, "3456"))
    for mentions, posts, _ in (two, late):
        assert ("3456", "phone", "+8617000123456") not in contacts(mentions, posts)


def test_prices_of_two_messages_make_no_number():
    mentions, posts, _ = observed(("1", 0, "170"), ("1", 1, "0012"), ("1", 2, "要不要"), ("1", 2, "18000"))
    assert contacts(mentions, posts) == set()


def test_a_doubtful_handle_is_known_from_elsewhere():
    doubtful = ("2", 30, "看到 284771 了吗")
    alone, posts, _ = observed(doubtful)
    assert contacts(alone, posts) == set()
    both, posts, _ = observed(("1", 0, "我的QQ：284771"), doubtful)
    assert (doubtful[2], "qq", "284771") in contacts(both, posts)


def test_nothing_changes_where_nothing_is_split():
    mentions, _, _ = observed(("1", 0, "你好"), ("1", 1, "在吗"))
    assert isinstance(mentions, pa.Table)
    assert not len(mentions)


@pytest.mark.slow
def test_a_post_with_more_handles_than_are_read_says_so():
    many = "QQ 28477109，" * 2_000
    observed_, posts, _ = observed(("1", 0, many), ("2", 1, "QQ 28477109"))
    assert len(observed_)
    _, _, facts = observed_in(posts)
    cut = [row for row in facts.to_pylist() if row["fact"] == "contacts_unread"]
    texts = dict(zip(posts["post_id"].to_pylist(), posts["text"].to_pylist(), strict=True))
    assert [texts[row["post_id"]] for row in cut] == [many]
    assert cut_short(facts)[0].startswith("1 posts hold more handles")
    assert cut_short(facts.slice(0, 0)) == ()
