"""Writes ``lexicons/money.currencies.toml``: the names of currencies and their ISO 4217 codes.

python benchmarks/build_currencies.py > src/ringtrace/lexicons/money.currencies.toml     (needs Babel, not in the locks)

Names are facts from CLDR (Unicode licence) as Babel (BSD) gives them: currencies in use since 1999, singular and
plural, English. A last word that only one currency bears ("hryvnias") stands by itself; one that several bear
("pesos") gets XXX, ISO 4217's code for no known currency. Codes and words that are English words are left out.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict

from babel import Locale
from babel.core import get_global

WORDS = frozenset(
    """
    all amd ang bam ban birr bob bod cad cent cents colon colones colons cop crown cup currency cve dinar dollar dollars
    dram drams ern esp euro euros florin gel gip gold krona krone lak lari laris lat lati lats lek leone leu lev loti
    lotis liras mad manat mark marks mop mro mur nad nio pen php pound pounds pte pula rand real reals rights rub ruble
    sar shilling shillings sit sol som soms sos std sum tala top try unit units vatu won zar
    """.split()  # noqa: SIM905
)
SHARED = frozenset(
    """
    dinars dirham dirhams franc francs krone kroner kronor lira peso pesos rial rials riyals rupee
    """.split()  # noqa: SIM905
)


def _folded(name: str) -> str:
    """Return a name as texts are searched for it: lower case, without accents."""
    return "".join(char for char in unicodedata.normalize("NFD", name.lower()) if not unicodedata.combining(char))


def main() -> None:
    english = Locale("en")
    used = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _, end, tender in uses
        if tender and (end is None or end[0] >= 1999)
    }
    after: dict[str, str] = {}
    bearers: defaultdict[str, set[str]] = defaultdict(set)
    for code in sorted(used):
        plurals = english._data["currency_names_plural"].get(code, {})
        names = {english.currencies.get(code, ""), *plurals.values()}
        for name in sorted(_folded(name) for name in names if name):
            if "(" in name or not name.replace(" ", "").isalpha():
                continue
            words = name.split()
            if len(words) > 1:
                after[name] = code
            bearers[words[-1]].add(code)
        if code.lower() not in WORDS:
            after[code.lower()] = code
    for word, codes in sorted(bearers.items()):
        if word in SHARED:
            after[word] = "XXX"
        elif len(codes) == 1 and word not in WORDS and len(word) > 3:
            after[word] = next(iter(codes))
    print("# Made by benchmarks/build_currencies.py: names of currencies from CLDR and their ISO 4217 codes.")
    print('version = "1"\n\n[currency.after]')
    for name, code in sorted(after.items()):
        print(f'"{name}" = "{code}"')
    print("\n[currency.before]")
    for name, code in sorted(after.items()):
        if name == code.lower():
            print(f'"{name}" = "{code}"')


if __name__ == "__main__":
    main()
