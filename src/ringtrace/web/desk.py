"""The case as the workbench has it open: its analysis, its index of posts, its ledger, all shared by threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from ringtrace.errors import CaseError, RingtraceError
from ringtrace.pipeline.analysis.alerting import masker_of
from ringtrace.pipeline.intake.custodian import Asked, Place, log_consultation
from ringtrace.pipeline.intake.tip_window import TipWindow
from ringtrace.pipeline.judging.second_looks import Verdicts
from ringtrace.pipeline.telling.room import Room
from ringtrace.report import findings
from ringtrace.report.caution import COLUMNS, cautions
from ringtrace.report.conduct import Conduct
from ringtrace.report.ring_page import RingPages
from ringtrace.store.case import Case
from ringtrace.store.discussion import Discussion
from ringtrace.store.intake import SPOOL
from ringtrace.store.ledger import Ledger
from ringtrace.store.lookup import PostIndex
from ringtrace.store.search import build_index
from ringtrace.web.arrivals import Arrivals
from ringtrace.web.jobs import Jobs

if TYPE_CHECKING:
    from ringtrace.model.record import Entry
    from ringtrace.model.ring import Judgement
    from ringtrace.operation.assignment import Assignment
    from ringtrace.pipeline.judging.previewing import Preview
    from ringtrace.pipeline.operation.packages import Outline

FOLDER = SPOOL
_WHY = 600
_WARMED = 3
"""Rings whose quotes are looked up before anybody asks: the largest take longest."""
JOINED, SURE = 0.5, 0.9
"""Accounts are joined from the one probability on; under the other the link is worth a second look."""


class View:
    """One analysis, opened lazily: what a page needs is filtered before it becomes Python objects."""

    def __init__(self, case: Case) -> None:
        self.room = Room(case)
        self.zone = case.settings.shown_zone
        self._trying = threading.Lock()
        self._preview: Preview | None = None
        self._trying_begun = threading.Lock()
        self._gathering: threading.Thread | None = None
        self._networks: dict[str, dict[str, Any]] = {}

    def rehearsed(self, judgements: Sequence[Judgement], entries: Sequence[Entry], seconds: float) -> bool:
        """Whether verdicts can be tried; what trials need is gathered with the first one; ``seconds`` are waited."""
        with self._trying_begun:
            if self._gathering is None:
                gather = lambda: self.preview(judgements, entries)  # noqa: E731
                self._gathering = threading.Thread(target=gather, daemon=True)
                self._gathering.start()
        self._gathering.join(seconds)
        return not self._gathering.is_alive()

    def preview(self, judgements: Sequence[Judgement], entries: Sequence[Entry]) -> Preview:
        """Return what tries verdicts beside those in force; what all trials need is gathered with the first."""
        from ringtrace.pipeline.judging.previewing import Preview  # clustering and rings, which no other page needs

        with self._trying:
            if self._preview is None:
                self._preview = Preview(self.room.table, judgements, entries)
                self._preview.warm()
            self._preview = self._preview.beside(judgements, entries)
            return self._preview

    def only(self, name: str, column: str, values: Iterable[str]) -> pa.Table:
        """Return the rows of table ``name`` whose ``column`` is one of ``values``."""
        table = self.room.table(name)
        return table.filter(pc.is_in(table[column], pa.array(sorted(set(values)), pa.string())))

    def row(self, name: str, column: str, value: str) -> dict[str, Any] | None:
        found = self.only(name, column, [value]).to_pylist()
        return found[0] if found else None

    def conduct(self, actors: Sequence[str]) -> Conduct:
        """What these actors did, from their claims and their accounts' alone."""
        accounts = [key for actor in actors for key in self.room.naming.accounts_of.get(actor, [])]
        claims = self.only("claims", "subject", [*actors, *accounts]).to_pylist()
        return Conduct(claims, lambda actor: self.room.naming.accounts_of.get(actor, []))

    def ring_network(self, ring: str) -> dict[str, Any]:
        """Return the people and ties of a ring with their places on the picture; worked out once."""
        if ring not in self._networks:
            actors = self.only("members", "ring_id", [ring])["actor_id"].to_pylist()
            pages = RingPages(self._excerpt(actors).__getitem__, self.room.naming, lambda _: [], self.zone)
            self._networks[ring] = pages.network(ring)
        return self._networks[ring]

    def ring_page(self, ring: Mapping[str, Any], quotes: Callable[..., list[dict[str, str]]]) -> dict[str, Any]:
        """Return everything that is told of a ring, made from the rows that concern its members alone."""
        actors = self.only("members", "ring_id", [ring["ring_id"]])["actor_id"].to_pylist()
        tables = self._excerpt(actors) | {
            one: self.only(one, "ring_id", [ring["ring_id"]]) for one in ("growth", "near")
        }
        return RingPages(tables.__getitem__, self.room.naming, quotes, self.zone, "/actors/{}".format).page(ring)

    def _excerpt(self, actors: Sequence[str]) -> dict[str, pa.Table]:
        accounts = [key for actor in actors for key in self.room.naming.accounts_of.get(actor, [])]
        posts = self.only("posts", "account_id", accounts).select(["post_id", "account_id", "container", "sent_at"])
        ids = posts["post_id"].to_pylist()
        deals = self.room.table("deals")
        members = pa.array(sorted(actors), pa.string())
        party = pc.or_(
            pc.or_(pc.is_in(deals["supplier"], members), pc.is_in(deals["broker"], members)),
            pc.is_in(deals["buyer"], members),
        )
        found = {name: self.only(name, "post_id", ids) for name in ("stances", "facts", "mentions")}
        found |= {name: self.only(name, "left", keys) for name, keys in (("ties", actors), ("links", accounts))}
        found["claims"] = self.only("claims", "subject", [*actors, *accounts])
        return {
            **found,
            "posts": posts,
            "members": self.only("members", "actor_id", actors),
            "deals": deals.filter(party),
        }

    @cached_property
    def rings(self) -> list[dict[str, Any]]:
        """Rows of ``rings``, largest first."""
        return findings.rings_by_size(self.room.table)

    @cached_property
    def ring_numbers(self) -> dict[str, int]:
        """Ring -> its number as pages call it: 1 for the largest."""
        return {ring["ring_id"]: number for number, ring in enumerate(self.rings, start=1)}

    @cached_property
    def actors(self) -> list[dict[str, Any]]:
        """Rows of ``actors`` with trade_posts, posts and rings, the busiest first."""
        return findings.active_actors(self.room.table)

    @cached_property
    def doubted(self) -> list[tuple[str, str]]:
        """(left, right) of the accounts that were joined at a probability under ``SURE``, the least sure first."""
        links = self.room.part("links", ["left", "right", "probability"])
        low = links.filter(
            pc.and_(pc.greater_equal(links["probability"], JOINED), pc.less(links["probability"], SURE))
        ).sort_by([("probability", "ascending"), ("left", "ascending"), ("right", "ascending")])
        return list(zip(low["left"].to_pylist(), low["right"].to_pylist(), strict=True))

    @cached_property
    def assigned(self) -> dict[str, Assignment]:
        """Where each member of a ring is held to belong."""
        from ringtrace.pipeline.operation.targets import (
            assignments,  # telephone numbers and places, which no start needs
        )

        return assignments(self.room)

    @cached_property
    def contacts(self) -> Mapping[str, set[str]]:
        """Actor -> the contacts that they give as their own."""
        from ringtrace.pipeline.operation.targets import own_contacts

        return own_contacts(self.room)

    @cached_property
    def outlines(self) -> dict[str, Outline]:
        """Place -> what its package would hold."""
        from ringtrace.pipeline.operation.handing_out import outlines

        return outlines(self.room, self.assigned, self.contacts)

    @cached_property
    def doubts(self) -> list[str]:
        return cautions(lambda name: self.room.part(name, COLUMNS[name]))

    @cached_property
    def synthetic(self) -> bool:
        sources = pc.unique(self.room.part("evidence", ["source"])["source"]).to_pylist()
        return any("synthetic" in source.lower() for source in sources)

    def warm(self) -> None:
        """Open what pages need first, so that the first visit does not wait for it."""
        _ = self.rings, self.room.naming.accounts_of, self.room.naming.containers
        self.room.warm()
        _ = self.actors, self.doubts, self.synthetic, self.doubted, self.assigned, self.outlines
        for ring in self.rings[:_WARMED]:
            self.ring_page(ring, lambda spans: [{"text": self.room.recall(span).text} for span in spans])


class Desk:
    """An open case. One server has one; pages ask it for the analysis of the moment."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.ledger: Ledger = case.keep_ledger()
        self.discussion = Discussion(self.ledger)
        self.verdicts = Verdicts(self.ledger)
        self.jobs = Jobs(case.folder, case.folder / FOLDER / "job.json")
        self.arrivals = Arrivals(case, case.folder / FOLDER / "arrivals", self.jobs.busy)
        self.arrivals.resume()
        self.tips = TipWindow(case, case.folder / FOLDER / "tips")
        if self.tips.waiting():
            self.tips.begin()
        self.indexed = (0, 0)
        self.trouble = ""
        self._lock = threading.Lock()
        self._view: View | None = None
        self._stamp: tuple[int, int] | None = None
        self._index: PostIndex | None = None
        self._thread: threading.Thread | None = None

    def view(self) -> View:
        """Return the present analysis; a new one is taken up as soon as it is there. Raises CaseError for none."""
        stamp = self._look()
        with self._lock:
            if self._view is None or stamp != self._stamp:
                self._view, self._stamp, self._index = View(self.case), stamp, None
            return self._view

    def analysed(self) -> bool:
        return (self.case.analysis / "posts.parquet").exists()

    def index(self) -> PostIndex | None:
        """Return the index of posts, or None while it is being made (see ``indexed``: done, posts)."""
        self.view()
        with self._lock:
            if self._index is None and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._prepare, daemon=True)
                self._thread.start()
            return self._index

    def index_made(self) -> bool:
        """Whether posts can be searched: the index is open, or lies there to be opened. Starts nothing."""
        there = not self.indexed[1] and any((self.case.folder / FOLDER).glob("index-*.sqlite"))
        return self._index is not None or there

    def warm(self) -> None:
        """Begin to open the analysis and its index in the background."""
        if self.analysed():
            self.index()

    def wait(self, seconds: float) -> None:
        """Wait until what runs in the background is done, at most so long."""
        if self._thread is not None:
            self._thread.join(seconds)

    def consult(self, who: str, page: str, spans: Iterable[Place], purpose: str) -> None:
        """Log in custody that bytes of evidence are about to be shown on a page; durable on return.

        Raises CaseError when that cannot be written: then nothing may be shown.
        """
        why = f"{purpose} (workbench {page})" if purpose else f"workbench {page}"
        try:
            log_consultation(self.case, sorted(set(spans)), Asked(by=who, why=why[:_WHY]))
        except OSError as error:
            raise CaseError(f"the log cannot be written, so nothing is shown: {error}") from error

    def consult_records(self, who: str, page: str, purpose: str) -> None:
        """Log in the ledger that records of suspects or children are about to be shown; durable on return."""
        try:
            self.ledger.record("audit", who, {"what": "records consulted", "page": page, "purpose": purpose})
        except (CaseError, OSError) as error:
            raise CaseError(f"the log cannot be written, so nothing is shown: {error}") from error

    def consult_handles(self, who: str, handles: Sequence[str], purpose: str) -> None:
        """Log in the ledger that a list of handles is looked up, sealed ones blotted out; durable on return."""
        mask = masker_of(self.case)
        told = {"what": "handles looked up", "handles": [mask(one) for one in handles], "purpose": purpose}
        try:
            self.ledger.record("audit", who, told)
        except (CaseError, OSError) as error:
            raise CaseError(f"the log cannot be written, so nothing is shown: {error}") from error

    def close(self) -> None:
        self.arrivals.end()
        self.jobs.stop()
        self.tips.end()
        self.ledger.close()

    def _look(self) -> tuple[int, int]:
        path = self.case.analysis / "posts.parquet"
        try:
            found = path.stat()
        except OSError as error:
            raise CaseError("this case has no analysis yet: bring evidence in and run one") from error
        return found.st_ino, found.st_mtime_ns

    def _prepare(self) -> None:
        """Build the index, hand it over, warm the view; a failure is kept as words for the pages."""
        view = self.view()
        try:
            index = PostIndex(build_index(self.case.analysis, self.case.folder / FOLDER, self._advance))
            index.warm()
            with self._lock:
                if view is self._view:
                    self._index, self.trouble = index, ""
            view.warm()
        except (RingtraceError, OSError) as error:
            self.trouble = str(error)

    def _advance(self, done: int, posts: int) -> None:
        self.indexed = (done, posts)
