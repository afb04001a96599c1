"""Lines of a story that ask its reader to sign up: `[reader_requests]` of the languages' files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from streams.articles.encoded import encoded
from streams.articles.languages import any_of, words_of_all
from streams.articles.phrases import Phrases

_LONGEST = 280
# Of what stands between a question and the request that follows it.
_QUESTION = r"(?:[^.!?。？]{3,120}[!?？]\s*)?"
_CALLS = rf"(?:\W*(?:{any_of('reader_requests', 'before')})\s+)?\W{{0,3}}"
_LAST_LATIN, _FIRST_UNSPACED = "\u024f", "\u3000"
_QUOTED = frozenset('“„«"')


def requests_among(texts: Sequence[str], low: Sequence[str]) -> list[int]:
    """The places of those that are requests; `low` are the texts in lower case. One search through
    all finds the few that may be."""
    short = [n for n, text in enumerate(texts) if len(text) <= _LONGEST]
    joined = "\n".join([low[n] for n in short]).encode("utf-8", "replace")
    if not len(_objects().find(encoded([joined]))):  # as with most
        return []
    named = (
        _objects().find(encoded([low[n].encode("utf-8", "replace") for n in short]))[:, 0].tolist()
    )
    return [n for n in sorted({short[place] for place in named}) if is_request(texts[n])]


def is_request(text: str) -> bool:
    """`Sign up for our newsletter and get the best of the coast in your inbox.` A report of one
    (`Sign up, the minister told farmers`) names nothing that a reader is asked for."""
    if len(text) > _LONGEST or text[0] in _QUOTED:
        return False
    low = text.lower()
    openings, objects = _forms()
    opening = openings.match(low)
    return opening is not None and objects.search(low, opening.start("form")) is not None


@lru_cache(maxsize=1)
def _objects() -> Phrases:
    """What every request names."""
    return Phrases([form.removesuffix("*") for form in words_of_all("reader_requests", "objects")])


@lru_cache(maxsize=1)
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    openings, objects = (
        _any_of(words_of_all("reader_requests", name)) for name in ("openings", "objects")
    )
    return (
        re.compile(rf"{_CALLS}(?:{_QUESTION}{_CALLS})(?P<form>{openings})"),
        re.compile(objects),
    )


def _any_of(forms: Iterable[str]) -> str:
    return "(?:" + "|".join(map(_expression, sorted(forms, key=len, reverse=True))) + ")"


def _expression(form: str) -> str:
    """Whole words, but for stems and where words are not parted by blanks."""
    before = "" if form[0] >= _FIRST_UNSPACED else r"(?<![^\W_])"
    if form[-1] in "* " or form[-1] > _LAST_LATIN:
        return before + re.escape(form.removesuffix("*"))
    return before + re.escape(form) + r"(?![^\W_])"
