"""An HTML page's title: the story's, without the site's and the section's name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from streams.articles.pages.own_object import like

_SEPARATOR = re.compile(
    r"\s+(?:[|·•–—»«‹›~/]|::|-{1,2})\s+|\s*[|¦｜]\s*|:\s+|\s+:\s*|\s+[-–—]{1,2}(?=\S)"
)
_STRONG = re.compile(r"\s+(?:[|·•»«‹›~]|::)\s+|\s*[|¦｜]\s*")
_MOST_PIECES = 8
_SITE_WORDS, _LEAST_TITLE_WORDS = 5, 3
_LIKE = 0.5


def site_keys(names: Sequence[str | None], address: str | None) -> frozenset[str]:
    """The site's names, in letters and figures only, and the words of its domain."""
    keys = {key(name) for name in names if name}
    if address:
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            host = ""
        labels = [label for label in host.split(".") if label not in ("www", "m", "amp")]
        keys |= {key(host), "".join(labels), *labels[:-1]}
        keys.add("".join(labels[:-1]))
    return frozenset(k for k in keys if len(k) > 2)


def without_site(title: str, sites: frozenset[str], heading: str | None) -> str:
    """A title without the site's and the section's name before or behind it.

    These are recognised by the site's names, and by the `heading` above the page's story.
    """
    title = " ".join(title.split())
    for _ in range(3):
        spans = [match.span() for match in _SEPARATOR.finditer(title)][:_MOST_PIECES]
        if not spans:
            break
        shorter = _shorter(title, spans, sites, heading)
        if shorter is None:
            break
        title = shorter
    return title


def _shorter(
    title: str, spans: list[tuple[int, int]], sites: frozenset[str], heading: str | None
) -> str | None:
    whole = key(heading) if heading else ""
    for start, end in spans:
        for rest, name in ((title[:start], title[end:]), (title[end:], title[:start])):
            if not key(rest) or not key(name):
                continue
            if whole and key(rest) == whole:
                return rest
            if _is_site(name, sites):
                return rest
    start, end = spans[-1]
    rest, name = title[:start], title[end:]
    # Nothing names it as the site, but nothing else follows such a mark.
    if _STRONG.fullmatch(title[start:end]) and len(name.split()) <= _SITE_WORDS:
        enough = len(rest.split()) >= max(_LEAST_TITLE_WORDS, len(name.split()) + 1)
        if enough and (not heading or like(rest, heading) >= like(title, heading)):
            return rest
    return None


def _is_site(name: str, sites: frozenset[str]) -> bool:
    own = key(name)
    if _names_site(name, sites):
        return True
    return len(own.removeprefix("the")) > 3 and any(
        len(site) > 5 and (site in own or own in site) and len(name.split()) <= _SITE_WORDS
        for site in sites
    )


def _names_site(name: str, sites: frozenset[str]) -> bool:
    """Whether it is one of the site's names, with or without an article: a logo's heading."""
    own = key(name)
    bare = own.removeprefix("the")
    return own in sites or (
        len(bare) > 3 and any(bare == site.removeprefix("the") for site in sites)
    )


def best_title(
    headline: str | None,
    names: Sequence[str],
    headings: Sequence[tuple[str, bool]],
    sites: frozenset[str],
    lines: Sequence[str] = (),
) -> str | None:
    """The story's title.

    headline: JSON-LD's. names: OpenGraph's and the document's own. headings: (text, whether it
    stands close above the story), of rank 1, in the page's order. lines: those around it.
    """
    said = [text for text in (headline, *names) if text]
    printed = _printed(said, headings, sites)
    if printed:
        return printed
    for text in said:
        title = _in_line(text, lines) or without_site(text, sites, None)
        if title and key(title) not in sites:
            return title
    return next((text for text, _ in headings if key(text) not in sites), None)


def _in_line(title: str, lines: Sequence[str]) -> str | None:
    """The part of a title before or behind a mark that is a line of the page: a site whose heading
    is its logo prints the title as text."""
    parts = [
        part.strip()
        for match in _SEPARATOR.finditer(title)
        for part in (title[: match.start()], title[match.end() :])
    ]
    printed = {key(line) for line in lines} if parts else set()
    long = (part for part in parts if len(part.split()) >= _LEAST_TITLE_WORDS)
    return next((part for part in long if key(part) in printed), None)


def _printed(
    said: Sequence[str], headings: Sequence[tuple[str, bool]], sites: frozenset[str]
) -> str | None:
    """The heading that is the title: like what the page says, or alone above the story."""
    best, best_score = None, 0.0
    for text, close in headings:
        if not key(text) or _names_site(text, sites):
            continue
        likeness = max((like(text, other) for other in said), default=0.0)
        score = likeness + 0.4 * close
        if (likeness >= _LIKE or close) and score > best_score:
            best, best_score = text, score
    return best


def key(text: str) -> str:
    """A key of a name, equal however it is printed."""
    return "".join(filter(str.isalnum, text.lower()))
