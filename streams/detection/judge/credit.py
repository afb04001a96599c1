"""Whether a copy credits its story's agency: names it as its source, only cites
it, or neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import orjson

from streams.detection.index.story_table import StoryState
from streams.detection.index.view import View

Credited = Literal["provider", "cites", "none"]


class Credits:
    """How a chunk's articles, with JSON `values`, treat their stories' agencies."""

    def __init__(self, view: View, values: Sequence[bytes]) -> None:
        self._view, self._values = view, values
        self._found: dict[int, tuple[str, str]] = {}

    def of(self, i: int, story: StoryState) -> Credited | None:
        """How a member treats its story's agency; None if no agency is known, and for the
        original itself, in whatever version. An agency that only the original names is known while
        that one is in the window: a story may live on without it.
        """
        serial = self._view.base + i
        row = self._view.row_view(serial)
        if row.article_id == story.record["original_id"]:
            return None
        agency = story.record["unseen_agency"]
        if agency is None and story.original >= 0 and self._view.stands(story.original, serial):
            agency = self._view.row_view(story.original).provider or None
        found = credited(self._values[i], row.provider, agency)
        if found is not None:
            self._found[i] = (str(agency), found)
        return found

    def among(self, places: Sequence[int]) -> list[tuple[str, str]]:
        """(agency, treatment) of those of these articles that owe a credit."""
        return [self._found[i] for i in places if i in self._found]


def credited(normalised: bytes, provider: str, agency: str | None) -> Credited | None:
    """How an article, given as JSON and with the best of its providers, treats an agency; None
    if there is no agency.
    """
    if agency is None:
        return None
    if provider == agency:
        return "provider"
    if orjson.dumps(agency) not in normalised:  # as in most: no need to parse all of it
        return "none"
    roles = {a["role"] for a in orjson.loads(normalised)["agencies"] if a["name"] == agency}
    if "provider" in roles:
        return "provider"
    return "cites" if roles else "none"
