"""A verdict as it is published: the `detection` object of an enriched article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import orjson

from streams.detection.parameters import Parameters
from streams.detection.sketch import ALGORITHM


class VerdictWriter:
    """Writes verdicts as JSON. What is the same in all of them is encoded once."""

    def __init__(self, parameters: Parameters) -> None:
        published = {k: v for k, v in asdict(parameters).items() if k not in _UNPUBLISHED}
        constant = orjson.dumps({"thresholds": published, "algorithm": ALGORITHM})
        self._end = b"," + constant[1:]

    def original(self, article_id: str, story_id: str, unmatched_reason: str | None) -> bytes:
        """The verdict on an article that nothing in the window resembles: most of them."""
        why = f'"{unmatched_reason}"' if unmatched_reason else "null"
        return (
            f'{{"story_id":"{story_id}","relation":"original","original_id":"{article_id}",'
            f'"syndicated":null,"supersedes":null,"unmatched_reason":{why},'
            '"matches":[],"story_size":1'
        ).encode() + self._end

    def related(
        self,
        *,
        story_id: str | None,
        relation: str,
        original_id: str | None,
        syndicated: bool | None,
        supersedes: str | None,
        unmatched_reason: str | None,
        matches: Sequence[dict[str, Any]],
        story_size: int,
    ) -> bytes:
        """Any other verdict; the arguments are the fields of `schemas.Detection`."""
        fields = {
            "story_id": story_id,
            "relation": relation,
            "original_id": original_id,
            "syndicated": syndicated,
            "supersedes": supersedes,
            "unmatched_reason": unmatched_reason,
            "matches": matches,
            "story_size": story_size,
        }
        return orjson.dumps(fields)[:-1] + self._end


# Memory bounds, not thresholds.
_UNPUBLISHED = frozenset({"capacity", "listed_matches"})


def enriched(normalised: bytes, detection: bytes) -> bytes:
    """The normalised article's own bytes with the verdict as their last field."""
    return normalised[:-1] + b',"detection":' + detection + b"}"
