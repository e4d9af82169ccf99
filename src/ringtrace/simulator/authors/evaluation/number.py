"""Amounts, ages, dates, sexes and counts as people write them, each with its normalised value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from ringtrace.simulator.authors.evaluation.gazetteer import names_a_place
from ringtrace.simulator.authors.evaluation.grammar import words

NAMES = "零一二三四五六七八九"
TRADITIONAL = str.maketrans("万两块个岁", "萬兩塊個歲")
FINANCE = "零壹贰叁肆伍陆柒捌玖"
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
SEXES = {
    ("F", "zh", "child"): (
        "女孩",
        "女宝",
        "女婴",
        "丫头",
        "女宝宝",
        "女娃",
        "闺女",
        "女孩子",
        "妹子",
        "小女孩",
        "女儿",
    ),
    ("M", "zh", "child"): (
        "男孩",
        "男宝",
        "男婴",
        "小子",
        "男宝宝",
        "男娃",
        "儿子",
        "男孩子",
        "男仔",
        "小男孩",
        "男丁",
    ),
    ("F", "zh", "own"): ("女儿", "闺女", "丫头", "姑娘"),
    ("M", "zh", "own"): ("儿子", "小子", "臭小子", "儿砸"),
    ("F", "zh", "many"): ("女孩", "女娃", "女宝", "丫头", "女婴"),
    ("M", "zh", "many"): ("男孩", "男娃", "男宝", "小子", "男婴"),
    ("F", "zh", "bare"): ("女", "女", "女性"),
    ("M", "zh", "bare"): ("男", "男", "男性"),
    ("F", "zh", "letter"): ("女",),
    ("M", "zh", "letter"): ("男",),
    ("F", "hant", "letter"): ("女",),
    ("M", "hant", "letter"): ("男",),
    ("F", "hant", "child"): ("女孩", "女嬰", "女寶寶", "女仔", "女兒", "妹仔"),
    ("M", "hant", "child"): ("男孩", "男嬰", "男寶寶", "仔仔", "兒子", "男仔"),
    ("F", "hant", "own"): ("女兒", "囡囡", "阿女"),
    ("M", "hant", "own"): ("兒子", "囝囝", "個仔"),
    ("F", "hant", "many"): ("女孩", "女嬰", "女仔"),
    ("M", "hant", "many"): ("男孩", "男嬰", "男仔"),
    ("F", "hant", "bare"): ("女",),
    ("M", "hant", "bare"): ("男",),
    ("F", "en", "child"): ("girl", "baby girl", "little girl", "female baby"),
    ("M", "en", "child"): ("boy", "baby boy", "little boy", "male baby"),
    ("F", "en", "own"): ("daughter", "girl", "little girl"),
    ("M", "en", "own"): ("son", "boy", "little boy"),
    ("F", "en", "many"): ("girls", "baby girls"),
    ("M", "en", "many"): ("boys", "baby boys"),
    ("F", "en", "bare"): ("female",),
    ("M", "en", "bare"): ("male",),
}
VEILED = {
    ("F", "zh"): (
        "小棉袄",
        "千金",
        "mm",
        "MM",
        "nv宝",
        "👧",
        "♀宝宝",
        "小公主",
        "囡",
        "n宝(女旁)",
        "美眉宝宝",
        "招商银行",
    ),
    ("M", "zh"): ("带把的", "小王子", "gg宝", "nan宝", "👦", "♂宝宝", "小公子", "茶壶", "建设银行", "男bb", "弟弟宝"),
    ("F", "hant"): ("千金", "小公主", "♀寶寶", "👧"),
    ("M", "hant"): ("小王子", "♂寶寶", "👦"),
    ("F", "en"): ("princess", "g1rl", "👧", "baby G", "pink one"),
    ("M", "en"): ("prince", "b0y", "👦", "baby B", "blue one"),
}


def decimal(amount: float) -> str:
    """Plain decimal without trailing zeros."""
    return f"{amount:.2f}".rstrip("0").rstrip(".")


def rounded(amount: int, rng: Random) -> int:
    """An amount as people say it: one or two leading digits."""
    size = len(str(max(amount, 1)))
    keep = 1 if size <= 2 and amount < 20 else 2
    step: int = 10 ** max(0, size - keep)
    if rng.random() < 0.4 and size > 2:
        step *= 5 if amount >= step * 10 else 1
    return max(step, round(amount / step) * step)


def han(value: int) -> str:
    """A number below 100,000 in Chinese characters, spoken style ("两万五")."""
    if value >= 10000:
        top, rest = divmod(value, 10000)
        head = f"{'两' if top == 2 else han(top)}万"
        if not rest:
            return head
        if rest % 1000 == 0:
            return head + NAMES[rest // 1000] + "千"
        return head + ("" if rest >= 1000 else "零") + han(rest)
    out, zero = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // size % 10
        if digit:
            out += ("零" if zero else "") + ("两" if digit == 2 and size >= 100 else NAMES[digit]) + unit
            zero = False
        elif out:
            zero = True
    return out[1:] if out.startswith("一十") else out or "零"


def _tens(amount: int, language: str, rng: Random) -> str:
    """An amount of at least 10,000 yuan."""
    wan, rest = divmod(amount, 10000)
    unit = "萬" if language == "hant" else "万"
    forms = []
    if rest == 0:
        forms = [
            f"{wan}{unit}",
            f"{wan}{unit}",
            f"{wan}{unit}元",
            f"{wan}w",
            f"{wan}W",
            f"{wan * 10}k",
            str(amount),
            f"{amount}元",
        ]
        forms += [f"{amount:,}元", f"{wan}{unit}块" if language == "zh" else f"{wan}{unit}蚊", f"¥{amount}"]
        if wan <= 99:
            forms += [han(wan).replace("二", "两") + unit if wan == 2 else han(wan) + unit] * 2
    elif rest % 1000 == 0:
        thousand = rest // 1000
        forms = [
            f"{wan}.{thousand}{unit}",
            f"{wan}{unit}{thousand}",
            f"{wan}.{thousand}w",
            f"{wan}w{thousand}",
            f"{amount}元",
            str(amount),
        ]
        forms += [f"{wan}{unit}{thousand}千", f"{amount // 1000}k", f"{amount}块", f"{wan}W{thousand}"]
        if wan <= 99:
            head = "两" if wan == 2 else han(wan)
            forms += [f"{head}{unit}{NAMES[thousand]}", f"{head}{unit}{NAMES[thousand]}千"]
    else:
        forms = [
            f"{decimal(amount / 10000)}{unit}" if amount % 100 == 0 else f"{amount}元",
            f"{amount}元",
            f"{amount}块",
            f"¥{amount}",
        ]
    return rng.choice(forms)


def _small(amount: int, language: str, rng: Random) -> str:
    """An amount below 10,000 yuan; always with a unit."""
    piece = "蚊" if language == "hant" else "块"
    forms = [
        f"{amount}元",
        f"{amount}元",
        f"{amount}{piece}",
        f"¥{amount}",
        f"{amount}{piece}钱" if language == "zh" else f"{amount}元",
    ]
    if amount >= 1000 and amount % 1000 == 0:
        forms += [
            f"{amount // 1000}千",
            f"{amount // 1000}k",
            f"{'两' if amount == 2000 else NAMES[amount // 1000]}千{piece}",
        ]
    elif amount >= 1000 and amount % 100 == 0:
        forms += [f"{amount // 1000}千{amount // 100 % 10}", f"{decimal(amount / 1000)}k"]
    elif amount >= 100 and amount % 100 == 0:
        forms += [f"{'两' if amount == 200 else NAMES[amount // 100]}百{piece}", f"{amount // 100}百{piece}"]
    return rng.choice(forms)


def _hidden(amount: int, rng: Random) -> str:
    """Prices that only insiders read at once; amount is a multiple of 1,000 and at least 10,000."""
    short = decimal(amount / 10000)
    forms = [
        f"{short}个",
        f"{short}张大的",
        f"{short.replace('.', '点')}个w",
        f"{short}🌽",
        f"{short}米(万)",
        f"{short} 个W",
    ]
    if "." not in short and amount < 100000:
        digit = int(short)
        forms += [
            f"{FINANCE[digit]}萬",
            f"{digit}\ufe0f\u20e3万",
            f"{'０１２３４５６７８９'[digit]}ｗ",
            f"{NAMES[digit]}个數",
            f"{digit}苹果",
        ]
        forms += [f"{'⓪①②③④⑤⑥⑦⑧⑨'[digit]}万", f"{NAMES[digit]}碗", f"{digit}方"]
    return rng.choice(forms)


def money(amount: int, language: str, rng: Random, hidden: float) -> tuple[str, str]:
    """Surface and family of an amount in yuan."""
    if language == "en":
        forms = [f"{amount:,} yuan", f"RMB {amount:,}", f"{amount} rmb", f"¥{amount}", f"CNY {amount}", f"RMB{amount}"]
        if amount % 1000 == 0:
            forms += [
                f"{amount // 1000}k yuan",
                f"{amount // 1000}k RMB",
                f"{amount // 1000},000 yuan",
                f"{amount // 1000}K rmb",
            ]
        return rng.choice(forms), "plain"
    if amount >= 10000 and amount % 1000 == 0 and rng.random() < hidden * 0.35:
        return _hidden(amount, rng), "own_x"
    surface = (_tens if amount >= 10000 else _small)(amount, language, rng)
    return (surface.translate(TRADITIONAL) if language == "hant" else surface), "plain"


def sex(value: str, language: str, rng: Random, form: str, hidden: float) -> tuple[str, str]:
    """Surface and family of a child's sex."""
    if form == "child" and rng.random() < hidden * 0.45:
        return rng.choice(VEILED[value, language]), "own_y"
    return rng.choice(SEXES[value, language, form]), "plain"


def age(days: int, language: str, rng: Random, hidden: float) -> tuple[str, str, str]:
    """Surface, ISO duration and family of a child's age; the unit follows the age."""
    months = days // 30
    if days < 28:
        days = max(days, 2)
        if language == "en":
            return rng.choice((f"{days} days old", f"{days}-day-old", f"{days} days")), f"P{days}D", "plain"
        return rng.choice((f"出生{days}天", f"{days}天大", f"生下来{han(days)}天", f"{days}天")), f"P{days}D", "plain"
    if months < 24 and days < 700:
        months = max(months, 1)
        return _months(months, language, rng, hidden)
    years_old = max(2, days // 365)
    value = f"P{years_old}Y"
    if language == "en":
        return (
            rng.choice(
                (
                    f"{years_old} years old",
                    f"{years_old}-year-old",
                    f"{years_old} yrs",
                    f"{years_old} y/o",
                    f"aged {years_old}",
                )
            ),
            value,
            "plain",
        )
    unit = "歲" if language == "hant" else "岁"
    head = "两" if years_old == 2 and language == "zh" else han(years_old)
    return (
        rng.choice(
            (f"{years_old}{unit}", f"{years_old}周{unit}", f"{head}{unit}", f"{years_old}{unit}了", f"{head}{unit}大")
        ),
        value,
        "plain",
    )


def _months(months: int, language: str, rng: Random, hidden: float) -> tuple[str, str, str]:
    value = f"P{months}M"
    if language == "en":
        forms = [f"{months} months old", f"{months}-month-old", f"{months} mths", f"{months} mo old"]
        return rng.choice(forms if months > 1 else ["1 month old", "1-month-old"]), value, "plain"
    if language == "hant":
        return rng.choice((f"{months}個月", f"{han(months)}個月大", f"{months}個月大")), value, "plain"
    if rng.random() < hidden * 0.3:
        full = "０１２３４５６７８９"
        spelled = "".join(full[int(d)] for d in str(months))
        return rng.choice((f"{spelled}个月", f"{months}个🌙", f"{months}ge月", f"{months}個囸")), value, "own_z"
    head = "两" if months == 2 else han(months)
    forms = [f"{months}个月", f"{months}个月大", f"{head}个月", f"{head}个月大", f"{months}月龄"]
    if months == 3:
        forms.append("仨月")
    if months == 6:
        forms += ["半岁", "半岁"]
        value = "P6M"
    return rng.choice(forms), value, "plain"


def years(value: int, language: str, rng: Random) -> str:
    """The age of an adult or a bigger child in years."""
    if language == "en":
        return rng.choice((f"{value} years old", f"aged {value}", f"{value} y/o"))
    unit = "歲" if language == "hant" else "岁"
    return rng.choice((f"{value}{unit}", f"{value}{unit}", f"{value}周{unit}", f"{han(value)}{unit}"))


def count(value: int, language: str, rng: Random) -> str:
    """A count of persons; the unit word stands in the text."""
    if language == "en":
        return ENGLISH[value] if value <= 12 and rng.random() < 0.5 else f"{value:,}"
    if value == 2:
        return rng.choice(("2", "两" if language == "zh" else "兩"))
    return han(value) if value <= 10 and rng.random() < 0.5 else str(value)


def day(value: date, language: str, rng: Random, months: bool) -> tuple[str, str]:
    """Surface and ISO 8601 value of a date: full, year and month, or (seldom) month and day."""
    y, m, d = value.year, value.month, value.day
    if language == "en":
        if months:
            return rng.choice((f"{MONTHS[m - 1]} {y}", f"{MONTHS[m - 1][:3]} {y}")), f"{y}-{m:02}"
        return rng.choice(
            (f"{MONTHS[m - 1]} {d}, {y}", f"{d} {MONTHS[m - 1]} {y}", f"{y}-{m:02}-{d:02}")
        ), f"{y}-{m:02}-{d:02}"
    if months:
        return rng.choice((f"{y}年{m}月", f"{y}年{m}月份", f"{y % 100:02}年{m}月")), f"{y}-{m:02}"
    roll = rng.random()
    if roll < 0.15:
        return rng.choice((f"{m}月{d}日", f"{m}月{d}号")), f"--{m:02}-{d:02}"
    forms = (
        f"{y}年{m}月{d}日",
        f"{y}年{m}月{d}号",
        f"{y}-{m:02}-{d:02}",
        f"{y}.{m}.{d}",
        f"{y}/{m}/{d}",
        f"{y % 100}年{m}月{d}日",
    )
    return rng.choice(forms), f"{y}-{m:02}-{d:02}"


def noise(kind: str, rng: Random) -> str:
    """Numbers that are none of the kinds in the contract."""
    big = "".join(str(rng.randrange(10)) for _ in range(9))
    table: dict[str, Callable[[], str]] = {
        "time": lambda: f"{rng.randint(6, 23)}:{rng.randrange(0, 60, 5):02}",
        "temp": lambda: f"{rng.choice((37, 38, 39))}.{rng.randrange(10)}度",
        "order": lambda: f"{rng.choice(('SF', 'YT', 'ZT', 'JD'))}{big}{rng.randrange(1000):03}",
        "weight": lambda: f"{rng.choice((5, 6, 7, 8))}.{rng.randrange(1, 10)}斤",
        "kg": lambda: f"{rng.choice((2, 3, 4))}.{rng.randrange(1, 10)} kg",
        "isbn": lambda: f"978-7-{rng.randrange(100, 999)}-{rng.randrange(10000, 99999)}-{rng.randrange(10)}",
        "post": lambda: f"邮编{rng.choice((100, 210, 510, 610, 710, 230))}{rng.randrange(0, 99):03}",
        "idcard": lambda: (
            f"{rng.choice((11, 32, 34, 44, 51))}{rng.randrange(1000, 9999)}********{rng.randrange(1000, 9999)}"
        ),
        "size": lambda: rng.choice(("73码", "80码", "90码", "100码", "110码", "66码")),
        "week": lambda: f"{rng.randint(6, 39)}周{rng.choice(('', '+1', '+3', '+5'))}",
        "stage": lambda: f"{rng.randint(1, 4)}段",
        "bus": lambda: f"{rng.randint(1, 899)}路",
        "score": lambda: f"{rng.randint(0, 4)}:{rng.randint(0, 4)}",
        "percent": lambda: f"{rng.randint(3, 97)}%",
        "model": lambda: rng.choice(("iPhone5s", "小米3", "Note2", "S4", "MX3", "红米", "5C", "Lumia920")),
        "train": lambda: f"{rng.choice('GDKTZ')}{rng.randint(11, 2999)}次",
        "length": lambda: f"{rng.randint(48, 178)}cm",
        "hcg": lambda: f"hcg {rng.randint(40, 90000)}",
        "code": lambda: f"{rng.randint(1, 9)}-{rng.randint(1, 9)}-{rng.randint(1000, 9999)}",
        "room": lambda: str(rng.randint(100000, 999999)),
        "lotto": lambda: " ".join(f"{n:02}" for n in sorted(rng.sample(range(1, 34), 6))),
        "tail": lambda: str(rng.randint(1000, 9999)),
        "stock": lambda: f"{rng.choice(('60', '00', '30'))}{rng.randint(1000, 9999)}",
        "plate": lambda: f"{rng.choice('川皖鄂苏粤豫')}{rng.choice('ABCDE')}{rng.randint(10000, 99999)}",
        "meter": lambda: f"{rng.randint(100, 99999):08}",
        "case": lambda: f"刑初字第{rng.randint(11, 899)}号",
    }
    return table[kind]()


def surname(rng: Random, language: str) -> str:
    """A surname with the usual mask of a report."""
    lists = words("names")
    if language == "en":
        return rng.choice(lists["surname_en"])
    return rng.choice(lists["surname"]) + rng.choice(("某", "某某", "某"))


def person_name(rng: Random, language: str) -> str:
    """A full invented name."""
    lists = words("names")
    if language == "en":
        return f"{rng.choice(lists['given_en'])} {rng.choice(lists['surname_en'])}"
    for _ in range(20):
        given = rng.choice(lists["given"]) + (rng.choice(lists["given"]) if rng.random() < 0.6 else "")
        name = rng.choice(lists["surname"]) + given
        if not names_a_place(name):
            break
    return name


def host(rng: Random) -> str:
    """A host name that cannot exist."""
    lists = words("names")
    return f"{rng.choice(lists['host_left'])}{rng.choice(lists['host_right'])}.{rng.choice(('example', 'test'))}"
