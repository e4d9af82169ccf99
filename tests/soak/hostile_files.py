"""Bombs and malformed files, made from rules and a seed; name -> bytes."""

import gzip
import io
import random
import struct
import zipfile
import zlib
from pathlib import Path

SAMPLES = Path(__file__).parents[1] / "samples"
QQ_HEAD = (
    "消息记录（此消息记录为文本格式，不支持重新导入）\n\n"
    + "=" * 64
    + "\n消息分组:群\n"
    + "=" * 64
    + "\n消息对象:闲聊\n"
)
CHAT = b'{"name":"g","type":"private_group","id":1,"messages":[%s]}'
MESSAGE = b'{"id":%d,"type":"message","date":"2013-06-01T08:00:00","from":"a","from_id":"user1","text":%s}'


def zipped(members, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return buffer.getvalue()


def zeros_gz(size):
    """gzip of ``size`` zero bytes without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join([packer.compress(bytes(1 << 20)) for _ in range(size >> 20)]) + packer.flush()


def nested(depth, payload):
    for level in range(depth):
        payload = zipped([(f"{level}.zip", payload), (f"{level}b.zip", payload)])
    return payload


def overlapping(count):
    """A zip whose directory names one stretch of bytes ``count`` times."""
    data = zipped([("a.txt", bytes(1 << 20))])
    at = data.index(b"PK\x01\x02")
    end = data.index(b"PK\x05\x06")
    entry = data[at:end]
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, at, 0)
    return data[:at] + entry * count + tail


def warc(blocks, declared=None, extra=b""):
    records = []
    for number, block in enumerate(blocks):
        body = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + extra + b"\r\n" + block
        size = len(body) if declared is None else declared
        records.append(
            b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:%d>\r\nWARC-Target-URI: http://a.example/%d\r\n"
            b"Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (number, number, size)
            + body + b"\r\n\r\n"
        )  # fmt: skip
    return records


def page(body):
    return b"<!DOCTYPE html><html><head><title>t</title></head><body>" + body + b"</body></html>"


def bombs():
    zeros = bytes(60 << 20)
    made = {f"zeros-{n}.zip": zipped([(f"{i}.txt", zeros[: n << 20]) for i in range(4)]) for n in (1, 10, 30, 60)}
    made |= {f"zeros-{n}.json.gz": zeros_gz(n << 20) for n in (20, 200, 600)}
    made |= {f"nested-{n}.zip": nested(n, b"x" * 1000) for n in (3, 6, 9)}
    made |= {
        "nested.zip.gz.gz": gzip.compress(gzip.compress(zipped([("a", zeros)]))),
        "quine-like.gz": gzip.compress(zeros_gz(300 << 20)),
    }
    made |= {f"members-{n}.zip": zipped([(f"{i}", b"") for i in range(n)], zipfile.ZIP_STORED) for n in (1_000, 20_000)}
    made |= {f"overlap-{n}.zip": overlapping(n) for n in (2, 1_000, 30_000)}
    made |= {"streams.gz": gzip.compress(b"a") * 30_000, "words.txt.gz": gzip.compress(b"offer " * 5_000_000)}
    made |= {f"warc-{n}.warc": b"".join(warc([b"x"] * n)) for n in (1, 5_000)}
    made |= {"warc-huge.warc": b"".join(warc([b"x"], 10**15)), "warc-negative.warc": b"".join(warc([b"x"], -5))}
    made |= {"warc-zeros.warc.gz": b"".join(map(gzip.compress, warc([zeros, b"x"])))}
    coded = b"".join(warc([zeros_gz(100 << 20)] * 5, extra=b"Content-Encoding: gzip\r\n"))
    made |= {"warc-coded.warc": coded, "warc-head.warc": b"WARC/1.0\r\n" + b"A: b\r\n" * 1_000_000}
    chunked = b"".join(warc([b"1\r\nx\r\n" * 500_000], extra=b"Transfer-Encoding: chunked\r\n"))
    made |= {
        "warc-chunks.warc": chunked,
        "warc-chunk-size.warc": b"".join(warc([b"f" * 1_000_000], extra=b"Transfer-Encoding: chunked\r\n")),
    }
    for n in (1_000, 1_000_000):
        made[f"lists-{n}.json"] = b"[" * n
        made[f"maps-{n}.json"] = b'{"a":' * n
        made[f"text-{n}.json"] = CHAT % (MESSAGE % (1, b"[" * n + b"]" * n))
    made["closed.json"] = b"[" * 500_000 + b"]" * 500_000
    made["digits.json"] = CHAT % (MESSAGE % (1, b"9" * 3_000_000))
    made["escapes.json"] = CHAT % (MESSAGE % (1, b'"' + b"\\ud800" * 500_000 + b'"'))
    made["quotes.json"] = CHAT % (MESSAGE % (1, b'"' * 1_000_001))
    made["tiny.json"] = CHAT % b",".join(MESSAGE % (n, b'""') for n in range(20_000))
    for tag in (b"div", b"table><tr><td", b"b", b"blockquote", b"ul><li", b"form"):
        made[f"deep-{tag[:5].decode()}.html"] = page((b"<" + tag + b">") * 60_000)
    made["attributes.html"] = page(b"<p " + b" ".join(b"a%d=b" % n for n in range(100_000)) + b">x")
    made["attribute.html"] = page(b'<p title="' + b"x" * 3_000_000 + b'">x')
    made["open.html"] = page(b"<" * 1_000_000)
    made["comments.html"] = page(b"<!--" * 300_000)
    made["entities.html"] = page(b"&amp;" * 500_000)
    made["laughs.html"] = (
        b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
        + b'<!ENTITY b "&a;&a;&a;">' * 5_000
        + b"]><html>&b;</html>"
    )
    made["misnested.html"] = page(b"<b><i><p><a></b></i></p>" * 10_000)
    made["line-30.txt"] = b"x" * (30 << 20)
    made["line-200.txt"] = "消".encode() * (200 * 2**20 // 3)
    made["line-200.json"] = CHAT % (MESSAGE % (1, b'"' + b"x" * (200 << 20) + b'"'))
    made["line-qq.txt"] = QQ_HEAD.encode() + b"\n2013-06-01 8:00:01 a(170001)\n" + b"y" * (20 << 20)
    made["quote.csv"] = "时间,正文\n".encode() + b'"' + b"a,\n" * 2_000_000
    made["columns.csv"] = "时间,正文".encode() + b",a" * 500_000 + b"\n" + b"," * 500_000
    made["rows.csv"] = "时间,正文\n".encode() + b"\n" * 3_000_000
    made["title.html"] = b"<html><head><title>" + b"t" * 2_000_000 + b"</title></head><body>" + b"<p>a</p>" * 5_000
    made["marks.txt"] = "\u200e\u202f".encode() * 2_000_000 + b"[2013/6/1 08:00:00] a: b\n"
    made["colons.txt"] = b"12/1/13, 10:00 - " + b"a:" * 1_000_000
    return made


def samples():
    return {
        p.relative_to(SAMPLES).as_posix(): p.read_bytes()
        for p in sorted(SAMPLES.rglob("*"))
        if p.is_file() and p.name != "expected.json"
    }


def mutate(data, rng):
    """Return ``data`` with a few random damages: cut, flipped, swapped, repeated, filled."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(data) + 1)
        size = rng.choice((1, 2, 7, 64, 512))
        kind = rng.randrange(7)
        if kind == 0:
            del data[at : at + size]
        elif kind == 1 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 2:
            data[at:at] = rng.randbytes(size)
        elif kind == 3:
            data[at:at] = bytes(data[at : at + size]) * rng.randint(1, 30)
        elif kind == 4:
            data[at:at] = rng.choice(
                (
                    b"\0",
                    b"\xff\xfe",
                    b"[" * 300,
                    b'"',
                    b"\\u",
                    b"<",
                    b"\n\n",
                    b"]]>",
                    b"\xed\xa0\x80",
                    b"99999999999999",
                )
            )
        elif kind == 5:
            del data[at:]
        else:
            other = rng.randrange(len(data) + 1)
            data[at:at] = data[other : other + size]
    return bytes(data)


def malformed(count, seed=8):
    rng = random.Random(seed)
    known = [(name, data) for name, data in samples().items() if data]
    made = {}
    for number in range(count):
        name, data = known[number % len(known)]
        made[f"{number}/{Path(name).name}"] = mutate(data, rng)
    return made
