"""Forms of the pieces of a head: titles, names and times as lines print them."""

from __future__ import annotations

import re

from streams.articles.languages import any_of
from streams.articles.outlets import Outlets
from streams.articles.pages.vocabulary import KINDS, word_kinds
from streams.articles.printed_time import PrintedTime

_OPENING_CHARACTERS = 30
_PERSON_WORDS, _JOINT_LETTERS = 9, 4
_SOURCE_CHARACTERS, _SOURCE_WORDS, _LABELLED_WORDS = 40, 5, 6
_NO_NAMES = sum(1 << KINDS.index(kind) for kind in ("navigation", "sharing", "calendar"))
BY = re.compile(rf"\W*(?:{any_of('page_headers', 'by')})[:\s]\s*", re.IGNORECASE)
SOURCE_LABEL = re.compile(
    rf"\W*(?:{any_of('page_headers', 'source')})(?![a-zа-я])\s*[:：|-]?", re.IGNORECASE
)
_LABELLED = re.compile(rf"{SOURCE_LABEL.pattern}(?<=[:：])", re.IGNORECASE)
TIME_LABEL = re.compile(rf"\b(?:{any_of('page_headers', 'time')})\b[:\s]*", re.IGNORECASE)
READING_TIME = re.compile(
    rf"\d+\s*-?\s*(?:{any_of('page_headers', 'reading_time')})", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)\d\d|^[^\W\d_]{3,}\.?\s+\d{1,2}$")
_DATE_OF_YEAR = re.compile(r"(?:19|20)\d\d|^[^\W\d_]{3,}\.?\s+\d{1,2}")
_BRACKETED = re.compile(r"[(\[（［【](?P<name>[^()\[\]（）［］【】]{2,60})[)\]）］】]\.?")
_ASIDE = frozenset("|·•‧–—-([{,:")
_KEY_EDGES = " \t.•·|-–—:,;*_#>»›…?!\"'“”‘’()[]"
_NAME_EDGES = " \t•·|-–—:,;*_#>»›"


def time_sign(text: str, time: PrintedTime) -> str:
    """`3 hours ago` stands above stories in lists; a date stands above the page's own as well."""
    found = text[time.start : time.end]
    return "time" if ":" in found or _YEAR.search(found) else "ago"


def is_ago(text: str, time: PrintedTime) -> bool:
    """Whether it counts back from now: no date with a year is this short and ends a line."""
    found = text[time.start : time.end].lower()
    return time.end >= len(text) - 2 and not _DATE_OF_YEAR.search(found)


def stands_aside(text: str, time: PrintedTime) -> bool:
    """Whether a mark separates the time from the rest of the line."""
    before, after = text[: time.start].rstrip()[-1:], text[time.end :].lstrip()[:1]
    return before in _ASIDE if before else after in _ASIDE


def trimmed(text: str) -> str:
    """Without the marks that separate names."""
    return text.strip(_NAME_EDGES)


def opening(text: str) -> str:
    """A key of a paragraph, equal for copies that are divided into lines differently."""
    return text[:_OPENING_CHARACTERS]


def title_key(text: str) -> str:
    """A key of a title, equal wherever a page prints it."""
    return text.lower().strip(_KEY_EDGES)


def is_labelled(text: str) -> bool:
    """`Source: Gulf News`; not `Sources: minister signed off on the list of names`."""
    if ":" not in text and "：" not in text:
        return False
    label = _LABELLED.match(text)
    return label is not None and len(text[label.end() :].split()) <= _LABELLED_WORDS


def without_label(text: str) -> str:
    """A piece of a line without `via` or `source:` before the name."""
    label = SOURCE_LABEL.match(text)
    return (label and trimmed(text[label.end() :])) or text


def in_brackets(text: str) -> str | None:
    """The content of a line that is entirely in brackets: `(Gulf News)`."""
    found = _BRACKETED.fullmatch(text)
    return found["name"] if found else None


def looks_like_names(text: str) -> bool:
    """`Business Recorder Staff`: every word begins with a capital, and there are few. Of a line in
    capitals, fewer."""
    words = text.split()
    most = 3 if text.isupper() else 4
    return len(words) <= most and all(word[:1].isupper() for word in words)


def may_be_source(name: str, outlets: Outlets) -> bool:
    """Whether this may be a publisher's name."""
    if not 2 <= len(name) <= _SOURCE_CHARACTERS or len(name.split()) > _SOURCE_WORDS:
        return False
    if outlets.domain(name):
        return True
    if not any(character.isalpha() for character in name) or name[-1] in ".!?:;,":
        return False
    first = name[0]
    if first.islower() and "." not in name:
        return False
    table = word_kinds()
    return not all(table.get(word, 0) & _NO_NAMES for word in name.lower().split())


def person_for_outlet(text: str, outlets: Outlets) -> tuple[str, str] | None:
    """`Maria Costa for Gulf News`: names on both sides of one short word."""
    words = trimmed(text).split()
    if len(words) > _PERSON_WORDS:
        return None
    small = [n for n, word in enumerate(words) if word.islower()]
    if len(small) != 1 or len(words[small[0]]) > _JOINT_LETTERS:
        return None
    person, outlet = words[: small[0]], " ".join(words[small[0] + 1 :])
    if len(person) < 2 or not outlets.reads_like_outlet(outlet):
        return None
    return (" ".join(person), outlet) if looks_like_names(" ".join(person)) else None
