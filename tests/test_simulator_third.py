"""The third author keeps the simulator's promises, and every handle it hides can be read back by other means."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringtrace.simulator import Summary, simulate
from ringtrace.simulator.authors.third import write
from ringtrace.simulator.authors.third.contact import FAMILIES, Handles, show
from ringtrace.simulator.authors.third.disguise import disguised
from ringtrace.simulator.authors.third.lexicon import load_acts, load_themes, load_words
from ringtrace.simulator.authors.third.phrase import parse, render
from ringtrace.simulator.presets import load_preset
from ringtrace.simulator.records import record_table
from ringtrace.simulator.script import Script, Spoken

pytestmark = pytest.mark.slow

CONTACTS = ("phone", "qq", "wechat", "telegram", "email")
UNDO = str.maketrans(
    "零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖洞幺两拐勾林灵衣依尔儿散伞斯寺舞吾柳溜妻期巴吧酒久Ol" + "асеорхуі",
    "00123456789" + "123456789" + "01279" + "00112233445566778899" + "01" + "aceopxyi",
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("third") / "out"
    return out, simulate(out, "tiny", 7, "third")


@pytest.fixture(scope="module")
def seed_script() -> Script:
    return write(load_preset("seed", 3))


def digest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return hashlib.sha256(
        b"".join(p.relative_to(folder).as_posix().encode() + p.read_bytes() for p in files)
    ).hexdigest()


def bare(value: str) -> str:
    """Letters and digits only, as another program would undo a disguise."""
    text = unicodedata.normalize("NFKC", value).replace("0️⃣", "0").lower()
    return re.sub(r"[^a-z0-9]", "", text)


def undone(text: str, family: str) -> str:
    """Letters and digits of the text; characters that stand for digits are read as these where the family does so."""
    reads = family in ("hanzi", "financial", "radio", "sound", "mixed", "lookalike")
    text = unicodedata.normalize("NFKC", text)
    return bare(text.translate(UNDO)) if reads else bare(text)


def test_same_seed_gives_same_bytes_and_another_seed_does_not(tiny: tuple[Path, Summary], tmp_path: Path) -> None:
    assert simulate(tmp_path / "again", "tiny", 7, "third") == tiny[1]
    assert digest(tmp_path / "again") == digest(tiny[0])
    simulate(tmp_path / "other", "tiny", 8, "third")
    assert digest(tmp_path / "other") != digest(tiny[0])


def test_tiny_shows_most_of_its_ring_and_lays_out_every_format(tiny: tuple[Path, Summary]) -> None:
    out, summary = tiny
    people = json.loads((out / "truth" / "persons.json").read_text("utf-8"))
    assert sum(person["ring"] is not None for person in people.values()) == summary.members == 12
    assert 6 <= summary.reachable <= 12
    assert {path.name for path in (out / "evidence").iterdir()} >= {"telegram", "qq", "whatsapp", "web", "tips", "news"}
    truth = [json.loads(line) for line in (out / "truth" / "posts.jsonl").read_text("utf-8").splitlines()]
    speaking = {row["person"] for row in truth}
    assert {key for key, person in people.items() if person["reachable"]} <= speaking


def test_margins_and_counts_of_the_seed_preset_are_exact(seed_script: Script) -> None:
    members = [person for person in seed_script.people if person.ring]
    assert sorted(Counter(person.ring for person in members).values()) == [143, 221, 318, 412]
    where = Counter(person.province for person in members)
    assert (where["510000"], where["340000"], len(where)) == (27, 43, 27)
    figures = {(f.quantity, f.status, f.place): f.value for f in seed_script.figures}
    assert (figures["suspects", "arrested", ""], figures["children", "rescued", ""]) == ("1094", "382")
    assert (figures["suspects", "arrested", "510000"], figures["children", "rescued", "340000"]) == ("27", "11")
    table = record_table(load_preset("seed", 3), seed_script).decode("utf-8-sig")
    assert (table.count("抓获"), table.count("解救")) == (1094, 382)
    assert Counter(place.kind for place in seed_script.places) == {"group": 30, "forum": 3, "site": 4}
    assert len(seed_script.lines) == 100_000


def test_the_trade_has_its_share_and_every_direction_frame_role_fact_and_family(seed_script: Script) -> None:
    people = {person.key: person for person in seed_script.people}
    owner = {account.key: account.person for account in seed_script.accounts}
    trade = [line for line in seed_script.lines if line.direction != "none"]
    assert set(Counter(line.direction for line in trade)) == {"offer", "seek", "broker"}
    assert min(Counter(line.direction for line in trade).values()) > 300
    assert 0 < sum(not people[owner[line.account]].ring for line in trade) < len(trade) / 10
    frames = Counter(line.frame for line in seed_script.lines if line.direction == "none")
    assert set(frames) == {"plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other"}
    assert min(frames.values()) > 100
    assert all(line.frame == "plain" for line in trade)
    roles = {role for person in seed_script.people if person.ring for role in person.roles}
    assert roles == {"supplier", "recruiter", "broker", "transporter", "host", "insider", "document_provider",
                     "platform_operator", "buyer", "victim_and_actor"}  # fmt: skip
    facts = {fact for line in seed_script.lines for fact in line.facts}
    assert facts == {
        "price",
        "haggling",
        "several_children",
        "papers",
        "middleman",
        "private_channel",
        "agreed",
        "gone",
    }
    shown = Counter(m.family for line in seed_script.lines for m in line.mentions if m.kind in CONTACTS)
    assert set(shown) == {*FAMILIES, "plain"}
    assert shown["plain"] > 0.8 * shown.total()
    assert {m.kind for line in seed_script.lines for m in line.mentions} >= {
        *CONTACTS,
        "money",
        "place",
        "age",
        "date",
        "sex",
        "count",
    }


def test_wording_is_rich(seed_script: Script) -> None:
    assert sum(theme.weight > 0 for theme in load_themes()) >= 120
    acts = [
        phrase
        for lang in ("zh", "en")
        for kinds in load_acts(lang).values()
        for pool in kinds.values()
        for phrase in pool
    ]
    assert len(acts) >= 300
    assert len({line.text for line in seed_script.lines}) > 50_000
    english = sum(line.language == "en" for line in seed_script.lines) / len(seed_script.lines)
    assert 0.12 < english < 0.3


def test_contents_stay_within_the_rules(seed_script: Script) -> None:
    for line in seed_script.lines:
        assert line.text == line.text.strip() != ""
        assert len(line.text) < 300
        for mention in line.mentions:
            if mention.kind == "phone":
                assert re.fullmatch(r"\+8617000[0-9]{6}|110|12338|12355|12345|12333", mention.value), mention
            if mention.kind == "email":
                assert mention.value.endswith(".example")
    hosts = [place.host for place in seed_script.places if place.host] + [page.host for page in seed_script.pages]
    assert all(host.endswith(".example") for host in hosts)


def test_every_contact_stands_in_its_text_when_the_disguise_is_undone(seed_script: Script) -> None:
    checked: Counter[str] = Counter()
    for line in seed_script.lines:
        for mention in line.mentions:
            if mention.kind in CONTACTS:
                value = undone(mention.value.removeprefix("+86"), mention.family)
                assert value in undone(line.text, mention.family), (line.text, mention)
                checked[mention.family] += 1
    assert min(checked.values()) >= 5


def test_sums_ages_and_sexes_stand_in_plain_words(seed_script: Script) -> None:
    """A sum in digits that the text shows without a unit word is the sum of a mention."""
    for line in seed_script.lines:
        said = {mention.value for mention in line.mentions if mention.kind == "money"}
        for digits in re.findall(r"([0-9,]+)(?:块|元|圆| yuan)", line.text):
            assert f"{digits.replace(',', '')} CNY" in said, (line.text, said)
        for word, sex in (("男孩", "M"), ("闺女", "F"), ("女宝", "F"), ("儿子", "M")):
            if word in line.text:
                assert Spoken("sex", sex, "unknown") in line.mentions, line.text


@given(st.sampled_from(FAMILIES), st.integers(0, 999_999), st.integers())
def test_a_disguise_can_be_undone(family: str, number: int, seed: int) -> None:
    phone = f"17000{number:06}"
    if family == "cue":
        pieces = show(Handles(phone, habit="cue"), "self", "zh", Random(seed))
        assert phone in bare("".join(piece.text for piece in pieces))
        return
    surface = disguised(phone, family, Random(seed))
    assert surface is None or (surface != phone and undone(surface, family) == phone)


def test_a_phrase_marks_mentions_facts_and_choices() -> None:
    said = render(parse("(有|有)两个娃，<place:510100|成都>，一个男孩!papers!"), Random(1), lambda name, dice: None, {})
    assert said.text == "有两个娃，成都，一个男孩"
    assert [(m.kind, m.value) for m in said.mentions] == [("count", "2"), ("place", "510100"), ("sex", "M")]
    assert said.facts == ["papers"]
    with pytest.raises(ValueError, match="un"):
        parse("(有|没有")


def test_place_codes_are_those_of_the_shipped_divisions() -> None:
    table = (Path(__file__).parent.parent / "src/ringtrace/jurisdictions/cn-divisions.toml").read_text("utf-8")
    known = {
        (cells[0], name)
        for cells in (x.split("\t") for x in table.splitlines())
        if len(cells) > 3
        for name in cells[1:3]
    }
    places = load_words("places.toml")
    rows = [item for level in ("province", "town", "county") for item in places[level].items()]
    assert [row for row in rows if row not in known] == []
    assert {code for code in places["english"]} <= {code for code, _ in known}


def test_hard_has_fewer_ties_than_seed() -> None:
    silent = []
    for name in ("seed", "hard"):
        script = write(replace(load_preset(name, 1), posts=6000, ring_share=0.5))
        silent.append(sum(not person.reachable for person in script.people if person.ring))
    assert silent[1] > 2 * silent[0]


def test_accounts_with_one_key_are_one_account_and_names_are_unique_where_they_are_the_id(seed_script: Script) -> None:
    accounts = {account.key: account for account in seed_script.accounts}
    places = {place.key: place for place in seed_script.places}
    seen: dict[tuple[str, str], str] = {}
    for line in seed_script.lines:
        account = accounts[line.account]
        assert account.platform == places[line.place].platform
        if not account.native:
            assert seen.setdefault((line.place, account.name), account.key) == account.key
    returned = Counter(account.person for account in seed_script.accounts if account.key.endswith("-1"))
    assert sum(person.startswith("R") for person in returned) > 20


def test_answers_follow_what_they_answer(seed_script: Script) -> None:
    lines = {line.key: line for line in seed_script.lines}
    answers = [line for line in seed_script.lines if line.reply_to]
    assert len(answers) > 10_000
    for line in answers:
        target = lines[line.reply_to]
        assert (target.place, target.thread) == (line.place, line.thread)
        assert (target.at, target.key) < (line.at, line.key)


def test_figures_of_a_page_are_printed_on_it(seed_script: Script) -> None:
    for page in seed_script.pages:
        text = " ".join(page.paragraphs).replace(",", "")
        for figure in page.figures:
            assert re.search(rf"(?<![0-9]){figure.value}(?![0-9])", text), figure
    assert {figure.context for page in seed_script.pages for figure in page.figures} == {"", "other case", "witness"}
