"""Which of an article's matches are evidence: without standing texts, and with the originals of
their stories.
"""

from __future__ import annotations

from streams.detection.index.segment import STANDING
from streams.detection.index.view import View
from streams.detection.judge.candidates import Found
from streams.detection.judge.changed_facts import Numbers
from streams.detection.judge.match_json import may_have_changed
from streams.detection.judge.matcher import Matcher
from streams.detection.judge.other_numbers import is_at_border, is_doubtful, with_other_numbers
from streams.detection.judge.relations import Match
from streams.detection.judge.standing import is_standing, without_passages
from streams.detection.stories.story_log import StoryLog


class Evidence:
    """For a chunk's articles, taken in order."""

    def __init__(self, view: View, matcher: Matcher, log: StoryLog, numbers: Numbers) -> None:
        self._view, self._matcher, self._log = view, matcher, log
        self._numbers = numbers
        self._originals: dict[tuple[int, int], Match | None] = {}
        self._standing: set[int] = set()  # serials of this chunk

    def expect(self, found: Found) -> None:
        """Read and compare in one go what will be asked for one by one, as far as that can be
        foreseen."""
        self._originals = self._matcher.originals(found, self._view.state.stories)
        asking = [
            (i, match)
            for i, matches in found.items()
            for match in matches
            if may_have_changed(match) or is_at_border(match)
        ]
        self._numbers.read_earlier({match.serial for _, match in asking})
        self._numbers.read([*{i: None for i, match in asking if self._asks_for_numbers(match)}])

    def _asks_for_numbers(self, match: Match) -> bool:
        if may_have_changed(match) and self._numbers.earlier(match.serial).by_place:
            return True
        return is_doubtful(match, self._numbers)

    def stands(self, i: int, candidates: list[Match]) -> bool:
        """Whether the article is a page of standing text; its row records that from now on."""
        if not is_standing(i, candidates, self._view):
            return False
        self._view.mark(i, STANDING)
        self._standing.add(self._view.base + i)
        return True

    def of(self, i: int, candidates: list[Match]) -> list[Match]:
        """The matches that are evidence, best first."""
        some = [m for m in candidates if not (m.standing or m.serial in self._standing)]
        some = with_other_numbers(i, self._with_originals(i, some), self._numbers)
        return without_passages(i, some, self._view)

    def _with_originals(self, i: int, candidates: list[Match]) -> list[Match]:
        """The matches, best first, with the current originals of their stories."""
        serial = self._view.base + i
        listed_already = {match.serial for match in candidates}
        added = False
        for name in {self._view.story_id(s) for s in listed_already}:
            story = self._log.last_known(name)
            if story is None or story.original < 0 or story.original in listed_already:
                continue
            if not self._view.stands(story.last, serial):
                continue
            pair = i, story.original
            if pair not in self._originals:
                self._originals[pair] = self._matcher.match(i, story.original)
            if match := self._originals[pair]:
                candidates = [*candidates, match]
                added = True
        return sorted(candidates, key=lambda m: (-m.rank, m.serial)) if added else candidates
