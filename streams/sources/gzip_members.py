"""A gzip file of many members, some possibly damaged: web archives have one per record."""

from __future__ import annotations

import io
import zlib
from typing import IO

_PIECE_BYTES, _MOST_OUTPUT_BYTES = 64 << 10, 1 << 20
_MAGIC = b"\x1f\x8b\x08"
_GZIP = 16 + zlib.MAX_WBITS


class BrokenMemberError(Exception):
    """The rest of a member cannot be decompressed; the next read continues with the next member."""


class GzipMembers(io.RawIOBase):
    """The members' content in sequence. A read raises BrokenMemberError once for a damaged one."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self._member: zlib._Decompress | None = None
        self._input = b""  # read but not decompressed yet
        self._output = b""
        self._broken: str | None = None
        self._strange = False  # whether there is something, and no member so far
        self._begun = False  # a member

    def readable(self) -> bool:
        """It can be read, and nothing else."""
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer as far as the next bytes go; 0 at the end."""
        while not self._output:
            if self._broken is not None:
                why, self._broken = self._broken, None
                raise BrokenMemberError(why)
            if not self._advance():
                return 0
        taken = min(len(buffer), len(self._output))
        buffer[:taken] = self._output[:taken]
        self._output = self._output[taken:]
        return taken

    def _advance(self) -> bool:
        """Decompress a piece; False at the end of the file."""
        if not self._input and not (piece := self._file.read(_PIECE_BYTES)):
            if self._member is not None:
                self._member, self._broken = None, "the file ends within it"
                return True
            if self._strange:
                self._strange, self._broken = False, "the file is not compressed with gzip"
                return True
            return False
        if not self._input:
            self._input, self._strange = piece, not self._begun
        if self._member is None and not self._begin():
            return True
        assert self._member is not None
        try:
            self._output = self._member.decompress(self._input, _MOST_OUTPUT_BYTES)
        except zlib.error:
            self._member, self._broken = None, "its compressed bytes are damaged"
            self._input = self._input[1:]
            return True
        self._input = self._member.unconsumed_tail or self._member.unused_data
        if self._member.eof:
            self._member = None
        return True

    def _begin(self) -> bool:
        """Begin at the next member in what was read; False if it has none."""
        at = self._input.find(_MAGIC)
        if at < 0:  # padding, or the rest of a damaged member; its last bytes may be half a magic
            rest = self._input[-len(_MAGIC) + 1 :]
            self._input = (
                rest + self._file.read(_PIECE_BYTES) if len(self._input) > len(rest) else b""
            )
            return False
        self._input, self._member = self._input[at:], zlib.decompressobj(_GZIP)
        self._begun, self._strange = True, False
        return True
