"""Elements of an HTML page as numbers, and what each line inherits from them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.articles.pages.tag_loop import HIDDEN
from streams.articles.pages.tags import NUMBER, hash_of
from streams.articles.pages.words import slot
from streams.compiled import kernel

Ints = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Vector = NDArray[np.float64]
Bits = NDArray[np.int64]

# What an ancestor can be, one bit each.
KINDS = {
    "article": "article", "main": "main", "section": "section", "aside": "aside", "nav": "nav",
    "header": "header", "footer": "footer", "form": "form fieldset", "table": "table",
    "figure": "figure", "caption": "figcaption caption", "quote": "blockquote q",
    "list": "ul ol menu dl", "control": "button label select option optgroup input legend",
    "details": "details summary dialog", "noscript": "noscript", "template": "template",
    "picture": "audio canvas object video", "address": "address", "pre": "pre",
    "paragraph": "p", "heading": "h1 h2 h3 h4 h5 h6",
}  # fmt: skip
# What an element can be according to the words of its class or id.
CALLED = {
    "comments": "comment comments commentlist disqus respond replies commenting livefyre coral "
    "comment-content comment-body user-comments kommentare commentaires comentarios kommentar",
    "aside": "sidebar rail widget widgets aside sidebar-widget complementary",
    "related": "related recommended recommendations recirc recirculation outbrain taboola popular "
    "trending teaser teasers promo more-stories more-articles read-more read-next also-read "
    "most-read most-popular latest upnext suggested similar zergnet revcontent",
    "sharing": "share sharing social socials follow addtoany sharedaddy sharethis",
    "writer": "bio author-bio about-author author-box authorbox post-author author-info",
    "pictured": "caption captions wp-caption credit figcaption image-caption copyright",
    "navigation": "menu navigation breadcrumb breadcrumbs navbar pagination pager toolbar masthead",
    "foot": "footer colophon legal disclaimer",
    "offer": "newsletter signup subscribe subscription paywall piano popup modal cookie cookies "
    "consent gdpr banner cta",
    "advert": "advert advertisement ads advertising sponsor sponsored adslot dfp",
    "tags": "tags tag-list topics post-tags keywords tagcloud article-tags",
    "contents": "toc table-contents ez-toc",
    "player": "video-js vjs jwplayer player modal-dialog",
    "body": "article-body entry-content post-content story-body articlebody article-content "
    "story-content content-body post-body article-text body-content story-text article-copy "
    "main-content articletext page-content blog-content",
}  # fmt: skip
BITS = (*KINDS, "hidden", *CALLED)
_CALLED_BIT = len(KINDS) + 1
# An element around most of the page says nothing about its lines.
_WHOLE_PAGE = 0.8
_HIDDEN_BIT = len(KINDS)
INHERITED = ("own", "near", "low", "high", "sum", "lowest", "highest")


def tag_bits() -> Ints:
    """-> by the number of a tag, what it is."""
    bits = np.zeros(max(NUMBER.values()) + 1, dtype=np.int32)
    for n, names in enumerate(KINDS.values()):
        for name in names.split():
            if name in NUMBER:
                bits[NUMBER[name]] |= 1 << n
    return bits


def word_table(weights: dict[str, float]) -> tuple[Hashes, Vector]:
    """-> (hashes in an open table, the weight at each): of words and of `two-words` of classes."""
    hashes = np.zeros(1 << (4 * len(weights) + 4).bit_length(), dtype=np.uint64)
    values = np.zeros(len(hashes))
    for word, weight in weights.items():
        _put(hashes, values, word_hash(word), weight)
    return hashes, values


def word_hash(word: str) -> np.uint64:
    """The hash of a word, or of two with a `-` between, as `markup_of` finds them."""
    first, _, second = word.partition("-")
    found = int(hash_of(first))
    for byte in f"-{second}".encode() if second else b"":
        found = (found ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return np.uint64(found)


@lru_cache(maxsize=1)
def called_table() -> tuple[Hashes, Bits]:
    """-> (hashes in an open table, the bits of the word at each)."""
    words: dict[str, int] = {}
    for n, names in enumerate(CALLED.values()):
        for name in names.split():
            words[name] = words.get(name, 0) | 1 << (_CALLED_BIT + n)
    hashes, values = word_table({word: float(bits) for word, bits in words.items()})
    return hashes, values.astype(np.int64)


def _put(hashes: Hashes, values: Vector, wanted: np.uint64, value: float) -> None:
    at = slot(hashes, wanted)
    hashes[at], values[at] = wanted, value


@kernel
def own_scores(
    words: Hashes, word_nodes: Ints, hashes: Hashes, weights: Vector, scores: Vector
) -> None:
    """Sum up for each element what the words of its classes say, within [-4, 4]."""
    for n in range(len(words)):
        weight = weights[slot(hashes, words[n])]
        if weight != 0:
            node = word_nodes[n]
            scores[node] = min(max(scores[node] + weight, -4), 4)


@kernel
def put_called(words: Hashes, word_nodes: Ints, hashes: Hashes, called: Bits, bits: Bits) -> None:
    """Mark the elements whose class or id has a known word."""
    for n in range(len(words)):
        bits[word_nodes[n]] |= called[slot(hashes, words[n])]


@kernel
def inherit(
    nodes: Ints, text: Vector, tags: Ints, scores: Vector, bits: Bits, inherited: Vector
) -> None:
    """Fill in, parents first, what an element is and what it stands in.

    text: bytes of text before each line. bits: int64 for each element, what it is called;
    inherited: float64 of shape (len(INHERITED), elements).
    """
    total = max(text[-1], 1.0)
    for node in range(nodes.shape[1]):
        parent = nodes[1, node]
        own = tags[nodes[0, node]] | ((nodes[7, node] & HIDDEN) << _HIDDEN_BIT)
        score = scores[node]
        if (text[nodes[6, node]] - text[nodes[5, node]]) > _WHOLE_PAGE * total:
            own, score = 0, 0.0
        bits[node] |= own
        inherited[0, node] = inherited[1, node] = inherited[4, node] = score
        inherited[2, node], inherited[3, node] = min(score, 0.0), max(score, 0.0)
        inherited[5, node], inherited[6, node] = min(scores[node], 0.0), max(scores[node], 0.0)
        if parent >= 0:
            bits[node] |= bits[parent]
            if score == 0:
                inherited[1, node] = inherited[1, parent]
            inherited[2, node] = min(inherited[2, node], inherited[2, parent])
            inherited[3, node] = max(inherited[3, node], inherited[3, parent])
            inherited[4, node] = score + inherited[4, parent]
            inherited[5, node] = min(inherited[5, node], inherited[5, parent])
            inherited[6, node] = max(inherited[6, node], inherited[6, parent])


@kernel
def ancestors(nodes: Ints, node_of_line: Ints, levels: Ints) -> None:
    """Fill in for each line the nearest elements, innermost first, each of which holds more lines
    than the one before; int32 of shape (levels, lines)."""
    for line in range(len(node_of_line)):
        node, held, level = node_of_line[line], 0, 0
        while level < len(levels):
            parent = nodes[1, node] if node >= 0 else -1
            size = nodes[6, node] - nodes[5, node]
            if size > held and (level == 0 or size > 1):
                levels[level, line] = node
                held, level = size, level + 1
            if parent < 0:
                while level < len(levels):
                    levels[level, line] = node
                    level += 1
                break
            node = parent


@kernel
def signatures(nodes: Ints, words: Hashes, word_nodes: Ints, paths: Hashes) -> None:
    """Fill in a hash of the names and classes of each element and those around it."""
    prime = np.uint64(0x100000001B3)
    for n in range(len(words)):
        paths[word_nodes[n]] ^= words[n]
    for node in range(nodes.shape[1]):
        parent = nodes[1, node]
        before = paths[parent] if parent >= 0 else np.uint64(0xCBF29CE484222325)
        paths[node] = ((before ^ paths[node]) * prime ^ np.uint64(nodes[0, node])) * prime


@kernel
def table_rows(
    nodes: Ints, node_of_line: Ints, row: int, cell: int, head: int, rows: Ints, cells: Ints
) -> None:
    """Fill in for each line the table's row that it stands in and its cell, where that is among the
    three elements around the line, else -1."""
    for line in range(len(node_of_line)):
        node, in_cell = node_of_line[line], -1
        rows[line] = cells[line] = -1
        for _ in range(4):
            if node < 0:
                break
            tag = nodes[0, node]
            if tag in (cell, head):
                in_cell = node
            if tag == row:
                if in_cell >= 0:
                    rows[line], cells[line] = node, in_cell
                break
            node = nodes[1, node]


@kernel
def inside_of(nodes: Ints, tag: int, found: NDArray[np.bool_]) -> None:
    """Mark the elements that are of a tag or stand in one that is."""
    for node in range(nodes.shape[1]):
        parent = nodes[1, node]
        found[node] = nodes[0, node] == tag or (parent >= 0 and found[parent])
