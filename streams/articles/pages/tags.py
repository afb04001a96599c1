"""What each HTML element means for lines: a table by name, for the loop over a page."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.compiled import kernel

# Kinds of element, one bit each.
VOID, BLOCK, RAW, CELL, LINK, BOLD, TO_THE_END, SCOPE, PICTURE = (1 << n for n in range(9))

_VOID = "area base br col embed hr img input link meta param source track wbr"
_BLOCKS = (
    "address article aside audio blockquote body button canvas caption center dd details dialog "
    "dir div dl dt fieldset figcaption figure footer form frameset h1 h2 h3 h4 h5 h6 head header "
    "hgroup hr html legend li main menu nav noscript object ol optgroup option p pre section "
    "select summary table tbody template tfoot thead tr ul video"
)
_INLINE = (
    "a abbr acronym amp-img b bdi bdo big cite code data del dfn em font i ins kbd label map mark "
    "math meter nobr output picture progress q rp rt ruby s samp slot small span strike strong sub "
    "sup time tt u var"
)
_RAW = "iframe noembed noframes script style svg textarea title"
_CELLS = "td th"
NAMES = ("?", *sorted(set(f"{_VOID} {_BLOCKS} {_INLINE} {_RAW} {_CELLS}".split())))
NUMBER = {name: n for n, name in enumerate(NAMES)}

_SEED, _PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def _flags(name: str) -> int:
    kinds = {
        VOID: _VOID, BLOCK: _BLOCKS, RAW: _RAW, CELL: _CELLS, LINK: "a", BOLD: "b strong",
        TO_THE_END: "script style", SCOPE: "table td th caption template html",
        PICTURE: "audio canvas object video",
    }  # fmt: skip
    return sum(bit for bit, names in kinds.items() if name in names.split())


@lru_cache(maxsize=1)
def tag_table() -> tuple[NDArray[np.uint64], NDArray[np.int32], NDArray[np.int32]]:
    """-> (hashes of names in an open table, the tag's number at each place, flags by number)."""
    hashes = np.zeros(1024, dtype=np.uint64)
    numbers = np.zeros(1024, dtype=np.int32)
    for number, name in enumerate(NAMES[1:], 1):
        wanted = hash_of(name)
        at = int(wanted) & 1023
        while hashes[at]:
            at = (at + 1) & 1023
        hashes[at], numbers[at] = wanted, number
    return hashes, numbers, np.array([_flags(name) for name in NAMES], dtype=np.int32)


def hash_of(name: str) -> np.uint64:
    """FNV-1a over the bytes of a name of ASCII letters, as in the loops."""
    found = int(_SEED)
    for byte in name.encode():
        found = (found ^ byte) * int(_PRIME) & 0xFFFFFFFFFFFFFFFF
    return np.uint64(found)


@kernel
def step(found: np.uint64, byte: np.uint64) -> np.uint64:
    """The hash after one more byte."""
    return (found ^ byte) * np.uint64(0x100000001B3)
