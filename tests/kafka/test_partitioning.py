"""Keys land where every other Kafka client would put them."""

from __future__ import annotations

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.kafka.partitioning import partitions_of, shard_of

COUNTS = st.integers(1, 1000)
KEYS_OF_ANY_LENGTH = st.lists(st.binary(max_size=70), max_size=30)
KEYS_OF_ONE_LENGTH = st.integers(0, 70).flatmap(
    lambda length: st.lists(st.binary(min_size=length, max_size=length), max_size=30)
)


def one_by_one(keys: list[bytes], count: int) -> list[int]:
    partitions = list(range(count))
    return [DefaultPartitioner()(key, partitions, partitions) for key in keys]


@settings(deadline=None)
@given(st.one_of(KEYS_OF_ANY_LENGTH, KEYS_OF_ONE_LENGTH), COUNTS)
@example([b""], 7)
@example([b"", b""], 7)
@example([b"\xff" * 32, b"\0" * 32], 6)
@example([b"abc", b"abcd"], 6)
def test_a_batch_is_partitioned_as_its_keys_one_by_one(keys: list[bytes], count: int) -> None:
    assert partitions_of(keys, count).tolist() == one_by_one(keys, count)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.binary(max_size=40)), max_size=30), COUNTS)
def test_records_without_a_key_stay_in_range_and_disturb_no_others(
    keys: list[bytes | None], count: int
) -> None:
    found = partitions_of(keys, count).tolist()
    assert all(0 <= partition < count for partition in found)
    keyed = [key for key in keys if key is not None]
    assert [p for p, k in zip(found, keys, strict=True) if k is not None] == one_by_one(
        keyed, count
    )


def test_records_without_a_key_are_spread_evenly() -> None:
    assert partitions_of([None] * 6, 3).tolist() == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize(
    ("key", "murmur2"),
    # From the tests of Kafka's Java client. The last two take the way for whole batches.
    [
        (b"21", -973932308),
        (b"foobar", -790332482),
        (b"a-little-bit-longer-string", -1486304829),
        (b"a-little-bit-long-string", -985981536),
        (b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
    ],
)
def test_keys_land_where_the_java_client_puts_them(key: bytes, murmur2: int) -> None:
    assert partitions_of([key], 1000).tolist() == [(murmur2 & 0x7FFFFFFF) % 1000]


@pytest.mark.parametrize(
    ("language", "crc32"),
    [("en", 4082745666), ("de", 2106599819), ("fil", 1126208285), ("und", 484085953)],
)
def test_a_language_keeps_its_shard(language: str, crc32: int) -> None:
    """Literals: state and topics of running systems are laid out by them."""
    assert shard_of(language, 2**32) == crc32
    assert shard_of(language, 6) == crc32 % 6


@settings(deadline=None)
@given(st.text(), COUNTS)
def test_a_shard_is_always_in_range(language: str, count: int) -> None:
    assert 0 <= shard_of(language, count) < count
