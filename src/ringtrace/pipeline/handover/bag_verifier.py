#!/usr/bin/env python3
"""Checks an evidence package (BagIt, RFC 8493) without the program that wrote it: python3 verify.py FOLDER

Needs only Python (3.9 or newer). Names every file and log line that does not agree; exit code 0 or 4.
Take this file from another source than the package where you can, and compare the key. Checked: every file
against the manifests; each log line against the signed checkpoint (RFC 6962 inclusion proof, Ed25519); each
original against its name and the log; each time-stamp against the checkpoint by hash and consistency proof.
The authority's own signature is checked by `openssl ts -verify`, see README.txt."""

import base64
import hashlib
import json
import sys
from pathlib import Path

P, ORDER = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # Ed25519, RFC 8032 section 5.1
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(number: int, p: Point) -> Point:
    found = (0, 1, 1, 0)
    while number:
        found = add(found, p) if number & 1 else found
        p, number = add(p, p), number >> 1
    return found


def point(data: bytes) -> Point:
    sign, y = divmod(int.from_bytes(data, "little"), 2**255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if (x * x - square) % P == 0 else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    x = x if x & 1 == sign else P - x
    return x, y, 1, x * y % P


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    s, base = int.from_bytes(signature[32:], "little"), (4 * pow(5, P - 2, P) % P).to_bytes(32, "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    (a, b, c, _), (d, e, f, _) = multiply(s, point(base)), add(point(signature[:32]), multiply(k, point(public)))
    return len(signature) == 64 and s < ORDER and (a * f - d * c) % P == (b * f - e * c) % P == 0


def climb(at: int, last: int, values: list[bytes], proof: list[bytes], old: int = 0) -> list[bytes]:
    """Return the roots that a proof leads to (RFC 9162 2.1.3.2; with old = 1 the first is the old one, 2.1.4.2)."""
    for other in proof:
        if at % 2 or at == last:
            values = [hashlib.sha256(b"\1" + other + value).digest() for value in values]
            while at % 2 == 0 and at:
                at, last = at // 2, last // 2
        else:
            values = values[:old] + [hashlib.sha256(b"\1" + value + other).digest() for value in values[old:]]
        at, last = at // 2, last // 2
    return values if last == 0 else []


def consistent(old: tuple[int, bytes], new: tuple[int, bytes], proof: list[bytes]) -> bool:
    if not 0 < old[0] < new[0]:
        return old == new
    path = proof if old[0] & (old[0] - 1) else [old[1], *proof]
    at, last = old[0] - 1, new[0] - 1
    while at % 2:
        at, last = at // 2, last // 2
    return bool(path) and climb(at, last, [path[0]] * 2, path[1:], 1) == [old[1], new[1]]


def read_note(path: Path, public: bytes) -> tuple[int, bytes]:
    """Return (lines, root) of a signed checkpoint; raises ValueError when it is not as the key signed it."""
    body, _, tail = path.read_bytes().partition(b"\n\n")
    origin, size, root = body.decode("utf-8", "replace").split("\n")
    raw = base64.b64decode(tail.split()[2])
    key_id = hashlib.sha256(origin.encode() + b"\n\1" + public).digest()[:4]
    if tail.split()[1] != origin.encode() or raw[:4] != key_id or not signed(public, body + b"\n", raw[4:]):
        raise ValueError("the signature does not hold")
    return int(size), base64.b64decode(root)


def check_manifest(bag: Path, manifest: str, there: dict[str, str]) -> list[str]:
    text = (bag / manifest).read_text("utf-8", "replace") if (bag / manifest).is_file() else ""
    if text == "".join(f"{there[name]}  {name}\n" for name in sorted(there)):
        return []
    listed = {line[66:]: line[:64] for line in text.split("\n")}
    wrong = [f"{name}: {manifest} has another hash or none" for name in there if listed.get(name) != there[name]]
    wrong += [f"{name or 'a line'}: {manifest} lists it, it is not here" for name in listed if name not in there]
    return [f"{manifest}: it does not agree with what is here", *sorted(wrong)]


def check_lines(custody: Path, present: tuple[int, bytes], objects: dict[str, str]) -> list[str]:
    lines, proofs = ((custody / n).read_bytes().split(b"\n")[:-1] for n in ("log-extract.jsonl", "proofs.jsonl"))
    wrong = [] if len(lines) == len(proofs) else ["data/custody/proofs.jsonl: not one proof a line"]
    held: dict[str, bool] = {}
    for at in range(min(len(lines), len(proofs))):
        proof, leaf = json.loads(proofs[at]), hashlib.sha256(b"\0" + lines[at]).digest()
        if climb(proof["line"] - 1, present[0] - 1, [leaf], list(map(bytes.fromhex, proof["path"]))) != [present[1]]:
            wrong.append(f"data/custody/log-extract.jsonl line {at + 1}: not what was signed as line {proof['line']}")
        elif (event := json.loads(lines[at]))["event"] in ("collect", "erase"):
            held[event["evidence"]] = event["event"] == "collect"
    wrong += [f"data/objects/{n[:2]}/{n}: in the log, not here" for n in sorted(held) if held[n] and n not in objects]
    wrong += [f"{objects[n]}: no log line that holds speaks of it" for n in sorted(objects) if not held.get(n)]
    return wrong


def check(bag: Path) -> list[str]:
    """Return every disagreement, each beginning with the file."""
    there: dict[str, str] = {}
    for path in (path for path in bag.rglob("*") if path.is_file()):
        sha, handle = hashlib.sha256(), path.open("rb")
        while chunk := handle.read(1 << 20):
            sha.update(chunk)
        there[path.relative_to(bag).as_posix()] = sha.hexdigest()
    data = {name: there.pop(name) for name in [*there] if name.startswith("data/")}
    there.pop("tagmanifest-sha256.txt", None)
    objects = {name.rsplit("/", 1)[1]: name for name in data if name.startswith("data/objects/")}
    wrong = [f"{name}: its bytes are not those of its name" for key, name in objects.items() if data[name] != key]
    custody, place = bag / "data/custody", "data/custody/key.pem"
    try:
        public = base64.b64decode((bag / place).read_text("ascii").split("\n")[1])[-32:]
        print(f"Signed with the key {hashlib.sha256(public).hexdigest()}")
        place = "data/custody/checkpoint"
        present = read_note(bag / place, public)
        for folder in sorted((custody / "timestamps").glob("*")):
            place = f"data/custody/timestamps/{folder.name}"
            note, proof = folder / "checkpoint", json.loads((folder / "consistency.json").read_text())
            if not consistent(read_note(note, public), present, list(map(bytes.fromhex, proof))):
                wrong.append(f"{place}: the log does not continue what was stamped")
            if hashlib.sha256(note.read_bytes()).digest() not in (folder / "response.tsr").read_bytes():
                wrong.append(f"{place}/response.tsr: it does not stamp this checkpoint")
        place = "data/custody/log-extract.jsonl or proofs.jsonl"
        wrong += check_lines(custody, present, objects)
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        wrong.append(f"{place}: {error}")
    for manifest, files in (("manifest-sha256.txt", data), ("tagmanifest-sha256.txt", there)):
        wrong += check_manifest(bag, manifest, files)
    return wrong


if __name__ == "__main__":
    found = check(Path(sys.argv[1]))
    print("\n".join(found) or "Everything agrees.")
    sys.exit(4 if found else 0)
