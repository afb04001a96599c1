"""What all pages share: the database, the desk's progress, its options and its templates."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypedDict

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from streams.desk import shown
from streams.desk.database import Database, DatabaseError
from streams.desk.follow import Progress
from streams.desk.rows import milliseconds
from streams.desk.web.kept import Kept

if TYPE_CHECKING:  # compiled loops take memory and a second, which a desk at rest saves
    from streams.understand import Understood

FOLDER = Path(__file__).parents[1]
STATIC = FOLDER / "static"


@lru_cache(maxsize=32)
def static_address(name: str) -> str:
    """A static file's address, which changes with its content, so browsers may cache it forever."""
    digest = blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()
    return f"/static/{name}?v={digest}"


def _templates() -> Environment:
    """Templates that escape everything, and fail on an undefined name."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(
        time=shown.time_text,
        stated=shown.stated_text,
        iso=shown.iso_text,
        delay=shown.delay_text,
        share=shown.share_text,
        count=shown.count_text,
        size=shown.bytes_text,
        part=shown.path_part,
        web=shown.web_address,
        soft=shown.soft,
    )
    made.globals.update(static=static_address, plural=shown.plural)
    return made


@dataclass(frozen=True, slots=True)
class Options:
    """The desk's start options."""

    read_only: bool = False
    keep_seconds: int | None = None
    users_file: Path | None = None
    proxy_header: str | None = None
    hosts: frozenset[str] | None = frozenset()  # besides the loopback's; None: any


class Person(NamedTuple):
    """The user: a name, and the token that their changes must carry."""

    name: str
    csrf: str


# (topic, partition, offset) -> that raw record, read again. Raises UserError, which says why
# there is none.
ReadAgain = Callable[[str, int, int], "Understood"]


@dataclass(slots=True)
class Desk:
    """One running desk."""

    database: Database
    progress: Progress
    options: Options = field(default_factory=Options)
    read_again: ReadAgain | None = None
    clock: Callable[[], float] = time.time
    environment: Environment = field(default_factory=_templates)
    kept: Kept = field(init=False)
    _size: tuple[float, int] = (0.0, 0)

    def __post_init__(self) -> None:
        self.kept = Kept(60, self.clock)
        self.environment.globals["embargoed"] = self._embargoed

    def _embargoed(self, row: Mapping[str, object]) -> bool:
        """Whether an article, as a row or a record, may not be published yet."""
        until = row.get("embargoed_until")
        time = until if isinstance(until, int) else milliseconds(str(until)) if until else 0
        return (time or 0) > self.clock() * 1000

    def size_bytes(self) -> int:
        """The database's size, queried at most every ten seconds."""
        now = self.clock()
        if now - self._size[0] > 10:
            try:
                self._size = (now, self.database.size_bytes())
            except DatabaseError:
                self._size = (now, self._size[1])
        return self._size[1]


class Trouble(TypedDict):
    """What is wrong with the feed, since when, and for how long nothing has come."""

    sentence: str
    since: int | None
    silent_milliseconds: int | None


def trouble_of(progress: Progress, now: float) -> Trouble | None:
    """What is wrong with the feed, for the head of each page; None while all is well."""
    if progress.trouble is None:
        return None
    heard = progress.heard_at
    return {
        "sentence": progress.trouble,
        "since": None if heard is None else int(heard * 1000),
        "silent_milliseconds": None if heard is None else int((now - heard) * 1000),
    }
