"""The item table answers as a dictionary of all items would, while rows come, return and go."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.detection.index.item_table import ItemTable, table_slots
from streams.detection.index.ring import STORED
from streams.detection.index.segment import NO_SERIAL, octets_of

CAPACITY, SLOTS = 12, 32
# Some collide, also at the table's end, behind which it goes on at its beginning.
HOMES = st.sampled_from([0, 1, SLOTS - 2, SLOTS - 1]) | st.integers(0, SLOTS - 1)
KEYS = st.builds(lambda home, rest: home | rest << 40, HOMES, st.integers(0, 2))
BATCHES = st.lists(st.tuples(st.lists(KEYS, min_size=1, max_size=CAPACITY), st.integers(0, 8)))


def id_of(key: int, version: int = 0) -> bytes:
    """An article id that begins with this key; only the rest depends on the version."""
    return key.to_bytes(8, "little") + version.to_bytes(8, "little")


class Shard:
    """A ring of rows with the table, and the dictionary that the table stands for."""

    def __init__(self) -> None:
        self.rows = np.zeros(CAPACITY, STORED)
        self.table = ItemTable(octets_of(self.rows))
        self.newest: dict[int, int] = {}
        self.keys: list[int] = []  # of all rows so far
        self.tail = 0

    def take(self, keys: list[int]) -> None:
        """New rows; the oldest make room for them."""
        first, last = len(self.keys), len(self.keys) + len(keys)
        self.forget(last - CAPACITY)
        for serial, key in enumerate(keys, first):
            ids = self.rows["article_id"]
            ids[serial % CAPACITY] = np.frombuffer(id_of(key, serial), np.uint8)
            self.newest[key] = serial
        self.table.enter(first, last)
        self.keys += keys

    def forget(self, tail: int) -> None:
        """All rows before this serial."""
        for serial in range(self.tail, tail):
            if self.newest[self.keys[serial]] == serial:
                del self.newest[self.keys[serial]]
        self.table.drop(self.tail, tail)
        self.tail = max(self.tail, tail)


@settings(max_examples=400, deadline=None)
@given(BATCHES)
def test_the_table_answers_as_a_dictionary(batches: list[tuple[list[int], int]]) -> None:
    shard = Shard()
    for keys, forgotten in batches:
        shard.take(keys)
        shard.forget(min(shard.tail + forgotten, len(shard.keys)))
        asked = [*sorted(set(shard.keys)), 5 << 50]
        expected = [shard.newest.get(key, NO_SERIAL) for key in asked]
        ids = np.frombuffer(b"".join(map(id_of, asked)), np.uint8).reshape(-1, 16)
        assert shard.table.newest_of(ids) == expected
        assert [shard.table.newest(id_of(key)) for key in asked] == expected
        assert len(shard.table) == len(shard.newest)


def test_serials_beyond_32_bits_are_told_apart() -> None:
    rows, base = np.zeros(CAPACITY, STORED), 7 * 2**32 + 5
    table = ItemTable(octets_of(rows))
    for serial in range(base, base + CAPACITY):
        rows["article_id"][serial % CAPACITY] = np.frombuffer(id_of(serial), np.uint8)
    table.enter(base, base + CAPACITY)
    assert [table.newest(id_of(base + n)) for n in range(CAPACITY)] == [
        base + n for n in range(CAPACITY)
    ]


def test_nothing_is_found_in_an_empty_table() -> None:
    table, nothing = ItemTable(octets_of(np.zeros(1, STORED))), np.zeros((0, 16), np.uint8)
    assert table.newest(bytes(16)) == NO_SERIAL
    assert table.newest_of(nothing) == []
    table.drop(0, 0)
    assert len(table) == 0


@pytest.mark.parametrize(("capacity", "slots"), [(1, 2), (2, 4), (3, 8), (64, 128), (65, 256)])
def test_half_of_the_table_stays_empty(capacity: int, slots: int) -> None:
    assert table_slots(capacity) == slots
    assert ItemTable(octets_of(np.zeros(capacity, STORED))).nbytes == 4 * slots
