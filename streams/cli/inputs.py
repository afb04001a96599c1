"""Inputs of commands: files, folders and standard input -> raw events, one at a time.

| input | events |
|---|---|
| `.jsonl`, `.ndjson`, `-` (standard input) | one a line, byte for byte |
| `.json` | the same; or one object; or the elements of one array |
| `.html`, `.htm`, `.txt` | one page: the file's path as `id`, its text as `html` or `text` |
| a folder | those files in it and below, in the order of their names |

Files may be compressed: `.gz`, `.xz`.
"""

from __future__ import annotations

import gzip
import io
import json
import lzma
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import orjson
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from streams.articles.address import publisher
from streams.articles.times import milliseconds, parse_time
from streams.cli.corpus import is_corpus_line, raw_fields

STANDARD_INPUT = Path("-")

_LINES = {".jsonl", ".ndjson"}
_JSON = ".json"
_PAGES = {".html": "html", ".htm": "html", ".txt": "text"}
_KINDS = {*_LINES, _JSON, *_PAGES}
_COMPRESSED: dict[str, Callable[[IO[bytes]], IO[bytes]]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".xz": lzma.LZMAFile,
}

# Twice the largest `record_bytes`. What is longer between two line ends is no line of JSON, and
# reading it whole would take the memory of everything else.
_LONGEST_BYTES = 128 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_ID = 512


class InputError(Exception):
    """An input cannot be read; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One record for `articles.raw`.

    key: the publisher (`source`, else the host of `url`; None where neither is usable), so that
        one publisher's events share a partition and keep their order.
    time: `fetched_at`, else `published_at`, in milliseconds since 1970; None where neither is.
    origin: where it was read, for messages.
    """

    key: bytes | None
    value: bytes
    time: int | None
    origin: str = ""


@dataclass(slots=True)
class Meter:
    """How far reading has come, in bytes of the files as they lie on disk."""

    read_bytes: int = 0
    total_bytes: int | None = None  # None: not known, as standard input is among the inputs


def read_events(paths: Iterable[Path], meter: Meter | None = None) -> Iterator[RawEvent]:
    """-> the events of all inputs in order. A broken line is an event too: the service judges it.

    Raises InputError at once where an input is missing or of an unknown kind, and later where
    a file turns out to be unreadable.
    """
    files = [file for path in paths for file in _files(path)]
    meter = meter or Meter()
    if STANDARD_INPUT not in files:
        meter.total_bytes = sum(file.stat().st_size for file in files)
    return _events(files, meter)


def raw_event(value: bytes, origin: str) -> RawEvent:
    """One line or document -> its event; a labelled corpus's line is put into the raw form."""
    fields = _parsed(value)
    if not isinstance(fields, dict):
        return RawEvent(None, value, None, origin)
    if is_corpus_line(fields):
        fields = raw_fields(fields)
        value = _encoded(fields)
    return RawEvent(_key(fields), value, _time(fields), origin)


def _files(path: Path) -> Iterator[Path]:
    if path == STANDARD_INPUT:
        yield path
    elif path.is_dir():
        found = list(_files_below(path))
        if not found:
            raise InputError(f"{path}: the folder holds none of {', '.join(sorted(_KINDS))}")
        yield from found
    elif not path.exists():
        raise InputError(f"{path}: there is no such file")
    elif _kind(path) is None:
        raise InputError(
            f"{path}: cannot tell what it holds; known are {', '.join(sorted(_KINDS))},"
            " also with .gz or .xz, and - for standard input"
        )
    else:
        yield path


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            if not path.is_symlink():  # it could lead in a circle
                yield from _files_below(path)
        elif _kind(path):
            yield path


def _kind(path: Path) -> str | None:
    """`.jsonl` for `a.jsonl` and `a.jsonl.gz`; None where it is none that is known."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes and suffixes[-1] in _KINDS else None


def _events(files: list[Path], meter: Meter) -> Iterator[RawEvent]:
    for path in files:
        if path == STANDARD_INPUT:
            yield from _lines(sys.stdin.buffer, "standard input")
            continue
        with _opened(path) as (on_disk, file):
            before = meter.read_bytes
            for event in _events_of(path, file):
                meter.read_bytes = before + on_disk.tell()
                yield event
            meter.read_bytes = before + on_disk.tell()


@contextmanager
def _opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """-> (the file on disk, its content)."""
    try:
        with path.open("rb") as on_disk:
            decompressed = _COMPRESSED.get(path.suffix.lower())
            yield on_disk, decompressed(on_disk) if decompressed else on_disk
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {why}") from error


def _events_of(path: Path, file: IO[bytes]) -> Iterator[RawEvent]:
    kind = _kind(path)
    if kind in _LINES:
        yield from _lines(file, str(path))
    elif kind == _JSON:
        yield from _json(file, str(path))
    elif kind:
        yield _page(file, path, _PAGES[kind])


def _lines(file: IO[bytes], name: str) -> Iterator[RawEvent]:
    number = 0
    while line := file.readline(_LONGEST_BYTES + 1):
        number += 1
        _check_length(line, f"{name} line {number}")
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)  # noqa: PLW2901
        if not line.isspace() and line:
            yield raw_event(line.rstrip(b"\r\n"), f"{name} line {number}")


def _json(file: IO[bytes], name: str) -> Iterator[RawEvent]:
    """JSON lines if the first line is an object by itself, else one document."""
    first = file.readline(_LONGEST_BYTES + 1)
    while first.isspace():
        first = file.readline(_LONGEST_BYTES + 1)
    if isinstance(_parsed(first), dict):
        yield raw_event(first.rstrip(b"\r\n"), f"{name} line 1")
        yield from _lines(file, name)
        return
    whole = first + file.read(_LONGEST_BYTES + 1)
    _check_length(whole, name)
    document = _parsed(whole.removeprefix(_BYTE_ORDER_MARK))
    if isinstance(document, dict):
        yield raw_event(whole.removeprefix(_BYTE_ORDER_MARK).strip(), name)
    elif isinstance(document, list):
        for number, element in enumerate(document, 1):
            yield raw_event(_encoded(element), f"{name} item {number}")
    else:
        yield from _lines(io.BytesIO(whole), name)


def _page(file: IO[bytes], path: Path, field: str) -> RawEvent:
    """The file's name is no address: the page itself may name one, which is the service's to see."""
    content = file.read(_LONGEST_BYTES + 1)
    _check_length(content, str(path))
    name = os.fsencode(path).decode("utf-8", "replace")
    value = _encoded({"id": name[-_LONGEST_ID:], field: _decoded(content)})
    return RawEvent(None, value, None, str(path))


def _decoded(content: bytes) -> str:
    """Valid UTF-8 is UTF-8, whatever the page says: browsers save pages so and keep the old label."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        encoding = detect_encoding(content, html5_compatible=True, from_html_meta=True)
        return str(bytes_to_str(content, encoding))


def _check_length(content: bytes, name: str) -> None:
    if len(content) > _LONGEST_BYTES:
        raise InputError(
            f"{name}: longer than {_LONGEST_BYTES >> 20} MiB, which no event is; many events"
            " belong on lines of their own, in a .jsonl file"
        )


def _parsed(value: bytes) -> Any:
    """-> the JSON value, or None where there is none."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        pass
    try:  # orjson refuses lone surrogates, which the service mends
        return json.loads(value)
    except (ValueError, RecursionError):
        return None


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, or more depth than orjson writes
        return json.dumps(value).encode()


def _key(fields: dict[str, Any]) -> bytes | None:
    source, url = fields.get("source"), fields.get("url")
    name = publisher(
        source if isinstance(source, str) else None, url if isinstance(url, str) else None
    )
    return name.encode("utf-8", "replace") if name else None


def _time(fields: dict[str, Any]) -> int | None:
    for name in ("fetched_at", "published_at"):
        text = fields.get(name)
        time = parse_time(text) if isinstance(text, str) else None
        if time and time.year >= 1970:  # Kafka knows no time before
            return milliseconds(time)
    return None
