"""The ways in which publishers republish a story: each a function from slot or event to event."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from string import Template
from urllib.parse import urlsplit

from deploy.demo.newsroom import HERE, Correction, Story, load_phrases
from deploy.demo.raw_event import RawEvent, Slot, address, article, marks, rfc_3339

# What a sub-editor changes without thinking. Each pair keeps the sentence grammatical.
HOUSE_STYLE = (
    (r"\bpercent\b", "per cent"),
    (r"\bmore than\b", "over"),
    (r"\bless than\b", "under"),
    (r"\bnearly\b", "almost"),
    (r"\broughly\b", "around"),
    (r"\buntil\b", "till"),
    (r"\balthough\b", "though"),
    (r"\bbegan\b", "started"),
    (r"\bbelieves\b", "thinks"),
    (r"\bon Monday\b(?! (?:afternoon|night))", "on March 2"),
    (r"\bhas been\b", "was"),
    (r"\bwhile\b", "as"),
    (r"\bbecause\b(?! of)", "as"),
    (r"\bbut\b(?! no)", "yet"),
    (r"\bonly\b", "just"),
    (r"\bso that\b", "so"),
    (r"\b(did|could|would) not\b", r"\1n't"),
    (r"\bsaid\b", "stated"),
)
_EDITS_AT_MOST = 6
_DATELINE = re.compile(r"^.{1,60}\((?:Reuters|AP)\) - ")
_PAGE = Template((HERE / "page.html").read_text(encoding="utf-8"))
_PHRASES = load_phrases()


def original(slot: Slot) -> RawEvent:
    """The story on the wire of the agency that wrote it, or at the paper that did."""
    return replace(article(slot, "original"), version=1)


def copied(slot: Slot) -> RawEvent:
    """Word for word."""
    return article(slot, "copy")


def retitled(slot: Slot, headline: str) -> RawEvent:
    """Another headline, no dateline, and a few words brought into the house's style."""
    text = _DATELINE.sub("", slot.story.text)
    edits_left = _EDITS_AT_MOST
    for pattern, replacement in HOUSE_STYLE:
        text, edits = re.subn(pattern, replacement, text, count=min(2, edits_left))
        edits_left -= edits
        if not edits_left:
            break
    return article(slot, "retitled", title=headline, text=text)


def truncated(slot: Slot) -> RawEvent:
    """The first paragraphs and a link to the rest."""
    read_more = _PHRASES[slot.story.language]["read_more"].format(name=slot.publisher.name)
    return article(slot, "truncated", text="\n\n".join([*slot.story.paragraphs[:3], read_more]))


def web_page(slot: Slot, teasers: Sequence[Story]) -> RawEvent:
    """The whole HTML page, with everything that a site puts around its article."""
    story = slot.story
    words = _PHRASES[story.language]
    html = _PAGE.substitute(
        language=story.language,
        direction=' dir="rtl"' if story.language == "ar" else "",
        title=escape(story.title),
        description=escape(story.paragraphs[0][:155]),
        publisher=escape(slot.publisher.name),
        url=escape(address(slot)),
        published_at=rfc_3339(slot.published_at),
        linked_data=_linked_data(slot),
        byline=f'<span class="byline">{escape(story.byline)}</span> ' if story.byline else "",
        body="\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in story.paragraphs),
        navigation="".join(
            f'<li><a href="#">{escape(name)}</a></li>' for name in words["sections"]
        ),
        related="".join(f'<li><a href="/{s.key}">{escape(s.title)}</a></li>' for s in teasers),
        related_heading=words["related"],
        cookies=words["cookies"],
        share=words["share"],
        rights=words["rights"],
    )
    return replace(article(slot, "page"), html=html, text=None, title=None, byline=None)


def page_with_related(slot: Slot, related: tuple[Story, Story]) -> RawEvent:
    """A page as plain text: the main story, two others in full, and the main story again."""
    own = _related_block(slot.story, slot.story.agency or slot.publisher.name, "2 hours ago")
    blocks = [_related_block(other, slot.publisher.name, "36 minutes ago") for other in related]
    text = "\n\n".join([slot.story.text, "Related Articles", *blocks, own])
    event = article(slot, "with-related", text=text)
    return replace(
        event, attributes={**event.attributes, "related": " ".join(s.key for s in related)}
    )


def corrected(event: RawEvent, story: Story, correction: Correction, at: datetime) -> RawEvent:
    """The same item with the next version, the right figure and a line saying so."""
    if correction.was not in story.text:
        raise ValueError(f"{correction.key}: nothing to correct, no {correction.was!r}")
    text = "\n\n".join([story.text.replace(correction.was, correction.now), correction.note])
    return replace(
        event,
        version=(event.version or 1) + 1,
        text=text,
        fetched_at=at,
        attributes=marks("corrected", story),
    )


def killed(event: RawEvent, at: datetime) -> RawEvent:
    """The same item withdrawn: no text, and the earlier one may no longer be used."""
    return replace(
        event,
        version=(event.version or 1) + 1,
        text=None,
        html=None,
        status="canceled",
        fetched_at=at,
        attributes={**event.attributes, "sample": "killed"},
    )


def resent(event: RawEvent, at: datetime) -> RawEvent:
    """The identical item once more; only the time of fetching is later."""
    return replace(event, fetched_at=at, attributes={**event.attributes, "sample": "resent"})


def readdressed(event: RawEvent, variant: str, at: datetime) -> RawEvent:
    """The same article under another address: `tracking`, `amp` or `mobile`."""
    host, path = urlsplit(event.url).netloc, urlsplit(event.url).path
    url = {
        "tracking": f"{event.url}?utm_source=newsletter&utm_medium=email&fbclid=IwAR0x9d2",
        "amp": f"https://amp.{host.removeprefix('www.')}{path}?amp=1",
        "mobile": f"https://m.{host.removeprefix('www.')}{path}#comments",
    }[variant]
    return replace(
        event,
        url=url,
        # An AMP page names the page that it stands for; the others arrive as they were clicked.
        canonical_url=event.url if variant == "amp" else None,
        fetched_at=at,
        attributes={**event.attributes, "sample": "readdressed", "variant": variant},
    )


def embargoed(slot: Slot, until: datetime) -> RawEvent:
    """The original, sent before it may be used."""
    event = replace(original(slot), embargoed_until=until)
    return replace(event, attributes=marks("embargoed", slot.story))


def withheld(slot: Slot) -> RawEvent:
    """A copy that its publisher withholds for now."""
    return replace(article(slot, "withheld"), status="withheld")


def _related_block(story: Story, source: str, age: str) -> str:
    head = f"{story.title}\n{story.title}\n{source}\ntime{age}\n{story.title}"
    return f"{head}\n{story.text}"


def _linked_data(slot: Slot) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": slot.story.title,
        "datePublished": rfc_3339(slot.published_at),
        "mainEntityOfPage": address(slot),
        "publisher": {"@type": "Organization", "name": slot.publisher.name},
    }
    # "</" would end the script element in the middle of a headline.
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
