"""A verdict as published: the `detection` object of an enriched article."""

from __future__ import annotations

from dataclasses import asdict
from typing import TypedDict

import orjson

from schemas.records import NoveltyRecord
from streams.detection.index.story_table import StoryState
from streams.detection.parameters import Parameters
from streams.detection.sketch.sketches import ALGORITHM

# Memory bounds, not thresholds.
_UNPUBLISHED = frozenset({"capacity", "listed_matches"})
_REASONS_ALONE = (None, "too_short", "standing_text")
_PLACE = "\0"
_NEW: NoveltyRecord = {"hour": 0, "day": 0, "window": 0}


class VerdictWriter:
    """Writes verdicts as JSON, in parts. What is the same in all of them is encoded once."""

    def __init__(self, parameters: Parameters) -> None:
        published = {k: v for k, v in asdict(parameters).items() if k not in _UNPUBLISHED}
        constant = orjson.dumps({"thresholds": published, "algorithm": ALGORITHM})
        self._end = b"," + constant[1:]
        self._alone = {why: self._parts_of_alone(why) for why in _REASONS_ALONE}

    def alone(self, story_id: str, original_id: str, unmatched_reason: str | None) -> bytes:
        """The verdict on most articles, in a third of the time: an original without matches."""
        start, middle, end = self._alone[unmatched_reason]
        return b"".join((start, story_id.encode(), middle, original_id.encode(), end))

    def _parts_of_alone(self, why: str | None) -> list[bytes]:
        """The JSON around the two ids."""
        written = self.verdict(
            story_id=_PLACE, relation="original", original_id=_PLACE, unmatched_reason=why
        )
        return written.split(_PLACE.encode())

    def verdict(
        self,
        *,
        story_id: str | None,
        relation: str,
        original_id: str | None,
        unseen_agency: str | None = None,
        syndicated: bool | None = None,
        credited: str | None = None,
        supersedes: str | None = None,
        unmatched_reason: str | None = None,
        matches: bytes = b"[]",
        story_size: int = 1,
        novelty: NoveltyRecord = _NEW,
    ) -> bytes:
        """The arguments are the fields of `schemas.Detection`; `matches` a JSON array."""
        agency = orjson.dumps(unseen_agency).decode() if unseen_agency else "null"
        start = (
            f'{{"story_id":{_id(story_id)},"relation":"{relation}","original_id":{_id(original_id)},'
            f'"unseen_agency":{agency},"syndicated":{_WORDS[syndicated]},'
            f'"credited":{_id(credited)},'
            f'"supersedes":{_id(supersedes)},"unmatched_reason":{_id(unmatched_reason)},"matches":'
        )
        end = (
            f',"story_size":{story_size},"novelty":{{"hour":{novelty["hour"]},'
            f'"day":{novelty["day"]},"window":{novelty["window"]}}}'
        )
        return b"".join((start.encode(), matches, end.encode(), self._end))


_WORDS = {True: "true", False: "false", None: "null"}


def _id(name: str | None) -> str:
    """Ids and fixed words need no escapes."""
    return "null" if name is None else f'"{name}"'


def enriched(normalised: bytes, detection: bytes) -> bytes:
    """The normalised article's own bytes with the verdict as their last field."""
    return b"".join((normalised[:-1], b',"detection":', detection, b"}"))


class StoryFields(TypedDict):
    """The fields of a verdict that come from its article's story."""

    original_id: str | None
    unseen_agency: str | None
    story_size: int


def story_fields(story: StoryState) -> StoryFields:
    """What a verdict says about its article's story."""
    record = story.record
    return {
        "original_id": record["original_id"],
        "unseen_agency": record["unseen_agency"],
        "story_size": record["articles"],
    }


def is_syndicated(source: str, story: StoryState) -> bool | None:
    """Whether a copy is another publisher's; None if a publisher is unknown."""
    original_source = story.record["original_source"]
    return source != original_source if source and original_source else None
