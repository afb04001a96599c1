"""What an HTML page's head says about its story, line by line."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import numpy as np

from streams.articles.pages.block_features import Evidence
from streams.articles.pages.characters import ALNUM, bits_table, codes_of
from streams.articles.pages.head import Head
from streams.articles.pages.linked_objects import linked_objects
from streams.articles.pages.page_lines import PageLines
from streams.articles.pages.title_words import LONGEST_LINE, title_words

_WORDS = re.compile(r"\w+")
_SEPARATOR = re.compile(r"\s+[|·•–—:»«‹›\-]+\s+|\s*\|\s*")
_OPENING = 50
_LEAST_BODY = 200
_SAME_TITLE, _SAME_HEADING, _LEAST_TITLE_WORDS = 0.75, 0.5, 3
_LEAST_STATED = 12
# Characters of `articleBody` that the searches for all lines may read: half a second. Pages of WCXB
# and Zyte need a third of them at most.
_MOST_SEARCHED = 200_000_000
_TAGS = re.compile(r"<[^<>]{0,500}>")


@dataclass(frozen=True, slots=True)
class Titles:
    """The page's titles according to its head, in lower case, each once; and the keys of each,
    whole and split at separators."""

    texts: list[str]
    pieces: set[str]


def titles_of(head: Head) -> Titles:
    """Of the document, OpenGraph and others."""
    names = [head.title, *(head.meta.get(n, "") for n in ("og:title", "twitter:title", "headline"))]
    texts = list(dict.fromkeys(title.lower()[:LONGEST_LINE] for title in names if title))
    split = {piece for title in texts for piece in (title, *_SEPARATOR.split(title))}
    return Titles(texts, set(map(key, split)) - {""})


def evidence_of(head: Head, titles: Titles, page: PageLines) -> Evidence:
    """Compare each line with the title, the description and JSON-LD's `articleBody`."""
    count = len(page.lines)
    found = Evidence(np.zeros(count), np.zeros(count), np.zeros(count), np.zeros(count))
    _compare_titles(titles, page, found)
    _compare_descriptions(head, page, found)
    _compare_stated(_stated_body(head), page, found)
    return found


def _compare_titles(titles: Titles, page: PageLines, found: Evidence) -> None:
    bags = [set(_WORDS.findall(title)) for title in titles.texts]
    counts, shared = title_words(page.codes, len(page.lines), codes_of("\n".join(titles.texts)))
    found.title_words[:] = shared / np.maximum(counts, 1)
    alike = (counts >= _LEAST_TITLE_WORDS) & (found.title_words >= _SAME_TITLE)
    for at in alike.nonzero()[0].tolist():
        line = page.low[at]
        words = set(_WORDS.findall(line))
        covered = max(len(words & bag) / len(words | bag) for bag in bags)
        enough = _SAME_HEADING if page.lines[at].heading else _SAME_TITLE
        found.is_title[at] = covered >= enough or key(line) in titles.pieces


def _compare_descriptions(head: Head, page: PageLines, found: Evidence) -> None:
    names = ("description", "og:description", "twitter:description")
    described = {head.meta[name].lower() for name in names if name in head.meta}
    described = {text for text in described if len(" ".join(text.split())[:_OPENING]) == _OPENING}
    if not described:
        return
    long = [at for at, line in enumerate(page.low) if len(line) >= _OPENING]
    for description in described:
        opening = " ".join(description.split())[:_OPENING]
        stands = opening in page.low_text
        for at in long:
            line = page.low[at]
            if line[:_OPENING] in description or (stands and opening in line):
                found.description[at] = 1


def _compare_stated(body: str, page: PageLines, found: Evidence) -> None:
    """Lines below those whose searches read too much are left as if nothing was stated."""
    if not body:
        return
    left = _MOST_SEARCHED
    for at, (line, bare) in enumerate(zip(page.low, _keys(page), strict=True)):
        found.stated[at] = 0.25
        sought = [(1.0, bare)] if len(line) >= _LEAST_STATED else []
        if len(line) > 2 * _OPENING:
            sought.append((0.75, key(line[20 : 20 + _OPENING])))
        for share, text in sought:
            place = body.find(text)
            left -= place if place >= 0 else len(body)
            if place >= 0:
                found.stated[at] = share
                break
        if left < 0:
            return


def _keys(page: PageLines) -> list[str]:
    """The `key` of each line in lower case."""
    codes = np.frombuffer(page.low_text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    kept = (bits_table()[page.codes] & ALNUM > 0) | (page.codes == ord("\n"))
    keys: str = codes[kept].tobytes().decode("utf-32-le", "surrogatepass")
    return keys.split("\n")[:-1]


def key(text: str) -> str:
    """The same for equal texts however they are printed."""
    return "".join(filter(str.isalnum, text))


def _stated_body(head: Head) -> str:
    bodies = [
        item["articleBody"]
        for item, _ in linked_objects(head.linked)
        if isinstance(item.get("articleBody"), str)
    ]
    longest = max(bodies, key=len, default="")
    if len(longest) < _LEAST_BODY:
        return ""
    text = _TAGS.sub(" ", html.unescape(longest)) if "<" in longest or "&" in longest else longest
    return key(text.lower())
