"""Datelines: `LONDON, March 3 (Reuters) -`, `MOSCOW, June 3. /TASS/.`, `新华社北京3月3日电`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from streams.articles.agency_table import Found
from streams.articles.credit_words import NAME, masked
from streams.articles.dateline_place import PICTURES, place_in
from streams.articles.languages import any_of, words_of_all

# How far into a text a dateline may begin: below its title, byline and editors' notes.
HEAD_CHARACTERS = 700
_DATELINE_CHARACTERS = 140  # from its beginning to the end of its agency
_HEAD_LINES, _HEAD_LINE_CHARACTERS = 6, 160
_BRACKET_CHARACTERS, _CJK_CHARACTERS = 60, 30
_BRACKETS = {
    "(": ")", "/": "/", "[": "]", "（": "）", "［": "］", "【": "】", "《": "》", "«": "»",
    "|": "|",
}  # fmt: skip
_WIDE = "（［【["
_JOINT = re.compile(r"\s*[.:：।]?\s*(?:--|[-–—―:=_])*\s*")
_DASH = re.compile(r"\s*[.:]?\s*(?:--|[-–—―:=_])\s*")
# What ends an agency that no bracket closes: a dash, the end of its line, a full stop and a blank.
_REPORTER_END = re.compile(r",\s(?:[^\W\d_][\w-]*\.?\s?){2,3}\.\s")
_BARE_END = re.compile(r"\s*(?:(?P<dash>[.:]?\s*(?:--|[-–—―]))|[.:](?=\s)|(?=\n)|/)\s*")
_PLACE_LINE_CHARACTERS = 70
_DAY = re.compile(r"\b\d{1,2}\b")
_PLACE_LINE_PARTS = re.compile(rf"(?:\s*[,/|–—-]\s*{NAME}+)|(?:{NAME}+\s*[,/|–—-]\s*)")
_INSIDE = re.compile(rf"[\s,/&;+|:–-]+|\b(?:{any_of('credits', 'in_datelines')})\b", re.IGNORECASE)
_CITY_ONLY = re.compile(
    r"""(?P<place>[A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]+
        (?:[ /][A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]*){0,3}(?:,\ [A-Z][\w.]+(?:\ [A-Z][\w.]+)?){0,2})
    (?:,?\ [A-Z][a-z]{2,8}\.?\ \d{1,2}(?:,\ \d{4})?)?
    \s?(?:--|[—–:]|\ -\ )\s*(?=\S)""",
    re.VERBOSE,
)
# `(ANSA) - ROMA, 02 MAR - `: the place follows.
_PLACE_BEHIND = re.compile(
    r"(?P<place>[A-ZÀ-Þ][\w'’.-]+(?: [A-ZÀ-Þ][\w'’.-]+){0,3}), ?\d{1,2} ?[^\W\d]{3,9}\.?"
    r"(?: \d{4})?\s*[-–—]\s*"
)
# The end of a line that holds more than a dateline: `By Ana Berg GENEVA, March 2`.
_CITY_AT_END = re.compile(
    r"""(?:^|[\s.)”"])(?P<place>[A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]{2,}
        (?:[ /][A-ZÀ-ÞА-ЯЁ][A-ZÀ-ÞА-ЯЁ.'’-]+){0,2}
        (?:,\ [A-Z][\w.]+(?:\ [A-Z][\w.]+)?)?
        (?:,?\ (?:[A-Z][a-z]{2,8}\.?\ \d{1,2}|\d{1,2}\ [^\W\d]{3,9}\.?)(?:,?\ \d{4})?)?)$""",
    re.VERBOSE,
)
# Headlines' kickers look like cities.
_KICKERS = frozenset(
    "ANALYSIS BREAKING UPDATE UPDATED WATCH LIVE EXCLUSIVE OPINION VIDEO REVIEW EDITORIAL PHOTOS "
    "POLL WARNING NOTE Q A FAQ EXPLAINER FACTBOX TIMELINE PROFILE INTERVIEW COMMENT".split()
)
_CHINESE = re.compile(
    r"[（(【\[]?\s*(?P<reporter>(?:记者|記者)[^\d\s]{2,8}?)?(?P<place>[\u3400-\u9fff]{2,12}?)?\s*"
    r"(?:\d{1,2}月)?\d{1,2}日(?:[^\s，。）)】]{0,4})?(?:电|電|讯|訊|(?=\s*[-–—】]))"
)
_BEHIND_CHINESE = re.compile(r"\s*(?:[（(][^（）()\n]{0,30}[）)])?\s*(?:[-–—]{1,2}\s*)?")
_CJK_DATE = re.compile(r"(?:\d{1,2}月)?\d{1,2}日[発発电電]?")
# `/Корр. ТАСС Анна Берг/`
_CORRESPONDENTS = frozenset(words_of_all("credits", "correspondents"))
_CORRESPONDENT = re.compile(
    rf"([/(])\s*(?:{any_of('credits', 'correspondent_marks')})\.?$", re.IGNORECASE
)
_KOREAN = re.compile(r"[(\[](?P<place>[^=()\[\]]{1,20})=\s*")


class Dateline(NamedTuple):
    """Where a text says it was written, which agency it names there, and where the story begins."""

    place: str | None
    agencies: tuple[str, ...]
    end: int


def dateline_of(text: str, found: list[Found]) -> Dateline | None:
    """The dateline that a text begins with, or that stands below its title and byline; or None.

    `found` are the agencies in its head.
    """
    for start in _line_starts(text) if found else ():
        names = [f for f in found if start <= f.start and f.end <= start + _DATELINE_CHARACTERS]
        if names and (dateline := _begun_at(text, start, names)):
            return dateline
    city = _CITY_ONLY.match(text, 0, _DATELINE_CHARACTERS)
    if city and city["place"].split(",", 1)[0] not in _KICKERS:
        return Dateline(city["place"], (), city.end())
    return None


def _line_starts(text: str) -> Iterator[int]:
    """Where the first lines begin, as long as those above read like a title, byline or note."""
    start = sentences = 0
    for _ in range(_HEAD_LINES):
        while text[start : start + 1].isspace():
            start += 1
        if start >= min(len(text), HEAD_CHARACTERS):
            return
        yield start
        end = text.find("\n", start, start + _HEAD_LINE_CHARACTERS)
        line = text[start:end].rstrip()
        sentences += line.endswith((".", "。", "।")) and line[:1] != "("
        if end < 0 or sentences > 1:
            return
        start = end + 1


def _begun_at(text: str, start: int, found: list[Found]) -> Dateline | None:
    first = found[0]
    before = text[start : first.start]
    if "\n" in before:
        return None
    rest = text[first.end : first.end + _DATELINE_CHARACTERS]
    bare = _CORRESPONDENT.sub(r"\1", before.rstrip())
    if closing := _BRACKETS.get(bare[-1:]):
        at = rest.find(closing, 0, _BRACKET_CHARACTERS)
        if at >= 0 and "\n" not in rest[:at]:
            end = first.end + at
            agencies = tuple(dict.fromkeys(f.agency for f in found if f.start < end))
            if (chinese := _CHINESE.match(rest)) and len(bare) == 1:
                return Dateline(_chinese_place(chinese), agencies, end + 1)
            if bare == before.rstrip() and not _only_agencies(
                text[first.start : end], found, first.start
            ):
                return _with_reporter(text, bare[:-1], text[first.end : end], agencies, end + 1)
            dateline = _bracketed(text, bare[:-1], agencies, end + 1)
            # `... the official Kenya News Agency` and, on the next line, `(KNA) said`.
            lone = len(bare) == 1 and text[:start].strip() and not _DASH.match(text, end + 1)
            return None if lone else dateline
    if text[:start].strip() and text[start - 2 : start] != "\n\n":
        return None  # a line of a wrapped paragraph may begin with an agency, too
    return (
        _line_of_its_own(text, start, found)
        or _in_other_scripts(text, before, rest, found)
        or _agency_first(text, bare, first)
        or _between_marks(text, bare, first)
    )


def _only_agencies(inside: str, found: list[Found], offset: int) -> bool:
    """Whether a bracket holds agencies and their services: `dpa/lby`, not `AP Photo/Ana Berg`."""
    rest = inside.split(",", 1)[0]  # reporters may follow
    inside = rest
    for name in reversed(found):
        if name.end - offset <= len(inside):
            rest = rest[: name.start - offset] + " " + rest[name.end - offset :]
    words = [word for word in _INSIDE.split(rest) if word]
    if words[:1] and words[0].lower() in _CORRESPONDENTS:
        return True  # `/TASS correspondent Ana Berg/`
    others = [w for w in words if w.isalpha() and not (w.islower() or w.isupper())]
    return not others or (len(others) == 1 and others[0].lower() not in PICTURES)


def _with_reporter(
    text: str, before: str, behind: str, agencies: tuple[str, ...], end: int
) -> Dateline | None:
    """Read `Madrid, 2 mar (EFE/Ana Berg).-`: behind a date, no picture's credit looks like that."""
    words = behind.removeprefix("/").split()
    named = behind[:1] == "/" and 1 < len(words) < 5 and all(word[:1].isupper() for word in words)
    if not named or any(word.lower() in PICTURES for word in words):
        return None
    place = place_in(before.strip(" ,:\n\t–—-"))
    return _bracketed(text, before, agencies, end) if place and place.dated else None


def _in_other_scripts(text: str, before: str, rest: str, found: list[Found]) -> Dateline | None:
    """Read `新华社北京3月3日电`, `(서울=연합뉴스) 기자 =`; place, day and agency in one bracket."""
    first = found[0]
    if (chinese := _CHINESE.match(rest)) and not before.strip(_WIDE + "据據"):
        behind = _BEHIND_CHINESE.match(text, first.end + chinese.end())
        end = behind.end() if behind else first.end + chinese.end()
        return Dateline(_chinese_place(chinese), (first.agency,), end)
    if (korean := _KOREAN.match(before)) and rest[:1] in (")", "]"):
        equals = text.find("=", first.end, first.end + 40)
        return Dateline(korean["place"], (first.agency,), max(equals, first.end) + 1)
    closing = _BRACKETS.get(before[:1], "")
    if closing and before[:1] in "（［【[(" and len(before) < _CJK_CHARACTERS:
        at = rest.find(closing, 0, _CJK_CHARACTERS)
        if at < 0 or (before[0] == "(" and before.isascii()):
            return None
        place = _CJK_DATE.sub(" ", before[1:]).replace("＝", " ").replace("=", " ").split()[:1]
        agencies = tuple(dict.fromkeys(f.agency for f in found if f.start < first.end + at))
        joint = _JOINT.match(text, first.end + at + 1)
        known = place_in("".join(place))
        city = None if known is None or any(map(str.isdigit, "".join(place))) else known.city
        return Dateline(city, agencies, joint.end() if joint else first.end + at + 1)
    return None


def _line_of_its_own(text: str, start: int, found: list[Found]) -> Dateline | None:
    """Read `Xinhua, BEIJING`, `القاهرة - رويترز`: a line of agencies, signs and a place."""
    end = text.find("\n", start, start + _PLACE_LINE_CHARACTERS)
    names = [name for name in found if name.end <= end]
    if end < 0 or not names or not text[end:].strip():
        return None
    rest = masked(text[:end], names)[start:]
    if not rest.isascii() and rest.endswith(NAME) and (at := _DAY.search(rest)):
        # `جدة 3 مارس 2026 م واس`, a line of place, date and agency without a sign between
        found_place = place_in(rest[: at.start()])
        if found_place and rest[: at.start()].strip():
            return Dateline(found_place.city, (names[-1].agency,), end + 1)
    parts = [part for part in _PLACE_LINE_PARTS.split(rest) if part.strip()]
    place = place_in(parts[0].strip()) if len(parts) == 1 and NAME not in parts[0] else None
    if place is None or place.city is None:
        return None
    agencies = tuple(dict.fromkeys(name.agency for name in names))
    return Dateline(place.city, agencies, end + 1)


def _chinese_place(match: re.Match[str]) -> str | None:
    # After `记者`, name and place run together.
    return None if match["reporter"] else match["place"]


def _agency_first(text: str, bare: str, first: Found) -> Dateline | None:
    """`AFP - `, `/PRNewswire/ -- ` at the very start."""
    if bare.strip("/"):
        return None
    slashes = len(text) - len(text[first.end :].lstrip("/"))
    dash = _DASH.match(text, slashes)
    return _with_place_behind(text, (first.agency,), dash.end()) if dash else None


def _with_place_behind(text: str, agencies: tuple[str, ...], end: int) -> Dateline:
    behind = _PLACE_BEHIND.match(text, end, end + _DATELINE_CHARACTERS)
    if behind:
        return Dateline(behind["place"], agencies, behind.end())
    return Dateline(None, agencies, end)


def _between_marks(text: str, bare: str, first: Found) -> Dateline | None:
    """Read `МОСКВА, 2 мар - РИА Новости.`, `Accra, March 2, GNA -`, `YEREVAN, MARCH 2, APA.`."""
    end = _BARE_END.match(text, first.end) or _REPORTER_END.match(text, first.end)
    marked = bare[-1:] in tuple(",.:–—-/")
    if end is None:
        return None
    dash = end.groupdict().get("dash")
    if not (marked or (bare[-1:].isdigit() and (dash or not bare.isascii()))):
        return None
    place = place_in(bare.strip(" ,.:–—-/"))
    if place is None or (place.city is None and not place.dated):
        return None
    dated = place.dated and (marked or not bare.isascii())
    certain = dated or (place.city or "").isupper() or (dash and bare[-1] in ",.")
    at_line_end = not text[end.start() : end.end()].strip()
    caseless = bare.upper() == bare.lower() and (dash or (at_line_end and bare[-1] in "/-"))
    return Dateline(place.city, (first.agency,), end.end()) if certain or caseless else None


def _bracketed(text: str, before: str, agencies: tuple[str, ...], end: int) -> Dateline | None:
    joint = _JOINT.match(text, end)
    after = joint.end() if joint else end
    joined = bool(text[end:after].strip())
    before = before.lstrip(".").strip(" ,:\n\t–—-")
    if not before:
        return _with_place_behind(text, agencies, after)
    place = place_in(before)
    if place is None:
        city = _CITY_AT_END.search(before) if joined else None
        place = place_in(city["place"]) if city else None
    if place is None:
        return None
    # Without a dash, something must distinguish it from `Agents (AFP) met him`: a date, capitals,
    # or the beginning of a sentence after it.
    begins = text[after : after + 1]
    certain = place.dated or before.split(",", 1)[0].isupper() or begins != begins.lower()
    if not joined and not (certain or (place.city and before.lower() == before.upper())):
        return None
    return Dateline(place.city, agencies, after)
