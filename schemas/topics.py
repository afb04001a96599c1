"""The registry of topics: everything that is known of one stands in its entry here.

Topics are created and checked from it, rights and AsyncAPI channels are derived from it, and so
are the stages that workers run and what `echowire tail` follows. A new output topic is an entry
here, its contract, and the code that fills it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Stage(StrEnum):
    """What workers do, in the data's order."""

    NORMALISE = "normalise"
    DETECT = "detect"


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, without the prefix that a cluster's topics may have.

    key: of its records, in words.
    input_of: the stage that consumes it as a member of the workers' group.
    read_by, written_by: the stages that need these rights on it; `input_of` reads it, too.
    contract: in `CONTRACTS`, of its values or else of its headers; None where the topic is the
        service's own.
    event_type: CloudEvents type of its records, without `org.echowire.`; None where they have none.
    cleanup: by which policy Kafka removes old records.
    timestamps: whose time records have, by which Kafka deletes them: the broker's where it is not
        the producer's, since articles may be older than what is kept.
    outlives_window: whether recovery reads it back to the window's start.
    same_partitions_as: the topic whose partition numbers its records keep.
    followed_as: what `echowire tail` calls its records; None where it does not show them.
    """

    name: str
    summary: str
    key: str
    input_of: Stage | None = None
    read_by: tuple[Stage, ...] = ()
    written_by: tuple[Stage, ...] = ()
    contract: str | None = None
    event_type: str | None = None
    cleanup: Literal["delete", "compact"] = "delete"
    timestamps: Literal["LogAppendTime", "CreateTime"] = "LogAppendTime"
    outlives_window: bool = False
    same_partitions_as: str | None = None
    followed_as: str | None = None

    @property
    def readers(self) -> tuple[Stage, ...]:
        """The stages that read it."""
        return self.read_by if self.input_of is None else (self.input_of, *self.read_by)


RAW = "articles.raw"
NORMALISED = "articles.normalised"
ENRICHED = "articles.enriched"
STORIES = "stories"
STORY_EVENTS = "story-events"
SEGMENTS = "detection.segments"
DEAD_LETTERS = "articles.raw-dlt"

TOPICS = (
    Topic(
        RAW,
        "Raw article events, from anyone who has articles.",
        key="The producer's own; the publisher is a good one.",
        input_of=Stage.NORMALISE,
        contract="raw_article",
        timestamps="CreateTime",
    ),
    Topic(
        NORMALISED,
        "Clean articles before any verdict. Articles of the source `canary.echowire.invalid` are"
        " the service's own checks.",
        key="Article id.",
        input_of=Stage.DETECT,
        written_by=(Stage.NORMALISE,),
        contract="normalised_article",
        event_type="article.normalised.v1",
        outlives_window=True,
    ),
    Topic(
        ENRICHED,
        "One event per article: the normalised article with its verdict.",
        key="Article id.",
        written_by=(Stage.DETECT,),
        contract="enriched_article",
        event_type="article.enriched.v1",
        followed_as="articles",
    ),
    Topic(
        STORIES,
        "The last state of every story of two articles or more.",
        key="Story id.",
        written_by=(Stage.DETECT,),
        contract="story",
        event_type="story.v1",
        cleanup="compact",
        followed_as="stories",
    ),
    Topic(
        STORY_EVENTS,
        "What changed in stories, in order. Folded they give `stories`.",
        key="Story id.",
        written_by=(Stage.DETECT,),
        contract="story_event",
        event_type="story.event.v1",
        followed_as="events",
    ),
    Topic(
        SEGMENTS,
        "What each chunk changed in a shard, from which a shard recovers.",
        key="None.",
        read_by=(Stage.DETECT,),
        written_by=(Stage.DETECT,),
        outlives_window=True,
        same_partitions_as=NORMALISED,
    ),
    Topic(
        DEAD_LETTERS,
        "Raw events that could not become articles: their own bytes, the reason in headers.",
        key="The original's.",
        written_by=(Stage.NORMALISE, Stage.DETECT),
        contract="dead_letter_headers",
        followed_as="dead-letters",
    ),
)
TOPIC = {topic.name: topic for topic in TOPICS}
STAGES = tuple(stage.value for stage in Stage)
INPUT = {topic.input_of: topic for topic in TOPICS if topic.input_of is not None}
# Of all `event_type`s on the wire; entries above leave it out.
EVENT_TYPE_PREFIX = "org.echowire."
