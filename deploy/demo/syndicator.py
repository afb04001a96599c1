"""Write the sample: one invented day of raw events, in the order in which they were fetched.

`python -m deploy.demo.syndicator` writes deploy/demo/sample.jsonl; with `--check` it only says
whether the file is up to date. The same stories always give the same bytes.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random

from deploy.demo import republication as ways
from deploy.demo.breakage import BREAKAGES
from deploy.demo.newsroom import (
    HERE,
    Desk,
    Publisher,
    Story,
    agency_wire,
    load_desk,
    load_publishers,
    load_stories,
)
from deploy.demo.raw_event import RawEvent, Slot

SEED = 20260302
SAMPLE = HERE / "sample.jsonl"

# The special ways come first, as few stories suit them; the plain ways then make sure that
# every story that is republished at all gets a copy.
COPIES = {"with-related": 12, "retitled": 20, "page": 20, "copy": 28, "truncated": 18}
READDRESSED = 10
RESENT = 4
FRONT_PAGE = 8  # stories that most publishers want ...
FRONT_PAGE_WEIGHT = 6  # ... this many times as much as any other
EMBARGO = timedelta(hours=3)
COPY_DELAY_MINUTES = 45  # the median; a third of the copies take more than an hour

Entry = tuple[RawEvent, Callable[[RawEvent], str]]


class Day:
    """One day of the publishers: who takes which story, when, and what becomes of it."""

    def __init__(
        self, rng: Random, stories: Sequence[Story], publishers: Sequence[Publisher], desk: Desk
    ) -> None:
        self._rng = rng
        self._desk = desk
        self._stories = {story.key: story for story in stories}
        self._republished = [story for story in stories if story.key not in desk.stand_alone]
        self._front_page = set(rng.sample([s.key for s in self._republished], FRONT_PAGE))
        self._headlines = dict(desk.headlines)
        self._copied: set[str] = set()
        # A publisher takes a story once: the list of those that may still take it.
        self._takers = {
            story.key: self._readers_of(story.language, publishers) for story in stories
        }

    def entries(self) -> list[Entry]:
        """Every event with the function that writes its line, in no order."""
        originals = {key: self._original(story) for key, story in self._stories.items()}
        copies = [self._copy(way) for way, count in COPIES.items() for _ in range(count)]
        good = [
            *originals.values(),
            *copies,
            ways.withheld(self._slot(self._stories[self._desk.withheld])),
            *self._corrections(originals),
            *self._kills(originals),
            *(
                ways.resent(e, e.fetched_at + self._minutes(2, 90))
                for e in self._rng.sample(copies, RESENT)
            ),
            *self._readdressings(copies),
        ]
        return [*((event, RawEvent.line) for event in good), *self._broken()]

    def _original(self, story: Story) -> RawEvent:
        publisher = agency_wire(story.agency) if story.agency else self._home_of(story)
        fetched_at = story.published_at + timedelta(seconds=self._rng.randint(20, 240))
        slot = Slot(story, publisher, story.published_at, fetched_at)
        if story.key == self._desk.embargoed:
            return ways.embargoed(slot, until=story.published_at + EMBARGO)
        return ways.original(slot)

    def _copy(self, way: str) -> RawEvent:
        story = self._choose_story(way)
        self._copied.add(story.key)
        slot = self._slot(story)
        if way == "with-related":
            return ways.page_with_related(slot, self._two_earlier(slot))
        if way == "retitled":
            return ways.retitled(slot, self._headlines.pop(story.key))
        if way == "page":
            return ways.web_page(slot, self._teasers(story))
        return ways.truncated(slot) if way == "truncated" else ways.copied(slot)

    def _choose_story(self, way: str) -> Story:
        """A story without a copy if there is any, else mostly one of the front page."""
        suited = [s for s in self._republished if self._takers[s.key] and self._suits(s, way)]
        uncopied = [s for s in suited if s.key not in self._copied]
        weights = [FRONT_PAGE_WEIGHT if s.key in self._front_page else 1 for s in suited]
        return self._rng.choice(uncopied) if uncopied else self._rng.choices(suited, weights)[0]

    def _suits(self, story: Story, way: str) -> bool:
        if way == "retitled":
            return story.key in self._headlines
        # The early stories have none before them that a page could show below.
        return way != "with-related" or (
            story.language == "en" and self._republished.index(story) >= FRONT_PAGE
        )

    def _slot(self, story: Story) -> Slot:
        """The next publisher takes the story, some minutes to hours after its release."""
        embargo = EMBARGO if story.key == self._desk.embargoed else timedelta()
        delay = self._rng.lognormvariate(math.log(COPY_DELAY_MINUTES), 0.8)
        published_at = (
            story.published_at + embargo + timedelta(seconds=round(60 * min(max(delay, 6), 230)))
        )
        publisher = self._takers[story.key].pop()
        return Slot(story, publisher, published_at, published_at + self._minutes(1, 10))

    def _two_earlier(self, slot: Slot) -> tuple[Story, Story]:
        earlier = [
            story
            for story in self._republished
            if story.language == slot.story.language
            and story.key != slot.story.key
            and story.published_at + EMBARGO < slot.published_at
        ]
        first, second = self._rng.sample(earlier, 2)
        return first, second

    def _teasers(self, story: Story) -> list[Story]:
        others = [s for s in self._stories.values() if s.language == story.language and s != story]
        return self._rng.sample(others, min(4, len(others)))

    def _corrections(self, originals: dict[str, RawEvent]) -> list[RawEvent]:
        return [
            ways.corrected(
                event, self._stories[c.key], c, event.fetched_at + self._minutes(40, 180)
            )
            for c in self._desk.corrections
            for event in [originals[c.key]]
        ]

    def _kills(self, originals: dict[str, RawEvent]) -> list[RawEvent]:
        killed = [originals[key] for key in self._desk.killed]
        return [ways.killed(event, event.fetched_at + self._minutes(60, 240)) for event in killed]

    def _readdressings(self, copies: Sequence[RawEvent]) -> list[RawEvent]:
        """Only if the item has no id: then the address must show that it is the same."""
        crawled = [event for event in copies if event.id is None]
        variants = cycle(("tracking", "amp", "mobile"))
        return [
            ways.readdressed(event, next(variants), event.fetched_at + self._minutes(5, 90))
            for event in self._rng.sample(crawled, READDRESSED)
        ]

    def _broken(self) -> list[Entry]:
        """Copies of stories of the day's second half, each with what breaks it."""
        late = self._republished[len(self._republished) // 2 :]
        open_stories = [story for story in late if self._takers[story.key]]
        chosen = self._rng.sample(open_stories, len(BREAKAGES))
        return [
            (ways.copied(self._slot(story)), breakage)
            for story, breakage in zip(chosen, BREAKAGES, strict=True)
        ]

    def _home_of(self, story: Story) -> Publisher:
        """The paper that wrote the story: one that writes in its language alone."""
        takers = self._takers[story.key]
        home = next(taker for taker in takers if taker.languages == (story.language,))
        takers.remove(home)
        return home

    def _readers_of(self, language: str, publishers: Sequence[Publisher]) -> list[Publisher]:
        readers = [publisher for publisher in publishers if language in publisher.languages]
        self._rng.shuffle(readers)
        return readers

    def _minutes(self, least: int, most: int) -> timedelta:
        return timedelta(seconds=self._rng.randint(60 * least, 60 * most))


def sample_lines() -> list[str]:
    """The lines of the sample, ordered by strictly rising `fetched_at`."""
    day = Day(Random(SEED), load_stories(), load_publishers(), load_desk())
    lines: list[str] = []
    last = None
    for event, write in sorted(day.entries(), key=lambda entry: entry[0].fetched_at):
        fetched_at = (
            max(event.fetched_at, last + timedelta(seconds=1)) if last else event.fetched_at
        )
        lines.append(write(replace(event, fetched_at=fetched_at)))
        last = fetched_at
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line: 0 when the file was written or is fresh, 1 when it is stale."""
    parser = argparse.ArgumentParser(prog="python -m deploy.demo.syndicator", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, default=SAMPLE, help="the file of events")
    parser.add_argument("--check", action="store_true", help="fail when the file is stale")
    options = parser.parse_args(arguments)
    output: Path = options.output
    fresh = "".join(f"{line}\n" for line in sample_lines()).encode()
    if options.check:
        if output.is_file() and output.read_bytes() == fresh:
            return 0
        print(f"{output} is stale: run python -m deploy.demo.syndicator", file=sys.stderr)
        return 1
    output.write_bytes(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
