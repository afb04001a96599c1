"""Plain-text pages are taken apart: the story, what surrounds it, and embedded articles."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.articles.outlets import outlets
from streams.articles.pages.reading import LineClass, TextPage, explained_lines, read_text_page
from streams.articles.pages.recognise import is_page

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TITLE = "Old bridge over the Aare to be rebuilt"
STORY = [
    "The council decided on Monday evening to rebuild the old bridge over the river Aare.",
    "It has been closed to all traffic since the flood in April, and the work begins in autumn.",
    "“We have waited long enough,” said mayor Vera Amsler after the vote of the council.",
    "The canton pays two thirds of the costs, which are put at nine million francs.",
]
FERRIES = (
    "Ferry crews on the northern islands ended a strike of nine days on Friday. They accepted a"
    " rise of four per cent, after talks that had lasted all night. The boats sail again from"
    " Sunday morning, the company said, and the first are booked out. More than three thousand"
    " passengers had been waiting in the harbours of both islands since the strike began."
)
OTTERS = (
    "Biologists have begun to vaccinate sea otters along the coast. The virus most likely came from"
    " raccoons that raid the same mussels. Catching an otter takes patience, says the team's"
    " leader: divers rise beneath a sleeping animal, and the others hold the net. Beachgoers are"
    " asked to keep their dogs on a leash, and to report animals that look weak or lost."
)


def read(*lines: str, title: str | None = None) -> TextPage:
    return read_text_page("\n".join(lines), NOW, outlets(), title)


def test_a_page_with_everything_twice_is_taken_apart() -> None:
    own = " ".join(STORY)
    page = read(
        "logo", TITLE, TITLE, *STORY, "Stay informed with our newsletter", "Comments",
        "No comments yet...", "Related Articles",
        "Island ferry crews end strike", "Island ferry crews end strike", "Business Recorder",
        "time36 minutes ago", "• Business Recorder", "Island ferry crews end strike",
        f"LONDON: {FERRIES}",
        TITLE, TITLE, "Gulf News", "time4 hours ago", "• Gulf News", TITLE, own,
        "Download our app for the latest news", "Google Play", "App Store",
    )  # fmt: skip
    assert (page.text, page.title) == ("\n".join(STORY), TITLE)
    first, second = page.parts
    assert (first.title, first.source, first.text) == (
        "Island ferry crews end strike",
        "Business Recorder",
        f"LONDON: {FERRIES}",
    )
    assert (second.title, second.source, second.text) == (TITLE, "Gulf News", own)
    assert first.time is not None
    assert first.time.time == datetime(2026, 3, 2, 11, 24, tzinfo=UTC)
    assert first.time.precision_seconds == 60
    assert second.time is not None
    assert second.time.precision_seconds == 3600


@pytest.mark.parametrize(
    "head",
    [
        ["Otters get a vaccine on the coast", "Gulf News · 3h ago"],
        ["Gulf News | 3 hours ago", "Otters get a vaccine on the coast"],
        ["### Otters get a vaccine on the coast", "", "*Gulf News* — 3 hours ago", ""],
        ["2. Otters get a vaccine on the coast", "Source: Gulf News", "Published 3 hours ago"],
        ["-----", "Gulf News", "Otters get a vaccine on the coast", "3 hours ago"],
        ["Otters get a vaccine on the coast", "by Gulf News", "3 hours ago"],
        ["**Otters get a vaccine on the coast** (Gulf News, 3 hours ago)", ""],
        ["Otters get a vaccine on the coast", "Gulf News, March 2, 2026 09:00 GMT"],
        ["Otters get a vaccine on the coast", "Gulf News – vor 3 Stunden"],
        ["Gulf News", "hace 3 horas", "Otters get a vaccine on the coast"],
        ["Otters get a vaccine on the coast", "Gulf News", "3小时前"],
        ["Otters get a vaccine on the coast", "By Gulf News | Mar 2, 2026, 4:00 AM ET"],
        [
            "Otters get a vaccine on the coast",
            "March 2 2026 4:00 AM EST2026-03-02 09:00:00 GMT",
            "(Source: Gulf News)",
        ],
        ["Otters get a vaccine on the coast", "vor 3 Stunden | Quelle: Gulf News"],
        ["• Otters get a vaccine on the coast (via Gulf News, 3 hours ago)"],
    ],
)
def test_an_embedded_article_is_known_by_what_stands_above_it(head: list[str]) -> None:
    page = read(TITLE, *STORY, "Related", *head, OTTERS)
    assert page.text == "\n".join(STORY)
    (part,) = page.parts
    assert (part.title, part.source, part.text) == (
        "Otters get a vaccine on the coast",
        "Gulf News",
        OTTERS,
    )
    assert part.time is not None
    assert part.time.time == datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_a_bullet_before_title_source_and_date_in_one_line_opens_an_article() -> None:
    rows = ["• Otters get a vaccine on the coast — Gulf News, Feb 27, 2026", OTTERS]
    (part,) = read(TITLE, *STORY, "", *rows).parts
    assert (part.title, part.source, part.text) == (
        "Otters get a vaccine on the coast",
        "Gulf News",
        OTTERS,
    )


@pytest.mark.parametrize(
    ("row", "title", "source"),
    [
        ("A vaccine for otters - but no cure (via The Associated Press, 3 hours ago)",
         "A vaccine for otters - but no cure", "The Associated Press"),
        ("Otters get a vaccine - vet minister — Gulf News, 3h ago",
         "Otters get a vaccine - vet minister", "Gulf News"),
        ("Otters get a vaccine | USA Today | 2026/02/27", "Otters get a vaccine", "USA Today"),
    ],
)  # fmt: skip
def test_a_title_keeps_its_dash_where_its_line_names_source_and_time(
    row: str, title: str, source: str
) -> None:
    (part,) = read(TITLE, *STORY, "Related", row, OTTERS).parts
    assert (part.title, part.source) == (title, source)
    assert part.time is not None


def test_sentences_of_a_quotation_are_not_titles() -> None:
    quoted = ["He said: “The net must be dry.", "Then they will come back to us.”", "So it was."]
    rows = ["Otters get a vaccine on the coast", "By Gulf News | Feb 27, 2026", OTTERS, *quoted]
    rows += [STORY[1], "“The boats sail again on Sunday morning, and the first are booked out.”"]
    rows += ["", "Ferry crews end their strike", "By The Hindu | Feb 27, 2026", FERRIES]
    parts = read(TITLE, *STORY, "Related", *rows).parts
    assert [part.title for part in parts] == [
        "Otters get a vaccine on the coast",
        "Ferry crews end their strike",
    ]
    assert parts[0].text == "\n".join(rows[2:8])


def test_a_blank_line_ends_an_article_if_no_other_article_contains_one() -> None:
    head = ["Otters get a vaccine on the coast", "Gulf News · 3h ago"]
    tip = "Got a tip for us? Write to the desk of this paper, and we will call you back."
    (part,) = read(TITLE, *STORY, FERRIES, "", *head, OTTERS, STORY[1], "", tip).parts
    assert part.text == f"{OTTERS}\n{STORY[1]}"


def test_a_teaser_is_not_an_article() -> None:
    teaser = ["Gulf News", "Otters get a vaccine", "3 hours ago", "Divers catch them asleep."]
    page = read("Home", TITLE, *STORY, "Recommended for you", *teaser * 3, "Load more")
    assert page.parts == ()
    assert page.text == "\n".join(STORY)


def test_comments_are_neither_articles_nor_part_of_the_story() -> None:
    comment = ["Mike Harris", "3 hours ago", f"I do not think so at all. {OTTERS}", "Reply", "Like"]
    page = read(TITLE, *STORY, "2 Comments", "Leave a reply", *comment * 2)
    assert page.parts == ()
    assert page.text == "\n".join(STORY)


def test_headlines_between_paragraphs_are_left_out_and_a_sub_heading_is_not() -> None:
    page = read(
        "Menu", "Share", TITLE, STORY[0], "Read also: Otters get a vaccine", STORY[1],
        "Ferry strike ends as crews accept pay rise after nine days", STORY[2],
        "Who pays", STORY[3],
        "Related articles",
    )  # fmt: skip
    assert page.text == "\n".join([*STORY[:3], "Who pays", STORY[3]])


def test_each_line_has_a_class() -> None:
    text = "\n".join(["logo", TITLE, *STORY, "Comments", "Nice.", "Related", TITLE])
    labels = explained_lines(text, NOW, outlets())
    assert [label.line_class for label in labels] == [
        LineClass.FURNITURE, LineClass.TITLE, *[LineClass.STORY] * 4, LineClass.COMMENT,
        LineClass.COMMENT, LineClass.HEADING, LineClass.TITLE,
    ]  # fmt: skip


def test_a_story_told_in_timestamped_entries_is_a_live_blog() -> None:
    told = [f"{text} {STORY[1]}" for text in (*STORY, FERRIES[:83])]
    entries = [row for n, text in enumerate(told) for row in (f"1{n}:4{n} GMT", text)]
    page = read("Menu", TITLE, *entries, "Share")
    assert page.kind == "live_blog"
    assert page.parts == ()
    assert read("Menu", TITLE, *entries[:6], *told[3:], "Share").kind is None


def test_numbered_pictures_are_a_gallery() -> None:
    rows = [row for n, text in enumerate(STORY, 1) for row in (f"{n} / 4", text)]
    assert read("Menu", TITLE, *rows, "Share").kind == "gallery"
    assert read("Menu", TITLE, *rows[:6], STORY[3], "Share").kind is None


def test_a_byline_below_the_title_is_not_the_title() -> None:
    page = read("Menu", TITLE, "Ana Berg, Staff Writer", *STORY, "Share")
    assert page.title == TITLE


@pytest.mark.parametrize("source", ["Gulf News - 3 hours ago", "Gulf News | 3h ago"])
def test_source_and_time_may_stand_below_an_article(source: str) -> None:
    head = "Otters get a vaccine on the coast"
    page = read(TITLE, *STORY, "More stories", head, OTTERS, "Follow us", source, "Back to top")
    (part,) = page.parts
    assert (part.title, part.source, part.text) == (head, "Gulf News", OTTERS)
    assert part.time is not None


def test_a_source_in_brackets_belongs_to_the_text_above_it() -> None:
    when = "*Monday, 2 March 2026, 09:00 GMT*"
    page = read(
        f"# {TITLE}", "", *STORY, "", "---", "# Also today", "",
        "## Otters get a vaccine on the coast", "", when, "", OTTERS, "", "(Gulf News)", "",
        "## Island ferry crews end strike", "", when, "", FERRIES, "", "(Business Recorder)",
    )  # fmt: skip
    assert [(part.title, part.source) for part in page.parts] == [
        ("Otters get a vaccine on the coast", "Gulf News"),
        ("Island ferry crews end strike", "Business Recorder"),
    ]


def test_a_person_writes_for_an_outlet_below_the_title() -> None:
    head = ["Otters get a vaccine on the coast", "Maria Costa for Gulf News", "3 hours ago"]
    (part,) = read(TITLE, *STORY, "Related", *head, OTTERS).parts
    assert (part.title, part.source, part.byline) == (head[0], "Gulf News", "Maria Costa")


def test_an_article_from_an_unknown_source_has_the_form_of_its_neighbour() -> None:
    when = "02.03.2026 09:00 UTC"
    one = ["=====", f"[{when}] Gulf News", "Otters get a vaccine", OTTERS]
    other = ["=====", f"[{when}] The Quillfield", "Island ferry crews end strike", FERRIES]
    assert [part.source for part in read(TITLE, *STORY, *one, *other).parts] == [
        "Gulf News",
        "The Quillfield",
    ]


def test_lines_that_a_converter_broke_at_links_are_whole_again() -> None:
    broken = [
        "The council of the old and often flooded town of",
        "Bern",
        ", which met on Monday, decided so.",
    ]
    page = read("Menu", "Search", TITLE, STORY[0], *broken, *STORY[1:], "Share", "Related")
    assert (
        "The council of the old and often flooded town of Bern, which met on Monday, decided"
        in page.text
    )


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("\n\n".join(STORY), False),
        (FERRIES, False),
        (f"{TITLE}\nBy Ana Berg\n\n{FERRIES}\n\n{OTTERS}", False),
        ("\n".join(FERRIES[i : i + 65] for i in range(0, len(FERRIES), 65)), False),
        ("Shr 33 cts vs 29 cts\nNet 14.8 mln vs 11 mln\nRevs 108 mln\nYear\nShr 1 dlr", False),
        ("\n".join(["logo", TITLE, *STORY, "Comments"]), True),
        ("\n".join([TITLE, TITLE, *STORY, "Read more about ferries", "Share"]), True),
        ("\n".join([f"# {TITLE}", *STORY, "## Related stories", FERRIES]), True),
        ("\n".join(f"[Story {n}](/s/{n})" for n in range(12)), True),
    ],
)  # fmt: skip
def test_a_plain_article_is_distinguished_from_a_page(text: str, page: bool) -> None:
    assert is_page(text) is page


LINES = st.sampled_from(
    [*STORY, FERRIES, OTTERS, TITLE, "Share", "Related", "Comments", "Gulf News", "3h ago", "---",
     "2. One thing", "* two", "By Ana Berg", "“Quoted?”", "新闻", "。", "x" * 300]
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(LINES, st.text(max_size=40)), max_size=25))
def test_any_page_is_read_the_same_again_and_keeps_only_what_it_has(lines: list[str]) -> None:
    text = "\n".join(lines)
    page = read_text_page(text, NOW, outlets())
    assert page == read_text_page(text, NOW, outlets())
    letters = "".join(c for c in text if c.isalnum())
    for row in page.text.split("\n"):
        assert "".join(c for c in row if c.isalnum()) in letters
