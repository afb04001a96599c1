"""NITF, IPTC's older news in XML, alone or inside NewsML -> raw events."""

from __future__ import annotations

import html.entities
import re
from collections.abc import Iterator
from typing import Any

import lxml.html
from lxml import etree

from streams.articles.fragments import fragment_text
from streams.articles.times import parse_time
from streams.sources.fields import Gathered, bounded_id, names, status, version

Element = Any  # of lxml, which has no types

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31});")
_CONTROL = re.compile(
    rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|&#(?:0*(?:[0-8]|1[124-9]|2\d|3[01])|[xX]0*(?:[0-8bcefBCEF]|1[\da-fA-F]));"
)
_NITF = re.compile(r"<nitf\b", re.IGNORECASE)
_DOCUMENT = re.compile(r"<(?:nitf|html|body)\b", re.IGNORECASE)
_XML_ENTITIES = frozenset((b"amp", b"lt", b"gt", b"quot", b"apos"))
# Classes of what stands above a story.
_ABOVE_TEXT = frozenset(
    ["headline", "hedline", "byline", "author", "creditline", "slugline", "keywords", "pubdate"]
)
_LONGEST_ABOVE = 300
_NOT_STORY = frozenset((
    "body.head", "body.end", "header", "footer", "nav", "aside", "head", "media", "figcaption",
))  # fmt: skip


def xml_root(content: bytes) -> Any | None:
    """A document's root element, or None if it is not XML. No entities, no network: only data."""
    for attempt in (content, _mended(content)):
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
        try:
            return etree.fromstring(attempt, parser)
        except (etree.XMLSyntaxError, ValueError):
            continue
    return None


def _mended(content: bytes) -> bytes:
    """Without control characters, or blanks above the declaration; `&eacute;`, whose DTD is
    elsewhere, as a number."""
    return _CONTROL.sub(b"", _ENTITY.sub(_as_number, content)).lstrip()


def _as_number(entity: re.Match[bytes]) -> bytes:
    point = html.entities.name2codepoint.get(entity[1].decode())
    return entity[0] if point is None or entity[1] in _XML_ENTITIES else f"&#{point};".encode()


def local(element: Element) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def text_within(element: Element) -> str | None:
    """All text of an element on one line."""
    if element is None:
        return None
    return " ".join(" ".join(_pieces(element)).split()) or None


def _pieces(element: Element) -> Iterator[str]:
    return (piece for piece in element.itertext() if piece.strip())


def nitf_documents(root: Element) -> list[Any]:
    """The NITF documents of a tree: its root, or those inside (NewsML 1 wraps them so)."""
    return [element for element in root.iter() if local(element) == "nitf"]


def nitf_item(root: Element) -> Gathered:
    """The raw article of one document."""
    found = Gathered()
    first = _first_of(root)

    def attribute(element: str, name: str) -> tuple[str, str | None]:
        node = first.get(element)
        value = None if node is None else (node.get(name) or "").strip() or None
        return f"{element}@{name}", value

    place, identity = attribute("doc-id", "id-string")
    found.put("id", (place, bounded_id(identity or "")), ("nitf@uno", root.get("uno")))
    issue, release = attribute("date.issue", "norm"), attribute("date.release", "norm")
    found.put("version", *version(attribute("du-key", "version")[1], None))
    found.put("source", attribute("doc-id", "regsrc"), attribute("pubdata", "name"))
    found.put(
        "title",
        ("hl1", text_within(first.get("hl1"))),
        ("hedline", text_within(first.get("hedline"))),
        ("title", text_within(first.get("title"))),
    )
    found.put("byline", ("byline", nitf_byline(root)))
    found.put(
        "credit",
        ("distributor", text_within(first.get("distributor"))),
        attribute("doc.copyright", "holder"),
        ("copyrite.holder", text_within(first.get("copyrite.holder"))),
    )
    found.put("text", ("body.content", story_text(root)))
    body = first.get("body")
    found.put(
        "language",
        ("xml:lang", root.get(LANGUAGE)),
        ("body@xml:lang", _lang(body)),
        ("body.content@xml:lang", _lang(first.get("body.content"))),
        ("nitf@baselang", root.get("baselang")),
    )
    found.put_time(
        "published_at", issue, attribute("pubdata", "date.publication"),
        attribute("story.date", "norm"), release,
    )  # fmt: skip
    if _is_later(release[1], issue[1]):
        found.put_time("embargoed_until", release)
    place, managed = attribute("docdata", "management-status")
    known = status(managed)
    found.put("status", (place, "usable" if known == "embargoed" else known))
    found.put_attributes(
        ednote=attribute("ed-msg", "info")[1],
        urgency=attribute("urgency", "ed-urg")[1],
        slugline=attribute("du-key", "key")[1],
        dateline=text_within(first.get("dateline")),
        correction=attribute("correction", "info")[1],
    )
    return found


def _first_of(root: Element) -> dict[str, Element]:
    """The first element of each name outside the story itself."""
    first: dict[str, Element] = {}
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        name = local(element)
        if name:
            first.setdefault(name, element)
        if name in ("body.content", "note"):
            walk.skip_subtree()
    return first


def _lang(element: Element) -> str | None:
    return None if element is None else element.get(LANGUAGE)


def _is_later(time: str | None, than: str | None) -> bool:
    one, other = (parse_time(text) if text else None for text in (time, than))
    return one is not None and other is not None and one > other


def nitf_byline(document: Element) -> str | None:
    """Who wrote it, as all bylines say: the persons named, else everything but the titles (`AP
    Writer`)."""
    bylines = [e for e in document.iter() if local(e) == "byline"]
    return names(name for byline in bylines for name in _authors(byline))


def _authors(byline: Element) -> list[str | None]:
    if persons := [text_within(e) for e in byline.iter() if local(e) == "person"]:
        return persons
    pieces = [byline.text or ""]
    for child in byline:
        if local(child) not in ("byttl", ""):
            pieces += _pieces(child)
        pieces.append(child.tail or "")
    return [" ".join(pieces)]


def written_story(markup: str, title: str | None = None) -> str:
    """The text of a document inside a string, NITF or HTML; of any other markup all of it."""
    root = None
    if _DOCUMENT.search(markup):
        root = xml_root(markup.encode("utf-8", "replace"))
        if root is None and not _NITF.search(markup):
            root = _page_root(markup)
    text = fragment_text(markup) if root is None else story_text(root, title)
    return without_title(text, title)


def _page_root(markup: str) -> Any | None:
    content = _mended(markup.encode("utf-8", "replace"))
    try:
        return lxml.html.document_fromstring(content, lxml.html.HTMLParser(encoding="utf-8"))
    except (etree.LxmlError, ValueError):
        return None


def without_title(text: str, title: str | None) -> str:
    """A text without its first line if that is its title again."""
    first, _, rest = text.partition("\n")
    return rest if title and rest and first.split() == title.split() else text


def story_text(document: Element, title: str | None = None) -> str:
    """The text of a NITF or XHTML document: `body.content`, else the body without its header,
    footer, captions and links elsewhere, and without the title if that is repeated above it."""
    elements = [element for element in document.iter() if isinstance(element.tag, str)]
    stories = [e for e in elements if local(e) == "body.content" and not _is_in_note(e)]
    if not stories:
        stories = [next((e for e in elements if local(e) == "body"), document)]
    return without_title("\n".join(filter(None, (_text_of(e, title) for e in stories))), title)


def _is_in_note(element: Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) == "note"


def _above_text(story: Element) -> list[Element]:
    """Headline, byline and the like that XHTML names by a class, above the first paragraph."""
    found = []
    for element in story.iter("p", "div", "h1", "h2", "h3", "span", "header", "ul"):
        named = set((element.get("class") or "").lower().replace("-", " ").split())
        if named & _ABOVE_TEXT and len(text_within(element) or "") <= _LONGEST_ABOVE:
            found.append(element)
        elif local(element) == "p":
            break
    return found


def _text_of(story: Element, title: str | None) -> str:
    for element in list(story.iter()):
        if isinstance(element.tag, str):
            element.tag = local(element)
    for element in list(story.iter(*_NOT_STORY)):
        if element is not story:
            element.clear(keep_tail=True)
    for element in _above_text(story):
        element.clear(keep_tail=True)
    for heading in story.iter("h1"):
        if title and text_within(heading) == title:
            heading.clear(keep_tail=True)
        break
    return fragment_text(etree.tostring(story, encoding="unicode", with_tail=False))
