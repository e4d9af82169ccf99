"""Exact-span and exact-value scores on public test suites that nobody here wrote, beside their makers' own code.

python benchmarks/public_suites.py CHECKOUT... [--half dev|held] [--misses N] [--peers]

CHECKOUT is a working copy of microsoft/Recognizers-Text, dongrixinyu/JioNLP or Ailln/cn2an, or the
word ``phonenumbers`` for libphonenumber's example numbers. A case belongs to the development half when
its number in its file is even; only the other half says how we do on a stranger. ``--peers`` asks
recognizers-text, jionlp, cn2an and phonenumbers for the same, where they are installed. Nothing of the
suites is kept here.

A suite names one kind. A case is a text with (start, stop, value) of what must be found; start is -1
where the suite gives no place. Dates count where the suite means one definite day; its other readings
of time are passed over on both sides. Texts are read as articles: in chat a bare "tomorrow" is left out on purpose.

What is ours of the suites: every number in every form, ordinals apart; sums with a currency; ages; days that a text
fixes by itself or by its day of writing. Not ours, and scored all the same: movable feasts (Easter, Eid), lunar
dates, "the day before" of a story.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from importlib import import_module
from pathlib import Path
from typing import Any

from ringtrace.text.dates.finding import local_day
from ringtrace.text.quantities.finding import find_quantities
from ringtrace.text.view import TextView

Found = list[tuple[int, int, str]]
SHORT_UNITS = {"": "", "元": "CNY", "港元": "HKD", "美元": "USD", "日元": "JPY", "新台币": "TWD", "欧元": "EUR",
               "英镑": "GBP", "泰铢": "THB", "卢布": "RUB", "韩元": "KRW", "Dollar": "", "Yuan": "CNY"}  # fmt: skip
PARTS = {"Cent": Decimal("0.01"), "Pence": Decimal("0.01"), "Penny": Decimal("0.01"), "Satoshi": Decimal("0.00000001")}
"""Parts of a unit by which Microsoft's suite counts: brought to the unit on both sides, as the contract has it."""
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """wanted: what must be found; passed: stretches that count on neither side; sent: microseconds or None."""

    text: str
    wanted: tuple[tuple[int, int, str], ...]
    passed: tuple[tuple[int, int], ...] = ()
    sent: int | None = None


@dataclass(frozen=True, slots=True)
class Suite:
    """ours and each peer take (text, sent) and give what they find; same: whether two values agree."""

    name: str
    kind: str
    cases: list[Case]
    ours: Callable[[str, int | None], Found]
    peer_name: str = ""
    peer: Callable[[str, int | None], Found] | None = None


def extracted(kind: str) -> Callable[[str, int | None], Found]:
    find = import_module(f"ringtrace.extractors.{kind}").find

    def ask(text: str, sent: int | None) -> Found:
        found = [c for c in find(TextView(text, sent_at=sent, kind="article")) if c.probability >= 0.5]
        return [(c.pieces[0][0], c.pieces[-1][1], c.value) for c in found]

    return ask


def numbers(text: str, _sent: int | None) -> Found:
    found: Found = []
    folded = TextView(text).folded
    for number in find_quantities(folded.text):
        start, stop = folded.origin(number.start, number.stop)
        found.append((start, stop, str(number.value)))
    return found


_EXTENSION = re.compile(r"\s*(?:ext(?:ension)?\.?|x)\s*\d{1,6}$", re.IGNORECASE)
"""E.164 has no place for the desk behind a line: it is left out on both sides."""


def plain(kind: str, value: str) -> str:
    """Return a value in the form in which those of suites, peers and extractors can be compared."""
    if kind == "phone":
        return re.sub(r"\D", "", _EXTENSION.sub("", value.replace("(0)", ""))).lstrip("0")
    if kind == "url":
        return re.sub(r"^https?://", "", value.lower()).rstrip("/")
    if kind in ("money", "number"):
        amount, _, unit = value.partition(" ")
        try:
            return f"{Decimal(amount.replace(',', '')).normalize():f} {unit}".strip()
        except InvalidOperation:
            return value
    return value.lower()


def agree(kind: str, wanted: str, found: str) -> bool:
    left, right = plain(kind, wanted), plain(kind, found)
    if kind == "phone":
        return bool(left) and (left.endswith(right) or right.endswith(left)) and min(len(left), len(right)) >= 7
    if kind == "money" and re.match(r"\d+\.\d\d(?: |$)", wanted):  # JioNLP tells every sum to the cent
        left, right = (f"{Decimal(one.split()[0]):.2f} {' '.join(one.split()[1:])}".strip() for one in (left, right))
    if kind == "money" and " " not in left:
        return left == right.split(" ")[0]
    if kind == "number":
        return _close(left, right)
    return left == right


def _close(left: str, right: str) -> bool:
    """Whether two numbers agree to ten digits: suites write 1/3 with fifteen."""
    try:
        one, other = Decimal(left), Decimal(right)
    except InvalidOperation:
        return left == right
    return abs(one - other) <= abs(one) * Decimal("1e-10")


def _microsoft(folder: Path, peers: bool) -> Iterator[Suite]:
    specs = folder / "Specs"
    for name, kind, path, type_name in (
        ("Microsoft number", "number", "Number/English/NumberModel", "number"),
        ("Microsoft currency", "money", "NumberWithUnit/English/CurrencyModel", "currency"),
        ("Microsoft age", "age", "NumberWithUnit/English/AgeModel", "age"),
        ("Microsoft date", "date", "DateTime/English/DateTimeModel", "datetimeV2.date"),
        ("Microsoft phone", "phone", "Sequence/English/PhoneNumberModel", "phonenumber"),
        ("Microsoft URL", "url", "Sequence/English/URLModel", "url"),
        ("Microsoft e-mail", "email", "Sequence/English/EmailModel", "email"),
    ):
        rows = json.loads((specs / f"{path}.json").read_text("utf-8-sig"))
        cases = [case for row in rows if (case := _microsoft_case(row, kind, type_name)) is not None]
        ours = numbers if kind == "number" else extracted(kind)
        yield Suite(name, kind, cases, ours, "recognizers-text", _recognizer(kind, type_name) if peers else None)


def _microsoft_case(row: dict[str, Any], kind: str, type_name: str) -> Case | None:
    text = row["Input"]
    wanted, passed, at = [], [], 0
    for result in row.get("Results") or ():
        told = result["Text"]
        start = result.get("Start", text.lower().find(told.lower(), at))
        stop = start + len(told) if "End" not in result else result["End"] + 1
        at = max(at, stop)
        value = _microsoft_value(kind, told, result.get("Resolution") or {})
        if result.get("TypeName") != type_name or value is None:
            passed.append((start, stop))
        else:
            wanted.append((start, stop, value))
    stated = (row.get("Context") or {}).get("ReferenceDateTime", "")[:19]
    sent = int((datetime.fromisoformat(f"{stated}+00:00")).timestamp()) * MICROSECONDS if stated else None
    return Case(text, tuple(wanted), tuple(passed), sent)


def _microsoft_value(kind: str, told: str, resolution: dict[str, Any]) -> str | None:
    if kind in ("phone", "url", "email"):
        return told
    if kind == "date":
        values = {value.get("value") or "" for value in resolution.get("values", ())}
        timex = {value.get("timex") or "" for value in resolution.get("values", ())}
        if any(re.fullmatch(r"\d{4}-\d\d-\d\d", value) for value in timex):
            return min(timex)
        return "|".join(sorted(values)) if values and all(re.fullmatch(r"\d{4}-\d\d-\d\d", v) for v in values) else None
    value = resolution.get("value")
    if not value or value == "null":
        return None
    if kind == "age":
        return f"P{value}{resolution['unit'][0].replace('A', 'Y')}"  # the unit "Age" is years
    if resolution.get("unit") in PARTS:
        return f"{Decimal(value) * PARTS[resolution['unit']]:f}"
    return f"{value} {resolution['isoCurrency']}" if resolution.get("isoCurrency") else str(value)


def _recognizer(kind: str, type_name: str) -> Callable[[str, int | None], Found]:
    from recognizers_date_time import recognize_datetime
    from recognizers_number import recognize_number
    from recognizers_number_with_unit import recognize_age, recognize_currency
    from recognizers_sequence import recognize_email, recognize_phone_number, recognize_url

    asked = {
        "number": recognize_number, "money": recognize_currency, "age": recognize_age, "phone": recognize_phone_number,
        "url": recognize_url, "email": recognize_email,
    }  # fmt: skip

    def ask(text: str, sent: int | None) -> Found:
        try:
            if kind == "date":
                day = datetime.fromtimestamp((sent or 0) / MICROSECONDS)
                results = recognize_datetime(text, "en-us", reference=day)
            else:
                results = asked[kind](text, "en-us")
        except Exception as error:  # noqa: BLE001  a peer that fails on a text has found nothing in it
            print(f"   (recognizers-text: {type(error).__name__})")
            return []
        found: Found = []
        for result in results:
            if kind != "date" or result.type_name == type_name:
                value = _microsoft_value(kind, result.text, result.resolution or {})
                if value is not None:
                    found.append((result.start, result.end + 1, value))
        return found

    return ask


def _listed(path: Path) -> Iterator[list[Any]]:
    """Yield the literal rows of the lists in a test file; rows that are no literals are left out."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.List):
            for element in node.elts:
                try:
                    row = ast.literal_eval(element)
                except ValueError:
                    continue
                if isinstance(row, list) and len(row) == 2 and isinstance(row[0], str):
                    yield row


def _jionlp(folder: Path, peers: bool) -> Iterator[Suite]:
    tests = folder / "test"
    spans = [
        Case(text, tuple((*item["offset"], "") for item in told))
        for text, told in _listed(tests / "test_money_extractor.py")
        if isinstance(told, list)
    ]
    yield Suite("JioNLP money, spans", "money", spans, extracted("money"), "jionlp", _jio_money() if peers else None)
    values = []
    for text, told in _listed(tests / "test_money_parser.py"):
        if isinstance(told, dict) and isinstance(told["num"], str):
            unit = SHORT_UNITS.get(told["case"], "")
            values.append(Case(text, ((-1, -1, f"{told['num']} {unit}".strip()),)))
    yield Suite("JioNLP money, values", "money", values, extracted("money"), "jionlp", _jio_money() if peers else None)
    dates = list(_jio_dates(tests))
    moments = list(_jio_moments(tests))
    yield Suite("JioNLP moments", "date", moments, extracted("date"), "jionlp", _jio_moment() if peers else None)
    yield Suite("JioNLP dates", "date", dates, extracted("date"), "jionlp", _jio_time() if peers else None)


def _jio_dates(tests: Path) -> Iterator[Case]:
    """Yield the spans that name one whole day; spans of hours, weeks and months are passed over."""
    day = re.compile(
        r"(?:\d{2,4}|[〇零一二三四五六七八九]{4})[-年./]?\d{1,2}[-月./]?\d{1,2}[日号]?"
        r"|[\d一二三四五六七八九十]{1,3}月[\d一二三四五六七八九十]{1,3}[日号]?"
    )
    for text, told in _listed(tests / "test_time_extractor.py"):
        if isinstance(told, list):
            wanted = [(*t["offset"], "") for t in told if t["type"] == "time_point" and day.fullmatch(t["text"])]
            passed = [tuple(t["offset"]) for t in told if (*t["offset"], "") not in wanted]
            yield Case(text, tuple(wanted), tuple(passed), 1_640_000_000 * MICROSECONDS)  # type: ignore[arg-type]


def _jio_moments(tests: Path) -> Iterator[Case]:
    """Yield texts that are one day, week, month or year told in any way, with the moment from which they count.

    A time of day is of its day. Left out: a time within the day of writing, since it mostly names no day, and stretches
    that are no week, month or year of the calendar.
    """
    tree = ast.parse((tests / "test_time_parser.py").read_text("utf-8"))
    bases = {
        node.targets[0].id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, int)
    }
    lists = [node.elts for node in ast.walk(tree) if isinstance(node, ast.List)]
    for row in max(lists, key=len):  # the others turn settings of jionlp
        if not isinstance(row, ast.List) or not isinstance(row.elts[1], ast.Name):
            continue
        told = ast.literal_eval(row.elts[2])
        if told["type"] not in ("time_point", "time_span"):
            continue
        first, last = told["time"]
        value, sent = _calendar_unit(first, last), bases[row.elts[1].id] * MICROSECONDS
        whole = first.endswith("00:00:00") and last.endswith("23:59:59")
        if value and (whole or value != str(local_day(sent))):
            yield Case(ast.literal_eval(row.elts[0]), ((-1, -1, value),), (), sent)


def _calendar_unit(first: str, last: str) -> str:
    """Return the day, ISO week, month or year from ``first`` to ``last``, "" where it is none of them."""
    try:
        start, stop = datetime.fromisoformat(first), datetime.fromisoformat(last)
    except ValueError:  # "-inf"
        return ""
    whole = first.endswith("00:00:00") and last.endswith("23:59:59")
    if start.date() == stop.date():
        return str(start.date())
    if not whole:
        return ""
    after = (stop + timedelta(seconds=1)).date()
    if start.day == after.day == 1 and start.month == after.month == 1 and after.year == start.year + 1:
        return f"{start.year:04d}"
    if start.day == after.day == 1 and after.year * 12 + after.month == start.year * 12 + start.month + 1:
        return f"{start:%Y-%m}"
    if start.weekday() == 0 and (after - start.date()).days == 7:
        return "{}-W{:02d}".format(*start.isocalendar())
    return ""


def _jio_money() -> Callable[[str, int | None], Found]:
    import jionlp

    def ask(text: str, _sent: int | None) -> Found:
        found: Found = []
        for one in jionlp.ner.extract_money(text, with_parsing=True):
            detail = one.get("detail") or {}
            number = detail.get("num", "")
            number = number[0] if isinstance(number, list) else number
            found.append((*one["offset"], f"{number} {SHORT_UNITS.get(detail.get('case', ''), '')}".strip()))
        return found

    return ask


def _jio_time() -> Callable[[str, int | None], Found]:
    import jionlp

    def ask(text: str, sent: int | None) -> Found:
        found = jionlp.ner.extract_time(text, time_base=(sent or 0) / MICROSECONDS, with_parsing=False)
        return [(*one["offset"], "") for one in found]

    return ask


def _jio_moment() -> Callable[[str, int | None], Found]:
    import jionlp

    os.environ["TZ"] = "Asia/Shanghai"  # jionlp counts from the machine's own clock, its tests from China's
    time.tzset()

    def ask(text: str, sent: int | None) -> Found:
        try:
            told = jionlp.parse_time(text, time_base=(sent or 0) / MICROSECONDS)
        except ValueError:
            return []
        value = _calendar_unit(*told["time"]) if told["type"] in ("time_point", "time_span") else ""
        return [(0, len(text), value)] if value else []

    return ask


def _cn2an(folder: Path, peers: bool) -> Iterator[Suite]:
    tree = ast.parse((folder / "cn2an" / "cn2an_test.py").read_text("utf-8"))
    cases = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Dict):
            continue
        if "error" not in ast.unparse(node.targets[0]):
            for key, value in ast.literal_eval(node.value).items():
                if isinstance(key, str) and isinstance(value, int | float):
                    cases.append(Case(key, ((-1, -1, str(value)),)))
    peer = None
    if peers:
        import cn2an

        def peer(text: str, _sent: int | None) -> Found:
            try:
                return [(0, len(text), str(cn2an.cn2an(text, "smart")))]
            except ValueError:
                return []

    yield Suite("cn2an numbers", "number", cases, _signed, "cn2an", peer)


def _signed(text: str, sent: int | None) -> Found:
    """Return numbers; sums of yuan, jiao and fen as sums."""
    money = extracted("money")(text, sent)
    if money and ("元" in text or "圆" in text):
        return [(start, stop, value.split(" ")[0]) for start, stop, value in money]
    return numbers(text, sent)


def _examples(peers: bool) -> Iterator[Suite]:
    import phonenumbers

    kinds = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE)
    shown = {
        "international": phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        "E.164": phonenumbers.PhoneNumberFormat.E164,
    }
    for name, form in shown.items():
        cases = []
        for region in sorted(phonenumbers.SUPPORTED_REGIONS):
            for kind in kinds:
                number = phonenumbers.example_number_for_type(region, kind)
                if number is not None:
                    written = phonenumbers.format_number(number, form)
                    text = f"call {written} after six"
                    cases.append(Case(text, ((5, 5 + len(written), written),)))
        peer = None
        if peers:

            def peer(text: str, _sent: int | None) -> Found:
                found = phonenumbers.PhoneNumberMatcher(text, None)
                return [(m.start, m.end, phonenumbers.format_number(m.number, 0)) for m in found]

        yield Suite(f"libphonenumber examples, {name}", "phone", cases, extracted("phone"), "phonenumbers", peer)


@dataclass
class Tally:
    hits: int = 0
    values: int = 0
    found: int = 0
    wanted: int = 0

    def line(self, places: bool) -> str:
        span = f"span P {_share(self.hits, self.found)} R {_share(self.hits, self.wanted)} F1 {self._f1(self.hits)}"
        value = f"value P {_share(self.values, self.found)} R {_share(self.values, self.wanted)}"
        value += f" F1 {self._f1(self.values)}"
        return f"{span + '   ' if places else ''}{value}"

    def _f1(self, hits: int) -> str:
        return _share(2 * hits, self.found + self.wanted)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "  -  "


def score(suite: Suite, ask: Callable[[str, int | None], Found], half: str, misses: int) -> Tally:
    tally = Tally()
    for number, case in enumerate(suite.cases):
        if half != "all" and (number % 2 == 0) != (half == "dev"):
            continue
        found = [f for f in ask(case.text, case.sent) if not any(a < f[1] and f[0] < b for a, b in case.passed)]
        spans = {(a, b) for a, b, _ in found}
        hits = sum((a, b) in spans for a, b, _ in case.wanted if a >= 0)
        values = sum(any(_fits(suite.kind, w, f) for f in found) for w in case.wanted)
        tally.hits += hits
        tally.values += values
        tally.found += len(spans)
        tally.wanted += len(case.wanted)
        placed = any(a >= 0 for a, _, _ in case.wanted)
        if misses and (min(values, hits if placed else values) < len(case.wanted) or len(spans) > len(case.wanted)):
            misses -= 1
            told = [(case.text[a:b], v) if a >= 0 else v for a, b, v in case.wanted]
            print(f"   {case.text!r}\n      wanted {told}\n      found  {[(case.text[a:b], v) for a, b, v in found]}")
    return tally


def _fits(kind: str, wanted: tuple[int, int, str], found: tuple[int, int, str]) -> bool:
    """Whether a finding overlaps what is wanted and has its value ("" where the suite gives none)."""
    start, stop, value = wanted
    if start >= 0 and not (found[0] < stop and start < found[1]):
        return False
    return not value or any(agree(kind, one, found[2]) for one in value.split("|"))


def suites(sources: list[str], peers: bool) -> Iterator[Suite]:
    for source in sources:
        folder = Path(source)
        if source == "phonenumbers":
            yield from _examples(peers)
        elif (folder / "Specs").is_dir():
            yield from _microsoft(folder, peers)
        elif (folder / "jionlp").is_dir():
            yield from _jionlp(folder, peers)
        elif (folder / "cn2an").is_dir():
            yield from _cn2an(folder, peers)
        else:
            raise SystemExit(f"{source} is no checkout of a suite that this program knows")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--half", choices=("dev", "held", "all"), default="held")
    parser.add_argument("--misses", type=int, default=0)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    for suite in suites(asked.sources, asked.peers):
        if asked.only not in suite.name:
            continue
        if asked.misses and asked.half != "dev":
            raise SystemExit("misses are shown for the development half only")
        places = any(a >= 0 for case in suite.cases for a, _, _ in case.wanted)
        tally = score(suite, suite.ours, asked.half, asked.misses)
        print(f"{suite.name:38} {asked.half}  ringtrace        {tally.line(places)}   ({tally.wanted} wanted)")
        if suite.peer is not None:
            tally = score(suite, suite.peer, asked.half, 0)
            print(f"{'':38} {asked.half}  {suite.peer_name:16} {tally.line(places)}")


if __name__ == "__main__":
    main()
