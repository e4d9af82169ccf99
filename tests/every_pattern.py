"""Every compiled pattern that evidence may meet, and thirty texts of a megabyte made to hurt each.

``python tests/every_pattern.py`` prints all patterns as JSON: it notes what ``re`` is asked to compile while every module is
imported and every extractor looks at a text, then reads the modules' source for patterns inside functions that were not
reached. Patterns are named by the module and line that compile them.
"""

from __future__ import annotations

import ast
import importlib
import json
import pkgutil
import random
import re
import sys
import time
from collections.abc import Iterator
from importlib import util
from pathlib import Path
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

MEGABYTE = 1_000_000
APART = ("cli", "web", "simulator", "evaluation", "__main__", "engines.spark", "store.migrations")
"""Rooms that read no evidence."""
SAID = (
    "hotline 110 打电话 12345, abc.def#qq.com name at host dot com 1234567 is my qq, QQ 7654321 or 8765432, add 12321 块",
    "17000889447 是我微信, 17000889447 is my wechat",
    "我的v: lin*an2014, *代表下划线",
    "price 10k each",
    "our website is little.place, have a look",
    "农历八月十五, 下个月第二周, 三天前, 星期天, 2014年2月19日",
    "two weeks before May 13 1999, in three days and 2 weeks, twenty two weeks from now, 3 months ago, next monday",
    "微信 abc_1234 电话170 0088 9447 https://a.example/b a@b.example 支付宝 3岁 2014年3月 next monday half a million 皖A12345 北京 "
    "卡号6222021234567890128 男孩 我妹 同号 前面170 后面8888 张三 发表于 2014-1-1\n加我 one seven zero zero 幺七洞",
)
GENERIC = ("a", "1", " ", "一", "@", ".", "-", "a ", "1 ", "a1", "a.", '"', "\n", "<a ", "我是 ")
if TYPE_CHECKING:
    from ringtrace.model.source import Source

Parsed = list[tuple[object, object]]


def gather() -> dict[str, dict[str, object]]:
    """Return site -> {pattern, flags, bytes} of everything compiled by our modules; sites that stay dark end in "?"."""
    noted: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    compiling = re._compile  # type: ignore[attr-defined]

    def note(pattern: object, flags: object) -> re.Pattern[str]:
        made: re.Pattern[str] = compiling(pattern, flags)
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals.get("__name__") == "re":
            frame = frame.f_back
        name = frame.f_globals.get("__name__", "")
        if name.startswith("ringtrace.") and not name.removeprefix("ringtrace.").startswith(APART):
            noted[f"{frame.f_globals['__name__']}:{frame.f_lineno}:{made.pattern!r}"] = made
        return made

    re._compile = note  # type: ignore[attr-defined]
    modules = [info.name for info in pkgutil.walk_packages(importlib.import_module("ringtrace").__path__, "ringtrace.")]
    modules = [name for name in modules if not name.removeprefix("ringtrace.").startswith(APART)]
    for name in modules:
        importlib.import_module(name)
    _look()
    re._compile = compiling  # type: ignore[attr-defined]
    reached = {(site.split(":")[0], int(site.split(":")[1])) for site in noted}
    found = {site: _told(pattern) for site, pattern in noted.items()}
    for name in modules:
        for first, last, pattern in _written(name):
            if not any((name, line) in reached for line in range(first, last + 1)):
                site = f"{name}:{first}"
                found[site if pattern is not None else f"{site}?"] = _told(re.compile(pattern or ""))
    trees = {name: _tree(name) for name in modules}
    ways_in = {name: _ways(tree) for name, tree in trees.items()}
    used = {site: ways for name in modules for site, ways in _used(name, trees[name], ways_in)}
    for site, told in found.items():
        ways = used.get(":".join(site.split(":")[:2]), {""})
        told["use"] = "whole" if ways <= _WHOLE else "place" if ways <= _FIXED else "anywhere"
        for module, begins, use in HELD:
            open_to = ("anywhere", "place") if use == "rescan" else ("anywhere",)
            if told["use"] in open_to and site.split(":")[0] == module and str(told["pattern"]).startswith(begins):
                told["use"] = use
    return found


def _tree(module: str) -> ast.Module:
    spec = util.find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    return ast.parse(Path(spec.origin).read_text("utf-8"))


HELD = (
    ("ringtrace.extractors.payment", "", "place"),  # within sixteen code points behind a cue
    ("ringtrace.text.pages.builder", "<(?:([A-Za-z]", "closed"),  # a page's tags, up to its last ">"
    # a value is read where it opens; who looks behind one without an end keeps account of what that costs
    ("ringtrace.text.jsonspan", '"[^"', "rescan"),
    ("ringtrace.text.jsonspan", '[^"{}', "rescan"),
    ("ringtrace.text.places.abroad", "[A-Za-z]{3,},", "window"),  # twenty-four code points before two letters
    ("ringtrace.text.tables.wordless_rows", "", "row"),  # matched where a row begins
    ("ringtrace.text.chats.whatsapp_header", "[\u200b\u200e", "whole"),  # the first bytes of a line
    (
        "ringtrace.text.contacts.addresses",
        "(?<![a-z0-9_+%-])((?:[a-z0-9_+%-]{1,64}",
        "window",
    ),  # a hundred code points before an at sign
    ("ringtrace.text.contacts.bare", "(?:(?<![a-z])", "head"),  # words of getting in touch: at most 20,000 code points
    ("ringtrace.text.contacts.bare", "[^\\w]*(?:", "window"),  # forty code points behind a value
    # turned round and matched once at the start of sixty code points before a cue; fullmatch of a gap of at most fourteen
    ("ringtrace.text.contacts.tables", "[^\\w]{0,4}(?:", "place"),
    # matched behind a cue, behind a value and between two parts of a number: at most 1,500 groups, 2,000 numbers
    ("ringtrace.text.contacts.tables", "(?:[^\\w+@]{0,6}", "place"),
    ("ringtrace.text.contacts.tables", "\\s{0,1}(?!", "place"),
    ("ringtrace.text.contacts.tables", "(?:(?<![a-z])in\\ the\\ middle", "place"),
)
"""How patterns are used of which the source does not say it at the place where they are made."""
HEAD, WINDOW = 20_000, 200
"""Code points of a head and of a window in which a pattern is looked for."""
RESCAN = 8
"""Times its size that a text is read in vain, as ``text.jsonchat`` (4) and ``readers.records_json`` (8) allow."""
_LINE = re.compile(r"[^\n\r]*+(?:\r\n|\n|\r)")
_OPENING = re.compile('["{\\[]')
_WHOLE = {"fullmatch", "match"}
_FIXED = {*_WHOLE, "fullmatch at", "match at"}


def _used(module: str, tree: ast.Module, ways_in: dict[str, dict[str, set[str]]]) -> Iterator[tuple[str, set[str]]]:
    """Yield (site, methods called of it) of the constants of a module; "" among them where one is handed on."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            where = [ways_in[module]] if name.startswith("_") else list(ways_in.values())
            ways = {way for one in where for way in one.get(name, ())}
            for line in range(node.value.lineno, (node.value.end_lineno or node.value.lineno) + 1):
                yield f"{module}:{line}", ways or {""}


def _ways(tree: ast.Module) -> dict[str, set[str]]:
    """Return name -> the methods called of it in a module, "" where it is handed on."""
    owners: dict[int, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            owners.setdefault(id(node.value), node.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
            owners[id(node.func.value)] = f"{node.func.attr} at"  # breadth first: a call comes before its function
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.setdefault(node.id, set()).add(owners.get(id(node), ""))
    return found


def _look() -> None:
    """Let readers read their samples, every extractor and the stances see texts: what lexicons make is compiled then."""
    from ringtrace import registry
    from ringtrace.errors import EvidenceError
    from ringtrace.pipeline.analysis.observing import find_all
    from ringtrace.stances.assess import assess
    from ringtrace.text.pages.head import thin_head
    from ringtrace.text.view import TextView

    for platform, text in ((platform, text) for platform in ("qq", "telegram", "news") for text in SAID):
        view = TextView(text, platform, kind="article", sent_at=1_390_000_000_000_000, secret=b"k")
        assess(view, find_all(view))
    thin_head(b"<head><style>a</style>" * 9, 20)
    readers = registry.scan("ringtrace.readers")
    for source, own in _samples(list(readers)):
        for reader in readers.values():
            reader.sniff(source.data[:65_536], source.name)
        try:
            for _ in readers[own].read(source):
                pass
        except EvidenceError:
            continue


def _samples(readers: list[str]) -> Iterator[tuple[Source, str]]:
    """Yield every sample, whole and cut, with the reader that it belongs to."""
    from ringtrace.model.source import Source

    folder = Path(__file__).parent / "samples"
    for name in readers:
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and path.name != "expected.json" and not path.name.endswith(".mapping.toml"):
                beside = path.with_name(path.name + ".mapping.toml")
                mapping = beside.read_bytes() if beside.exists() else None
                data, told = path.read_bytes(), path.relative_to(folder / name).as_posix()
                for whole in (data, data[: len(data) * 2 // 3]):
                    yield Source("0" * 64, "", told, whole, sidecar=mapping), name


def _told(pattern: re.Pattern[str] | re.Pattern[bytes]) -> dict[str, object]:
    held = pattern.pattern
    plain = held.decode("latin-1") if isinstance(held, bytes) else held
    return {"pattern": plain, "flags": pattern.flags, "bytes": isinstance(held, bytes)}


def _written(module: str) -> Iterator[tuple[int, int, str | bytes | None]]:
    """Yield (first line, last line, literal pattern or None) of each call of ``re`` in a module's source."""
    for node in ast.walk(_tree(module)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args):
            continue
        owner, first = node.func.value, node.args[0]
        if isinstance(owner, ast.Name) and owner.id == "re" and node.func.attr not in ("escape", "purge"):
            literal = first.value if isinstance(first, ast.Constant) else None
            yield node.lineno, node.end_lineno or node.lineno, literal if isinstance(literal, str | bytes) else None


def compiled(told: dict[str, object]) -> re.Pattern[str] | re.Pattern[bytes]:
    pattern, flags = str(told["pattern"]), int(str(told["flags"]))
    if told["bytes"]:
        return re.compile(pattern.encode("latin-1"), flags & ~re.UNICODE)
    return re.compile(pattern, flags)


def attacks(pattern: str, flags: int) -> list[str]:
    """Return thirty units to be repeated up to a megabyte: half generic, half made from the pattern itself."""
    parsed: Parsed = list(_parser.parse(pattern, flags & ~re.DEBUG))
    made: list[str] = []
    for seed in range(5):
        matching = _sample(parsed, random.Random(seed), 3 + 5 * seed)
        made += [matching or "a", matching[:-1] or "b", matching[: len(matching) // 2] or "c"]
    return [*GENERIC, *made]


def pumped(unit: str, size: int = MEGABYTE) -> str:
    """Return the unit again and again, ``size`` bytes in UTF-8."""
    return unit * (size // len(unit.encode("utf-8", "surrogatepass")))


def worst(told: dict[str, object]) -> tuple[float, str]:
    """Return (CPU seconds, unit) of the attack that costs a pattern most, at a megabyte.

    Small texts are tried first, and what takes long there is reckoned as growing with the square.
    """
    pattern, use, found = compiled(told), str(told["use"]), (0.0, "")
    for unit in attacks(str(told["pattern"]), pattern.flags):
        for part in (100, 10, 1):
            spent = seconds(pattern, pumped(unit, MEGABYTE // part), use)
            if (
                part > 1 and use != "head" and spent * part > _MUCH
            ):  # too long for a megabyte even if it grows in proportion only
                spent *= part * part
                break
            if part == 10 and spent < _LITTLE:
                spent *= part
                break
        found = max(found, (spent, unit))
    return found


_LITTLE, _MUCH = 0.01, 2.0
"""Seconds: what takes a hundredth of one for a tenth of the text takes less than one for all of it even with the square;
two are over the limit of one also on a busy machine."""


def _sample(parsed: Parsed, dice: random.Random, most: int) -> str:
    """Return a text that a parsed pattern matches but for what it asserts."""
    return "".join(_piece(op, argument, dice, most) for op, argument in parsed)


def _piece(op: object, argument: object, dice: random.Random, most: int) -> str:
    taken: tuple[object, ...] = argument if isinstance(argument, tuple) else ()
    if op is code.LITERAL:
        return chr(int(str(argument)))
    if op is code.NOT_LITERAL:
        return "x" if argument != ord("x") else "y"
    if op is code.ANY:
        return dice.choice("a1 一")
    if op is code.IN:
        return _member(list(argument), dice)  # type: ignore[call-overload]
    if op is code.BRANCH:
        return _sample(list(dice.choice(taken[1])), dice, most)  # type: ignore[arg-type,call-overload]
    if op is code.SUBPATTERN:
        return _sample(list(taken[3]), dice, most)  # type: ignore[call-overload]
    if op in (code.MAX_REPEAT, code.MIN_REPEAT, code.POSSESSIVE_REPEAT):
        low, high, inner = taken
        times = max(int(str(low)), min(_most(high), dice.randint(1, most)))
        return "".join(_sample(list(inner), dice, most) for _ in range(times))  # type: ignore[call-overload]
    if op is code.ATOMIC_GROUP:
        return _sample(list(argument), dice, most)  # type: ignore[call-overload]
    if op is code.ASSERT and taken[0] == 1:
        return _sample(list(taken[1]), dice, most)  # type: ignore[call-overload]
    return ""


def _most(times: object) -> int:
    return times if isinstance(times, int) else 1_000_000


_CLASSES = {
    code.CATEGORY_DIGIT: "0", code.CATEGORY_SPACE: " ", code.CATEGORY_WORD: "a", code.CATEGORY_NOT_DIGIT: "a",
    code.CATEGORY_NOT_SPACE: "a", code.CATEGORY_NOT_WORD: "-",
}  # fmt: skip


def _member(items: Parsed, dice: random.Random) -> str:
    """Return a character of a set; of what a set excludes, one of the usual ones that it leaves."""
    if items[0][0] is code.NEGATE:
        left = [char for char in "a1 -一x.,@/<\n\"'" if not any(_holds(op, what, char) for op, what in items[1:])]
        return dice.choice(left or ["\u3042"])
    op, what = dice.choice(items)
    if op is code.RANGE:
        low, high = what  # type: ignore[misc]
        return chr(dice.randint(int(low), min(int(high), int(low) + 60)))
    return _CLASSES[what] if op is code.CATEGORY else chr(int(str(what)))


def _holds(op: object, what: object, char: str) -> bool:
    if op is code.LITERAL:
        return ord(char) == what
    if op is code.RANGE:
        low, high = what  # type: ignore[misc]
        return bool(low <= ord(char) <= high)
    names = {
        code.CATEGORY_DIGIT: char.isdigit(), code.CATEGORY_SPACE: char.isspace(), code.CATEGORY_WORD: char.isalnum(),
        code.CATEGORY_NOT_DIGIT: not char.isdigit(), code.CATEGORY_NOT_SPACE: not char.isspace(),
        code.CATEGORY_NOT_WORD: not char.isalnum(),
    }  # fmt: skip
    return names[what]


STEP = 500
"""A pattern that is matched at given places is tried at one in so many: at 2,000 of a megabyte."""


def seconds(pattern: re.Pattern[str] | re.Pattern[bytes], text: str, use: str = "anywhere") -> float:
    """Return the CPU seconds that a text costs: looking everywhere in it is the most that any use can cost.

    use: "whole" where it is matched from the start of a text of its own (a line, a value), "place" where it is matched
    at places that are given, "window" and "head" where it is looked for in so much at a time, or at most, "closed" where
    it is looked for up to the last ">" only, "rescan" where what is read in vain at places counts against a budget of so
    many times the text, and "row" where it is matched at the starts of lines, behind what was found.
    """
    told = text.encode("utf-8", "replace") if isinstance(pattern.pattern, bytes) else text
    start = time.process_time()
    if use == "whole":
        pattern.match(told)  # type: ignore[arg-type]
        pattern.fullmatch(told)  # type: ignore[arg-type]
    elif use == "window":
        for at in range(0, len(told), WINDOW):
            pattern.search(told[at : at + WINDOW])  # type: ignore[arg-type]
    elif use in ("head", "closed"):
        last = HEAD if use == "head" else text.rfind(">") + 1  # of ASCII units in either form
        for _ in pattern.finditer(told[:last]):  # type: ignore[arg-type]
            pass
    elif use in ("rescan", "row"):
        shown = told.decode("latin-1") if isinstance(told, bytes) else told
        (_rescan if use == "rescan" else _walk_rows)(pattern, told, shown)
    elif use == "place":
        at = 0
        while at < len(told):  # who reads from place to place goes on behind what was found
            match = pattern.match(told, at)  # type: ignore[arg-type]
            at = max(at + STEP, match.end() if match else 0)
    else:
        for _ in pattern.finditer(told):  # type: ignore[arg-type]
            pass
    return time.process_time() - start


def _rescan(pattern: re.Pattern[str] | re.Pattern[bytes], told: str | bytes, shown: str) -> None:
    at, budget = shown.find('"'), RESCAN * len(told)
    while at >= 0 and budget >= 0:
        match = pattern.match(told, at)  # type: ignore[arg-type]
        budget -= 0 if match else len(told) - at
        opening = _OPENING.search(shown, match.end() if match else at + 1)
        at = opening.start() if opening else -1


def _walk_rows(pattern: re.Pattern[str] | re.Pattern[bytes], told: str | bytes, shown: str) -> None:
    at = 0
    while at < len(told):
        match, line = pattern.match(told, at), _LINE.match(shown, at)  # type: ignore[arg-type]
        at = match.end() if match else line.end() if line else len(told)


if __name__ == "__main__":
    print(json.dumps(gather(), indent=0, sort_keys=True))
