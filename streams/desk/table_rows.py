"""Rows of the read model as TypedDicts: what `rows` makes, `ingest` writes and `queries` read."""

from collections.abc import Mapping
from typing import Any, Literal, NotRequired, TypedDict, TypeVar, cast

from sqlalchemy import Result

from schemas.enriched_article import MatchRelation, Relation
from schemas.raw_article import Status

Row = TypeVar("Row", bound=Mapping[str, object])


class ArticleRow(TypedDict):
    """Of `article`. `n` is missing until the row is written."""

    n: NotRequired[int]
    article_id: str
    digest: str
    story_id: str | None
    original_id: str | None
    source: str | None
    family: str | None
    title: str | None
    language: str
    time: int
    published: int | None
    embargoed_until: int | None
    status: Status
    relation: Relation
    syndicated: bool | None
    words: int
    provider: str | None
    credited: Literal["provider", "cites", "none"] | None
    matched_id: str | None
    jaccard: float | None
    kept: float | None
    margin: float | None
    reason: str | None


class ShownArticle(TypedDict):
    """What every list of articles shows of one."""

    article_id: str
    source: str | None
    title: str | None
    language: str
    time: int
    status: Status
    relation: Relation
    provider: str | None
    credited: Literal["provider", "cites", "none"] | None
    kept: float | None
    words: int
    embargoed_until: int | None


class VersionRow(TypedDict):
    """Of `version`."""

    article_id: str
    digest: str
    time: int
    body: bytes


class AgencyRow(TypedDict):
    """Of `article_agency`."""

    article_id: str
    name: str
    role: str
    evidence: str


class LinkRow(TypedDict):
    """Of `link`."""

    article_id: str
    other_id: str
    relation: MatchRelation
    jaccard: float
    of_this: float
    of_other: float
    reason: str


class StoryFields(TypedDict):
    """What a row of `story` has from the story's record."""

    story_id: str
    version: int
    headline: str | None
    language: str
    original_id: str | None
    original_source: str | None
    original_status: Status
    original_evidence: str
    unseen_agency: str | None
    articles: int
    copies: int
    first_seen: int
    last_seen: int


class StoryRow(StoryFields):
    """Of `story`: with what the desk counts over the story's articles."""

    agency: str | None
    publishers: int
    families: int
    relations: int
    first_hour: int
    credit_given: int
    credit_cited: int
    credit_missing: int


class EventRow(TypedDict):
    """Of `story_event`."""

    story_id: str
    sequence: int
    type: str
    article_id: str
    source: str | None
    headline: str | None
    relation: Relation
    status: Status
    reason: str
    time: int


class JudgementRow(TypedDict):
    """Of `judgement`."""

    article_id: str
    other_id: str
    reviewer: str
    verdict: str
    answer: str
    relation: str | None
    language: str
    drawn: Literal["random", "near", "asked"]
    time: int


def rows_of(kind: type[Row], found: Result[Any]) -> list[Row]:
    """The rows of a query, as the TypedDict that names its columns."""
    assert set(found.keys()) == set(kind.__annotations__), (kind, found.keys())
    return [cast("Row", dict(row)) for row in found.mappings()]


def row_of(kind: type[Row], found: Result[Any]) -> Row | None:
    """The first row, or None if there is none."""
    return next(iter(rows_of(kind, found)), None)
