"""Layouts that were written after the rules and have changed nothing in them: for figures only."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.layouts import Layout, one_paragraph


def portal(i: Ingredients) -> str:
    """Section labels above each article, time and source in one line in brackets."""
    rows = ["Skip to main content", "Portal", "My account", i.main.title, "Ana Berg, Staff Writer"]
    rows += ["Text size", *i.paragraphs(), "Topics", "Economy", "", "In other news"]
    for item in i.embedded:
        rows += ["WORLD", item.story.title, f"[{item.story.source} | {item.ago()}]"]
        rows += [one_paragraph(item), "Full coverage"]
    return "\n".join([*rows, "Site map", "Advertise with us"])


def mobile(i: Ingredients) -> str:
    """Short ages, dashes between titles and sources."""
    rows = ["Open app", i.main.title, "", *(row for p in i.paragraphs() for row in (p, ""))]
    rows += ["Up next", ""]
    for item in i.embedded:
        rows += [f"{item.story.title} - {item.story.source}", f"{item.short()} ago", ""]
        rows += [*(row for p in item.story.paragraphs(3) for row in (p, "")), "Save story", ""]
    return "\n".join([*rows, "You're all caught up"])


def french(i: Ingredients) -> str:
    units = {"minute": "minutes", "hour": "heures", "day": "jours"}
    rows = ["Accueil", "Monde", "Sport", i.main.title, "Publié le 2 mars 2026 à 11h40"]
    rows += [*i.paragraphs(), "Partager", "À lire aussi"]
    for item in i.embedded:
        rows += [item.story.title, f"{item.story.source}, il y a {item.age} {units[item.unit]}"]
        rows += item.story.paragraphs(4)
    return "\n".join([*rows, "Mentions légales", "Publicité"])


def reading_list(i: Ingredients) -> str:
    """Nothing embedded: links with sources and ages after the story."""
    rows = ["Menu", i.main.title, "4 min read", *i.paragraphs(), "Keep reading"]
    for story in i.teasers:
        rows += [f"{story.title} ({story.source}, 3 hours ago)"]
    return "\n".join([*rows, "Follow us", "About us", "Privacy policy"])


def questions(i: Ingredients) -> str:
    """Nothing embedded: readers' questions and answers."""
    rows = [i.main.title, i.main.title, *i.paragraphs(), "Conversation (12)", "Sort by best"]
    for n, story in enumerate(i.teasers):
        rows += [f"Reader {n}", f"{n + 2}h", f"Why? {story.sentences()[0]} I doubt it.", "Respond"]
    return "\n".join(rows)


WITH_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (portal, mobile, french)}
WITHOUT_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (reading_list, questions)}
