"""What the elements of an HTML page say about its embedded articles: whose each line is."""

from __future__ import annotations

from time import process_time

import pytest

from streams.articles.page import Page, PageSource, read_page
from tests.articles.pages.test_html_parts import (
    ADDRESS,
    MILK,
    NOW,
    SCHOOL,
    TRAIN,
    page,
    paragraphs,
)

TRAIN_TITLE, SCHOOL_TITLE = "Night train to stop in Olten again", "One school for three villages"


def read(html: str) -> Page:
    return read_page(PageSource(html, None, NOW, address=ADDRESS))


def heads(found: Page) -> list[tuple[str | None, str | None, str | None]]:
    """Title, source and time of each part."""
    return [
        (part.title, part.source, f"{part.time.time:%d %H:%M}" if part.time else None)
        for part in found.parts
    ]


EXPECTED = [
    (TRAIN_TITLE, "Reuters", "02 10:00"),
    (SCHOOL_TITLE, "Gulf News", "02 09:00"),
]
ITEMS = (
    (TRAIN_TITLE, "Reuters", TRAIN, "2 March 2026, 10:00 UTC"),
    (SCHOOL_TITLE, "Gulf News", SCHOOL, "2 March 2026, 09:00 UTC"),
)


def test_source_and_time_below_a_text_belong_to_the_element_that_it_stands_in() -> None:
    below = "".join(
        f"<figure><h3>{title}</h3>{paragraphs(text)}<span>{source}, {time}</span></figure>"
        for title, source, text, time in ITEMS
    )
    assert heads(read(page(below))) == EXPECTED


def test_a_label_below_a_text_names_its_source() -> None:
    below = "".join(
        f"<li><time datetime='2026-03-02T{10 - n}:00:00Z'>{10 - n}.00</time><h2>{title}</h2>"
        f"<div>{paragraphs(text)}</div><div>via <a href='/{n}'>{source}</a></div></li>"
        for n, (title, source, text, _) in enumerate(ITEMS)
    )
    assert heads(read(page(f"<ol>{below}</ol>"))) == EXPECTED


def test_a_summary_has_title_source_and_age_in_elements_of_its_own() -> None:
    below = "".join(
        f"<details><summary><strong>{title}</strong> <em>{source}</em> <small>{n + 2} hours ago"
        f"</small></summary>{paragraphs(text)}</details>"
        for n, (title, source, text, _) in enumerate(ITEMS)
    )
    assert heads(read(page(below))) == EXPECTED


def test_cells_with_paragraphs_are_not_put_into_one_line() -> None:
    rows = "".join(
        f"<tr><td>{source}<br>{n + 2} hours ago</td><td><b>{title}</b><br>"
        f"{' '.join(text)}</td></tr>"
        for n, (title, source, text, _) in enumerate(ITEMS)
    )
    assert heads(read(page(f"<table>{rows}</table>"))) == EXPECTED


def test_a_story_goes_on_below_the_articles_that_interrupt_it() -> None:
    title, source, text, time = ITEMS[0]
    inside = f"<aside><h4>{title}</h4><p>{source}, {time}</p>{paragraphs(text)}</aside>"
    body = f"{paragraphs(MILK[:2])}{inside}{paragraphs(MILK[2:])}"
    found = read(page("", body))
    assert found.text == "\n".join(MILK)
    assert [part.text for part in found.parts] == ["\n".join(text)]


def test_a_first_sentence_that_reads_like_a_title_is_not_one() -> None:
    title, source, text, time = ITEMS[0]
    below = (
        f"<div><p>{source}</p><p>{time}</p><p class='t'><a href='/2026/night-train'>{title}</a></p>"
        f"<div><p>Dinner in Naples? Breakfast in Rome?</p>{paragraphs(text)}</div></div>"
    )
    assert heads(read(page(below))) == EXPECTED[:1]


def test_whole_articles_may_stand_above_the_pages_own_headline() -> None:
    above = "".join(
        f"<div><p><b>{source}</b> / {n + 2} hours ago</p><h2>{title}</h2>{paragraphs(text)}</div>"
        for n, (title, source, text, _) in enumerate(ITEMS)
    )
    found = read(page("").replace("<body>", f"<body>{above}"))
    assert heads(found) == EXPECTED
    assert found.text == "\n".join(MILK)


@pytest.mark.parametrize(
    "stated",
    [
        "<link itemprop='url' href='https://railnews.example/night-train'>{}",
        "<blockquote cite='https://railnews.example/night-train'>{}</blockquote>",
        "<div><div data-permalink='https://railnews.example/night-train'>{}</div></div>",
    ],
)
def test_an_address_may_be_stated_by_any_element_around_the_text(stated: str) -> None:
    title, source, text, time = ITEMS[0]
    below = stated.format(f"<p>{source}, {time}</p>{paragraphs(text)}")
    (part,) = read(page(f"<section><h3>{title}</h3>{below}</section>")).parts
    assert part.address == "https://railnews.example/night-train"


@pytest.mark.parametrize(
    "stating",
    ["<i itemprop=name>x</i>", "<a itemprop=url href=/a>x</a>"],
)
def test_boxes_within_boxes_read_what_elements_state_in_linear_time(stating: str) -> None:
    """The attributes of all of them were read again for each box: 8 s."""
    title, text = "Night train number {} to stop in Olten again", " ".join(TRAIN)
    boxes = [
        f"<div><h2>{title.format(n)}</h2><p>Reuters</p><p>2 hours ago</p><p>{text}</p>"
        for n in range(300)
    ]
    assert read(page("".join(boxes[:2]))).text  # compiles
    started = process_time()
    assert read(page("".join([*boxes, stating * 15_000]))).text
    assert process_time() - started < 2
