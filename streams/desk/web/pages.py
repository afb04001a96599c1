"""The registry of pages: address, builder, and OpenAPI description."""

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
    url: str  # path and query, for links back
    form: Mapping[str, str] = field(default_factory=dict)  # what was posted


class NotFoundError(Exception):
    """There is no such thing; the message says what was looked for."""


class MovedError(Exception):
    """It has moved to `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


Build = Callable[[Desk, Asked], View]


@dataclass(frozen=True, slots=True)
class Page:
    """`path` is Starlette's; `query` maps names to their meanings; `tables` are those of the CSV.

    `change` handles posts to the same address; with `reads_only` it changes nothing, and is
    available on a read-only desk, too.
    """

    path: str
    build: Build
    summary: str
    query: Mapping[str, str] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    change: Build | None = None
    reads_only: bool = False
