"""A chunk and a shard's state -> verdicts, and the segment that carries them into the state.

Pure: the state is only read. Verdicts are as if the articles had come one at a time, so they do
not depend on where the log was cut into chunks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from streams.detection.candidates import Scored, View
from streams.detection.chunk import Arrivals, Chunk, arrivals_of
from streams.detection.compared import Compared
from streams.detection.entry import hex_ids
from streams.detection.relations import Match, holds_whole, reason
from streams.detection.segment import MATCHABLE, NO_SERIAL, WITHDRAWN, Segment
from streams.detection.state import ShardState, StoryState
from streams.detection.story_log import CORRECTED, WITHDREW, Published, StoryLog
from streams.detection.verdict import VerdictWriter, enriched


@dataclass(frozen=True, slots=True)
class Decision:
    """All outputs of one chunk, in order: v verdicts as parallel lists, and what changed."""

    segment: Segment
    redeliveries: int
    places: list[int]  # (v,) in the chunk
    article_ids: list[str]  # (v,)
    digests: list[str]  # (v,)
    enriched: list[bytes]  # (v,) JSON
    relations: list[str]  # (v,)
    events: list[Published]
    stories: list[Published]  # the last state of each that changed
    matches: Counter[str]  # published matches by their relation
    compared: Compared


def decide(state: ShardState, chunk: Chunk, writer: VerdictWriter) -> Decision:
    """The verdicts on a chunk. Apply the decision's segment before deciding the next one."""
    arrivals = arrivals_of(state, chunk)
    judge = _Judge(View(state, arrivals), writer)
    verdicts = judge.verdicts(arrivals)
    segment = Segment(
        chunk.offsets[0],
        chunk.offsets[-1],
        arrivals.base,
        arrivals.clock,
        arrivals.latest,
        arrivals.rows,
        [story.fields() for story in judge.log.touched.values()],
    )
    decision = Decision(
        segment, arrivals.redeliveries, [], [], [], [], [], judge.log.events, judge.log.records(),
        judge.matches, judge.compared,
    )  # fmt: skip
    ids = hex_ids(arrivals.rows["article_id"]), hex_ids(arrivals.rows["digest"])
    for place, article_id, digest, (relation, verdict) in zip(
        arrivals.places, *ids, verdicts, strict=True
    ):
        if not chunk.notices[place]:
            decision.places.append(place)
            decision.article_ids.append(article_id)
            decision.digests.append(digest)
            decision.relations.append(relation)
            decision.enriched.append(enriched(chunk.values[place], verdict))
    return decision


class _Judge:
    """Takes a chunk's articles in order; what was decided on earlier ones counts."""

    def __init__(self, view: View, writer: VerdictWriter) -> None:
        self._view, self._writer = view, writer
        self.log = StoryLog(view)
        self.matches: Counter[str] = Counter()
        self.compared = view.compared

    def verdicts(self, arrivals: Arrivals) -> list[tuple[str, bytes]]:
        """(relation, `detection` as JSON) of every arrival; fills in the rows' stories."""
        rows = arrivals.rows
        # A new story is named after its first text and its time: a text that comes again after
        # the window begins another story, with another name.
        rows["story_id"][:, :8] = rows["article_id"][:, :8]
        rows["story_id"][:, 8:] = rows["digest"][:, :8] ^ _bytes_of(rows["time"])
        scored = self._view.scored()
        verdicts: list[tuple[str, bytes]] = []
        flags, previous = rows["flags"].tolist(), rows["previous"].tolist()
        article_ids, story_ids = hex_ids(rows["article_id"]), hex_ids(rows["story_id"])
        for i, article_id in enumerate(article_ids):
            if flags[i] & WITHDRAWN:
                verdicts.append(self._withdrawn(i, previous[i]))
            elif previous[i] != NO_SERIAL:
                verdicts.append(self._revision(i, previous[i], scored.get(i, {})))
            elif i in scored:
                verdicts.append(self._compared(i, article_id, scored[i]))
            else:
                why = None if flags[i] & MATCHABLE else "too_short"
                verdict = self._writer.original(article_id, story_ids[i], why)
                verdicts.append(("original", verdict))
        return verdicts

    def _compared(self, i: int, article_id: str, candidates: Scored) -> tuple[str, bytes]:
        matches = self._ranked(i, candidates)
        members = [m for m in matches if m.member]
        row, serial = self._view.rows[i], self._view.base + i
        if not members:
            relation = "original"
        elif self._holds_several_stories(members):
            relation = "compilation"
        else:
            relation = members[0].relation
        listed = self._listed(i, matches, relation)
        story = None
        if relation not in ("original", "compilation"):
            best = members[0].serial
            row["story_id"] = self._view.row(best)["story_id"]
            story = self.log.joined(serial, relation, best, listed[0]["reason"])
        return relation, self._writer.related(
            story_id=row["story_id"].tobytes().hex(),
            relation=relation,
            original_id=story.record["original_id"] if story else article_id,
            syndicated=_syndicated(row, story) if story else None,
            supersedes=None,
            unmatched_reason=None,
            matches=listed,
            story_size=story.record["articles"] if story else 1,
        )

    def _revision(self, i: int, before: int, candidates: Scored) -> tuple[str, bytes]:
        row, earlier = self._view.rows[i], self._view.row(before)
        row["story_id"] = earlier["story_id"]
        matches = self._ranked(i, candidates)
        story = self.log.changed(self._view.base + i, *CORRECTED)
        return "revision", self._writer.related(
            story_id=row["story_id"].tobytes().hex(),
            relation="revision",
            original_id=story.record["original_id"] if story else row["article_id"].tobytes().hex(),
            syndicated=None,
            supersedes=earlier["digest"].tobytes().hex(),
            unmatched_reason=None if row["flags"] & MATCHABLE else "too_short",
            matches=self._listed(i, matches, "revision"),
            story_size=story.record["articles"] if story else 1,
        )

    def _withdrawn(self, i: int, before: int) -> tuple[str, bytes]:
        """A kill, or an article whose kill came before it."""
        row, story, known = self._view.rows[i], None, before != NO_SERIAL
        supersedes = original_id = None
        if known:
            original_id = row["article_id"].tobytes().hex()
            earlier = self._view.row(before)
            row["story_id"] = earlier["story_id"]
            supersedes = earlier["digest"].tobytes().hex()
            story = self.log.story(row["story_id"].tobytes(), self._view.base + i)
            if not earlier["flags"] & WITHDRAWN:
                story = self.log.changed(self._view.base + i, *WITHDREW)
        return "withdrawn", self._writer.related(
            story_id=row["story_id"].tobytes().hex() if known else None,
            relation="withdrawn",
            original_id=story.record["original_id"] if story else original_id,
            syndicated=None,
            supersedes=supersedes,
            unmatched_reason="canceled",
            matches=[],
            story_size=story.record["articles"] if story else int(known),
        )

    def _ranked(self, i: int, candidates: Scored) -> list[Match]:
        """The candidates that match, best first.

        The original of a candidate's story is a candidate too: a copy of a cut copy may share
        little with the cut one and all with what it was cut from.
        """
        names = {self._view.row(serial)["story_id"].tobytes() for serial in candidates}
        stories = [self.log.story(name, self._view.base + i) for name in names]
        originals = {story.original for story in stories if story}
        if missing := originals - candidates.keys():
            self._view.add(i, missing, candidates)
        return sorted((m for m in candidates.values() if m), key=lambda m: m.rank, reverse=True)

    def _holds_several_stories(self, members: list[Match]) -> bool:
        """Whether this is a page that joins no story. Of a page of two equal halves J = .5 alone
        says that it is a copy of both; it would glue their stories together."""
        best, parameters = members[0], self._view.state.parameters
        held = [m for m in members if m.relation == best.relation and holds_whole(m, parameters)]
        stories = {self._view.row(match.serial)["story_id"].tobytes() for match in held}
        return best in held and len(stories) > 1

    def _listed(self, i: int, matches: list[Match], relation: str) -> list[dict[str, Any]]:
        """Matches as published: each article once, so many at most, the best first."""
        parameters = self._view.state.parameters
        words = int(self._view.rows[i]["words"])
        listed: dict[bytes, dict[str, Any]] = {}
        for match in matches:
            other = self._view.row(match.serial)
            article_id = other["article_id"].tobytes()
            if article_id in listed:
                continue
            kind = match.relation
            if relation == "compilation" and holds_whole(match, parameters):
                kind = "compilation"
            source, title = other["source"].decode(), other["headline"].decode()
            name = f"“{title}”" if title else "an untitled article"
            listed[article_id] = {
                "article_id": article_id.hex(),
                "source": source or None,
                "relation": kind,
                "jaccard": round(match.jaccard, 4),
                "containment": {
                    "of_this": round(match.of_this, 4),
                    "of_other": round(match.of_other, 4),
                },
                "shared_keys": match.shared_keys,
                "member": match.member,
                "reason": reason(
                    match, f"{name} ({source})" if source else name, words, int(other["words"])
                ),
            }
            if len(listed) == parameters.listed_matches:
                break
        self.matches.update(published["relation"] for published in listed.values())
        return list(listed.values())


def _bytes_of(times: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """(n,) -> (n, 8)."""
    return np.ascontiguousarray(times).view(np.uint8).reshape(-1, 8)


def _syndicated(row: np.void, story: StoryState) -> bool | None:
    """Whether a copy is another publisher's; None where a publisher is unknown."""
    source, original_source = row["source"].decode(), story.record["original_source"]
    return source != original_source if source and original_source else None
