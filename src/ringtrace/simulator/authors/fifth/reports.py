"""Reports to the hotline: what neighbours, teachers and members of the groups send in."""

from __future__ import annotations

from ringtrace.simulator.authors.fifth.lexis import Turn, lexis
from ringtrace.simulator.authors.fifth.props import Tongue, draw_props
from ringtrace.simulator.authors.fifth.theatre import Theatre
from ringtrace.simulator.script import Spec, Spoken, Tip


def take_tips(spec: Spec, theatre: Theatre) -> tuple[Tip, ...]:
    """Some reports quote contacts that stand in the groups, some complain of something else."""
    dice = theatre.dice
    shown = [
        mention for line in theatre.lines if line.direction != "none" for mention in line.mentions
        if mention.kind in ("phone", "qq", "wechat")
    ]  # fmt: skip
    scenes = lexis("zh").staged("tip")
    reporter = theatre.cast.add("t", "zh", 0)
    tips = []
    for at in range(4 + spec.posts // 800):
        scene = dice.choices(scenes, [scene.weight for scene in scenes])[0]
        turn = scene.turns[0]
        if not isinstance(turn, Turn):
            raise TypeError(f"a report is one turn: {scene.name}")
        props = draw_props("zh", dice)
        if shown and dice.random() < 0.7:
            mention = dice.choice(shown)
            bare = mention.value.removeprefix("+86")
            lead = {"phone": "电话", "qq": "QQ", "wechat": "微信"}[mention.kind]
            props.kept["handle quoted"] = [(lead, ()), (bare, (_quoted(mention.kind, mention.value),))]
        when = dice.randint(theatre.cast.first, theatre.last)
        tongue = Tongue(props, theatre.loom("zh"), dice, reporter, {}, str, when, scene.frame, 0.0,
                        theatre.cast.exchange, theatre.agencies, theatre.strangers)  # fmt: skip
        woven = tongue.loom.weave(turn.text, tongue.fill)
        fields = {"text": woven.text, "title": tongue.loom.weave("$tip_title", tongue.fill).text}
        if dice.random() < 0.6:
            fields["reporter"] = f"W{dice.randint(10_000, 99_999)}"
        tips.append(Tip(f"t{at:03}", when, fields, woven.mentions, scene.frame))
    return tuple(tips)


def _quoted(kind: str, value: str) -> Spoken:
    return Spoken(kind, value, "quoted")
