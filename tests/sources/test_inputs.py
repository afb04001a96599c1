"""Inputs become events, line by line and page by page, and nothing is lost."""

from __future__ import annotations

import gzip
import io
import json
import lzma
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard

from deploy.demo.syndicator import SAMPLE
from streams.sources.inputs import Meter, read_events
from streams.sources.raw_events import InputError, RawEvent

LINES = [
    b'{"id": 1,  "source": "a.example", "text": "one"}',
    b"not json at all",
    b"[1, 2]",
    b'{"id": 2, "source": "b.example", "text": "\xff"}',
    b'{"id": 3, "url": "https://www.c.example/3", "fetched_at": "2026-03-02T10:00:00Z"}',
]


def read(*paths: Path) -> list[RawEvent]:
    return list(read_events(paths))


def values(*paths: Path) -> list[bytes]:
    return [event.value for event in read(*paths)]


def written(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.JSONL", "a.json"])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_lines_pass_byte_for_byte_broken_ones_too(
    tmp_path: Path, name: str, line_end: bytes
) -> None:
    assert values(written(tmp_path / name, line_end.join(LINES))) == LINES


def test_compressed_files_give_the_same_lines(tmp_path: Path) -> None:
    content = b"\n".join(LINES)
    gz = written(tmp_path / "a.jsonl.gz", gzip.compress(content))
    xz = written(tmp_path / "a.json.xz", lzma.compress(content))
    zst = written(tmp_path / "a.ndjson.ZST", zstandard.compress(content))
    assert values(gz) == values(xz) == values(zst) == LINES


def test_blank_lines_and_a_byte_order_mark_are_not_part_of_events(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + LINES[0] + b"\n\n  \n\r\n" + LINES[1] + b"\n\n"
    assert values(written(tmp_path / "a.jsonl", content)) == LINES[:2]
    assert values(written(tmp_path / "a.json", b"\n" + LINES[0] + b"\n\n")) == LINES[:1]


def test_an_event_knows_the_line_that_it_was_read_from(tmp_path: Path) -> None:
    path = written(tmp_path / "a.jsonl", b"{}\n\n{}\n")
    assert [event.origin for event in read(path)] == [f"{path} line 1", f"{path} line 3"]


def test_a_json_file_may_hold_one_object_over_several_lines(tmp_path: Path) -> None:
    document = json.dumps({"source": "a.example", "text": "one"}, indent=2).encode()
    (event,) = read(written(tmp_path / "a.json", document + b"\n"))
    assert event.value == document
    assert event.key == b"a.example"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_file_may_hold_an_array(tmp_path: Path, indent: int | None) -> None:
    elements: list[Any] = [{"id": "1"}, "broken", {"id": "\ud800"}]
    path = written(tmp_path / "a.json", json.dumps(elements, indent=indent).encode())
    assert [json.loads(value) for value in values(path)] == elements


def test_an_element_nested_too_deeply_to_be_written_is_named_and_the_others_are_read(
    tmp_path: Path,
) -> None:
    deep = '{"a": ' * 1000 + "1" + "}" * 1000
    for name in ("a.json", "a.jsonl"):
        path, meter = tmp_path / name, Meter()
        path.write_text(f'[{{"text": "one"}}, {deep}, {{"text": "two"}}]')
        events = list(read_events([path], meter))
        assert [json.loads(event.value)["text"] for event in events] == ["one", "two"]
        [why] = meter.refused
        assert why.endswith("item 2: nested too deeply")


def test_an_empty_file_holds_no_events(tmp_path: Path) -> None:
    paths = [written(tmp_path / name, b"") for name in ("a.jsonl", "b.json", "c.json")]
    assert values(*paths) == []


def test_standard_input_is_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(LINES))))
    assert values(Path("-")) == LINES


def test_a_page_is_an_event_with_its_path_as_id(tmp_path: Path) -> None:
    html = written(tmp_path / "page.html", "<p>Größe</p>".encode())
    text = written(tmp_path / "page.txt", b"plain words")
    assert [json.loads(value) for value in values(html, text)] == [
        {"id": str(html), "html": "<p>Größe</p>"},
        {"id": str(text), "text": "plain words"},
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<meta charset="windows-1251">Привет'.encode("cp1251"), "Привет"),
        ("<p>Größe und Gewähr, für später".encode("cp1252"), "Größe und Gewähr"),
        ('<meta charset="iso-8859-1">日本語'.encode(), "日本語"),
        ("\ufeff日本語".encode("utf-16"), "日本語"),
    ],
    ids=["declared", "undeclared", "declared wrongly", "marked"],
)
def test_a_page_is_read_in_its_own_encoding(tmp_path: Path, content: bytes, text: str) -> None:
    (value,) = values(written(tmp_path / "page.htm", content))
    assert text in json.loads(value)["html"]


def test_a_folder_gives_its_files_in_order_and_leaves_the_rest(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/10.txt", "a.txt", "c.html", ".hidden.txt", "b/.git/x.txt", "x.pdf"):
        written(tmp_path / name, b"words")
    found = [Path(event.origin).relative_to(tmp_path).as_posix() for event in read(tmp_path)]
    assert found == ["a.txt", "b/10.txt", "b/2.txt", "c.html"]


def test_a_missing_or_strange_input_is_named_before_anything_is_read(tmp_path: Path) -> None:
    good = written(tmp_path / "good.jsonl", LINES[0])
    (tmp_path / "empty").mkdir()
    strange = written(tmp_path / "notes.pdf", b"words")
    for path, why in [
        (tmp_path / "missing.jsonl", "no such file"),
        (strange, "cannot tell what it holds"),
        (tmp_path / "empty", "holds none of"),
    ]:
        with pytest.raises(InputError, match=why) as raised:
            read_events([good, path])
        assert str(path) in str(raised.value)


def test_frames_of_zstandard_in_a_row_are_one_file_and_skippable_ones_hold_nothing(
    tmp_path: Path,
) -> None:
    skippable = b"\x50\x2a\x4d\x18" + (4).to_bytes(4, "little") + b"skip"
    halves = [zstandard.compress(LINES[0] + b"\n"), zstandard.compress(b"\n".join(LINES[1:]))]
    content = skippable + halves[0] + skippable + zstandard.compress(b"") + halves[1]
    assert values(written(tmp_path / "a.jsonl.zst", content)) == LINES
    assert values(written(tmp_path / "b.jsonl.zst", b"")) == []


COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "a.jsonl.gz": gzip.compress,
    "a.jsonl.xz": lzma.compress,
    "a.jsonl.zst": zstandard.compress,
}


@pytest.mark.parametrize("name", COMPRESS)
def test_a_file_that_is_not_compressed_is_named(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / name, b"no such compression")
    with pytest.raises(InputError, match=f"{name}: cannot be read: .+"):
        list(read_events([path]))


@pytest.mark.parametrize("name", COMPRESS)
@pytest.mark.parametrize("cut_bytes", [1, 5, 5_000])
def test_a_damaged_archive_is_named_after_its_good_lines(
    tmp_path: Path, name: str, cut_bytes: int
) -> None:
    whole = COMPRESS[name](b"\n".join(b'{"id": %d}' % number for number in range(100_000)))
    path = written(tmp_path / name, whole[:-cut_bytes])
    events = read_events([path])
    assert next(events).value == b'{"id": 0}'
    with pytest.raises(InputError, match="cannot be read"):
        list(events)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, name: str) -> None:
    line = json.dumps({"id": "1", "text": "x" * 1000}).encode() + b"\n"
    path = written(tmp_path / name, COMPRESS[name](line * 30_000))
    tracemalloc.start()
    try:
        count = sum(1 for _ in read_events([path]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 30_000
    assert peak < 4 << 20


def test_the_meter_ends_at_the_size_of_the_files(tmp_path: Path) -> None:
    paths = [
        written(tmp_path / "a.jsonl.gz", gzip.compress(b"\n".join(LINES))),
        written(tmp_path / "b.jsonl", b"\n".join(LINES)),
    ]
    meter = Meter()
    positions = [meter.read_bytes for _ in read_events(paths, meter)]
    assert positions == sorted(positions)
    assert meter.read_bytes == meter.total_bytes == sum(path.stat().st_size for path in paths)


def test_the_meter_cannot_know_the_length_of_standard_input() -> None:
    meter = Meter()
    read_events([Path("-")], meter)
    assert meter.total_bytes is None


def test_every_line_of_the_sample_is_one_event_as_it_stands() -> None:
    assert values(SAMPLE) == SAMPLE.read_bytes().splitlines()
