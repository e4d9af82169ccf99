"""What hardly anybody else posts ties two accounts: one picture by its hash, an invitation to one closed group; names by sound."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.engines.tables import from_rows
from ringtrace.linking.claims import fold_name
from ringtrace.linking.identifiers import classify
from ringtrace.linking.material import Material
from ringtrace.linking.model import pair_weights
from ringtrace.linking.names import alike, sound_alike
from ringtrace.linking.pairs import link_accounts
from ringtrace.linking.rarities import posted
from ringtrace.linking.templates import find_templates
from ringtrace.pipeline import analyse
from ringtrace.pipeline.analysis import pictures
from ringtrace.pipeline.analysis.pictures import Picture, Search
from ringtrace.pipeline.intake.adding import add
from ringtrace.report.words import feature_words, layer_words
from ringtrace.rings.model import number
from ringtrace.store.cache import Cache
from ringtrace.store.case import Case
from ringtrace.text.contacts.invites import invited_to
from test_rings_planted import Planted
from test_rings_referrals import of, ties

JPEG = b"\xff\xd8\xff\xe0 not a picture "
HASH = "ab" * 32


def giving(people: int, value: tuple[str, str], trading: int = 99, **said: str) -> Planted:
    """Each of so many people posts ``value`` in a group of its own, the first ``trading`` of them in an offer."""
    case = Planted(5)
    for at in range(people):
        direction = "offer" if at < trading else "none"
        case.say(f"p{at:02}", f"g{at}", at, direction=direction, contact=(*value, "unknown"), **said)
    return case


INVITE = ("url", "https://t.me/+AbCdEf123456")


def test_an_invitation_that_few_traders_give_ties_them_in_a_chain() -> None:
    found = ties(giving(3, INVITE))
    assert of("invite", found) == [("account-p00", "account-p01"), ("account-p01", "account-p02")]
    rows = found.filter(pc.equal(found["layer"], "invite")).to_pylist()
    assert all(len(row["basis"]) == 2 for row in rows)
    assert rows[0]["weight"] == pytest.approx(0.95 * number("invited"))
    assert layer_words("invite") == "invitations to one closed group"


@pytest.mark.parametrize(("people", "trading"), [(7, 7), (7, 2), (2, 1)])
def test_an_invitation_that_many_give_or_that_one_trader_gives_ties_nobody(people: int, trading: int) -> None:
    assert of("invite", ties(giving(people, INVITE, trading))) == []


def test_an_ordinary_address_is_no_invitation() -> None:
    assert of("invite", ties(giving(3, ("url", "https://shop.example/+AbCdEf123456")))) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://t.me/+AbCdEf123456", "http://telegram.me/joinchat/AbCdEf123456"),
        (
            "https://chat.whatsapp.com/AbCd1234EfGhIjKl5678Mn",
            "https://chat.whatsapp.com/invite/AbCd1234EfGhIjKl5678Mn?mode=r",
        ),
        ("https://www.discord.com/invite/abcdEF", "http://discord.gg/abcdEF/"),
    ],
)
def test_a_group_is_one_however_its_invitation_is_spelt(one: str, other: str) -> None:
    assert invited_to(one) == invited_to(other) != ""
    assert invited_to(one.swapcase()) != invited_to(one)


@pytest.mark.parametrize(
    "address",
    ["https://t.me/somebody", "https://line.me/", "t.me", "", "https://discord.gg/ab", "https://t.me/+8617000001234",
     "https://telegram.me/+86-170-0000-1234", "https://chat.whatsapp.com/terms", "https://chat.whatsapp.com/contact-us",
     "https://discord.gg/Terms", "https://discord.com/invite/download?x=1", "https://t.me/+privacy",
     "https://weixin.qq.com/g/a%20b%20c"],
)  # fmt: skip
def test_what_names_no_group_invites_nowhere(address: str) -> None:
    assert invited_to(address) == ""


@given(st.text(max_size=40))
def test_any_address_is_read_without_fault(path: str) -> None:
    found = invited_to(f"https://t.me/+{path}")
    assert found == "" or found.startswith("telegram ")


def test_a_rare_picture_of_trading_posts_ties_like_a_rare_text() -> None:
    found = ties(giving(3, ("image", HASH)))
    assert of("image", found) == [
        ("account-p00", "account-p01"), ("account-p00", "account-p02"), ("account-p01", "account-p02"),
    ]  # fmt: skip
    rows = found.filter(pc.equal(found["layer"], "image"))
    assert set(rows["weight"].to_pylist()) == {0.1}
    assert set(rows["together"].to_pylist()) == {None}, "a picture alone says nothing of belonging together"


@given(st.lists(st.booleans(), min_size=1, max_size=4), st.lists(st.booleans(), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None)
def test_whoever_trades_with_a_picture_is_asked_by_the_post_that_does(one: list[bool], other: list[bool]) -> None:
    case = Planted(5)
    for person, posts in (("p0", one), ("p1", other)):
        for at, trades in enumerate(posts):
            direction = "offer" if trades else "none"
            case.say(person, f"g{person}", at, direction=direction, contact=("image", HASH, "unknown"))
    both = any(one) and any(other)
    assert of("image", ties(case)) == ([("account-p0", "account-p1")] if both else [])


@pytest.mark.parametrize(("people", "trading"), [(6, 6), (3, 2)])
def test_a_picture_of_many_or_of_somebody_who_trades_nothing_ties_nobody(people: int, trading: int) -> None:
    assert of("image", ties(giving(people, ("image", HASH), trading))) == []


def weights(case: Planted) -> dict[str, float]:
    tables = case.tables()
    posts, mentions, stances, accounts = (tables[name] for name in ("posts", "mentions", "stances", "accounts"))
    material = Material.here(posts, mentions, stances, accounts, find_templates(posts))
    links = link_accounts(material, classify(material), ())
    (link,) = links.to_pylist()
    assert all(line["left"] and line["right"] for line in link["weights"] if line["feature"] != "prior")
    return {line["feature"]: line["log2_odds"] for line in link["weights"]}


@pytest.mark.parametrize(("feature", "value"), [("image_rare", ("image", HASH)), ("invite_rare", INVITE)])
def test_it_is_a_line_of_its_own_in_a_link(feature: str, value: tuple[str, str]) -> None:
    case = Planted(6)
    for at, person in enumerate(("mila", "tess")):
        case.say(person, f"g{at}", at, contact=("wechat", "lucky_170", "self"))
        case.say(person, f"g{at}", 10 + at, contact=(*value, "unknown"))
    assert weights(case)[feature] == pair_weights()[feature] > 0
    assert feature_words(feature).startswith("both ")


def test_a_picture_alone_proposes_no_pair() -> None:
    case = giving(2, ("image", HASH))
    tables = case.tables()
    posts, mentions, stances, accounts = (tables[name] for name in ("posts", "mentions", "stances", "accounts"))
    material = Material.here(posts, mentions, stances, accounts, find_templates(posts))
    assert len(link_accounts(material, classify(material), ())) == 0
    assert set(posted(mentions, from_rows("templates", []))) == {"template_rare", "image_rare"}


NAMED = [("晓莉", "小丽"), ("小丽", "xiaoli"), ("Xiao Li88", "晓丽"), ("阿芳", "阿方")]


@pytest.mark.parametrize(("left", "right"), NAMED)
def test_names_that_sound_the_same_are_known_again(left: str, right: str) -> None:
    left, right = fold_name(left), fold_name(right)
    assert sound_alike(left, right) and sound_alike(right, left)
    assert not alike(left, right)


@pytest.mark.parametrize(
    ("left", "right"), [("小丽", "小莲"), ("丽", "莉"), ("mila", "tess"), ("xiaoli", "xiaoli7"), ("小丽", "小丽")]
)
def test_other_sounds_single_syllables_and_equal_names_are_not(left: str, right: str) -> None:
    assert not sound_alike(left, right)


def test_a_sound_beside_a_contact_says_less_than_a_spelling() -> None:
    case = Planted(7)
    for at, (person, name) in enumerate((("one", "晓莉"), ("two", "小丽"))):
        case.names[f"account-{person}"] = name
        case.say(person, f"g{at}", at, contact=("wechat", "lucky_170", "self"))
    found = weights(case)
    assert 0 < found["name_sound"] < pair_weights()["name_alike"]
    assert "name_other" not in found


def telegram(chat: int, who: str, photo: str) -> bytes:
    message = {
        "id": 1, "type": "message", "date_unixtime": "1392897600", "date": "2014-02-20T12:00:00", "from": who,
        "from_id": f"user{who}", "photo": photo, "text": "look",
    }  # fmt: skip
    return json.dumps({"name": f"g{chat}", "type": "private_group", "id": chat, "messages": [message]}).encode()


WHATSAPP = "20/02/2014, 12:00 - mila: IMG-20140220-WA0001.jpg (file attached)\n20/02/2014, 12:01 - tess: nice\n"


def evidence(folder: Path) -> Path:
    """Three exports that keep one picture, one of them in an archive, and one that keeps another of the same name."""
    (folder / "a/photos").mkdir(parents=True)
    (folder / "a/result.json").write_bytes(telegram(1, "mila", "photos/photo_1@20-02-2014.jpg"))
    (folder / "a/photos/photo_1@20-02-2014.jpg").write_bytes(JPEG)
    (folder / "b/photos").mkdir(parents=True)
    (folder / "b/result.json").write_bytes(telegram(2, "tess", "photos/photo_1@20-02-2014.jpg"))
    (folder / "b/photos/photo_1@20-02-2014.jpg").write_bytes(JPEG + b"another")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("WhatsApp Chat with g.txt", WHATSAPP)
        archive.writestr("IMG-20140220-WA0001.jpg", JPEG)
    (folder / "c.zip").write_bytes(packed.getvalue())
    return folder


def test_a_record_that_names_a_file_beside_it_shows_that_picture(tmp_path: Path) -> None:
    case = Case.create(tmp_path / "case")
    add(case, [evidence(tmp_path / "ev")], "synthetic", lambda *_: None)
    analyse(case, 1, lambda *_: None)
    mentions, posts = (pq.read_table(case.analysis / f"{name}.parquet") for name in ("mentions", "posts"))
    who = dict(zip(posts["post_id"].to_pylist(), posts["account_name"].to_pylist(), strict=True))
    member = dict(zip(posts["post_id"].to_pylist(), posts["member"].to_pylist(), strict=True))
    shown = [row for row in mentions.to_pylist() if row["kind"] == "image"]
    one, other = (hashlib.sha256(data).hexdigest() for data in (JPEG, JPEG + b"another"))
    assert sorted((who[row["post_id"]], row["value"], bool(member[row["post_id"]])) for row in shown) == sorted(
        [("mila", one, False), ("tess", other, False), ("mila", one, True)]
    )
    for row in (row for row in shown if not member[row["post_id"]]):
        (span,) = row["spans"]
        data = case.evidence.open(span["evidence_id"])[span["start"] : span["stop"]]
        assert data.decode() == row["surface"] == "photo_1@20-02-2014.jpg"


PAIR = (Picture("photos/one_pic.jpg", "1"), Picture("thumbs/one_pic.jpg", "2"))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (b'"photos/one_pic.jpg"', ["1"]),
        (b'"thumbs\\/one_pic.jpg"', ["2"]),
        (b'"one_pic.jpg"', []),  # either may be meant
        (b'"elsewhere/one_pic.jpg"', []),
        (b'"photos/someone_pic.jpg"', []),
        (b'"photos/one_pic.jpg_thumb"', []),
    ],
)
def test_a_name_counts_where_one_picture_is_meant(record: bytes, expected: list[str]) -> None:
    assert [found for *_, found in Search(PAIR).hits(record)] == expected


@given(st.lists(st.sampled_from(["one_pic.jpg", "photos/one_pic.jpg", " ", "/", "x", "é"]), max_size=12))
def test_every_hit_is_the_name_where_it_says(pieces: list[str]) -> None:
    data = "".join(pieces).encode()
    for start, stop, name, _ in Search(PAIR).hits(data):
        assert data[start:stop].decode() == name


def test_pages_of_one_folder_share_the_pictures_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(pictures, "_beside", lambda kept, folders: asked.append(folders) or ())
    posts = pa.table(
        {name: [f"p{at}" for at in range(300)] for name in ("post_id", "kind")}
        | {"evidence_id": [f"e{at}" for at in range(300)], "member": [""] * 300, "start": [0] * 300, "stop": [9] * 300,
           "sources": pa.nulls(300, pa.list_(pa.null()))}
    )  # fmt: skip
    evidence = pa.table({
        "evidence_id": [f"e{at}" for at in range(300)], "name": [f"d{at % 2}/{at}.html" for at in range(300)],
        "names": [[f"d{at % 2}/{at}.html"] for at in range(300)],
        "media": [[{"member": "", "media_type": "image/png", "sha256": HASH}]] * 300,
    })  # fmt: skip
    monkeypatch.setattr(pictures, "Quoter", lambda *_: None)
    pictures.shown_pictures(None, evidence, posts, Cache(None, ""))  # type: ignore[arg-type]
    assert sorted(asked) == [("d0/",), ("d1/",)]
