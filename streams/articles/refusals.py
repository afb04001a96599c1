"""Texts that are not articles: files of other kinds, walls of all kinds."""

from __future__ import annotations

from streams.articles.walls import STATUS_CHARACTERS, wall_kind

_HEAD_CHARACTERS = 60
_MAGIC = {
    "%PDF-": "a PDF", "\ufffdPNG": "an image", "PNG\n": "an image", "GIF8": "an image",
    "PK\x03\x04": "an archive", "JFIF": "an image", "{\\rtf": "an RTF document",
    "Rar!": "an archive", "ID3": "a sound file", "\x7fELF": "a program",
}  # fmt: skip
_ASCII_MAGIC = tuple(magic for magic in _MAGIC if magic.isascii())
_MAGIC_CHARACTERS = 12
_MOST_BROKEN = 0.1  # share of characters that stand for bytes that are not text
_SAMPLE_CHARACTERS = 2_000


def is_plainly_text(text: str) -> bool:
    """Whether `refusal` has nothing to say of a text without a phrase of a wall, as of most."""
    plain = text.isascii() and not text.startswith(_ASCII_MAGIC)
    return plain and len(text) > STATUS_CHARACTERS


def refusal(text: str, *, mentions_wall: bool = True) -> str | None:
    """Why a cleaned text is not an article: 'expected ..., got ...', or None. `mentions_wall` is
    False if `mention_walls` says so."""
    head = text[:_HEAD_CHARACTERS]
    if (kind := _kind_of_file(text, head)) is not None:
        return f"expected text, got {kind}"
    if (wall := wall_kind(text, mentions_wall=mentions_wall)) is not None:
        return f"expected an article, got a wall ({wall}): {head!r}"
    return None


def _kind_of_file(text: str, head: str) -> str | None:
    plain = text.isascii()
    # What precedes or is in a file's magic bytes is mostly not ASCII; the rest begin like this.
    if not plain or head.startswith(_ASCII_MAGIC):
        for magic, kind in _MAGIC.items():
            if head.find(magic, 0, _MAGIC_CHARACTERS) >= 0:
                return kind
    if plain:
        return None
    sample = text[:_SAMPLE_CHARACTERS]
    return "bytes" if sample.count("\ufffd") > len(sample) * _MOST_BROKEN else None
