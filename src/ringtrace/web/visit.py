"""One request: who asks, in which language, and how the answer is given, as a page or as its JSON twin."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from jinja2 import Environment, FunctionLoader, select_autoescape
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect
from markupsafe import Markup, escape

from ringtrace import __version__
from ringtrace.errors import UsageError
from ringtrace.pipeline.intake.custodian import Place
from ringtrace.pipeline.judging.second_looks import SecondLooks
from ringtrace.registry import scan
from ringtrace.report.words import day, layer_words, moment, platform_name, role_name, shorten
from ringtrace.web.desk import Desk, View
from ringtrace.web.discussing import about_of, instant, told_of
from ringtrace.web.gate import AS_JSON, session_of
from ringtrace.web.language import Language, languages, preferred
from ringtrace.web.offered import offer
from ringtrace.web.rights import may
from ringtrace.web.session import Session
from ringtrace.web.team import Team

QUOTE_CHARS = 240
_GROUPS = (20, 40, 55, 70, 90)
"""Orders of the pages with which a group of the menu begins."""
_REFUSAL = "What stands here for others is not part of your role in this case."
Answer = Response[bytes]


@dataclass(slots=True)
class Visit:
    """What a page is made with. seen: the spans of evidence that it shows; records: whether it tells of
    records of suspects or children. Both are for the log. about: the thing that the page is of ("ring:.."), which a
    team may discuss on it."""

    request: Request[Any, Any, Any]
    desk: Desk
    session: Session
    seen: set[Place] = field(default_factory=set)
    records: bool = False
    opened: View | None = None
    judged: SecondLooks | None = None
    about: str = ""

    @property
    def language(self) -> Language:
        known = languages()
        return known.get(self.session.language) or known[preferred(self.request.headers.get("accept-language", ""))]

    @property
    def as_json(self) -> bool:
        """Whether the JSON twin is asked for."""
        return bool(self.request.scope[AS_JSON])  # type: ignore[literal-required]

    @property
    def team(self) -> Team:
        """The team's door; only routes that the workbench of one person does not have ask for it."""
        found: Team = self.request.app.state.team
        return found

    def may(self, *routes: str) -> bool:
        """Whether this visitor may use every one of ``routes`` ("POST /judge")."""
        return may(self.session.roles, *routes)

    def require(self, route: str) -> None:
        """Refuse what the table of rights allows only to some of a route's visitors: "POST /jobs command=analyse"."""
        if not self.may(route):
            raise PermissionDeniedException(detail="your role in this case does not include this")

    @property
    def places(self) -> list[tuple[int, str, str, str]]:
        """The menu: what this visitor may open."""
        return [place for place in menu() if self.may(f"GET {place[2]}")]

    @property
    def groups(self) -> list[list[tuple[int, str, str, str]]]:
        """The same menu in the order of a night's work: look, find, understand, hand over, keep, help."""
        found = [[place for place in self.places if bisect(_GROUPS, place[0]) == at] for at in range(len(_GROUPS) + 1)]
        return [group for group in found if group]

    @property
    def where(self) -> tuple[str, str]:
        """Path and query ("?..." or "") of this page; of the answer to a form, those of the page that it stood on."""
        url = self.request.url
        if self.request.method in ("GET", "HEAD"):
            return url.path, f"?{url.query}" if url.query else ""
        told = urlsplit(self.request.headers.get("referer", ""))
        return _own(told.path), f"?{told.query}" if told.query else ""

    @property
    def home(self) -> str:
        """The first page of those that this visitor may open."""
        return self.places[0][2] if self.places else "/help"

    @property
    def view(self) -> View:
        """The analysis of this visit: the same one from its beginning to its end."""
        if self.opened is None:
            self.opened = self.desk.view()
        return self.opened

    @property
    def looks(self) -> SecondLooks:
        """The verdicts at this visit: the same ones from its beginning to its end, read with one question."""
        if self.judged is None:
            self.judged = self.desk.verdicts.now()
        return self.judged

    def quotes(self, spans: Iterable[Mapping[str, Any] | None]) -> list[dict[str, Any]]:
        """Return what stands at spans: text, place (words), url (the bytes); each is noted for the log."""
        return [self._quote(span) for span in spans if span]

    def _quote(self, span: Mapping[str, Any]) -> dict[str, Any]:
        found = self.view.room.recall(span)
        self.seen.add((found.evidence_id, found.member, found.start, found.stop))
        member = f" [{found.member}]" if found.member else ""
        return {
            "text": shorten(found.text, QUOTE_CHARS), "place": f"{found.name}{member} bytes {found.start}-{found.stop}",
            "url": bytes_url(span), "evidence_id": found.evidence_id, "member": found.member, "start": found.start,
            "stop": found.stop,
        }  # fmt: skip

    def see(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Note that the words of posts (rows of the index) are shown."""
        self.seen.update((row["evidence"], row["member"], row["start"], row["stop"]) for row in rows)

    def seen_version(self, told: str) -> int | None:
        """The version of a thing that a form was made with; one person alone may do without.

        In a team nobody overwrites what they did not see: without a version they have seen none.
        """
        if told.isdecimal() and len(told) <= 9:
            return int(told)
        if told:
            raise UsageError("version is the number that stands with what is changed")
        return 0 if self.session.person else None

    def missing(self, what: str) -> NotFoundException:
        return NotFoundException(detail=what)

    def show(
        self,
        template: str,
        document: Mapping[str, Any],
        *,
        status: int = 200,
        pictures: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Answer with a page made of ``document`` (the JSON twin) and ``pictures`` (for people alone).

        Whatever of the evidence was noted is in the log before anything leaves.
        """
        if self.records:
            self.desk.consult_records(self.session.user, self.request.url.path, self.session.purpose)
        if self.seen:
            query = f"?{self.request.url.query}" if self.request.url.query else ""
            self.desk.consult(self.session.user, self.request.url.path + query, self.seen, self.session.purpose)
        if self.about and self.session.person:
            document = {**document, "discussion": self._discussion()}
        if self.request.scope[AS_JSON]:  # type: ignore[literal-required]
            data = json.dumps(document, ensure_ascii=False, indent=1, default=_plain).encode()
            return Response(data, media_type="application/json", status_code=status)
        page = self._render(template, {**document, **(pictures or {})})
        return Response(page, media_type="text/html; charset=utf-8", status_code=status)

    def _discussion(self) -> dict[str, Any]:
        about = about_of(self.view, self.about)
        assert about is not None  # noqa: S101  the page is of it
        return told_of(about, self.desk.discussion, self.team.people.all().values())

    def back(self, address: str, said: str = "", undo: int = 0) -> Redirect | Answer:
        """Go on to ``address`` of this workbench with a message; programs get it as JSON."""
        if self.request.scope[AS_JSON]:  # type: ignore[literal-required]
            body = json.dumps({"said": said, "undo": undo or None, "next": address}, ensure_ascii=False).encode()
            return Response(body, media_type="application/json", status_code=200)
        self.session.said, self.session.undo = said, undo
        return Redirect(_own(address), status_code=303)

    def _render(self, template: str, document: Mapping[str, Any]) -> bytes:
        session, language = self.session, self.language
        said, session.said = session.said, ""
        undo, session.undo = session.undo, 0
        here, query = self.where
        page = environment().get_template(template).render(
            **document, _=language.say, say=self._say, count=language.count, place=language.place,
            called=language.called, language=language, languages=languages(),
            session=session, said=said, undo=undo, case=self.desk.case.settings.name, version=__version__, here=here,
            synthetic=self.desk.analysed() and self.view.synthetic, address=here + query,
            groups=self.groups, home=self.home, may=self.may,
            twin=("/case" if here == "/" else here) + ".json" + query, when=self.when, local_day=self.local_day,
            view_naming=self.view.room.naming if self.desk.analysed() else None,
        )  # fmt: skip
        if session.person:
            page = offer(page, self.may, f'<p class="hint">{escape(language.say(_REFUSAL))}</p>')
        return page.encode()

    def _say(self, text: str) -> Markup:
        """A sentence that the program made: translated, or marked as English."""
        told = escape(self.language.say(text))
        return told if self.language.knows(text) else Markup('<span lang="en">{}</span>').format(told)

    def when(self, row: Mapping[str, Any]) -> str:
        """The time of a post (a row of the index or of ``posts``) in the case's zone, else as it was written."""
        at = row["sent_at"]
        if at is None:
            return row["sent_text"] or self.language.say("no time stated")
        return moment(at if isinstance(at, datetime) else instant(at), self.desk.case.settings.shown_zone)

    def local_day(self, at: datetime) -> str:
        """The date in the case's zone, as the report and ``show`` give it."""
        return day(at, self.desk.case.settings.shown_zone)


Guest = NamedDependency[Visit]
"""How a page asks for its visit."""


def bytes_url(span: Mapping[str, Any]) -> str:
    """The address of the page that shows a span's bytes."""
    member = {"member": span["member"]} if span["member"] else {}
    return f"/evidence/{span['evidence_id']}?{urlencode({**member, 'start': span['start'], 'stop': span['stop']})}"


@cache
def menu() -> list[tuple[int, str, str, str]]:
    """Return (order, label, address, key) of every page that stands in the menu."""
    pages = scan("ringtrace.web.pages").values()
    return sorted(page.PLACE for page in pages if hasattr(page, "PLACE"))


@cache
def environment() -> Environment:
    """The templates of the workbench, with everything escaped that is put into them."""
    made = Environment(
        autoescape=select_autoescape(default=True), trim_blocks=True, lstrip_blocks=True, loader=FunctionLoader(_part)
    )
    made.filters |= {
        "role": role_name,
        "platform": platform_name,
        "layer": layer_words,
        "short": shorten,
        "path": lambda s: quote(s, safe=""),
    }
    made.globals["query"] = lambda **parts: urlencode(
        {key: part for key, part in parts.items() if part not in ("", None)}
    )
    return made


def _part(name: str) -> str:
    return (resources.files("ringtrace.web") / "templates" / name).read_text("utf-8")


def _own(address: str) -> str:
    """``address`` where it is a path of this workbench, else the first page."""
    return address if address.startswith("/") and not address.startswith(("//", "/\\")) else "/"


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def visit_of(request: Request[Any, Any, Any], desk: Desk) -> Visit:
    """Return the visit of a request; the gate has let nobody in without a session."""
    session = session_of(request.scope)
    return Visit(request, desk, session or Session(""))
