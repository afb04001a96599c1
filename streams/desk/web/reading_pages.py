"""How an article's raw record was read: its lines with class and score, and each field's origin.

The desk stores no raw records: each is fetched from Kafka by its position on demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict

from schemas.records import EnrichedArticleRecord
from streams.articles.field_origins import ARTICLE_KEYS
from streams.desk.queries.articles import article_event, article_row
from streams.desk.rows import picked
from streams.desk.web.desk import Desk
from streams.desk.web.pages import Asked, NotFoundError, Page
from streams.desk.web.restraint import restraint
from streams.desk.web.view import View
from streams.errors import UserError

MOST_LINES = 2000
MOST_LINE_LETTERS = 1000


def show_reading(desk: Desk, asked: Asked) -> View:
    """One article's raw record, read again as the service reads it."""
    article_id, digest = asked.path["article_id"], asked.query.get("digest")
    with desk.database.reading() as connection:
        event = article_event(connection, article_id, digest or None)
        row = article_row(connection, article_id)
    if event is None:
        raise NotFoundError(f"There is no article {article_id} in what the desk keeps.")
    marks = restraint(event, desk.clock(), asked, row and row["status"])
    read, trouble = _NOTHING_READ, None
    if not marks["hidden"]:
        try:
            read = _read(desk, event)
        except UserError as error:
            trouble = str(error)
    shown = picked(event, "article_id", "title", "source", "text_confidence", "raw", "position")
    data = {"article": shown, **read, "trouble": trouble}
    return View("reading.html", data, {"lines": read["lines"]}, {**marks})


LineShown = TypedDict(
    "LineShown",
    {"score": float, "class": str, "part": int | None, "kept": bool, "text": str},
)
FieldShown = TypedDict("FieldShown", {"field": str, "from": str})


class Reading(TypedDict):
    """The first lines of the record, how many there are, and where the fields come from."""

    lines: list[LineShown]
    all_lines: int
    fields: list[FieldShown]


_NOTHING_READ: Reading = {"lines": [], "all_lines": 0, "fields": []}


def _read(desk: Desk, event: EnrichedArticleRecord) -> Reading:
    # Imported here: compiled loops take memory and a second, which the desk otherwise saves.
    from streams.articles.pages.reading import LineClass  # noqa: PLC0415

    if desk.read_again is None:
        raise UserError("this desk was started without Kafka")
    raw = event["raw"]
    understood = desk.read_again(raw["topic"], raw["partition"], raw["offset"])
    kept = (LineClass.STORY, LineClass.PART)
    lines: list[LineShown] = [
        {
            "score": round(float(label.score), 2),
            "class": label.line_class.value,
            "part": label.part or None,
            "kept": label.line_class in kept,
            "text": label.text[:MOST_LINE_LETTERS],
        }
        for label in understood.labels[:MOST_LINES]
    ]
    fields = [] if event["position"] else understood.origins.items()
    article: Mapping[str, object] = (
        understood.chunk.articles[0] if understood.chunk.articles else {}
    )
    return {
        "lines": lines,
        "all_lines": len(understood.labels),
        "fields": [
            {"field": name, "from": origin}
            for name, origin in fields
            if origin and article.get(ARTICLE_KEYS.get(name, name))
        ],
    }


PAGES = (
    Page(
        "/articles/{article_id}/reading",
        show_reading,
        "How an article's raw record was read: lines with class and score, origins of fields",
        {"digest": "another version", "withdrawn": "show: of a withdrawn article, too"},
        ("lines",),
    ),
)
