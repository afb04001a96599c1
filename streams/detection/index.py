"""A fixed-memory index from sketch keys to articles: who shares a key with whom.

One set-associative table serves both kinds of key. A slot holds the newest four entries, each a
32-bit fingerprint and the low 32 bits of an article's serial number; the oldest is overwritten, so
nothing is ever deleted, memory never grows, and a key that every article has costs four places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from streams.detection.sketch import PERMUTATIONS, Sketches
from streams.detection.tokens import U64, Hashes

Integers = npt.NDArray[np.int64]

# 32 bands of 4 rows: a pair of Jaccard J shares a band with probability 1 - (1 - J^4)^32, which is
# .56 at J = .4, .87 at .5 and .9998 at .7. tests/detection/test_index.py computes them.
BANDS, ROWS = 32, 4
WAYS = 4
_LOW32 = U64(0xFFFFFFFF)


def _constants(seed: int, count: int) -> Hashes:
    """`count` fixed odd 64-bit numbers (splitmix64): the same on every machine, for ever."""
    state = U64(seed) + np.arange(1, count + 1, dtype=U64) * U64(0x9E3779B97F4A7C15)
    return _mix(state) | U64(1)


def _mix(value: Hashes) -> Hashes:
    value = (value ^ (value >> U64(30))) * U64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> U64(27))) * U64(0x94D049BB133111EB)
    return value ^ (value >> U64(31))


_ROW_MULTIPLIERS = _constants(3, PERMUTATIONS).reshape(BANDS, ROWS)
_BAND_SALTS = _constants(4, BANDS)
_FRAC_SALT = _constants(5, 1)[0]

# One shared band, or two shared 5-gram keys, make a candidate.
_BAND_VOTE, _FRAC_VOTE, _CANDIDATE_VOTES = 2, 1, 2


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of a batch of articles, in the order in which they enter the index."""

    owner: Integers  # (k,) place of the key's article in the batch, ascending
    value: Hashes  # (k,) 64 well-mixed bits
    vote: Integers  # (k,)


def keys_of(sketches: Sketches) -> Keys:
    """(n,) sketches -> their keys: 32 bands and `frac_count` 5-gram keys each."""
    n = len(sketches)
    rows = sketches["minhash"].reshape(n, BANDS, ROWS).astype(U64)
    bands = _mix((rows * _ROW_MULTIPLIERS).sum(2, dtype=U64) + _BAND_SALTS)  # (n, 32)
    frac = _mix(sketches["frac"].astype(U64) + _FRAC_SALT)  # (n, 48)
    value = np.concatenate((bands, frac), axis=1)
    present = np.ones(value.shape, bool)
    present[:, BANDS:] = np.arange(frac.shape[1]) < sketches["frac_count"][:, None]
    owner, column = np.nonzero(present)
    return Keys(owner, value[present], np.where(column < BANDS, _BAND_VOTE, _FRAC_VOTE))


class Index:
    """Articles are known by serial numbers, rising in the order in which they came."""

    def __init__(self, slots: int) -> None:
        """`slots` must be a power of two; each takes 33 bytes."""
        if slots & (slots - 1) or slots < 1:
            raise ValueError(f"slots: expected a power of two, got {slots}")
        self.entries = np.zeros((slots, WAYS), U64)  # fingerprint << 32 | serial's low 32 bits
        self.next_way = np.zeros(slots, np.uint8)
        self._mask = U64(slots - 1)

    @property
    def bytes(self) -> int:
        """Memory taken when every page has been touched."""
        return self.entries.nbytes + self.next_way.nbytes

    def candidates(self, keys: Keys, serials: Integers) -> tuple[Integers, Integers]:
        """-> (newer, older) serials of every pair that shares enough keys, unique, ascending.

        `serials` (n,) are the batch's own, rising. The answer is as if its articles had come one
        at a time: each sees the table as the articles before it, of this batch too, have left it.
        """
        if not len(keys.owner):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        slot, fingerprint = self._places(keys)
        order = _stable_order(slot)  # by slot, then in order of entry
        slot_s, owner_s = slot[order], keys.owner[order]
        place = np.arange(len(order))
        slot_start = _run_starts(slot_s[1:] != slot_s[:-1])
        owner_start = _run_starts((slot_s[1:] != slot_s[:-1]) | (owner_s[1:] != owner_s[:-1]))
        entered_before = np.empty(len(order), np.int64)  # by earlier articles, into the same slot
        entered_before[order] = owner_start - slot_start

        ways = self.entries[slot]  # (k, 4)
        key, way = np.nonzero((ways >> U64(32)) == fingerprint[:, None])
        age = (way - self.next_way[slot[key]].astype(np.int64)) & (WAYS - 1)  # 0: next to go
        standing = age >= entered_before[key]
        key, way = key[standing], way[standing]
        base = serials[-1]
        older = base - ((base - (ways[key, way] & _LOW32).astype(np.int64)) & 0xFFFFFFFF)
        found = [(keys.owner[key], older, keys.vote[key])]

        print_s = fingerprint[order]
        for back in range(1, WAYS + 1):  # entries of this batch that still stand in the slot
            at = owner_start - back
            same = np.flatnonzero(
                (at >= slot_start) & (print_s[np.maximum(at, 0)] == print_s[place])
            )
            found.append((owner_s[same], serials[owner_s[at[same]]], keys.vote[order[same]]))
        owner, older, vote = (np.concatenate(column) for column in zip(*found, strict=True))
        return _voted(serials[owner], older, vote)

    def insert(self, keys: Keys, serials: Integers) -> None:
        """Enter a batch's keys. `serials` as in `candidates`."""
        if not len(keys.owner):
            return
        slot, fingerprint = self._places(keys)
        order = _stable_order(slot)
        slot_s = slot[order]
        first = np.flatnonzero(np.concatenate(([True], slot_s[1:] != slot_s[:-1])))
        count = np.diff(np.append(first, len(slot_s)))
        rank = np.arange(len(slot_s)) - np.repeat(first, count)
        lasting = rank >= np.repeat(count, count) - WAYS  # those before are overwritten by these
        way = (self.next_way[slot_s] + rank) & (WAYS - 1)
        entry = (fingerprint << U64(32)) | (serials[keys.owner].astype(U64) & _LOW32)
        self.entries[slot_s[lasting], way[lasting]] = entry[order][lasting]
        # Only the way matters: kept below WAYS so that the counter never runs over.
        self.next_way[slot_s[first]] = (self.next_way[slot_s[first]] + count) & (WAYS - 1)

    def _places(self, keys: Keys) -> tuple[Integers, Hashes]:
        """-> (slot, fingerprint); a fingerprint is odd, so that no entry is 0, the empty way."""
        return (keys.value & self._mask).astype(np.int64), (keys.value >> U64(32)) | U64(1)


def _stable_order(values: Integers) -> Integers:
    """As a stable argsort. Sorting values with their places in the low bits takes a fifth of the
    time; slots and places have 44 bits at most."""
    bits = len(values).bit_length()
    return np.sort((values << bits) | np.arange(len(values))) & ((1 << bits) - 1)


def _run_starts(begins: npt.NDArray[np.bool_]) -> Integers:
    """For each place of a sorted array, where its run of equal values starts."""
    starts = np.zeros(len(begins) + 1, np.int64)
    starts[1:] = np.where(begins, np.arange(1, len(begins) + 1), 0)
    return np.maximum.accumulate(starts)


def _voted(newer: Integers, older: Integers, vote: Integers) -> tuple[Integers, Integers]:
    """Pairs with votes enough, sorted by newer, then older."""
    if not len(newer):
        return newer, older
    order = np.lexsort((older, newer))
    newer, older, vote = newer[order], older[order], vote[order]
    first = np.flatnonzero(
        np.concatenate(([True], (newer[1:] != newer[:-1]) | (older[1:] != older[:-1])))
    )
    enough = np.add.reduceat(vote, first) >= _CANDIDATE_VOTES
    return newer[first][enough], older[first][enough]
