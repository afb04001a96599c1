"""Which partition a key belongs to, as in Kafka's Java client, for a whole batch at a time."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from aiokafka.partitioner import murmur2

from streams.articles.language_groups import shard_language

_U32 = np.uint32
_M = _U32(0x5BD1E995)


def partitions_of(keys: Sequence[bytes | None], count: int) -> npt.NDArray[np.int64]:
    """(n,) partition of each key out of `count`; records without a key go round-robin."""
    lengths = {len(key) if key is not None else -1 for key in keys}
    if len(lengths) == 1 and (length := lengths.pop()) > 0 and length % 4 == 0:
        hashes = _murmur2(keys, length)
    else:
        hashes = np.array(
            [i if key is None else murmur2(key) for i, key in enumerate(keys)], np.int64
        )
    return (hashes & 0x7FFFFFFF) % count


def shard_of(language: str, count: int) -> int:
    """The partition, and so the shard, of all articles in a language and in those that detectors
    and tags confuse with it."""
    return zlib.crc32(shard_language(language).encode()) % count


def _murmur2(keys: Sequence[bytes | None], length: int) -> npt.NDArray[np.int64]:
    """MurmurHash2 of n keys of one length, a multiple of 4 (article and story ids are 32 bytes).

    aiokafka's `murmur2` gives the same, key by key, in 8 us each.
    """
    words = np.frombuffer(b"".join(k or b"" for k in keys), "<u4").reshape(len(keys), length // 4)
    hashes = np.full(len(keys), 0x9747B28C ^ length, _U32)
    for column in words.T:
        k = column * _M
        k ^= k >> _U32(24)
        k *= _M
        hashes *= _M
        hashes ^= k
    hashes ^= hashes >> _U32(13)
    hashes *= _M
    hashes ^= hashes >> _U32(15)
    return hashes.astype(np.int64)
