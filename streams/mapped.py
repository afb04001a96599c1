"""Arrays that take long to make: made once on a machine, kept in a file, and mapped from it.

Mapped arrays take no memory until they are read; all processes share what has been read, and the
system may drop it at any time.
"""

from __future__ import annotations

import mmap
import os
import secrets
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import orjson

Arrays = Mapping[str, npt.NDArray[Any]]

# A file begins with this and the length of a table in JSON: {"stamp": ..., "bytes": of all arrays,
# "arrays": {name: [dtype, shape, offset]}}. After the table come the arrays, each aligned.
_MAGIC = b"EWMAP\0\0\1"
_START = struct.Struct("<8sQ")
_ALIGNED = 64
# What comes of reading a file that was damaged, or is another's: its table has any length and form.
_DAMAGED = (
    OSError, struct.error, ValueError, TypeError, LookupError, AttributeError, OverflowError,
    MemoryError,
)  # fmt: skip


def mapped_arrays(path: Path | None, stamp: str, make: Callable[[], Arrays]) -> Arrays:
    """What `make` returns, read-only: from a file if that has this stamp; else it is made, and the
    file written for later processes.

    If there is no path or the file cannot be written, the arrays are in this process's memory.
    Processes may do this at the same time: a file appears with all of its content.
    """
    if path is not None and (found := _read(path, stamp)) is not None:
        return found
    made = make()
    if path is not None and _written(path, stamp, made):
        found = _read(path, stamp)
        if found is not None:
            return found
    for array in made.values():
        array.setflags(write=False)
    return made


def drop_what_was_read(array: npt.NDArray[Any]) -> None:
    """Take what this process has read of a mapped array's file out of its memory, until it is read
    again: with a few bytes, the system maps whole neighbourhoods."""
    if isinstance(array.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        array.base.madvise(mmap.MADV_DONTNEED)


def _read(path: Path, stamp: str) -> Arrays | None:
    try:
        with path.open("rb") as file:
            magic, length = _START.unpack(file.read(_START.size))
            table = orjson.loads(file.read(length)) if magic == _MAGIC else {}
            start = file.tell() + -file.tell() % _ALIGNED
            whole = start + table.get("bytes", 0) == os.fstat(file.fileno()).st_size
            if table.get("stamp") != stamp or not whole:
                return None
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return {
            name: np.ndarray(shape, dtype, content, start + offset)
            for name, (dtype, shape, offset) in table["arrays"].items()
        }
    except _DAMAGED:
        return None


def _written(path: Path, stamp: str, arrays: Arrays) -> bool:
    """Whether the file was written."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("xb") as file:
            _write(file, stamp, arrays)
            file.flush()
            os.fsync(file.fileno())  # or after a crash the file might have its size alone
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        return False
    return True


def _write(file: BinaryIO, stamp: str, arrays: Arrays) -> None:
    table: dict[str, list[Any]] = {}
    end = 0
    for name, array in arrays.items():
        table[name] = [array.dtype.str, array.shape, end]
        end += array.nbytes + -array.nbytes % _ALIGNED
    header = orjson.dumps({"stamp": stamp, "bytes": end, "arrays": table})
    start = _START.size + len(header)
    file.write(_START.pack(_MAGIC, len(header)) + header + bytes(-start % _ALIGNED))
    for array in arrays.values():
        file.write(np.ascontiguousarray(array).data)
        file.write(bytes(-array.nbytes % _ALIGNED))
