"""The help: a tour that leaves no page and no language out, and the guide without a network."""

import re

import pytest

from ringtrace.web.language import languages
from ringtrace.web.pages.guide import told_in, tour
from ringtrace.web.visit import menu


def test_every_page_of_the_menu_has_a_stop_and_every_language_says_all_of_it():
    stops = [stop["page"] for stop in tour()["stops"]]
    assert len(set(stops)) == len(stops)
    assert {url for _, _, url, _ in menu()} - set(stops) == {"/help"}
    for part, entries in tour().items():
        for one in entries:
            told = {code: one[code] for code in languages()}
            assert all(len(sentences) == 2 and all(sentences) for sentences in told.values()), (part, one)
            assert len({tuple(sentences) for sentences in told.values()}) == len(told), f"not translated: {one}"


def test_the_tour_leads_to_pages_that_are_there_in_both_languages(bench):
    for code in languages():
        page = bench.client.get("/help", headers={"accept": "text/html", "accept-language": code}).text
        asked = [sentences[0] for sentences in told_in("stops", code)]
        shown = re.findall(r'<h3><a href="(/[^"]*)" data-item>([^<]+)</a>', page)
        assert {words for _, words in shown} < set(asked) and len(shown) == len(asked) - 1, "one person has no People"
        for address, _ in shown:
            assert bench.client.get(address).status_code == 200, address
        assert all(word in page for word, _ in told_in("words", code))
    keys = bench.client.get("/help/keys", headers={"accept": "text/html"}).text
    assert all(f"<kbd>g {key}</kbd>" in keys for _, label, _, key in menu() if label != "People")


@pytest.mark.parametrize("topic", ["workbench", "deconfliction", "workbench.md"])
def test_the_guide_is_there_without_a_network(bench, topic):
    assert bench.client.get(f"/help/{topic}", headers={"accept": "text/html"}).status_code == 200
    assert bench.client.get("/help/nowhere").status_code == 404


def test_every_link_of_the_guide_leads_somewhere(bench):
    first = bench.client.get("/help", headers={"accept": "text/html"}).text
    topics = sorted(set(re.findall(r'href="/help/([a-z-]+)"', first)) - {"keys"})
    assert {"rings", "tips", "watch"} <= set(topics)
    linked = 0
    for topic in topics:
        page = bench.client.get(f"/help/{topic}", headers={"accept": "text/html"}).text
        names = set(re.findall(r'<a href="([^"/:#?]+\.md)(?:#[^"]*)?">', page))
        assert names <= {f"{one}.md" for one in topics}, topic
        assert '<a href="design/' not in page, topic
        linked += len(names)
    assert linked > 20
