"""Reads other projects' public test fixtures and counts what they expect and what was found.

    python benchmarks/public_fixtures.py FOLDER [--json OUT]

FOLDER holds a checkout of each project under its own name (chat-miner, chatpack, tg-parser,
whatsapp-chat-parser, whatstk, qq-chat-history, warcio, finnish-forum-scrapers,
article-extraction-benchmark); one that is absent is named and left out. No fixture is part of this
repository: they stay where they were fetched. An expected message counts as found when a post has its
author, its words and, where the fixture states it, its time. ``pip install warcio trafilatura`` lets
the runner read the captures and articles with those two in the same run.
"""

from __future__ import annotations

import argparse
import ast
import csv
import gzip
import io
import json
import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ringtrace.model.post import Post
from ringtrace.model.source import Member, Source
from ringtrace.model.span import Gap
from ringtrace.pipeline.reading.originals import read_source
from ringtrace.pipeline.reading.reader_choice import choose_reader
from ringtrace.pipeline.reading.readings import Reading

_MARKS = dict.fromkeys(map(ord, "\u200e\u200f\u202f\ufeff"), None)


@dataclass
class Count:
    """One fixture: what its project expects of it, what was found, and what was missed."""

    project: str
    name: str
    expected: int
    found: int
    missed: list[str] = field(default_factory=list)


def read(data: bytes, name: str, zone: str = "UTC", **fields) -> Reading:
    done = read_source(Source("0" * 64, "", name, data, zone=zone, **fields))
    assert done.post_bytes + done.gap_bytes + done.structure_bytes == len(data), name
    return done


def plain(text: str) -> str:
    """White space counts for nothing: projects join the runs of a text and the lines of a message differently."""
    return "".join(text.translate(_MARKS).split())


def compare(project: str, name: str, wanted: list[tuple[str, str, str]], posts: list[Post]) -> Count:
    """wanted: (author, words, ISO time or ""); several posts may be alike, each is used once.

    A post may say more than the project expects (a shared link, a quotation), so its words need only begin alike.
    """
    left = [(plain(post.account_name), plain(post.text), iso(post.sent.at)) for post in posts]
    missed = []
    for author, words, time in wanted:
        who, begins = plain(author), plain(words)
        fit = [one for one in left if who in ("", one[0]) and one[1].startswith(begins) and time in ("", one[2])]
        if fit:
            left.remove(min(fit, key=lambda one: len(one[1])))
        else:
            missed.append(f"{author}: {words[:60]!r} {time}")
    return Count(project, name, len(wanted), len(wanted) - len(missed), missed)


def iso(at: int | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at / 1e6, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def chat_miner(root: Path) -> Iterator[Count]:
    for folder in sorted((root / "test").iterdir()):
        target = folder / "target.json"
        if not target.exists():
            continue
        rows = json.loads(target.read_text("utf-8"))
        wanted = [(row["author"], row["message"], row["timestamp"]) for row in rows]
        for path in sorted(folder.glob("test_*")):
            done = read(path.read_bytes(), f"{folder.name}/{path.name}")
            yield compare("chat-miner", f"{folder.name}/{path.name}", wanted, done.posts)


def tg_parser(root: Path) -> Iterator[Count]:
    for path in sorted((root / "tests" / "fixtures").glob("*.json")):
        chat = json.loads(path.read_text("utf-8"))
        wanted = []
        for message in chat["messages"]:
            if message["type"] != "message":
                continue
            parts = message["text"] if isinstance(message["text"], list) else [message["text"]]
            words = "".join(part if isinstance(part, str) else part["text"] for part in parts)
            time = iso(int(message["date_unixtime"]) * 1_000_000) if "date_unixtime" in message else message["date"]
            wanted.append((message.get("from") or "", words, time))
        yield compare("tg-parser", path.name, wanted, read(path.read_bytes(), path.name).posts)


_RUST = re.compile(
    r'let (\w+) = (?:r#"(.*?)"#|"((?:[^"\\]|\\.)*)");\s*fs::write\(format!\("\{dir\}/([^"]+)"\)', re.DOTALL
)


def chatpack(root: Path) -> Iterator[Count]:
    """Its fixtures stand in its integration test; what it expects is what stands in them."""
    source = (root / "tests" / "integration.rs").read_text("utf-8")
    for _, raw, quoted, name in _RUST.findall(source):
        data = raw or quoted.encode().decode("unicode_escape").encode("latin-1").decode("utf-8")
        wanted = _CHATPACK[name.partition(".")[0] if name.startswith(("telegram", "instagram")) else name](data)
        yield compare("chatpack", name, wanted, read(data.encode(), name).posts)


def _chatpack_telegram(data: str) -> list[tuple[str, str, str]]:
    rows = []
    for message in json.loads(data)["messages"]:
        if message["type"] == "message":
            parts = message["text"] if isinstance(message["text"], list) else [message["text"]]
            words = "".join(part if isinstance(part, str) else part["text"] for part in parts)
            rows.append((message["from"], words, iso(int(message["date_unixtime"]) * 1_000_000)))
    return rows


def _chatpack_instagram(data: str) -> list[tuple[str, str, str]]:
    def put_right(text: str) -> str:
        try:
            return text.encode("latin-1").decode("utf-8")
        except UnicodeError:
            return text

    rows = []
    for message in json.loads(data)["messages"]:
        words = (
            message.get("content")
            or message.get("share", {}).get("share_text")
            or message.get("share", {}).get("link", "")
        )
        rows.append((put_right(message["sender_name"]), put_right(words), iso(message["timestamp_ms"] * 1000)))
    return rows


def _chatpack_discord(data: str) -> list[tuple[str, str, str]]:
    rows = []
    for message in json.loads(data)["messages"]:
        author = message["author"]
        time = datetime.fromisoformat(message["timestamp"]).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        rows.append((author.get("nickname") or author["name"], message["content"], time))
    return rows


def _chatpack_discord_csv(data: str) -> list[tuple[str, str, str]]:
    rows = list(csv.DictReader(io.StringIO(data)))
    return [(row["Author"], row["Content"], row["Date"].removesuffix("+00:00")) for row in rows]


def _chatpack_discord_text(data: str) -> list[tuple[str, str, str]]:
    return [("Alice", "Hello Discord!", "2024-01-15T10:30:00"), ("bob", "Hi Alice!", "2024-01-15T10:31:00"),
            ("Alice", "", "2024-01-15T10:33:00")]  # fmt: skip


def _chatpack_whatsapp(data: str) -> list[tuple[str, str, str]]:
    rows: list[list[str]] = []
    for line in data.splitlines():
        match = re.match(r"\[?[0-9/.]+,? [0-9:]+(?: [AP]M)?\]?(?: -)? ([^:]+): (.*)", line)
        if match:
            rows.append([match[1], match[2]])
        elif rows and not re.match(r"\[?[0-9/.]+,? [0-9:]+", line):
            rows[-1][1] += f"\n{line}"
    return [(author, words, "") for author, words in rows]


class _Chatpack(dict):
    def __missing__(self, name: str) -> Callable[[str], list[tuple[str, str, str]]]:
        return _chatpack_whatsapp if name.startswith("whatsapp") else _chatpack_telegram


_CHATPACK = _Chatpack(
    {"instagram": _chatpack_instagram, "discord.json": _chatpack_discord, "discord.csv": _chatpack_discord_csv,
     "discord.txt": _chatpack_discord_text}
)  # fmt: skip

_JS_LINE = re.compile(r"""['"`]((?:\u200e)?\[?[0-9][^'`\n]{8,30}?(?: - |: |\] )[^'`\n]*)['`]""")


def pustur(root: Path) -> Iterator[Count]:
    """Each line of its tests is one chat of one message; a system line has no author."""
    seen = set()
    for path in sorted((root / "tests").glob("*.test.ts")):
        for raw in _JS_LINE.findall(path.read_text("utf-8")):
            line = raw.replace("\\n", "\n")
            if line in seen or "\n13/1" in line or not re.search(r"[0-9][:.][0-9]{2}", line):
                continue
            seen.add(line)
            author, words = _pustur_parts(line)
            posts = read(line.encode(), "WhatsApp Chat - t.txt").posts
            yield compare("whatsapp-chat-parser", line[:50].replace("\n", "|"), [(author, words, "")], posts)


def _pustur_parts(line: str) -> tuple[str, str]:
    rest = re.split(r"\] | - (?=[^-]*)|(?<=[0-9]{2}:[0-9]{2}) (?=a: m)|(?<=[0-9]{2}[.:][0-9]{2}): ", line, maxsplit=1)[
        -1
    ]
    author, mark, words = rest.partition(": ")
    return (author, words) if mark and "created" not in author else ("", rest)


_WHATSTK_HEAD = re.compile(
    r"^\[?[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4},? [0-9:]+(?: [AP]M)?\]?(?: -)? [^:\n]+:", re.MULTILINE
)


def whatstk(root: Path) -> Iterator[Count]:
    """A chat in each of the header forms that whatstk lists: three authors, several lines, days above 12."""
    forms = json.loads((root / "whatstk/whatsapp/assets/header_format_support.json").read_text("utf-8"))
    start = datetime(2020, 6, 29, 8, 5, 9, tzinfo=UTC)
    for form in forms:
        lines, wanted = [], []
        for number in range(40):
            moment = datetime.fromtimestamp(start.timestamp() + number * 40_000, UTC)
            author = ("John", "Mary Ann", "+1 555 010 0199")[number % 3]
            words = f"synthetic line {number}" + ("\nand a second line: here" if number % 5 == 0 else "")
            written = form["format"].replace("%name", author).replace("%P", "%p").replace("%H", "%H")
            lines.append(f"{moment.strftime(written)} {words}")
            exact = "%S" in form["format"]
            wanted.append((author, words, moment.strftime("%Y-%m-%dT%H:%M:%S" if exact else "%Y-%m-%dT%H:%M:00")))
        posts = read("\n".join(lines).encode(), "WhatsApp Chat with x.txt").posts
        yield compare("whatstk", form["format"], wanted, posts)
    for path in sorted((root / "chats" / "whatsapp").glob("*.txt")):
        text = path.read_text("utf-8")
        heads = _WHATSTK_HEAD.findall(text)
        found = read(path.read_bytes(), path.name).posts
        yield Count("whatstk", path.name, len(heads), min(len(found), len(heads)))


_QQ_EXPECTED = {
    "test_group.py": 2,
    "test_private.py": 2,
    "test_name.py": None,
    "test_empty.py": 0,
    "test_save.py": None,
}


def qq_chat_history(root: Path) -> Iterator[Count]:
    header = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{1,2}:[0-9]{2}:[0-9]{2} .+$", re.MULTILINE)
    texts = {"file.txt": (root / "tests/file.txt").read_text("utf-8")}
    for path in sorted((root / "tests").glob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.count("\n") > 2:
                texts[path.name] = node.value.strip()
    for name, text in texts.items():
        expected = len(header.findall(text))
        data = text.encode()
        posts = read(data, name.replace(".py", ".txt")).posts
        found = [post for post in posts if post.platform == "qq" and post.kind == "message"]
        missed = [] if len(found) == expected else [f"{len(found)} of {expected}"]
        yield Count("qq-chat-history", name, expected, min(len(found), expected), missed)


def warcio(root: Path) -> Iterator[Count]:
    """Every response, resource and conversion: its payload must be the bytes that warcio gives for it."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    for path in sorted((root / "test" / "data").iterdir()):
        data = path.read_bytes()
        payloads: list[bytes] = []
        records = 0
        try:
            for record in ArchiveIterator(io.BytesIO(data), arc2warc=True):
                records += 1
                body = record.content_stream().read()
                if record.rec_type in ("response", "resource", "conversion"):
                    payloads.append(body)
        except (ArchiveLoadFailed, OSError) as error:
            print(f"    warcio itself stops in {path.name}: {error}")
        payloads = [payload for payload in payloads if payload]
        items = list(opened(Source("0" * 64, "", path.name, data)))
        ours = Counter(bytes(item.data) for item in items if isinstance(item, Member))
        missed = []
        for payload in payloads:
            if ours[payload]:
                ours[payload] -= 1
            else:
                missed.append(f"payload of {len(payload)} bytes")
        missed += [item.reason for item in items if isinstance(item, Gap)]
        yield Count("warcio", path.name, len(payloads), len(payloads) - sum("payload of" in m for m in missed), missed)


def opened(source: Source) -> Iterator:
    """Yield what the reader of a capture finds; a gzip file around it is opened first."""
    reader = choose_reader(source, [])
    for item in reader.read(source) if reader else ():
        if isinstance(item, Member) and not item.url and reader.PLATFORM == "" and "gzip" in reader.NAME.lower():
            yield from opened(Source(source.evidence, item.path, source.name, item.data))
        else:
            yield item


def finnish_forums(root: Path) -> Iterator[Count]:
    """Its tests state how many posts each page of a thread holds; each must have author, words and time."""
    for path in sorted((root / "tests" / "spiders").glob("*_test.py")):
        source = path.read_text("utf-8")
        page = re.search(r'scrape_thread\(mock_response_from_file\(["\']([^"\']+)["\'], ["\']([^"\']+)', source)
        count = re.search(r"_test_item_results\(results, ([0-9]+)\)", source)
        if not page or not count:
            continue
        expected = int(count[1])
        done = read((root / page[1]).read_bytes(), page[1], url=page[2])
        whole = [p for p in done.posts if p.account_name and p.text and p.sent.at and p.kind in ("message", "comment")]
        missed = [] if len(whole) >= expected else [f"{len(whole)} whole of {len(done.posts)} posts ({done.reader})"]
        yield Count("finnish-forum-scrapers", Path(page[1]).name, expected, min(expected, len(whole)), missed)


def shingles(text: str) -> Counter:
    tokens = re.findall(r"\w+", text)
    return Counter(tuple(tokens[at : at + 4]) for at in range(max(1, len(tokens) - 3)) if tokens)


def overlap(true: str, said: str) -> tuple[float, float, float]:
    """(true positives, false positives, false negatives) over word 4-grams, as that benchmark weighs them."""
    a, b = shingles(true), shingles(said)
    tp, fp, fn = sum((a & b).values()), sum((b - a).values()), sum((a - b).values())
    total = tp + fp + fn
    return (tp / total, fp / total, fn / total) if total else (0.0, 0.0, 0.0)


def article_scores(rows: list[tuple[float, float, float]]) -> tuple[float, float, float]:
    """(F1, precision, recall): means over pages, as article-extraction-benchmark computes them."""
    precision = statistics.mean(1.0 if fp == fn == 0 else tp / (tp + fp) for tp, fp, fn in rows if tp + fp > 0)
    recall = statistics.mean(1.0 if fp == fn == 0 else tp / (tp + fn) for tp, fp, fn in rows if tp + fn > 0)
    return 2 * precision * recall / (precision + recall), precision, recall


def articles(root: Path) -> dict[str, tuple[float, float, float]]:
    """Return reader -> (F1, precision, recall) on its 181 pages; ours once in its own choice, once as news."""
    from ringtrace.readers import news_html

    truth = json.loads((root / "ground-truth.json").read_text("utf-8"))
    rows: dict[str, list[tuple[float, float, float]]] = {"ringtrace (reader it chooses)": [], "ringtrace news_html": []}
    try:
        import trafilatura
    except ImportError:
        trafilatura = None
    else:
        rows[f"trafilatura {trafilatura.__version__}"] = []
    for key, expected in truth.items():
        data = gzip.decompress((root / "html" / f"{key}.html.gz").read_bytes())
        true = expected["articleBody"]
        chosen = read(data, f"{key}.html").posts
        body = [post.text for post in chosen if post.kind in ("article", "page", "listing")] or [p.text for p in chosen]
        rows["ringtrace (reader it chooses)"].append(overlap(true, "\n".join(body)))
        found = [i for i in news_html.read(Source("0" * 64, "", "a.html", data)) if isinstance(i, Post)]
        rows["ringtrace news_html"].append(overlap(true, "\n".join(p.text for p in found if p.kind == "article")))
        if trafilatura:
            said = trafilatura.extract(data.decode("utf-8", "replace"), include_comments=False) or ""
            rows[f"trafilatura {trafilatura.__version__}"].append(overlap(true, said))
    return {name: article_scores(row) for name, row in rows.items()}


PROJECTS: dict[str, Callable[[Path], Iterator[Count]]] = {
    "chat-miner": chat_miner, "chatpack": chatpack, "tg-parser": tg_parser, "whatsapp-chat-parser": pustur,
    "whatstk": whatstk, "qq-chat-history": qq_chat_history, "warcio": warcio, "finnish-forum-scrapers": finnish_forums,
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--all", action="store_true", help="name every fixture, not only those with a miss")
    arguments = parser.parse_args()
    results: dict[str, object] = {}
    for project, count in PROJECTS.items():
        if not (arguments.folder / project).is_dir():
            print(f"{project}: not in {arguments.folder}")
            continue
        counts = list(count(arguments.folder / project))
        expected, found = sum(c.expected for c in counts), sum(c.found for c in counts)
        print(f"{project}: {found} of {expected} in {len(counts)} fixtures")
        for one in counts:
            if one.missed or arguments.all:
                print(f"    {one.name}: {one.found} of {one.expected} {'; '.join(one.missed[:4])}")
        results[project] = {"expected": expected, "found": found, "fixtures": len(counts)}
    if (arguments.folder / "article-extraction-benchmark").is_dir():
        scores = articles(arguments.folder / "article-extraction-benchmark")
        for name, (f1, precision, recall) in scores.items():
            print(f"article-extraction-benchmark: {name}: F1 {f1:.3f}, precision {precision:.3f}, recall {recall:.3f}")
        results["article-extraction-benchmark"] = {name: list(score) for name, score in scores.items()}
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2), "utf-8")


if __name__ == "__main__":
    main()
