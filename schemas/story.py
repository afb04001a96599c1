"""Story and StoryEvent: one record per group of copies, and what changed it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.enriched_article import ChangedFact, Novelty, Relation
from schemas.normalised_article import Contract, Id, Language, Time
from schemas.raw_article import Status


class Publisher(Contract):
    """A publisher's share of a story."""

    source: str
    articles: int = Field(ge=1)


class Named(Contract):
    """How many of a story's articles credit an agency, or are in a language."""

    name: str
    articles: int = Field(ge=1)


Change = Literal[
    "started", "joined", "left", "original_changed", "corrected", "withdrawn", "merged"
]
Evidence = Literal["agency", "link", "published_at", "arrival", "none"]


class Original(Contract):
    """What an event says of the story's original, where that changes. Absent: unchanged."""

    original_id: Id | None = None
    original_source: str | None = None
    original_status: Status | None = None
    original_evidence: Evidence | None = None
    unseen_agency: str | None
    headline: str | None = None


class Counted(Contract):
    """What an article counts for in its story's record."""

    source: str | None
    agency: str | None
    language: Language


class Story(Contract):
    """A group of copies, from its second article on. Its state after event number `version`."""

    story_id: Id
    version: int = Field(ge=1, description="The last event's `sequence`.")
    headline: str | None = Field(description="Title of the original, at most 120 bytes.")
    language: Language
    original_id: Id | None = Field(description="Null while every article is held back.")
    original_source: str | None
    original_status: Status
    original_evidence: Evidence = Field(
        description="`agency`: its own publication. `link`: copies name it. `published_at`,"
        " `arrival`: it was first. `none`: no article may be published yet."
    )
    unseen_agency: str | None = Field(
        description="The agency that most of the articles credit, if its own has not been seen."
    )
    articles: int = Field(
        ge=1,
        description="Articles of the story, the original included: without those that left it, and"
        " without withdrawn ones, unless the original is one.",
    )
    copies: int = Field(
        ge=0,
        description="How many of these are copies of another: those with the same text, less one.",
    )
    publishers: list[Publisher] = Field(max_length=100, description="The first 100 to publish it.")
    families: int | None = Field(
        default=None,
        ge=0,
        description="How many owners the publishers listed have: sites of one chain count once.",
    )
    other_publishers_articles: int = Field(ge=0, description="Articles by publishers not listed.")
    agencies: list[Named] = Field(max_length=20, description="Agencies that provided the text.")
    languages: list[Named] = Field(max_length=20)
    recent: Novelty = Field(description="Articles up to `last_seen`.")
    first_seen: Time
    last_seen: Time = Field(description="Time of the last event.")
    replaced_by: Id | None = Field(
        default=None,
        description="The story that this one was merged into, which may have been merged, too."
        " Nothing comes to this one any more.",
    )


class Absorbed(Contract):
    """What a story that was merged into another brought there: as its record had it."""

    story_id: Id
    articles: int = Field(ge=1)
    copies: int = Field(ge=0)
    publishers: list[Publisher] = Field(max_length=100)
    other_publishers_articles: int = Field(ge=0)
    agencies: list[Named] = Field(max_length=20)
    languages: list[Named] = Field(max_length=20)
    first_seen: Time


class StoryEvent(Contract):
    """One change of one story. Folding a story's events in order gives its record."""

    story_id: Id
    sequence: int = Field(ge=1, description="Counts this story's events without a gap.")
    type: Change = Field(
        description="`merged`: two stories became one, when an article that is a copy of articles"
        " of both came. One event for each: `replaced_by` names the story that goes on,"
        " `absorbed` says what that one took in."
    )
    article_id: Id
    content_digest: Id
    source: str | None
    language: Language
    headline: str | None = Field(description="Title of this article, at most 120 bytes.")
    relation: Relation = Field(
        description="Of an article that joins: as what. Of one that leaves: `original` or `copy`"
        " where it was that, else why it does."
    )
    status: Status
    agency: str | None = Field(description="The agency that this article's text comes from.")
    recent: Novelty = Field(description="The story's articles so far.")
    original: Original | None = Field(description="The story's original, where it changes.")
    replaces: Counted | None = Field(
        default=None, description="What a corrected article counted for, where that changes."
    )
    copies: list[Id] = Field(
        max_length=1000, description="Of a withdrawn article: the story's articles that have it."
    )
    changed: list[ChangedFact] = Field(
        default=[],
        max_length=5,
        description="Of a corrected article: numbers that are others than in its version before.",
    )
    replaced_by: Id | None = Field(default=None, description="Of a merged story that ends.")
    absorbed: Absorbed | None = Field(default=None, description="Of a merged story that goes on.")
    time: Time = Field(description="Record time of the article that brought the event about.")
    reason: str
