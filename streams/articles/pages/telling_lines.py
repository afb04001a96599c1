"""Whether anything on an HTML page tells of embedded articles: beside one of the texts that may be
one stands a time, or a publisher's name. On most pages nothing does, which is seen in a fraction of
the time that reading the heads of these texts takes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from streams.articles.languages import any_of
from streams.articles.outlets import Outlets
from streams.articles.pages.elements_around import Elements
from streams.articles.pages.header_forms import (
    BY,
    READING_TIME,
    SOURCE_LABEL,
    TIME_LABEL,
    person_for_outlet,
)
from streams.articles.pages.headers import (
    HEADER_LINES,
    META_CHARACTERS,
    META_WORDS,
    HeaderReader,
)
from streams.articles.pages.kinds import Kinds
from streams.articles.pages.lines import Line

FOOT_LINES = 4  # below an embedded article, where pages print source and time
_WORDS = re.compile(r"[^\W\d_]+")
_LABELLED = re.compile(rf"(?:{any_of('page_headers', 'source')})$", re.IGNORECASE)
_BRACKETS = frozenset("([（［【")


def tells_of_others(
    texts: Sequence[tuple[int, int, int]],
    lines: Sequence[Line],
    kinds: Kinds,
    outlets: Outlets,
    reader: HeaderReader,
    elements: Elements,
) -> bool:
    """Whether the head or foot of one of these texts can hold a time or a known source. Each text
    is given as the end of the one above it, its first line, and the one behind its last."""
    if not texts or reader.feet:
        return bool(texts)
    beside: set[int] = set()
    for above, start, stop in texts:
        first = max(above, start - HEADER_LINES)
        if elements.may_be_stamped(above, first, start):
            return True
        beside.update(range(first, start), range(stop, min(stop + FOOT_LINES, len(lines))))
    named = [line.text for line in lines[texts[0][1] :] if line.text[0] in _BRACKETS]
    for at in beside:
        text = lines[at].text
        short = len(text) <= META_CHARACTERS and kinds.words[at] <= META_WORDS
        if short or kinds.title[at]:
            if kinds.may_time[at] and (reader.printed.time(text) or READING_TIME.search(text)):
                return True
            named.append(text)
    return _may_name_outlet(named, outlets)


def _may_name_outlet(texts: Sequence[str], outlets: Outlets) -> bool:
    """Whether lines may hold a name of the table by itself, between marks or behind `via`."""
    every = "\n".join(texts).lower()
    if not every.isascii() and any(name in every for name in outlets.unspaced):
        return True
    words = outlets.by_word.keys() & set(_WORDS.findall(every))
    names = [name for word in words for name in outlets.by_word[word] if name in every]
    if not names:
        return False
    forms = [*zip(texts, every.split("\n"), strict=True)]
    return any(_stands_apart(name, *form, outlets) for name in names for form in forms)


def _stands_apart(name: str, text: str, low: str, outlets: Outlets) -> bool:
    """Whether a name of the table is in a text, and more than a word of a sentence; `low` is the
    text in lower case."""
    start = low.find(name)
    if start >= 0 and (
        SOURCE_LABEL.match(text) or BY.match(text) or person_for_outlet(text, outlets)
    ):
        return True
    while start >= 0:
        before, behind = low[:start].rstrip(), low[start + len(name) :].lstrip()
        if (not before[-1:].isalnum() or _LABELLED.search(before)) and (
            not behind[:1].isalnum() or TIME_LABEL.match(behind)
        ):
            return True
        start = low.find(name, start + 1)
    return False
