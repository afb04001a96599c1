"""Lines at an article's end that say nothing about its story: `[boilerplate]` of the languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from streams.articles.encoded import encoded
from streams.articles.languages import words_of_all
from streams.articles.phrases import Phrases

_TAIL_CHARACTERS = 700
# Otherwise most of a short text would be cut, and a copy would no longer resemble its original. A
# footer is recognised by its whole line, so the text before it may be a teaser of two sentences.
_LARGEST_SHARE, _LARGEST_FOOTER_SHARE = 1 / 3, 1 / 2
_FOOTER_CHARACTERS = 300  # from its beginning to the words between title and site
_BOUNDARIES = '\n.!?…"”)。'
_BEFORE_FOOTERS = _BOUNDARIES + "]»"


@dataclass(frozen=True, slots=True)
class _Table:
    phrases: Phrases  # beginnings, then the middles of footers
    beginnings: int
    openings: tuple[tuple[str, ...], ...]  # of each middle


def story_ends(texts: Sequence[str]) -> list[int]:
    """Where each story ends: at the first boilerplate line or sentence of the text's tail.

    Linear in the tails. At most a third of a text is cut, or half if that is a feed's footer.
    """
    table = _table()
    ends = [len(text) for text in texts]
    offsets = [max(0, end - _TAIL_CHARACTERS, int(end * _LARGEST_FOOTER_SHARE)) for end in ends]
    tails = [text[offset:] for text, offset in zip(texts, offsets, strict=True)]
    looked_at = encoded([(t if t.isascii() else t.lower()).encode() for t in tails])
    for at, phrase, first, _, _ in table.phrases.find(looked_at).tolist():
        text, offset, tail = texts[at], offsets[at], tails[at].lower()
        if ends[at] < offset + first or len(tail) != len(text) - offset:
            continue  # known already; or a letter becomes two in lower case
        if phrase >= table.beginnings:
            start = _footer_start(tail, first, table.openings[phrase - table.beginnings], offset)
        elif _begins(tail, first, _BOUNDARIES, offset) and (
            offset + first >= len(text) * (1 - _LARGEST_SHARE)
        ):
            start = first
        else:
            continue
        if start is not None and text[: offset + start].strip():
            ends[at] = min(ends[at], offset + start)
    return ends


def _footer_start(tail: str, middle: int, openings: tuple[str, ...], offset: int) -> int | None:
    """Where the line or sentence begins that has these words between its title and site."""
    earliest = max(0, middle - _FOOTER_CHARACTERS)
    for opening in openings:
        if not opening:
            return _last_line(tail, middle, offset)
        at = tail.rfind(opening, earliest, middle)
        while at >= 0 and not _begins(tail, at, _BEFORE_FOOTERS, offset):
            at = tail.rfind(opening, earliest, at)
        if at >= earliest:
            return at
    return None


def _last_line(tail: str, middle: int, offset: int) -> int | None:
    """Where the last line begins, or what follows a teaser's ellipsis in it."""
    starts = [tail.rfind("\n", 0, middle) + 1]
    dots = ((tail.rfind(mark, 0, middle), len(mark)) for mark in ("[…]", "[...]", "…"))
    start = max([*starts, *(at + length for at, length in dots if at >= 0)])
    title = tail[start:middle]
    if "\n" in tail[middle:].strip() or len(title) > _FOOTER_CHARACTERS or ". " in title:
        return None
    return start if start or not offset else None


def _begins(tail: str, at: int, boundaries: str, offset: int) -> bool:
    """Whether a line or a sentence begins here."""
    before = tail[:at].rstrip(" \t")
    if not before:
        return offset == 0
    return before[-1] in boundaries


def _footers() -> Iterator[tuple[str, str]]:
    """(the part before the title, the part after it) of each."""
    for footer in words_of_all("boilerplate", "footers"):
        opening, _, middle = footer.partition("…")
        yield opening.strip(), middle.strip()


@lru_cache(maxsize=1)
def _table() -> _Table:
    beginnings = words_of_all("boilerplate", "beginnings")
    openings: dict[str, tuple[str, ...]] = {}
    for opening, middle in sorted(_footers(), key=lambda pair: not pair[0]):
        openings[middle] = (*openings.get(middle, ()), opening)
    phrases = Phrases([*beginnings, *openings], any_case=True)
    return _Table(phrases, len(beginnings), tuple(openings.values()))
