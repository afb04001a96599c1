"""Files that may be compressed: `.gz`, `.xz`, `.zst`."""

from __future__ import annotations

import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import zstandard

from streams.sources.gzip_members import GzipMembers
from streams.sources.raw_events import InputError

# A piece decompresses to at most 4 MiB, even in a file made to fill the memory.
_PIECE_BYTES = 128


class ZstandardFrames(io.RawIOBase):
    """The content of a file's Zstandard frames. A read raises EOFError if the last is truncated.

    zstandard's own reader takes a truncated file for a whole one.
    """

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._decompressor = zstandard.ZstdDecompressor()
        self._frame: zstandard.ZstdDecompressionObj | None = None
        self._input = b""  # read but not decompressed yet
        self._output = memoryview(b"")

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer as far as the next bytes go; 0 at the end."""
        while not self._output:
            self._input = self._input or self._file.read(_PIECE_BYTES)
            if not self._input:
                if self._frame is not None:
                    raise EOFError("the file is truncated within its last frame")
                return 0
            frame = self._frame or self._decompressor.decompressobj()
            self._output = memoryview(frame.decompress(self._input))
            self._frame, self._input = (None, frame.unused_data) if frame.eof else (frame, b"")
        taken = min(len(buffer), len(self._output))
        buffer[:taken] = self._output[:taken]
        self._output = self._output[taken:]
        return taken


def _zstandard(file: IO[bytes]) -> io.BufferedReader:
    return io.BufferedReader(ZstandardFrames(file))


def _gzip_members(file: IO[bytes]) -> io.BufferedReader:
    return io.BufferedReader(GzipMembers(file))


_OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    ".gz": gzip.open,
    ".xz": lzma.open,
    ".zst": _zstandard,
}
COMPRESSIONS = tuple(_OPENERS)


def kind_of(path: Path) -> str:
    """`.jsonl` of `a.jsonl` and of `a.jsonl.gz`, in lower case."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _OPENERS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


@contextmanager
def opened(path: Path) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """-> (the file on disk, its content). Raises InputError if reading fails, with the reason.

    A damaged member of a `.warc.gz` does not end it: see `GzipMembers`.
    """
    opener = _OPENERS.get(path.suffix.lower())
    if opener is gzip.open and kind_of(path) == ".warc":
        opener = _gzip_members
    try:
        with path.open("rb") as on_disk:
            yield on_disk, opener(on_disk) if opener else on_disk
    except (OSError, EOFError, lzma.LZMAError, zlib.error, zstandard.ZstdError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise InputError(f"{path}: cannot be read: {why}") from error
