"""Documents of the standards for news, each with what its own specification says of its fields.

`examples/*.txt` hold them, one standard a file. A document begins with a line `=== kind: what is
unusual about it`, where the kind is the suffix of its file, with an encoding behind it if that is
not UTF-8. Its labels follow as TOML, an `[[item]]` for each article (none if it has none), then
`---` and the document. Labels are written by hand from the specifications; a field without a label
must be absent. Times of a `version` are what docs/normalising.md makes of them: seconds.

A web archive's records are divided by `~~~`. Each is a record's header, an HTTP response's header
(`-` if it has none) and a body, with blank lines between; lengths and compressions are filled in.
"""

from __future__ import annotations

import gzip
import tomllib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import cramjam

FOLDER = Path(__file__).parent / "examples"
_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda body: bytes(cramjam.brotli.compress(body)),
    "zstd": lambda body: bytes(cramjam.zstd.compress(body)),
}
_CHUNK_BYTES = 100


@dataclass(frozen=True, slots=True)
class Document:
    """One file: `items` are its articles in order, each field's name with what it must be."""

    standard: str
    name: str
    suffix: str
    content: bytes
    items: list[dict[str, object]]


def documents() -> list[Document]:
    """All documents of the folder."""
    return [document for path in sorted(FOLDER.glob("*.txt")) for document in _of_file(path)]


def _of_file(path: Path) -> Iterator[Document]:
    _, *pieces = f"\n{path.read_text(encoding='utf-8')}".split("\n=== ")
    for piece in pieces:
        head, _, content = piece.partition("\n---\n")
        title, _, labels = head.partition("\n")
        kind, _, name = title.partition(": ")
        suffix, _, encoding = kind.partition(" ")
        archive = suffix.startswith("warc")
        encoded = _archive(content) if archive else content.encode(encoding or "utf-8")
        if suffix.endswith(".gz"):
            encoded = gzip.compress(encoded)
        items = [_fields(item) for item in tomllib.loads(labels).get("item", [])]
        yield Document(path.stem, name, suffix, encoded, items)


def _fields(item: dict[str, Any]) -> dict[str, object]:
    """An item's labels as an article has them; attributes as fields of their own."""
    attributes = item.pop("attributes", {})
    found = {name: _value(name, value) for name, value in item.items()}
    return found | {f"attributes.{name}": str(_value(name, v)) for name, v in attributes.items()}


def _value(name: str, value: object) -> object:
    if isinstance(value, datetime):
        seconds = value.timestamp()
        if name == "version":
            return int(seconds)
        return value.isoformat(timespec="milliseconds").replace(".000", "").replace("+00:00", "Z")
    return value.strip() if isinstance(value, str) else value


def _archive(content: str) -> bytes:
    return b"".join(map(_record, content.strip("\n").split("\n~~~\n")))


def _record(text: str) -> bytes:
    warc, http, page = text.split("\n\n", 2)
    body = page.encode(_stated(http, "charset=") or "utf-8")
    for coding in _stated(http, "Content-Encoding: ").split(", "):
        body = _COMPRESSORS[coding](body) if coding else body
    if "Transfer-Encoding: chunked" in http:
        pieces = [body[at : at + _CHUNK_BYTES] for at in range(0, len(body), _CHUNK_BYTES)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in [*pieces, b""])
    if http != "-":
        body = http.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body
    head = f"{warc}\nContent-Length: {len(body)}\n\n".replace("\n", "\r\n").encode()
    return head + body + b"\r\n\r\n"


def _stated(header: str, what: str) -> str:
    return header.partition(what)[2].split("\n")[0].strip('" ') if what in header else ""
