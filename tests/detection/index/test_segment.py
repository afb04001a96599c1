"""A segment is read back as it was, or refused with a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from streams.detection.index import segment as segment_module
from streams.detection.index.segment import (
    ROW,
    DamagedSegmentError,
    PackedStory,
    Segment,
    decode_segment,
    encode_segment,
)
from streams.detection.sketch.entry import HEADLINE_BYTES
from tests.detection.newsroom import Desk, article, edited, story


@pytest.fixture(scope="module")
def data() -> bytes:
    """The segment of three articles, two of which share a story."""
    desk, told = Desk(), story(1)
    desk.take(
        article("a", told, title="Ein sehr langer Titel über viele Dinge " * 9),
        article("b", edited(told), source="tagblatt.example", title="Über"),
        article("c", story(2), source=None, title=""),
    )
    return desk.segments[0]


def test_a_segment_read_back_is_the_one_that_was_written(data: bytes) -> None:
    read = decode_segment(data)
    assert encode_segment(read) == data
    assert [row["source"].decode() for row in read.rows] == [
        "gazette.example", "tagblatt.example", "",
    ]  # fmt: skip
    assert read.rows[1]["headline"].decode() == "Über"
    stories = [story for story in read.stories if isinstance(story, PackedStory)]
    assert [story.fields()["record"]["articles"] for story in stories] == [2]
    assert (read.first_offset, read.last_offset, read.base) == (1, 3, 0)


def test_a_long_headline_is_cut_between_two_characters(data: bytes) -> None:
    headline = decode_segment(data).rows[0]["headline"]
    assert HEADLINE_BYTES - 4 < len(headline) <= HEADLINE_BYTES
    assert headline.decode()


def test_a_segment_without_rows_is_read_back() -> None:
    empty = Segment(5, 9, 17, 123, 456, np.zeros(0, ROW), [])
    read = decode_segment(encode_segment(empty))
    assert (read.first_offset, read.last_offset, read.base) == (5, 9, 17)
    assert (read.clock, read.latest) == (123, 456)
    assert len(read.rows) == 0
    assert read.stories == []


def test_a_damaged_byte_anywhere_is_noticed(data: bytes) -> None:
    places = [*range(80), *range(80, len(data), 97), len(data) - 1]
    for place in places:
        damaged = bytearray(data)
        damaged[place] ^= 0x10
        with pytest.raises(DamagedSegmentError, match=r"^\S+ .+ \S+$"):
            decode_segment(bytes(damaged))


def test_bytes_lost_or_added_are_noticed(data: bytes) -> None:
    for length in [0, 3, 20, 44, 45, 80, len(data) // 2, len(data) - 1]:
        with pytest.raises(DamagedSegmentError, match=r"^\S+ .+ \S+$"):
            decode_segment(data[:length])
    with pytest.raises(DamagedSegmentError, match="checksum"):
        decode_segment(data + b" ")


def test_another_version_is_refused(data: bytes) -> None:
    with pytest.raises(DamagedSegmentError, match="of version 5, got b'EWSG' of version 3"):
        decode_segment(data[:4] + b"\3" + data[5:])


def test_another_algorithms_segment_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(segment_module, "ALGORITHM", "1/minhash64x3")
        data = encode_segment(Segment(0, 0, 0, 0, 0, np.zeros(1, ROW), []))
    with pytest.raises(DamagedSegmentError, match="made by algorithm 1/minhash64x3, this is 6/"):
        decode_segment(data)


def test_rows_of_another_size_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        assert ROW.fields is not None
        narrow = np.dtype([(name, kind) for name, (kind, *_) in list(ROW.fields.items())[:-1]])
        patch.setattr(segment_module, "ROW", narrow)
        data = encode_segment(Segment(0, 0, 0, 0, 0, np.zeros(2, narrow), []))
    with pytest.raises(DamagedSegmentError, match="2 rows of 726 bytes and 0 stories"):
        decode_segment(data)


def test_a_row_has_726_bytes() -> None:
    """Memory and the segment topic grow with it, and segments of another size are unreadable:
    raise the segment's version when this number changes."""
    assert ROW.itemsize == 726
