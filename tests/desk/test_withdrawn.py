"""What an agency has withdrawn is shown only to who asks for it, whatever page it stands on."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.paste import look_up
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import WIRE, raw, records_of, take_in

# Only the withdrawn article has it.
SECRET = "It names a sailor who was not there."


class Withdrawn(NamedTuple):
    client: TestClient
    article_id: str
    copy_id: str
    story_id: str


@pytest.fixture
def withdrawn(database: Database) -> Withdrawn:
    """An article with a copy; it came again as withdrawn, with its text."""
    text = f"{WIRE}\n\n{SECRET}"
    kill = raw(2, "a.example", text, id="a.example-0", status="canceled")
    take_in(database, records_of([raw(0, "a.example", text), raw(1, "b.example"), kill]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    ids = {a["source"]: a["article_id"] for a in client.get("/articles.json").json()["articles"]}
    [story] = client.get("/stories.json").json()["stories"]
    return Withdrawn(client, ids["a.example"], ids["b.example"], story["story_id"])


def test_a_search_shows_no_passage_of_it(withdrawn: Withdrawn) -> None:
    found = withdrawn.client.get("/articles.json?q=sailor").json()["articles"]
    assert [(a["article_id"], a["excerpt"]) for a in found] == [(withdrawn.article_id, [])]
    assert "sailor who" not in withdrawn.client.get("/articles?q=sailor").text
    other = withdrawn.client.get("/articles.json?q=boathouse&publisher=b.example").json()
    assert other["articles"][0]["excerpt"]


def test_the_matrix_shows_its_paragraphs_on_request(withdrawn: Withdrawn) -> None:
    address = f"/stories/{withdrawn.story_id}/matrix?of={withdrawn.article_id}"
    html = withdrawn.client.get(address).text
    assert "its text is not shown" in html
    assert "sailor" not in html
    assert "sailor" in withdrawn.client.get(f"{address}&withdrawn=show").text
    shown = f"/stories/{withdrawn.story_id}/matrix.json?of={withdrawn.copy_id}"
    assert withdrawn.client.get(shown).json()["paragraphs"]


def test_a_pair_to_judge_shows_it_on_request(withdrawn: Withdrawn) -> None:
    address = f"/review/{withdrawn.copy_id}?other={withdrawn.article_id}"
    html = withdrawn.client.get(address).text
    assert "its text is not shown" in html
    assert "sailor" not in html
    assert "boathouse" in html
    assert "sailor" in withdrawn.client.get(f"{address}&withdrawn=show").text


def test_it_is_not_put_beside_a_pasted_text(withdrawn: Withdrawn, database: Database) -> None:
    with database.reading() as connection:
        [found] = look_up(connection, {"text": WIRE})
    assert [match["article_id"] for match in found.matches] == [withdrawn.copy_id]


def test_its_own_page_and_its_json_show_it_on_request(withdrawn: Withdrawn) -> None:
    address = f"/articles/{withdrawn.article_id}"
    for page in (address, f"{address}.json"):
        assert "sailor" not in withdrawn.client.get(page).text
        assert "sailor" in withdrawn.client.get(f"{page}?withdrawn=show").text


def test_a_version_from_before_is_shown_on_request(withdrawn: Withdrawn) -> None:
    whole = withdrawn.client.get(f"/articles/{withdrawn.article_id}.json").json()
    before = whole["versions"][0]["digest"]
    assert before != whole["newest_digest"]
    named = f"{withdrawn.article_id}:{before}"
    for page in (
        f"/articles/{withdrawn.article_id}?digest={before}",
        f"/articles/{withdrawn.article_id}.json?digest={before}",
        f"/compare/{named}/{withdrawn.copy_id}?",
        f"/compare/{withdrawn.copy_id}/{named}.json?",
    ):
        hidden, shown = (withdrawn.client.get(page + more) for more in ("", "&withdrawn=show"))
        assert hidden.status_code == shown.status_code == 200
        assert "sailor" not in hidden.text
        assert "sailor" in shown.text


def test_how_a_version_from_before_was_read_is_shown_on_request(withdrawn: Withdrawn) -> None:
    whole = withdrawn.client.get(f"/articles/{withdrawn.article_id}.json").json()
    address = f"/articles/{withdrawn.article_id}/reading?digest={whole['versions'][0]['digest']}"
    assert "Its text is not shown" in withdrawn.client.get(address).text
    assert "without Kafka" in withdrawn.client.get(f"{address}&withdrawn=show").text


def test_a_text_that_its_source_sends_after_the_withdrawal_is_shown_on_request(
    database: Database,
) -> None:
    """A withdrawal is final: the verdict on what comes after it is `withdrawn`, too."""
    kill = raw(2, "a.example", None, id="a.example-0", status="canceled")
    again = raw(3, "a.example", f"{WIRE}\n\n{SECRET}", id="a.example-0", version=2)
    take_in(database, records_of([raw(0, "a.example"), raw(1, "b.example"), kill, again]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    article_id = article_id_of(client, "a.example")
    [story] = client.get("/stories.json").json()["stories"]
    for page in (
        f"/articles/{article_id}",
        f"/articles/{article_id}.json?",
        f"/articles/{article_id}/reading",
        f"/stories/{story['story_id']}/matrix?of={article_id}",
        f"/compare/{article_id_of(client, 'b.example')}/{article_id}?",
        "/articles?q=sailor",
    ):
        assert "sailor who" not in client.get(page).text, page
    assert "sailor who" in client.get(f"/articles/{article_id}?withdrawn=show").text
    with database.reading() as connection:
        found = look_up(connection, {"text": WIRE})[0]
        assert article_id not in [match["article_id"] for match in found.matches]


def article_id_of(client: TestClient, source: str) -> str:
    [found] = client.get(f"/articles.json?publisher={source}").json()["articles"]
    return str(found["article_id"])
