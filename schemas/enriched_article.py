"""EnrichedArticle: the normalised article and its verdict, on `articles.enriched`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.normalised_article import Contract, Id, NormalisedArticle

Share = Annotated[float, Field(ge=0, le=1)]
Relation = Literal[
    "original", "copy", "excerpt", "expansion", "compilation", "revision", "withdrawn"
]
MatchRelation = Literal["copy", "excerpt", "expansion", "compilation", "revision", "template"]


class Containment(Contract):
    """How much of one text stands in the other, estimated from shared word 5-grams."""

    of_this: Share = Field(description="Share of this article that stands in the other.")
    of_other: Share = Field(description="Share of the other article that stands in this one.")


class Match(Contract):
    """An earlier article of the window that this one resembles."""

    article_id: Id
    source: str | None
    relation: MatchRelation = Field(description="What this article is to the other.")
    jaccard: Share = Field(description="Estimated Jaccard similarity of the word 3-gram sets.")
    containment: Containment
    shared_keys: int = Field(ge=0, description="Sampled word 5-grams that both texts have.")
    member: bool = Field(description="Whether the match is strong enough to share a story.")
    reason: str = Field(description="The match in one sentence.")


class Thresholds(Contract):
    """What had to be reached when this verdict was made."""

    copy_jaccard: Share
    member_containment: Share
    link_containment: Share
    link_shared_keys: int
    minimum_words: int
    window_seconds: int


class Detection(Contract):
    """The verdict on one article."""

    story_id: Id | None = Field(description="Null only where nothing is known of a withdrawn item.")
    relation: Relation
    original_id: Id | None = Field(description="The story's original as far as known now.")
    syndicated: bool | None = Field(
        description="A copy of another publisher's article; null where a publisher is unknown."
    )
    supersedes: Id | None = Field(
        description="`content_digest` of this item's earlier version that this one replaces."
    )
    unmatched_reason: Literal["too_short", "canceled"] | None = Field(
        description="Why the text was not compared, if it was not."
    )
    matches: list[Match] = Field(description="Best first.")
    story_size: int = Field(ge=0, description="Articles of the story so far, this one included.")
    thresholds: Thresholds
    algorithm: str = Field(description="Version and parameters that sketches depend on.")


class EnrichedArticle(NormalisedArticle):
    """One article with its verdict."""

    detection: Detection
