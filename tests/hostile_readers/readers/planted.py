"""A reader that does what a broken one would: its file says what, line by line."""

import ctypes
import os
import socket
import subprocess
import time

from ringtrace.model.clock import NO_CLOCK
from ringtrace.model.post import Container, Post
from ringtrace.model.span import Segment, Span, Structure

NAME = "planted"
VERSION = "1"
PLATFORM = "tip"


def sniff(head, name):
    if head.startswith(b"planted sniff"):
        while True:
            pass
    return 1.0 if head.startswith(b"planted") else 0.0


def read(source):
    at = 0
    for line in bytes(source.data).splitlines(keepends=True):
        start, at = at, at + len(line)
        word = line.strip().decode()
        if word in DEEDS:
            word = DEEDS[word]() or word
        span = Span(source.evidence, source.member, start, at)
        if word.startswith("planted"):
            yield Structure(span, "header")
            continue
        inner = word if word.encode() == line.strip() else ""
        segments = (Segment(0, len(inner), start, start + len(inner), "utf-8"),) if inner else ()
        yield Post(
            span=span, platform="tip", container=Container("tip", "planted"), account_native="", account_name="",
            native_id=str(start), sent=NO_CLOCK, kind="tip", text=word, segments=segments,
        )  # fmt: skip


def spin():
    while True:
        pass


def explode():
    held = []
    while True:
        held.append(bytearray(1 << 24))


HOARD = []


def hoard():
    HOARD.append(bytearray(150 << 20))


def refused(deed):
    try:
        deed()
    except OSError as error:
        return f"refused: {type(error).__name__}"
    return "allowed"


DEEDS = {
    "spin": spin,
    "sleep": lambda: time.sleep(10_000),
    "explode": explode,
    "hoard": hoard,
    "who": lambda: f"process {os.getpid()}",
    "crash": lambda: ctypes.string_at(0),
    "exit": lambda: os._exit(3),
    "kill": lambda: os.kill(os.getpid(), 9),
    "leave": lambda: (_ for _ in ()).throw(SystemExit("out")),
    "flood": lambda: "x" * 60_000_000,
    "connect": lambda: refused(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "execute": lambda: refused(lambda: subprocess.run(["/bin/true"], check=True)),
    "environment": lambda: " ".join(sorted(os.environ)),
    "write": lambda: refused(lambda: write("/tmp/ringtrace-planted")),
}


def write(path):
    try:
        with open(path, "wb") as handle:
            handle.write(b"out")
    finally:
        os.unlink(path)
