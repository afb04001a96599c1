"""Articles embedded in an HTML page beside its own: found whole, with their own address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.normalise import decode_chunk, normalise_chunk
from streams.articles.page import PageSource, read_page
from tests.articles.records import FakeRecord, raw

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDRESS = "https://hillpost.example/2026/03/milk"
MILK = (
    (
        "The canton's dairies will pay farmers six cents more for a litre of milk from April"
        " on, their association said on Friday after talks that had lasted since the autumn."
    ),
    (
        "Prices had fallen for three years, and every fourth farm in the hills above the lake"
        " has given up its cows since 2021, according to the register that the canton keeps."
    ),
    (
        "Cheese from the region goes to Germany and Italy above all; exporters fear that the"
        " higher price will cost them a tenth of what they sell there."
    ),
)
TRAIN = (
    (
        "The night train to the south will stop in Olten again from December on, the railway"
        " said on Monday. It had left the station out of its timetable nine years ago for want"
        " of a platform that is long enough."
    ),
    (
        "Those who have booked a bed to Naples may board it there at ten past eleven. The town"
        " had offered to pay half of the new platform, which costs four million francs, and the"
        " railway had refused twice."
    ),
    "Bicycles are carried for free until the end of next year; dogs need a ticket of their own.",
)
SCHOOL = (
    (
        "Three villages in the valley will share one school from August, after their parents"
        " voted for it by 214 to 96 on Sunday. The smallest of the three had eleven pupils left"
        " in four classes."
    ),
    (
        "A bus will fetch the children at ten to seven. The empty schoolhouses are to become"
        " flats, and the councils hope that families with children will move into them before"
        " long."
    ),
    "Teachers keep their posts, the head of the district's schools said after the count.",
)


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(below: str, body: str = paragraphs(MILK)) -> str:
    return f"""<html lang="en"><head><title>Dairies to pay more for milk | Hill Post</title>
    <meta property="og:site_name" content="Hill Post"></head><body>
    <h1>Dairies to pay more for milk</h1><div class="text">{body}</div>{below}</body></html>"""


CARD = """<div class="{box}"><h3><a href="{href}">{title}</a></h3>
<span class="who">{who}</span> <time datetime="{when}">{printed}</time>{text}</div>"""
TWO = [
    CARD.format(
        box="b-1",
        href="https://www.railnews.example/olten/night-train?utm_source=hill",
        title="Night train to stop in Olten again",
        who="Rail News",
        when="2026-03-02T09:30:00+01:00",
        printed="3 hours ago",
        text=paragraphs(TRAIN),
    ),
    CARD.format(
        box="b-1",
        href="/2026/02/one-school-for-three-villages",
        title="One school for three villages in the valley",
        who="",
        when="2026-02-27",
        printed="27 February 2026",
        text=paragraphs(SCHOOL),
    ),
]


def test_cards_with_whole_texts_are_separate_articles() -> None:
    found = read_page(PageSource(page("<h2>More</h2>" + "".join(TWO)), None, NOW, address=ADDRESS))
    assert found.text == "\n".join(MILK)
    train, school = found.parts
    assert train.text == "\n".join(TRAIN)
    assert (train.title, train.source) == ("Night train to stop in Olten again", "Rail News")
    assert train.address == "https://www.railnews.example/olten/night-train?utm_source=hill"
    assert train.time is not None
    assert (train.time.time.isoformat(), train.time.precision_seconds) == (
        "2026-03-02T08:30:00+00:00",
        1,
    )
    assert school.text == "\n".join(SCHOOL)
    assert school.time is not None
    assert school.time.precision_seconds == 86_400


def test_a_part_has_its_own_address_and_publisher() -> None:
    event = raw(id="1", url=ADDRESS, html=page("<h2>More</h2>" + "".join(TWO)))
    records = [FakeRecord(event)]
    decoded = decode_chunk(records, 1_000_000)
    chunk = normalise_chunk(records, decoded, [read_page(source) for _, source in decoded.pages])
    own, train, school = chunk.articles
    assert own["parts"] == 2
    assert train["canonical_url"] == "https://railnews.example/olten/night-train"
    assert train["source"] == "Rail News"
    assert train["url"] == ADDRESS
    assert (
        school["canonical_url"] == "https://hillpost.example/2026/02/one-school-for-three-villages"
    )
    assert school["source"] == own["source"] == "hillpost.example"
    assert {train["parent_id"], school["parent_id"]} == {own["article_id"]}


def test_an_endless_scroll_is_several_articles() -> None:
    more = "".join(
        f"""<article><h1>{title}</h1><p class="by">By {name}</p>
        <time datetime="2026-03-01T{hour}:00:00Z">1 March</time>{paragraphs(text)}</article>"""
        for title, name, hour, text in (
            ("Night train to stop in Olten again", "Eva Moser", "08", TRAIN),
            ("One school for three villages in the valley", "Jan Huber", "07", SCHOOL),
        )
    )
    first = f"<article><h1>Dairies to pay more for milk</h1>{paragraphs(MILK)}</article>"
    head = "<head><title>Dairies to pay more for milk</title></head>"
    html = f"<html>{head}<body>{first}{more}</body></html>"
    found = read_page(PageSource(html, None, NOW, address=ADDRESS))
    assert found.text == "\n".join(MILK)
    assert [part.text for part in found.parts] == ["\n".join(TRAIN), "\n".join(SCHOOL)]
    assert [part.byline for part in found.parts] == ["Eva Moser", "Jan Huber"]


def test_a_repeat_of_the_pages_own_story_is_a_part() -> None:
    again = CARD.format(
        box="x", href="https://milkpaper.example/news/dairies-to-pay", who="Milk Paper",
        title="Dairies to pay more for milk", when="2026-03-02T07:00:00Z", printed="5 hours ago",
        text=paragraphs(MILK),
    )  # fmt: skip
    found = read_page(PageSource(page(f"<h2>Related</h2>{again}"), None, NOW, address=ADDRESS))
    assert found.text == "\n".join(MILK)
    (part,) = found.parts
    assert part.text == found.text
    assert part.source == "Milk Paper"


@pytest.mark.parametrize(
    "below",
    [
        # teasers
        "".join(
            f"<div class='card'><h3><a href='https://railnews.example/olten-{n}'>Night train to "
            f"stop"
            f" in Olten again</a></h3><time datetime='2026-03-02'>2 March</time><p>{TRAIN[2]}"
            f"</p></div>"
            for n in range(4)
        ),
        # readers
        "<section id='comments'><h2>2 comments</h2>"
        + "".join(
            f"<div class='comment'><h4>Ann from the valley wrote</h4><time>3 hours ago</time>"
            f"{paragraphs(text)}</div>"
            for text in (TRAIN, SCHOOL)
        )
        + "</section>",
        # sections of the page's own story
        (
            f"<h2>What the farmers said on 1 March 2026</h2>{paragraphs(TRAIN)}"
            f"<h2>How it began in 2019 in the hills</h2>{paragraphs(SCHOOL)}"
        ),
    ],
)
def test_teasers_comments_and_sections_are_not_articles(below: str) -> None:
    assert read_page(PageSource(page(below), None, NOW, address=ADDRESS)).parts == ()
