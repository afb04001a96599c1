"""Text within or above an HTML page's story that is not part of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.page import PageSource, read_page
from streams.articles.pages.reader_requests import is_request

NOW = datetime(2026, 3, 2, tzinfo=UTC)
PARAGRAPHS = (
    (
        "The canton's dairies will pay farmers six cents more for a litre of milk from April on,"
        " their association said on Friday after talks that had lasted since the autumn."
    ),
    (
        "Prices had fallen for three years, and every fourth farm in the hills above the lake has"
        " given up its cows since 2021, according to the register that the canton keeps."
    ),
    (
        "“It covers the price of feed and nothing else,” said Urs Kunz, who milks forty cows near"
        " Sursee and spoke for the farmers in the talks. “But it is a beginning.”"
    ),
    (
        "Cheese from the region goes to Germany and Italy above all; exporters fear that the higher"
        " price will cost them a tenth of what they sell there."
    ),
)
TEASER = (
    "The night train to the south will stop in Olten again from December on, and those who have"
    " booked a bed to Naples may board it there at ten past eleven, the railway said. It had left"
    " the station out of its timetable nine years ago for want of a platform that is long enough."
)


def story(*lines: str) -> str:
    inner = "".join(f"<p>{line}</p>" for line in lines)
    return f"""<html><head><title>Dairies to pay more for milk | Hill Post</title></head><body>
    <h1>Dairies to pay more for milk</h1><div class="text">{inner}</div></body></html>"""


def text_of(html: str) -> str:
    return read_page(PageSource(html, None, NOW)).text


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to our free newsletter and read the hills before breakfast.",
        "Want to know what moves the valley? Sign up for our Friday newsletter here.",
        "Please join our WhatsApp channel so that you hear of snow before it falls.",
        "Follow Hill Post on Google News and never miss a story.",
        "Abonnieren Sie unseren Newsletter und lesen Sie jeden Morgen, was wichtig wird.",
        "Inscrivez-vous à notre newsletter pour recevoir chaque matin l'essentiel.",
        "Suscríbete a nuestro boletín y recibe las noticias cada mañana.",
        "Iscriviti alla nostra newsletter per ricevere ogni mattina le notizie.",
        "Schrijf je in voor onze nieuwsbrief en lees elke ochtend het nieuws.",
        "Zapisz się na nasz newsletter i bądź na bieżąco.",
        "Подпишитесь на нашу рассылку и читайте главное каждое утро.",
        "订阅我们的邮件通讯，每天早上阅读最重要的新闻。",
    ],
)
def test_a_request_to_the_reader_within_a_story_is_not_part_of_it(line: str) -> None:
    text = text_of(story(*PARAGRAPHS[:2], line, *PARAGRAPHS[2:]))
    assert line not in text
    assert all(paragraph in text for paragraph in PARAGRAPHS)


@pytest.mark.parametrize(
    "line",
    [
        "The town's newsletter had asked people to sign up for the talks in January.",
        "Follow the river for a mile and the old mill stands on the left bank.",
        "Get up before five, the vets told farmers, and look at the udders first.",
        "“Sign up for our newsletter,” the leaflet said, and nobody did so for a year.",
        "Subscribers of the newsletter were told of the theft of their data on Monday.",
        "Join a queue in Lucerne on a Saturday and you hear four languages.",
    ],
)
def test_a_report_with_such_words_is_not_a_request(line: str) -> None:
    assert not is_request(line)


@pytest.mark.parametrize("called", ["entry-content", "post-body", "story-body", "c-lead", "teaser"])
@pytest.mark.parametrize("tag", ["div", "section", "article"])
def test_a_teaser_above_the_headline_is_not_part_of_the_story(called: str, tag: str) -> None:
    body = "".join(f"<p>{line}</p>" for line in PARAGRAPHS)
    text = text_of(
        "<html><head><title>Milk</title></head><body>"
        f"<{tag} class='{called}'><p>{TEASER}</p></{tag}>"
        f"<h1>Milk</h1><div class='x-y'>{body}</div></body></html>"
    )
    assert "night train" not in text
    assert all(paragraph in text for paragraph in PARAGRAPHS)


def test_a_standfirst_above_the_headline_stays() -> None:
    first, *rest = PARAGRAPHS
    body = "".join(f"<p>{line}</p>" for line in rest)
    text = text_of(
        f"""<html><head><title>Milk</title><meta name="description" content="{first}"></head><body>
        <article class="story-body"><p>{first}</p><h1>Milk</h1>{body}</article></body></html>"""
    )
    assert first in text
