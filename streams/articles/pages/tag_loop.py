"""Tags of an HTML page, byte by byte: their names, attributes and the words of their classes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.tags import hash_of, step
from streams.compiled import kernel

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]
Hashes = NDArray[np.uint64]

# Marks of an element, in the last row of its column.
HIDDEN, ITEMPROP, HREF, NAMED = 1, 2, 4, 8
MARKS = 7
_AT_ONCE = np.uint64(32)  # bytes
_MOST_WORDS = 24  # of classes and ids of one element
_SHORTEST, _LONGEST = 3, 24  # letters of such a word
SEED = np.uint64(0xCBF29CE484222325)
_NO_WORD = np.uint64(0)
# Attributes by the hashes of their names; words of the first say what an element is.
_CALLING = tuple(
    hash_of(name) for name in ("class", "id", "role", "data-testid", "data-component", "itemprop")
)
_ITEMPROP, _HIDDEN, _STYLE = _CALLING[-1], hash_of("hidden"), hash_of("style")
_HREF, _NAME = hash_of("href"), hash_of("name")


_SPACES = np.array([byte in b" \t\n\f\r" for byte in range(256)])
_NAME_ENDS = np.array([byte in b" \t\n\f\r=>/" for byte in range(256)])


@kernel
def is_space(byte: int) -> bool:
    """Whether HTML takes a byte for white space."""
    return bool(_SPACES[byte])


@kernel
def place_of(data: Bytes, wanted: int, at: int) -> int:
    """Where a byte stands next, or the data's end."""
    # Many bytes are compared at once: where no index can be negative, the loop is vectorised.
    place, size, byte = np.uint64(at), np.uint64(len(data)), np.uint8(wanted)
    while place + _AT_ONCE <= size:
        found = np.uint8(0)
        for n in range(_AT_ONCE):
            found |= np.uint8(data[place + n] == byte)
        if found:
            break
        place += _AT_ONCE
    while place < size and data[place] != byte:
        place += np.uint64(1)
    return int(np.int64(place))  # an unsigned number would make floats of sums with it


@kernel
def is_letter(byte: int) -> bool:
    """Whether a byte is a letter of ASCII."""
    return 97 <= byte <= 122 or 65 <= byte <= 90


@kernel
def number_of(hashes: Hashes, numbers: Ints, wanted: np.uint64) -> int:
    """The number of the tag whose name has this hash, 0 for none."""
    at = np.int64(wanted & np.uint64(1023))
    while hashes[at] != 0:
        if hashes[at] == wanted:
            return int(numbers[at])
        at = (at + 1) & 1023
    return 0


@kernel
def raw_end(data: Bytes, at: int, name: int, name_end: int) -> int:
    """Where the end tag begins of an element whose content is no markup, or -1. Its name is
    data[name:name_end]."""
    size = name_end - name
    last = len(data) - size - 2
    while True:
        at = place_of(data, 60, at)
        if at > last:
            return -1
        if data[at + 1] == 47:
            same = True
            for n in range(size):
                if (data[at + 2 + n] | 32) != (data[name + n] | 32):
                    same = False
                    break
            if same:
                return at
        at += 1


@kernel
def _put_words(
    data: Bytes, start: int, end: int, node: int, words: Hashes, word_nodes: Ints, count: int
) -> int:
    """Hash the words of a class or an id, in lower case, and each two adjacent words of a name;
    `Card` and `Title` are the words of `CardTitle`."""
    first, at, before = count, start, _NO_WORD
    while at < end and count - first < _MOST_WORDS and count + 2 < len(words):
        if not is_letter(data[at]):
            if is_space(data[at]):
                before = _NO_WORD
            at += 1
            continue
        begin, found, pair = at, SEED, step(before, np.uint64(45))
        while at < end and is_letter(data[at]):
            if at > begin and data[at] < 97 and data[at - 1] >= 97:
                break
            byte = np.uint64(data[at] | 32)
            found, pair = step(found, byte), step(pair, byte)
            at += 1
        if _SHORTEST <= at - begin <= _LONGEST:
            words[count], word_nodes[count] = found, node
            count += 1
            if before != _NO_WORD:
                words[count], word_nodes[count] = pair, node
                count += 1
            before = found
    return count


@kernel
def _hides(data: Bytes, start: int, end: int) -> bool:
    """Whether a style has `display:none`."""
    for at in range(start, end - 10):
        if data[at] == 100 and data[at + 1] == 105 and data[at + 6] == 121:  # d i . . . . y
            colon = at + 7
            while colon < end and (data[colon] == 32 or data[colon] == 58):
                colon += 1
            if colon + 4 <= end and data[colon] == 110 and data[colon + 3] == 101:
                return bool(data[colon + 1] == 111 and data[colon + 2] == 110)
    return False


@kernel
def attributes(  # noqa: C901, PLR0912  # one state, byte by byte
    data: Bytes, at: int, node: int, nodes: Ints, words: Hashes, word_nodes: Ints, count: int
) -> tuple[int, int, bool]:
    """Read a start tag from behind its name -> (behind its `>`, words so far, whether `/>`)."""
    size, closed = len(data), False
    while at < size:
        byte = data[at]
        if byte == 62:
            return at + 1, count, closed
        if is_space(byte) or byte == 47:
            closed = byte == 47
            at += 1
            continue
        closed, name = False, step(SEED, np.uint64(byte | 32))
        at += 1
        while at < size and not _NAME_ENDS[data[at]]:
            name = step(name, np.uint64(data[at] | 32))
            at += 1
        while at < size and is_space(data[at]):
            at += 1
        start = end = at
        if at < size and data[at] == 61:
            at += 1
            while at < size and is_space(data[at]):
                at += 1
            if at < size and (data[at] == 34 or data[at] == 39):
                quote = data[at]
                start = at + 1
                end = place_of(data, quote, start)
                at = end + 1
            else:
                start = at
                while at < size and not is_space(data[at]) and data[at] != 62:
                    at += 1
                end = at
        if node < 0:
            continue
        if name in _CALLING:
            count = _put_words(data, start, end, node, words, word_nodes, count)
            nodes[MARKS, node] |= ITEMPROP * (name == _ITEMPROP)
        elif name == _HREF:
            nodes[MARKS, node] |= HREF
        elif name == _NAME:
            nodes[MARKS, node] |= NAMED
        elif name == _HIDDEN or (name == _STYLE and _hides(data, start, end)):
            nodes[MARKS, node] |= HIDDEN
    return size, count, closed


@kernel
def is_closed(data: Bytes, at: int) -> bool:
    """Whether a tag ends before another begins."""
    while at < len(data) and data[at] != 62:
        if data[at] == 60:
            return False
        at += 1
    return at < len(data)


@kernel
def behind_comment(data: Bytes, at: int, endless: bool) -> tuple[int, bool]:
    """Behind a comment, declaration or instruction that begins here, and whether no comment that
    begins here or later is closed: `endless` says that this is known."""
    dashed = at + 3 < len(data) and data[at + 2] == 45 and data[at + 3] == 45
    if dashed and data[at + 1] == 33 and not endless:  # !
        end = _comment_end(data, at + 4)
        if end >= 0:
            return end, False
        endless = True
    return place_of(data, 62, at) + 1, endless


@kernel
def _comment_end(data: Bytes, inside: int) -> int:
    """Behind the `-->` or `--!>` of a comment, or -1. The dashes of `<!-->` and `<!--->` are those
    that open it."""
    look = place_of(data, 62, inside)
    while look < len(data):
        dash = look - 1
        if dash >= inside + 2 and data[dash] == 33:  # !
            dash -= 1
        if look == inside or (data[dash] == 45 and data[dash - 1] == 45):
            return look + 1
        look = place_of(data, 62, look + 1)
    return -1
