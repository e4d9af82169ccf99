"""The evaluation author: deterministic, exact in its sums and its truth, honest about who can be found."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from ringtrace.simulator.authors.evaluation import Play, compose, write
from ringtrace.simulator.authors.evaluation.disguise import DIGITS, IDS
from ringtrace.simulator.authors.evaluation.gazetteer import by_code
from ringtrace.simulator.authors.evaluation.grammar import FOLDER, Choice, Grammar, Slot, load, parse
from ringtrace.simulator.authors.evaluation.surface import FILLERS
from ringtrace.simulator.authors.evaluation.talk import KINDS
from ringtrace.simulator.script import Spec

PROVINCES = tuple(
    [
        "110000",
        "120000",
        "130000",
        "140000",
        "210000",
        "220000",
        "230000",
        "320000",
        "330000",
        "340000",
        "350000",
        "360000",
        "370000",
        "410000",
        "420000",
        "430000",
        "440000",
        "450000",
        "460000",
        "500000",
        "510000",
        "520000",
        "530000",
        "610000",
        "620000",
        "640000",
        "650000",
    ]
)
CONTACTS = ("phone", "qq", "wechat", "telegram", "email")
OWNERS = {"self", "other", "quoted", "hotline", "unknown"}


def tiny(seed: int = 3, hardness: float = 0.0) -> Spec:
    return Spec(seed, (12,), 4, ("340000", "440000", "510000"), {"510000": (3, 1)}, 1, 1, 3, 400, hardness=hardness)


def middle(seed: int = 11, hardness: float = 0.0) -> Spec:
    margins = {"510000": (9, 5), "340000": (14, 4)}
    return Spec(seed, (92, 61, 47), 70, PROVINCES, margins, 2, 2, 12, 9000, hardness=hardness)


@cache
def played(spec_name: str) -> Play:
    specs = {"tiny": tiny(), "middle": middle(), "hard": middle(hardness=1.0)}
    return compose(specs[spec_name])


EVERY = pytest.mark.parametrize("name", ["tiny", "middle", "hard"])


@pytest.mark.slow
def test_the_same_spec_gives_the_same_script() -> None:
    assert write(tiny()) == write(tiny())
    assert write(tiny(4)) != write(tiny())
    assert write(middle()) == played("middle").script


@pytest.mark.slow
def test_hash_order_does_not_matter() -> None:
    code = (
        "import hashlib, sys; sys.path.insert(0, sys.argv[1]);"
        "from test_evaluation_author import tiny, write;"
        "print(hashlib.sha256(repr(write(tiny())).encode()).hexdigest())"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    seen = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert len(seen) == 1


@EVERY
def test_keys_are_unique_and_references_hold(name: str) -> None:
    script = played(name).script
    people = {person.key for person in script.people}
    places = {place.key: place for place in script.places}
    accounts = {account.key: account for account in script.accounts}
    lines = {line.key: line for line in script.lines}
    assert (len(people), len(accounts), len(lines)) == (len(script.people), len(script.accounts), len(script.lines))
    assert {account.person for account in script.accounts} <= people
    for line in script.lines:
        assert accounts[line.account].platform == places[line.place].platform
        if line.reply_to:
            target = lines[line.reply_to]
            assert (target.place, target.thread) == (line.place, line.thread)
            assert target.at <= line.at
    for place in script.places:
        assert set(place.operators) <= set(accounts)
        assert bool(place.host) == (place.kind != "group")
        assert not place.host or place.host.endswith((".example", ".test"))


@EVERY
def test_texts_and_times_fit_the_containers(name: str) -> None:
    script = played(name).script
    places = {place.key: place for place in script.places}
    first: dict[tuple[str, str], str] = {}
    seats: dict[str, set[str]] = {}
    for line in script.lines:
        place = places[line.place]
        assert line.text
        assert line.text == line.text.strip()
        assert (line.kind == "listing") == (place.kind == "site")
        assert bool(line.thread) == (place.kind != "group")
        if place.platform == "whatsapp":
            assert line.at % 60 == 0
        if place.platform in ("whatsapp", "forum", "web"):
            seats.setdefault(line.account, set()).add(line.place)
        first.setdefault((line.place, line.thread), line.key)
        if line.thread and line.reply_to:
            assert first[line.place, line.thread] != line.key
    assert all(len(where) == 1 for where in seats.values())
    assert list(script.lines) == sorted(script.lines, key=lambda line: (line.at, line.key))


@EVERY
def test_local_names_are_unique_in_a_place(name: str) -> None:
    script = played(name).script
    where = {line.account: line.place for line in script.lines}
    names = Counter(
        (where[a.key], a.name) for a in script.accounts if a.key in where and a.platform in ("whatsapp", "forum", "web")
    )
    assert not [pair for pair, amount in names.items() if amount > 1]
    assert all(a.native for a in script.accounts if a.platform in ("qq", "telegram"))


@EVERY
def test_sums_and_margins_are_exact(name: str) -> None:
    spec = {"tiny": tiny(), "middle": middle(), "hard": middle(hardness=1.0)}[name]
    script = played(name).script
    members = [person for person in script.people if person.ring]
    assert sorted(Counter(person.ring for person in members).values()) == sorted(spec.rings)
    by_province = Counter(person.province for person in members)
    assert set(by_province) == set(spec.provinces)
    for province, (suspects, _) in spec.margins.items():
        assert by_province[province] == suspects
    figures = {(f.quantity, f.place): int(f.value) for f in script.figures}
    assert figures["suspects", "CN"] == sum(spec.rings)
    assert figures["children", "CN"] == spec.children
    for province, pair in spec.margins.items():
        assert (figures["suspects", province], figures["children", province]) == pair


@EVERY
def test_every_mention_stands_in_its_text(name: str) -> None:
    play = played(name)
    for entry in play.entries:
        assert entry.line.mentions == tuple(entry.said.mentions)
        for mention, surface in zip(entry.said.mentions, entry.said.surfaces, strict=True):
            assert surface in entry.line.text
            assert mention.owner in OWNERS
            if mention.family == "plain" and mention.kind in CONTACTS:
                bare = re.sub(r"[\s+-]", "", entry.line.text.lower())
                value = re.sub(r"[+-]", "", mention.value)
                assert value.removeprefix("86") in bare
    for tip, said in zip(play.script.tips, play.reports, strict=True):
        assert all(surface in tip.fields["text"] for surface in said.surfaces)


@EVERY
def test_values_are_normalised(name: str) -> None:
    shapes = {
        "phone": r"\+8617000\d{6}|1\d{2}|12\d{3}",
        "qq": r"[1-9]\d{4,10}",
        "wechat": r"[a-z][a-z0-9_-]{5,19}|17000\d{6}",
        "telegram": r"[a-z][a-z0-9_]{4,31}",
        "email": r"[a-z0-9_-]+@[a-z]+\.example",
        "url": r"http://[a-z0-9.-]+\.(example|test)/[a-z]+/\d+",
        "money": r"\d+(\.\d*[1-9])? CNY",
        "place": r"\d{6}",
        "age": r"P\d+[YMD]",
        "date": r"\d{4}(-\d\d(-\d\d)?)?|--\d\d-\d\d",
        "sex": r"[FM]",
        "count": r"\d+",
    }
    lines, tips = played(name).script.lines, played(name).script.tips
    for mention in [m for line in lines for m in line.mentions] + [m for tip in tips for m in tip.mentions]:
        assert re.fullmatch(shapes[mention.kind], mention.value), mention
        if mention.kind == "place":
            assert mention.value in by_code()


@EVERY
def test_no_other_mobile_number_is_written(name: str) -> None:
    script = played(name).script
    texts = [line.text for line in script.lines] + [tip.fields["text"] for tip in script.tips]
    texts += [p for page in script.pages for p in (*page.paragraphs, *page.clutter)] + [a.name for a in script.accounts]
    for text in texts:
        for found in re.findall(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)", text):
            assert re.sub(r"[ -]", "", found).startswith("17000"), text
        assert all(host.endswith((".example", ".test")) for host in re.findall(r"https?://([^/\s]+)", text))


def shown_handles(play: Play, ring: dict[str, str], owner_of: dict[str, str]) -> dict[tuple[str, str], set[str]]:
    """The handles that members show as their own, or have as the id of an account."""
    shown: dict[tuple[str, str], set[str]] = {}
    for line in play.script.lines:
        for mention in line.mentions:
            if mention.owner == "self" and mention.kind in CONTACTS and owner_of[line.account] in ring:
                shown.setdefault((mention.kind, mention.value), set()).add(owner_of[line.account])
    for account in play.script.accounts:
        if account.platform == "qq" and account.person in ring:
            shown.setdefault(("qq", account.native), set()).add(account.person)
    return shown


def visible_ties(play: Play, ring: dict[str, str]) -> set[tuple[str, str]]:
    """Pairs of persons tied by an explicit reply, a name called, a handle named or a handle shared."""
    owner_of = {account.key: account.person for account in play.script.accounts}
    lines = {line.key: line for line in play.script.lines}
    platform = {place.key: place.platform for place in play.script.places}
    names = {account.key: account.name for account in play.script.accounts}
    shown = shown_handles(play, ring, owner_of)
    pairs = {(left, right) for people in shown.values() for left in people for right in people}
    for line in play.script.lines:
        speaker = owner_of[line.account]
        target = lines.get(line.reply_to)
        if target and (platform[line.place] in ("telegram", "forum") or f"@{names[target.account]}" in line.text):
            pairs.add((speaker, owner_of[target.account]))
        for mention in line.mentions:
            if mention.owner == "other" and mention.kind in CONTACTS:
                pairs |= {(speaker, other) for other in shown.get((mention.kind, mention.value), set())}
    return {(a, b) for a, b in pairs | {(b, a) for a, b in pairs} if a != b and a in ring and ring[a] == ring.get(b)}


@EVERY
def test_reachable_is_honest(name: str) -> None:
    """Whoever is called reachable speaks, and a visible tie joins him to another who is reachable."""
    play = played(name)
    ring = {person.key: person.ring for person in play.script.people if person.ring}
    reachable = {person.key for person in play.script.people if person.reachable}
    assert reachable <= ring.keys() & {entry.actor.key for entry in play.entries}
    ties = visible_ties(play, ring)
    assert reachable <= {left for left, right in ties if right in reachable}


def test_hardness_hides_people() -> None:
    def share(play: Play) -> float:
        members = [person for person in play.script.people if person.ring]
        return sum(person.reachable for person in members) / len(members)

    assert 0.8 <= share(played("middle")) <= 0.95
    assert share(played("hard")) < share(played("middle")) - 0.1


@EVERY
def test_all_frames_classes_and_directions_occur(name: str) -> None:
    play = played(name)
    assert set(KINDS) <= {entry.kind for entry in play.entries}
    frames = {line.frame for line in play.script.lines}
    assert frames == {"plain", "quote", "warning", "appeal", "news", "question", "joke", "lawful", "other"}
    assert {line.direction for line in play.script.lines} == {"offer", "seek", "broker", "none"}
    for entry in play.entries:
        if entry.line.direction != "none":
            assert entry.kind.startswith("trade.")
            assert entry.actor.ring >= 0
        if entry.line.frame in ("quote", "news"):
            assert not [m for m in entry.line.mentions if m.owner in ("self", "other") and m.kind in CONTACTS]


@EVERY
def test_the_share_of_the_trade_and_the_number_of_posts(name: str) -> None:
    spec = {"tiny": tiny(), "middle": middle(), "hard": middle(hardness=1.0)}[name]
    play = played(name)
    trade = sum(entry.kind.startswith("trade") for entry in play.entries)
    assert abs(len(play.entries) - spec.posts) <= 0.05 * spec.posts + 15
    assert spec.posts * spec.ring_share * 0.9 <= trade <= max(spec.posts * spec.ring_share * 1.9, 30)


def test_variety() -> None:
    play = played("middle")
    trade = [entry.line.text for entry in play.entries if entry.kind.startswith("trade")]
    assert len(set(trade)) > 0.9 * len(trade)
    assert len({entry.line.text for entry in play.entries}) > 0.5 * len(play.entries)
    lines = play.script.lines
    assert 0.05 < sum("\n" in line.text for line in lines) / len(lines) < 0.2
    families = {mention.family for line in lines for mention in line.mentions}
    assert len(families & (DIGITS.keys() | IDS.keys())) > 24
    assert {line.language for line in lines} == {"zh", "zh-Hant", "en"}


@EVERY
def test_members_have_one_to_four_accounts(name: str) -> None:
    play = played(name)
    members = {person.key for person in play.script.people if person.ring}
    amounts = Counter(account.person for account in play.script.accounts if account.person in members)
    assert max(amounts.values()) <= 4
    speaking = {entry.actor.key for entry in play.entries}
    assert set(amounts) <= speaking


@EVERY
def test_pages_print_their_figures(name: str) -> None:
    script = played(name).script
    assert {page.form for page in script.pages} == {"html", "text"}
    assert {page.language for page in script.pages} >= {"zh", "en"}
    words = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    for page in script.pages:
        body = "\n".join(page.paragraphs).lower()
        for figure in page.figures:
            value = int(figure.value)
            forms = {str(value), f"{value:,}", words[value] if value <= 10 else str(value)}
            assert any(re.search(rf"(?<![\d,]){re.escape(form)}(?![\d,]\d)", body) for form in forms), (
                page.key,
                figure,
            )
            assert figure.bound in ("exact", "at_least", "about")


@EVERY
def test_tips(name: str) -> None:
    tips = played(name).script.tips
    assert 20 <= len(tips) <= 200
    assert len({tuple(tip.fields) for tip in tips}) == 1


NUMERALS = re.compile(r"\d|[二两三四五六七八九十百千万]+(个|岁|元|块|名|位|人|月|号|日|岁)|半岁|百天")
SEXES = re.compile(
    r"[男女]|儿子|闺女|丫头|公主|千金|王子|\b(girl|boy|son|daughter|female|male|woman|man)s?\b", re.IGNORECASE
)
ALLOWED = {"+1", "666", "2333", "233"}


def literals(nodes: tuple[object, ...]) -> list[str]:
    out: list[str] = []
    for node in nodes:
        if isinstance(node, str):
            out.append(node)
        elif isinstance(node, Choice):
            for option in node.options:
                out += literals(option)
    return out


def slots(nodes: tuple[object, ...]) -> list[Slot]:
    out: list[Slot] = []
    for node in nodes:
        if isinstance(node, Slot):
            out.append(node)
        elif isinstance(node, Choice):
            for option in node.options:
                out += slots(option)
    return out


def grammars() -> list[Grammar]:
    kinds = ("trade", "negatives", "chatter", "tips")
    return [load(path.stem) for path in sorted((FOLDER / "data").glob("*.toml")) if path.stem.split("_")[0] in kinds]


def test_literals_hide_no_mention() -> None:
    """Numbers, sexes and places come from slots only, so that the truth lists every mention."""
    places = {d.name for d in by_code().values()} | {d.english for d in by_code().values() if d.english}
    for grammar in grammars():
        for rule, options in grammar.rules.items():
            for text in (text for option in options for text in literals(option)):
                if text in ALLOWED:
                    continue
                assert not NUMERALS.search(text), (rule, text)
                assert not SEXES.search(text), (rule, text)
                assert not [place for place in places if place in text], (rule, text)


def test_every_slot_has_a_filler() -> None:
    for grammar in grammars():
        for rule, options in grammar.rules.items():
            for slot in (slot for option in options for slot in slots(option)):
                assert slot.name.startswith("!") or slot.name in FILLERS or slot.name == "br", (rule, slot)
    assert parse("a[b|c<me>]{d}")


def digest(folder: Path) -> str:
    """SHA-256 over the files of a folder: for each, by path, its relative path, NUL, its bytes, NUL."""
    total = hashlib.sha256()
    files = [p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    for path in sorted(files, key=lambda p: p.relative_to(folder).as_posix()):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def test_the_author_is_frozen() -> None:
    """Measurements are comparable only while the author stays the same; a new version needs a new digest."""
    written = (FOLDER.parent / "evaluation.sha256").read_text("ascii").strip()
    assert digest(FOLDER) == written
