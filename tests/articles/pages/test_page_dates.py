"""When an HTML page's story was published: by the dates near its headline and in its address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.page import PageSource, read_page
from streams.articles.pages.page_date import in_address

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = """<p>The council voted on Tuesday to rebuild the old pier, after two years of argument over
who should pay for it.</p><p>Work is to begin in May and last eleven months, and fishing boats will
use the inner basin until then.</p><p>The state pays two thirds of the cost, and wants the oak
for its museum.</p>"""
STATED = '{"@type": "Article", "headline": "Pier to be rebuilt", "datePublished": "Nov 05, 2025"}'


def published(head: str, body: str) -> str | None:
    html = f"<html><head><title>Pier to be rebuilt</title>{head}</head><body>{body}</body></html>"
    return read_page(PageSource(html, None, NOW)).metadata.published


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


def test_parse_ly_s_fields_may_stand_in_one_meta() -> None:
    head = """<meta name="parsely-page" content='{"title": "Pier to be rebuilt",
    "pub_date": "2025-09-04T06:30:00Z", "section": "Coast", "authors": ["Ana Berg", "Bo Chen"]}'>"""
    html = f"<html><head><title>Pier</title>{head}</head><body><h1>Pier</h1>{TEXT}</body></html>"
    found = read_page(PageSource(html, None, NOW)).metadata
    assert (found.published, found.byline) == ("2025-09-04T06:30:00Z", "Ana Berg, Bo Chen")


def test_json_ld_may_stand_in_a_meta() -> None:
    stated = STATED.replace('"', "&quot;").replace("Nov 05, 2025", "2025-09-04T06:30:00Z")
    head = f'<meta name="script:ld+json" content="{stated}">'
    assert published(head, f"<h1>Pier to be rebuilt</h1>{TEXT}") == "2025-09-04T06:30:00Z"


@pytest.mark.parametrize("content", ["{", '{"a": 1}', '{"authors": [1, null]}', "{}", "[1]"])
def test_a_meta_of_other_json_says_nothing(content: str) -> None:
    head = f"<meta name='parsely-page' content='{content}'>"
    assert published(head, f"<h1>Pier to be rebuilt</h1>{TEXT}") is None


def test_a_day_without_its_hour_gets_it_from_a_time_of_the_page() -> None:
    head = '<meta property="article:published_time" content="2025-05-07">'
    stamp = '<time datetime="2025-05-0{}T16:20:00Z">May</time>'
    for day, time in ((7, "2025-05-07T16:20:00Z"), (9, "2025-05-07")):
        assert published(head, f"<h1>Pier</h1>{stamp.format(day)}{TEXT}") == time


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("Thứ năm, 7/5/2025, 16:20 (GMT+7)", None),
        ("Thứ tư, 17/5/2025, 16:20 (GMT+7)", "2025-05-17T09:20:00Z"),
        ("17.05.2025 16:20 UTC-03:30", "2025-05-17T19:50:00Z"),
        ("2025-05-17T16:20:00+02:00", "2025-05-17T14:20:00Z"),
        ("17.05.2025 16:20-17:30", "2025-05-17T16:20:00Z"),
        ("17 พ.ค. 2568 16:20 น.", "2025-05-17T16:20:00Z"),
    ],
)
def test_a_printed_time_is_in_the_zone_that_it_names(line: str, time: str | None) -> None:
    assert published("", f"<h1>Pier to be rebuilt</h1><p>{line}</p>{TEXT}") == time


@pytest.mark.parametrize(
    ("state", "time"),
    [
        ('{"story": {"publishedAt": "2025-05-07T16:20:00Z"}}', "2025-05-07T16:20:00Z"),
        (r'"{\"published_date\": \"2025-05-07\"}"', "2025-05-07"),
        ('[{"publishedAt": "2025-05-07"}, {"publishedAt": "2025-05-06"}]', None),
        ('{"updatedAt": "2025-05-07"}', None),
    ],
)
def test_a_program_s_data_name_the_day_if_they_name_only_one(state: str, time: str | None) -> None:
    script = f"<script>window.state = {state}</script>"
    assert published("", f"<h1>Pier to be rebuilt</h1>{TEXT}{script}") == time


def test_a_printed_date_below_the_headline_counts_before_a_time_elsewhere() -> None:
    elsewhere = '<aside><h3>Related</h3><time datetime="2024-01-03">Jan 3</time></aside>'
    filler = "".join(f"<p>{line}</p>" for line in ["The pier is old.", "It is of oak."] * 6)
    body = f"<h1>Pier to be rebuilt</h1>{{}}{TEXT}{filler}{elsewhere}"
    assert published("", body.format("<p>May 7, 2025</p>")) == "2025-05-07T00:00:00Z"
    assert published("", body.format("")) == "2024-01-03"


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("٧ مايو ٢٠٢٥ - ٤:٢٠ مساءً", "2025-05-07T16:20:00Z"),
        ("۷ مه ۲۰۲۵، ۱۶:۲۰", "2025-05-07T16:20:00Z"),
        ("প্রকাশ: ০৭ মে ২০২৫, ১৬:২০", "2025-05-07T16:20:00Z"),
        ("प्रकाशित: सोमवार, 7 मई 2025, 10:15 पूर्वाह्न", "2025-05-07T10:15:00Z"),
        ("7. svibnja 2025. u 16:20", "2025-05-07T16:20:00Z"),
    ],
)
def test_a_printed_date_may_have_the_digits_of_any_script(line: str, time: str) -> None:
    assert published("", f"<h1>Pier to be rebuilt</h1><p>{line}</p>{TEXT}") == time


def test_another_time_of_the_page_says_which_number_is_the_month() -> None:
    stamp = '<time datetime="02-12-2025">02-12-2025</time>'
    filler = "".join(f"<p>{line}</p>" for line in ["The pier is old.", "It is of oak."] * 6)
    listed = "".join(f'<time datetime="{day}">x</time>' for day in ("2025-12-02", "2024-05-01"))
    body = f"<h1>Pier to be rebuilt</h1>{stamp}{TEXT}{filler}<aside><h3>Posts</h3>"
    assert published("", f"{body}{listed}</aside>") == "2025-12-02"
    assert published("", f"{body}</aside>") is None


def test_the_attribute_of_a_time_counts_before_its_text() -> None:
    stamp = '<time datetime="2024-12-20">August 28, 2024</time>'
    assert published("", f"<h1>Pier to be rebuilt</h1>{stamp}{TEXT}") == "2024-12-20"


def test_the_day_in_the_address_counts_before_a_printed_one() -> None:
    html = f"<html><title>Pier</title><h1>Pier</h1><p>May 9, 2025</p>{TEXT}</html>"
    address = "https://paper.example/2025/05/07/pier"
    page = read_page(PageSource(html, None, NOW, address=address))
    assert page.metadata.published == "2025-05-07"
