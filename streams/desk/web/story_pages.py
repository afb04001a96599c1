"""Stories: the list, one story, and who kept what of it."""

from __future__ import annotations

from typing import Literal, TypedDict

from sqlalchemy import Connection, select
from sqlalchemy.sql.elements import ColumnElement

from schemas.enriched_article import Relation
from schemas.records import EnrichedArticleRecord
from streams.desk.filters import STORY_FILTERS, Filters, checked, cursor, story_filters
from streams.desk.matrix import Fate, Reference
from streams.desk.queries import story as of_story
from streams.desk.queries.articles import article_event
from streams.desk.queries.search import FOUND_ARTICLES, PHRASE_ARTICLES
from streams.desk.queries.stories import COUNTED_STORIES, StoriesPage, stories_page
from streams.desk.rows import picked
from streams.desk.search_index import NothingToFindError
from streams.desk.table_rows import StoryRow, rows_of
from streams.desk.tables import article
from streams.desk.timeline import timeline
from streams.desk.web.addresses import with_value, without
from streams.desk.web.desk import Desk
from streams.desk.web.pages import Asked, MovedError, NotFoundError, Page
from streams.desk.web.restraint import restraint
from streams.desk.web.view import Table, View

MATRIX_COLUMNS = 24

EVIDENCE = {
    "agency": "its publisher is the agency that the story's articles credit",
    "link": "copies name it as where their text comes from",
    "published_at": "it was published first",
    "arrival": "it arrived first",
    "none": "no article of the story may be published yet",
}
CHANGES = {
    "agency": "Only its withdrawal, or an embargo on it.",
    "link": "The agency's own publication, or copies that name another.",
    "published_at": "The agency's own publication, an article that copies name as their source, or"
    " one that was published earlier.",
    "arrival": "The agency's own publication, an article that copies name as their source, or one"
    " with an earlier time of publication.",
    "none": "The end of the embargo.",
}


def list_stories(desk: Desk, asked: Asked) -> View:
    """The list of stories, as searched and filtered."""
    filters = story_filters(asked.query)
    found: StoriesPage = {
        "stories": [], "next": None, "facets": {}, "counted": 0, "all_counted": True,
    }  # fmt: skip
    with desk.database.reading() as connection:
        try:
            found = stories_page(connection, filters)
        except NothingToFindError as error:
            filters.wrong["q"] = str(error)
    shown = {name: asked.query.get(name, "") for name in STORY_FILTERS if asked.query.get(name)}
    data = {"filters": shown, "wrong": filters.wrong, **found}
    extra = {
        "with_value": lambda name, value: with_value(asked.url, name, value),
        "without": lambda name: without(asked.url, name),
        "limits": {
            "stories": COUNTED_STORIES,
            "articles": FOUND_ARTICLES,
            "phrases": None if desk.database.is_sqlite else PHRASE_ARTICLES,
        },
    }
    facets = [{"filter": name, **row} for name, rows in found["facets"].items() for row in rows]
    return View("stories.html", data, {"stories": found["stories"], "facets": facets}, extra)


def show_story(desk: Desk, asked: Asked) -> View:
    """One story."""
    story_id = asked.path["story_id"]
    filters = checked(asked.query, "after")
    with desk.database.reading() as connection:
        record = _record(connection, story_id)
        original = of_story.original_of(connection, record)
        members = of_story.members(connection, record, filters)
        spread = of_story.spread(connection, record)
        linked = of_story.linked(connection, story_id)
        events = of_story.events(connection, story_id)
        families = of_story.families(connection, story_id)
        data = {
            "story": record,
            "original": original and _head(original),
            "evidence": EVIDENCE.get(record["original_evidence"], record["original_evidence"]),
            "what_would_change_it": CHANGES.get(record["original_evidence"], ""),
            "wrong": filters.wrong,
            **members,
            "linked": linked,
            "events": events,
            "families": families,
        }
    tables: dict[str, Table] = {
        "members": members["members"],
        "linked": linked,
        "events": events,
        "families": families,
    }
    extra = {
        "timeline": timeline(spread["marks"], record["original_id"]),
        "spread": spread,
        "next_address": members["next"] and with_value(asked.url, "after", members["next"]),
    }
    return View("story.html", data, tables, extra)


def _record(connection: Connection, story_id: str) -> StoryRow:
    """Raises MovedError and NotFoundError."""
    record = of_story.story_record(connection, story_id)
    if record is not None:
        return record
    if now := of_story.successor(connection, story_id):
        raise MovedError(f"/stories/{now}")
    if alone := of_story.lone_article(connection, story_id):
        raise MovedError(f"/articles/{alone}")
    raise NotFoundError(f"There is no story {story_id} in what the desk keeps.")


def _head(event: EnrichedArticleRecord) -> dict[str, object]:
    return picked(
        event, "article_id", "source", "title", "byline", "credit", "dateline", "language",
        "status", "published_at", "embargoed_until", "canonical_url", "url", "agencies",
    )  # fmt: skip


class CopyRow(TypedDict):
    """A copy, whose text the matrix compares with the original's."""

    article_id: str
    source: str | None
    title: str | None
    time: int
    relation: Relation
    credited: Literal["provider", "cites", "none"] | None


class CellShown(TypedDict):
    """A paragraph's fate in a copy, which has `share` of its word 3-grams."""

    fate: Fate
    share: float


class Copy(CopyRow):
    """With what it kept, cut and added."""

    kept_share: float
    cells: list[CellShown]
    added: list[str]
    credit_line: str | None
    byline: str | None


def show_matrix(desk: Desk, asked: Asked) -> View:
    """Who kept what: the original's paragraphs against a page of its copies."""
    filters = checked(asked.query, "after")
    with desk.database.reading() as connection:
        record = _record(connection, asked.path["story_id"])
        reference_id = asked.query.get("of") or record["original_id"]
        event = reference_id and article_event(connection, reference_id)
        if not event:
            raise NotFoundError("The original's text is not kept: there is nothing to compare.")
        mark = restraint(event, desk.clock(), asked)
        columns, following, paragraphs = list[Copy](), None, list[str]()
        if not mark["hidden"]:
            reference = Reference(event["text"])
            paragraphs, of = reference.paragraphs, event["article_id"]
            columns, following = _columns(connection, record, reference, of, filters)
    data = {
        "story": record,
        "reference": _head(event),
        "paragraphs": paragraphs,
        "copies": columns,
        "next": following,
        "wrong": filters.wrong,
    }
    return View(
        "matrix.html",
        data,
        {"cells": _cells(columns)},
        {**mark, "next_address": following and with_value(asked.url, "after", following)},
    )


def _columns(
    connection: Connection, record: StoryRow, reference: Reference, of: str, filters: Filters
) -> tuple[list[Copy], str | None]:
    conditions: list[ColumnElement[bool]] = [
        article.c.story_id == record["story_id"],
        article.c.article_id != of,
        article.c.status != "canceled",
    ]
    if after := filters.place("after"):
        time, article_id = after
        later = (article.c.time == time) & (article.c.article_id > article_id)
        conditions.append((article.c.time > time) | later)
    wanted = select(
        article.c.article_id, article.c.source, article.c.title, article.c.time,
        article.c.relation, article.c.credited,
    )  # fmt: skip
    ordered = wanted.where(*conditions).order_by(article.c.time, article.c.article_id)
    rows = rows_of(CopyRow, connection.execute(ordered.limit(MATRIX_COLUMNS + 1)))
    found: list[Copy] = []
    for row in rows[:MATRIX_COLUMNS]:
        event = article_event(connection, row["article_id"])
        if event is None:
            continue
        column = reference.against(event["text"])
        found.append(
            {
                **row,
                "kept_share": column.kept_share,
                "cells": [{"fate": c.fate, "share": round(c.share, 3)} for c in column.cells],
                "added": column.added,
                "credit_line": event["credit"],
                "byline": event["byline"],
            }
        )
    last = rows[MATRIX_COLUMNS - 1] if len(rows) > MATRIX_COLUMNS else None
    return found, cursor(last["time"], last["article_id"]) if last else None


def _cells(copies: list[Copy]) -> Table:
    return [
        {
            "paragraph": number,
            "article_id": copy["article_id"],
            "source": copy["source"],
            **cell,
        }
        for copy in copies
        for number, cell in enumerate(copy["cells"], 1)
    ]


_QUERY = {
    "q": 'words of titles and texts; "a phrase", -without, begin*',
    "agency": "the agency that the story comes from",
    "publisher": "one of its publishers",
    "language": "ISO 639 code",
    "relation": "a relation that one of its articles has",
    "since": "its last event is of this day or later",
    "until": "its first event is of this day or earlier",
    "least": "least number of copies",
    "credit": "given, cited or missing in one of its copies",
    "original": "seen or unseen",
    "from": "the publisher of its original",
    "withdrawn": "yes or no",
    "sort": "newest, copied or fastest",
    "after": "`next` of the page before",
}
PAGES = (
    Page("/stories", list_stories, "Stories, searched and filtered", _QUERY, ("stories", "facets")),
    Page(
        "/stories/{story_id}",
        show_story,
        "A story: its original, members, links and events",
        {"after": "`next` of the page of members before"},
        ("members", "linked", "events", "families"),
    ),
    Page(
        "/stories/{story_id}/matrix",
        show_matrix,
        "Who kept what: paragraphs of the original in its copies",
        {
            "of": "article id of another reference",
            "withdrawn": "show: the paragraphs of a withdrawn one, too",
            "after": "`next` of the page before",
        },
        ("cells",),
    ),
)
