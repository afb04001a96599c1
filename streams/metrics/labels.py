"""The values that labels may take. Closed lists: never a story, an address or a publisher.

A series lasts forever: a label with a value per publisher would create thousands of them.
"""

from __future__ import annotations

from typing import get_args

from schemas import Reason, StoryEvent
from schemas.enriched_article import MatchRelation, Relation
from schemas.topics import TOPICS
from streams.articles.agencies import agencies

OTHER = "other"

REASONS = tuple(reason.value for reason in Reason)
RELATIONS: tuple[str, ...] = get_args(Relation)
MATCH_RELATIONS: tuple[str, ...] = get_args(MatchRelation)
EVENT_TYPES: tuple[str, ...] = get_args(StoryEvent.model_fields["type"].annotation)

# The languages of common feeds; `und` is text whose language could not be determined.
LANGUAGES = (
    "ar", "cs", "de", "el", "en", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru",
    "sv", "tr", "uk", "zh", "und", OTHER,
)  # fmt: skip
# Those with `measured = true` in `streams/articles/data/agencies.toml`.
AGENCIES = (*(agency.name for agency in agencies().values() if agency.measured), OTHER)
# Fields that normalising may drop from an article that it accepts.
DROPPABLE = (
    "url", "canonical_url", "published_at", "fetched_at", "embargoed_until", "surrogates",
    "control_characters", "published_in_future", "echowire-time",
    "record-time", OTHER,
)  # fmt: skip
CREDITED = ("provider", "cites", "none")
OUTCOMES = ("accepted", "rejected")
CANARY_OUTCOMES = ("right", "wrong")
# Topics needed for recovery, whose records must therefore outlive the window.
WINDOW_TOPICS = tuple(topic.name for topic in TOPICS if topic.outlives_window)
