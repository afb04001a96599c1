"""Which partition a key belongs to, as in Kafka's Java client, for a whole batch at a time."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from aiokafka.partitioner import murmur2

from streams.articles.language_groups import shard_language
from streams.compiled import kernel

_U32 = np.uint32
_SEED, _M = _U32(0x9747B28C), _U32(0x5BD1E995)


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


@lru_cache(maxsize=1024)
def shard_of(language: str, count: int) -> int:
    """The partition, and so the shard, of all articles in a language and in those that detectors
    and tags confuse with it."""
    return zlib.crc32(shard_language(language).encode()) % count


def _murmur2(keys: Sequence[bytes | None], length: int) -> npt.NDArray[np.int64]:
    """MurmurHash2 of n keys of one length, a multiple of 4 (article and story ids are 32 bytes).

    aiokafka's `murmur2` gives the same, key by key, in 8 us each.
    """
    words = np.frombuffer(b"".join([k or b"" for k in keys]), "<u4")
    return _hashes(words, length // 4)


@kernel
def _hashes(words: npt.NDArray[np.uint32], width: int) -> npt.NDArray[np.int64]:
    hashes = np.empty(len(words) // width, np.int64)
    for i in range(len(hashes)):
        hash_ = _SEED ^ _U32(4 * width)
        for word in words[i * width : (i + 1) * width]:
            k = _U32(word * _M)
            k ^= k >> _U32(24)
            hash_ = _U32(hash_ * _M) ^ _U32(k * _M)
        hash_ ^= hash_ >> _U32(13)
        hash_ = _U32(hash_ * _M)
        hashes[i] = hash_ ^ (hash_ >> _U32(15))
    return hashes
