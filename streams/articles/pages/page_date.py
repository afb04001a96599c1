"""When an HTML page's story was published, as the page writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.articles.languages import TABLES, any_of, words_by_language, words_of_all
from streams.articles.printed_time import PrintedTime, printed_time
from streams.articles.times import format_time, parse_time
from streams.articles.written_time import with_western_digits, written_time
from streams.compiled import kernel

PUBLISHED_META = (
    "article:published_time", "og:article:published_time", "article:published", "datepublished",
    "parsely-pub-date", "sailthru.date", "pubdate", "publishdate", "publish-date", "publish_date",
    "publication_date", "published_time", "article.published", "article:post_date",
    "article:publicationdate", "originalpublicationdate", "cxenseparse:recs:publishtime", "ptime",
    "pdate", "article_date_original", "rnews:datepublished", "date.issued", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date.created", "dc.created",
    "citation_publication_date",
    "citation_online_date", "citation_date", "bt:pubdate", "prism.publicationdate", "release_date",
    "dc.date", "dcterms.date", "date", "datecreated", "eomportal-issue-date", "vr:published_time",
    "analyticsattributes.articledate", "displaydate", "shareaholic:article_published_time",
    "published", "article_publication_date", "sailthru.published", "post_date", "postdate",
    "dateposted", "firstpublished", "first_published", "published-date", "last_published",
)  # fmt: skip
MODIFIED_META = (
    "article:modified_time", "og:updated_time", "datemodified", "last-modified", "lastmod",
    "dcterms.modified", "dc.date.modified", "article:updated_time", "revised", "updated_time",
    "updated",
)  # fmt: skip
_IN_ADDRESS = re.compile(
    r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?=[/_.-]|$)"
)
# Addresses are in English: `/2026/mar/02/`, as some papers write it, and `/2026/march/2/`.
_MONTHS = {
    word: number
    for number, name in enumerate(TABLES["months"], 1)
    for word in words_by_language("months", name)["en"]
}
_NAMED_IN_ADDRESS = re.compile(rf"/((?:19|20)\d\d)/({'|'.join(_MONTHS)})/(\d\d?)(?=[/_.-]|$)")
# The form in which site builders write the day of the site's last change.
_WORDED = re.compile(r"[A-Z][a-z]{2} \d\d, (?:19|20)\d\d")
_YEAR = re.compile(r"(?:19|20|25)\d\d")  # 2569 of the Buddhist era is 2026
_DIGIT = re.compile(r"\d")
_LONGEST_LINE, _LONGEST_LABEL = 160, 24
_LONGEST_WHOLE = 60
_LONGEST_LONE, _WORDS_BESIDE, _FIRST_WEB_YEAR = 40, 2, 1991
_STATE = re.compile(
    rb"(?i)[\"'](?:datePublished|publishedAt|published_at|published_?date"
    rb"|publish_?date|publication_?date|first_?published(?:_?at|_?date)?|pub_?date)\\?[\"']"
    rb"\s*:\s*\\?[\"'](\d{4}-\d\d-\d\d[T ]?[\d:.Z+-]*)"
)
# From a quotation mark to the `pub` of `publishedAt`, `datePublished` and `first_published`.
_QUOTES_BEFORE = (7, 6, 5, 1)
_LONGEST_BETWEEN = 12  # `on Monday, `
_HOUR, _DAY, _MIDNIGHT = 3_600, timedelta(days=1), time()
_UPDATED = re.compile(any_of("page_headers", "updated"), re.IGNORECASE)
_FIRST_PUBLISHED = re.compile(any_of("page_headers", "first_published"), re.IGNORECASE)
_FIRST_WORDS = {form.split()[0] for form in words_of_all("page_headers", "first_published")}


def first_time(texts: Sequence[str | None]) -> str | None:
    """The first that is a time; if others name its day, the one that also has the hour."""
    times = [(text, time) for text in texts if text and (time := parse_time(text)) is not None]
    if not times:
        return None
    first, time = times[0]
    if len(first.strip()) > 10 or any(c in first for c in ":T"):
        return first
    for text, other in times[1:]:
        if other.date() == time.date() and ":" in text:
            return text
    return first


def with_hour(day: str, texts: Sequence[str]) -> str:
    """The first of other times of the page on a day that is stated without its hour, or the day."""
    stated = parse_time(day)
    if stated is None or len(day.strip()) > 10 or ":" in day:
        return day
    times = ((text, parse_time(text)) for text in texts if ":" in text)
    return next((text for text, time in times if time and time.date() == stated.date()), day)


def state_time(page: bytes) -> str | None:
    """The publication in the data of a page's program, if it names one day only: with several it is
    other stories', too."""
    found = [stated.decode() for stated in _stated_in(page)]
    times = {time.date() for text in found if (time := parse_time(text))}
    return found[0] if len(times) == 1 else None


def _stated_in(page: bytes) -> Iterator[bytes]:
    """What `_STATE` finds: looked for only where a name stands, as a search stops at every
    quotation mark of a page."""
    places, end = np.empty(len(page) // 3 + 1, dtype=np.int64), 0
    count = _places_of_pub(np.frombuffer(page, dtype=np.uint8), places)
    for place in places[:count].tolist():
        for back in _QUOTES_BEFORE:
            if place - back >= end and (match := _STATE.match(page, place - back)):
                end = match.end()
                yield match[1]


@kernel
def _places_of_pub(page: NDArray[np.uint8], places: NDArray[np.int64]) -> int:
    """Where `pub` stands, whatever the case; -> how often."""
    count = 0
    for at in range(len(page) - 2):
        if page[at] | 32 == 112 and page[at + 1] | 32 == 117 and page[at + 2] | 32 == 98:
            places[count] = at
            count += 1
    return count


def in_address(address: str | None) -> str | None:
    """The day that an address names: `/2026/03/02/`."""
    if found := _IN_ADDRESS.search(address or ""):
        day = "-".join(found.groups())
    elif found := _NAMED_IN_ADDRESS.search((address or "").lower()):
        day = f"{found[1]}-{_MONTHS[found[2]]:02d}-{int(found[3]):02d}"
    else:
        return None
    return day if parse_time(day) is not None else None


def is_worded(stated: str) -> bool:
    """`Nov 05, 2025`: a date in this form is often the site's and not the story's."""
    return _WORDED.fullmatch(stated.strip()) is not None


def lone_date(lines: Sequence[str], now: datetime) -> str | None:
    """The first date that is a line by itself, but for a word or two, and is not an update's."""
    above = ""
    for text in lines:
        if len(text) > _LONGEST_LONE:
            above = ""
            continue
        line = with_western_digits(text)
        found = _time_in(line, now)
        if found is None or not _YEAR.search(line[found.start : found.end]):
            above = line if len(line) <= _LONGEST_LABEL else ""
            continue
        beside = f"{line[: found.start]} {line[found.end :]}"
        if not _UPDATED.search(f"{above} {beside}") and len(beside.split()) <= _WORDS_BESIDE:
            return format_time(found.time) if found.time.year >= _FIRST_WEB_YEAR else None
        above = ""
    return None


def first_published(lines: Sequence[str], now: datetime) -> str | None:
    """The time of `This article was originally published on March 2, 2026`: RFC 3339, UTC."""
    for line in lines:
        if len(line) > 2 * _LONGEST_LINE or not _has_year(line):
            continue
        low = line.lower()
        if not any(word in low for word in _FIRST_WORDS):
            continue
        said = _FIRST_PUBLISHED.search(line)
        found = printed_time(line[said.end() :], now) if said else None
        if said and found and found.start <= _LONGEST_BETWEEN:
            dated = _YEAR.search(line[said.end() :][found.start : found.end])
            return format_time(found.time) if dated else None
    return None


def _has_year(line: str) -> bool:
    """Most lines have not even the beginning of one, which is faster to see."""
    return ("20" in line or "19" in line or "25" in line) and _YEAR.search(line) is not None


@lru_cache(maxsize=128)  # a page prints its date in an element and a line, and each is read twice
def _time_in(line: str, now: datetime) -> PrintedTime | None:
    """A time that a line with a year prints; if it is no more than a day, the one that the whole
    line is: `3 p.m. ET, March 2, 2026`."""
    if not _has_year(line):
        return None  # `3 hours ago` depends on when it was fetched
    found = printed_time(line, now)
    if (found is None or found.precision_seconds > _HOUR) and len(line) <= _LONGEST_WHOLE:
        whole = written_time(line)
        if whole and (found is None or abs(whole - found.time) < _DAY):
            start, end = (0, len(line)) if found is None else (found.start, found.end)
            precision = 60 if whole.time() != _MIDNIGHT else 24 * _HOUR
            return PrintedTime(whole, precision, start, end)
    return found


def printed_date(lines: Sequence[str], now: datetime) -> tuple[str | None, str | None]:
    """-> (the time that lines near the headline print, that of an update): RFC 3339, UTC."""
    published = updated = None
    label = ""  # in a line of its own above
    for text in lines:
        if len(text) > _LONGEST_LINE:
            label = ""
            continue
        line = with_western_digits(text)
        if not _DIGIT.search(line):
            label = line if len(line) <= _LONGEST_LABEL else ""
            continue
        above, label = label, ""
        found = _time_in(line, now)
        if found is None or not _YEAR.search(line[found.start : found.end]):
            continue
        stated = format_time(found.time)
        if _UPDATED.search(f"{above} {line[: found.start]}"):
            updated = updated or stated
            rest = printed_time(line[found.end :], now)
            if rest is not None:
                published = published or format_time(rest.time)
        else:
            published = published or stated
    return published, updated
