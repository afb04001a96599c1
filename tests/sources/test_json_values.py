"""JSON that is not one object a line: over several lines, several on a line, in an array."""

from __future__ import annotations

import gzip
import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.sources.inputs import Meter, read_events
from streams.sources.json_values import json_values

ARTICLES: list[dict[str, Any]] = [
    {"id": "1", "text": 'a "quoted" {brace', "attributes": {"desk": "north", "empty": ""}},
    {"id": "2", "text": "line\nend ] and \\", "more": [{}, [1, {"a": []}], "x"]},
    {"id": "3", "text": "Größe 😀"},
]
PRETTY = [json.dumps(article, indent=2) for article in ARTICLES]
PLAIN = [json.dumps(article) for article in ARTICLES]


def read(path: Path, content: str | bytes) -> list[bytes]:
    content = content.encode() if isinstance(content, str) else content
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return [event.value for event in read_events([path])]


def lines_of(content: bytes) -> list[bytes]:
    return [value for _, value, _ in json_values(iter(content.splitlines(keepends=True)), "here")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json", "a.jsonl.gz"])
@pytest.mark.parametrize(
    "content",
    [
        "\n".join(PRETTY),
        "\r\n".join(text.replace("\n", "\r\n") for text in PRETTY),
        "".join(PRETTY),
        "\n\n".join(PRETTY) + "\n\n",
        "\ufeff" + " ".join(PRETTY),
        "\n".join([PLAIN[0], PRETTY[1], PLAIN[2]]),
        "".join(PLAIN),
        " ".join(PLAIN),
        json.dumps(ARTICLES),
        json.dumps(ARTICLES, indent=2),
        "[\n" + ",\n".join(PLAIN) + "\n]\n",
    ],
    ids=[
        *("one below the other", "ends of DOS", "end to end", "blank lines", "byte order mark"),
        *("mixed with lines", "on one line", "spaces", "array", "pretty array", "array of lines"),
    ],
)
def test_json_is_read_however_it_is_laid_out(tmp_path: Path, name: str, content: str) -> None:
    assert [json.loads(value) for value in read(tmp_path / name, content)] == ARTICLES


BROKEN = [
    b'{"id": 1, "text": "cut o',
    b'{"id": 1, "tags": [',
    b'{"id": 1,',
    b'{"id": 1, "n":',
    b"{",
    b'{"id": 1} and more',
    b'{"id": 1]',
    b'{"id": "\xff"}',
    b"}",
]


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_line_costs_none_of_its_neighbours(broken: bytes) -> None:
    good = [text.encode() for text in PLAIN]
    lines = [good[0], broken, good[1], broken, broken, good[2]]
    assert lines_of(b"\n".join(lines)) == lines


def test_an_object_with_an_error_in_it_is_one_event_and_the_next_is_read() -> None:
    wrong = b'{\n  "id": "1",\n  "text": "words",\n}'
    good = PRETTY[0].encode()
    assert lines_of(wrong + b"\n" + good) == [wrong, good]


def test_an_event_knows_where_it_begins(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"{PRETTY[2]}\n{PRETTY[2]}{PRETTY[2]}\n[{PLAIN[0]},\n{PLAIN[1]}]")
    origins = [event.origin.removeprefix(f"{path} ") for event in read_events([path])]
    assert origins == ["line 1", "line 5", "line 8", "line 12 item 1", "line 12 item 2"]


@given(st.lists(st.sampled_from([b"{", b"}", b"[", b"]", b",", b":", b'"a"', b'"', b"\n", b"1"])))
def test_whatever_the_lines_nothing_is_lost(parts: list[bytes]) -> None:
    content = b"".join(parts)
    assert b"".join(b"".join(lines_of(content)).split()) == b"".join(content.split())


@pytest.mark.parametrize(
    "line", [b'{"a":\n', b'{"a": [\n', b"}{\n", b'{"a": [{}\n', b"[[1,\n2],\n"]
)
def test_lines_that_open_and_never_close_are_read_in_time(line: bytes) -> None:
    begun = time.process_time()
    assert len(lines_of(line * 4_000)) >= 4_000
    assert time.process_time() - begun < 8


def test_a_file_of_which_every_event_is_refused_is_named_with_the_reason(tmp_path: Path) -> None:
    texts = {
        "good.jsonl": '{"text": "words"}\n{"title": "no body"}\nrubbish',
        "withdrawn.jsonl": '{"id": "1", "status": "canceled"}',
        "empty.jsonl": "",
        "bad.jsonl": 'rubbish\n{"content": "words"}\n{"body": "words"}',
    }
    paths = [tmp_path / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    meter = Meter()
    assert len(list(read_events(paths, meter))) == 7
    why = "1 is no JSON object; 2 are without `text` and `html`"
    assert meter.refused == [f"{paths[-1]}: the service refuses all 3 of its events: {why}"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_a_file_in_another_encoding_is_refused_as_the_service_does(
    tmp_path: Path, encoding: str, name: str
) -> None:
    """Python reads it all the same: `produce` said that all was well."""
    path, meter = tmp_path / name, Meter()
    path.write_bytes("".join(f"{line}\r\n" for line in PLAIN).encode(encoding))
    assert list(read_events([path], meter))
    [why] = meter.refused
    assert why.startswith(f"{path}: the service refuses all ")


FEED = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "f", "content_text": "x"}]}
NINJS = {"uri": "urn:w", "headline": "Pier", "body_text": "y"}
RAW = {"id": "r", "text": "z"}


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("joint", ["\n", " ", "\n\n"])
def test_feeds_wire_items_and_events_may_stand_in_one_file(
    tmp_path: Path, name: str, indent: int | None, joint: str
) -> None:
    content = joint.join(json.dumps(value, indent=indent) for value in (FEED, NINJS, RAW, FEED))
    found = [json.loads(value) for value in read(tmp_path / name, content)]
    assert [event["id"] for event in found] == ["f", "urn:w", "r", "f"]
    assert [event["text"] for event in found] == ["x", "y", "z", "x"]


def test_an_array_may_hold_feeds_and_wire_items(tmp_path: Path) -> None:
    found = [json.loads(v) for v in read(tmp_path / "a.json", json.dumps([FEED, NINJS, RAW]))]
    assert [event["id"] for event in found] == ["f", "urn:w", "r"]
