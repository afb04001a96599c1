"""A chunk and a shard's state -> verdicts, and the segment that updates the state.

Pure: the state is only read. Verdicts are as if the articles had arrived one at a time, so they do
not depend on where the log was cut into chunks.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import partial

from schemas.records import NoveltyRecord
from streams.detection.evidence import Evidence
from streams.detection.index.arrivals import Arrivals, ArticleColumns, arrivals_of
from streams.detection.index.segment import (
    COMPILATION,
    MATCHABLE,
    NO_SERIAL,
    PARTIAL,
    WITHDRAWN,
    Segment,
)
from streams.detection.index.state import ShardState
from streams.detection.index.story_table import StoryState
from streams.detection.index.view import View
from streams.detection.judge.best_to_join import best_to_join
from streams.detection.judge.changed_facts import Numbers
from streams.detection.judge.compilations import parts_of
from streams.detection.judge.credit import Credits
from streams.detection.judge.match_json import matches_json
from streams.detection.judge.match_stats import MatchStats
from streams.detection.judge.matcher import Matcher
from streams.detection.judge.relations import COPY, EXCERPT, EXPANSION, RELATIONS, Match
from streams.detection.judge.story_links import linked
from streams.detection.sketch.entry import hex_ids
from streams.detection.stories.records import Published
from streams.detection.stories.story_ids import story_ids_of
from streams.detection.stories.story_log import MOST_COPIES, StoryLog
from streams.detection.verdict import VerdictWriter, enriched, is_syndicated, story_fields


@dataclass(frozen=True, slots=True)
class Decision:
    """All outputs of one chunk, in order: v verdicts as parallel lists, and what changed."""

    segment: Segment
    redeliveries: int  # unpublished ones, including the outdated
    outdated: int
    places: list[int]  # (v,) in the chunk
    article_ids: list[str]  # (v,)
    digests: list[str]  # (v,)
    enriched: list[bytes]  # (v,) JSON
    relations: list[str]  # (v,)
    events: list[Published]
    stories: list[Published]  # the last state of each that changed
    match_stats: MatchStats
    credits: list[tuple[str, str]]  # agency, and whether a member credits it


def decide(state: ShardState, chunk: ArticleColumns, writer: VerdictWriter) -> Decision:
    """The verdicts on a chunk. Apply the decision's segment before deciding the next one."""
    arrivals = arrivals_of(state, chunk)
    judge = _Judge(View(state, arrivals), writer, [chunk.values[p] for p in arrivals.places])
    verdicts = judge.verdicts(arrivals)
    stories = judge.log.records()
    segment = Segment(
        chunk.offsets[0],
        chunk.offsets[-1],
        arrivals.base,
        arrivals.clock,
        arrivals.latest,
        arrivals.rows,
        judge.log.stored(stories),
    )
    places, ids = arrivals.places, judge.article_ids
    digests = hex_ids(arrivals.rows["digest"])
    ours = [i for i, place in enumerate(places) if not chunk.notices[place]]
    return Decision(
        segment=segment,
        redeliveries=arrivals.redeliveries,
        outdated=arrivals.outdated,
        places=[places[i] for i in ours],
        article_ids=[ids[i] for i in ours],
        digests=[digests[i] for i in ours],
        enriched=[enriched(chunk.values[places[i]], verdicts[i][1]) for i in ours],
        relations=[verdicts[i][0] for i in ours],
        events=judge.log.events,
        stories=stories,
        match_stats=judge.match_stats,
        credits=judge.credits.among(ours),
    )


class _Judge:
    """Takes a chunk's articles in order; decisions on earlier ones count."""

    def __init__(self, view: View, writer: VerdictWriter, values: list[bytes]) -> None:
        self._view, self._writer, self._values = view, writer, values
        self._most = view.state.parameters.listed_matches
        self._words: list[int] = []
        self.article_ids: list[str] = []
        self.log = StoryLog(view)
        self.credits = Credits(view, values)
        self._matcher = Matcher(view)
        self._numbers = Numbers(view, values)
        self._evidence = Evidence(view, self._matcher, self.log, self._numbers)

    @property
    def match_stats(self) -> MatchStats:
        """What was compared to reach the verdicts."""
        return self._matcher.stats

    def verdicts(self, arrivals: Arrivals) -> list[tuple[str, bytes]]:
        """(relation, `detection` as JSON) of every arrival; fills in the rows' stories."""
        rows = arrivals.rows
        rows["story_id"] = story_ids_of(self._view.state, arrivals)
        found = self._matcher.matches()
        self._evidence.expect(found)
        verdicts: list[tuple[str, bytes]] = []
        flags, previous = rows["flags"].tolist(), rows["previous"].tolist()
        self._words = rows["words"].tolist()
        self.article_ids, story_ids = hex_ids(rows["article_id"]), hex_ids(rows["story_id"])
        for i, article_id in enumerate(self.article_ids):
            if flags[i] & WITHDRAWN:
                verdicts.append(self._withdrawn(i, article_id, previous[i]))
            elif previous[i] != NO_SERIAL:
                verdicts.append(self._revision(i, article_id, previous[i], found.get(i, [])))
            elif i in found:
                verdicts.append(self._compared(i, article_id, story_ids[i], found[i]))
            else:
                why = None if flags[i] & MATCHABLE else "too_short"
                verdicts.append(("original", self._writer.alone(story_ids[i], article_id, why)))
        self._view.settle()
        return verdicts

    def _compared(
        self, i: int, article_id: str, story_id: str, candidates: list[Match]
    ) -> tuple[str, bytes]:
        view, serial = self._view, self._view.base + i
        if self._evidence.stands(i, candidates):
            return "original", self._writer.alone(story_id, article_id, "standing_text")
        matches = self._evidence.of(i, candidates)
        if parts := parts_of(i, matches, view):
            view.mark(i, COMPILATION)
            json, _ = self._written(i, matches, parts)
            return "compilation", self._writer.verdict(
                story_id=story_id, relation="compilation", original_id=article_id, matches=json
            )
        relation = next((m.relation for m in matches if m.relation in _NAMED), None)
        best = best_to_join(matches, view)
        if best is not None and best is not matches[0]:  # its reason is the verdict's
            matches = [best, *(m for m in matches if m is not best)]
        json, reason = self._written(i, matches)
        if best is None:
            named = RELATIONS[relation] if relation is not None and relation != COPY else "original"
            return named, self._writer.verdict(
                story_id=story_id, relation=named, original_id=article_id, matches=json
            )
        named = RELATIONS[best.relation]
        story, joined, lately = self._joined(i, best, reason, matches)
        return named, self._writer.verdict(
            story_id=story,
            relation=named,
            credited=self.credits.of(i, joined),
            syndicated=is_syndicated(view.row_view(serial).source, joined),
            matches=json,
            novelty=lately,
            **story_fields(joined),
        )

    def _written(
        self, i: int, matches: list[Match], parts: Collection[int] = ()
    ) -> tuple[bytes, str]:
        """The matches as JSON, and the reason of the best one."""
        changed_since = partial(self._numbers.changed_since, i)
        return matches_json(self._words[i], matches, self._view, self._most, parts, changed_since)

    def _joined(
        self, i: int, best: Match, reason: str, matches: list[Match]
    ) -> tuple[str, StoryState, NoveltyRecord]:
        """An article joins its best match's story, which absorbs other stories that it is a copy
        of; -> the story's id, the story, its recent articles."""
        for other in linked(self._view.base + i, best, matches, self._view, self._matcher):
            self.log.merge(self._view.base + i, best.serial, other)
        if best.relation != COPY:
            self._view.mark(i, PARTIAL)
        story_id, serial = self._view.join(i, best.serial), self._view.base + i
        return story_id, *self.log.joined(serial, RELATIONS[best.relation], best.serial, reason)

    def _revision(
        self, i: int, article_id: str, before: int, candidates: list[Match]
    ) -> tuple[str, bytes]:
        view, serial = self._view, self._view.base + i
        row, earlier = view.rows[i], view.row(before)
        stands = self._evidence.stands(i, candidates)
        matches = [] if stands else self._evidence.of(i, candidates)
        json, reason = self._written(i, matches)
        why = "standing_text" if stands else None
        verdict = {
            "relation": "revision",
            "supersedes": earlier["digest"].tobytes().hex(),
            "unmatched_reason": why if row["flags"] & MATCHABLE else "too_short",
            "matches": json,
        }
        home = view.story_id(before)
        story = self.log.story(home, serial)
        stays = not row["flags"] & MATCHABLE or any(
            view.story_id(m.serial) == home for m in matches
        )
        # A story without other articles disappears with its last one, which stays once that has
        # been published.
        alone = story is not None and story.record["articles"] == 1
        if stays or alone:
            story_id = view.join(i, before)
            view.mark(i, view.flags(before) & PARTIAL)
            if story is None:
                return "revision", self._writer.verdict(
                    story_id=story_id, original_id=article_id, **verdict
                )
            lately = self.log.lately(before, serial)
            facts = self._numbers.changed_since(i, before)
            changed = self.log.corrected(serial, before, story, facts)
            verdict["credited"] = self.credits.of(i, changed)
            return "revision", self._writer.verdict(
                story_id=story_id, novelty=lately, **story_fields(changed), **verdict
            )
        if story is not None:
            self.log.left(serial, before, story)
        own = self._left_alone(article_id, serial, matches)
        best = best_to_join([match for match in matches if match not in own], view)
        if best is None:
            story_id = view.join(i, own[0].serial) if own else row["story_id"].tobytes().hex()
            return "revision", self._writer.verdict(
                story_id=story_id, original_id=article_id, **verdict
            )
        story_id, joined, lately = self._joined(i, best, reason, matches)
        verdict["credited"] = self.credits.of(i, joined)
        return "revision", self._writer.verdict(
            story_id=story_id, novelty=lately, **story_fields(joined), **verdict
        )

    def _left_alone(self, article_id: str, serial: int, matches: list[Match]) -> list[Match]:
        """The matches with texts that the article had before it left for another story, and that
        nobody has taken since: to return to one of them makes no story of two."""
        view = self._view
        return [
            match
            for match in matches
            if view.row_view(match.serial).article_id == article_id
            and self.log.story(view.story_id(match.serial), serial) is None
        ]

    def _withdrawn(self, i: int, article_id: str, before: int) -> tuple[str, bytes]:
        """A kill, or an article whose kill arrived first."""
        view, serial = self._view, self._view.base + i
        if before == NO_SERIAL:
            return "withdrawn", self._writer.verdict(
                story_id=None,
                relation="withdrawn",
                original_id=None,
                unmatched_reason="canceled",
                story_size=0,
            )
        earlier = view.row(before)
        verdict = {
            "relation": "withdrawn",
            "story_id": view.join(i, before),
            "supersedes": earlier["digest"].tobytes().hex(),
            "unmatched_reason": "canceled",
        }
        story = self.log.story(view.story_id(before), serial)
        if story is None:
            return "withdrawn", self._writer.verdict(original_id=article_id, **verdict)
        lately = self.log.lately(before, serial)
        if earlier["flags"] & WITHDRAWN:
            return "withdrawn", self._writer.verdict(
                novelty=lately, **story_fields(story), **verdict
            )
        members = view.members(story.names(), story.first, serial)
        matches = self._matcher.among(before, members)
        copies = [view.row_view(match.serial).article_id for match in matches]
        json, _ = matches_json(int(earlier["words"]), matches, view, self._most)
        story = self.log.withdrawn(serial, before, story, copies[:MOST_COPIES])
        return "withdrawn", self._writer.verdict(
            matches=json, novelty=lately, **story_fields(story), **verdict
        )


_NAMED = (COPY, EXCERPT, EXPANSION)
