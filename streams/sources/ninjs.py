"""ninjs, IPTC's news in JSON, 1.0 to 3.x -> raw events; docs/normalising.md has the table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streams.articles.address import domain_of
from streams.articles.fragments import plain_text
from streams.json_object import Json
from streams.sources.fields import (
    Gathered,
    bounded_id,
    dictionaries,
    lower_keys,
    names,
    status,
    text_of,
    version,
)
from streams.sources.nitf import without_title, written_story

_OWN_NAMES = frozenset({
    "standard", "headlines", "headline", "bodies", "pubstatus", "versioncreated", "firstcreated",
    "contentcreated", "embargoed", "embargoeduntil", "infosource", "infosources", "$standard",
    "representationtype", "copyrightholder", "altids",
})  # fmt: skip
# Fields of raw articles that ninjs does not have.
_RAW_NAMES = frozenset({"text", "html", "published_at"})
_MAIN = ("main", "body", "article", "story", "full")
_TYPES_WITH_TEXT = ("text", "composite", "component")
_SHORT = ("summary", "abstract", "teaser", "caption", "short", "brief", "alert", "subtitle", "seo")


def is_ninjs(document: Any) -> bool:
    """Whether a JSON value is a ninjs item."""
    if not isinstance(document, dict) or not isinstance(document.get("uri"), str):
        return False
    keys = {name.lower() for name in document}
    own = any(name in _OWN_NAMES or name.startswith("body_") for name in keys)
    return own and not _RAW_NAMES & document.keys()


def ninjs_item(document: Json) -> Gathered:
    """The raw article of one item."""
    item, found = lower_keys(document), Gathered()
    language = text_of(item.get("language"))

    def said(*properties: str) -> list[tuple[str, str | None]]:
        return [(name, text_of(item.get(name))) for name in properties]

    found.put("id", ("uri", bounded_id(document["uri"])))
    found.put("version", *version(item.get("version"), item.get("versioncreated")))
    found.put("source", *_sources(item), *said("source", "provider"))
    found.put("url", *((n, v) for n, v in said("canonicalurl", "url", "href") if _is_web(v)))
    found.put(
        "title",
        *_texts(item, "headlines", language),
        *said("headline"),
        *_named_texts(item, "headline_"),
        *said("title"),
    )
    authors = [a for n in ("authors", "creators") for a in dictionaries(item.get(n))]
    found.put(
        "byline",
        *((name, names([text])) for name, text in said("by", "byline")),
        ("authors", names(text_of(author.get("name")) for author in authors)),
    )
    found.put("credit", *said("creditline", "copyrightholder"))
    title = text_of(found.values.get("title"))
    found.put(
        "text",
        *_texts(item, "bodies", language, title),
        *_bodies(item, title),
        *_descriptions(item, language),
    )
    found.put("language", ("language", language))
    found.put_time("published_at", *said("firstcreated", "contentcreated", "versioncreated"))
    found.put_time("embargoed_until", *said("embargoeduntil", "embargoed"))
    found.put("status", ("pubstatus", status(item.get("pubstatus"))))
    found.put_attributes(
        **{
            name: text_of(item.get(name))
            for name in (
                "ednote", "urgency", "usageterms", "slugline", "located", "copyrightnotice",
                "expires", "profile",
            )
        }
    )  # fmt: skip
    return found


def _is_web(text: str | None) -> bool:
    return text is not None and text.startswith(("http://", "https://"))


def _sources(item: Mapping[str, object]) -> Iterator[tuple[str, str | None]]:
    """`infosources` of 2 and 3, `infosource` of 1: objects, or a name."""
    for name in ("infosources", "infosource"):
        value = item.get(name)
        yield name, text_of(value)
        for source in dictionaries(value):
            own = lower_keys(source)
            yield f"{name}.name", text_of(own.get("name")) or text_of(own.get("literal"))
        for source in dictionaries(value):
            yield f"{name}.uri", domain_of(text_of(source.get("uri")) or "")
        for source in dictionaries(value):
            yield f"{name}.code", text_of(source.get("code"))


def _texts(
    item: Mapping[str, object], name: str, language: str | None, title: str | None = None
) -> Iterator[tuple[str, str]]:
    """Texts of `headlines`, `bodies` or `descriptions`: the item's language first, by role, short
    ones last."""
    options = [lower_keys(option) for option in dictionaries(item.get(name))]
    for option in sorted(options, key=lambda option: _rank(option, language)):
        value, role = text_of(option.get("value")), text_of(option.get("role"))
        place = f"{name}[{role}]" if role else name
        if value:
            yield place, _plain(value, text_of(option.get("contenttype")), title)


def _rank(option: Mapping[str, object], language: str | None) -> tuple[bool, int]:
    role = (text_of(option.get("role")) or "").lower().replace("/", ":").rsplit(":", 1)[-1]
    own = text_of(option.get("language")) or text_of(option.get("lang"))
    other = bool(own and language and own.split("-")[0].lower() != language.split("-")[0].lower())
    if role in _MAIN or not role:
        return other, 0 if role else 1
    return other, 3 if any(word in role for word in _SHORT) else 2


def _plain(value: str, content_type: str | None, title: str | None) -> str:
    if content_type is not None and content_type.lower().startswith("text/plain"):
        return without_title(plain_text(value), title)
    return written_story(value, title)


def _bodies(item: Mapping[str, object], title: str | None) -> Iterator[tuple[str, str]]:
    """`body_html` and the others of ninjs 1, which allows any name after `body_`."""
    for name in ("body_html", "body_xhtml", "body_main", "body_text", "body"):
        if value := text_of(item.get(name)):
            yield name, _plain(value, "text/plain" if name == "body_text" else None, title)
    for name, value in _named_texts(item, "body_"):
        yield name, written_story(value, title)


def _named_texts(item: Mapping[str, object], start: str) -> list[tuple[str, str]]:
    """Properties of ninjs 1 whose names begin so, short ones last."""
    named = sorted(name for name in item if name.startswith(start))
    short = [name for name in named if any(word in name for word in _SHORT)]
    return [
        (name, value)
        for name in (*(n for n in named if n not in short), *short)
        if (value := text_of(item.get(name)))
    ]


def _descriptions(item: Mapping[str, object], language: str | None) -> Iterator[tuple[str, str]]:
    """What describes a text without a body is all of it; what describes a picture is none."""
    if (text_of(item.get("type")) or "text").lower() not in _TYPES_WITH_TEXT:
        return
    yield from _texts(item, "descriptions", language)
    for name in ("description_text", "description_xhtml", "description_html"):
        if value := text_of(item.get(name)):
            yield name, _plain(value, "text/plain" if name == "description_text" else None, None)
    for name, value in _named_texts(item, "description_"):
        yield name, written_story(value)
