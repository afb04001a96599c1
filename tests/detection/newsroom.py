"""Made-up news for the tests of detection: texts, articles, and a desk that decides on them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import orjson

from schemas.records import StoryEventRecord, StoryRecord
from streams.articles.identity import article_id, content_digest
from streams.articles.times import format_milliseconds
from streams.detection.decide import Decision, decide
from streams.detection.index.arrivals import ArticleColumns
from streams.detection.index.key_index import keys_of
from streams.detection.index.segment import MATCHABLE, encode_segment
from streams.detection.index.state import ShardState
from streams.detection.parameters import Parameters
from streams.detection.sketch.entry import entries_of, hex_ids
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.verdict import VerdictWriter

NOON = 1_772_452_800_000  # 2026-03-02T12:00:00Z in milliseconds
SECOND, MINUTE, HOUR, YEAR = 1000, 60_000, 3_600_000, 365 * 24 * 3_600_000

Article = dict[str, Any]


@cache
def vocabulary(size: int = 4000) -> list[str]:
    """Made-up words, the same in every run."""
    chance = random.Random(7)
    onsets = ["b", "br", "c", "d", "f", "g", "h", "l", "m", "n", "p", "pr", "s", "st", "t", "v"]
    ends = ["", "n", "r", "s", "t", "nd", "l"]
    words: dict[str, None] = {}
    while len(words) < size:
        syllables = range(chance.randint(1, 3))
        words["".join(chance.choice(onsets) + chance.choice("aeiou") for _ in syllables)
              + chance.choice(ends)] = None  # fmt: skip
    return list(words)


def story(seed: int, words: int = 200) -> str:
    """A text of this many words, in sentences. Two seeds share no run of five words."""
    chance = random.Random(f"story {seed}")
    made = chance.choices(vocabulary(), k=words)
    for start in range(0, words, 12):
        made[start] = made[start].capitalize()
        made[min(start + 11, words - 1)] += "."
    return " ".join(made)


def edited(text: str, share: float = 0.05, seed: int = 1) -> str:
    """The text with this share of its words replaced, evenly spread."""
    chance, words = random.Random(seed), text.split()
    for place in chance.sample(range(len(words)), round(share * len(words))):
        words[place] = chance.choice(vocabulary())
    return " ".join(words)


def cut(text: str, words: int) -> str:
    """The text's first words."""
    return " ".join(text.split()[:words])


def article(
    item: str,
    text: str,
    *,
    source: str | None = "gazette.example",
    title: str | None = None,
    status: str = "usable",
    credit: str | None = None,
    **fields: Any,
) -> Article:
    """A normalised article, but for its place in a log. `credit` names its agency."""
    title = f"The title of {item}" if title is None else title
    digest = content_digest(status, title, text.encode(), fields.get("embargoed_until"))
    return {
        "article_id": article_id("the tests", item, None, digest),
        "parts": 0,
        "kind": "article",
        "syndicated_from": None,
        "dateline": None,
        "text_confidence": None,
        "published_precision_seconds": None,
        "producer_id": item,
        "version": None,
        "parent_id": None,
        "position": None,
        "source": source,
        "url": None,
        "canonical_url": None,
        "title": title,
        "byline": None,
        "credit": credit,
        "language": "en",
        "text": text,
        "published_at": None,
        "fetched_at": None,
        "embargoed_until": None,
        "status": status,
        "agencies": [{"name": credit, "role": "provider", "evidence": "credit"}] if credit else [],
        "content_digest": digest,
        "attributes": {},
        "dropped": [],
        **fields,
    }


def kill(item: str, **fields: Any) -> Article:
    """The message that cancels an item."""
    return article(item, "", status="canceled", **fields)


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article's record on the log."""

    article: Article
    time: int
    offset: int
    notice: bool = False

    @property
    def fields(self) -> Article:
        """Those of the article on its topic."""
        raw = {"topic": "articles.raw", "partition": 0, "offset": self.offset}
        raw["timestamp"] = format_milliseconds(self.time)
        return {**self.article, "raw": raw}

    @property
    def value(self) -> bytes:
        """The same as bytes."""
        return orjson.dumps(self.fields)


def chunk_of(arrivals: Sequence[Arrival]) -> ArticleColumns:
    """These records as the detector receives them."""
    return ArticleColumns(
        values=[arrival.value for arrival in arrivals],
        entries=entries_of(
            [arrival.fields for arrival in arrivals],
            sketch_texts([arrival.article["text"] for arrival in arrivals]),
        ),
        times=[arrival.time for arrival in arrivals],
        offsets=[arrival.offset for arrival in arrivals],
        notices=[arrival.notice for arrival in arrivals],
    )


class Desk:
    """One shard at work. Each article arrives a second after the previous one by default."""

    def __init__(self, parameters: Parameters | None = None) -> None:
        self.parameters = parameters or Parameters(capacity=256)
        self.state = ShardState(self.parameters)
        self.writer = VerdictWriter(self.parameters)
        self.segments: list[bytes] = []
        self.decisions: list[Decision] = []
        self.offset, self.now = 0, NOON

    def arrival(self, made: Article, at: int | None = None) -> Arrival:
        """The article as the log's next record."""
        self.now = self.now + SECOND if at is None else at
        self.offset += 1
        return Arrival(made, self.now, self.offset)

    def decide(self, chunk: ArticleColumns) -> Decision:
        """Decide and apply one chunk; keeps the segment's bytes and the decision."""
        decision = decide(self.state, chunk, self.writer)
        self.segments.append(encode_segment(decision.segment))
        self.state.apply(decision.segment)
        self.decisions.append(decision)
        return decision

    def take(self, *articles: Article, at: int | None = None) -> list[dict[str, Any]]:
        """Articles as one chunk -> their enriched articles; redeliveries have none."""
        decision = self.decide(chunk_of([self.arrival(a, at) for a in articles]))
        return [orjson.loads(value) for value in decision.enriched]

    def verdict(self, made: Article, at: int | None = None) -> dict[str, Any]:
        """One article alone -> its `detection`."""
        [enriched] = self.take(made, at=at)
        detection: dict[str, Any] = enriched["detection"]
        return detection

    @property
    def events(self) -> list[StoryEventRecord]:
        """All story events so far, in order."""
        return [orjson.loads(e[-1]) for d in self.decisions for e in d.events]

    @property
    def stories(self) -> dict[str, StoryRecord]:
        """Every story's record as last published."""
        return {s[0]: orjson.loads(s[-1]) for d in self.decisions for s in d.stories}


def remembered(state: ShardState) -> dict[str, Any]:
    """A state's whole content, without the unused parts of its arrays."""
    serials = np.arange(state.tail, state.count)
    rows = state.at(serials)
    ids = rows["article_id"]
    matchable = rows[(rows["flags"] & MATCHABLE) != 0]
    newer, older = state.index.candidates(
        keys_of(matchable), state.count + np.arange(len(matchable))
    )
    inside = older >= state.tail
    return {
        "count": state.count,
        "tail": state.tail,
        "clock": state.clock,
        "latest": state.latest,
        "last_time": state.last_time,
        "last_offset": state.last_offset,
        "rows": rows.tobytes(),
        "items": dict(zip(hex_ids(ids), state.items.newest_of(ids), strict=True)),
        "item count": len(state.items),
        "superseded": state.superseded,
        "stories": [story.fields() for _, story in state.stories.items()],
        "answers": list(zip(newer[inside].tolist(), older[inside].tolist(), strict=True)),
    }
