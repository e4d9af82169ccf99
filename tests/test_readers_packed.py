"""E-mail, mailboxes, MHTML and WACZ: what is packed in them comes out as posts and members, and what signatures prove."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from ringtrace.model.source import Limits, Source
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.readers import mail_mbox
from ringtrace.text.packing.wacz_signature import findings

SAMPLES = Path(__file__).parent / "samples"
NOW = datetime(2014, 3, 3, 10, 15, tzinfo=UTC)


def reading(data: bytes, name: str, **fields):
    done = read_source(Source("0" * 64, "", name, data, **fields))
    assert done.post_bytes + done.gap_bytes + done.structure_bytes == len(data)
    return done


def letter(text: str, cte: str, charset: str = "utf-8", subject: str = "synthetic") -> bytes:
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["To"], message["Subject"] = "a@x.example", "b@y.example", subject
    message["Date"], message["Message-ID"] = "Mon, 03 Mar 2014 10:15:00 +0800", "<one@x.example>"
    message.set_content(text, cte=cte, charset=charset)
    return message.as_bytes()


@pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_letter_reads_the_same_in_every_coding(cte, charset):
    text = "合成样本，很长的一行。" * 30 + "\n第二行"
    done = reading(letter(text, cte, charset), "a.eml")
    (post,) = done.posts
    assert (post.text, post.account_native, post.sent.at) == (text, "a@x.example", 1_393_812_900_000_000)
    assert post.sent.basis == "stated"
    assert (post.span.member == "") == (cte == "8bit")
    assert not done.gaps


def test_both_ends_copies_of_a_letter_have_one_id():
    one = reading(letter("synthetic words", "8bit"), "sent.eml").posts[0]
    two = reading(b"Received: from x.example\r\n" + letter("synthetic words", "8bit"), "inbox.eml").posts[0]
    assert one.id == two.id


def test_a_letter_with_parts_gives_its_words_once_and_its_files():
    done = reading((SAMPLES / "mail_message/nested.eml").read_bytes(), "nested.eml")
    words = [post for post in done.posts if post.platform == "mail"]
    assert [post.title for post in words] == ["想问一下领养的手续"]
    assert words[0].title_segments
    assert {post.span.member for post in done.posts} == {"part 1.1.eml", "说明.txt"}


def test_an_html_part_that_says_something_else_is_not_dropped():
    message = EmailMessage(policy=policy.SMTP)
    message["From"], message["Subject"], message["Date"] = "a@x.example", "s", "Mon, 03 Mar 2014 10:15:00 +0800"
    message["Message-ID"] = "<two@x.example>"
    message.set_content("See the other part.")
    message.add_alternative("<p>17000123456 synthetic number here</p>", subtype="html")
    texts = [post.text for post in reading(message.as_bytes(), "a.eml").posts]
    assert texts == ["See the other part.", "17000123456 synthetic number here"]


def test_a_forwarded_letter_is_read_as_a_letter():
    outer = EmailMessage(policy=policy.SMTP)
    outer["From"], outer["Subject"], outer["Date"], outer["To"] = (
        "c@z.example",
        "Fw",
        "Tue, 04 Mar 2014 08:00:00 +0800",
        "d@z.example",
    )
    outer.set_content("synthetic, see below")
    outer.add_attachment(__import__("email").message_from_bytes(letter("inner words", "8bit"), policy=policy.SMTP))
    texts = {post.text for post in reading(outer.as_bytes(), "fw.eml").posts}
    assert texts == {"synthetic, see below", "inner words"}


def test_damaged_codings_are_gaps_or_read_as_far_as_they_go():
    good = letter("合成" * 200, "base64")
    for at in range(0, len(good), 37):
        reading(good[:at], "a.eml")
    unknown = good.replace(b"base64", b"x-uuencode")
    assert any("transfer coding" in gap.reason for gap in reading(unknown, "a.eml").gaps)


def test_deep_nesting_stops_with_a_reason():
    data = b"plain words"
    for level in range(60):
        mark = b"b%d" % level
        data = (
            b'Content-Type: multipart/mixed; boundary="'
            + mark
            + b'"\r\n\r\n--'
            + mark
            + b"\r\n"
            + data
            + b"\r\n--"
            + mark
            + b"--\r\n"
        )
    head = b"From: a@x.example\r\nTo: b@x.example\r\nDate: Mon, 3 Mar 2014 10:15:00 +0800\r\nMIME-Version: 1.0\r\n"
    assert any("nested deeper" in gap.reason for gap in reading(head + data, "deep.eml").gaps)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text("abc合成\n>F ", max_size=60), min_size=1, max_size=5))
def test_a_mailbox_gives_every_letter(texts):
    letters = [letter(text, "base64", subject=f"n{number}") for number, text in enumerate(texts)]
    box = b"".join(
        b"From a@x.example Mon Mar  3 10:15:00 2014\n" + one.replace(b"\r\n", b"\n") + b"\n" for one in letters
    )
    found = reading(box, "x.mbox").posts
    assert [post.title for post in found] == [f"n{number}" for number in range(len(texts))]


class _Watched(bytes):
    """Notes how far something was looked for in it."""

    seen = 0

    def find(self, *wanted):
        found = super().find(*wanted)
        self.seen = max(self.seen, found)
        return found


def test_a_mailbox_is_read_letter_by_letter_not_listed_first():
    box = b"".join(b"From a@x.example Mon Mar  3 10:15:00 2014\n" + letter("text", "8bit") + b"\n" for _ in range(50))
    data = _Watched(box)
    first = next(mail_mbox.read(Source("0" * 64, "", "x.mbox", data)))
    assert first.path == "message 1.eml"
    assert first.stop <= data.seen < 2 * first.stop


def test_qq_archive_and_page_come_out_of_mhtml():
    archive = reading((SAMPLES / "mhtml/qq.mht").read_bytes(), "群.mht")
    assert [(post.account_native, post.kind) for post in archive.posts] == [
        ("61234567", "message"), ("yi@mail.example", "message"), ("", "system"),
    ]  # fmt: skip
    page = reading((SAMPLES / "mhtml/chrome.mhtml").read_bytes(), "a.mhtml").posts[0]
    assert page.container.name == "news.synthetic.example"


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in members.items():
            archive.writestr(zipfile.ZipInfo(path), data)
    return out.getvalue()


def unpacked(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(SAMPLES / "wacz" / name) as archive:
        return {path: archive.read(path) for path in archive.namelist()}


@pytest.mark.parametrize(
    ("member", "said"),
    [
        ("archive/data.warc.gz", "do NOT match datapackage.json: archive/data.warc.gz (1 of 3)"),
        ("datapackage.json", "digest does NOT match"),
        ("datapackage-digest.json", "NOT valid"),
    ],
)
def test_a_changed_wacz_is_told(member, said):
    members = unpacked("signed.wacz")
    if member == "datapackage-digest.json":
        stated = json.loads(members[member])
        raw = bytearray(base64.b64decode(stated["signedData"]["signature"]))
        raw[20] ^= 1
        stated["signedData"]["signature"] = base64.b64encode(raw).decode()
        members[member] = json.dumps(stated).encode()
    elif member == "datapackage.json":
        members[member] = members[member].replace(b"synthetic", b"Synthetic", 1)
    else:
        members[member] += b"\0"
    notes = reading(packed(members), "x.wacz").notes
    assert any(said in note for note in notes), notes


def certificate(name: str, key, issuer_name: str, issuer_key) -> x509.Certificate:
    def as_name(word: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, word)])

    return (
        x509.CertificateBuilder().subject_name(as_name(name)).issuer_name(as_name(issuer_name))
        .public_key(key.public_key()).serial_number(7).not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=30)).sign(issuer_key, hashes.SHA256())
    )  # fmt: skip


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    size = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + size + body


def token(stamped: bytes, key, when: datetime) -> bytes:
    """A time-stamp response as RFC 3161 lays it out, signed with ``key``."""
    sha256 = der(0x30, der(6, bytes.fromhex("608648016503040201")))
    imprint = der(0x30, sha256, der(4, hashlib.sha256(stamped).digest()))
    stamp = der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())
    info = der(0x30, der(2, b"\1"), der(6, b"\x2a\x03"), imprint, der(2, b"\7"), stamp)
    digest = der(0x30, der(6, bytes.fromhex("2a864886f70d010904")), der(0x31, der(4, hashlib.sha256(info).digest())))
    signature = key.sign(der(0x31, digest), ec.ECDSA(hashes.SHA256()))
    signer = der(
        0x30, der(2, b"\1"), der(0x30), sha256, der(0xA0, digest), der(0x30, der(6, b"\x2a\x03")), der(4, signature)
    )
    content = der(0x30, der(6, bytes.fromhex("2a864886f70d0109100104")), der(0xA0, der(4, info)))
    signed = der(0x30, der(2, b"\3"), der(0x31, sha256), content, der(0x31, signer))
    return der(
        0x30, der(0x30, der(2, b"\0")), der(0x30, der(6, bytes.fromhex("2a864886f70d010702")), der(0xA0, signed))
    )


def signed_by_domain(change: str = "") -> tuple[bytes, bytes]:
    root, leaf, clock = (ec.derive_private_key(number, ec.SECP256R1()) for number in (11, 12, 13))
    package = b'{"resources": []}'
    stated = f"sha256:{hashlib.sha256(package).hexdigest()}"
    chain = [certificate("desk.example", leaf, "root", root), certificate("root", root, "root", root)]
    if change == "chain":
        chain[1] = certificate("root", clock, "root", clock)
    signature = base64.b64encode(leaf.sign(stated.encode(), ec.ECDSA(hashes.SHA256()))).decode()
    when = NOW + timedelta(hours=2) if change == "late" else NOW + timedelta(seconds=30)
    stamped = b"other" if change == "stamp" else signature.encode()
    pem = [one.public_bytes(serialization.Encoding.PEM).decode() for one in chain]
    clock_pem = certificate("clock", clock, "clock", clock).public_bytes(serialization.Encoding.PEM).decode()
    data = {
        "hash": stated, "created": NOW.isoformat(), "signature": signature, "domainCert": "".join(pem),
        "domain": "other.example" if change == "domain" else "desk.example",
        "timeSignature": base64.b64encode(token(stamped, clock, when)).decode(), "timestampCert": clock_pem,
    }  # fmt: skip
    return package, json.dumps({"path": "datapackage.json", "hash": stated, "signedData": data}).encode()


@pytest.mark.parametrize(
    ("change", "identity", "time"),
    [
        ("", "certificate of desk.example; its chain holds", "no later than 2014-03-03T10:15:30+00:00, within 10"),
        ("chain", "its chain does NOT hold", "within 10"),
        ("domain", "certificate is NOT for 'other.example'", "within 10"),
        ("stamp", "its chain holds", "time stamp is NOT valid (the token is about other bytes)"),
        ("late", "its chain holds", "NOT within 10 minutes"),
    ],
)
def test_a_domain_signature_says_what_it_proves(change, identity, time):
    members, who, when = findings(*signed_by_domain(change), {})
    assert members.startswith("WACZ members: all 0 listed")
    assert identity in who
    assert time in when


def test_a_token_with_any_byte_changed_is_never_valid():
    package, digest = signed_by_domain()
    stated = json.loads(digest)
    good = base64.b64decode(stated["signedData"]["timeSignature"])
    for at in range(len(good)):
        bad = good[:at] + bytes((good[at] ^ 0x01,)) + good[at + 1 :]
        stated["signedData"]["timeSignature"] = base64.b64encode(bad).decode()
        said = findings(package, json.dumps(stated).encode(), {})[2]
        if "time stamp is valid" in said:  # what no signature covers: versions, names of algorithms around it
            assert "2014-03-03T10:15:30" in said


def test_an_attachment_larger_than_the_limits_is_not_dropped_silently():
    data = letter("x" * 5000, "base64")
    done = reading(data, "a.eml", limits=Limits(line_bytes=1000))
    assert any("longer than the limit" in gap.reason for gap in done.gaps)


def test_a_charset_that_is_none_is_no_end():
    data = letter("synthetic words", "8bit", subject="=?utf-8?B?5ZCI5oiQ?=").replace(
        b'charset="utf-8"', b'charset="a\0b"'
    )
    (post,) = reading(data.replace(b"=?utf-8?", b"=?a\0b?"), "a.eml").posts
    assert post.text == "synthetic words"


def test_zstandard_in_files_and_in_http():
    import zstandard

    from ringtrace.text.packing.http_payload import read_response

    captured = reading((SAMPLES / "zstandard_file/two-pages.warc.zst").read_bytes(), "two-pages.warc.zst")
    plain = reading((SAMPLES / "warc/two-pages.warc").read_bytes(), "two-pages.warc")
    assert [post.text for post in captured.posts] == [post.text for post in plain.posts]
    body = zstandard.ZstdCompressor().compress(b"<html><body><p>synthetic</p></body></html>")
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: zstd\r\n\r\n" + body
    assert read_response(block, 1 << 20, 1000).data == b"<html><body><p>synthetic</p></body></html>"
    bomb = zstandard.ZstdCompressor(level=19).compress(b"\0" * 80_000_000)
    done = reading(bomb, "bomb.zst", limits=Limits(ratio=50))
    assert any("more than the limits allow" in gap.reason for gap in done.gaps)
    for at in range(0, len(body), 5):
        reading(body[:at], "cut.zst")
