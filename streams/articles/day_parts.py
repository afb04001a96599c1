"""Words for the part of the day, which say what a clock of twelve hours means.

`3:15 PM`, `오후 3시`, `9 de la noche`, `12 noon`. Midnight ends one day and begins another, and
nobody says which: a time with that word is no time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from streams.articles.languages import words_of_all

# Vowel signs and the like: part of a word, but no letters for regular expressions.
MARKS = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f"
    "\u0951-\u0957\u0962\u0963\u0981-\u0983\u09bc-\u09cd\u09d7\u09e2\u09e3\u0a01-\u0a03"
    "\u0a3c-\u0a51\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b57\u0b82"
    "\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c-\u0c56\u0c81-\u0c83\u0cbc-\u0cd6\u0d00-\u0d03"
    "\u0d3b-\u0d57\u0d81-\u0ddf\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u103e"
)
LETTER = rf"(?:[^\W\d_]|[{MARKS}])"
_ARABIC_MARKS = re.compile("[\u064b-\u0652]")
_TWELVE = 12
_LAST_AFTER_NOON, _LAST_BEFORE_DAWN, _FIRST_BEFORE_NOON = 5, 5, 10


class DayParts(NamedTuple):
    """parts: word -> its list in `[dates]`. The others are regular expressions without groups."""

    parts: Mapping[str, str]
    part: str
    noon: str
    midnight: str


def plain_letters(text: str) -> str:
    """Composed letters, and Arabic without its vowel signs: `مساءً` is `مساء`."""
    return _ARABIC_MARKS.sub("", unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=1)
def day_parts() -> DayParts:
    """The words of all languages; `CH` and others in capitals only, as the tables have them."""
    parts = {
        plain_letters(word).casefold(): name
        for name in ("night", "midday", "pm", "am")
        for word in words_of_all("dates", name)
    }
    return DayParts(
        parts, _alternatives("am", "pm", "midday", "night"), _alternatives("noon"),
        _alternatives("midnight"),
    )  # fmt: skip


def part_of_day(word: str | None) -> str | None:
    """`pm` for `PM`, `p.m.` or `오후`; None for a word that says nothing about it."""
    if word is None:
        return None
    parts, low = day_parts().parts, plain_letters(word).casefold().rstrip(".")
    low = " ".join(low.split())
    return parts.get(low) or parts.get(re.sub(r"[.\s]", "", low)) or parts.get(f"{low}.")


def hour_in_day(hour: int, part: str | None) -> int | None:
    """An hour as a clock and a word say it -> 0 to 23, or None if that is not certain."""
    late = hour > _TWELVE
    if part is None or (late and part != "am"):
        return hour
    if late or (part == "night" and hour == _TWELVE):  # which midnight?
        return None
    if part in ("am", "pm"):
        return hour % _TWELVE + (_TWELVE if part == "pm" else 0)
    if part == "night":
        return hour if hour <= _LAST_BEFORE_DAWN else hour + _TWELVE
    if 1 <= hour <= _LAST_AFTER_NOON:
        return hour + _TWELVE
    return hour if hour >= _FIRST_BEFORE_NOON else None


def _alternatives(*names: str) -> str:
    words = dict.fromkeys(
        plain_letters(word) for name in names for word in words_of_all("dates", name)
    )
    found = []
    for word in sorted(words, key=len, reverse=True):
        pattern = re.escape(word).replace(r"\ ", r"\s+")
        in_capitals = word.isupper() and word != word.lower()
        found.append(f"(?-i:{pattern})" if in_capitals else pattern)
    return "|".join(found)
