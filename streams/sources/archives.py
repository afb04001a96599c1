"""Web archives (WARC, ISO 28500) -> raw events, one per HTML page, record by record.

A page has no id there: its address identifies it, so a later fetch of it is a revision. Unreadable
records are a `Loss`, and reading continues behind them.
"""

from __future__ import annotations

import codecs
import io
import re
import zlib
from collections.abc import Iterator
from typing import IO, Any

import cramjam
from resiliparse.parse.encoding import bytes_to_str, detect_encoding
from warcio.bufferedreaders import ChunkedDataReader
from warcio.statusandheaders import StatusAndHeadersParser, StatusAndHeadersParserException

from streams.sources.fields import Gathered
from streams.sources.gzip_members import BrokenMemberError
from streams.sources.raw_events import Loss

_HTML = ("text/html", "application/xhtml+xml")
# Longer pages are truncated here; the service has its own, lower limit.
_MOST_PAGE_BYTES = 16 << 20
_MOST_HEADER_BYTES = 64 << 10
_PIECE_BYTES = 1 << 20
_OK = "200"
# What a server sent without saying what it is.
_BEGINS_HTML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html)\b", re.IGNORECASE)


class _UnreadableError(Exception):
    """A record cannot be read; the message says why."""


def archived_pages(file: IO[bytes], name: str) -> Iterator[Gathered | Loss]:
    """The pages of an archive, in order."""
    number, strange = 0, False
    while True:
        try:
            line = file.readline(_MOST_HEADER_BYTES)
            if not line:
                return
            if line.startswith(b"WARC/"):
                number, strange = number + 1, False
                if (page := _record(file)) is not None:
                    yield page
            elif line.strip() and not strange:
                strange = True
                yield Loss(f"{name} behind record {number}: expected a record, got {line[:20]!r}")
        except (_UnreadableError, BrokenMemberError) as error:
            yield Loss(f"{name} record {number}: {error}")


def _record(file: IO[bytes]) -> Gathered | None:
    """Read one record behind its first line: its page, or None if it has none."""
    headers = _headers(file)
    try:
        size = int(headers["content-length"])
    except (KeyError, ValueError):
        raise _UnreadableError("its length is missing") from None
    wanted = headers.get("warc-type") in ("response", "resource")
    content, left = b"", max(size, 0)
    if wanted:
        content = file.read(min(left, _MOST_PAGE_BYTES + _MOST_HEADER_BYTES))
        left -= len(content)
    while left > 0 and (piece := file.read(min(left, _PIECE_BYTES))):
        left -= len(piece)
    if left > 0:
        raise _UnreadableError(f"the file is truncated: {left} bytes of it are missing")
    return _page(headers, content) if wanted else None


def _headers(file: IO[bytes]) -> dict[str, str]:
    headers, size = {}, 0
    while (line := file.readline(_MOST_HEADER_BYTES)).strip():
        size += len(line)
        if size > _MOST_HEADER_BYTES:
            raise _UnreadableError("its header has more than 64 KiB")
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    if not line:
        raise _UnreadableError("the file ends within its header")
    return headers


def _page(headers: dict[str, str], content: bytes) -> Gathered | None:
    content_type = headers.get("content-type", "").lower()
    body = content
    if content_type.startswith("application/http"):
        stream = io.BytesIO(content)
        try:
            http = StatusAndHeadersParser(["HTTP/"], verify=False).parse(stream)
        except (StatusAndHeadersParserException, EOFError) as error:
            raise _UnreadableError(f"expected an HTTP response, got none: {error}") from error
        content_type = (http.get_header("Content-Type") or "").lower()
        if http.get_statuscode() != _OK or not (content_type or "text/html").startswith(_HTML):
            return None
        body = _body(http, stream)
        if not content_type and not _BEGINS_HTML.match(body):
            return None
    elif not content_type.startswith(_HTML):
        return None
    found = Gathered()
    found.put("url", ("WARC-Target-URI", headers.get("warc-target-uri", "").strip("<>")))
    found.put("html", ("the record's content", _decoded(body[:_MOST_PAGE_BYTES], content_type)))
    found.put("fetched_at", ("WARC-Date", headers.get("warc-date")))
    found.put_attributes(record=headers.get("warc-record-id"))
    return found


def _body(http: Any, stream: IO[bytes]) -> bytes:
    """An HTTP response's content, unchunked and decompressed."""
    if "chunked" in (http.get_header("Transfer-Encoding") or "").lower():
        body: bytes = ChunkedDataReader(stream, decomp_type=None).read()
    else:
        body = stream.read()
    encodings = (http.get_header("Content-Encoding") or "").lower().split(",")
    for encoding in reversed([encoding.strip() for encoding in encodings]):
        body = _decompressed(body, encoding)
    return body


def _decompressed(body: bytes, encoding: str) -> bytes:
    if encoding in ("", "identity", "none", "utf-8"):
        return body
    if encoding in ("gzip", "x-gzip", "deflate"):
        return _inflated(body, encoding)
    if encoding not in ("br", "zstd"):
        raise _UnreadableError(f"its Content-Encoding is {encoding[:20]!r}")
    room = bytearray(_MOST_PAGE_BYTES)
    codec = cramjam.brotli if encoding == "br" else cramjam.zstd
    try:
        size: int = codec.decompress_into(body, room)
    except cramjam.DecompressionError:
        if body.lstrip()[:1] == b"<":  # the crawler has decompressed it and kept the header
            return body
        raise _UnreadableError(f"its {encoding} content is damaged, or over 16 MiB") from None
    return bytes(room[:size])


def _inflated(body: bytes, encoding: str) -> bytes:
    """Zlib's formats: gzip, zlib, and `deflate` without a header, which some servers send."""
    for bits in (16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS):
        try:
            found = zlib.decompressobj(bits).decompress(body, _MOST_PAGE_BYTES)
        except zlib.error:
            continue
        if found or not body:
            return found
    if body.lstrip()[:1] == b"<":
        return body
    raise _UnreadableError(f"its {encoding} content is damaged")


def _decoded(content: bytes, content_type: str) -> str:
    _, _, stated = content_type.partition("charset=")
    encoding = stated.split(";")[0].split(",")[0].strip(" \"'")
    try:
        codecs.lookup(encoding)
        if encoding:
            return bytes_to_str(content, encoding)
    except (LookupError, ValueError):  # `none`, `utf-8mb4`: no encoding at all
        pass
    return bytes_to_str(content, detect_encoding(content, from_html_meta=True) or "utf-8")
