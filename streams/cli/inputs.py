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
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import IO, Any

import orjson
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from streams.articles.address import publisher
from streams.articles.times import format_time, milliseconds, parse_time

STANDARD_INPUT = Path("-")
_COMPRESSED: dict[str, Callable[[IO[bytes]], Any]] = {".gz": gzip.open, ".xz": lzma.open}

# Twice the largest `record_bytes`. What is longer between two line ends is no line of JSON, and
# reading it whole would take the memory of everything else.
_LONGEST_BYTES = 128 << 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LONGEST_ID = 512

# Labelled corpora of news: what a raw event takes over from their lines, and how they write times.
_CORPUS_FIELDS = ("id", "source", "url", "title", "text", "html")
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_SLASHED_TIME = re.compile(  # 2017/2/7, 2016/12/31 7:11
    r"(?P<year>\d{4})/(?P<month>\d\d?)/(?P<day>\d\d?)"
    r"(?:\s+(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d))?)?$"
)
_WIRE_TIME = re.compile(  # 26-FEB-1987 15:01:01.79; codes of the wire may follow
    rf"(?P<day>\d\d?)-(?P<month>{'|'.join(_MONTHS)})-(?P<year>\d{{4}})"
    r"\s+(?P<hour>\d\d?):(?P<minute>\d\d):(?P<second>\d\d(?:\.\d+)?)"
)


class InputError(Exception):
    """An input cannot be read; the message names it and says why."""


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One record for `articles.raw`.

    key: the publisher (`source`, else the host of `url`, else None): its events share a partition
        and keep their order.
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
    meter = meter or Meter()
    try:
        files = [file for path in paths for file in _files(path)]
        if STANDARD_INPUT not in files:
            meter.total_bytes = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error
    return _events(files, meter)


def raw_event(value: bytes, origin: str) -> RawEvent:
    """One line or document -> its event; a labelled corpus's line is put into the raw form."""
    fields = _parsed(value)
    if not isinstance(fields, dict):
        return RawEvent(None, value, None, origin)
    if fields.get("published_at") is None and (fields.get("time") or fields.get("iso")):
        fields = _from_corpus(fields)
        value = _encoded(fields)
    return RawEvent(_key(fields), value, _time(fields), origin)


def _files(path: Path) -> Iterator[Path]:
    if path == STANDARD_INPUT:
        yield path
    elif path.is_dir():
        if not (found := list(_files_below(path))):
            raise InputError(f"{path}: the folder holds none of {', '.join(_READERS)}")
        yield from found
    elif not path.exists():
        raise InputError(f"{path}: there is no such file")
    elif _kind(path) not in _READERS:
        raise InputError(
            f"{path}: cannot tell what it holds; known are {', '.join(_READERS)}, also with"
            " .gz or .xz, and - for standard input"
        )
    else:
        yield path


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():  # a link could lead in a circle
            yield from _files_below(path)
        elif path.is_file() and _kind(path) in _READERS:
            yield path


def _kind(path: Path) -> str:
    """`.jsonl` of `a.jsonl` and of `a.jsonl.gz`; what is not in `_READERS` is not known."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _events(files: list[Path], meter: Meter) -> Iterator[RawEvent]:
    for path in files:
        if path == STANDARD_INPUT:
            yield from _lines(_standard_input(), "standard input")
            continue
        before = meter.read_bytes
        with _opened(path) as (on_disk, content):
            for event in _READERS[_kind(path)](content, str(path)):
                meter.read_bytes = before + on_disk.tell()
                yield event
            meter.read_bytes = before + on_disk.tell()


def _standard_input() -> IO[bytes]:
    # Its own reader: Python aborts at exit while a thread still waits for a line of the shared one.
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:  # a test has replaced it
        return sys.stdin.buffer


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


def _lines(file: IO[bytes], name: str, before: Iterable[bytes] = ()) -> Iterator[RawEvent]:
    """Events of a file of lines; `before` are those that were read from it already."""
    for number, line in enumerate(chain(before, _split(file, name)), 1):
        content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if content.strip():
            yield raw_event(content.rstrip(b"\r\n"), f"{name} line {number}")


def _json(file: IO[bytes], name: str) -> Iterator[RawEvent]:
    """JSON lines if the first line is an object by itself, else one document."""
    head = [next(_split(file, name), b"")]
    while head[-1].isspace():
        head.append(next(_split(file, name), b""))
    if isinstance(_parsed(head[-1].removeprefix(_BYTE_ORDER_MARK)), dict):
        yield from _lines(file, name, before=head)
        return
    whole = (b"".join(head) + _bounded(file.read, name)).removeprefix(_BYTE_ORDER_MARK)
    document = _parsed(whole)
    if isinstance(document, dict):
        yield raw_event(whole.strip(), name)
    elif isinstance(document, list):
        for number, element in enumerate(document, 1):
            yield raw_event(_encoded(element), f"{name} item {number}")
    else:
        yield from _lines(io.BytesIO(whole), name)


def _page(field: str, file: IO[bytes], name: str) -> Iterator[RawEvent]:
    """One page. Its file's name is no address; what the page says of it is the service's to see."""
    text = _decoded(_bounded(file.read, name))
    path = os.fsencode(name).decode("utf-8", "replace")
    yield RawEvent(None, _encoded({"id": path[-_LONGEST_ID:], field: text}), None, name)


def _decoded(content: bytes) -> str:
    # Browsers save pages as UTF-8 and keep the old label in them: what is valid UTF-8 is UTF-8.
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return bytes_to_str(content, detect_encoding(content, from_html_meta=True) or "utf-8")


def _split(file: IO[bytes], name: str) -> Iterator[bytes]:
    return iter(partial(_bounded, file.readline, name), b"")


def _bounded(read: Callable[[int], bytes], name: str) -> bytes:
    content = read(_LONGEST_BYTES + 1)
    if len(content) > _LONGEST_BYTES:
        mebibytes = _LONGEST_BYTES >> 20
        raise InputError(f"{name}: over {mebibytes} MiB in one piece; a .jsonl file has no limit")
    return content


def _parsed(value: bytes) -> Any:
    """-> the JSON value, or None where there is none."""
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        with suppress(ValueError, RecursionError):
            return json.loads(value)  # with lone surrogates, which orjson refuses
    return None


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # a lone surrogate, or more depth than orjson writes
        return json.dumps(value).encode()


def _from_corpus(fields: dict[str, Any]) -> dict[str, Any]:
    # A time that cannot be read stays as it is written, for the service to count.
    written = [fields[name] for name in ("iso", "time") if isinstance(fields.get(name), str)]
    times = [time for text in written if (time := _corpus_time(text))]
    event = {name: fields[name] for name in _CORPUS_FIELDS if fields.get(name) is not None}
    if written:
        event["published_at"] = format_time(times[0]) if times else written[0]
    return event


def _corpus_time(text: str) -> datetime | None:
    text = text.strip()
    match = _SLASHED_TIME.match(text) or _WIRE_TIME.match(text)
    if not match:
        return parse_time(text)
    part = match.groupdict("00")
    month = _MONTHS.index(part["month"]) + 1 if part["month"] in _MONTHS else int(part["month"])
    date = f"{part['year']}-{month:02}-{int(part['day']):02}"
    return parse_time(f"{date}T{int(part['hour']):02}:{part['minute']}:{part['second']}")


def _key(fields: dict[str, Any]) -> bytes | None:
    given = (fields.get(name) for name in ("source", "url"))
    name = publisher(*(text if isinstance(text, str) else None for text in given))
    return name.encode("utf-8", "replace") if name else None


def _time(fields: dict[str, Any]) -> int | None:
    for name in ("fetched_at", "published_at"):
        text = fields.get(name)
        time = parse_time(text) if isinstance(text, str) else None
        if time and time.year >= 1970:  # Kafka knows no time before
            return milliseconds(time)
    return None


_READERS: dict[str, Callable[[IO[bytes], str], Iterator[RawEvent]]] = {
    ".jsonl": _lines,
    ".ndjson": _lines,
    ".json": _json,
    ".html": partial(_page, "html"),
    ".htm": partial(_page, "html"),
    ".txt": partial(_page, "text"),
}
