"""When an HTML page's story was published: by the dates near its headline and in its address."""

from __future__ import annotations

import pytest

from streams.articles.page import PageSource, read_page
from streams.articles.pages.page_date import in_address
from tests.articles.pages.dated_page import NOW, STATED, TEXT, published


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://paper.example/world/2026/mar/02/pier", "2026-03-02"),
        ("https://paper.example/blog/2025/october/3/pier", "2025-10-03"),
        ("https://paper.example/2026/03/02/pier", "2026-03-02"),
        ("https://paper.example/2026/maritime/02/pier", None),
        ("https://paper.example/2026/feb/31/pier", None),
    ],
)
def test_an_address_may_name_the_day(address: str, day: str | None) -> None:
    assert in_address(address) == day


def test_a_date_near_the_headline_counts_more_than_a_site_builder_s() -> None:
    script = f'<script type="application/ld+json">{STATED}</script>'
    below = f"<h1>Pier to be rebuilt</h1><p>April 26, 2023</p>{TEXT}"
    assert published(script, below) == "2023-04-26T00:00:00Z"
    assert published(script, f"<h1>Pier to be rebuilt</h1>{TEXT}") == "Nov 05, 2025"


def test_a_date_below_a_heading_far_above_the_text_is_found() -> None:
    between = "".join(f"<div>Button {n}</div>" for n in "abcdefghijkl")
    body = f"<h1>All about piers</h1><div>3 October 2025</div>{between}{TEXT}"
    assert published("", body) == "2025-10-03T00:00:00Z"


def test_a_date_a_few_lines_below_the_text_is_found() -> None:
    body = f"<h1>Pier to be rebuilt</h1>{TEXT}<div>Share</div><div>Mail</div><div>Print</div>"
    assert published("", f"{body}<div>Ana Berg</div><div>April 8, 2024</div>") is not None


TICKER = """<div class="ticker"><a href="/a">Ferry fares to rise</a>
<time datetime="2026-03-01T12:00:00Z">1 March 2026</time></div>"""


def test_a_time_below_the_headline_counts_more_than_a_ticker_s_above_it() -> None:
    own = '<time datetime="2025-10-03T08:00:00Z">3 October 2025</time>'
    below = f"{TICKER}<h1>Pier to be rebuilt</h1>{own}{TEXT}"
    assert published("", below) == "2025-10-03T08:00:00Z"


def test_a_date_below_the_headline_counts_more_than_today_s_above_it() -> None:
    today = '<p class="todays-date">Monday, March 2, 2026</p>'
    below = f"{today}<h1>Pier to be rebuilt</h1><p>By the editors</p><p>12.12.2025</p>{TEXT}"
    assert published("", below) == "2025-12-12T00:00:00Z"


@pytest.mark.parametrize("label", ["Last update:", "Updated", "Last modified"])
def test_a_label_on_its_own_line_makes_the_next_date_an_update(label: str) -> None:
    script = f'<script type="application/ld+json">{STATED}</script>'
    below = f"<h1>Pier to be rebuilt</h1><div>{label}</div><div>January 16, 2026</div>{TEXT}"
    assert published(script, below) == "Nov 05, 2025"


def test_a_date_below_the_text_is_not_the_publication_if_the_headline_has_an_update() -> None:
    below = f"<h1>Pier to be rebuilt</h1><p>Last modified: 8 August 2023</p>{TEXT}"
    others = "<div>All posts</div><div>February 5, 2026</div><div>Ferry fares to rise</div>"
    assert published("", below + others) == "2023-08-08T00:00:00Z"


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("August 13, 2025", "2025-08-13T00:00:00Z"),
        ("February 20, 2026", "2026-02-20T12:28:31Z"),  # the day that is stated
        ("", "2026-02-20T12:28:31Z"),
    ],
)
def test_a_publication_stated_as_the_last_change_gives_way_to_an_earlier_printed_one(
    printed: str, expected: str
) -> None:
    when = "2026-02-20T12:28:31Z"
    head = "".join(
        f'<meta property="article:{name}_time" content="{when}">'
        for name in ("published", "modified")
    )
    body = f"<h1>Pier to be rebuilt</h1><p>{printed}</p>{TEXT}"
    assert published(head, body) == expected


PUBLISHED = '<meta property="article:published_time" content="2026-02-20T12:00:00Z">'


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("<p>December 30, 2013</p>", "2013-12-30T00:00:00Z"),
        ("<div>On 8 Feb 2026</div>", "2026-02-08T00:00:00Z"),
        ("<div>Updated February 8, 2026</div>", "2026-02-20T12:00:00Z"),
        ("<div>Last updated</div><div>February 8, 2026</div>", "2026-02-20T12:00:00Z"),
        ("<div>February 19, 2026</div>", "2026-02-20T12:00:00Z"),  # a zone may be a day
        ("<div>The mill was closed on 8 Feb 2024</div>", "2026-02-20T12:00:00Z"),
        ("<div>January 1, 1970</div>", "2026-02-20T12:00:00Z"),
    ],
)
def test_a_date_by_itself_below_the_headline_is_older_than_the_system_that_states_another(
    printed: str, time: str
) -> None:
    assert published(PUBLISHED, f"<h1>Pier to be rebuilt</h1>{printed}{TEXT}") == time


def test_a_date_may_stand_below_a_standfirst() -> None:
    standfirst = "<p>What the council wants, what it costs, and who will pay for it at last.</p>"
    lines = "<div>Ana Berg</div><div>7 min read</div><div>Dec 30, 2013</div>"
    body = f"<h1>Pier to be rebuilt</h1>{standfirst}{lines}{TEXT}"
    assert published(PUBLISHED, body) == "2013-12-30T00:00:00Z"


def test_one_clock_in_two_zones_is_no_publication_but_the_last_change() -> None:
    head = (
        '<meta name="dc.date" content="2024-07-05T14:20:08Z">'
        '<meta property="og:updated_time" content="2024-07-05T14:20:08-04:00">'
    )
    body = f'<h1>Pier to be rebuilt</h1><time datetime="2024-03-01">March 1, 2024</time>{TEXT}'
    assert published(head, body) == "2024-03-01T00:00:00Z"


def test_the_headline_is_the_heading_and_not_its_line_in_a_table_of_contents() -> None:
    contents = "".join(f"<div>{line}</div>" for line in ("Contents", *"abcdefghijklm"))
    listed = f"{contents}<div>Pier to be rebuilt</div><div>New comments since 4 March 2026</div>"
    body = f"<h1>Pier to be rebuilt</h1><div>8 February 2026</div>{listed}{TEXT}"
    assert published("", body) == "2026-02-08T00:00:00Z"


@pytest.mark.parametrize(
    ("printed", "time"),
    [
        ("2026年3月2日 10時15分", "2026-03-02T10:15:00Z"),
        ("2026. 3. 2. 10:15", "2026-03-02T10:15:00Z"),
    ],
)
def test_a_clock_may_be_written_in_characters_and_a_date_with_blanks(
    printed: str, time: str
) -> None:
    assert published("", f"<h1>Pier to be rebuilt</h1><div>{printed}</div>{TEXT}") == time


def test_json_ld_may_state_a_time_as_a_number() -> None:
    stated = (
        '{"@type": "Article", "headline": "Pier to be rebuilt", "datePublished": 1772445600000}'
    )
    script = f'<script type="application/ld+json">{stated}</script>'
    assert published(script, f"<h1>Pier to be rebuilt</h1>{TEXT}") == "1772445600000"


def test_a_logo_is_no_headline_whatever_article_its_name_has() -> None:
    html = (
        "<html><head><title>Pier to be rebuilt - The Coast</title></head><body>"
        f"<header><h1>The Coast</h1></header><h2>Pier to be rebuilt</h2>{TEXT}</body></html>"
    )
    page = read_page(PageSource(html, None, NOW, address="https://coast.example/pier"))
    assert page.metadata.title == "Pier to be rebuilt"


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("3 p.m. ET, March 12, 2025", "2025-03-12T19:00:00Z"),
        ("2. Mai 2025, 9 Uhr", "2025-05-02T09:00:00Z"),
        ("7 मई 2025, 4:20 अपराह्न", "2025-05-07T16:20:00Z"),
    ],
)
def test_a_line_that_is_a_time_as_a_whole_is_read_to_the_minute(line: str, time: str) -> None:
    assert published("", f"<h1>Pier to be rebuilt</h1><p>{line}</p>{TEXT}") == time


@pytest.mark.parametrize(
    "sentence",
    [
        "This article was originally published on 26 Sep 2019 at 4:12pm but is kept up to date.",
        "First published on Thu 26 Sep 2019 16.12 GMT",
        "Dieser Text wurde erstmals veröffentlicht am 26.09.2019, 16:12 Uhr.",
    ],
)
def test_the_first_publication_counts_wherever_the_page_names_it(sentence: str) -> None:
    head = '<meta property="article:published_time" content="2025-11-05T10:00:00Z">'
    for body in (f"<p>{sentence}</p>{TEXT}", f"{TEXT}<p>{sentence}</p>"):
        assert published(head, f"<h1>Pier to be rebuilt</h1>{body}") == "2019-09-26T16:12:00Z"


def test_another_paper_s_publication_without_a_date_is_none() -> None:
    head = '<meta property="article:published_time" content="2025-11-05T10:00:00Z">'
    note = "<p>This story was originally published by the Arden Post, not on 2 May 2019.</p>"
    assert published(head, f"<h1>Pier to be rebuilt</h1>{TEXT}{note}") == "2025-11-05T10:00:00Z"


@pytest.mark.parametrize(
    ("language", "day"),
    [
        ("fr", "2025-03-02T10:15:00Z"),
        ("pt-BR", "2025-03-02T10:15:00Z"),
        ("es_MX", "2025-03-02T10:15:00Z"),
        ("en-GB", "2025-03-02T10:15:00Z"),
        ("es-US", None),
        ("en-US", None),
        ("en", None),
        ("ja", None),
    ],
)
def test_the_page_s_language_says_whether_a_date_begins_with_the_day(
    language: str, day: str | None
) -> None:
    html = (
        f'<html lang="{language}"><head><title>Pier to be rebuilt</title></head><body>'
        f"<h1>Pier to be rebuilt</h1><p>02/03/2025 10:15</p>{TEXT}</body></html>"
    )
    assert read_page(PageSource(html, None, NOW)).metadata.published == day
