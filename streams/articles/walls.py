"""Walls: what a page tells its reader instead of an article, or below the beginning of one.

No single phrase decides. A text is a wall if most of its words are in sentences that address the
reader about subscriptions, consent, robots, scripts, accounts, regions or errors; news only reports
on these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from streams.articles.encoded import encoded
from streams.articles.languages import TABLES, any_of, words_by_language
from streams.articles.mentions import Mentions

# Longer texts are articles, whatever stands at their end.
_MOST_CHARACTERS, _MOST_WORDS = 2_500, 260
_SENTENCE = re.compile(r"(?<=[.!?…。！？؟।])\s*(?=[^a-zа-я\s])|\n+")
_SPACELESS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
_WORDS_A_CHARACTER = 0.6
# Sentences among those of a wall that are short enough to be its buttons and headings.
_BUTTON_WORDS = 6
_WALL_SHARE, _PART_SHARE = 0.6, 0.5
# Below a teaser: at most this many of the last paragraphs, with at least this much left above.
# Most texts have no sign of a wall at their end, and are not examined further.
_TAIL_CHARACTERS = 600
_LAST_PARAGRAPHS, _LEAST_TEASER_WORDS = 5, 10
_CUTTING = frozenset(("paywall", "login", "newsletter", "script", "consent"))
_TRUNCATING = frozenset(("paywall", "login"))
# Headings of servers' error responses: the whole page, or its first words.
_ERROR = any_of("server_answers", "error")
_STATUS = re.compile(
    rf"(?:(?:{_ERROR}|http) )?(?:40[0134]|429|50[0234])(?: (?:{_ERROR}))?\b[\s:.|–—-]*"
    rf"(?:{any_of('server_answers', 'said')})?\W*(?:nginx.{{0,20}})?$"
    rf"|(?:{any_of('server_answers', 'whole')}"
    rf"|(?:{any_of('server_answers', 'whole_before_signs')})\W*"
    rf"|(?:{any_of('server_answers', 'openings')})\W*.{{0,30}}"
    rf"|(?:{any_of('server_answers', 'openings_of_lines')})\W.*)$",
    re.IGNORECASE,
)
STATUS_CHARACTERS = 80


class Cut(NamedTuple):
    """A text without the wall at its end; `kind` is the wall's, None if there was none."""

    text: str
    kind: str | None
    truncated: bool


def mention_walls(texts: Sequence[str]) -> list[bool]:
    """Whether each text has any phrase of a wall where the functions below would look for one, in
    a quarter of their time for a whole chunk."""
    looked_at = [t if len(t) <= _MOST_CHARACTERS else t[-_TAIL_CHARACTERS:] for t in texts]
    small = [(text if text.isascii() else text.lower()).encode() for text in looked_at]
    return _mentions().in_texts(encoded(small))


def wall_kind(text: str, *, mentions_wall: bool = True) -> str | None:
    """The kind of wall that a text is, or None if it is not one. `mentions_wall` is False if
    `mention_walls` says so."""
    if len(text) > _MOST_CHARACTERS:
        return None
    if len(text) <= STATUS_CHARACTERS and _STATUS.match(text.strip()):
        return "error"
    if not mentions_wall or not _phrases().find_matches_as_indexes(text.lower()):
        return None
    said = [(sentence, _kind(sentence), _words(sentence)) for sentence in _sentences(text)]
    total = sum(words for _, _, words in said)
    if total > _MOST_WORDS:
        return None
    kinds: Counter[str] = Counter()
    buttons = 0.0
    for sentence, kind, words in said:
        if kind is not None:
            kinds[kind] += max(1, round(words))
        elif words <= _BUTTON_WORDS and not sentence.rstrip().endswith("."):
            buttons += words
    wall = sum(kinds.values())
    # Buttons belong to a wall that has more words than they have.
    return kinds.most_common(1)[0][0] if wall + min(buttons, wall) >= _WALL_SHARE * total else None


def without_wall(text: str, *, mentions_wall: bool = True) -> Cut:
    """Cut the wall off below a text: whole paragraphs at its end, at most the last few.
    `mentions_wall` as above."""
    tail = text[-_TAIL_CHARACTERS:]
    if not mentions_wall or not _phrases().find_matches_as_indexes(tail.lower()):
        return Cut(text, None, truncated=False)
    paragraphs = text.split("\n")
    filled = [at for at, paragraph in enumerate(paragraphs) if paragraph.strip()]
    cut = len(paragraphs)
    kinds: list[str] = []
    for at in reversed(filled[-_LAST_PARAGRAPHS:]):
        kind = _paragraph_kind(paragraphs[at])
        if kind is not None and kind in _CUTTING:
            cut, kinds = at, [*kinds, kind]
        elif _words(paragraphs[at]) > _BUTTON_WORDS:
            break
    rest = "\n".join(paragraphs[:cut]).rstrip()
    if not kinds or _words(rest) < _LEAST_TEASER_WORDS:
        return Cut(text, None, truncated=False)
    kind = Counter(kinds).most_common(1)[0][0]
    return Cut(rest, kind, truncated=not _TRUNCATING.isdisjoint(kinds))


def _paragraph_kind(paragraph: str) -> str | None:
    """The kind of wall that most of a paragraph's words are."""
    if len(paragraph) > _MOST_CHARACTERS:
        return None
    kinds: Counter[str] = Counter()
    total = 0.0
    for sentence in _sentences(paragraph):
        words = _words(sentence)
        total += words
        if (kind := _kind(sentence)) is not None:
            kinds[kind] += max(1, round(words))
    if not kinds or sum(kinds.values()) < _PART_SHARE * total:
        return None
    return kinds.most_common(1)[0][0]


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if sentence.strip()]


def _words(text: str) -> float:
    spaceless = len(_SPACELESS.findall(text))
    return max(len(text.split()), spaceless * _WORDS_A_CHARACTER)


def _kind(sentence: str) -> str | None:
    found = _phrases().find_matches_as_indexes(sentence.lower())
    return _kinds()[found[0][0]] if found else None


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[str, ...], tuple[str, ...]]:
    pairs = [
        (phrase, kind)
        for kind in TABLES["walls"]
        for phrases in words_by_language("walls", kind).values()
        for phrase in phrases
    ]
    return tuple(phrase for phrase, _ in pairs), tuple(kind for _, kind in pairs)


@lru_cache(maxsize=1)
def _phrases() -> AhoCorasick:
    return AhoCorasick(_table()[0], implementation=Implementation.ContiguousNFA)


@lru_cache(maxsize=1)
def _mentions() -> Mentions:
    return Mentions(_table()[0])


def _kinds() -> tuple[str, ...]:
    return _table()[1]
