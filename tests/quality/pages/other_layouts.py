"""More layouts: no weight was fitted to them; rules were corrected after seeing their errors."""

from __future__ import annotations

from tests.quality.pages.built import Ingredients
from tests.quality.pages.layouts import Layout, one_paragraph


def aggregator(i: Ingredients) -> str:
    """Source above the title, time and reading time below it."""
    rows = [
        "NewsHub",
        "Sign in",
        "For you",
        "Local",
        i.main.title,
        f"{i.main.source} | 12 min ago | 3 min read",
        *i.paragraphs(),
        "Was this helpful?",
        "People also read",
        "",
    ]
    for item in i.embedded:
        rows += [
            item.story.source.upper()
            if item.story.source.isascii() and len(item.story.source) < 6
            else item.story.source,
            item.story.title,
            f"{item.ago()} · 4 min read",
            "Save",
            "Share",
            *item.story.paragraphs(3),
            "",
        ]
    return "\n".join([*rows, "See more stories", "About", "Careers", "Help"])


def bracketed(i: Ingredients) -> str:
    """Source and time in brackets after the title, bold titles."""
    rows = [
        f"**{i.main.title}**",
        "",
        *(r for p in i.paragraphs() for r in (p, "")),
        "",
        "**Other news**",
        "",
    ]
    for item in i.embedded:
        rows += [
            f"**{item.story.title}** ({item.story.source}, {item.ago()})",
            "",
            one_paragraph(item),
            "",
        ]
    return "\n".join([*rows, "Unsubscribe from these emails", "View in browser"])


def by_outlet(i: Ingredients) -> str:
    rows = [
        "Skip to content",
        i.main.title,
        "Share on Facebook",
        "Share on Twitter",
        *i.paragraphs(),
        "Tags",
        "politics",
        "economy",
        "READ NEXT",
    ]
    for item in i.embedded:
        rows += [
            item.story.title,
            f"by {item.story.source}",
            item.ago(),
            one_paragraph(item),
            "Continue reading",
        ]
    return "\n".join([*rows, "Cookie settings"])


def spanish(i: Ingredients) -> str:
    units = {"minute": ("minuto", "minutos"), "hour": ("hora", "horas"), "day": ("día", "días")}
    rows = [
        "Inicio",
        "Mundo",
        "Deportes",
        "Suscríbete",
        i.main.title,
        i.main.title,
        *i.paragraphs(),
        "Te puede interesar",
    ]
    for item in i.embedded:
        one, many = units[item.unit]
        rows += [
            item.story.source,
            f"hace {item.age} {one if item.age == 1 else many}",
            item.story.title,
            *item.story.paragraphs(2),
        ]
    return "\n".join([*rows, "Aviso legal", "Publicidad"])


def footer_below(i: Ingredients) -> str:
    """Source and time stand under each article."""
    rows = ["LIVE", "Watch", i.main.title, *i.paragraphs(), "More stories"]
    for item in i.embedded:
        rows += [item.story.title, *item.story.paragraphs(3), f"{item.story.source} - {item.ago()}"]
    return "\n".join([*rows, "Back to top"])


def iso_dates(i: Ingredients) -> str:
    rows = [
        "Breaking",
        i.main.title,
        "Updated 1 hour ago",
        *i.paragraphs(),
        "",
        "Comments (0)",
        "Be the first to comment",
        "",
        "Similar news",
        "",
    ]
    for item in i.embedded:
        rows += [
            item.story.title,
            item.story.title,
            f"{item.at(i.now):%Y-%m-%d %H:%M} | {item.story.source}",
            one_paragraph(item),
            "",
        ]
    return "\n".join([*rows, "Powered by NewsEngine"])


def grid_of_teasers(i: Ingredients) -> str:
    rows = [
        "All",
        "Video",
        "Opinion",
        i.main.title,
        "5 min read",
        *i.paragraphs(),
        "Editor's picks",
    ]
    for story in i.teasers:
        rows += [story.source, story.title, "1 day ago", "", story.sentences()[0], ""]
    return "\n".join([*rows, "Newsletter", "Get the best stories in your inbox every morning."])


def forum(i: Ingredients) -> str:
    rows = [i.main.title, *i.paragraphs(), "Discussion", "Sort by: newest"]
    for n, story in enumerate(i.teasers):
        rows += [
            f"user_{n}1",
            f"{n + 1} days ago",
            f"Totally agree with this. {story.sentences()[0]}",
            "Upvote",
            "Reply",
            "Report",
        ]
    return "\n".join(rows)


def digest(i: Ingredients) -> str:
    """A letter: separators, `via`, absolute times."""
    rows = ["Good morning,", "", f"## {i.main.title}", "", *i.paragraphs(), "", "* * *", ""]
    for item in i.embedded:
        when = item.at(i.now)
        rows += [f"## {item.story.title}", f"via {item.story.source} at {when:%d %B %Y, %H:%M}", ""]
        rows += [one_paragraph(item), "", "* * *", ""]
    return "\n".join([*rows, "You receive this because you subscribed.", "Unsubscribe"])


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


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f
    for f in (
        aggregator,
        bracketed,
        by_outlet,
        spanish,
        footer_below,
        iso_dates,
        digest,
        portal,
        mobile,
        french,
    )
}
WITHOUT_EMBEDDED: dict[str, Layout] = {
    f.__name__: f for f in (grid_of_teasers, forum, reading_list, questions)
}
