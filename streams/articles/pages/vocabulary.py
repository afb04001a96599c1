"""The words and phrases that tell what a line of a page is; read from data files once."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

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
    for name, languages in _read("page_words.toml").items():
        bit = 1 << (*KINDS, *MARKS).index(name)
        for words in languages.values():
            for word in str(words).split():
                kinds[word] = kinds.get(word, 0) | bit
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
    """The first words of phrases: what a line begins with that is one, and few others do."""
    return frozenset(phrase.split(" ", 1)[0] for table in _phrases() for phrase in table)


Phrases = dict[str, frozenset[str]]


@lru_cache(maxsize=1)
def _phrases() -> tuple[Phrases, Phrases, frozenset[str]]:
    whole: Phrases = {}
    prefixes: Phrases = {}
    introductions: set[str] = set()
    for kind, languages in _read("page_phrases.toml").items():
        for phrases in languages.values():
            for phrase in phrases:
                if kind == "interstitial":
                    introductions.add(phrase)
                    continue
                table = prefixes if phrase.endswith("*") else whole
                key = phrase.removesuffix("*")
                table[key] = table.get(key, _NOTHING) | {kind}
    return whole, prefixes, frozenset(introductions)


def _read(name: str) -> dict[str, dict[str, list[str] | str]]:
    return tomllib.loads((files("streams.articles") / "data" / name).read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def page_marks() -> frozenset[str]:
    """Whole lines that articles do not have and pages do: buttons and headings of other blocks."""
    whole, _, _ = _phrases()
    return frozenset(whole)
