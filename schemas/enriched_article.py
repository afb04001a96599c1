"""EnrichedArticle: the normalised article and its verdict, on `articles.enriched`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.normalised_article import Contract, Id, NormalisedArticle

Share = Annotated[float, Field(ge=0, le=1)]
Relation = Literal[
    "original", "copy", "excerpt", "expansion", "compilation", "revision", "withdrawn"
]
MatchRelation = Literal[
    "copy", "excerpt", "expansion", "compilation", "revision", "template", "similar"
]


class Containment(Contract):
    """How much of one text is in the other, estimated from shared word 5-grams."""

    of_this: Share = Field(description="Share of this article that is in the other.")
    of_other: Share = Field(description="Share of the other article that is in this one.")


class ChangedFact(Contract):
    """A number that differs from an earlier text."""

    before: str = Field(max_length=80, description="The two words before it, in the new text.")
    old: str = Field(max_length=60, description="The earlier value, written like the new one.")
    new: str = Field(max_length=40)


class Facts(Contract):
    """Numbers and names in the same places of both texts, of those in the sketch."""

    same: int = Field(ge=0)
    different: int = Field(ge=0)
    changed: list[ChangedFact] = Field(
        default=[],
        max_length=5,
        description="Of a copy, excerpt, expansion or revision: which numbers differ, in the"
        " order of this text. A sketch keeps ten numbers of a text; those are compared.",
    )


class Novelty(Contract):
    """Articles of a story that came before."""

    hour: int = Field(ge=0, description="In the last hour, to the minute.")
    day: int = Field(ge=0, description="In the last 24 hours, to the hour.")
    window: int = Field(ge=0, description="In the window, to the hour.")


class Match(Contract):
    """An earlier article of the window that this one resembles."""

    article_id: Id
    source: str | None
    relation: MatchRelation = Field(
        description="What this article is to the other. `template`: the same wording with other"
        " facts. `similar`: weaker than all of these, listed down to the floor."
    )
    jaccard: Share = Field(description="Estimated Jaccard similarity of the word 3-gram sets.")
    containment: Containment
    shared_keys: int = Field(ge=0, description="Sampled word 5-grams that both texts have.")
    facts: Facts
    member: bool = Field(description="Whether the match is strong enough to share a story.")
    reason: str = Field(description="The match in one sentence.")


class Thresholds(Contract):
    """The thresholds in force when this verdict was made."""

    copy_overlap: Share = Field(description="Of the longer text: a copy.")
    member_containment: Share = Field(description="Of the shorter text: excerpt, expansion.")
    member_share: Share = Field(description="Of the longer text, for these to join a story.")
    member_words: int = Field(description="Common words, for these to join a story.")
    link_shared_keys: int = Field(description="With fewer shared keys, containments mean nothing.")
    template_share: Share = Field(description="Of the compared facts that differ: a template.")
    template_facts: int = Field(description="Least number of facts that must differ.")
    template_kept: Share = Field(description="Least share of the kept facts that must differ.")
    template_overlap: Share = Field(description="Of the longer text, for weaker matches.")
    equal_jaccard: Share | None = Field(
        default=None, description="From this Jaccard similarity on, texts are nearly equal."
    )
    equal_facts: int | None = Field(
        default=None, description="Facts that must differ for nearly equal texts to be a template."
    )
    frame_share: Share | None = Field(
        default=None,
        description="In languages where capitals do not mark names: the largest share of the"
        " differences that a template may have in function words.",
    )
    frame_grams: int | None = Field(
        default=None, description="Word 3-grams that must differ for that."
    )
    part_share: Share = Field(description="Of the page, for a story to be a part of it.")
    floor_jaccard: Share = Field(description="Matches are listed from this Jaccard similarity on,")
    floor_containment: Share = Field(description="or from this containment on.")
    minimum_words: int
    window_seconds: int


class Detection(Contract):
    """The verdict on one article."""

    story_id: Id | None = Field(description="Null only if a withdrawn item was never seen before.")
    relation: Relation
    original_id: Id | None = Field(
        description="The story's original as far as known now; null while no article may be it."
    )
    unseen_agency: str | None = Field(
        description="The agency that the story's articles credit, if its own has not been seen."
    )
    syndicated: bool | None = Field(
        description="A copy of another publisher's article; null where a publisher is unknown."
    )
    credited: Literal["provider", "cites", "none"] | None = Field(
        default=None,
        description="Whether a member of a story names the story's agency as where its text comes"
        " from, only cites it, or neither. Null for the original, and where no agency is known: one"
        " that only the original names is, while that is in the window.",
    )
    supersedes: Id | None = Field(
        description="`content_digest` of this item's earlier version that this one replaces."
    )
    unmatched_reason: Literal["too_short", "canceled", "standing_text"] | None = Field(
        description="Why the text was not compared, or why its comparison means nothing:"
        " `standing_text` appears on a publisher's pages whatever their story."
    )
    matches: list[Match] = Field(description="Best first.")
    story_size: int = Field(ge=0, description="Articles of the story so far, this one included.")
    novelty: Novelty
    thresholds: Thresholds
    algorithm: str = Field(description="Version and parameters that sketches depend on.")


class EnrichedArticle(NormalisedArticle):
    """One article with its verdict."""

    detection: Detection
