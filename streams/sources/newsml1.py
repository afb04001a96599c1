"""NewsML 1.0 to 1.2, IPTC's first news in XML -> raw events; docs/normalising.md has the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streams.articles.fragments import plain_text
from streams.sources.fields import Gathered, bounded_id, names, status, version
from streams.sources.nitf import (
    LANGUAGE,
    local,
    nitf_documents,
    nitf_item,
    story_text,
    text_within,
    without_title,
    written_story,
)

_MAIN = "main"
_TEXT = ("text", "complexdata", "")


def is_newsml1(root: Any) -> bool:
    """Whether a document is one of NewsML's before G2."""
    return local(root) == "NewsML"


def newsml1_items(root: Any) -> Iterator[Gathered]:
    """One raw article per NewsItem, except those of pictures and the like."""
    for item in _all(root, "NewsItem"):
        contents = [content for content in _all(item, "ContentItem") if _is_text(content)]
        found = _item(item, _main(contents))
        if contents or found.values.get("status") == "canceled":
            yield found


def _item(item: Any, content: Any | None) -> Gathered:
    found = Gathered()
    lines = [_first(component, "NewsLines") for component in _components(item, content)]
    of_content = _components(item, content) or [item]

    def said(*elements: str) -> list[tuple[str, str | None]]:
        return [(name, text_within(_first(item, name))) for name in elements]

    def line(name: str) -> tuple[str, str | None]:
        return name, next((t for part in lines if (t := text_within(_first(part, name)))), None)

    def formal(name: str) -> tuple[str, str | None]:
        places = (_first(part, name) for part in of_content)
        return name, next((t for place in places if (t := _formal_name(place))), None)

    parts = [text for _, text in said("ProviderId", "DateId", "NewsItemId")]
    identity = ":".join(["urn:newsml", *filter(None, parts)]) if parts[-1] else None
    found.put("id", ("NewsItemId", bounded_id(identity or "")), *said("PublicIdentifier"))
    found.put("version", *version(*(text for _, text in said("RevisionId", "ThisRevisionCreated"))))
    found.put("source", formal("Source"), formal("Provider"), *said("ProviderId"))
    found.put("title", line("HeadLine"), *said("NameLabel"))
    found.put("byline", ("ByLine", names([line("ByLine")[1]])))
    found.put("credit", line("CreditLine"), formal("Provider"))
    language = formal("Language")
    found.put("language", language, ("xml:lang", item.get(LANGUAGE)))
    title = found.values.get("title")
    found.put("text", ("DataContent", _text(content, title if isinstance(title, str) else None)))
    found.put_time("published_at", *said("FirstCreated", "ThisRevisionCreated"))
    known = status(_formal_name(_first(item, "Status")))
    if known == "embargoed":
        found.put_time("embargoed_until", *_ends_of_embargo(item))
        known = "usable" if "embargoed_until" in found.values else "withheld"
    found.put("status", ("Status", known))
    found.put_attributes(
        urgency=_formal_name(_first(item, "Urgency")),
        dateline=line("DateLine")[1],
        slugline=line("SlugLine")[1],
        copyrightnotice=line("CopyrightLine")[1],
        ednote=_instruction(item),
    )
    return _with_those_of_nitf(found, content)


def _with_those_of_nitf(found: Gathered, content: Any | None) -> Gathered:
    """What NewsML leaves out, a NITF document inside may say."""
    for document in nitf_documents(content) if content is not None else ():
        inside = nitf_item(document)
        for name in inside.values.keys() - found.values.keys() - {"text"}:
            found.put(name, (inside.taken_from[name], inside.values[name]))
        break
    return found


def _text(content: Any | None, title: str | None) -> str | None:
    data = None if content is None else _first(content, "DataContent")
    if data is None:
        return None
    if len(data):
        return story_text(data, title)
    written = data.text or ""
    kind = (_formal_name(_first(content, "MimeType")) or "").lower()
    return (
        without_title(plain_text(written), title)
        if kind == "text/plain"
        else written_story(written, title)
    )


def _is_text(content: Any) -> bool:
    kind = (_formal_name(_first(content, "MediaType")) or "").lower()
    return kind in _TEXT and _first(content, "DataContent") is not None


def _main(contents: list[Any]) -> Any | None:
    """The first whose component says that it is the main one, else the first."""
    before = None
    for content in contents:
        component = content.getparent()
        if component is before:
            continue  # in which a search would begin again
        before = component
        if (_formal_name(_first(component, "Role")) or "").lower() == _MAIN:
            return content
    return next(iter(contents), None)


def _components(item: Any, content: Any | None) -> list[Any]:
    """The news components around a content, innermost first."""
    around = [] if content is None else [e for e in content.iterancestors() if e is not item]
    return [e for e in around if local(e) == "NewsComponent"]


def _ends_of_embargo(item: Any) -> Iterator[tuple[str, str | None]]:
    for change in _all(item, "StatusWillChange"):
        yield "StatusWillChange", text_within(_first(change, "DateAndTime"))


def _instruction(item: Any) -> str | None:
    node = _first(item, "Instruction")
    return text_within(node) or _formal_name(node)


def _all(parent: Any, name: str) -> list[Any]:
    return [element for element in parent.iter() if local(element) == name]


def _first(parent: Any | None, name: str) -> Any | None:
    """An element's first descendant of this name."""
    return None if parent is None else next((e for e in parent.iter() if local(e) == name), None)


def _formal_name(element: Any | None) -> str | None:
    """`FormalName` of the element or of the party in it."""
    for node in () if element is None else element.iter():
        if isinstance(node.tag, str) and (name := (node.get("FormalName") or "").strip()):
            return str(name)
    return None
