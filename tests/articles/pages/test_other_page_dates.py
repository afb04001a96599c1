"""When an HTML page's story was published, where metas, programs' data and several times say so."""

from __future__ import annotations

import pytest

from streams.articles.page import PageSource, read_page
from tests.articles.pages.dated_page import NOW, STATED, TEXT, published


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
        ("{'pub_date': '2025-05-07'}", "2025-05-07"),
        ('{"DATEPUBLISHED" : "2025-05-07"}', "2025-05-07"),
        ('{"firstPublished": "2025-05-07", "first_published_at": "2025-05-07"}', "2025-05-07"),
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
