"""Metadata of an HTML page: the head, JSON-LD and microdata, and what stands around the headline.

| field | taken from, best first |
|---|---|
| title | the heading above the story that is like what the head says; JSON-LD `headline`; |
| | `title`, `og:title`, `twitter:title`, without the site's and the section's name |
| byline | JSON-LD `author`; meta `author` and others; `rel=author`, `itemprop=author`; |
| | elements called byline or author, and lines `By ...`, near the headline; a box below the |
| | story; the page's only link to an author |
| published | JSON-LD `datePublished`; meta dates; `itemprop=datePublished`; `time` near the |
| | headline; the day in the address; a date printed there; the time of the last change. A date |
| | by itself below the headline, or `first published on ...`, counts before a later one |
| address | `link rel=canonical`; `og:url`; JSON-LD `url`, `mainEntityOfPage` |
| publisher | JSON-LD `publisher`; `og:site_name`; `application-name` |
| language | JSON-LD `inLanguage`; `html lang`; `content-language`; `og:locale` |
| syndicated from | JSON-LD `isBasedOn`; `syndication-source`, `original-source` |
| kind | JSON-LD `@type`; `og:type`; prices in `meta`; a thread's address, the forum's program |
| attributes | `updated`; `section`; `paywall`, where the page says that it is not free |
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from streams.articles.day_order import decided, in_order
from streams.articles.metadata import Metadata
from streams.articles.pages.around_headline import Place, Surroundings
from streams.articles.pages.head import Head
from streams.articles.pages.html_kind import html_kind
from streams.articles.pages.lines import Line
from streams.articles.pages.markup import Markup
from streams.articles.pages.own_object import names_of, own_object, plain, text_of
from streams.articles.pages.page_byline import is_label, stated_names
from streams.articles.pages.page_date import (
    MODIFIED_META,
    PUBLISHED_META,
    first_published,
    first_time,
    in_address,
    is_worded,
    lone_date,
    printed_date,
    state_time,
    with_hour,
)
from streams.articles.pages.page_title import best_title, site_keys
from streams.articles.times import parse_time

_AUTHORS = (
    "author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "byl",
    "sailthru.author", "citation_author", "article:author_name", "cxenseparse:author", "authors",
    "dc.contributor", "book:author", "shareaholic:article_author_name",
)  # fmt: skip
_PLAIN = re.compile(r"https?://[\w.-]+(?:/[\w/.-]*)?", re.ASCII)  # joining leaves it as it is
_CLOCK_CHARACTERS = len("2026-03-02T10:00:00")
_DATE_LINE_CHARACTERS = 60  # longer lines are sentences
_SYSTEM_DAYS = 2  # a day may be the time zone's
_ORIGINS = ("syndication-source", "original-source", "article:original_source")


def html_metadata(
    markup: Markup,
    head: Head,
    lines: Sequence[Line],
    place: Place | None,
    address: str | None,
    now: datetime,
) -> Metadata:
    """Read what the page says about the story at `place`. `address` is the page's own, `now` when
    it was fetched. No content can make it raise."""
    meta = head.meta
    canonical = _canonical(head, address)
    titles = [
        text for text in (head.title, meta.get("og:title"), meta.get("twitter:title")) if text
    ]
    linked = own_object(head.linked, titles, [a for a in (canonical, address) if a])
    publishers = names_of(linked.get("publisher"))
    site_names = [
        *publishers,
        meta.get("og:site_name"),
        meta.get("application-name"),
        meta.get("twitter:site"),
    ]
    sites = site_keys(site_names, canonical or address)
    named = Surroundings(markup, lines, place)
    language = _first(
        text_of(linked.get("inLanguage"), "alternateName", "name"), head.language,
        meta.get("content-language"), meta.get("og:locale"),
    )  # fmt: skip
    published, updated = _times(linked, meta, markup, named, canonical or address, now, language)
    section = (
        plain(linked.get("articleSection")) or meta.get("article:section") or meta.get("section")
    )
    extra = {"updated": updated, "section": section, "paywall": _paywall(linked, meta)}
    return Metadata(
        title=best_title(
            plain(linked.get("headline")), titles, named.headings(), sites, named.near_lines()
        ),
        byline=_byline(linked, head, named, sites),
        published=published,
        address=canonical or _absolute(text_of(linked.get("url")), address)
        or _absolute(text_of(linked.get("mainEntityOfPage"), "@id"), address),
        publisher=_first(*publishers[:1], meta.get("og:site_name"), meta.get("application-name")),
        language=language,
        syndicated_from=_first(
            text_of(linked.get("isBasedOn"), "url", "@id"), *(meta.get(name) for name in _ORIGINS)
        ),
        kind=html_kind(markup, head, linked, canonical or address),
        agency_hint=_first(
            plain(linked.get("creditText")), *names_of(linked.get("sourceOrganization")),
            *names_of(linked.get("provider")), *names_of(linked.get("copyrightHolder")),
        ),
        attributes=tuple((name, text) for name, text in extra.items() if text),
    )  # fmt: skip


def _times(
    linked: Mapping[str, object],
    meta: dict[str, str],
    markup: Markup,
    named: Surroundings,
    address: str | None,
    now: datetime,
    language: str | None,
) -> tuple[str | None, str | None]:
    """-> (published, changed)."""
    header, below = (
        in_order(texts, language) for texts in (named.lines_of_header(), named.below_lines())
    )
    stated = [text_of(linked.get(name)) for name in ("datePublished", "dateCreated", "uploadDate")]
    stated += [meta.get(name) for name in PUBLISHED_META]
    stated += [
        text
        for name, text in meta.items()
        if "publish" in name and ("date" in name or "time" in name)
    ]
    changed = first_time(
        [text_of(linked.get("dateModified")), *(meta.get(name) for name in MODIFIED_META)]
    )
    times = in_order(named.times(), language)
    in_head = first_time(in_order([text or "" for text in stated], language))
    published = in_head or first_time(times) or _elsewhere(named, times, address, now, language)
    near = updated = None
    if published is None or is_worded(published) or _are_same(published, changed):
        near, updated = printed_date(in_order(named.dated_lines(), language), now)
    if published is None:
        printed, changed = near, changed or updated
        if printed is None and changed is None:
            printed, changed = printed_date(below, now)
        published = in_address(address) or printed or state_time(markup.data) or changed
    elif is_worded(published):
        published = near or published
    published = with_hour(published, times) if published else None
    original = first_published([*header, *below], now)
    if original and (published is None or _is_days_before(original, published, 1)):
        return original, changed or published
    first = lone_date(header, now) if in_head else None  # a `time` means what it states
    if first and _is_days_before(first, published, _SYSTEM_DAYS):
        published = first  # the stated one is when a new system took the story over
    if published and _are_same(published, changed):
        # Some systems state the last change as the publication, too.
        if near is None or not _is_days_before(near, published, 1):
            return published, None
        published = near
    return published, changed


def _are_same(published: str, changed: str | None) -> bool:
    """One time, or one clock with two zones: a system that forgets its own."""
    if not changed:
        return False
    clocks = {text.strip()[:_CLOCK_CHARACTERS] for text in (published, changed)}
    return parse_time(changed) == parse_time(published) or (
        len(clocks) == 1 and len(clocks.pop()) == _CLOCK_CHARACTERS
    )


def _is_days_before(one: str, other: str | None, days: int) -> bool:
    first, second = parse_time(one), parse_time(other or "")
    return first is not None and second is not None and second - first >= timedelta(days=days)


def _elsewhere(
    named: Surroundings,
    times: Sequence[str],
    address: str | None,
    now: datetime,
    language: str | None,
) -> str | None:
    """A `time` away from the headline, unless a short line near it prints another day."""
    elsewhere = in_order(named.times_elsewhere(), language)
    if known := decided(times, [*elsewhere, *named.all_times()]):
        return known
    short = [line for line in named.dated_lines() if len(line) <= _DATE_LINE_CHARACTERS]
    printed, _ = printed_date(in_order(short, language), now)
    far = first_time(elsewhere)
    if far and not _is_other_day(printed, far):
        return far
    return printed and (in_address(address) or printed)


def _is_other_day(one: str | None, other: str) -> bool:
    return one is not None and (_is_days_before(one, other, 1) or _is_days_before(other, one, 1))


def _byline(
    linked: Mapping[str, object], head: Head, named: Surroundings, sites: frozenset[str]
) -> str | None:
    said = [names_of(linked.get(name)) for name in ("author", "creator")]
    said += [head.every.get(name, []) for name in _AUTHORS]
    said.append(_labelled(head.meta))
    said = [names for names in said if names]
    for names in said:
        if found := stated_names(names, sites):
            return ", ".join(found)
    for looked in (named.authors, named.called_authors, named.by_lines, named.authors_below):
        if found := stated_names(looked(), frozenset()):
            return ", ".join(found)
    # A site with its own texts: a person's, or an agency's.
    return next(
        (", ".join(found) for names in said if (found := stated_names(names, frozenset()))), None
    )


def _labelled(meta: Mapping[str, str]) -> list[str]:
    """`twitter:label1` says what `twitter:data1` is: `Written by`."""
    return [
        meta.get(f"twitter:data{n}", "")
        for n in (1, 2)
        if is_label(meta.get(f"twitter:label{n}", ""))
    ]


def _canonical(head: Head, address: str | None) -> str | None:
    """The page's own address as it states it; a site's front page is not a story's address."""
    for stated in (head.links.get("canonical"), head.meta.get("og:url")):
        found = _absolute(stated, address)
        if found is None:
            continue
        try:
            path, own = urlsplit(found).path, urlsplit(address or "").path
        except ValueError:
            continue
        if path.strip("/") or not own.strip("/"):
            return found
    return None


def _absolute(stated: str | None, address: str | None) -> str | None:
    if not stated:
        return None
    if _PLAIN.fullmatch(stated):
        return stated
    try:
        found = urljoin(address, stated) if address else stated
        return found if urlsplit(found).scheme in ("http", "https") else None
    except ValueError:
        return None


def _paywall(linked: Mapping[str, object], meta: dict[str, str]) -> str | None:
    """`yes` where the page says that its story is not free to read."""
    stated = linked.get("isAccessibleForFree", linked.get("isAccessibleForfree"))
    if isinstance(stated, str):
        stated = stated.strip().lower() not in ("false", "no", "0")
    tier = meta.get("article:content_tier", "").lower()
    return "yes" if stated is False or tier in ("locked", "metered") else None


def _first(*texts: str | None) -> str | None:
    return next((" ".join(text.split()) for text in texts if text and text.strip()), None)
