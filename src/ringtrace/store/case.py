"""A case folder: three lifetimes side by side.

case.toml     settings a person may edit
evidence/     originals and custody
ledger.db     decisions of people
analysis/     derived tables and the report; may be deleted at any time
lexicons/     the case's own word lists (optional)
"""

from __future__ import annotations

import fcntl
import os
import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringtrace.errors import CaseError
from ringtrace.store.durable import replace_file
from ringtrace.store.evidence import EvidenceStore
from ringtrace.store.keys import digest_key, key_folder
from ringtrace.text.lexicon_check import check_lexicons

if TYPE_CHECKING:
    from ringtrace.store.ledger import Ledger

_TEMPLATE = """# Settings of this case; edit them with any text editor.
name = {name}
# Zone to assume for times that state none.
zone = "Asia/Shanghai"
# Zone to show times in; empty: the same. It changes no reading.
display_zone = ""
# Where decisions are kept; empty: ledger.db in this folder. A team uses a PostgreSQL URL.
ledger = {ledger}
# Authority for `ringtrace timestamp` (RFC 3161, https://...); empty: no network call is ever made.
timestamp_authority = ""
# PEM file with its root certificates, relative to this folder.
timestamp_roots = ""
"""


_ADDRESS = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?|http://localhost(:[0-9]+)?")
_LISTEN = re.compile(r"[a-z0-9.-]{1,253}:[0-9]{1,5}")


@dataclass(frozen=True, slots=True)
class TeamSettings:
    """How a team reaches its workbench. address: as browsers see it.

    issuer, client: of the office's sign-in (OIDC), "" for none; secret_file: holds the client's secret alone.
    """

    address: str
    issuer: str = ""
    client: str = ""
    secret_file: str = ""


@dataclass(frozen=True, slots=True)
class TipSettings:
    """Where the public may leave tips. listen: host:port to bind; address: as browsers see it, "" for the same.

    forwarded: whether a web server in front names the visitor in X-Forwarded-For. each_hour, all_hour: tips taken
    from one address, and from all. office, notice: what the page calls the office, and says first.
    """

    listen: str
    address: str = ""
    forwarded: bool = False
    each_hour: int = 6
    all_hour: int = 600
    office: str = ""
    notice: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    name: str
    zone: str
    ledger: str
    timestamp_authority: str = ""
    timestamp_roots: str = ""
    display_zone: str = ""
    team: TeamSettings | None = None
    tips: TipSettings | None = None

    @property
    def shown_zone(self) -> str:
        """The IANA zone that times are shown in; ``zone`` is the one they are read in."""
        return self.display_zone or self.zone


class Case:
    """An existing case folder; ``Case.create`` makes one. Raises CaseError when it is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "case.toml").is_file():
            raise CaseError(f"{folder} is not a case folder (no case.toml); make one by `ringtrace init {folder}`")
        self.settings = _read_settings(folder / "case.toml")
        self.evidence = EvidenceStore(folder / "evidence", now)
        self._kept: Ledger | None = None

    @classmethod
    def create(cls, folder: Path, ledger: str = "") -> Case:
        """Make a case folder; raises CaseError when there is something else of that name.

        ledger: the URL of the database for decisions, "" for a file in the folder.
        """
        if (folder / "case.toml").exists():
            raise CaseError(f"{folder} is a case already")
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise CaseError(f"{folder} exists and is not empty; give a new name")
        for part in ("evidence/objects", "evidence/incoming", "evidence/custody"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        written = _TEMPLATE.format(name=_quoted(folder.resolve().name), ledger=_quoted(ledger))
        replace_file(folder / "case.toml", written.encode())
        case = cls(folder)
        case.open_ledger().close()
        return case

    @property
    def synthetic(self) -> bool:
        """Whether any evidence was taken in as synthetic: the signed log says so, in every copy of the folder."""
        return any("synthetic" in held.source.lower() for held in self.evidence.held())

    @property
    def analysis(self) -> Path:
        return self.folder / "analysis"

    @property
    def lexicons(self) -> Path | None:
        own = self.folder / "lexicons"
        return own if own.is_dir() else None

    def own_lexicons(self) -> list[Path]:
        """Return the folder of the case's own word lists, looked through; raises LexiconError naming what is wrong."""
        if self.lexicons is None:
            return []
        check_lexicons(self.lexicons)
        return [self.lexicons]

    @property
    def origin(self) -> str:
        """The name under which the custody log is signed."""
        return "ringtrace/" + "".join(c if c.isalnum() or c in "-_." else "_" for c in self.settings.name)

    def digest_key(self) -> bytes:
        """Return the key for digests of what must not be stored as it is; it lies with the user's private keys."""
        return digest_key(key_folder(), self.origin)

    def open_ledger(self) -> Ledger:
        """Return the ledger, for one piece of work that closes it."""
        if self._kept is not None:
            return self._kept.lend()
        from ringtrace.store.ledger import Ledger  # two fifths of a second for SQLAlchemy, when decisions are asked for

        return Ledger(self.settings.ledger) if self.settings.ledger else Ledger.at(self.folder / "ledger.db")

    @contextmanager
    def lent_ledger(self) -> Iterator[Ledger]:
        """Open the ledger for one piece of work."""
        ledger = self.open_ledger()
        try:
            yield ledger
        finally:
            ledger.close()

    def keep_ledger(self) -> Ledger:
        """Open the ledger for as long as this process works on the case; ``open_ledger`` then lends it."""
        self._kept = self.open_ledger()
        return self._kept

    def set_ledger(self, url: str) -> None:
        """Write into case.toml where the decisions lie from now on; every other line stays as it is."""
        path = self.folder / "case.toml"
        line = f"ledger = {_quoted(url)}"
        text, found = re.subn(r"(?m)^ledger[ \t]*=.*$", lambda _: line, path.read_text("utf-8"), count=1)
        replace_file(path, (text if found else f"{line}\n{text}").encode())
        self.settings = _read_settings(path)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from writing this case; raises CaseError when one already does."""
        descriptor = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CaseError(f"another process is working on {self.folder}; wait until it is done") from error
            yield
        finally:
            os.close(descriptor)


def _quoted(name: str) -> str:
    """Return ``name`` as a TOML basic string; bytes of a file name that are not UTF-8 are spelt \\xNN."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if " " <= c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'


def now() -> str:
    """The present time for receipts, ISO 8601 UTC with microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _read_settings(path: Path) -> Settings:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"{path}: {error}; mend the file") from error
    settings = Settings(
        str(document.get("name", "case")), str(document.get("zone", "Asia/Shanghai")), str(document.get("ledger", "")),
        str(document.get("timestamp_authority", "")), str(document.get("timestamp_roots", "")),
        str(document.get("display_zone", "")), _read_team(path, document.get("team")),
        _read_tips(path, document.get("tips")),
    )  # fmt: skip
    for key, zone in (("zone", settings.zone), ("display_zone", settings.shown_zone)):
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise CaseError(f"{path}: {key} {zone!r} is not a known time zone") from error
    return settings


def _read_team(path: Path, told: object) -> TeamSettings | None:
    """The part ``[team]``; without it the workbench is one person's."""
    if told is None:
        return None
    words = {key: str(value) for key, value in told.items()} if isinstance(told, dict) else {}
    known = {"address": "address", "oidc_issuer": "issuer", "oidc_client": "client", "oidc_secret_file": "secret_file"}
    if not words or set(words) - set(known):
        raise CaseError(f"{path}: [team] holds {', '.join(known)}")
    found = TeamSettings(**{known[key]: value for key, value in words.items()})
    if not _ADDRESS.fullmatch(found.address):
        told = "address in [team] is https:// and a host, or http://localhost; a port may follow"
        raise CaseError(f"{path}: {told}")
    return found


def _read_tips(path: Path, told: object) -> TipSettings | None:
    """The part ``[tips]``; without it the public has no form."""
    if told is None:
        return None
    kinds = {field.name: type(field.default) for field in fields(TipSettings)} | {"listen": str}
    if not isinstance(told, dict) or any(type(value) is not kinds.get(key) for key, value in told.items()):
        raise CaseError(
            f"{path}: [tips] holds {', '.join(f'{name} ({kind.__name__})' for name, kind in kinds.items())}"
        )
    if not _LISTEN.fullmatch(told.get("listen", "")):
        raise CaseError(f'{path}: listen in [tips] is a host and a port of this machine, as in "127.0.0.1:8720"')
    found = TipSettings(**told)
    if found.address and not _ADDRESS.fullmatch(found.address):
        raise CaseError(f"{path}: address in [tips] is https:// and a host, or http://localhost; a port may follow")
    if not found.address and not found.listen.startswith(("127.0.0.1:", "localhost:")):
        raise CaseError(f"{path}: [tips] needs an address, under which the public's browsers ask for the form")
    if found.each_hour < 1 or found.all_hour < 1:
        raise CaseError(f"{path}: each_hour and all_hour in [tips] are at least 1")
    return found
