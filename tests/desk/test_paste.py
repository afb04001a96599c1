"""Pasted text is read and matched as the service would, against the desk's articles."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.paste import NoArticleError, look_up, phrases_of
from streams.desk.queries.articles import article_row
from tests.desk.newsroom import WIRE, raw, records_of, take_in
from tests.desk.test_ingest import OTTERS


@pytest.fixture
def filled(database: Database) -> Database:
    others = [raw(n, f"other-{n}.example", f"{OTTERS} Part {n} of many.") for n in range(3)]
    take_in(database, records_of([raw(0, "reuters.com"), raw(5, "paper.example"), *others]))
    return database


def test_a_copy_is_recognised_with_the_verdict_of_the_core(filled: Database) -> None:
    with filled.reading() as connection:
        [found] = look_up(connection, {"text": WIRE.replace("41", "42")})
        assert found.article["detection"]["relation"] == "copy"
        sources = {article_row(connection, m["article_id"])["source"] for m in found.matches}  # type: ignore[index]
    assert sources == {"paper.example", "reuters.com"}


def test_an_excerpt_and_a_text_of_another_matter(filled: Database) -> None:
    two = "\n\n".join(WIRE.split("\n\n")[1:3])
    with filled.reading() as connection:
        [found] = look_up(connection, {"text": two})
        assert found.article["detection"]["relation"] == "excerpt"
        [other] = look_up(connection, {"text": "Snow closed the pass on Sunday, and " * 12})
    assert (other.matches, other.candidates) == ([], 0)


def test_a_whole_page_is_read_as_the_service_reads_it(filled: Database) -> None:
    paragraphs = "".join(f"<p>{p}</p>" for p in WIRE.split("\n\n"))
    page = (
        "<!doctype html><html><head><title>Ferries | Post</title></head><body><nav><a href='/'>Home"
        f"</a><a href='/s'>Sport</a></nav><article><h1>Ferries sail</h1>{paragraphs}</article>"
        "<footer>All rights reserved</footer></body></html>"
    )
    with filled.reading() as connection:
        [found] = look_up(connection, {"html": page})
    assert found.article["detection"]["relation"] == "copy"
    assert "rights reserved" not in found.article["text"]


def test_what_holds_no_article_is_refused_with_the_reason(filled: Database) -> None:
    with filled.reading() as connection, pytest.raises(NoArticleError):
        look_up(connection, {"text": "   "})


def test_phrases_come_from_all_over_a_text() -> None:
    words = [f"w{n}" for n in range(1000)]
    phrases = phrases_of(" ".join(words))
    assert phrases[0][0] == "w0"
    assert int(phrases[-1][0][1:]) > 900
    assert len(phrases) <= 41
    assert phrases_of("one two") == [["one", "two"]]
    assert phrases_of("") == []


def post(client: TestClient, **fields: str) -> str:
    page = client.get("/paste").text
    token = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert token is not None
    files = {"file": ("a.txt", fields.pop("file"), "text/plain")} if "file" in fields else None
    return client.post("/paste", data={"csrf": token[1], **fields}, files=files).text


def test_the_page_shows_the_matches_beside_the_text(client: TestClient) -> None:
    one = client.get("/articles.json?relation=copy&language=en").json()["articles"][0]
    text = client.get(f"/articles/{one['article_id']}.json").json()["article"]["text"]
    for html in (post(client, text=text), post(client, text="", file=text)):
        assert f"/articles/{one['article_id']}" in html
        assert "Beside its best match" in html
    assert "at least five words" in post(client, text="Too short")
    assert "no article in it" in post(client, text="\x00 \x00 " * 40)
