"""What the index finds by some bits of a key is compared only if it shares the whole key."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from streams.detection.index.key_index import Keys, keys_of
from streams.detection.index.ring import Ring
from streams.detection.index.segment import ROW, Rows, octets_of
from streams.detection.index.shared_keys import sharing
from streams.detection.parameters import Parameters
from streams.detection.sketch.sketches import Sketches, sketch_texts
from streams.detection.sketch.splitmix64 import U64
from tests.detection.newsroom import Desk, article, cut, edited, kill, story


def rows_of(*texts: str) -> Rows:
    sketches, rows = sketch_texts(texts), np.zeros(len(texts), ROW)
    for name in sketches.dtype.names or ():
        rows[name] = sketches[name]
    return rows


def told(rows: Rows) -> bool:
    """Whether the second of two rows is found to share keys with the first."""
    both, ring = octets_of(rows), Ring(1)
    ring.write(rows[:1], 6)
    in_chunk = sharing(ring.octets, both, 6, np.array([7]), np.array([6]))
    earlier = sharing(ring.octets, both[1:], 7, np.array([7]), np.array([6]))
    assert in_chunk.tolist() == earlier.tolist()
    return bool(in_chunk[0])


def shared_votes(rows: Rows) -> int:
    """From the keys themselves: two for a band, one for a 5-gram key."""
    one, other = keys_of(rows[:1]), keys_of(rows[1:])
    return int(other.vote[np.isin(other.value, one.value)].sum())


def test_rows_share_what_their_keys_share() -> None:
    chance, votes = np.random.default_rng(1), []
    for seed in range(300):
        text = story(seed, 150)
        like = edited(text, chance.uniform(0.02, 0.7), seed) if seed % 2 else cut(text, 20 + seed)
        rows = rows_of(text, like if seed % 5 else story(seed + 1000))
        votes.append(shared_votes(rows))
        assert told(rows) == (votes[-1] >= 2)
    assert {0, 1, 2} <= set(votes)


@pytest.mark.parametrize(("shared", "found"), [(0, False), (1, False), (2, True)])
def test_two_keys_are_enough_wherever_they_stand(shared: int, found: bool) -> None:
    rows = rows_of(story(1), story(2))
    rows["frac_count"] = 24
    rows["frac"][0, :24] = np.arange(24) * 1000 + 256
    rows["frac"][1, :24] = np.arange(24) * 1000 + 257
    for place in (5, 20)[:shared]:
        rows["frac"][1, place] = rows["frac"][0, place]
    assert told(rows) == found


def test_keys_that_do_not_enter_the_index_do_not_count() -> None:
    rows = rows_of(story(1), story(2))
    rows["frac"][1] = rows["frac"][0]
    rows["frac_count"] = 1
    assert not told(rows)


def coarse_keys(sketches: Sketches) -> Keys:
    """Without the bits that an entry keeps: keys look alike that only share a slot."""
    keys = keys_of(sketches)
    return Keys(keys.owner, keys.value & U64(0xFFFFFFFF), keys.vote)


def busy_day(keys: Callable[[Sketches], Keys]) -> tuple[Desk, int]:
    """A desk after forty stories with copies, excerpts and kills, and how many pairs its index
    finds for one more, whose keys are made so."""
    desk = Desk(Parameters(capacity=64))
    for seed in range(40):
        text = story(seed)
        desk.take(article(f"a{seed}", text), article(f"c{seed}", edited(text, 0.1, seed)))
        desk.take(article(f"e{seed}", cut(text, 110), source="b.example"), kill(f"a{seed - 5}"))
    found, _ = desk.state.index.candidates(
        keys(sketch_texts([story(39)])), np.array([desk.state.count])
    )
    return desk, len(found)


def test_verdicts_do_not_depend_on_how_much_of_a_key_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact, few = busy_day(keys_of)
    monkeypatch.setattr("streams.detection.index.state.keys_of", coarse_keys)
    monkeypatch.setattr("streams.detection.judge.matcher.keys_of", coarse_keys)
    coarse, many = busy_day(coarse_keys)
    assert many > 5 * few
    assert [d.enriched for d in coarse.decisions] == [d.enriched for d in exact.decisions]
    assert coarse.segments == exact.segments
    found = [d.match_stats.candidates.sum() for d in exact.decisions]
    assert sum(found) > 100
    assert [d.match_stats.candidates.sum() for d in coarse.decisions] == found
