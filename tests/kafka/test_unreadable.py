"""What the client library cannot read is read leniently, or passed on as raw bytes."""

from __future__ import annotations

import random
import struct
import tracemalloc
from collections.abc import Sequence
from itertools import count

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import ConsumerRecord
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka import connection  # noqa: F401 - its clients are what is tested
from streams.kafka.batch import encode_batch
from streams.kafka.headers import Header, encode_headers
from streams.kafka.unpack import LARGE_BYTES, most_unpacked_bytes, unpacking
from streams.kafka.unreadable import UnreadableRecord
from tests.kafka.test_worker import NOON

_number = count()


def batch(base: int, headers: Sequence[Sequence[Header]], compression: str = "none") -> bytearray:
    """As many records as there are lists of headers, from the offset `base` on."""
    many = len(headers)
    encoded = encode_batch(
        [b"key"] * many, [b"value"] * many, [*map(encode_headers, headers)], [*range(5, many + 5)],
        compression,
    )  # fmt: skip
    built = encoded._build()
    struct.pack_into(">q", built, 0, base)
    return built


def sealed(changed: bytearray) -> bytes:
    """With the checksum of what it holds now."""
    struct.pack_into(">I", changed, 17, calc_crc32c(bytes(changed[21:])))
    return bytes(changed)


def fetched(data: bytes, begin: int, topic: str = "") -> tuple[list[ConsumerRecord], int]:
    """What a consumer makes of it, and where it would fetch next."""
    tp = TopicPartition(topic or f"t{next(_number)}", 0)
    found = fetcher.PartitionRecords(
        tp, fetcher.MemoryRecords(data), [], begin, None, None, True, fetcher.READ_COMMITTED
    )
    return list(found), found.next_fetch_offset


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) == 1
    return sealed(bytearray(data.replace(old, new)))


@pytest.mark.parametrize("begin", [10, 11, 12])
def test_a_header_whose_name_is_not_utf8_keeps_its_record_readable(begin: int) -> None:
    made = batch(10, [[("one", b"1")], [("two", b"2"), ("nul", None)], [("six", b"3")]])
    data = renamed(renamed(bytes(made), b"two", b"\xff\xfeo"), b"nul", b"\x80\x80\x80")
    records, after = fetched(data + bytes(batch(13, [[]])), begin)
    assert [r.offset for r in records] == [*range(begin, 14)]
    assert after == 14
    by_offset = {r.offset: r for r in records}
    if begin <= 11:
        assert by_offset[11].headers == (("\\xff\\xfeo", b"2"), ("\\x80\\x80\\x80", None))
        assert (by_offset[11].key, by_offset[11].value) == (b"key", b"value")
        assert by_offset[11].timestamp == 6


def test_a_batch_whose_checksum_is_wrong_is_fetched_again_and_then_passed_over() -> None:
    bad = bytes(batch(3, [[], [], []]))[:-1] + b"?"
    data, topic = bytes(batch(0, [[], [], []])) + bad + bytes(batch(6, [[]])), "checksum"
    first, after = fetched(data, 0, topic)
    assert ([r.offset for r in first], after) == ([0, 1, 2], 3)
    again, after = fetched(data[len(batch(0, [[], [], []])) :], 3, topic)
    assert ([r.offset for r in again], after) == ([5], 6)  # the rest is fetched again
    (unreadable,) = again
    assert isinstance(unreadable, UnreadableRecord)
    assert (unreadable.first_offset, unreadable.value) == (3, bad)
    assert "partition 0 offset 3 to 5 cannot be read" in str(unreadable)
    assert "CRC" in str(unreadable)


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_a_batch_of_unknown_compression_is_passed_over(codec: int) -> None:
    made = batch(4, [[], []])
    made[22] = codec
    (unreadable,), after = fetched(sealed(made), 4)
    assert isinstance(unreadable, UnreadableRecord)
    assert (unreadable.first_offset, unreadable.offset, after) == (4, 5, 6)
    assert f"0x0{codec}" in unreadable.reason


@pytest.mark.parametrize("compression", ["gzip", "lz4", "zstd"])
def test_what_cannot_be_unpacked_is_passed_over(compression: str) -> None:
    made = batch(4, [[], []], compression)
    made[61:] = b"\x00" * (len(made) - 61)
    (unreadable,), after = fetched(sealed(made), 4)
    assert isinstance(unreadable, UnreadableRecord)
    assert (unreadable.offset, after) == (5, 6)


changes = st.lists(st.tuples(st.integers(61, 300), st.integers(0, 255)), min_size=1, max_size=6)


@settings(max_examples=400, deadline=None)
@given(changes=changes, begin=st.integers(10, 14), cut=st.integers(0, 40))
def test_any_bytes_in_a_batch_are_passed(
    changes: list[tuple[int, int]], begin: int, cut: int
) -> None:
    made = batch(10, [[("a", b"1")], [], [("b", None)] * 3, [("c", b"x" * 70)], []])
    del made[len(made) - cut :]
    struct.pack_into(">i", made, 8, len(made) - 12)
    for at, octet in changes:
        if at < len(made):
            made[at] = octet
    records, after = fetched(sealed(made) + bytes(batch(15, [[]])), begin)
    offsets = [r.offset for r in records]
    assert (offsets[-1], after) == (15, 16)
    assert min(offsets) >= begin


@pytest.mark.parametrize("compression", ["gzip", "lz4", "zstd", "snappy"])
def test_a_batch_that_unpacks_to_hundreds_of_megabytes_is_read_piece_by_piece(
    compression: str,
) -> None:
    """As it is otherwise, but in little memory."""
    value, many = b"a few words of news " * 15_000, 200  # 60 MB
    data = packed(value, many, compression)
    tracemalloc.start()
    tp = TopicPartition(f"t{next(_number)}", 0)
    found = fetcher.PartitionRecords(
        tp, fetcher.MemoryRecords(data), [], 3, None, None, True, fetcher.READ_COMMITTED
    )
    offsets = [record.offset for record in found if record.value == value]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert offsets == [*range(3, many)]
    assert most < LARGE_BYTES + (4 << 20)


def packed(value: bytes, many: int, compression: str) -> bytes:
    """One batch, as aiokafka's producer makes it."""
    codec = {"gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}[compression]
    builder = DefaultRecordBatchBuilder(2, codec, False, -1, -1, -1, 1 << 30)
    for number in range(many):
        assert builder.append(number, NOON, b"k", value, [("h", None)])
    return bytes(builder.build())


@pytest.mark.parametrize("compression", ["gzip", "lz4", "zstd", "snappy"])
def test_what_an_ordinary_batch_unpacks_to_is_known_beforehand(compression: str) -> None:
    value = random.Random(1).randbytes(1000)
    data = packed(value, 100, compression)
    codec = data[22] & 7
    most = most_unpacked_bytes(codec, data[61:])
    assert 100_000 < most < LARGE_BYTES
    assert len(unpacking(codec, data[61:]).read()) <= most
