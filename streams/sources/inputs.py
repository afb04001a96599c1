"""Inputs of commands: files, folders and standard input -> raw events, one at a time.

| input | events |
|---|---|
| `.jsonl`, `.ndjson`, `-` (standard input) | one a line, byte for byte |
| `.json` | the same; or one object; or the elements of one array |
| `.html`, `.htm`, `.txt` | one page: the file's path as `id`, its text as `html` or `text` |
| `.xml`, `.rss`, `.atom` | the items of an RSS or Atom feed, of a NewsML message, of NITF |
| JSON Feeds, ninjs, in `.json` or `.jsonl` | their items, also among lines and in arrays |
| `.warc` | the HTML pages of a web archive |
| `.parquet` | one a row; needs pyarrow |
| any of JSON lines | also objects over several lines, and arrays of objects |
| a folder | those files in it and below, in the order of their names |

Files may be compressed: `.gz`, `.xz`, `.zst`.
"""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from streams.sources.archives import archived_pages
from streams.sources.compression import COMPRESSIONS, kind_of, opened
from streams.sources.feeds import xml_feed_items
from streams.sources.fields import Gathered, bounded_id, decoded
from streams.sources.json_files import gathered_event, json_document, json_lines
from streams.sources.newsml import is_newsml, newsml_items
from streams.sources.newsml1 import is_newsml1, newsml1_items
from streams.sources.nitf import local, nitf_documents, nitf_item, xml_root
from streams.sources.parquet import parquet_rows
from streams.sources.raw_events import (
    InputError,
    Loss,
    RawEvent,
    bounded,
    encoded,
)

STANDARD_INPUT = Path("-")


@dataclass(slots=True)
class Meter:
    """How far reading has come, in bytes of the files on disk."""

    read_bytes: int = 0
    total_bytes: int | None = None  # None: unknown, as standard input is among the inputs
    # Files without articles or unreadable, and pieces of files that are lost; with reasons.
    refused: list[str] = field(default_factory=list)

    def judged(self, name: str, events: Iterable[RawEvent | Loss]) -> Iterator[RawEvent]:
        """The events of one file; records what is lost of it, and whether the service
        will reject all of them."""
        count, flaws = 0, Counter[str]()
        for event in events:
            if isinstance(event, Loss):
                self.refused.append(event.why)
                continue
            count += 1
            if event.flaw:
                flaws[event.flaw] += 1
            yield event
        if count and flaws.total() == count:
            why = "; ".join(f"{n} {'is' if n == 1 else 'are'} {flaw}" for flaw, n in flaws.items())
            self.refused.append(f"{name}: the service refuses all {count} of its events: {why}")


def read_events(paths: Iterable[Path], meter: Meter | None = None) -> Iterator[RawEvent]:
    """-> the events of all inputs in order. A broken line is an event, too: the service judges it.

    Raises InputError at once if an input is missing or of an unknown kind. A file that turns out
    to be unreadable is skipped: `meter.refused` names it. Without a meter, it is an InputError.
    """
    strict, meter = meter is None, meter or Meter()
    files = input_files(paths)
    try:
        if STANDARD_INPUT not in files:
            meter.total_bytes = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error
    return _events(files, meter, strict=strict)


def input_files(paths: Iterable[Path]) -> list[Path]:
    """The inputs, with the files of a folder instead of it. Raises InputError as `read_events`."""
    try:
        return [file for path in paths for file in _files(path)]
    except OSError as error:
        raise InputError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _files(path: Path) -> Iterator[Path]:
    if path == STANDARD_INPUT:
        yield path
    elif path.is_dir():
        if not (found := list(_files_below(path))):
            raise InputError(f"{path}: the folder holds none of {', '.join(_READERS)}")
        yield from found
    elif not path.exists():
        raise InputError(f"{path}: there is no such file")
    elif kind_of(path) not in _READERS:
        raise InputError(
            f"{path}: cannot tell what it holds; known are {', '.join(_READERS)}, also with"
            f" {', '.join(COMPRESSIONS)}, and - for standard input"
        )
    else:
        yield path


def _files_below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and not path.is_symlink():  # a link could lead in a circle
            yield from _files_below(path)
        elif path.is_file() and kind_of(path) in _READERS:
            yield path


def _events(files: list[Path], meter: Meter, *, strict: bool) -> Iterator[RawEvent]:
    for path in files:
        try:
            yield from _events_of(path, meter)
        except InputError as error:
            if strict:
                raise
            meter.refused.append(str(error))


def _events_of(path: Path, meter: Meter) -> Iterator[RawEvent]:
    if path == STANDARD_INPUT:
        name = "standard input"
        yield from meter.judged(name, json_lines(_standard_input(), name))
        return
    before = meter.read_bytes
    with opened(path) as (on_disk, content):
        for event in meter.judged(str(path), _READERS[kind_of(path)](content, str(path))):
            meter.read_bytes = before + on_disk.tell()
            yield event
        meter.read_bytes = before + on_disk.tell()


def _standard_input() -> IO[bytes]:
    # Its own reader: Python aborts at exit while a thread still waits for a line of the shared one.
    try:
        return open(sys.stdin.fileno(), "rb", closefd=False)
    except io.UnsupportedOperation:  # a test has replaced it
        return sys.stdin.buffer


def _page(field: str, file: IO[bytes], name: str) -> Iterator[RawEvent]:
    """One page. Its file's name is not an address; the service finds the page's own."""
    text = decoded(bounded(file.read, name))
    path = os.fsencode(name).decode("utf-8", "replace")
    yield RawEvent(None, encoded({"id": bounded_id(path), field: text}), None, name)


def _markup(file: IO[bytes], name: str) -> Iterator[RawEvent]:
    """A feed, a NewsML message, or NITF."""
    content, broken = bounded(file.read, name), False
    root = xml_root(content)
    if root is not None and is_newsml(root):
        items: Iterable[Gathered] = newsml_items(root)
    elif root is not None and is_newsml1(root):
        items = newsml1_items(root)
    elif root is not None and (documents := nitf_documents(root)):
        items = map(nitf_item, documents)
    elif (feed := xml_feed_items(content, root)) is not None:
        items, broken = feed
    else:
        what = "no XML" if root is None else f"<{local(root)}>"
        raise InputError(f"{name}: expected RSS, Atom, NewsML or NITF, got {what}")
    number = 0
    for number, item in enumerate(items, 1):
        yield gathered_event(item, f"{name} item {number}")
    if broken:
        raise InputError(f"{name}: the feed breaks off: only its first {number} entries are whole")


def _archive(file: IO[bytes], name: str) -> Iterator[RawEvent | Loss]:
    """The pages of a WARC file."""
    for number, page in enumerate(archived_pages(file, name), 1):
        yield page if isinstance(page, Loss) else gathered_event(page, f"{name} page {number}")


_READERS: dict[str, Callable[[IO[bytes], str], Iterator[RawEvent | Loss]]] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".json": json_document,
    ".html": partial(_page, "html"),
    ".htm": partial(_page, "html"),
    ".txt": partial(_page, "text"),
    ".xml": _markup,
    ".rss": _markup,
    ".atom": _markup,
    ".warc": _archive,
    ".parquet": parquet_rows,
}
