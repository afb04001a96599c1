"""Datelines: `LONDON, March 3 (Reuters) -`, `MOSCOW, June 3. /TASS/.`, `新华社北京3月3日电`."""

from __future__ import annotations

import re
from typing import NamedTuple

from streams.articles.agency_table import Found

# How far into a text a dateline may reach.
HEAD_CHARACTERS = 140
_PLACE_CHARACTERS = 60
_MOST_TOKENS = 9
_BRACKET_CHARACTERS, _JAPANESE_CHARACTERS = 60, 30
_OPENING, _CLOSING = "(/[（［【《", ")/]）］】》"
_JOINT = re.compile(r"\s*[.:]?\s*(?:--|[-–—―:=]+)?\s*")
_DASH = re.compile(r"\s*[.:]?\s*(?:--|[-–—―:=])\s*")
_SMALL = frozenset(
    "de di del da do la le el of von am an der den im i e y und and et in a du des o os as los las "
    "jan ene gen feb mar apr abr avr may mai mag jun giu jul lug aug ago aoû sep set oct ott out "
    "nov dec dic dez января февраля марта апреля мая июня июля августа сентября октября ноября "
    "декабря enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre janvier février mars avril juin juillet août septembre octobre novembre "
    "décembre".split()
)
_CITY_ONLY = re.compile(
    r"""(?P<place>[A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]+
        (?:[ /][A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]*){0,3}(?:,\ [A-Z][\w.]+(?:\ [A-Z][\w.]+)?){0,2})
    (?:,?\ [A-Z][a-z]{2,8}\.?\ \d{1,2}(?:,\ \d{4})?)?
    \s?(?:--|[—–:]|\ -\ )\s*(?=\S)""",
    re.VERBOSE,
)
# Headlines' kickers look like cities.
_KICKERS = frozenset(
    "ANALYSIS BREAKING UPDATE UPDATED WATCH LIVE EXCLUSIVE OPINION VIDEO REVIEW EDITORIAL PHOTOS "
    "POLL WARNING NOTE Q A FAQ EXPLAINER FACTBOX TIMELINE PROFILE INTERVIEW COMMENT".split()
)
_CHINESE = re.compile(
    r"[（(【\[]?\s*(?P<place>[\u3400-\u9fff]{2,12}?)?\s*(?:\d{1,2}月)?\d{1,2}日(?:电|電|讯|訊)"
)
_KOREAN = re.compile(r"\((?P<place>[^=()]{1,20})=\s*")


class Dateline(NamedTuple):
    """Where a text says it was written, which agency it names there, and where the story begins."""

    place: str | None
    agencies: tuple[str, ...]
    end: int


def dateline_of(text: str, found: list[Found]) -> Dateline | None:
    """The dateline that a text begins with, or None. `found` are the agencies in its head."""
    head = text[:HEAD_CHARACTERS]
    if found and (dateline := _with_agency(text, head, found)):
        return dateline
    city = _CITY_ONLY.match(head)
    if city and city["place"].split(",", 1)[0] not in _KICKERS:
        return Dateline(city["place"], (), city.end())
    return None


def _with_agency(text: str, head: str, found: list[Found]) -> Dateline | None:
    first = found[0]
    before, rest = head[: first.start], head[first.end :]
    bare = before.rstrip()
    if bare[-1:] in tuple(_OPENING):
        closing = _first_of(rest, _CLOSING)
        if 0 <= closing <= _BRACKET_CHARACTERS and "\n" not in rest[:closing]:
            end = first.end + closing
            agencies = tuple(dict.fromkeys(f.agency for f in found if f.start < end))
            if (chinese := _CHINESE.match(rest)) and not bare.strip(_OPENING):
                return Dateline(chinese["place"], (first.agency,), end + 1)
            return _bracketed(text, bare[:-1], agencies, end + 1)
    return _in_other_scripts(text, before, rest, first) or _bare(bare, rest, first)


def _in_other_scripts(text: str, before: str, rest: str, first: Found) -> Dateline | None:
    """`新华社北京3月3日电`, `(서울=연합뉴스) 기자 =`, place, day and agency in wide brackets."""
    if (chinese := _CHINESE.match(rest)) and not before.strip():
        return Dateline(chinese["place"], (first.agency,), first.end + chinese.end())
    if (korean := _KOREAN.match(before)) and rest[:1] == ")":
        equals = text.find("=", first.end, first.end + 40)
        return Dateline(korean["place"], (first.agency,), max(equals, first.end) + 1)
    if before[:1] in tuple("［[【"):
        closing = _first_of(rest, "]］】")
        if 0 <= closing <= _JAPANESE_CHARACTERS and len(before) < _JAPANESE_CHARACTERS:
            place = before[1:].split()[:1]
            return _bracketed(text, "".join(place), (first.agency,), first.end + closing + 1)
    return None


def _bare(bare: str, rest: str, first: Found) -> Dateline | None:
    """`AFP - `, `/PRNewswire/ -- ` at the very start."""
    if bare.strip("/"):
        return None
    slash = len(rest) - len(rest.lstrip("/"))
    dash = _DASH.match(rest, slash)
    return Dateline(None, (first.agency,), first.end + dash.end()) if dash else None


def _first_of(text: str, marks: str) -> int:
    """Where the first of some marks stands; -1 where none does."""
    return min((at for mark in marks if (at := text.find(mark)) >= 0), default=-1)


def _bracketed(text: str, before: str, agencies: tuple[str, ...], end: int) -> Dateline | None:
    place = before.strip(" ,.\n\t–—-")
    joint = _JOINT.match(text, end)
    after = joint.end() if joint else end
    if not place:
        return Dateline(None, agencies, after)
    if not text[end:after].strip() and not place.split(",", 1)[0].isupper():
        return None  # `Agents (AFP) met him`
    tokens = re.split(r"[\s,./-]+", place)
    if len(place) > _PLACE_CHARACTERS or len(tokens) > _MOST_TOKENS:
        return None
    if any(token[:1].islower() and token.lower() not in _SMALL for token in tokens if token):
        return None
    return Dateline(_city(place), agencies, after)


def _city(place: str) -> str | None:
    """The place without its date."""
    first = place.split(",", 1)[0].strip()
    words = [word for word in first.split() if not any(c.isdigit() for c in word)]
    return " ".join(words) or None
