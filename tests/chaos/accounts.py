"""Do the outputs add up? Every discrepancy is named, none is tolerated."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import orjson
from aiokafka.structs import ConsumerRecord

from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED, RAW, STORIES, STORY_EVENTS
from streams.detection.stories.records import replay_events
from streams.settings import Settings
from tests.chaos.corpus import RawRecord
from tests.chaos.oracle import Expected, undisturbed
from tests.kafka.service import read, uncommitted

Key = TypeVar("Key", bound=Hashable)

SHARDS = 4


def audit(settings: Settings, sent: Sequence[RawRecord]) -> tuple[list[str], Expected]:
    """Compare all topics with an undisturbed run over the same raw log; -> what is wrong."""
    topics = (RAW, NORMALISED, DEAD_LETTERS, ENRICHED, STORY_EVENTS, STORIES)
    log = {topic: asyncio.run(read(settings, topic)) for topic in topics}
    expected = undisturbed(log[RAW], settings, SHARDS)
    wrong = _not_as_sent(log[RAW], sent)
    raw = {(r.partition, r.offset): r for r in log[RAW]}

    letters = {_origin(r): r for r in log[DEAD_LETTERS]}
    reasons = {place: dict(r.headers)["dlt_reason"].decode() for place, r in letters.items()}
    wrong += _compare("dead letters", reasons, expected.letters)
    wrong += [
        f"dead letter of {place} is not its record"
        for place, letter in letters.items()
        if (letter.key, letter.value) != (raw[place].key, raw[place].value)
    ]
    wrong += _variants("dead letter", ((_origin(r), r.value) for r in log[DEAD_LETTERS]))

    normalised = {_made(r): r.value for r in log[NORMALISED]}
    wrong += _compare("normalised articles", normalised, expected.normalised)
    wrong += _variants("normalised article", ((_made(r), r.value) for r in log[NORMALISED]))

    enriched = {_text(r): r.value for r in log[ENRICHED]}
    wrong += _compare("verdicts", enriched, expected.enriched)
    wrong += _variants("verdict", ((_text(r), r.value) for r in log[ENRICHED]))

    events: list[tuple[str, int, bytes]] = [
        (e["story_id"], e["sequence"], r.value) for e, r in _parsed(log[STORY_EVENTS])
    ]
    wrong += _compare("story events", {(i, s): v for i, s, v in events}, expected.events)
    wrong += _variants("story event", (((i, s), v) for i, s, v in events))

    stories = {record.key.decode(): record.value for record in log[STORIES]}
    wrong += _compare("stories", stories, expected.stories)
    try:
        rebuilt = replay_events(orjson.loads(record.value) for record in log[STORY_EVENTS])
    except ValueError as error:  # its numbers have a gap
        wrong.append(f"stories by their events: {error}")
    else:
        folded = {story_id: orjson.dumps(story) for story_id, story in rebuilt.items()}
        wrong += _compare("stories by their events", folded, stories)

    wrong += uncommitted(settings)
    wrong += _unaccounted(log[RAW], expected)
    return wrong, expected


def _not_as_sent(raw: Iterable[ConsumerRecord], sent: Sequence[RawRecord]) -> list[str]:
    """What a producer was told is stored must be there. It may be there again: a producer that has
    lost its broker before the answer came resends, and a resend is all that echowire sees."""
    stored = Counter((r.partition, r.key, r.value, r.timestamp) for r in raw)
    confirmed = Counter((r.partition, r.key, r.value, r.time) for r in sent)
    lost, strange = (confirmed - stored).total(), len(stored.keys() - confirmed.keys())
    wrong = [f"{lost} of {len(sent)} records sent are not in the raw topic"] if lost else []
    return [*wrong, f"{strange} raw records that nobody sent"] if strange else wrong


def _unaccounted(raw: Iterable[ConsumerRecord], expected: Expected) -> list[str]:
    """Records that ended as neither an article nor a dead letter, or as both."""
    places = [(r.partition, r.offset) for r in raw]
    articles = {place for place, _ in expected.normalised}
    ends = [(p in expected.letters) + (p in articles) for p in places]
    return [f"{p} ended {n} times" for p, n in zip(places, ends, strict=True) if n != 1]


def _compare(what: str, found: Mapping[Key, object], expected: Mapping[Key, object]) -> list[str]:
    lost, strange = expected.keys() - found.keys(), found.keys() - expected.keys()
    other = [key for key in expected.keys() & found.keys() if found[key] != expected[key]]
    counted = (("lost", lost), ("that should not be", strange), ("that say otherwise", other))
    return [
        f"{len(keys)} {what} {how}, as {next(iter(keys))}: {found.get(next(iter(keys)))!r} instead"
        f" of {expected.get(next(iter(keys)))!r}"
        for how, keys in counted
        if keys
    ]


def _variants(what: str, deliveries: Iterable[tuple[Hashable, object]]) -> list[str]:
    """Deliveries of one thing that differ."""
    variants: dict[Hashable, set[object]] = defaultdict(set)
    for key, value in deliveries:
        variants[key].add(value)
    several = [key for key, values in variants.items() if len(values) > 1]
    return [f"{len(several)} {what}s in several variants, as {several[0]}"] if several else []


def _origin(letter: ConsumerRecord) -> tuple[int, int]:
    headers = dict(letter.headers)
    return int(headers["dlt_partition"]), int(headers["dlt_offset"])


def _made(record: ConsumerRecord) -> tuple[tuple[int, int], str]:
    article = orjson.loads(record.value)
    return (article["raw"]["partition"], article["raw"]["offset"]), article["article_id"]


def _text(record: ConsumerRecord) -> tuple[str, str]:
    return record.key.decode(), orjson.loads(record.value)["content_digest"]


def _parsed(records: Iterable[ConsumerRecord]) -> list[tuple[dict[str, Any], ConsumerRecord]]:
    return [(orjson.loads(record.value), record) for record in records]
