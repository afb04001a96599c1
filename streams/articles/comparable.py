"""The part of a text that is sketched: without dateline and closing boilerplate."""

from __future__ import annotations

from collections.abc import Sequence

from streams.articles.attribution import names_in
from streams.articles.dateline import dateline_of
from streams.articles.encoded import encoded


def comparable(text: str, start: int, end: int) -> str:
    """The story, [start, end) of the text; the whole text if nothing would be left."""
    if not start and end == len(text):
        return text
    return text[start:end].strip() or text


def comparable_texts(texts: Sequence[str]) -> list[str]:
    """The same from normalised texts alone, for articles read back from their topic."""
    parts = []
    names = names_in(texts, encoded([text.encode() for text in texts]))
    for text, found in zip(texts, names, strict=True):
        dateline = dateline_of(text, found.head)
        parts.append(comparable(text, dateline.end if dateline else 0, found.story_end))
    return parts
