"""Lines at an article's end that say nothing of its story."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from streams.articles.encoded import encoded
from streams.articles.phrases import Phrases

_TAIL_CHARACTERS = 700
_BOUNDARIES = '\n.!?…"”)。'


def story_ends(texts: Sequence[str]) -> list[int]:
    """Where each story ends: at the first boilerplate line or sentence of the text's tail.

    Linear in the tails. A text that is nothing but boilerplate is left whole.
    """
    ends = [len(text) for text in texts]
    offsets = [max(0, length - _TAIL_CHARACTERS) for length in ends]
    tails = [text[offset:].lower() for text, offset in zip(texts, offsets, strict=True)]
    for at, _, first, _, _ in _beginnings().find(encoded([*map(str.encode, tails)])).tolist():
        text, offset, tail = texts[at], offsets[at], tails[at]
        if ends[at] < len(text) or len(tail) != len(text) - offset:
            continue  # known already; or a letter is two in lower case, and places would be off
        if _begins(tail, first, offset) and text[: offset + first].strip():
            ends[at] = offset + first
    return ends


def _begins(tail: str, at: int, offset: int) -> bool:
    """Whether a line or a sentence begins here."""
    before = tail[:at].rstrip(" \t")
    if not before:
        return offset == 0
    return before[-1] in _BOUNDARIES


@lru_cache(maxsize=1)
def _beginnings() -> Phrases:
    path = files("streams.articles") / "data" / "boilerplate.toml"
    return Phrases(tomllib.loads(path.read_text(encoding="utf-8"))["beginnings"])
