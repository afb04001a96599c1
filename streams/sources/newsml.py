"""NewsML-G2 messages and items -> raw events; docs/normalising.md has the table."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from streams.articles.address import domain_of
from streams.articles.fragments import plain_text
from streams.sources.fields import Gathered, bounded_id, names, status, text_of, version
from streams.sources.nitf import (
    LANGUAGE,
    local,
    nitf_byline,
    story_text,
    text_within,
    without_title,
    written_story,
)

_NAMESPACE = "{http://iptc.org/std/nar/2006-10-01/}"
_MAIN = ("main", "full", "body", "story")
_SHORT = ("summary", "abstract", "teaser", "caption", "short", "brief", "alert", "sub", "preview")


def is_newsml(root: Any) -> bool:
    """Whether a document belongs to IPTC's G2 family."""
    return isinstance(root.tag, str) and root.tag.startswith(_NAMESPACE)


def newsml_items(root: Any) -> Iterator[Gathered]:
    """One raw article per newsItem of a message; those of pictures have no text."""
    return (_item(item) for item in root.iter(f"{_NAMESPACE}newsItem"))


def _item(item: Any) -> Gathered:
    found = Gathered()
    meta, content = _child(item, "itemMeta"), _child(item, "contentMeta")
    rights = _child(item, "rightsInfo")
    tag = _child(content, "language")
    language = (tag.get("tag") if tag is not None else None) or item.get(LANGUAGE)
    ranked = sorted(_children(content, "headline"), key=lambda element: _rank(element, language))
    headlines = [(_place(element, "headline"), text_within(element)) for element in ranked]

    def said(parent: Any, *elements: str) -> list[tuple[str, str | None]]:
        return [(name, text_within(_child(parent, name))) for name in elements]

    found.put("id", ("guid", bounded_id(item.get("guid") or "")))
    changed = said(meta, "versionCreated")[0][1]
    found.put("version", *version(item.get("version"), changed))
    found.put(
        "source",
        *(("infoSource", _named(e, language)) for e in _children(content, "infoSource")),
        *(("infoSource", _named(e, language)) for e in _children(meta, "infoSource")),
        *(("provider", _named(e, language)) for e in _children(meta, "provider")),
    )
    found.put("title", *headlines, *said(meta, "title"))
    found.put(
        "byline",
        ("by", names(text_within(by) for by in _children(content, "by"))),
        ("byline", nitf_byline(item)),
        ("creator", names(_name(c, language) for c in _children(content, "creator"))),
    )
    found.put(
        "credit",
        *said(content, "creditline"),
        ("distributor", text_within(_descendant(item, "distributor"))),
        *(("copyrightHolder", _named(e, language)) for e in _children(rights, "copyrightHolder")),
    )
    title = text_of(found.values.get("title"))
    found.put("text", *_bodies(item, language, title))
    found.put("language", ("language", language))
    found.put_time(
        "published_at",
        *said(meta, "firstCreated"), *said(content, "contentCreated"), ("versionCreated", changed),
    )  # fmt: skip
    found.put_time("embargoed_until", *said(meta, "embargoed"))
    known = status(_code(_child(meta, "pubStatus")))
    if known in (None, "usable") and _is_open_ended(_child(meta, "embargoed")):
        found.put("status", ("embargoed", "withheld"))
    else:
        found.put("status", ("pubStatus", known))
    attributes = said(meta, "edNote") + said(content, "urgency", "dateline", "slugline")
    attributes += said(rights, "usageTerms", "copyrightNotice")
    signal = _code(_child(meta, "signal"))
    found.put_attributes(
        **{name.lower(): text for name, text in attributes},
        signal=_last_word(signal) if signal else None,
    )
    return found


def _child(parent: Any, name: str) -> Any | None:
    return None if parent is None else parent.find(f"{_NAMESPACE}{name}")


def _children(parent: Any, name: str) -> list[Any]:
    return [] if parent is None else parent.findall(f"{_NAMESPACE}{name}")


def _is_open_ended(embargo: Any) -> bool:
    """An embargo without a time lasts until another version of the item says otherwise."""
    return embargo is not None and not text_within(embargo)


def _descendant(item: Any, name: str) -> Any | None:
    """The first descendant element, whatever its namespace."""
    return next((e for e in item.iter() if local(e) == name), None)


def _place(element: Any, name: str) -> str:
    role = _role(element)
    return f"{name}[{role}]" if role else name


def _role(element: Any) -> str:
    return _last_word(element.get("role") or element.get("rendition") or "")


def _last_word(code: str) -> str:
    return code.rstrip("/").replace("/", ":").rsplit(":", 1)[-1].lower()


def _is_other(element: Any, language: str | None) -> bool:
    """Whether it is in another language than the item."""
    own = element.get(LANGUAGE)
    return bool(own and language and own.split("-")[0].lower() != language.split("-")[0].lower())


def _rank(element: Any, language: str | None) -> tuple[bool, int, int]:
    """The item's language before others; then by role, short ones last; then by its rank."""
    role, rank = _role(element), element.get("rank") or ""
    importance = int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 9 else 0
    of_role = 3 if any(word in role for word in _SHORT) else 1 + bool(role)
    return _is_other(element, language), 0 if role in _MAIN else of_role, importance


def _code(element: Any) -> str | None:
    return None if element is None else element.get("qcode") or element.get("uri")


def _name(element: Any, language: str | None) -> str | None:
    """The name of a party, if one is given, in the item's language if there are several."""
    given = sorted(_children(element, "name"), key=lambda name: _is_other(name, language))
    return (text_within(given[0]) if given else None) or element.get("literal")


def _named(element: Any, language: str | None) -> str | None:
    """A party's name; else the domain of its address; else its code without the scheme."""
    uri, code = element.get("uri") or "", element.get("qcode") or ""
    name = _name(element, language)
    return name or domain_of(uri) or _last_code(uri) or _last_code(code)


def _last_code(code: str) -> str | None:
    return code.rstrip("/").replace("/", ":").rsplit(":", 1)[-1] or None


def _bodies(item: Any, language: str | None, title: str | None) -> Iterator[tuple[str, str]]:
    """The item's text renditions, best first."""
    sets = _children(item, "contentSet")
    renditions = [e for s in sets for e in s if local(e) in ("inlineXML", "inlineData")]
    for element in sorted(
        renditions, key=lambda e: (*_rank(e, language), local(e) == "inlineData")
    ):
        name = local(element)
        text = (story_text if name == "inlineXML" else _inline_data)(element, title)
        yield _place(element, name), text


def _inline_data(element: Any, title: str | None) -> str:
    text = element.text or ""
    kind = (element.get("contenttype") or "").lower()
    if element.get("encoding"):  # base64 is the only one that the standard names
        try:
            text = base64.b64decode(text, validate=False).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError):
            return ""
    if kind.startswith("text/plain"):
        return without_title(plain_text(text), title)
    return written_story(text, title)
