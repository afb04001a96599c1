"""Layouts of many kinds of sites: no weight was fitted to them, but rules were corrected."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.quality.pages.built import Embedded, Ingredients
from tests.quality.pages.layouts import Layout, one_paragraph

_RUSSIAN = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"


def _titles(i: Ingredients, mark: str = "") -> list[str]:
    return [f"{mark}{story.title}" for story in i.teasers]


def _numbered(i: Ingredients) -> list[str]:
    return [f"{n}. {story.title}" for n, story in enumerate(i.teasers, 1)]


def _clock(time: datetime) -> str:
    return f"{(time.hour - 1) % 12 + 1}:{time.minute:02d} {'AM' if time.hour < 12 else 'PM'}"


def _eastern(item: Embedded, now: datetime) -> datetime:
    return item.at(now) - timedelta(hours=5)


def reader_app(i: Ingredients) -> str:
    """Source and age in one line, the title twice, a row of buttons below the text."""
    rows = ["For you", "Following", "Search for topics, locations & sources", i.main.source]
    rows += [f"{i.main.source} · 2 hours ago", i.main.title, i.main.title, *i.paragraphs()]
    rows += ["View Full Coverage", "Save for later", "Share", "More stories for you", ""]
    for item in i.embedded:
        rows += [f"{item.story.source} · {item.ago()}", item.story.title, item.story.title]
        rows += [*item.story.paragraphs(2), "Read full article", "Save for later", "Share", ""]
    return "\n".join([*rows, "You're all caught up", "Send feedback", "Terms"])


def station(i: Ingredients) -> str:
    """A regional television station: each time in two zones, glued; the source in brackets."""
    site = "WBRN 13 News, Weather and Sports"
    rows = [site, "Member Center:", "Log In", f"{i.main.title} - {site}", "", i.main.title]
    rows += ["Posted: Monday, March 2 2026 6:10 AM EST", "By Susan Quinn", "", *i.paragraphs(), ""]
    rows += ["Copyright 2026 WBRN 13. All rights reserved.", "", "Top Headlines", ""]
    for item in i.embedded:
        at, local = item.at(i.now), _eastern(item, i.now)
        printed = f"{local:%A}, {local:%B} {local.day} {local.year} {_clock(local)} EST"
        rows += [item.story.title, item.story.title, f"{printed}{at:%Y-%m-%d %H:%M}:00 GMT"]
        rows += [f"(Source: {item.story.source})", one_paragraph(item), ""]
    return "\n".join([*rows, "FCC Public File", "EEO Report", "Closed Captioning"])


def wire_portal(i: Ingredients) -> str:
    """Time first, URGENT on a line of its own, the source below the text."""
    rows = ["INTERPRESS", "Politics", "Economy", "LATEST NEWS", *_titles(i), "", i.main.title]
    rows += ["09:15 GMT 2 March 2026", "", *i.paragraphs(), "", "Print version", "", "Latest news"]
    for n, item in enumerate(i.embedded):
        rows += ["", f"{item.at(i.now):%H:%M | %d.%m.%Y}", *["URGENT"] * (n % 3 == 1)]
        rows += [item.story.title, one_paragraph(item), f"Source: {item.story.source}"]
    return "\n".join([*rows, "", "All news", "About the agency", "Contacts"])


def stream_cards(i: Ingredients) -> str:
    """Source and age glued, counters glued, each text in one line."""
    rows = ["Mail", "News", "Finance", "Sign in", i.main.title, f"{i.main.source}3 hrs ago"]
    rows += ["Share", "Tweet", *i.paragraphs(), "Sponsored", "86 Comments", "Up Next", ""]
    for item in i.embedded:
        day = item.at(i.now)
        printed = (
            f"{day:%b} {day.day}" if item.unit == "day" else f"{item.age} {item.unit[:2]}s ago"
        )
        printed = printed.replace("hos", "hrs").replace("mis", "mins")
        rows += [f"{item.story.source}{printed}", item.story.title, one_paragraph(item)]
        rows += ["34 CommentsLikeShare", ""]
    return "\n".join([*rows, "© 2026 Compass", "Legal", "Advertise"])


def section_page(i: Ingredients) -> str:
    """A newspaper's section: a blank line below every paragraph, times in Eastern Time."""
    rows = ["The Harbour Herald", "Subscribe | Log in | E-Paper", "WORLD", "", i.main.title, ""]
    rows += ["By Elena Fischer", "Mar 2, 2026, 4:15 AM ET", ""]
    rows += [
        *(row for p in i.paragraphs() for row in (p, "")),
        "ADVERTISEMENT",
        "",
        "More in World",
    ]
    for item in i.embedded:
        local = _eastern(item, i.now)
        printed = f"{local:%b} {local.day}, {local.year}, {_clock(local)} ET"
        rows += ["", item.story.title, "", f"By {item.story.source} | {printed}", ""]
        rows += [row for p in item.story.paragraphs(3) for row in (p, "")]
    return "\n".join([*rows, "MOST READ", "", *_numbered(i), "", "Terms of use"])


def german(i: Ingredients) -> str:
    units = {
        "minute": ("Minute", "Minuten"),
        "hour": ("Stunde", "Stunden"),
        "day": ("Tag", "Tagen"),
    }
    rows = ["Startseite", "Politik", "Abo", i.main.title, "Stand: 02.03.2026, 12:40 Uhr"]
    rows += ["Von Anna Keller", "Lesezeit: 3 Min.", *i.paragraphs(), "Teilen", "Drucken", ""]
    rows += ["Das könnte Sie auch interessieren", *_titles(i), "", "Weitere Meldungen", ""]
    for item in i.embedded:
        printed = f"vor {item.age} {units[item.unit][item.age > 1]}"
        rows += [item.story.title, f"{printed} | Quelle: {item.story.source}"]
        rows += [*item.story.paragraphs(2), "Artikel teilen", ""]
    return "\n".join([*rows, "Meistgelesen", *_numbered(i), "Impressum", "Datenschutz"])


def russian(i: Ingredients) -> str:
    """Date above the title, source below the text."""
    rows = ["Главная", "Политика", "Войти", i.main.title, "2 марта 2026, 11:20", *i.paragraphs()]
    rows += ["Поделиться", "", "Читайте также:", *_titles(i), "", "Другие новости", ""]
    for item in i.embedded:
        at = item.at(i.now)
        rows += [f"{at.day} {_RUSSIAN.split()[at.month - 1]} {at.year}, {at:%H:%M}"]
        rows += [item.story.title, *item.story.paragraphs(3), f"Источник: {item.story.source}", ""]
    return "\n".join([*rows, "О проекте", "Реклама"])


def digest_bullets(i: Ingredients) -> str:
    """A bullet, the title, its outlet and its time in one line, in one of two forms."""
    rows = ["THE MORNING FILE", "Your briefing on politics and business", "", i.main.title]
    rows += ["Posted by Tom Byrne at 6:40 AM", "", *i.paragraphs(), "", "ALSO TODAY"]
    for item in i.embedded:
        aside = (
            f"— {item.story.source}, {item.at(i.now):%b %d, %Y}"
            if len(i.embedded) % 2
            else f"(via {item.story.source}, {item.ago()})"
        )
        rows += ["", f"• {item.story.title} {aside}", *item.story.paragraphs(2)]
    return "\n".join([*rows, "", "Got a tip? Write to us at tips@morningfile.example."])


def wordpress(i: Ingredients) -> str:
    """Nothing embedded: buttons, related posts, an author's box, a thread of comments."""
    rows = ["Skip to content", "The Long View", "Menu", i.main.title]
    rows += ["Posted on March 1, 2026 by Oliver Brown", "", *i.paragraphs(), "", "Share this:"]
    rows += ["Like this:", "Loading...", "Related", *_titles(i), "About Oliver Brown"]
    rows += ["He has written about politics for twenty years and lives in Bristol with two cats."]
    rows += ["Post navigation", *_titles(i, "← ")[:1], f"2 thoughts on “{i.main.title}”"]
    for name in ("Helen", "Mark"):
        rows += [f"{name} says:", "March 2, 2026 at 4:15 am", "They have promised this for years."]
        rows += ["The people who pay for it are always the same. I have stopped voting.", "Reply"]
    return "\n".join([*rows, "Leave a Reply", "Name *", "Recent Posts", *_titles(i), "Meta"])


def newsletter_boxes(i: Ingredients) -> str:
    """Nothing embedded: a sign-up box, captions, a pull quote and advertisements in the story."""
    boxes = [
        ["Advertisement"],
        [
            "Get the Morning Briefing",
            "The most important stories of the day, in your inbox.",
            "Enter your email address",
            "Sign up",
        ],
        ["Traders at work on the floor of the exchange. (AP Photo/Ivan Romero)"],
        [f"Read more: {i.teasers[0].title}"],
        [i.main.sentences()[-1]],
    ]
    rows = ["We use cookies to give you the best experience.", "Accept", i.main.title]
    rows += ["By Laura Quinn and David Chen", "March 2, 2026 at 7:54 a.m.", ""]
    for n, text in enumerate(i.paragraphs()):
        rows += [text, "", *(boxes[n // 2] if n % 2 and n // 2 < len(boxes) else []), ""]
    return "\n".join([*rows, "Most Read National", *_numbered(i), "Follow", "Careers"])


def market_page(i: Ingredients) -> str:
    """Nothing embedded: quotes, key points, other stories with a sentence each."""
    rows = ["MARKETS", "WATCHLIST", "DJIA", "1,368.01", "+0.35%", "VIX", "20.19", "-1.2%"]
    rows += [i.main.title, "PUBLISHED Mon, Mar 2 2026 5:19 AM EST", "Mei Walker", "KEY POINTS"]
    rows += [f"• {' '.join(s.split()[:8])}" for s in i.main.sentences()[1:3]]
    rows += ["", *i.paragraphs(), "", "TRENDING NOW"]
    for story in i.teasers:
        rows += [story.title, story.sentences()[0]]
    return "\n".join([*rows, "More from Markets", *_titles(i), "Licensing & Reprints"])


def live_blog(i: Ingredients) -> str:
    """Nothing embedded: entries under times of day, a button below each."""
    rows = ["BBN", f"Live: {i.main.title}", i.main.title, "4256 people reading", "Live Reporting"]
    rows += ["By Oliver Chen and Anna Byrne", "All times stated are UK"]
    for n, text in enumerate(i.paragraphs()):
        rows += [f"{17 - n // 3}:{50 - n % 3 * 15} GMT", text, "Share", ""]
    return "\n".join([*rows, "Back to top", "Top Stories", *_titles(i), "Accessibility Help"])


def chinese(i: Ingredients) -> str:
    """Nothing embedded: Chinese furniture around, lists of titles."""
    rows = ["首页", "国际", "登录", "当前位置：首页 > 国际 > 正文", i.main.title]
    rows += ["2026-03-02 09:32 来源：中国日报网", "分享到：", "微信", *i.paragraphs()]
    rows += ["（责任编辑：李明）", "相关阅读", *_titles(i, "· "), "热门排行", *_numbered(i)]
    return "\n".join([*rows, "网友评论", "版权声明"])


WITH_EMBEDDED: dict[str, Layout] = {
    f.__name__: f
    for f in (
        reader_app, station, wire_portal, stream_cards, section_page, german, russian,
        digest_bullets,
    )
}  # fmt: skip
WITHOUT_EMBEDDED: dict[str, Layout] = {
    f.__name__: f for f in (wordpress, newsletter_boxes, market_page, live_blog, chinese)
}
