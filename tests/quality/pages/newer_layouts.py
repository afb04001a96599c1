"""Newer layouts: no weight was fitted to them; rules were corrected after seeing their errors."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.layouts import Layout, one_paragraph


def newsstand(i: Ingredients) -> str:
    """Kicker and subtitle around titles, a person's name with the source below each."""
    rows = ["Newsstand", "Subscriptions", "Log in", "POLITICS", i.main.title]
    rows += ["Words by Tomas Lind", "2 March 2026", "Listen to this story", *i.paragraphs()]
    rows += ["Filed under", "Elections", "Trade", "Elsewhere on Newsstand"]
    for item in i.embedded:
        rows += ["ANALYSIS", item.story.title, f"Maria Costa for {item.story.source}"]
        rows += [item.ago(), *item.story.paragraphs(2), "Bookmark"]
    return "\n".join([*rows, "Manage subscription", "© Newsstand Media"])


def wire_feed(i: Ingredients) -> str:
    """Time first, in a bracket; blank lines between paragraphs; rules between articles."""
    rows = ["Feed", "Filters", "", i.main.title, ""]
    rows += [*(row for p in i.paragraphs() for row in (p, "")), "==========", ""]
    for item in i.embedded:
        when = item.at(i.now)
        rows += [f"[{when:%d.%m.%Y %H:%M} UTC] {item.story.source}", item.story.title, ""]
        rows += [*(row for p in item.story.paragraphs(3) for row in (p, "")), "==========", ""]
    return "\n".join([*rows, "End of feed", "Change filters"])


def app_screen(i: Ingredients) -> str:
    """No section heading; title, source and age in three lines, the title again as link text."""
    rows = ["9:41", "Today", "Following", i.main.title, i.main.source, "5 min", *i.paragraphs()]
    rows += ["Like", "Save", "Share"]
    for item in i.embedded:
        rows += [f"Open: {item.story.title}", item.story.title, item.story.source]
        rows += [f"{item.ago()}", one_paragraph(item), "Like", "Save", "Share"]
    return "\n".join([*rows, "Home", "Search", "Profile"])


def italian(i: Ingredients) -> str:
    units = {"minute": ("minuto", "minuti"), "hour": ("ora", "ore"), "day": ("giorno", "giorni")}
    rows = ["Cronaca", "Economia", "Esteri", i.main.title, "di Redazione", *i.paragraphs()]
    rows += ["Condividi", "Notizie correlate"]
    for item in i.embedded:
        one, many = units[item.unit]
        rows += [item.story.title, item.story.source]
        rows += [f"{item.age} {one if item.age == 1 else many} fa", *item.story.paragraphs(3)]
    return "\n".join([*rows, "Privacy", "Contatti"])


def briefing(i: Ingredients) -> str:
    """Nothing embedded: a sentence for each of other stories, with its source in brackets."""
    rows = ["Briefing", i.main.title, "By Our Correspondent", *i.paragraphs(), "In brief", ""]
    for story in i.teasers:
        rows += [f"- {story.title}. {story.sentences()[0]} ({story.source})", ""]
    return "\n".join([*rows, "Sign up for the briefing"])


def video_rail(i: Ingredients) -> str:
    """Nothing embedded: lengths, titles and ages of videos before and after the story."""
    rail = [
        row
        for n, story in enumerate(i.teasers)
        for row in (f"0{n}:1{n}", story.title, f"{n + 1} hours ago")
    ]
    rows = ["Watch live", *rail[:6], i.main.title, "Updated 20 min ago", *i.paragraphs()]
    return "\n".join([*rows, "Latest videos", *rail[6:], "More videos", "Advertise"])


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f for f in (newsstand, wire_feed, app_screen, italian)
}
WITHOUT_EMBEDDED: dict[str, Layout] = {f.__name__: f for f in (briefing, video_rail)}
