"""Lines at an article's end that say nothing of its story."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

_TAIL_CHARACTERS = 700
_BOUNDARIES = '\n.!?…"”)。'


def story_ends(texts: Sequence[str]) -> list[int]:
    """Where each story ends: at the first boilerplate line or sentence of the text's tail.

    Linear in the tails. A text that is nothing but boilerplate is left whole.
    """
    ends = [len(text) for text in texts]
    offsets = [max(0, length - _TAIL_CHARACTERS) for length in ends]
    tails = [text[offset:].lower() for text, offset in zip(texts, offsets, strict=True)]
    start = end = 0
    at = -1
    for _, first, _ in _beginnings().find_matches_as_indexes("\0".join(tails)):
        while first >= end:
            at += 1
            start = end + 1 if at else 0
            end = start + len(tails[at])
        text, offset, tail = texts[at], offsets[at], tails[at]
        if ends[at] < len(text) or len(tail) != len(text) - offset:
            continue  # known already; or a letter is two in lower case, and places would be off
        if _begins(tail, first - start, offset) and text[: offset + first - start].strip():
            ends[at] = offset + first - start
    return ends


def _begins(tail: str, at: int, offset: int) -> bool:
    """Whether a line or a sentence begins here."""
    before = tail[:at].rstrip(" \t")
    if not before:
        return offset == 0
    return before[-1] in _BOUNDARIES


@lru_cache(maxsize=1)
def _beginnings() -> AhoCorasick:
    path = files("streams.articles") / "data" / "boilerplate.toml"
    phrases = tomllib.loads(path.read_text(encoding="utf-8"))["beginnings"]
    return AhoCorasick(
        phrases, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )
