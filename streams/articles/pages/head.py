"""What the elements of an HTML page say about it: its head, JSON-LD, elements with attributes."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from streams.articles.pages.markup import Markup
from streams.articles.pages.tags import NUMBER

_NAME = re.compile(r"[^\s/>]*+")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?""")
# Most of a head: icons, style sheets, and information for browsers and other services.
_USELESS = re.compile(
    rb"""(?:name|property)\s*=\s*["']?(?:viewport|robots|googlebot|theme-color|referrer|og:image
    |twitter:(?:image|card|creator)|fb:|msapplication|apple-|google-site|format-detection
    |al:|og:video|msvalidate|yandex|p:domain|next-head|keywords)|charset\s*=""",
    re.IGNORECASE | re.VERBOSE,
)
_LONGEST, _LONGEST_VALUE = 2_000, 8_000
_MOST_SCRIPTS, _MOST_SCRIPT_BYTES = 30, 500_000
_MOST_METAS = 400
_TAGS = re.compile(r"<[^<>]{0,2000}>")


@dataclass(slots=True)
class Head:
    """meta: name, property or itemprop in lower case -> content; the first of several, and `every`
    one. links: the canonical one. linked: the values of the JSON-LD scripts. `title` is the
    document's own."""

    title: str
    language: str | None
    meta: dict[str, str]
    every: dict[str, list[str]]
    links: dict[str, str]
    linked: list[Any] = field(default_factory=list)


def attributes(markup: Markup, node: int) -> dict[str, str]:
    """An element's attributes, names in lower case, values with entities resolved."""
    return _attributes_in(markup.data[markup.nodes[2, node] : markup.nodes[3, node]])


def _attributes_in(opening: bytes) -> dict[str, str]:
    tag = opening[1:].decode("utf-8", "replace")
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(tag, len(_NAME.match(tag)[0])):  # type: ignore[index]  # matches anything
        value = (double or single or bare)[:_LONGEST_VALUE]
        if "&" in value:
            value = html.unescape(value)
        found.setdefault(name.lower(), value.strip())
    return found


def content(markup: Markup, node: int) -> str:
    """What stands in an element whose content is no markup, or the text of a short one."""
    inside, end = int(markup.nodes[3, node]), int(markup.nodes[4, node])
    return markup.data[inside : min(end, inside + _MOST_SCRIPT_BYTES)].decode("utf-8", "replace")


def short_text(markup: Markup, node: int, most: int = 1_000) -> str:
    """The text of an element of at most this many bytes of markup, on one line; else nothing."""
    inside, end = int(markup.nodes[3, node]), int(markup.nodes[4, node])
    if end - inside > most:
        return ""
    text = markup.data[inside:end].decode("utf-8", "replace")
    return " ".join(html.unescape(_TAGS.sub(" ", text)).split())


def texts_of(markup: Markup, node: int, most: int = 1_000) -> list[str]:
    """The texts between the tags of such an element."""
    inside, end = int(markup.nodes[3, node]), int(markup.nodes[4, node])
    if end - inside > most:
        return []
    pieces = _TAGS.split(markup.data[inside:end].decode("utf-8", "replace"))
    return [text for piece in pieces if (text := " ".join(html.unescape(piece).split()))]


def nodes_of(markup: Markup, *names: str) -> list[int]:
    """The elements of these names, in the page's order."""
    found: list[int] = []
    for name in names:
        found += elements(markup, name).tolist()
    return found if len(names) == 1 else sorted(found)


def elements(markup: Markup, name: str) -> NDArray[np.int32]:
    """Those of one name, as an array."""
    tag = NUMBER[name]
    return markup.by_tag[markup.tag_ends[tag - 1] if tag else 0 : markup.tag_ends[tag]]


def _tags_of(markup: Markup, name: str) -> list[list[int]]:
    """Where the start tags of these elements begin and end."""
    found: list[list[int]] = markup.nodes[2:4, elements(markup, name)].T.tolist()
    return found


def head_of(markup: Markup) -> Head:
    """Read it once; no content can make it raise."""
    meta: dict[str, str] = {}
    every: dict[str, list[str]] = {}
    objects: list[Any] = []
    for start, inside in _tags_of(markup, "meta")[:_MOST_METAS]:
        tag = markup.data[start:inside]
        if _USELESS.search(tag):
            continue
        named = _attributes_in(tag)
        text = named.get("content", "")
        if text.startswith("{"):
            name = named.get("name") or named.get("property") or ""
            _take_json(text, name, meta, every, objects)
            continue
        text = text[:_LONGEST]
        for key in ("property", "name", "itemprop", "http-equiv"):
            if (name := named.get(key, "").lower()) and text:
                meta.setdefault(name, text)
                every.setdefault(name, []).append(text)
    links: dict[str, str] = {}
    for start, inside in _tags_of(markup, "link"):
        tag = markup.data[start:inside]
        if b"canonical" not in tag.lower():
            continue
        named = _attributes_in(tag)
        for relation in named.get("rel", "").lower().split():
            if named.get("href"):
                links.setdefault(relation, named["href"])
    titles = [
        " ".join(html.unescape(content(markup, n)).split()) for n in nodes_of(markup, "title")[:1]
    ]
    roots = nodes_of(markup, "html")[:1]
    language = attributes(markup, roots[0]).get("lang") if roots else None
    return Head(
        titles[0][:_LONGEST] if titles else "", language, meta, every, links,
        [*_linked(markup), *objects],
    )  # fmt: skip


def _take_json(
    text: str, name: str, meta: dict[str, str], every: dict[str, list[str]], objects: list[Any]
) -> None:
    """A `meta` whose content is JSON: Parse.ly's `parsely-page`, whose fields have `meta`s of their
    own on other sites, or JSON-LD that a framework was told to put there."""
    values = json_values(text)
    if name.lower() != "parsely-page":
        objects += [value for value in values if isinstance(value, dict) and "@type" in value]
        return
    for value in values:
        for field_name, said in value.items() if isinstance(value, dict) else ():
            listed = said if isinstance(said, list) else [said]
            texts = [text[:_LONGEST] for text in listed if isinstance(text, str) and text.strip()]
            if texts:
                key = f"parsely-{field_name.replace('_', '-').removesuffix('s')}"
                meta.setdefault(key, texts[0])
                every.setdefault(key, []).extend(texts)


def _linked(markup: Markup) -> list[Any]:
    found: list[Any] = []
    scripts = elements(markup, "script")
    for node, (start, inside, end) in zip(
        scripts.tolist(), markup.nodes[2:5, scripts].T.tolist(), strict=True
    ):
        if b"ld+json" not in markup.data[start:inside].lower():
            continue
        size = end - inside
        if 0 < size <= _MOST_SCRIPT_BYTES and len(found) < _MOST_SCRIPTS:
            found += json_values(content(markup, node))
    return found


_OPENS = re.compile(r"(?://|/\*)?\s*(?:<!\[CDATA\[|<!--)\s*(?:\*/)?")
_CLOSES = re.compile(r"(?://|/\*)?\s*(?:\]\]>|-->)\s*(?:\*/)?$")
_EDGE = 40
_TRAILING = re.compile(r",(\s*[}\]])")
_BETWEEN = re.compile(r"(?<=\})[\s;]*+(?=\{)")  # linear in blanks: it gives none of them back
_MOST_IN_A_ROW = 10
_CONTROLS = dict.fromkeys(range(32), " ")


def json_values(text: str) -> list[Any]:
    """The values of a JSON-LD script as sites write them: in comments, with line breaks in strings,
    with a comma too many, several in a row. What cannot be read is left out."""
    text = text.strip(" \r\n\t;")
    if text[:1] not in "{[" and (opening := _OPENS.match(text)):
        text = text[opening.end() :].lstrip()
    if text[-1:] not in "}]" and (closing := _CLOSES.search(text, max(0, len(text) - _EDGE))):
        text = text[: closing.start()]
    text = text.strip(" \r\n\t;")
    if not text:
        return []
    try:
        return [orjson.loads(text)]
    except orjson.JSONDecodeError:
        pass
    text = _TRAILING.sub(r"\1", text.translate(_CONTROLS))
    for attempt in (text, html.unescape(text)):
        try:
            return [orjson.loads(attempt)]
        except orjson.JSONDecodeError:
            continue
    return _several(text)


def _several(text: str) -> list[Any]:
    found: list[Any] = []
    for piece in _BETWEEN.split(text, _MOST_IN_A_ROW)[:_MOST_IN_A_ROW]:
        try:
            found.append(orjson.loads(piece.strip(" ;,")))
        except orjson.JSONDecodeError:
            return found
    return found
