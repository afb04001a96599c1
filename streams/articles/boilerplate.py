"""Lines at an article's end that say nothing of its story."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

_TAIL_CHARACTERS = 700
_BOUNDARIES = '\n.!?…"”)。'


def story_end(text: str) -> int:
    """Where the story ends: at the first boilerplate line or sentence of the text's tail.

    Linear in the tail. A text that is nothing but boilerplate is left whole.
    """
    offset = max(0, len(text) - _TAIL_CHARACTERS)
    tail = text[offset:].lower()
    if len(tail) != len(text) - offset:  # a letter that is two in lower case: places would be off
        return len(text)
    for _, at, _ in _beginnings().find_matches_as_indexes(tail):
        if _begins(tail, at, offset):
            end = offset + at
            return end if text[:end].strip() else len(text)
    return len(text)


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
