"""The workbench's index: whatever stands in a post is found, nothing else is, and pages follow each other."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.errors import UsageError
from ringtrace.model.span import Segment
from ringtrace.store.analysis import read_table
from ringtrace.store.lookup import PostIndex, Query
from ringtrace.store.search import build_index, is_unspaced, letters_of
from ringtrace.text.folding import fold
from ringtrace.text.offsets import boundaries, covered, locate, split


@pytest.fixture(scope="module")
def indexed(tiny_case, tmp_path_factory):
    case, _ = tiny_case
    path = build_index(case.analysis, tmp_path_factory.mktemp("index"), lambda done, posts: None)
    posts = (
        read_table(case.analysis, "posts").select(["post_id", "title", "text", "account_id", "container"]).to_pylist()
    )
    for row in posts:
        row["words"] = f"{row['title']}\n{row['text']}" if row["title"] else row["text"]
    return PostIndex(path), posts, case


def found(index, query):
    ids, offset = [], 0
    while offset is not None:
        page = index.search(query, offset, 200)
        ids += [row["post_id"] for row in page.rows]
        offset = page.next
    assert len(ids) == len(set(ids)) == page.total
    return set(ids)


def test_every_stretch_of_a_post_is_found_as_brute_force_finds_it(indexed):
    index, posts, _ = indexed
    rng = random.Random(7)
    folded = {row["post_id"]: fold(row["words"]).text for row in posts}
    checked = 0
    for row in rng.sample(posts, 150):
        text = row["text"]
        if len(text) < 4:
            continue
        at, size = rng.randrange(len(text) - 2), rng.randrange(3, 12)
        piece = " ".join(text[at : at + size].split()).replace('"', " ").strip()
        if len(piece) < 3 or "“" in piece or "”" in piece:
            continue
        looked = fold(piece).text
        if len(looked) < 3:
            continue
        wanted = {key for key, words in folded.items() if looked in words}
        raw = {row["post_id"] for row in posts if looked in row["words"].lower()}
        assert found(index, Query(f'"{piece}"')) == wanted | raw, piece
        assert found(index, Query(f'"{piece}"', exact=True)) == {r["post_id"] for r in posts if piece in r["words"]}
        checked += 1
    assert checked > 80


def test_words_of_one_and_two_chinese_characters_are_found_exactly(indexed):
    index, posts, _ = indexed
    folded = {row["post_id"]: fold(row["words"]).text for row in posts}
    letters = sorted({char for words in folded.values() for char in words if is_unspaced(char)})
    pairs = sorted({w[i : i + 2] for w in folded.values() for i in range(len(w) - 1) if is_unspaced(w[i : i + 2])})
    rng = random.Random(3)
    for word in [*rng.sample(letters, 60), *rng.sample(pairs, 60)]:
        assert found(index, Query(word)) == {key for key, words in folded.items() if word in words}, word


def test_several_words_must_all_be_there_and_facets_narrow(indexed):
    index, posts, _ = indexed
    everything = index.search(Query(""), 0, 1)
    assert everything.total == len(posts)
    container, number = everything.facets["container"][0]
    narrowed = found(index, Query("", facets=(("container", container),)))
    assert narrowed == {row["post_id"] for row in posts if row["container"] == container}
    assert len(narrowed) == number
    one = {row["post_id"] for row in posts if "女" in fold(row["words"]).text and "宝" in fold(row["words"]).text}
    assert found(index, Query("女 宝")) == one
    assert found(index, Query("", facets=(("platform", "no such"),))) == set()
    account = next(row["account_id"] for row in posts if row["account_id"])
    assert found(index, Query("", account=account)) == {r["post_id"] for r in posts if r["account_id"] == account}


def test_queues_and_lists_go_on_where_the_page_before_ended(indexed):
    index, posts, case = indexed
    stances = {row["post_id"]: row for row in read_table(case.analysis, "stances").to_pylist()}
    rows, after = [], None
    while page := index.queue("review", after, 3):
        rows += page
        after = (page[-1]["probability"], page[-1]["n"])
    assert {r["post_id"] for r in rows} == {key for key, row in stances.items() if row["band"] == "review"}
    assert [r["probability"] for r in rows] == sorted((r["probability"] for r in rows), reverse=True)
    assert len(rows) == index.waiting("review")
    container = posts[0]["container"]
    listed, last = [], -1
    while page := index.of("container", container, last, 7):
        listed += page
        last = page[-1]["n"]
    assert [r["post_id"] for r in listed] == [r["post_id"] for r in posts if r["container"] == container]


def test_a_pasted_handle_is_read_like_a_mention(indexed):
    index, _, case = indexed
    mentions = read_table(case.analysis, "mentions").to_pylist()
    phone = next(m["value"] for m in mentions if m["kind"] == "phone" and m["value"].startswith("+8617"))
    plain = phone.removeprefix("+86")
    wanted = {m["post_id"] for m in mentions if m["value"] == phone and m["probability"] >= 0.5}
    for pasted in (phone, plain, f"{plain[:3]} {plain[3:7]}-{plain[7:]}", f" {plain}"):
        contacts = index.contacts(pasted)
        assert {row["value"] for row in contacts} == {phone}
        assert {row["post_id"] for row in index.mentioning(phone, size=10_000)} == wanted


@pytest.mark.parametrize("text", ["ab", "x" * 201, "aaa bbb ccc ddd eee fff ggg hhh iii"])
def test_what_cannot_be_looked_for_is_refused_with_the_reason(indexed, text):
    with pytest.raises(UsageError):
        indexed[0].search(Query(text))


@given(st.text(max_size=40))
def test_any_typed_text_is_a_search_or_a_sentence(indexed, text):
    try:
        total = indexed[0].search(Query(text)).total
    except UsageError as error:
        total, refused = 0, str(error)
        assert "three characters" in refused or "words" in refused
    assert 0 <= total <= len(indexed[1])


def test_letters_never_join_over_what_stands_between():
    assert letters_of("送a养") == "送 x 养"
    assert letters_of("送养") == "送 养"


def test_the_same_analysis_is_indexed_once_and_another_anew(indexed, tmp_path):
    _, _, case = indexed
    calls = []
    path = build_index(case.analysis, tmp_path, lambda done, posts: calls.append(done))
    again = build_index(case.analysis, tmp_path, lambda done, posts: calls.append(-1))
    assert path == again and calls and -1 not in calls
    assert not [p for p in tmp_path.iterdir() if p != path]


@settings(max_examples=200)
@given(st.text(min_size=1, max_size=30), st.sampled_from(["utf-8", "gb18030", "json+utf-8", "html+utf-8"]), st.data())
def test_the_way_forth_undoes_the_way_back(words, codec, data):
    if codec.startswith("json"):
        import json

        raw = json.dumps(words, ensure_ascii=data.draw(st.booleans()))[1:-1].encode("utf-8", "replace")
    elif codec.startswith("html"):
        import html

        raw = html.escape(words).encode("utf-8", "replace")
    else:
        raw = words.encode(codec, "replace")
    text, _ = boundaries(codec, raw)
    if not text:
        return
    runs = split(Segment(0, len(text), 100, 100 + len(raw), codec), text, raw)
    start = data.draw(st.integers(0, len(text) - 1))
    stop = data.draw(st.integers(start + 1, len(text)))
    back = [covered(runs, text, low, high) for _, _, low, high in locate(runs, text, start, stop)]
    covered_text = {at for stretches in back for low, high in stretches for at in range(low, high)}
    assert set(range(start, stop)) <= covered_text
    plain = all(run.text_stop - run.text_start == run.stop - run.start for run in runs)
    if plain:
        assert covered_text == set(range(start, stop))
