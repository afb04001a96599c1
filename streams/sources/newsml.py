"""NewsML-G2 messages and items -> raw events; docs/normalising.md has the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from streams.articles.fragments import fragment_text
from streams.sources.feeds import attributes, present

_NAMESPACE = b"http://iptc.org/std/nar/2006-10-01/"
_G2 = "{http://iptc.org/std/nar/2006-10-01/}"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LONGEST_ID = 512


def is_newsml(content: bytes) -> bool:
    """Whether a document is of IPTC's G2 family."""
    return _NAMESPACE in content[:4096]


def newsml_items(content: bytes) -> Iterator[dict[str, Any]] | None:
    """Fields of raw articles, one for each newsItem; None where the XML is broken."""
    # No entities, no network: a message is only data.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        return None
    return (_item(item) for item in root.iter(f"{_G2}newsItem"))


def _item(item: Any) -> dict[str, Any]:
    version = item.get("version") or ""
    status = _code(item.find(f".//{_G2}itemMeta/{_G2}pubStatus"))
    language = item.find(f".//{_G2}contentMeta/{_G2}language")
    return present(
        id=(item.get("guid") or "")[:_LONGEST_ID],
        version=int(version) if version.isdigit() else None,
        source=_named(item.find(f".//{_G2}infoSource")) or _named(item.find(f".//{_G2}provider")),
        title=_text(item, "contentMeta", "headline"),
        byline=_text(item, "contentMeta", "by"),
        credit=_text(item, "contentMeta", "creditline"),
        text=_body(item),
        language=(language.get("tag") if language is not None else None) or item.get(_LANGUAGE),
        published_at=_text(item, "itemMeta", "firstCreated")
        or _text(item, "itemMeta", "versionCreated"),
        embargoed_until=_text(item, "itemMeta", "embargoed"),
        status=status,
        attributes=attributes(
            ednote=_text(item, "itemMeta", "edNote"),
            urgency=_text(item, "contentMeta", "urgency"),
            dateline=_text(item, "contentMeta", "dateline"),
            usageterms=_text(item, "rightsInfo", "usageTerms"),
            slugline=_text(item, "contentMeta", "slugline"),
        ),
    )


def _text(item: Any, parent: str, name: str) -> str | None:
    element = item.find(f".//{_G2}{parent}/{_G2}{name}")
    if element is None:
        return None
    return " ".join("".join(element.itertext()).split()) or None


def _code(element: Any) -> str | None:
    """The code behind the scheme's alias: `canceled` of `stat:canceled`."""
    code = element.get("qcode") or element.get("uri") if element is not None else None
    return code.replace("/", ":").rsplit(":", 1)[-1] if code else None


def _named(element: Any) -> str | None:
    if element is None:
        return None
    name = element.findtext(f"{_G2}name")
    return element.get("literal") or (name.strip() if name else None) or _code(element)


def _body(item: Any) -> str:
    """The first of the item's renditions in text."""
    for element in item.iter(f"{_G2}inlineXML"):
        body = next((e for e in element.iter() if _local(e) in ("body", "body.content")), element)
        for inner in body.iter():
            if isinstance(inner.tag, str):
                inner.tag = _local(inner)
        return fragment_text(etree.tostring(body, encoding="unicode", with_tail=False))
    return fragment_text(item.findtext(f".//{_G2}inlineData") or "")


def _local(element: Any) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
