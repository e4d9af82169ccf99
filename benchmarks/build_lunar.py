"""Writes ``jurisdictions/cn-lunar.toml``: when each month of the Chinese lunar calendar began, 1930 to 2060.

python benchmarks/build_lunar.py > src/ringtrace/jurisdictions/cn-lunar.toml     (needs lunar_python, not in the locks)

The days are facts (GB/T 33661-2017 tells how they are reckoned), worked out by lunar_python 1.4 (MIT). A row is a lunar
year: the day on which it began, the length of each of its months (a: 29 days, b: 30), and after which month the leap
month follows (0: none).
"""

from __future__ import annotations

from datetime import date

from lunar_python import LunarYear, Solar


def row(year: int) -> str:
    months = [month for month in LunarYear.fromYear(year).getMonths() if month.getYear() == year]
    first = Solar.fromJulianDay(months[0].getFirstJulianDay())
    lengths = "".join("b" if month.getDayCount() == 30 else "a" for month in months)
    leap = next((-month.getMonth() for month in months if month.getMonth() < 0), 0)
    return f"{date(first.getYear(), first.getMonth(), first.getDay())} {lengths} {leap}"


def main() -> None:
    print("# First day of each lunar year, lengths of its months (a 29, b 30), month before the leap month or 0.")
    print("# Made by benchmarks/build_lunar.py; facts reckoned by lunar_python (MIT).")
    print('version = "1"\ntable = """')
    for year in range(1930, 2061):
        print(row(year))
    print('"""')


if __name__ == "__main__":
    main()
