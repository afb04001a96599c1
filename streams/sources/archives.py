"""Web archives (WARC) -> raw events, one for each HTML page; docs/normalising.md has the table.

A page has no id there: its address names it, so that a later fetch of it is a revision.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from streams.sources.raw_events import InputError

_HTML = ("text/html", "application/xhtml+xml")
# Longer pages are read to here and no further; the service has its own, lower limit.
_MOST_PAGE_BYTES = 16 << 20


def archived_pages(file: IO[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Fields of raw articles, in the archive's order. Raises InputError where it is broken."""
    try:
        for record in ArchiveIterator(file):
            if record.rec_type in ("response", "resource") and _is_page(record):
                content = record.content_stream().read(_MOST_PAGE_BYTES)
                headers = record.rec_headers
                yield {
                    "url": headers.get_header("WARC-Target-URI"),
                    "html": _decoded(content, _content_type(record)),
                    "fetched_at": headers.get_header("WARC-Date"),
                    "attributes": {"record": headers.get_header("WARC-Record-ID") or ""},
                }
    except ArchiveLoadFailed as error:
        raise InputError(f"{name}: cannot be read: {error}") from error


def _is_page(record: Any) -> bool:
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    return status == "200" and _content_type(record).startswith(_HTML)


def _content_type(record: Any) -> str:
    headers = record.http_headers or record.rec_headers
    return (headers.get_header("Content-Type") or "").lower()


def _decoded(content: bytes, content_type: str) -> str:
    _, _, stated = content_type.partition("charset=")
    encoding = stated.split(";")[0].strip(" \"'") or detect_encoding(content, from_html_meta=True)
    return bytes_to_str(content, encoding or "utf-8")
