"""Pages without an article: fronts and sections hold none; threads and products are marked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.page import Page, PageSource, read_page

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TITLES = (
    "Night train to stop in Olten again",
    "One school for three villages in the valley",
    "Dairies to pay more for a litre of milk",
    "Old mill at the weir becomes a museum",
    "Ferry fares to rise by a tenth in May",
    "Hospital in the hills keeps its night ward",
    "Bees counted on the roofs of the old town",
)
SENTENCES = (
    "The railway said on Monday that the platform will be long enough by December.",
    "Parents voted for it by 214 to 96, and a bus will fetch the children at ten to seven.",
    "Prices had fallen for three years, and every fourth farm has given up its cows.",
    "The canton pays two thirds of the costs, and the doors open on the first of August.",
    "The council had asked for twice as much, and the operator's books had been looked at.",
    "Eleven nurses had signed a letter, and the minister came to see them on a Sunday.",
    "Volunteers found forty kinds, one of which had not been seen here since 1974.",
)
QUESTION = (
    "I have had the boiler serviced twice this winter and it still goes out on cold mornings. The"
    " second man said that the gas valve was fine, and took ninety francs for it. Has anyone had"
    " the same trouble with this make, and what did it turn out to be in the end?"
)
ANSWER = (
    "Mine did that for two winters. It was the condensate pipe, which runs along the outer wall and"
    " freezes below minus five. Have a look whether yours is insulated, before you pay for a valve."
)


def read(html: str, address: str) -> Page:
    return read_page(PageSource(html, None, NOW, address=address))


def teasers(tag: str, head: str) -> str:
    return "".join(
        f"<{tag} class='t'><{head}><a href='/2026/03/story-{n}'>{title}</a></{head}><p>{text}"
        f"</p></{tag}>"
        for n, (title, text) in enumerate(zip(TITLES, SENTENCES, strict=True))
    )


@pytest.mark.parametrize("tag", ["article", "div", "li"])
@pytest.mark.parametrize("head", ["h2", "h3", "strong"])
def test_a_page_of_teasers_holds_no_article(tag: str, head: str) -> None:
    html = f"""<html><head><title>Hill Post - News from the hills</title></head><body>
    <h1>Region</h1><main>{teasers(tag, head)}</main></body></html>"""
    assert read(html, "https://hillpost.example/region").text == ""


def test_a_story_above_teasers_is_an_article() -> None:
    body = "".join(f"<p>{text} {text.lower()}</p>" for text in SENTENCES)
    html = f"""<html><head><title>The week in the hills</title></head><body>
    <h1>The week in the hills</h1><div>{body}</div>
    <section><h2>More</h2>{teasers("article", "h3")}</section></body></html>"""
    assert SENTENCES[0] in read(html, "https://hillpost.example/2026/03/week").text


def test_a_summary_of_linked_stories_that_is_published_as_one_is_an_article() -> None:
    html = f"""<html><head><title>The week in the hills</title>
    <meta property="article:published_time" content="2026-03-01T06:00:00Z"></head><body>
    <h1>The week in the hills</h1><article>{teasers("div", "h3")}</article></body></html>"""
    assert SENTENCES[0] in read(html, "https://hillpost.example/2026/03/week").text


def thread(head: str = "", body: str = "") -> str:
    return f"""<html><head><title>Boiler goes out on cold mornings</title>{head}</head>
    <body {body}><h1>Boiler goes out on cold mornings</h1>
    <div class="post"><p>{QUESTION}</p></div>
    <div class="post"><p>{ANSWER}</p></div></body></html>"""


LINKED = '<script type="application/ld+json">{"@type": "%s", "name": "Boiler"}</script>'


@pytest.mark.parametrize(
    ("html", "address"),
    [
        (thread(), "https://forum.boilers.example/t/goes-out-on-cold-mornings/4711"),
        (thread(), "https://community.heat.example/threads/goes-out.99/"),
        (thread(body="id='phpbb' class='ltr'"), "https://heat.example/viewtopic.php?t=17"),
        (thread('<meta name="generator" content="vBulletin 5">'), "https://x.example/threads/12"),
        (thread(LINKED % "DiscussionForumPosting"), "https://x.example/p/99"),
        (thread(LINKED % "QAPage"), "https://x.example/ask/99"),
    ],
)
def test_a_thread_is_recognised(html: str, address: str) -> None:
    assert read(html, address).metadata.kind == "thread"


@pytest.mark.parametrize(
    "address",
    [
        "https://daily.example/topics/heating/boilers-fail",
        "https://daily.example/2026/03/forum-of-mayors",
        "https://community-news.example/2026/03/boilers",
    ],
)
def test_an_article_with_such_words_in_its_address_is_not_a_thread_or_a_product(
    address: str,
) -> None:
    assert read(thread(), address).metadata.kind is None


OFFER = '{"@type": "Product", "name": "Kettle", "offers": {"price": "39"}}'
ARTICLE = '{"@type": "NewsArticle", "headline": "A kettle that whistles"}'


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (f'<script type="application/ld+json">{OFFER}</script>', "product"),
        ('<meta property="og:type" content="product">', "product"),
        ('<meta property="product:price:amount" content="39.00">', "product"),
        (f'<script type="application/ld+json">[{OFFER}, {ARTICLE}]</script>', None),
        ('<meta property="og:type" content="article">', None),
    ],
)
def test_a_shop_page_is_recognised(head: str, kind: str | None) -> None:
    body = "".join(f"<p>{text}</p>" for text in SENTENCES)
    html = f"""<html><head><title>A kettle that whistles</title>{head}</head><body>
    <h1>A kettle that whistles</h1>{body}</body></html>"""
    assert read(html, "https://shop.example/kettles/whistling").metadata.kind == kind
