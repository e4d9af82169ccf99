"""From a quote to its bytes; what a list and the reader show of a post."""

import json
import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st


def test_quotes_lead_to_the_bytes_they_name(bench):
    actor = bench.desk.view().actors[0]["actor_id"]
    quote = bench.json(f"/actors/{actor}.json")["conduct"][0]["quotes"][0]
    shown = bench.json(re.sub(r"^(/evidence/\w+)", r"\1.json", quote["url"]))
    data = bench.desk.view().room.bytes_of(quote["evidence_id"], quote["member"])[quote["start"] : quote["stop"]]
    assert shown["quoted"] == bytes(data).decode(shown["charset"], "backslashreplace")
    assert shown["intact"] is True


def test_a_changed_original_is_called_changed(bench):
    post = bench.desk.view().room.table("posts").slice(0, 1).to_pylist()[0]
    path = bench.case.evidence.object_path(post["evidence_id"])
    data = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    assert bench.json(f"/evidence/{post['evidence_id']}.json?stop=20")["intact"] is False


def test_a_place_outside_the_bytes_is_refused(bench):
    post = bench.desk.view().room.table("posts").slice(0, 1).to_pylist()[0]
    for place in ("start=-1&stop=3", "start=0&stop=999999999999", "start=999999999999"):
        assert bench.client.get(f"/evidence/{post['evidence_id']}?{place}").status_code == 400
    assert bench.client.get("/evidence/" + "0" * 64).status_code == 404


def test_the_reader_marks_every_mention_at_its_characters(bench):
    room = bench.desk.view().room
    mentions = [m for m in room.table("mentions").to_pylist() if m["kind"] == "phone" and len(m["spans"]) == 1][:25]
    assert len(mentions) == 25
    for mention in mentions:
        page = bench.client.get(f"/posts/{mention['post_id']}", headers={"accept": "text/html"}).text
        marks = [re.sub(r"<[^>]+>", "", m) for m in re.findall(r'<mark class="\w+" title="phone[^>]*>.*?</mark>', page)]
        assert mention["surface"] in [json.loads(f'"{m}"') if "\\" in m else m for m in marks], mention


WORDS = st.text(st.sampled_from("aA宝 贝１①а<&\u200b寶"), min_size=1, max_size=4)


@given(st.text(st.sampled_from("aA宝 贝１①а<&\u200b寶\n"), max_size=400), st.lists(WORDS, max_size=3), st.booleans())
def test_what_a_list_shows_of_a_post_is_its_own_words_and_marks_what_was_looked_for(text, words, exact):
    from ringtrace.text.folding import fold
    from ringtrace.web.hits import excerpt

    told = str(excerpt(text, words, 100, exact=exact))
    marked = [unescape(one) for one in re.findall(r'<mark class="hit">(.*?)</mark>', told, re.DOTALL)]
    plain = unescape(re.sub(r"</?mark[^>]*>", "", told))
    bare = "".join(plain.removeprefix("…").removesuffix("…").split())
    assert bare in "".join(text.split()) and len(bare) <= 100
    for one in marked:
        looked = [word if exact else fold(word).text for word in words]
        assert any("".join(word.split()) in "".join((one if exact else fold(one).text).split()) for word in looked)
    if len(text) < 100 and not exact:
        assert bool(marked) == any(fold(word).text in fold(text).text for word in words if fold(word).text)


def test_a_word_that_stands_far_in_is_shown():
    from ringtrace.web.hits import excerpt

    told = excerpt("前" * 500 + "①３８ 宝贝", ["138"], 320, exact=False)
    assert told.startswith("…前") and '<mark class="hit">①３８</mark> 宝贝' in told
    assert '<mark class="hit">①３８</mark>' in excerpt("前" * 500 + "①３８ 宝贝", ["138"], 320, exact=False)
