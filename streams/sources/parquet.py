"""Parquet files -> raw events, one per row: columns are fields, nulls are absent.

This needs pyarrow, which is an extra: `pip install 'echowire[parquet]'`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

import orjson

from streams.sources.fields import decoded
from streams.sources.json_files import raw_event
from streams.sources.raw_events import InputError, RawEvent, bounded

_ROWS_AT_ONCE = 64
_TIMES = orjson.OPT_NAIVE_UTC | orjson.OPT_UTC_Z


def parquet_rows(file: IO[bytes], name: str) -> Iterator[RawEvent]:
    """The rows in order. Times without a zone are UTC; bytes are read as text.

    Moves `file` along as rows are read, as a measure of progress. Raises InputError if it is not a
    Parquet file, or damaged, or has values that JSON cannot hold, or pyarrow is not installed.
    """
    for number, value in enumerate(_rows(file, name), 1):
        yield raw_event(value, f"{name} row {number}")


def _rows(file: IO[bytes], name: str) -> Iterator[bytes]:
    """The rows as JSON."""
    try:
        import pyarrow as pa  # noqa: PLC0415
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            f"{name}: reading Parquet needs pyarrow: pip install 'echowire[parquet]'"
        ) from error
    try:
        # It is read from its end, where its index is; a compressed one is read into memory.
        on_disk = isinstance(getattr(file, "raw", None), io.FileIO)
        content = file if on_disk else io.BytesIO(bounded(file.read, name))
        size = content.seek(0, io.SEEK_END)
        table = parquet.ParquetFile(content)
        rows = 0
        for batch in table.iter_batches(_ROWS_AT_ONCE, use_threads=False):
            content.seek(size * rows // table.metadata.num_rows)
            for row in _microseconds(pa, batch).to_pylist(maps_as_pydicts="lossy"):
                rows += 1
                fields = {column: value for column, value in row.items() if value is not None}
                yield orjson.dumps(fields, default=_plain, option=_TIMES)
        content.seek(size)
    # Values that Python has no type for, or that JSON cannot hold, fail in these ways.
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        TypeError,
        ArithmeticError,
        LookupError,
    ) as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise InputError(f"{name}: cannot be read: {said}") from error


def _microseconds(pa: Any, batch: Any) -> Any:
    """Nanoseconds become microseconds, the resolution of Python's times."""
    for place, column in enumerate(batch.schema):
        if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
            fine = pa.timestamp("us", column.type.tz)
            batch = batch.set_column(place, column.name, batch.column(place).cast(fine, safe=False))
    return batch


def _plain(value: Any) -> Any:
    """Converts column types that JSON lacks. Raises TypeError for any other."""
    if isinstance(value, bytes):
        return decoded(value)
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return str(value)
