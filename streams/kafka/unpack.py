"""A compressed record batch as a stream, so that it need not be decompressed whole.

40 kB of zstd can hold 300 MB of records. aiokafka decompresses a batch at once, in two copies; here
it is read piece by piece if its frames say that it may be large.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, cast

import cramjam
import zstandard

# A batch that may exceed this decompressed is read piece by piece, which takes twice the time. No
# producer's ordinary batch does: in topics from `topics create`, they are 2.25 MiB compressed.
LARGE_BYTES = 24 << 20

# The largest expansion of each compression, by Kafka's number. A zstd block can be four bytes
# that stand for 128 KiB.
_MOST_TIMES = {1: 1032, 2: 64, 3: 255, 4: 1 << 15}
_PROBED_BYTES = 1 << 20
_GZIP_ONLY = 31  # zlib's window size: the largest, with gzip's header
_SNAPPY_STREAM = b"\x82SNAPPY\x00"  # xerial's: 16 bytes of header, then blocks with their lengths
_SNAPPY_HEADER_BYTES = 16
_LZ4_MAGIC, _ZSTD_MAGIC = b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"
_ZSTD_BLOCK_BYTES = 128 << 10


class UnpackError(ValueError):
    """Bytes that do not match their declared compression."""


def may_be_large(codec: int, packed_bytes: int) -> bool:
    """Whether this many compressed bytes can expand to more than LARGE_BYTES, judged by size
    alone."""
    return packed_bytes * _MOST_TIMES.get(codec, 1) > LARGE_BYTES


def most_unpacked_bytes(codec: int, packed: bytes) -> int:
    """An upper bound on the decompressed size of a batch's records, from its frames alone, or a
    number over LARGE_BYTES if they do not say."""
    try:
        match codec:
            case 1:
                return _gzip_bytes(packed)
            case 2:
                return sum(_snappy_length(block) for block in _snappy_blocks(packed))
            case 3:
                return sum(most for _, most, _ in _lz4_blocks(packed))
            case 4:
                return _zstd_bytes(packed)
            case _:
                return len(packed)
    except (IndexError, UnpackError, zlib.error):
        return LARGE_BYTES + 1


def unpacking(codec: int, packed: bytes) -> BinaryIO:
    """The records as a stream; reading raises UnpackError, OSError or zstandard's own ZstdError.

    Raises UnpackError for a compression that Kafka does not have.
    """
    match codec:
        case 0:
            return io.BytesIO(packed)
        case 1:
            return cast("BinaryIO", gzip.GzipFile(fileobj=io.BytesIO(packed)))
        case 2:
            blocks = (bytes(cramjam.snappy.decompress_raw(b)) for b in _snappy_blocks(packed))
            return io.BufferedReader(_Pieces(blocks))
        case 3:
            return io.BufferedReader(_Pieces(_lz4_pieces(packed)))
        case 4:
            reader = zstandard.ZstdDecompressor().stream_reader(packed, read_across_frames=True)
            return io.BufferedReader(cast("io.RawIOBase", reader))
        case _:
            raise UnpackError(f"compression {codec} is not one of Kafka's")


class _Pieces(io.RawIOBase):
    """Consecutive pieces of bytes as a stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._piece = pieces, memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        into = memoryview(cast("bytearray", buffer)).cast("B")
        while not self._piece:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._piece = memoryview(piece)
        count = min(len(into), len(self._piece))
        into[:count], self._piece = self._piece[:count], self._piece[count:]
        return count


def _gzip_bytes(packed: bytes) -> int:
    """By decompressing it until it is known to be large."""
    probe, found, rest = zlib.decompressobj(_GZIP_ONLY), 0, packed
    while found <= LARGE_BYTES and not probe.eof:
        piece = len(probe.decompress(rest, _PROBED_BYTES))
        rest = probe.unconsumed_tail
        if not piece and not rest:
            break
        found += piece
    return LARGE_BYTES + 1 if probe.unused_data or not probe.eof else found


def _snappy_blocks(packed: bytes) -> Iterator[bytes]:
    if not packed.startswith(_SNAPPY_STREAM):
        yield packed
        return
    at = _SNAPPY_HEADER_BYTES
    while at < len(packed):
        end = at + 4 + int.from_bytes(packed[at : at + 4], "big")
        yield packed[at + 4 : end]
        at = end


def _snappy_length(block: bytes) -> int:
    number = shift = at = 0
    while True:
        number |= (block[at] & 0x7F) << shift
        if block[at] < 0x80:
            return number
        at, shift = at + 1, shift + 7


def _lz4_blocks(packed: bytes) -> Iterator[tuple[bytes, int, bool]]:
    """(block, maximum decompressed bytes, whether it is compressed at all) of LZ4 frames
    (LZ4 frame format 1.6)."""
    at = 0
    while at < len(packed):
        if packed[at : at + 4] != _LZ4_MAGIC:
            raise UnpackError("expected an LZ4 frame")
        flags, sizes = packed[at + 4], packed[at + 5]
        most = 1 << 2 * (sizes >> 4 & 7) + 8
        at += 7 + 8 * bool(flags & 0x08) + 4 * bool(flags & 0x01)
        while size := int.from_bytes(packed[at : at + 4], "little"):
            length = size & 0x7FFF_FFFF
            block = packed[at + 4 : at + 4 + length]
            if len(block) < length or not length:
                raise UnpackError("a truncated LZ4 block")
            yield block, min(most, 255 * length), not size >> 31
            at += 4 + length + 4 * bool(flags & 0x10)
        at += 4 + 4 * bool(flags & 0x04)


def _lz4_pieces(packed: bytes) -> Iterator[bytes]:
    if not packed[4] & 0x20:
        raise UnpackError("LZ4 blocks that depend on each other, which Kafka does not allow")
    for block, most, is_packed in _lz4_blocks(packed):
        if not is_packed:
            yield block
            continue
        room = bytearray(most)
        count = cramjam.lz4.decompress_block_into(block, room)
        yield bytes(memoryview(room)[:count])


def _zstd_bytes(packed: bytes) -> int:
    """By the blocks' headers (RFC 8878, 3.1.1)."""
    at = total = 0
    while at < len(packed):
        if packed[at : at + 4] != _ZSTD_MAGIC:
            raise UnpackError("expected a zstd frame")
        descriptor = packed[at + 4]
        single, dictionary = descriptor >> 5 & 1, (0, 1, 2, 4)[descriptor & 3]
        content = (single, 2, 4, 8)[descriptor >> 6]
        at += 5 + (not single) + dictionary + content
        last = False
        while not last:
            header = int.from_bytes(packed[at : at + 3], "little")
            if at + 3 > len(packed):
                raise UnpackError("a truncated zstd frame")
            last, kind, size = bool(header & 1), header >> 1 & 3, header >> 3
            total += size if kind < 2 else _ZSTD_BLOCK_BYTES
            at += 3 + (1 if kind == 1 else size)
        at += 4 * (descriptor >> 2 & 1)
    return total
