"""The data of the demo: stories, publishers, and what the desk decided about each story."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Story:
    """One invented news story, as first written."""

    key: str
    agency: str | None
    language: str
    title: str
    published_at: datetime
    paragraphs: tuple[str, ...]
    byline: str | None = None

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class Publisher:
    """One invented publisher.

    `path` is the form of its addresses. Publishers that number their items send an `id`; the
    others were crawled, and only the address tells their articles apart.
    """

    name: str
    source: str
    domain: str
    languages: tuple[str, ...]
    path: str
    numbers_items: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """A wrong figure in one story, and the line that corrects it."""

    key: str
    was: str
    now: str
    note: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What happens to which story, by story key."""

    stand_alone: frozenset[str]
    embargoed: str
    withheld: str
    killed: tuple[str, ...]
    corrections: tuple[Correction, ...]
    headlines: dict[str, str]


def load_stories() -> list[Story]:
    """The stories in order of publication."""
    lines = (HERE / "stories.jsonl").read_text(encoding="utf-8").splitlines()
    return [_story(json.loads(line)) for line in lines]


def load_publishers() -> list[Publisher]:
    """The publishers, without the agencies."""
    return [
        Publisher(**{**row, "languages": tuple(row["languages"])})
        for row in _read_json("publishers.json")
    ]


def load_desk() -> Desk:
    """The decisions of `desk.json`."""
    row = _read_json("desk.json")
    return Desk(
        stand_alone=frozenset(row["stand_alone"]),
        embargoed=row["embargoed"],
        withheld=row["withheld"],
        killed=tuple(row["killed"]),
        corrections=tuple(
            Correction(c["key"], was=c["was"], now=c["is"], note=c["note"])
            for c in row["corrections"]
        ),
        headlines=row["headlines"],
    )


def load_phrases() -> dict[str, dict[str, Any]]:
    """Language -> the words that a site in this language puts around its articles."""
    phrases: dict[str, dict[str, Any]] = _read_json("phrases.json")
    return phrases


def agency_wire(agency: str) -> Publisher:
    """The agency as the publisher of its own wire."""
    domain = f"{agency.lower()}.example"
    return Publisher(
        agency, domain, domain, languages=(), path="wire/{date}/{number}", numbers_items=True
    )


def _story(row: dict[str, Any]) -> Story:
    return Story(
        key=row["key"],
        agency=row["agency"],
        language=row["language"],
        title=row["title"],
        published_at=datetime.fromisoformat(row["published_at"]),
        paragraphs=tuple(row["paragraphs"]),
        byline=row.get("byline"),
    )


def _read_json(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))
