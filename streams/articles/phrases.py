"""Searches many texts for many phrases at once.

A table of all states for hundreds of names is larger than a processor's cache, and each letter of
a text would jump within it. Here most letters are skipped after one lookup, as no phrase begins
with these two bytes; from the others, the loop descends a tree that is as small as the phrases.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from streams.articles.encoded import Bounds, Bytes, Encoded, Flags
from streams.compiled import kernel

Matches = npt.NDArray[np.int32]
_Numbers = npt.NDArray[np.int32]
_Places = npt.NDArray[np.uint32]

_NONE = -1
# Positions are unsigned: signed indices are checked at each use, which takes a third longer.
_U64 = np.uint64
_ONE = _U64(1)
_COLUMNS = 5
_ROOM_PER_TEXT = 8
_SMALL = bytes(range(256)).lower()  # ASCII letters in lower case, and all other bytes


class Phrases:
    """A tree of phrases in UTF-8, as a double array (Aoe 1989): the child of node n by byte b is
    c = base[n] + b if parent[c] is n; otherwise there is no such child."""

    def __init__(self, phrases: Sequence[str], *, any_case: bool = False) -> None:
        """Of equal phrases the first counts. Raises ValueError for one of fewer than two bytes.

        any_case: phrases in lower case also match ASCII letters in upper case."""
        tree: dict[bytes, dict[int, bytes]] = {b"": {}}
        ending: dict[bytes, int] = {}
        for number, phrase in enumerate(phrases):
            encoded = phrase.encode()
            if len(encoded) < 2:
                raise ValueError(f"expected a phrase of two bytes or more, got {phrase!r}")
            for length, byte in enumerate(encoded):
                tree[encoded[:length]][byte] = encoded[: length + 1]
                tree.setdefault(encoded[: length + 1], {})
            ending.setdefault(encoded, number)
        places, bases = _laid_out(tree)
        size = max(bases.values()) + 256
        self._base, self._parent, self._ending = np.full((3, size), _NONE, np.int32)
        self._first_two = np.zeros(1 << 16, np.int32)  # 0 is the root: none begins so
        for prefix, place in places.items():
            self._base[place] = bases[prefix]
            self._parent[place] = places[prefix[:-1]] if prefix else _NONE
            self._ending[place] = ending.get(prefix, _NONE)
            if len(prefix) == 2:
                self._first_two[prefix[0] << 8 | prefix[1]] = place
        self._letters = np.frombuffer(_SMALL if any_case else bytes(range(256)), np.uint8)
        if any_case:
            pairs = self._letters.astype(np.int32)
            self._first_two = self._first_two[(pairs[:, None] << 8 | pairs).reshape(-1)]
        self._thirds = self._third_bytes()

    def _third_bytes(self) -> Bytes:
        """(65536,) for each pair of bytes that begins a phrase, the bytes that may follow, as one
        of eight bits each; all of them if the pair is a phrase."""
        thirds = np.zeros(1 << 16, np.uint8)
        for pair in np.flatnonzero(self._first_two).tolist():
            node = self._first_two[pair]
            if self._ending[node] >= 0:
                thirds[pair] = 0xFF
                continue
            children = self._base[node] + self._letters.astype(np.int32)
            for third in np.flatnonzero(self._parent[children] == node).tolist():
                thirds[pair] |= 1 << (third & 7)
        return thirds

    def find(self, texts: Encoded) -> Matches:
        """All phrases in texts -> (n, 5): number of the text, number of the phrase, first
        character, character after the last, 1 where an ASCII letter or digit touches one of its
        own, else 0.

        From left to right; of those that begin in one place, the longest; none within another.
        """
        room = len(texts.ends) * _ROOM_PER_TEXT
        while True:
            matches = np.empty((room, _COLUMNS), np.int32)
            found = _find(
                *texts, self._letters, self._thirds, self._first_two, self._base, self._parent,
                self._ending, matches,
            )  # fmt: skip
            if found <= room:
                return matches[:found]
            room = found


def _laid_out(tree: dict[bytes, dict[int, bytes]]) -> tuple[dict[bytes, int], dict[bytes, int]]:
    """-> (place of each prefix, base of each): no two children share a place."""
    taken, first_free = {0}, 256  # no byte reaches back below its base
    places, bases = {b"": 0}, {}
    for prefix, children in tree.items():  # a parent stands before its children
        while first_free in taken:
            first_free += 1
        base = first_free - min(children, default=0)
        while any(base + byte in taken for byte in children):
            base += 1
        bases[prefix] = base
        for byte, child in children.items():
            places[child] = base + byte
            taken.add(base + byte)
    return places, bases


@kernel
def _find(
    content: Bytes,
    ends: Bounds,
    ascii_only: Flags,
    letters: Bytes,
    thirds: Bytes,
    first_two: _Numbers,
    base: _Numbers,
    parent: _Numbers,
    ending: _Numbers,
    matches: Matches,
) -> int:
    """-> how many there are; `matches` holds as many as it has rows for."""
    count = 0
    start = _U64(0)
    room = np.empty(_longest(ends) + 1, np.uint32)
    for text in range(len(ends)):
        end = _U64(ends[text])
        after = counted = start
        characters = np.int64(0)  # before `counted`
        for candidate in room[: _candidates(content[start:end], thirds, room)]:
            place = start + _U64(candidate)
            if place < after:
                continue  # within the phrase before
            node = first_two[_pair(content, place)]
            phrase, behind, last = ending[node], place + _U64(2), place + _U64(2)
            while behind < end:
                child = base[node] + np.int32(letters[content[behind]])
                if parent[child] != node:
                    break
                node = child
                behind += _ONE
                if ending[node] >= 0:
                    phrase, last = ending[node], behind
            if phrase < 0:
                continue
            after = last
            if count < len(matches):
                if ascii_only[text]:
                    characters, length = np.int64(place - start), np.int64(after - place)
                else:
                    characters += _characters(content[counted:place])
                    length = _characters(content[place:after])
                matches[count, 0], matches[count, 1] = text, phrase
                matches[count, 2], matches[count, 3] = characters, characters + length
                matches[count, 4] = (place > start and _touch(content, place)) or (
                    after < end and _touch(content, after)
                )
                counted, characters = after, characters + length
            count += 1
        start = end
    return count


@kernel
def _longest(ends: Bounds) -> int:
    longest, start = 0, 0
    for end in ends:
        longest, start = max(longest, end - start), end
    return longest


@kernel
def _candidates(text: Bytes, thirds: Bytes, places: _Places) -> int:
    """Where in a text a phrase may begin, by three bytes; without a branch, as each that one byte
    in fifty takes is mispredicted."""
    count = _U64(0)
    if len(text) < 2:
        return 0
    for place in range(len(text) - 2):
        places[count] = place
        follows = thirds[_pair(text, _U64(place))]
        count += (_U64(follows) >> _U64(text[place + 2] & 7)) & _ONE
    places[count] = len(text) - 2
    return int(count) + int(thirds[_pair(text, _U64(len(text) - 2))] == 0xFF)


@kernel
def _pair(content: Bytes, place: np.uint64) -> np.uint64:
    return _U64(content[place]) << _U64(8) | _U64(content[place + _ONE])


@kernel
def _characters(content: Bytes) -> np.int64:
    count = np.int64(0)
    for byte in content:
        count += np.int64((byte & 0xC0) != 0x80)
    return count


@kernel
def _touch(content: Bytes, place: np.uint64) -> bool:
    """Whether ASCII letters or digits are on both sides of a position."""
    return _is_word(content[place - _ONE]) and _is_word(content[place])


@kernel
def _is_word(byte: int) -> bool:
    return 0x30 <= byte <= 0x39 or 0x61 <= byte | 0x20 <= 0x7A
