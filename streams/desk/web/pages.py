"""The registry of pages: address, what builds it, and what OpenAPI says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from streams.desk.web.desk import Desk, Person
from streams.desk.web.view import View


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as far as a page needs it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    person: Person
    url: str  # path and query, as links back need them
    form: Mapping[str, str] = field(default_factory=dict)  # what was posted


class NotFoundError(Exception):
    """There is no such thing; the message says what was looked for."""


class MovedError(Exception):
    """It is elsewhere now: at `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


Build = Callable[[Desk, Asked], View]


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is Starlette's; `query` has name -> what it means; `tables` are those of the CSV.

    `change` takes what is posted to the same address; with `reads_only` it changes nothing, and is
    there on a read-only desk, too.
    """

    path: str
    build: Build
    summary: str
    query: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    change: Build | None = None
    reads_only: bool = False
