"""The places: groups of three apps, small private rooms, forums and listing sites."""

from __future__ import annotations

import random

from ringtrace.simulator.script import Place, Spec

_ZH = ("江边闲话", "二手便民{n}群", "妈妈互助交流", "同城宠物之家", "老乡会{n}",
       "打工信息交流", "拼车出行", "宝宝成长日记", "求子缘分群", "闲置转让{n}区", "月嫂保姆对接", "有缘人聚",
       "麻将三缺一", "广场舞姐妹", "家有儿女", "助孕经验谈", "周末菜场", "茶友小聚", "钓鱼佬天地", "信息互通{n}",
       "门店招租转让", "亲子团购")  # fmt: skip
_EN = ("Parents corner {n}", "Second hand {n}", "Expats & locals", "Pets and people", "Family building chat",
       "Lunch club", "Ride share {n}", "Little ones", "Helping hands")  # fmt: skip
_ROOMS = ("自己人", "三人行", "后厨", "just us", "几个老友")
_BOARDS = {"zh": ("生活杂谈", "二手交易", "求助问答", "亲子家庭", "便民信息"),
           "en": ("General talk", "Buy and sell", "Family", "Help wanted", "Off topic")}  # fmt: skip
_HOSTS = ("hebian", "bangbang", "jiayuan", "liren", "tongxiang", "minsheng", "kuaibang", "corner", "yellowpost",
          "laojie", "wanjia", "sidewalk")  # fmt: skip
_SITES = {"zh": ("帮帮信息港", "老街分类网", "万家便民网", "快帮信息"), "en": ("Yellow Post", "Sidewalk Ads")}
_FORUMS = {"zh": ("河边论坛", "家园社区", "同乡论坛"), "en": ("The Corner Board",)}
_PLATFORMS = ("qq", "telegram", "whatsapp", "qq", "qq", "whatsapp", "telegram", "qq", "whatsapp", "qq")


def open_places(spec: Spec, dice: random.Random) -> tuple[list[Place], dict[str, str]]:
    """Return the places (private rooms last among the groups) and the language spoken in each."""
    places: list[Place] = []
    language: dict[str, str] = {}
    rooms = spec.groups // 6
    names = {"zh": _titles(_ZH, dice), "en": _titles(_EN, dice), "room": _titles(_ROOMS, dice)}
    for at in range(spec.groups):
        room = at >= spec.groups - rooms
        platform = _PLATFORMS[at % len(_PLATFORMS)]
        english = platform != "qq" and at % 2 == 1
        key = f"{'room' if room else 'group'}{at:02}"
        language[key] = "en" if english else "zh"
        title = names["room" if room else language[key]].pop(0)
        places.append(Place(key, "group", platform, title))
    hosts = list(_HOSTS)
    dice.shuffle(hosts)
    for kind, many, titles in (("forum", spec.forums, _FORUMS), ("site", spec.sites, _SITES)):
        for at in range(many):
            spoken = "en" if at % 3 == 2 else "zh"
            key = f"{kind}{at}"
            language[key] = spoken
            name = titles[spoken][at % len(titles[spoken])] if at < 4 else f"{titles[spoken][0]}{at}"
            platform = "forum" if kind == "forum" else "web"
            places.append(Place(key, kind, platform, name, f"{hosts.pop()}.example", (), _BOARDS[spoken]))
    return places, language


def _titles(forms: tuple[str, ...], dice: random.Random) -> list[str]:
    """As many names as anybody may ask for, none of them twice."""
    names: list[str] = []
    for turn in range(12):
        for form in forms:
            number = dice.randint(1, 9) * 100 + turn * 7 if "{n}" in form else turn + 1
            name = form.format(n=number) if "{n}" in form else form + (str(number) if turn else "")
            if name not in names:
                names.append(name)
    first = names[: len(forms)]
    dice.shuffle(first)
    return first + names[len(forms) :]
