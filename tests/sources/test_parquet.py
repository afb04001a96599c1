"""Parquet files: a row is an event, with what columns can hold and JSON cannot."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from streams.sources.inputs import Meter, read_events
from streams.sources.raw_events import InputError
from tests.sources.reading import articles


def written(path: Path, table: pa.Table, **options: Any) -> Path:
    parquet.write_table(table, path, **options)
    return path


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(event.value) for event in read_events([path])]


TEXTS = {"id": ["a", "b", None], "text": ["eins", "zwei", "drei"], "title": [None, "T", None]}


def test_a_row_is_an_event_without_its_nulls(tmp_path: Path) -> None:
    path = written(tmp_path / "a.parquet", pa.table(TEXTS))
    assert [(event.origin, json.loads(event.value)) for event in read_events([path])] == [
        (f"{path} row 1", {"id": "a", "text": "eins"}),
        (f"{path} row 2", {"id": "b", "text": "zwei", "title": "T"}),
        (f"{path} row 3", {"text": "drei"}),
    ]


def test_rows_are_raw_articles_as_the_contract_has_them(tmp_path: Path) -> None:
    table = pa.table(
        {
            "source": pa.array(["a.example"]).dictionary_encode(),
            "html": pa.array(["<p>Größe</p>".encode()], pa.large_binary()),
            "fetched_at": pa.array([1_700_000_000_123_456_789], pa.timestamp("ns")),
            "published_at": pa.array([datetime(2026, 3, 2, 9, tzinfo=UTC)]),
            "attributes": pa.array([[("desk", "sport")]], pa.map_(pa.string(), pa.string())),
        }
    )
    content = written(tmp_path / "a.parquet", table).read_bytes()
    assert articles(tmp_path / "b.parquet", content) == [
        {
            "source": "a.example",
            "html": "<p>Größe</p>",
            "fetched_at": "2023-11-14T22:13:20.123456Z",
            "published_at": "2026-03-02T09:00:00Z",
            "attributes": {"desk": "sport"},
        }
    ]


def test_what_json_cannot_hold_becomes_the_nearest_value(tmp_path: Path) -> None:
    table = pa.table(
        {
            "version": pa.array([Decimal("3.00")]),
            "score": pa.array([float("nan")]),
            "published_at": pa.array([date(2026, 3, 2)]),
            "took": pa.array([1], pa.duration("s")),
            "text": pa.array(["Größe und Gewähr, für später".encode("cp1252")]),
        }
    )
    assert rows_of(written(tmp_path / "a.parquet", table)) == [
        {
            "version": 3,
            "score": None,
            "published_at": "2026-03-02",
            "took": "0:00:01",
            "text": "Größe und Gewähr, für später",
        }
    ]


def test_a_time_is_the_records_time(tmp_path: Path) -> None:
    at = pa.array([1_700_000_000], pa.timestamp("s"))
    (event,) = read_events([written(tmp_path / "a.parquet", pa.table({"fetched_at": at}))])
    assert event.time == 1_700_000_000_000


def test_rows_come_in_order_out_of_many_groups_and_the_meter_follows_them(tmp_path: Path) -> None:
    table = pa.table({"id": [str(n) for n in range(1000)]})
    path, meter = written(tmp_path / "a.parquet", table, row_group_size=300), Meter()
    positions, ids = [], []
    for event in read_events([path], meter):
        positions.append(meter.read_bytes)
        ids.append(json.loads(event.value)["id"])
    assert ids == [str(n) for n in range(1000)]
    assert positions == sorted(positions)
    assert positions[500] < path.stat().st_size * 0.6
    assert meter.read_bytes == path.stat().st_size


def test_a_file_without_rows_holds_no_events(tmp_path: Path) -> None:
    empty = pa.table({"id": pa.array([], pa.string())})
    assert rows_of(written(tmp_path / "a.parquet", empty)) == []


def test_a_file_compressed_as_a_whole_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet.gz"
    content = written(tmp_path / "a.parquet", pa.table(TEXTS)).read_bytes()
    path.write_bytes(gzip.compress(content))
    assert len(rows_of(path)) == 3


def test_a_file_that_is_damaged_or_cut_off_is_named(tmp_path: Path) -> None:
    table = pa.table({"text": [f"words of row {n}" for n in range(5000)]})
    content = written(tmp_path / "a.parquet", table).read_bytes()
    damaged = content[:50] + bytes(500) + content[550:]
    for broken in (content[: len(content) // 2], content[:-1], damaged, b"PAR1", b""):
        path = tmp_path / "broken.parquet"
        path.write_bytes(broken)
        with pytest.raises(InputError, match=r"broken\.parquet: cannot be read: .+"):
            list(read_events([path]))
        meter = Meter()
        list(read_events([path], meter))
        assert len(meter.refused) == 1


def test_without_pyarrow_the_error_says_what_to_install(tmp_path: Path) -> None:
    """In a process of its own: pyarrow cannot be loaded twice into one."""
    path = written(tmp_path / "a.parquet", pa.table(TEXTS))
    program = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from pathlib import Path\n"
        "from streams.sources.inputs import Meter, read_events\n"
        f"meter = Meter(); list(read_events([Path({str(path)!r})], meter)); print(meter.refused)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True, timeout=60
    )
    assert "pip install 'echowire[parquet]'" in done.stdout


@pytest.mark.parametrize(
    "column",
    [
        pa.array([Decimal(10) ** 25], pa.decimal128(30, 0)),
        pa.array([[(1, 2)]], pa.map_(pa.int64(), pa.int64())),
        pa.array([9_000_000], pa.date32()),
        pa.array([10**15], pa.timestamp("us", "Nowhere/Here")),
    ],
    ids=["number", "map", "date", "zone"],
)
def test_a_column_that_json_cannot_hold_costs_its_file_and_no_other(
    tmp_path: Path, column: pa.Array
) -> None:
    odd = written(tmp_path / "odd.parquet", pa.table({"text": ["Words."], "odd": column}))
    good, meter = written(tmp_path / "sound.parquet", pa.table(TEXTS)), Meter()
    assert len(list(read_events([odd, good], meter))) == 3
    [said] = meter.refused
    assert said.startswith(f"{odd}: cannot be read: ")
