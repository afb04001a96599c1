"""Arrays are made once, then mapped from a file; if that is damaged, they are made again."""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
import psutil
import pytest

from streams.mapped import Arrays, drop_what_was_read, mapped_arrays


def made(first: int = 1) -> Arrays:
    return {
        "counts": np.arange(first, first + 33, dtype=np.uint32),
        "shares": np.full((3, 5), 0.5, np.float16),
        "none": np.zeros(0, np.uint8),
        "letters": np.frombuffer(b"abc", np.uint8).copy(),
    }


def never() -> Arrays:
    raise AssertionError("made again")


def is_mapped(arrays: Arrays) -> bool:
    return all(isinstance(array.base, mmap.mmap) for array in arrays.values())


def same(arrays: Arrays, expected: Arrays) -> bool:
    return list(arrays) == list(expected) and all(
        (array.dtype, array.shape, array.tobytes()) == (other.dtype, other.shape, other.tobytes())
        for array, other in zip(arrays.values(), expected.values(), strict=True)
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "some.arrays"


def test_arrays_are_made_once_and_mapped_by_all(path: Path) -> None:
    first, second = mapped_arrays(path, "1", made), mapped_arrays(path, "1", never)
    for arrays in (first, second):
        assert same(arrays, made())
        assert is_mapped(arrays)
        assert all(array.ctypes.data % 64 == 0 for array in arrays.values() if array.size)
    assert [*path.parent.iterdir()] == [path]


def test_nobody_can_change_them(path: Path) -> None:
    for place in (path, path, None):
        for array in mapped_arrays(place, "1", made).values():
            assert not array.flags.writeable


def test_another_stamp_makes_them_anew(path: Path) -> None:
    old = mapped_arrays(path, "1", made)
    assert same(mapped_arrays(path, "2", lambda: made(7)), made(7))
    assert same(mapped_arrays(path, "2", never), made(7))
    assert same(old, made())  # still mapped by those who have it


@pytest.mark.parametrize("kept", [0, 5, 16, 60, -1])
def test_what_is_left_of_a_file_is_replaced(path: Path, kept: int) -> None:
    mapped_arrays(path, "1", made)
    path.write_bytes(path.read_bytes()[:kept])
    assert same(mapped_arrays(path, "1", made), made())
    assert is_mapped(mapped_arrays(path, "1", never))


def headed(table: bytes, length: int | None = None) -> bytes:
    size = len(table) if length is None else length
    start = b"EWMAP\0\0\1" + size.to_bytes(8, "little") + table
    return start + bytes(-len(start) % 64)


@pytest.mark.parametrize(
    "other",
    [
        b"x" * 500,
        headed(b"{" * 99, 32),
        headed(b"{}", 1 << 63),
        headed(b"{}", 1 << 60),
        headed(b"[]"),
        headed(b'{"stamp":"1","bytes":"0"}'),
        headed(b'{"stamp":"1","bytes":0}'),
        headed(b'{"stamp":"1","bytes":0,"arrays":[1]}'),
        headed(b'{"stamp":"1","bytes":0,"arrays":{"a":["<i8",[9],0]}}'),
        headed(b'{"stamp":"1","bytes":0,"arrays":{"a":["what",[1],0]}}'),
        headed(b'{"stamp":"1","bytes":0,"arrays":{"a":["<i8",[1]]}}'),
    ],
)
def test_another_file_is_replaced(path: Path, other: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(other)
    assert same(mapped_arrays(path, "1", made), made())
    assert is_mapped(mapped_arrays(path, "1", never))


def test_they_are_in_memory_where_no_file_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (None, tmp_path / "file" / "some.arrays"):
        arrays = mapped_arrays(path, "1", made)
        assert same(arrays, made())
        assert not is_mapped(arrays)


def test_a_file_that_cannot_be_finished_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "fsync", full)
    arrays = mapped_arrays(path, "1", made)
    assert same(arrays, made())
    assert [*path.parent.iterdir()] == []


def test_two_processes_may_make_them_at_once(path: Path) -> None:
    def overtaken() -> Arrays:
        assert same(mapped_arrays(path, "1", made), made())
        return made()

    assert same(mapped_arrays(path, "1", overtaken), made())
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="no way to ask for that")
def test_what_was_read_can_be_given_back(path: Path) -> None:
    zeros = mapped_arrays(path, "1", lambda: {"zeros": np.zeros(1 << 21, np.uint64)})["zeros"]
    process = psutil.Process()
    before = process.memory_info().rss
    assert zeros.sum() == 0
    read = process.memory_info().rss
    drop_what_was_read(zeros)
    after = process.memory_info().rss
    assert read - before > 12 << 20
    assert read - after > 12 << 20
    assert not zeros.any()


def test_arrays_in_memory_stay_as_they_are() -> None:
    numbers = np.arange(9)
    drop_what_was_read(numbers)
    assert numbers.tolist() == [*range(9)]
