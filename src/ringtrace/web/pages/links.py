"""One link between two accounts: the waterfall, both quotes, and the verdicts on it."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc
from litestar import get
from litestar.params import FromPath

from ringtrace.web.pages.actors import link_told
from ringtrace.web.visit import Answer, Guest


@get("/links/{left:str}/{right:str}", sync_to_thread=True)
def link(visit: Guest, left: FromPath[str], right: FromPath[str]) -> Answer:
    """The link between two accounts, in either order."""
    left, right = sorted((left, right))
    links = visit.view.room.table("links")
    rows: list[dict[str, Any]] = links.filter(
        pc.and_(pc.equal(links["left"], left), pc.equal(links["right"], right))
    ).to_pylist()
    known = visit.view.room.naming.accounts
    if left == right or left not in known or right not in known:
        raise visit.missing("these are not two accounts of this analysis")
    row = rows[0] if rows else {"left": left, "right": right, "probability": 0.0, "weights": []}
    visit.about = f"link:{left}:{right}"
    return visit.show("onelink.html.j2", {"link": link_told(visit, row), "compared": bool(rows)})


HANDLERS = [link]
