"""Web archives are read record by record, whatever any of them holds."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import cramjam
import pytest

from tests.sources.reading import read

PAGE = "<html><p>Größe und Straße.</p></html>"


def record(address: str, body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    lines = [f"HTTP/1.1 {status}", *(headers or ("Content-Type: text/html; charset=utf-8",))]
    http = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
    head = (
        "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:x>\r\n"
        f"WARC-Target-URI: https://daily.example/{address}\r\nWARC-Date: 2026-03-02T10:00:00Z\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def pages(path: Path, content: bytes) -> tuple[dict[str, str], list[str]]:
    """-> ({address: html}, what is lost)."""
    events, lost = read(path, content)
    found: list[dict[str, Any]] = [json.loads(event.value) for event in events]
    return {page["url"].rsplit("/", 1)[1]: page["html"] for page in found}, lost


A, C = record("a", PAGE.encode()), record("c", PAGE.encode())
HTML = "Content-Type: text/html"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (PAGE.encode(), ("Content-Type: text/html; charset=none",)),
        (PAGE.encode(), ("Content-Type: TEXT/HTML;charset=utf-8mb4",)),
        (PAGE.encode("cp1252"), ('Content-Type: text/html; charset="windows-1252"',)),
        (cramjam.brotli.compress(PAGE.encode()), (HTML, "Content-Encoding: br")),
        (cramjam.zstd.compress(PAGE.encode()), (HTML, "Content-Encoding: zstd")),
        (gzip.compress(PAGE.encode()), (HTML, "Content-Encoding: gzip")),
        (zlib.compress(PAGE.encode()), (HTML, "Content-Encoding: deflate")),
        (zlib.compress(PAGE.encode(), wbits=-15), (HTML, "Content-Encoding: deflate")),
        (PAGE.encode(), (HTML, "Content-Encoding: br")),
        (b"10\r\n" + PAGE.encode()[:16] + b"\r\n%x\r\n" % (len(PAGE.encode()) - 16)
         + PAGE.encode()[16:] + b"\r\n0\r\n\r\n", (HTML, "Transfer-Encoding: chunked")),
    ],
    ids=["no charset", "unknown charset", "charset", "br", "zstd", "gzip", "zlib", "deflate",
         "header only", "chunked"],
)  # fmt: skip
def test_a_page_comes_out_however_it_was_sent(
    tmp_path: Path, body: bytes, headers: tuple[str, ...]
) -> None:
    found, lost = pages(tmp_path / "a.warc", A + record("b", bytes(body), *headers) + C)
    assert found == {"a": PAGE, "b": PAGE, "c": PAGE}
    assert lost == []


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (record("b", b"\x00\x01", HTML, "Content-Encoding: br"), "record 2: its br content"),
        (record("b", b"\x00\x01", HTML, "Content-Encoding: gzip"), "record 2: its gzip content"),
        (record("b", b"x", HTML, "Content-Encoding: sdch"), "record 2: its Content-Encoding"),
        (record("b", b"x").replace(b"Content-Length", b"Content-Size"), "record 2: its length"),
        (b"WARC/1.0\r\n\r\n", "record 2: its length"),
        (b"not a record\nat all\n", "behind record 1: expected a record, got b'not a record"),
    ],
    ids=["br", "gzip", "sdch", "no length", "no header", "no record"],
)
def test_what_cannot_be_read_is_named_and_the_rest_comes_out(
    tmp_path: Path, broken: bytes, why: str
) -> None:
    found, lost = pages(tmp_path / "a.warc", A + broken + C)
    assert found == {"a": PAGE, "c": PAGE}
    assert why in lost[0]


@pytest.mark.parametrize("end", [40, 300])
def test_a_truncated_archive_gives_what_is_whole_and_says_what_is_not(
    tmp_path: Path, end: int
) -> None:
    found, (why,) = pages(tmp_path / "a.warc", A + C[:end])
    assert found == {"a": PAGE}
    assert "record 2" in why


@pytest.mark.parametrize("members", [True, False], ids=["a member a record", "one member"])
def test_a_truncated_gzip_archive_does_so_too(tmp_path: Path, *, members: bool) -> None:
    whole = [*map(gzip.compress, (A, C))] if members else [gzip.compress(A + C * 9, 0)]
    found, (why,) = pages(tmp_path / "a.warc.gz", b"".join(whole)[:-40])
    assert found["a"] == PAGE
    assert "the file ends within it" in why


@pytest.mark.parametrize("content", [b"<html>404 Not Found</html>", A, A * 2000])
def test_an_archive_that_is_not_compressed_is_named(tmp_path: Path, content: bytes) -> None:
    """As a download that failed, or that was decompressed and kept its name."""
    found, (why,) = pages(tmp_path / "a.warc.gz", content)
    assert found == {}
    assert "a.warc.gz record 0: the file is not compressed with gzip" in why


def test_a_damaged_member_loses_only_its_own_record(tmp_path: Path) -> None:
    broken = bytearray(gzip.compress(record("b", PAGE.encode() * 50), 9))
    broken[60:80] = bytes(20)
    content = gzip.compress(A) + broken + gzip.compress(C)
    found, lost = pages(tmp_path / "a.warc.gz", content)
    assert (found["a"], found["c"]) == (PAGE, PAGE)
    assert "b" not in found
    assert any("damaged" in why for why in lost)


def test_other_records_and_statuses_are_not_pages(tmp_path: Path) -> None:
    other = record("b", b"gone", status="404 Not Found") + record(
        "d", b"x", "Content-Type: image/png"
    )
    request = A.replace(b"WARC-Type: response", b"WARC-Type: request")
    assert pages(tmp_path / "a.warc", other + request + C) == ({"c": PAGE}, [])


def test_a_page_whose_server_does_not_say_what_it_is_is_known_by_its_beginning(
    tmp_path: Path,
) -> None:
    archive = record("a", PAGE.encode(), "Server: x") + record("b", b"GIF89a", "Server: x")
    assert pages(tmp_path / "a.warc", archive) == ({"a": PAGE}, [])
