"""The index gives a batch the same answers as its articles one by one."""

from __future__ import annotations

from collections import defaultdict, deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.index.key_index import (
    BANDS,
    ROWS,
    WAYS,
    Index,
    Keys,
    keys_of,
    serial_bits,
)
from streams.detection.sketch.sketches import SKETCH, sketch_texts
from streams.detection.sketch.splitmix64 import U64
from tests.detection.newsroom import cut, edited, story

SLOTS = 16
Key = tuple[int, int, int]  # slot, fingerprint, votes
Pairs = list[tuple[int, int]]


class Plain:
    """The reference: a queue of four for each slot, one article at a time."""

    def __init__(self) -> None:
        self.slots: dict[int, deque[tuple[int, int]]] = defaultdict(lambda: deque(maxlen=WAYS))

    def take(self, serial: int, keys: list[Key]) -> Pairs:
        votes: dict[int, int] = defaultdict(int)
        for slot, fingerprint, vote in keys:
            for known, older in self.slots[slot]:
                votes[older] += vote * (known == fingerprint)
        for slot, fingerprint, _ in keys:
            self.slots[slot].append((fingerprint, serial))
        return [(serial, older) for older in sorted(votes) if votes[older] >= 2]


def batch(articles: list[list[Key]]) -> Keys:
    flat = [(owner, *key) for owner, keys in enumerate(articles) for key in keys]
    return Keys(
        owner=np.array([owner for owner, *_ in flat], np.int64),
        value=np.array([f << 60 | slot for _, slot, f, _ in flat], U64),
        vote=np.array([vote for *_, vote in flat], np.int64),
    )


def taken(index: Index, articles: list[list[Key]], serials: list[int]) -> Pairs:
    """A batch's pairs; afterwards the batch is in the index."""
    keys = batch(articles)
    newer, older = index.candidates(keys, np.array(serials, np.int64))
    index.insert(keys, np.array(serials, np.int64))
    return list(zip(newer.tolist(), older.tolist(), strict=True))


keys = st.tuples(st.integers(0, SLOTS - 1), st.sampled_from([1, 3, 5]), st.integers(1, 2))
few_slots = st.tuples(st.integers(0, 1), st.sampled_from([1, 3]), st.integers(1, 2))
articles = st.lists(
    st.lists(keys, max_size=8) | st.lists(few_slots, max_size=8), min_size=1, max_size=40
)


@settings(max_examples=250, deadline=None)
@given(
    articles,
    st.lists(st.integers(1, 15), min_size=1, max_size=5),
    st.lists(st.integers(1, 3), min_size=40, max_size=40),
    st.sampled_from([0, 2**16 - 10, 2**16 + 5, 5 * 2**32 - 3]),
)
def test_a_batch_finds_what_its_articles_one_by_one_would_find(
    articles: list[list[Key]], cuts: list[int], gaps: list[int], first_serial: int
) -> None:
    serials = (first_serial + np.cumsum(gaps)[: len(articles)]).tolist()
    plain, index = Plain(), Index(SLOTS)
    expected = [
        pair
        for serial, keys in zip(serials, articles, strict=True)
        for pair in plain.take(serial, keys)
    ]
    found: Pairs = []
    first = cut_number = 0
    while first < len(articles):
        last = first + cuts[cut_number % len(cuts)]
        found += taken(index, articles[first:last], serials[first:last])
        first, cut_number = last, cut_number + 1
    assert found == expected


def test_looking_up_changes_nothing() -> None:
    index, keys = Index(SLOTS), batch([[(1, 1, 2)], [(1, 1, 2)]])
    index.insert(keys, np.array([0, 1]))
    before = index.words.copy()
    index.candidates(keys, np.array([2, 3]))
    assert (index.words == before).all()


def test_a_batch_of_nothing_finds_and_changes_nothing() -> None:
    index = Index(SLOTS)
    assert taken(index, [], []) == []
    assert taken(index, [[], []], [0, 1]) == []
    assert not index.words.any()


def test_one_shared_band_or_two_shared_frac_keys_make_a_candidate() -> None:
    known = [(1, 1, 2), (2, 1, 1), (3, 1, 1)]
    for keys, found in (
        ([(1, 1, 2)], True),
        ([(2, 1, 1)], False),
        ([(2, 1, 1), (3, 1, 1)], True),
        ([(1, 3, 2), (2, 1, 1)], False),
    ):
        index = Index(SLOTS)
        taken(index, [known], [0])
        assert taken(index, [keys], [1]) == ([(1, 0)] if found else [])


@pytest.mark.parametrize("batched", [True, False])
def test_a_key_of_every_article_finds_the_newest_four(batched: bool) -> None:
    keys, index = keys_of(np.repeat(sketch_texts([story(1)]), 10)), Index(1 << 10)
    if batched:
        index.insert(keys, np.arange(10))
    else:
        one = keys_of(sketch_texts([story(1)]))
        for serial in range(10):
            index.insert(one, np.array([serial]))
    newer, older = index.candidates(keys_of(sketch_texts([story(1)])), np.array([10]))
    assert newer.tolist() == [10] * 4
    assert older.tolist() == [6, 7, 8, 9]


def test_serial_numbers_go_on_beyond_32_bits() -> None:
    index, told = Index(1 << 10), keys_of(sketch_texts([story(1)]))
    index.insert(told, np.array([2**32 - 1]))
    index.insert(told, np.array([2**32]))
    newer, older = index.candidates(told, np.array([2**32 + 7]))
    assert newer.tolist() == [2**32 + 7] * 2
    assert older.tolist() == [2**32 - 1, 2**32]


@pytest.mark.parametrize("first", [0, 1, 5 * 2**32])
def test_an_article_does_not_find_itself_where_serial_numbers_wrap(first: int) -> None:
    """One that shares its keys may be so far back that their low bits are the same."""
    index, told = Index(1 << 10), keys_of(sketch_texts([story(1)]))
    wrapped = first + 2**index.serial_bits
    index.insert(told, np.array([first]))
    newer, older = index.candidates(told, np.array([wrapped]))
    assert (newer.tolist(), older.tolist()) == ([wrapped], [first])


def test_copies_and_excerpts_are_found_among_many_others() -> None:
    texts = [story(seed, 250) for seed in range(400)]
    index = Index(1 << 13)
    index.insert(keys_of(sketch_texts(texts)), np.arange(400))
    asked = [edited(texts[17]), cut(texts[42], 90), story(9999, 250)]
    newer, older = index.candidates(keys_of(sketch_texts(asked)), np.arange(400, 403))
    assert list(zip(newer.tolist(), older.tolist(), strict=True)) == [(400, 17), (401, 42)]


@pytest.mark.parametrize(
    ("jaccard", "quoted", "digits"), [(0.4, 0.56, 2), (0.5, 0.87, 2), (0.7, 0.9998, 4)]
)
def test_pairs_share_a_band_as_often_as_the_index_says(
    jaccard: float, quoted: float, digits: int
) -> None:
    probability = 1 - (1 - jaccard**ROWS) ** BANDS
    assert round(probability, digits) == quoted
    chance, pairs = np.random.default_rng(1), 4000
    this, other = np.zeros((2, pairs), SKETCH)
    this["minhash"] = chance.integers(0, 1 << 8, this["minhash"].shape)
    equal = chance.random(this["minhash"].shape) < jaccard
    other["minhash"] = np.where(equal, this["minhash"], this["minhash"] ^ 1)
    a, b = (keys_of(side).value.reshape(pairs, BANDS) for side in (this, other))
    shared = (a == b).any(1).mean()
    assert abs(shared - probability) < 4 * np.sqrt(probability * (1 - probability) / pairs) + 1e-3


def test_the_number_of_slots_must_be_a_power_of_two() -> None:
    for slots in (0, 3, 48):
        with pytest.raises(ValueError, match="a power of two"):
            Index(slots)
    assert Index(64).bytes == 64 * 16


@pytest.mark.parametrize(
    ("window", "bits"), [(64, 16), (1 << 15, 16), (1 << 18, 19), (1 << 20, 21), (1 << 30, 28)]
)
def test_serial_numbers_leave_the_key_what_two_windows_of_them_do_not_need(
    window: int, bits: int
) -> None:
    assert serial_bits(16 * window) == bits
    assert 32 - bits >= 4


def test_an_entry_keeps_all_bits_of_serial_number_and_key() -> None:
    chance = np.random.default_rng(2)
    for slots in (16, 1 << 19, 1 << 23):
        index, bits = Index(slots), serial_bits(slots)
        serials, most = np.sort(chance.integers(0, 1 << bits, WAYS)), (1 << (32 - bits)) - 1
        prints = np.array([1, most, *chance.integers(1, most + 1, WAYS - 2)], U64)
        # The least high half of a key that has this print, of `most` equally likely ones.
        halves = ((prints - U64(1)) << U64(32)) // U64(most) + U64(1)
        values = halves << U64(32) | U64(5)
        index.insert(Keys(np.arange(WAYS), values, np.full(WAYS, 2)), serials)
        assert index.words[5, ::-1].tolist() == (prints << U64(bits) | serials.astype(U64)).tolist()
        assert np.flatnonzero(index.words.any(1)).tolist() == [5]


def test_an_article_of_a_full_window_seldom_finds_another_by_chance() -> None:
    """With 16 bits for the key: about one in a thousand, each key one in 2^15."""
    chance, index = np.random.default_rng(3), Index(16 << 12)

    def unlike(count: int) -> Keys:
        sketches = np.zeros(count, SKETCH)
        sketches["minhash"] = chance.integers(0, 1 << 8, sketches["minhash"].shape)
        return keys_of(sketches)

    index.insert(unlike(1 << 12), np.arange(1 << 12))
    found, _ = index.candidates(unlike(1 << 12), np.arange(1 << 12, 2 << 12))
    assert len(found) < 0.004 * (1 << 12)
