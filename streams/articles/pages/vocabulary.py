"""The words and phrases that show what a line of a page is, from the languages' files."""

from __future__ import annotations

import re
from functools import lru_cache

from streams.articles.languages import words_of_all

KINDS = (
    "stop", "person", "promotion", "sharing", "navigation", "comment", "caption", "byline",
    "calendar",
)  # fmt: skip
MARKS = ("ago", "number_ago", "credit")  # words without which a line has no such form
_WORDS = re.compile(r"[^\W\d_]+")
_PREFIX_WORDS = 6
_NOTHING: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def word_kinds() -> dict[str, int]:
    """Word -> bits, bit n for `(*KINDS, *MARKS)[n]`."""
    kinds: dict[str, int] = {}
    for place, name in enumerate((*KINDS, *MARKS)):
        for word in words_of_all("page_words", name):
            kinds[word] = kinds.get(word, 0) | 1 << place
    return kinds


@lru_cache(maxsize=8192)  # a site's menus are the same on all its pages
def phrase_kinds(low: str) -> frozenset[str]:
    """Kinds of phrase (`stories`, `comments`, `furniture`, `interstitial`) that a short line is.

    `low` is the line in lower case; its first word is one of `first_words`. Interstitial: the
    phrase, a colon or dash, and more.
    """
    whole, prefixes, introductions = _phrases()
    words = _WORDS.findall(low)
    found = whole.get(" ".join(words), _NOTHING)
    for length in range(1, min(len(words), _PREFIX_WORDS) + 1):
        start = " ".join(words[:length])
        if start in prefixes:
            found |= prefixes[start]
        if start in introductions and len(words) > length + 1:
            end = low.find(words[length - 1]) + len(words[length - 1])
            if low[end:].lstrip()[:1] in (":", "：", "|", "–", "—", "-", ">", "»"):
                found |= {"interstitial"}
    return found


@lru_cache(maxsize=1)
def first_words() -> frozenset[str]:
    """The first words of phrases: lines that are one begin with them, and few others do."""
    return frozenset(phrase.split(" ", 1)[0] for table in _phrases() for phrase in table)


Phrases = dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _phrases() -> tuple[Phrases, Phrases, frozenset[str]]:
    whole: Phrases = {}
    prefixes: Phrases = {}
    for kind, phrase in _listed():
        table = prefixes if phrase.endswith("*") else whole
        table[_read(phrase)] = table.get(_read(phrase), _NOTHING) | {kind}
    return whole, prefixes, frozenset(map(_read, words_of_all("page_phrases", "interstitial")))


def _listed() -> list[tuple[str, str]]:
    """(kind, phrase) of each but those between paragraphs."""
    kinds = ("stories", "comments", "furniture")
    return [(kind, phrase) for kind in kinds for phrase in words_of_all("page_phrases", kind)]


def _read(phrase: str) -> str:
    """A phrase as a line's words are read: without vowel signs, which part them."""
    return " ".join(_WORDS.findall(phrase))


@lru_cache(maxsize=1)
def page_marks() -> frozenset[str]:
    """Whole lines that pages have and articles do not: buttons and headings of other blocks."""
    return frozenset(phrase for _, phrase in _listed() if not phrase.endswith("*"))
