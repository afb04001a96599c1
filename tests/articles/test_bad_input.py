"""Whatever producers send becomes an article or a reason, in bounded time."""

from __future__ import annotations

from time import process_time

import pytest

from schemas import NormalisedArticle, Reason
from streams.articles.normalise import decode_chunk, normalise_chunk
from streams.articles.page import read_page
from tests.articles.records import FakeRecord, raw

LIMIT_BYTES = 4 << 20
MOST_SECONDS = 20.0  # of processor time, on a busy machine; each takes one or two
PARAGRAPH = (
    "The council decided on Monday evening to rebuild the old bridge over the river, which has been"
    " closed since the flood in April. The work is to begin in the autumn."
)
ARTICLE = "\n".join([PARAGRAPH, f"Later, {PARAGRAPH}", f"In the end, {PARAGRAPH}"])
PAGE = f"Menu\nSearch\nOld bridge to be rebuilt\n{ARTICLE}\nShare\nRelated articles\n"


def understood(**fields: str) -> Reason | list[NormalisedArticle]:
    record, started = FakeRecord(raw(**fields)), process_time()
    decoded = decode_chunk([record], LIMIT_BYTES)
    chunk = normalise_chunk([record], decoded, [read_page(page) for _, page in decoded.pages])
    assert process_time() - started < MOST_SECONDS
    if chunk.rejections:
        return chunk.rejections[0][1].reason
    return [NormalisedArticle.model_validate_json(value) for value in chunk.values]


@pytest.mark.parametrize(
    "text",
    [
        "%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj " + "stream " * 50,
        "\ufffdPNG\n\ufffd\ufffd\ufffd" + "\ufffdabc" * 300,
        "GIF89a" + "\x01\x02" * 200,
        "".join(chr(128 + n % 100) if n % 3 else "\ufffd" for n in range(3000)),
        "404 Not Found\nThe page you requested was not found.",
        "Please enable JavaScript to view this site.",
        "We use cookies to improve your experience.\nAccept all\nManage preferences",
        "Just a moment...\nVerify you are human by completing the action below.",
        "Access denied. You don't have permission to access this page.",
        "\n".join(["Home", "World", "Sport", "Login", *(f"Story number {n}" for n in range(60))]),
        "Menu\nSearch\nShare\nTweet\nSubscribe\nCopyright 2026",
    ],
    ids=[
        "pdf", "png", "gif", "bytes", "404", "javascript", "cookies", "captcha", "denied", "links",
        "furniture",
    ],
)  # fmt: skip
def test_a_text_without_an_article_has_a_reason(text: str) -> None:
    assert understood(text=text) == Reason.NO_ARTICLE


@pytest.mark.parametrize(
    "html",
    [
        "<html><body><h1>404</h1><p>Page not found.</p></body></html>",
        "<html><body><noscript>Please enable JavaScript.</noscript></body></html>",
        "<ul>" + "".join(f'<li><a href="/{n}">Story {n}</a></li>' for n in range(300)) + "</ul>",
        "<html><body><div>We use cookies.</div><button>Accept</button></body></html>",
        "%PDF-1.7 <<",
        "",
    ],
    ids=["404", "javascript", "links", "cookies", "pdf", "nothing"],
)
def test_a_page_without_an_article_has_a_reason(html: str) -> None:
    assert understood(html=html) in (Reason.NO_ARTICLE, Reason.EMPTY_BODY)


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 100_000 + PARAGRAPH,
        "<p>" * 20_000 + PARAGRAPH,
        "<table><tr><td>" * 10_000 + PARAGRAPH,
        f"<p>{'word ' * 200_000}</p>",
        "<" * 90_000,
        "<a href='x'>" * 20_000,
        f"<article>{f'<p>{PARAGRAPH}</p>' * 3}</article>" * 50,
    ],
    ids=["divs", "paragraphs", "tables", "one line", "brackets", "links", "fifty times"],
)
def test_a_hostile_page_ends_in_bounded_time(html: str) -> None:
    assert understood(html=html)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 600_000,
        "x" * 3_000_000,
        "\n".join(["Menu", "Search", "word " * 600_000]),
        "\n".join(["Share"] * 30_000),
        "\n".join(["Old bridge", "3 hours ago", PARAGRAPH] * 2_000),
        "](" * 500_000,
        "[" * 1_000_000 + "\nShare\nMenu\nHome",
        "*" * 1_000_000 + "\nShare\nMenu\nHome",
        "Share\nMenu\n" + "A, " * 500_000,
        "Share\nMenu\n" + "3 " * 500_000,
        "LONDON (" * 100_000,
        "&amp;" * 100_000,
        "e" + "\u0301\u0323" * 500_000,
        "\u0f71\u0f72" * 300_000,
        "\u30cf" + "\uff9e\u0301" * 300_000,
        "</p>" + "<zz>" * 19_000 + "/z" * 500_000,
        "</p>" + "".join(f"<z{n}>" for n in range(19_000)) + "</z" * 300_000,
    ],
    ids=[
        "words", "one word", "page of one line", "one button", "cards", "links", "brackets",
        "stars", "commas", "figures", "datelines", "entities", "accents", "vowel signs", "kana",
        "stray tags", "stray ends",
    ],
)  # fmt: skip
def test_a_hostile_text_ends_in_bounded_time(text: str) -> None:
    assert understood(text=text)


@pytest.mark.parametrize("field", ["title", "byline", "credit", "source", "url"])
def test_a_hostile_line_ends_in_bounded_time(field: str) -> None:
    assert understood(text=ARTICLE, **{field: "e" + "\u0301\u0323" * 500_000})


def test_a_page_of_too_many_tags_or_lines_is_refused_at_once() -> None:
    assert understood(html="<p>" * 200_000) == Reason.NO_ARTICLE
    assert understood(text="Share\n" * 100_000) == Reason.NO_ARTICLE


def test_a_page_that_repeats_an_article_has_it_once() -> None:
    result = understood(text=PAGE * 50)
    assert isinstance(result, list)
    assert result[0].text.count("Later, The council") == 1


def test_text_in_the_wrong_encoding_is_repaired() -> None:
    wrong = f"Genève a décidé: “oui”. {PARAGRAPH}".encode().decode("cp1252", "replace")
    result = understood(text=wrong)
    assert isinstance(result, list)
    assert "Genève a décidé" in result[0].text


def test_direction_marks_are_removed() -> None:
    result = understood(text=f"\u202b{PARAGRAPH}\u202c \u200e{PARAGRAPH}")
    assert isinstance(result, list)
    assert result[0].text == f"{PARAGRAPH} {PARAGRAPH}"


def test_marks_that_nobody_sees_are_removed_from_text_and_title() -> None:
    marks = "\u061c\u2061\u2062\u2063\u2064"
    result = understood(text=f"{marks}{PARAGRAPH}", title=f"Harbour{marks} opens")
    assert isinstance(result, list)
    assert (result[0].text, result[0].title) == (PARAGRAPH, "Harbour opens")


def test_markup_sent_as_text_is_read_as_a_page() -> None:
    result = understood(text=f"<div><p>{PARAGRAPH}</p><p>Later, {PARAGRAPH}</p></div>")
    assert isinstance(result, list)
    assert "<p>" not in result[0].text


@pytest.mark.parametrize("control", ["\x07", "\x1b", "\ufffe", "&#7;", "\x00"])
@pytest.mark.parametrize("tag", ["p", "script", "b"])
def test_control_characters_among_tags_lose_nothing_else(control: str, tag: str) -> None:
    result = understood(
        text=f"{PARAGRAPH} <{tag}>{control}</{tag}>{control}tail {control}<p>end</p>"
    )
    assert isinstance(result, list)
    assert result[0].text.split() == [*PARAGRAPH.split(), "tail", "end"]
