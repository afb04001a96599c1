"""The contracts between echowire, its producers and its consumers."""

from pydantic import BaseModel

from schemas.dead_letter import DeadLetterHeaders, Reason
from schemas.enriched_article import Detection, EnrichedArticle, Match
from schemas.normalised_article import NormalisedArticle
from schemas.raw_article import RAW_FIELDS, RawArticle
from schemas.story import Story, StoryEvent

CONTRACTS: dict[str, type[BaseModel]] = {
    "raw_article": RawArticle,
    "normalised_article": NormalisedArticle,
    "enriched_article": EnrichedArticle,
    "story": Story,
    "story_event": StoryEvent,
    "dead_letter_headers": DeadLetterHeaders,
}

__all__ = [
    "CONTRACTS",
    "RAW_FIELDS",
    "DeadLetterHeaders",
    "Detection",
    "EnrichedArticle",
    "Match",
    "NormalisedArticle",
    "RawArticle",
    "Reason",
    "Story",
    "StoryEvent",
]
