"""Which lines of a page belong to its own story, and which one is its title."""

from __future__ import annotations

import pytest

from streams.articles.page import PageSource, read_page
from tests.articles.pages.dated_page import NOW, TEXT
from tests.articles.pages.test_reading import FERRIES, OTTERS, STORY, TITLE, read

OTHERS = [
    ("Ferry crews end their strike", "Crews on the northern islands went back to work on Friday."),
    ("Otters get a vaccine", "Divers rise beneath the animals and the others hold the net."),
    (
        "Wheat prices fall again",
        "Traders in Paris said that the harvest had been larger than ever.",
    ),
    ("A museum of salt opens", "Visitors can walk through the tunnels that miners dug by hand."),
]


def test_key_points_are_not_the_title_and_the_sentences_they_repeat_stay() -> None:
    told = [*STORY[:2], FERRIES, STORY[2], OTTERS, STORY[3]]
    points = [f"• {STORY[1]}", f"• {STORY[3]}"]
    page = read("Menu", TITLE, "Published Mar 2, 2026 9:00 AM", "KEY POINTS", *points, "", *told)
    assert page.title == TITLE
    assert page.text == "\n".join(told)


@pytest.mark.parametrize(
    "date",
    ["12 de março de 2026 às 09h15", "12 de março de 2026", "Jueves, 12 de marzo de 2026"],
)
def test_a_date_of_four_words_is_no_title(date: str) -> None:
    told = [
        (
            "Um forte terremoto abalou na madrugada de quinta-feira a costa turca, matando pelo "
            "menos 23 pessoas e ferindo 150, disse o governador Ahmet Demir."
        ),
        (
            "O abalo ocorreu antes do amanhecer e teve magnitude 5,8, segundo o observatório. Foi "
            "sentido até em Atenas e em várias ilhas gregas."
        ),
        (
            "Equipes de resgate procuravam com cães nos escombros de um prédio de sete andares "
            "onde viviam 40 famílias."
        ),
    ]
    title = "Sismo: balanço sobe para 23"
    page = read(title, "Ana Berg", date, "Compartilhar", *told, "Mais lidas", "1. Forte sismo")
    assert (page.title, page.text) == (title, "\n".join(told))


def test_first_sentences_of_other_stories_below_their_heading_are_not_part_of_the_story() -> None:
    rows = [row for title, sentence in OTHERS for row in (title, sentence)]
    page = read("Menu", TITLE, *STORY, FERRIES, "Trending now", *rows, "Privacy policy")
    assert page.text == "\n".join([*STORY, FERRIES])


def test_a_story_goes_on_below_a_box_of_other_stories() -> None:
    page = read("Menu", TITLE, *STORY, "Related", OTHERS[0][0], FERRIES, OTTERS, "Share")
    assert page.text.startswith("\n".join(STORY))
    assert page.text.endswith(f"{FERRIES}\n{OTTERS}")


def test_entries_of_a_live_blog_are_read_across_their_times_and_buttons() -> None:
    told = [f"{text} {OTTERS[:149]}" for text in (*STORY, FERRIES)]
    entries = [row for n, text in enumerate(told) for row in (f"1{n}:40 GMT", text, "Share")]
    page = read(f"Live: {TITLE}", TITLE, "9,120 people reading", *entries, "Top stories", "Privacy")
    assert page.title == TITLE
    assert page.text == "\n".join(told)


def test_a_paragraph_below_an_advertisement_belongs_to_the_story() -> None:
    page = read("Menu", TITLE, *STORY[:3], "Advertisement", STORY[3], "Share", "Related", TITLE)
    assert page.text == "\n".join(STORY)


def test_a_heading_of_comments_below_the_last_paragraph_is_not_part_of_the_story() -> None:
    said = [
        row
        for name, text in (
            ("thelastfan", "The crews had every right to strike and I said so at the time."),
            ("joetoronto", "It is time to come to grips with reality, it is over yet again."),
            ("v2787", "Whatever you think of them, they kept the islands supplied all winter."),
            ("margoadams", "Nine days without a boat and nobody in the capital noticed, right?"),
        )
        for row in (f"{name} says:", "November 19, 2025 at 6:44 am", text, "Report comment")
    ]
    page = read("Menu", TITLE, *STORY, "Share", "4 responses to this story", *said, "Privacy")
    assert page.text == "\n".join(STORY)


@pytest.mark.parametrize(
    "story",
    [
        f'<a name="top"><h1>Pier to be rebuilt</h1>{TEXT}',
        f'<h1>Pier to be rebuilt</h1><a name="story">{TEXT}',
        f"<h1>Pier to be rebuilt</h1>{TEXT.replace('<p>', '<p><a name=p>')}",
        f"<h1>Pier to be rebuilt</h1>{TEXT.replace('<p>', '<p><svg/>')}<svg></svg>",
        f"<!---><h1>Pier to be rebuilt</h1>{TEXT}<!-- end -->",
        f"<h1>Pier to be rebuilt</h1><!-- ad --!>{TEXT}<!-- end -->",
    ],
)
def test_old_markup_around_a_story_costs_none_of_it(story: str) -> None:
    links = "<ul><li><a href=/>Home</a><li><a href=/news>News</a></ul>"
    html = f"<html><head><title>Pier to be rebuilt</title></head><body>{links}{story}</body></html>"
    told = read_page(PageSource(html, None, NOW)).text
    assert told.startswith("The council voted on Tuesday")
    assert told.endswith("for its museum.")


NEXT = f"<p>{FERRIES}</p><p>{OTTERS}</p>"


def told_of(body: str) -> str:
    html = f"<html><head><title>Pier to be rebuilt</title></head><body>{body}</body></html>"
    return read_page(PageSource(html, None, NOW)).text


@pytest.mark.parametrize("head", ["", "<p>Islands</p>", "<p>Islands</p><p>By Ana Berg</p>"])
def test_the_article_that_a_page_goes_on_with_is_not_part_of_its_story(head: str) -> None:
    own = f"<article><h1>Pier to be rebuilt</h1>{TEXT}</article>"
    told = told_of(f"{own}<article>{head}<h1>Ferry crews end their strike</h1>{NEXT}</article>")
    assert told.startswith("The council voted on Tuesday")
    assert told.endswith("for its museum.")


def test_a_short_story_and_one_whose_articles_have_no_headline_go_on_in_the_next() -> None:
    short = (
        "<article><h1>Pier to be rebuilt</h1><p>The council voted on it on Tuesday.</p></article>"
    )
    told = told_of(f"{short}<article><h1>How the vote went</h1>{TEXT}</article>")
    assert told.endswith("for its museum.")
    own = f"<article><h1>Pier to be rebuilt</h1>{TEXT}</article>"
    assert FERRIES in told_of(f"{own}<article>{NEXT}</article>")
