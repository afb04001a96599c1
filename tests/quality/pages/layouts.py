"""Layouts that the rules and weights were developed on."""

from __future__ import annotations

from collections.abc import Callable

from tests.quality.pages.built import Embedded, Ingredients

Layout = Callable[[Ingredients], str]
APP = "Download our app for the latest news on the go"


def one_paragraph(item: Embedded) -> str:
    return " ".join(item.story.sentences())


def syndicator(i: Ingredients) -> str:
    """The commonest crawl: everything twice, times glued to a word, one paragraph each."""
    rows = [
        "logo",
        i.main.title,
        i.main.title,
        *i.paragraphs(),
        "Stay informed with our newsletter",
        "Comments",
        "No comments yet...",
        "Related Articles",
    ]
    for item in i.embedded:
        rows += [
            item.story.title,
            item.story.title,
            item.story.source,
            f"time{item.ago()}",
            f"• {item.story.source}",
            item.story.title,
            f"LONDON: {one_paragraph(item)}"[8:],
        ]
    return "\n".join([*rows, APP, "Google Play", "App Store"])


def dotted_cards(i: Ingredients) -> str:
    rows = [
        "Home",
        "World",
        "Business",
        "Sport",
        "",
        i.main.title,
        "By Staff Reporter",
        "March 2, 2026",
        "",
        *i.paragraphs(),
        "",
        "More from this section",
        "",
    ]
    for item in i.embedded:
        rows += [
            item.story.title,
            f"{item.story.source} · {item.short()} ago",
            one_paragraph(item),
            "",
        ]
    return "\n".join([*rows, "© 2026 All rights reserved"])


def piped(i: Ingredients) -> str:
    rows = [f"{i.main.title}", *i.paragraphs(), "You may also like"]
    for item in i.embedded:
        rows += [f"{item.story.source} | {item.ago()}", item.story.title, *item.story.paragraphs(3)]
    return "\n".join([*rows, "Subscribe to our newsletter", "Privacy Policy"])


def markdown(i: Ingredients) -> str:
    rows = [
        f"# {i.main.title}",
        "",
        *(row for p in i.paragraphs() for row in (p, "")),
        "## Related stories",
        "",
    ]
    for item in i.embedded:
        rows += [
            f"### {item.story.title}",
            "",
            f"*{item.story.source}* — {item.ago()}",
            "",
            one_paragraph(item),
            "",
            "---",
            "",
        ]
    return "\n".join(rows)


def numbered(i: Ingredients) -> str:
    rows = [i.main.title, "Share", "Tweet", *i.paragraphs(), "Top stories"]
    for n, item in enumerate(i.embedded, 1):
        rows += [
            f"{n}. {item.story.title}",
            f"Source: {item.story.source}",
            f"Published {item.ago()}",
            one_paragraph(item),
        ]
    return "\n".join([*rows, "Load more"])


def separators(i: Ingredients) -> str:
    rows = ["Menu", "Search", i.main.title, *i.paragraphs(), "-----"]
    for item in i.embedded:
        rows += [
            item.story.source,
            item.story.title,
            item.ago(),
            *item.story.paragraphs(4),
            "-----",
        ]
    return "\n".join([*rows, "Follow us on Facebook", "Terms of Use"])


def absolute_times(i: Ingredients) -> str:
    rows = [i.main.title, i.main.title, *i.paragraphs(), "Latest news"]
    for item in i.embedded:
        when = item.at(i.now)
        rows += [
            item.story.title,
            f"{item.story.source}, {when:%B} {when.day}, {when.year} {when:%H:%M} GMT",
            one_paragraph(item),
        ]
    return "\n".join([*rows, "Contact us", "Advertise"])


def interrupted(i: Ingredients) -> str:
    """Headlines of other stories between the paragraphs of this one."""
    paragraphs = i.main.paragraphs(2)
    rows = ["Advertisement", i.main.title]
    for n, paragraph in enumerate(paragraphs):
        rows.append(paragraph)
        if n < len(i.teasers) and n < len(paragraphs) - 1:
            rows.append(f"Read also: {i.teasers[n].title}" if n % 2 == 0 else i.teasers[n].title)
    rows += ["Related", ""]
    for item in i.embedded:
        rows += [item.story.title, item.story.source, item.ago(), one_paragraph(item)]
    return "\n".join(rows)


def teasers_only(i: Ingredients) -> str:
    rows = ["Home", "News", "Sport", i.main.title, *i.paragraphs(), "Recommended for you"]
    for story in i.teasers:
        rows += [story.title, story.source, "2 hours ago", story.sentences()[0][:120]]
    return "\n".join([*rows, "Load more", APP])


def comment_thread(i: Ingredients) -> str:
    rows = [i.main.title, "Posted by admin", *i.paragraphs(), "4 Comments", "Leave a reply"]
    names = ("Mike Harris", "newsfan88", "Ann", "J. Doe")
    for name, story in zip(names, i.teasers, strict=False):
        words = story.sentences()[0].split()[:18]
        rows += [
            name,
            "3 hours ago",
            "I think this is wrong, you people never learn. " + " ".join(words),
            "Reply",
            "Like",
        ]
    return "\n".join([*rows, "Post a comment", "Your email address will not be published."])


def links_only_around(i: Ingredients) -> str:
    rows = [
        *(f"* {story.title}" for story in i.teasers),
        "",
        i.main.title,
        "",
        *(r for p in i.paragraphs() for r in (p, "")),
        "Trending now",
        *(f"* {story.title}" for story in i.teasers),
    ]
    return "\n".join(rows)


def german(i: Ingredients) -> str:
    units = {
        "minute": ("Minute", "Minuten"),
        "hour": ("Stunde", "Stunden"),
        "day": ("Tag", "Tagen"),
    }
    rows = [
        "Startseite",
        "Politik",
        "Sport",
        i.main.title,
        *i.paragraphs(),
        "Das könnte Sie auch interessieren",
    ]
    for item in i.embedded:
        one, many = units[item.unit]
        rows += [
            item.story.title,
            f"{item.story.source} – vor {item.age} {one if item.age == 1 else many}",
            one_paragraph(item),
        ]
    return "\n".join([*rows, "Impressum", "Datenschutz"])


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f
    for f in (
        syndicator,
        dotted_cards,
        piped,
        markdown,
        numbered,
        separators,
        absolute_times,
        interrupted,
        german,
    )
}
WITHOUT_EMBEDDED: dict[str, Layout] = {
    f.__name__: f for f in (teasers_only, comment_thread, links_only_around)
}
