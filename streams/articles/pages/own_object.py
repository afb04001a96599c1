"""Which of a page's JSON-LD objects is the page's own article, and what its fields say."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from streams.articles.pages.linked_objects import linked_objects
from streams.json_object import Json

_WORDS = re.compile(r"\w+")
_TAGS = re.compile(r"<[^<>]{0,500}>")
_ARTICLES = frozenset(
    "newsarticle article blogposting reportagenewsarticle liveblogposting analysisnewsarticle "
    "opinionnewsarticle backgroundnewsarticle reviewnewsarticle askpublicnewsarticle report review "
    "satiricalarticle scholarlyarticle techarticle advertisercontentarticle socialmediaposting "
    "imagegallery recipe howto medicalwebpage".split()
)
_PAGES = frozenset(
    ("webpage", "itempage", "faqpage", "videoobject", "creativework", "podcastepisode")
)
# What is asked of a person, an organisation or a page; one reference may stand for a large object.
_TELLING = ("name", "familyName", "givenName", "alternateName", "url")
_LONGEST = 1_000
_ENOUGH = 2.0


def own_object(values: list[Any], titles: list[str], addresses: list[str]) -> Json:
    """The object that a page's JSON-LD has for its own article, or an empty one.

    Recognised by its type, by how similar its headline is to the page's `titles`, and by an address
    of the page. A related story's object does not count. References by `@id` are resolved.
    """
    found = list(linked_objects(values))
    known = {
        item["@id"]: item for item, _ in found if isinstance(item.get("@id"), str) and len(item) > 2
    }
    own = {_path(address) for address in addresses if address} - {""}
    best, best_score = {}, _ENOUGH
    for item, foreign in found:
        kinds = types_of(item)
        score = 3.0 if kinds & _ARTICLES else 1.0 if kinds & _PAGES else 0.0
        if not score:
            continue
        headline = plain(item.get("headline")) or plain(item.get("name"))
        if headline and titles:
            likeness = max(like(headline, title) for title in titles)
            score += 4 * likeness - 1
            if likeness < 0.2:
                score -= 2
        named = _address_of(item)
        if named and own:
            score += 2.0 if _path(named) in own else -1.5
        score -= 2.5 * foreign
        if "datePublished" in item:
            score += 0.5
        if score > best_score:
            best, best_score = item, score
    return {key: _resolved(value, known) for key, value in best.items()}


def types_of(item: Mapping[str, object]) -> frozenset[str]:
    """An object's types in lower case, without the vocabulary's address."""
    kinds = item.get("@type")
    listed = kinds if isinstance(kinds, list) else [kinds]
    return frozenset(
        re.split(r"[/#:]", kind)[-1].lower() for kind in listed if isinstance(kind, str)
    )


def _resolved(value: Any, known: Mapping[str, Json]) -> Any:
    if isinstance(value, list):
        return [_resolved(item, known) for item in value[:50]]
    if isinstance(value, dict) and "name" not in value:
        reference = value.get("@id")
        if isinstance(reference, str) and reference in known:
            said = known[reference]
            return {**{name: said[name] for name in _TELLING if name in said}, **value}
    return value


def _address_of(item: Mapping[str, object]) -> str | None:
    return text_of(item.get("url")) or text_of(item.get("mainEntityOfPage"), "@id", "url")


def _path(address: str) -> str:
    """A key of an address, equal for all addresses of one page."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}".lower()


def like(one: str, other: str) -> float:
    """Share of words in common, 0 to 1; 1 if one has all words of the other and is not short."""
    first, second = (set(_WORDS.findall(text.lower())) for text in (one, other))
    if not first or not second:
        return 0.0
    common = len(first & second)
    if common == min(len(first), len(second)) >= 4:
        return 1.0
    return common / len(first | second)


def plain(value: Any) -> str | None:
    """A string without tags and entities, in one line."""
    if isinstance(value, list):
        value = next((item for item in value if isinstance(item, str)), None)
    if not isinstance(value, str):
        return None
    text = html.unescape(html.unescape(value[: 4 * _LONGEST])) if "&" in value else value
    if "<" in text:
        text = _TAGS.sub(" ", text)
    return " ".join(text.split())[:_LONGEST] or None


def text_of(value: Any, *names: str) -> str | None:
    """A string or number, the first of a list, or an object's field of one of these names."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = next((value[name] for name in (*names, "url", "@id") if name in value), None)
    if type(value) is int:  # a time since 1970
        return str(value)
    return value.strip()[:_LONGEST] or None if isinstance(value, str) else None


def names_of(value: Any) -> list[str]:
    """Names of people or organisations, each once."""
    items = value if isinstance(value, list) else [value]
    names: list[str | None] = []
    for item in items:
        if isinstance(item, dict):
            name = item.get("name")
            if not name and (item.get("familyName") or item.get("givenName")):
                name = f"{item.get('givenName') or ''} {item.get('familyName') or ''}"
            names += [plain(name)] if not isinstance(name, list) else map(plain, name)
        else:
            names.append(plain(item))
    found = [name for name in names if name and "://" not in name]
    return list(dict.fromkeys(found))
