"""Rows come out of the ring as they went in, however long their texts are."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field

import numpy as np
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.index.ring import MOST_TEXT_BYTES, STORED, Ring
from streams.detection.index.row_view import row_view_of, stored_row_view_of
from streams.detection.index.segment import ROW, Rows, octets_of

CAPACITY = 24
# Texts of all lengths: mostly none, some, or as long as a row has room for.
SHARES = st.sampled_from([0.0, 0.3, 1.0])


def some(count: int, share: float, chance: np.random.Generator) -> Rows:
    """Rows of any bytes; of their texts this share."""
    rows = chance.integers(0, 256, count * ROW.itemsize, np.uint8).view(ROW)
    for name, most, least in (("source", 64, 1), ("headline", 120, 0), ("provider", 12, 0)):
        sizes = chance.integers(least, round(most * share) + least + 1, count).clip(max=most)
        rows[name] = ["é".encode() * (size // 2) + b"x" * (size % 2) for size in sizes.tolist()]
    rows["provider"] = chance.choice([b"", b"Reuters", b"AP"], count)
    rows["language"] = b"en"
    return rows


@dataclass
class Shard:
    """A ring, and all rows that it was given."""

    ring: Ring
    rows: list[Rows] = field(default_factory=list)
    tail: int = 0

    def take(self, rows: Rows) -> None:
        """New rows, for which the oldest make room."""
        self.forget(len(self.rows) + len(rows) - CAPACITY)
        self.ring.write(rows, len(self.rows))
        self.rows += [rows[i : i + 1] for i in range(len(rows))]

    def forget(self, tail: int) -> None:
        """All rows before this serial, if any."""
        self.tail = max(self.tail, tail)
        self.ring.forget(self.tail, len(self.rows))

    def check(self) -> None:
        """Whether all that are left come back, as rows and as views."""
        serials = np.arange(self.tail, len(self.rows))
        found = self.ring.at(serials)
        assert found.tobytes() == b"".join(self.rows[s].tobytes() for s in serials)
        memory, texts = self.ring.octets.data, self.ring.texts.data
        own = octets_of(found).data
        for place, serial in enumerate(serials.tolist()):
            view = stored_row_view_of(memory, texts, serial % CAPACITY)
            assert view == row_view_of(own, place)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, CAPACITY), SHARES, st.integers(0, CAPACITY)),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from([1, 2 * mmap.PAGESIZE]),
    st.integers(0, 1 << 30),
)
def test_rows_come_back_until_they_are_forgotten(
    steps: list[tuple[int, float, int]], kept_bytes: int, seed: int
) -> None:
    """In a ring whose texts take two pages, which are given back and written again."""
    shard, chance = Shard(Ring(CAPACITY, kept_bytes)), np.random.default_rng(seed)
    for count, share, forgotten in steps:
        shard.take(some(count, share, chance))
        shard.check()
        shard.forget(min(shard.tail + forgotten, len(shard.rows)))
        shard.check()


@pytest.mark.parametrize("pages", [1, 2, 3])
def test_what_is_given_back_late_has_not_been_written_again(pages: int) -> None:
    """The texts take two pages, so a third that is kept after its texts are forgotten is in use."""
    shard, chance = Shard(Ring(CAPACITY, pages * mmap.PAGESIZE)), np.random.default_rng(1)
    for _ in range(100):
        shard.take(some(CAPACITY // 2, 1, chance))
        shard.check()


def test_a_row_without_its_texts_is_read_in_place() -> None:
    ring, rows = Ring(CAPACITY), some(CAPACITY, 0.5, np.random.default_rng(1))
    ring.write(rows, 5)
    stored = ring.rows[7 % CAPACITY]
    for name in set(ROW.names or ()) & set(STORED.names or ()):
        assert stored[name].tobytes() == rows[2][name].tobytes()


def test_texts_beyond_a_terabyte_are_found() -> None:
    """Shards count the bytes of all texts that they have ever had."""
    shard, chance = Shard(Ring(CAPACITY)), np.random.default_rng(1)
    shard.ring._end = shard.ring._given_back = 5 << 40
    for _ in range(9):
        shard.take(some(CAPACITY // 2, 1, chance))
        shard.check()


@pytest.mark.skipif(not hasattr(mmap, "MADV_REMOVE"), reason="memory is not given back there")
def test_texts_take_the_memory_that_they_need() -> None:
    """A hundred windows of them, each a quarter of what there is room for."""
    capacity = 1 << 14
    ring, rows = Ring(capacity), some(capacity, 0, np.random.default_rng(1))
    rows["headline"] = b"x" * (MOST_TEXT_BYTES // 4)
    ring.write(rows, 0)
    process, windows = psutil.Process(), 100
    before = process.memory_info().rss
    for window in range(1, windows):
        for first in range(0, capacity, 256):
            serial = window * capacity + first
            ring.forget(serial + 256 - capacity, serial)
            ring.write(rows[first : first + 256], serial)
    assert process.memory_info().rss - before < capacity * MOST_TEXT_BYTES / 3
