"""Rings: the list, and one ring with its people, picture, time, places, deals, doubts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, get_args

from litestar import get
from litestar.params import FromPath, FromQuery
from markupsafe import Markup

from ringtrace.model.ring import Role
from ringtrace.report.charts import MARKS, Node, mark
from ringtrace.report.charts import graph as draw
from ringtrace.report.circles import unconfirmed_rows
from ringtrace.report.lanes import COLOURS, NAMES
from ringtrace.report.ring_page import main_role
from ringtrace.report.words import place_name, role_name
from ringtrace.web.desk import View
from ringtrace.web.language import SOURCE, Language
from ringtrace.web.visit import Answer, Guest, Visit

PLACE = (40, "Rings", "/rings", "r")
_STYLE = re.compile(r'style="max-width:(\d+)px"')
_TITLE = re.compile(r"<title>([^<]*)</title>")
_REST = re.compile(r"(?<=>)[0-9]{1,9} more together(?=<)")
_PICTURES = ("graph", "lanes", "tiles")
_MEMBERS = 40
_TIES = 200


@get("/rings", sync_to_thread=True)
def rings(visit: Guest) -> Answer:
    """All rings, largest first, and the groups that chance explains."""
    rows = [summary(visit.view, number, ring) for number, ring in enumerate(visit.view.rings, start=1)]
    groups = unconfirmed_rows(visit.view.room.table("groups").to_pylist(), visit.view.room.naming.actor)
    return visit.show("rings.html.j2", {"rings": rows, "unconfirmed": groups}, pictures={"marks": swatches()})


@get("/rings/{ring_id:str}", sync_to_thread=True)
def ring(visit: Guest, ring_id: FromPath[str], offset: FromQuery[int] = 0) -> Answer:
    """One ring; offset: the first of the members that are listed."""
    view = visit.view
    number, row = next(
        ((at, row) for at, row in enumerate(view.rings, start=1) if row["ring_id"] == ring_id), (0, None)
    )
    if row is None:
        raise visit.missing(f"this analysis has no ring {ring_id}; ids change when evidence or verdicts do")
    page = view.ring_page(row, visit.quotes)
    pictures = {name: _strict(_spoken(page.pop(name), name, visit.language)) for name in _PICTURES}
    members = page.pop("members")
    for told in ("when", "size", "extent", "roles"):
        page.pop(told)  # sentences of the report; the page makes its own in the visitor's language
    offset = max(0, min(offset, len(members)))
    document = {
        **summary(view, number, row), **page, "members": members[offset : offset + _MEMBERS],
        "member_total": len(members), "offset": offset, "size": _MEMBERS,
    }  # fmt: skip
    document["months"] = view.ring_network(ring_id)["months"]
    people = {"words": role_words(visit), "marks": swatches(), "kinds": [(COLOURS[key], NAMES[key]) for key in COLOURS]}
    visit.about = f"ring:{ring_id}"
    return visit.show("ring.html.j2", document, pictures={**pictures, **people})


@get("/rings/{ring_id:str}/graph", sync_to_thread=True)
def graph(visit: Guest, ring_id: FromPath[str], offset: FromQuery[int] = 0) -> Answer:
    """A ring as a graph: people with places, shapes and colours, and all ties; as a table from tie ``offset`` on."""
    view = visit.view
    number = next((at for at, row in enumerate(view.rings, start=1) if row["ring_id"] == ring_id), 0)
    if not number:
        raise visit.missing(f"this analysis has no ring {ring_id}; ids change when evidence or verdicts do")
    document = {"ring_id": ring_id, "number": number, **view.ring_network(ring_id)}
    offset = max(0, min(offset, len(document["ties"])))
    pictures = {
        "graph": _strict(_spoken(drawn(view, ring_id), "graph", visit.language)),
        "offset": offset, "size": _TIES, "marks": swatches(),
        "named": {person["id"]: person for person in document["people"]}, "words": role_words(visit),
    }  # fmt: skip
    return visit.show("graph.html.j2", document, pictures=pictures)


def role_words(visit: Visit) -> dict[str, str]:
    """Role -> what it is called in the visitor's language, for the graph that is drawn in the browser."""
    return {role: visit.language.say(role_name(role)) for role in get_args(Role)}


def drawn(view: View, ring_id: str) -> str:
    """The server's drawing of a ring."""
    found = view.ring_network(ring_id)
    nodes = [Node(one["id"], one["name"], one["role"]) for one in found["people"]]
    ties = [(one["left"], one["right"], one["weight"]) for one in found["ties"]]
    return draw(nodes, ties, "/actors/{}".format)


def summary(view: View, number: int, ring: Mapping[str, Any]) -> dict[str, Any]:
    """A ring in numbers, with its best connected member's name and how many hold which role."""
    members = view.only("members", "ring_id", [ring["ring_id"]]).to_pylist()
    members.sort(key=lambda member: (-member.get("ties", 0), member["actor_id"]))
    roles = Counter(main_role(member) for member in members)
    hub = members[0]["actor_id"] if members else ""
    return {
        "number": number, "ring_id": ring["ring_id"], "hub": view.room.naming.actor(hub) if hub else "", "hub_id": hub,
        "actors": ring["actors"], "accounts": ring["accounts"], "posts": ring["posts"],
        "probability": ring["probability"], "first_at": ring["first_at"], "last_at": ring["last_at"],
        "role_counts": sorted(roles.items(), key=lambda item: (-item[1], item[0])),
        "provinces": [place_name(code) for code in ring["provinces"]], "container_total": len(ring["containers"]),
    }  # fmt: skip


def swatches() -> dict[str, Markup]:
    """Role -> its mark, as on the graph."""
    marks = {role: mark(Node("", role_name(role), role), 10, 10, 7) for role in MARKS}
    return {role: Markup(_TITLE.sub("", svg)) for role, svg in marks.items()}  # noqa: S704  own SVG; words stand beside


def _spoken(svg: str, picture: str, language: Language) -> str:
    """The picture with the report's words in it in the visitor's language; names of people and groups are let be."""

    def title(found: re.Match[str]) -> str:
        if picture == "lanes":
            return f"<title>{language.say(found[1])}</title>"
        name, _, told = found[1].rpartition(": ")  # a role or a count behind a person's name or a place
        return f"<title>{language.place(name) if picture == 'tiles' else name}: {language.say(told)}</title>"

    if language.code == SOURCE:
        return str(svg)
    told = _TITLE.sub(title, str(svg))
    return _REST.sub(lambda found: language.say(found[0]), told) if picture == "lanes" else told


def _strict(svg: str) -> Markup:
    """The picture without style attributes, which the workbench's policy refuses: its width becomes an attribute."""
    return Markup(_STYLE.sub(r'width="\1"', str(svg)))  # noqa: S704  made by the report, every text escaped


HANDLERS = [rings, ring, graph]
