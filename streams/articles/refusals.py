"""Texts that are no articles: files of other kinds, error pages, cookie walls."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from ahocorasick_rs import AhoCorasick, Implementation

_MOST_WORDS = 120
_MOST_CHARACTERS = 1_000  # a glance at a text's length says that it is none of these
_HEAD_CHARACTERS = 60
_MAGIC = {
    "%PDF-": "a PDF", "\ufffdPNG": "an image", "PNG\n": "an image", "GIF8": "an image",
    "PK\x03\x04": "an archive", "JFIF": "an image", "{\\rtf": "an RTF document",
    "Rar!": "an archive", "ID3": "a sound file", "\x7fELF": "a program",
}  # fmt: skip
_ASCII_MAGIC = tuple(magic for magic in _MAGIC if magic.isascii())
_MAGIC_CHARACTERS = 12
_MOST_BROKEN = 0.1  # share of characters that stand for bytes of no text
_SAMPLE_CHARACTERS = 2_000


def refusal(text: str) -> str | None:
    """Why a cleaned text is no article: 'expected ..., got ...', or None."""
    head = text[:_HEAD_CHARACTERS]
    if (kind := _kind_of_file(text, head)) is not None:
        return f"expected text, got {kind}"
    if len(text) > _MOST_CHARACTERS or text.count(" ") > _MOST_WORDS:
        return None
    low = text.lower()
    anywhere, beginnings = _phrases()
    if low.startswith(beginnings) or anywhere.find_matches_as_indexes(low):
        return f"expected an article, got {head!r}"
    return None


def _kind_of_file(text: str, head: str) -> str | None:
    plain = text.isascii()
    # What stands before or in the mark of a file is mostly no ASCII; the rest begin like this.
    if not plain or head.startswith(_ASCII_MAGIC):
        for magic, kind in _MAGIC.items():
            if head.find(magic, 0, _MAGIC_CHARACTERS) >= 0:
                return kind
    if plain:
        return None
    sample = text[:_SAMPLE_CHARACTERS]
    return "bytes" if sample.count("\ufffd") > len(sample) * _MOST_BROKEN else None


@lru_cache(maxsize=1)
def _phrases() -> tuple[AhoCorasick, tuple[str, ...]]:
    path = files("streams.articles") / "data" / "refusals.toml"
    tables = tomllib.loads(path.read_text(encoding="utf-8"))
    search = AhoCorasick(tables["anywhere"], implementation=Implementation.DFA)
    return search, tuple(tables["beginnings"])
