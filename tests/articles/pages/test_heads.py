"""Where pages print an embedded article's source and time: below it, or run together."""

from __future__ import annotations

from tests.articles.pages.test_reading import FERRIES, OTTERS, STORY, TITLE, read


def test_a_labelled_source_below_each_text_is_that_text_s() -> None:
    rows = [
        "12:40 | 27.02.2026",
        "Otters get a vaccine on the coast",
        OTTERS,
        "Source: Gulf News",
        "",
    ]
    rows += ["11:05 | 27.02.2026", "Ferry crews end their strike", FERRIES, "Source: bbc.co.uk", ""]
    page = read(TITLE, *STORY, "", "Latest news", *rows, "All news")
    assert [part.source for part in page.parts] == ["Gulf News", "bbc.co.uk"]


def test_a_labelled_source_above_each_title_is_the_text_s_below() -> None:
    rows = ["Source: Gulf News", "Otters get a vaccine on the coast", "27.02.2026", OTTERS, ""]
    rows += ["Source: BBC News", "Ferry crews end their strike", "27.02.2026", FERRIES, ""]
    page = read(TITLE, *STORY, "", "More stories", *rows, "All news")
    assert [part.source for part in page.parts] == ["Gulf News", "BBC News"]


def test_a_source_and_a_day_glued_to_it_open_an_article() -> None:
    rows = ["CNNFeb 27", "Otters get a vaccine on the coast", OTTERS, "12 CommentsLikeShare"]
    (part,) = read(TITLE, *STORY, "Up Next", *rows, "Privacy").parts
    assert (part.title, part.source) == ("Otters get a vaccine on the coast", "CNN")
    assert part.time is not None
