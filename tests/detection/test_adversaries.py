"""Malicious input: time and memory stay bounded, and verdicts right."""

from __future__ import annotations

import time

import numpy as np
import orjson
import pytest

from streams.detection.parameters import Parameters
from streams.detection.sketch.entry import entries_of
from streams.detection.sketch.sketches import sketch_texts
from streams.detection.sketch.tokens import LONGEST_TEXT
from tests.detection.newsroom import (
    HOUR,
    NOON,
    YEAR,
    Arrival,
    Article,
    Desk,
    article,
    chunk_of,
    edited,
    kill,
    story,
)

WIDE = Parameters(capacity=1 << 14)
# Of the processor's time. A quadratic step takes minutes.
SECONDS = 30


def decided(desk: Desk, articles: list[Article]) -> list[dict[str, object]]:
    """All in one chunk -> their verdicts; fails if it takes too long."""
    started = time.process_time()
    decision = desk.decide(chunk_of([desk.arrival(a) for a in articles]))
    assert time.process_time() - started < SECONDS
    return [orjson.loads(value)["detection"] for value in decision.enriched]


@pytest.mark.parametrize(
    "text",
    ["", "word", "a" * 100_000, "ha " * 50_000, "\u0301" * 5000, "\u200b" * 5000, "1 " * 5000,
     "\ufdfa" * 5000, "\U0001f600" * 5000, "A B " * 5000, ". " * 5000],
    ids=["empty", "one word", "one letter", "one word forever", "accents alone", "zero width",
         "numbers alone", "expanding ligatures", "emoji", "names alone", "stops alone"],
)  # fmt: skip
def test_odd_texts_are_decided_like_others(text: str) -> None:
    desk = Desk()
    first, second = decided(desk, [article("a", text), article("b", text)])
    assert first["relation"] == "original"
    assert second["relation"] in ("original", "copy")
    assert decided(desk, [article("c", story(1))])[0]["matches"] == []


def test_five_megabytes_are_read_up_to_the_bound() -> None:
    long = story(1, 1_000_000)
    assert len(long) > 5_000_000
    started = time.process_time()
    [sketch, start] = sketch_texts([long, long[:LONGEST_TEXT]])
    assert time.process_time() - started < SECONDS
    assert (sketch["minhash"] == start["minhash"]).mean() > 0.9
    desk = Desk()
    desk.verdict(article("a", long))
    assert desk.verdict(article("b", long))["relation"] == "copy"


def test_ten_thousand_identical_articles_in_one_chunk_are_one_story() -> None:
    told, desk = story(1, 100), Desk(WIDE)
    made = [article(str(n), told, source=f"{n % 300}.example") for n in range(10_000)]
    sketch = sketch_texts([told])
    started = time.process_time()
    arrivals = [desk.arrival(a) for a in made]
    chunk = chunk_of(arrivals[:1])
    chunk = type(chunk)(
        [a.value for a in arrivals], entries_of(made, np.repeat(sketch, len(made))),
        [a.time for a in arrivals], [a.offset for a in arrivals], [False] * len(made),
    )  # fmt: skip
    decision = desk.decide(chunk)
    assert time.process_time() - started < SECONDS
    assert decision.relations == ["original"] + ["copy"] * 9999
    [record] = desk.stories.values()
    assert (record["articles"], len(record["publishers"])) == (10_000, 100)
    assert max(len(line) for line in decision.enriched) < 20_000


def test_a_sketch_made_to_share_all_bands_of_a_known_article_matches_by_its_minhash_alone() -> None:
    """Only the text itself gives such bands; made-up 5-grams do not help."""
    desk = Desk()
    first, second = desk.arrival(article("a", story(1))), desk.arrival(article("b", story(2)))
    chunk = chunk_of([first, second])
    chunk.entries["minhash"][1] = chunk.entries["minhash"][0]
    chunk.entries["minhash"][1][3::4] ^= 1  # the bands differ in one row each
    relations = desk.decide(chunk).relations
    assert relations == ["original", "original"]


def test_a_flood_of_near_collisions_does_not_hide_a_copy() -> None:
    told, desk = story(1), Desk(WIDE)
    desk.take(article("a", told))
    decided(desk, [article(str(n), edited(story(2), 0.3, n)) for n in range(2000)])
    assert desk.verdict(article("b", told))["relation"] == "copy"


def test_times_may_run_backwards_and_leap_without_losing_a_copy() -> None:
    desk, told = Desk(), story(1)
    desk.verdict(article("a", told), at=NOON)
    for n, at in enumerate((NOON - HOUR, NOON + YEAR, NOON - YEAR, NOON + 2 * HOUR)):
        desk.verdict(article(f"odd {n}", story(10 + n)), at=at)
    assert desk.verdict(article("b", told), at=NOON + HOUR)["relation"] == "copy"


def test_an_item_revised_a_thousand_times_stays_bounded() -> None:
    desk, told = Desk(WIDE), story(1, 100)
    desk.take(article("copy", told, source="b.example"))
    made = [article("a", edited(told, 0.05, n)) for n in range(1000)]
    verdicts = decided(desk, made)
    assert [v["relation"] for v in verdicts[1:]] == ["revision"] * 999
    assert {v["story_id"] for v in verdicts} == {verdicts[0]["story_id"]}
    [record] = desk.stories.values()
    assert record["articles"] == 2
    assert len(orjson.dumps(record)) < 2000


def test_hundreds_of_kills_of_one_story_stay_bounded() -> None:
    desk, told = Desk(WIDE), story(1, 100)
    decided(desk, [article(str(n), told) for n in range(400)])
    verdicts = decided(desk, [kill(str(n)) for n in range(400)])
    assert {v["relation"] for v in verdicts} == {"withdrawn"}
    assert max(len(event[-1]) for event in desk.decisions[-1].events) < 100_000


def test_made_up_credits_and_links_do_not_swell_a_story() -> None:
    desk, told = Desk(WIDE), story(1, 100)
    made = [
        article(str(n), told, source=f"{n}.example", credit=f"Agency {n}",
                syndicated_from=f"x{n}.example")
        for n in range(600)
    ]  # fmt: skip
    decided(desk, made)
    [record] = desk.stories.values()
    assert len(orjson.dumps(record)) < 12_000
    assert len(record["agencies"]) == 20


def test_a_notice_for_an_unknown_item_changes_nothing_else() -> None:
    desk = Desk()
    arrival = desk.arrival(kill("nobody"))
    desk.decide(chunk_of([Arrival(arrival.article, arrival.time, arrival.offset, notice=True)]))
    assert desk.verdict(article("a", story(1)))["relation"] == "original"
