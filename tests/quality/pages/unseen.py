"""Layouts written after the rules, and never used to change them: for figures only."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.layouts import Layout, one_paragraph


def city_paper(i: Ingredients) -> str:
    """Source, dash and age below the title, with a button to follow between."""
    rows = ["City Paper", "Today's edition", "Archive", i.main.title, "Petra Novak"]
    rows += ["Reporter on the city desk", "2 March 2026, 09:15", *i.paragraphs()]
    rows += ["Gift this article", "Most viewed"]
    for item in i.embedded:
        rows += [item.story.title, "Follow", f"{item.story.source} — {item.ago()}"]
        rows += [*item.story.paragraphs(2), "Read full story"]
    return "\n".join([*rows, "Work for us", "Corrections"])


def dutch(i: Ingredients) -> str:
    units = {"minute": ("minuut", "minuten"), "hour": ("uur", "uur"), "day": ("dag", "dagen")}
    rows = ["Nieuws", "Sport", "Weer", i.main.title, i.main.title, *i.paragraphs(), "Lees ook", ""]
    for item in i.embedded:
        one, many = units[item.unit]
        rows += [f"{item.story.source} | {item.age} {one if item.age == 1 else many} geleden"]
        rows += [item.story.title, "", one_paragraph(item), ""]
    return "\n".join([*rows, "Over ons", "Privacybeleid"])


def mail_digest(i: Ingredients) -> str:
    """Markdown: the date under a heading in italics, the source as the last line in brackets."""
    rows = [f"# {i.main.title}", "", "*2 March 2026*", ""]
    rows += [*(row for p in i.paragraphs() for row in (p, "")), "---", "", "# Also today", ""]
    for item in i.embedded:
        when = item.at(i.now)
        rows += [f"## {item.story.title}", "", f"*{when:%A}, {when.day} {when:%B %Y, %H:%M} GMT*"]
        rows += ["", one_paragraph(item), "", f"({item.story.source})", ""]
    return "\n".join([*rows, "---", "Change how often you get this mail."])


def promoted_links(i: Ingredients) -> str:
    """Nothing embedded: offers with a sentence each among other stories' titles."""
    rows = ["Menu", i.main.title, "By Ola Nyström | 1 hour ago", *i.paragraphs(), "Around the web"]
    for story in i.teasers:
        rows += [story.title, f"Sponsored | {story.source}", story.sentences()[-1], "Learn more"]
    return "\n".join([*rows, "About these links"])


WITH_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (city_paper, dutch, mail_digest)}
WITHOUT_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (promoted_links,)}
