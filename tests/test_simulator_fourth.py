"""The fourth author keeps its promises: same seed, same script; exact margins; truth that stands in its own text."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from ringtrace.simulator import simulate
from ringtrace.simulator.authors.fourth import write
from ringtrace.simulator.authors.fourth.disguise import ANY, DIGITS, disguise
from ringtrace.simulator.authors.fourth.phrase import Choice, Marked, parse, word_files
from ringtrace.simulator.authors.fourth.plot import ROLES, talk_plots, trade_plots
from ringtrace.simulator.authors.fourth.values import han_number, towns, write_money
from ringtrace.simulator.authors.fourth.voice import CONTACTS, Handles, Said, Voice, split_messages
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.script import Script, Spoken

pytestmark = pytest.mark.slow

FRAMES = {"plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other"}
HANDLES = Handles(
    "晴天妈", "510000", "17000123456", "482915307", "meiyu_2048", "mei_lan77", "meiyu12.482@mail.example",
    ("phone", "qq", "wechat", "telegram", "email"),
)  # fmt: skip


@pytest.fixture(scope="module")
def seed_script() -> Script:
    return write(load_preset("seed", 11))


@pytest.fixture(scope="module")
def ring_of(seed_script: Script) -> dict[str, str]:
    rings = {person.key: person.ring for person in seed_script.people}
    return {account.key: rings[account.person] for account in seed_script.accounts}


def test_the_same_spec_gives_the_same_script_and_another_seed_does_not() -> None:
    spec = replace(load_preset("seed", 4), posts=4000)
    assert write(spec) == write(spec)
    assert write(spec).lines != write(replace(spec, seed=5)).lines


@pytest.mark.parametrize("preset", ["seed", "hard"])
def test_margins_are_exact(preset: str) -> None:
    script = write(replace(load_preset(preset, 11), posts=6000))
    members = [person for person in script.people if person.ring]
    assert len(members) == len({person.key for person in script.people if person.ring}) == 1094
    assert sorted(Counter(person.ring for person in members).values()) == [143, 221, 318, 412]
    where = Counter(person.province for person in members)
    assert (where["510000"], where["340000"], len(where)) == (27, 43, 27)
    figures = {(f.quantity, f.status, f.place): int(f.value) for f in script.figures}
    assert figures["children", "rescued", ""] == 382
    assert (figures["children", "rescued", "510000"], figures["children", "rescued", "340000"]) == (13, 11)
    assert sum(n for (q, s, place), n in figures.items() if (q, s) == ("children", "rescued") and place) == 382
    assert sum(n for (q, s, place), n in figures.items() if (q, s) == ("suspects", "arrested") and place) == 1094


def test_sizes_and_places_are_as_asked(seed_script: Script) -> None:
    assert abs(len(seed_script.lines) - 100_000) < 100
    assert Counter(place.kind for place in seed_script.places) == {"site": 4, "forum": 3, "group": 30}
    assert {place.platform for place in seed_script.places} == {"web", "forum", "telegram", "qq", "whatsapp"}
    languages = Counter(line.language for line in seed_script.lines)
    assert 0.2 < languages["en"] / len(seed_script.lines) < 0.3
    assert 0.07 < languages["zh-Hant"] / len(seed_script.lines) < 0.15


def test_every_frame_role_direction_and_family_is_there(seed_script: Script) -> None:
    frames = Counter(line.frame for line in seed_script.lines)
    assert set(frames) == FRAMES
    assert min(frames.values()) > 300
    roles = Counter(role for person in seed_script.people for role in person.roles)
    assert set(roles) == {*ROLES.values(), "observer"}
    directions = Counter(line.direction for line in seed_script.lines)
    assert min(directions[word] for word in ("offer", "seek", "broker")) > 200
    families = {m.family for line in seed_script.lines for m in line.mentions}
    assert {"plain", "cue", "atdot", "messages", "spelled", *DIGITS, *ANY} <= families
    owners = {m.owner for line in seed_script.lines for m in line.mentions if m.kind in CONTACTS}
    assert owners == {"self", "other", "quoted", "hotline"}


def test_only_members_trade_and_only_in_plain_frames(seed_script: Script, ring_of: dict[str, str]) -> None:
    trading = [line for line in seed_script.lines if line.direction != "none" or line.facts]
    assert len(trading) > 1500
    assert all(ring_of[line.account] and line.frame == "plain" for line in trading)
    assert not any(person.reachable for person in seed_script.people if not person.ring)


def test_reachable_members_are_tied_and_speak(seed_script: Script, ring_of: dict[str, str]) -> None:
    person_of = {account.key: account.person for account in seed_script.accounts}
    speaking = {person_of[line.account] for line in seed_script.lines}
    reachable = {person.key for person in seed_script.people if person.reachable}
    members = {person.key for person in seed_script.people if person.ring}
    assert reachable <= speaking
    assert 0.7 < len(reachable) / len(members) < 0.97
    hard = write(replace(load_preset("hard", 11)))
    assert sum(person.reachable for person in hard.people) < len(reachable) - 80


def test_rings_have_small_and_large_stars_joined_by_brokers(seed_script: Script, ring_of: dict[str, str]) -> None:
    person_of = {account.key: account.person for account in seed_script.accounts}
    lines = {line.key: line for line in seed_script.lines}
    partners: defaultdict[str, set[str]] = defaultdict(set)
    for line in seed_script.lines:
        other = lines.get(line.reply_to)
        if other and ring_of[line.account] and ring_of[line.account] == ring_of[other.account]:
            partners[person_of[line.account]].add(person_of[other.account])
    degrees = sorted(len(mates - {person}) for person, mates in partners.items())
    assert degrees[len(degrees) // 2] <= 6
    assert degrees[-1] >= 15


def test_contents_stay_within_the_rules(seed_script: Script) -> None:
    for line in seed_script.lines:
        for mention in line.mentions:
            if mention.kind == "phone":
                assert re.fullmatch(r"\+8617000[0-9]{6}|110|12338|12355|12345", mention.value), mention
            if mention.kind == "email":
                assert mention.value.endswith((".example", ".test"))
            if mention.kind == "qq":
                assert re.fullmatch(r"[1-9][0-9]{4,10}", mention.value)
    hosts = [place.host for place in seed_script.places if place.host] + [page.host for page in seed_script.pages]
    assert all(host.endswith((".example", ".test")) for host in hosts)
    assert all(line.text.strip() and "\f" not in line.text for line in seed_script.lines)
    assert max(len(line.text) for line in seed_script.lines) < 250
    numbers = {found for line in seed_script.lines for found in re.findall(r"(?<![0-9])1[0-9]{10}(?![0-9])", line.text)}
    assert numbers
    assert all(found.startswith("17000") for found in numbers)


def test_plain_contacts_stand_in_the_text_as_they_are(seed_script: Script) -> None:
    checked = 0
    for line in seed_script.lines:
        for mention in line.mentions:
            if mention.family in ("plain", "cue") and mention.kind in CONTACTS:
                bare = mention.value.removeprefix("+86")
                number = mention.kind == "phone" or bare.startswith("17000")
                text = re.sub(r"(?<=[0-9])[- ](?=[0-9])", "", line.text) if number else line.text
                assert bare in text.lower(), (line.text, mention)
                checked += 1
    assert checked > 10_000


@pytest.mark.parametrize("language", ["zh", "zh-Hant", "en"])
def test_every_mention_has_its_words_in_the_text_whatever_the_disguise(language: str) -> None:
    dice = Random(f"surface/{language}")
    seen: Counter[str] = Counter()
    for kind in ("phone", "qq", "wx", "tg", "mail"):
        for _ in range(400):
            voice = Voice(dice, language, "A", "plain", 0, {"A": HANDLES}, lambda _: HANDLES, 1.0, True)
            said = voice.say(parse(f"{{place}} {{{kind}}} {{money:3000-60000}}"))
            assert all(surface in said.text for surface in said.surfaces)
            for mention in said.mentions:
                seen[mention.family] += 1
                if mention.kind in CONTACTS:
                    assert mention.value == HANDLES.value(mention.kind)
                    assert mention.owner == "self"
    assert seen["messages"] > 20
    assert len(seen) > 9


@pytest.mark.parametrize("family", sorted({*DIGITS, *ANY, "messages", "spelled"}))
def test_a_disguise_keeps_a_handle_that_can_be_undone(family: str) -> None:
    """Decoding by hand, written apart from the tables that disguise."""
    words = dict(
        zip(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], "0123456789", strict=True)
    )
    signs = "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹", "零一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "洞幺两三四五六拐八勾"
    table = {ord(sign): str(n) for row in signs for n, sign in enumerate(row)}
    table |= {ord(sign): str(n) for n, sign in enumerate("０１２３４５６７８９")}
    table |= {0x1D7CE + n: str(n) for n in range(10)} | {ord("O"): "0", ord("l"): "1"}
    for value in ("482915307", "17000123456", "6001521"):
        hidden = disguise(family, value, Random(value))
        assert hidden != value
        shown = "".join(words.get(word, word) for word in hidden.split(" ")) if family == "spelled" else hidden
        assert re.sub(r"[^0-9]", "", shown.translate(table)) == value


def test_a_handle_over_two_messages_belongs_to_the_one_that_ends_it() -> None:
    spoken, town = Spoken("qq", "482915307", "self", "messages"), Spoken("place", "510100", "unknown")
    parts = split_messages(Said("成都 Q 48291\f5307", (town, spoken), ("成都", "48291\f5307")))
    assert [part.text for part in parts] == ["成都 Q 48291", "5307"]
    assert [part.mentions for part in parts] == [(town,), (spoken,)]


def test_sums_in_words_are_the_sums_they_stand_for() -> None:
    assert [han_number(n) for n in (25_000, 30_000, 1_500, 8_000, 12, 17)] == [
        "两万五", "三万", "一千五", "八千", "十二", "十七"]  # fmt: skip
    assert han_number(20_000, "zh-Hant") == "兩萬"
    dice = Random(1)
    for _ in range(3000):
        text, ((_, value, surface),) = write_money(dice, 900, 90_000, dice.choice(("zh", "en", "zh-Hant")))
        amount = int(value.split()[0])
        assert surface in text
        found = re.fullmatch(r"([0-9.]+)(万|萬|w|W)([0-9])?元?", text)
        if found:
            assert round(float(found[1]) * 10_000) + 1000 * int(found[3] or 0) == amount
        if "k" in text and "HK" not in text and "块" not in text:
            assert int(re.findall("[0-9]+", text)[0]) * 1000 == amount


def test_words_are_rich_and_well_formed() -> None:
    assert sum(len(plots) for plots in trade_plots().values()) >= 60
    assert sum(len(plots) for plots in talk_plots().values()) >= 120
    for plots in (*trade_plots().values(), *talk_plots().values()):
        for plot in plots:
            assert plot.turns
            assert {turn.frame for turn in plot.turns} <= FRAMES
    kinds = {plot.kind for plots in talk_plots().values() for plot in plots}
    assert {"adoption_question", "agency_notice", "adoptive_parents", "fertility", "parenting", "joke", "appeal", "kin",
            "news", "police", "court", "exposing", "scam", "goods", "pet", "nanny", "surrogacy", "spam",
            "moderator", "life"} == kinds  # fmt: skip
    assert not any(
        ROLES.keys() & plot.cast and plot.kind == "trade" for plots in talk_plots().values() for plot in plots
    )
    folder = Path(__file__).parent.parent / "src/ringtrace/simulator/authors/fourth/words"
    assert set(word_files()) == {path.stem for path in folder.glob("*.toml")}


def test_the_grammar_reads_choices_slots_and_mentions_and_refuses_what_is_left_open() -> None:
    phrase = parse("a[b|c{place}]<sex F|[x|y]>")
    assert phrase[0] == "a"
    assert isinstance(phrase[1], Choice)
    assert isinstance(phrase[2], Marked)
    for broken in ("a[b|c", "<sex F|x", "a]b[", "{place"):
        with pytest.raises(ValueError, match=r"."):
            parse(broken + "[")


def test_place_codes_are_those_of_the_shipped_divisions() -> None:
    source = Path(__file__).parent.parent / "src/ringtrace/jurisdictions/cn-divisions.toml"
    rows = [row.split("\t") for row in tomllib.loads(source.read_text("utf-8"))["table"].splitlines()]
    known = {(cells[0], cells[1], cells[2]) for cells in rows if len(cells) > 3}
    for every in towns().values():
        for town in every:
            full = town.zh + town.suffix
            assert any(code == town.code and short == town.zh and name.startswith(full) for code, name, short in known)


def test_figures_of_a_page_are_printed_on_it(seed_script: Script) -> None:
    assert len(seed_script.pages) >= 5
    for page in seed_script.pages:
        text = " ".join(page.paragraphs).replace(",", "")
        for figure in page.figures:
            assert re.search(rf"(?<![0-9]){figure.value}(?![0-9])", text), (page.outlet, figure)
    bounds = {figure.bound for page in seed_script.pages for figure in page.figures}
    assert bounds == {"exact", "at_least"}


@pytest.mark.parametrize("preset", ["tiny"])
def test_it_can_be_laid_out_and_stays_reachable(preset: str, tmp_path: Path) -> None:
    summary = simulate(tmp_path / "out", preset, 7, "fourth")
    assert summary.members == 12
    assert 5 <= summary.reachable <= 12
    assert summary.posts > 350
    assert {"offer", "seek", "broker"} <= set(summary.directions)
    assert simulate(tmp_path / "again", preset, 7, "fourth") == summary
