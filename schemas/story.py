"""Story and StoryEvent: one record per group of copies, and what changed it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.enriched_article import Relation
from schemas.normalised_article import Contract, Id, Language, Time
from schemas.raw_article import Status


class Publisher(Contract):
    """A publisher's share of a story."""

    source: str
    articles: int = Field(ge=1)


class Story(Contract):
    """A group of copies, from its second article on. Its state after event number `version`."""

    story_id: Id
    version: int = Field(ge=1, description="The last event's `sequence`.")
    headline: str | None = Field(description="Title of the original, at most 120 bytes.")
    language: Language
    original_id: Id
    original_source: str | None
    original_status: Status
    articles: int = Field(ge=2, description="Articles that joined, the original included.")
    copies: int = Field(ge=0, description="Articles that joined as copies.")
    publishers: list[Publisher] = Field(max_length=100, description="The first 100 to publish it.")
    other_publishers_articles: int = Field(ge=0, description="Articles by publishers not listed.")
    first_seen: Time
    last_seen: Time = Field(description="Time of the last event.")


class StoryEvent(Contract):
    """One change of one story. Folding a story's events in order gives its record."""

    story_id: Id
    sequence: int = Field(ge=1, description="Counts this story's events without a gap.")
    type: Literal["started", "joined", "corrected", "withdrawn"]
    article_id: Id
    content_digest: Id
    source: str | None
    language: Language
    headline: str | None = Field(description="Title of this article, at most 120 bytes.")
    relation: Relation
    status: Status
    time: Time = Field(description="The article's record time.")
    reason: str
