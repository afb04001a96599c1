"""Pages show the read model in three formats and report errors clearly."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.tables import story_event
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import WIRE, raw, records_of, take_in


def stories(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/stories.json{query}").json()["stories"]
    return found


def everything(client: TestClient) -> list[dict[str, Any]]:
    found, after = [], "?"
    while True:
        page = client.get(f"/stories.json{after}").json()
        found += page["stories"]
        if page["next"] is None:
            return found
        after = f"?after={page['next']}"


def most_copied(client: TestClient) -> dict[str, Any]:
    return stories(client, "?sort=copied")[0]


def addresses(client: TestClient) -> list[str]:
    """One of each page."""
    top = most_copied(client)
    members = client.get(f"/stories/{top['story_id']}.json").json()["members"]
    one, other = (m["article_id"] for m in members[:2])
    return [
        "/stories", "/stories?q=ferry&sort=fastest", f"/stories/{top['story_id']}",
        f"/stories/{top['story_id']}/matrix", "/articles", "/articles?q=ferry",
        f"/articles/{one}", f"/compare/{one}/{other}", f"/compare/{one}/{other}?form=inline",
        f"/compare/{one}/{other}?form=changes&exact=1", "/about",
    ]  # fmt: skip


def test_every_page_answers_as_html_and_as_json(client: TestClient) -> None:
    for address in addresses(client):
        path, _, query = address.partition("?")
        html = client.get(address)
        assert html.status_code == 200, address
        assert html.headers["content-type"].startswith("text/html")
        assert len(html.content) < 60_000, address
        assert client.get(f"{path}.json?{query}").json()


def test_a_page_is_sent_once_and_then_only_confirmed(client: TestClient) -> None:
    first = client.get("/stories.json")
    again = client.get("/stories.json", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_tables_are_csv_under_the_same_address(client: TestClient) -> None:
    top = most_copied(client)
    text = client.get(f"/stories/{top['story_id']}.csv?table=members").text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == top["articles"]
    assert {row["relation"] for row in rows} <= {"original", "copy", "excerpt", "expansion"}
    unknown = client.get(f"/stories/{top['story_id']}.csv?table=nothing")
    assert unknown.status_code == 404
    assert "members" in unknown.json()["detail"]


def test_paging_shows_every_story_once(client: TestClient) -> None:
    for sort in ("newest", "copied", "fastest"):
        seen: list[str] = []
        after = ""
        while True:
            page = client.get(f"/stories.json?sort={sort}{after}").json()
            seen += [s["story_id"] for s in page["stories"]]
            if page["next"] is None:
                break
            after = f"&after={page['next']}"
        counted = client.get("/about.json").json()["stories"]
        assert len(seen) == len(set(seen)) == counted


def test_a_filter_leads_to_as_many_stories_as_its_count_says(client: TestClient) -> None:
    facets = client.get("/stories.json").json()["facets"]
    assert all(facets[name] for name in ("agency", "publisher", "language", "relation"))
    for name, rows in facets.items():
        for row in rows[:3]:
            got = client.get("/stories.json", params={name: row["value"]}).json()
            assert got["counted"] == row["stories"], (name, row)


def test_filters_narrow_the_list(client: TestClient) -> None:
    everything = len(stories(client))
    for query in ("?least=5", "?since=2026-03-03", "?until=2026-03-02", "?language=en",
                  "?q=ferry", "?original=seen", "?original=unseen", "?withdrawn=no"):  # fmt: skip
        found = stories(client, query)
        assert 0 < len(found) <= everything, query
    assert all(s["copies"] >= 5 for s in stories(client, "?least=5"))
    assert all(s["unseen_agency"] for s in stories(client, "?original=unseen"))


@pytest.mark.parametrize(
    ("query", "name", "said"),
    [
        ("since=yesterday", "since", "expected a day as 2026-03-17 or a time, got 'yesterday'"),
        ("since=2026-03-05&until=2026-03-01", "until", "expected a time after `since`"),
        ("least=none", "least", "expected a number from 1 to 1000000, got 'none'"),
        ("relation=twin", "relation", "expected one of original, copy"),
        ("language=English", "language", "ISO 639"),
        ("sort=best", "sort", "expected one of newest, copied, fastest"),
        ("after=zzz", "after", "expected a place from this list's own links"),
        ("after=WzEsMl0", "after", "expected a place from this list's own links"),
        ("q=---", "q", "at least one word"),
        ("publisher=" + "x" * 400, "publisher", "expected at most 300 letters, got 400"),
    ],
)
def test_a_filter_that_makes_no_sense_is_said_beside_it(
    client: TestClient, query: str, name: str, said: str
) -> None:
    assert said in client.get(f"/stories.json?{query}").json()["wrong"][name]
    page = client.get(f"/stories?{query}")
    assert page.status_code == 200
    assert f'id="wrong-{name}"' in page.text


def test_an_unknown_story_is_404_with_a_search(client: TestClient) -> None:
    for address in ("/stories/" + "0" * 32, "/articles/" + "0" * 32, "/nothing/here"):
        answer = client.get(address)
        assert answer.status_code == 404
        assert 'role="search"' in answer.text
        assert client.get(f"{address}.json").json()["error"] == "Not found"


def test_a_story_that_is_one_article_leads_to_it(client: TestClient) -> None:
    listed = client.get("/articles.json").json()["articles"]
    known = {s["story_id"] for s in everything(client)}
    alone = next(a for a in listed if a["story_id"] not in known)
    answer = client.get(f"/stories/{alone['story_id']}", follow_redirects=False)
    assert answer.headers["location"] == f"/articles/{alone['article_id']}"


def test_a_story_that_moved_leads_to_its_successor(database: Database) -> None:
    """Its only article left it for another, which the events say."""
    records = records_of([raw(0, "a.example"), raw(1, "b.example")])
    take_in(database, records)
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    [now] = stories(client)
    article_id = now["original_id"]
    with database.writing() as connection:
        connection.execute(
            story_event.insert(),
            {
                "story_id": "f" * 32, "sequence": 2, "type": "left", "article_id": article_id,
                "source": None, "headline": None, "relation": "copy", "status": "usable",
                "reason": "", "time": 1,
            },
        )  # fmt: skip
    answer = client.get("/stories/" + "f" * 32, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, f"/stories/{now['story_id']}")


def test_the_story_page_says_what_elected_the_original_and_what_would_change_it(
    client: TestClient,
) -> None:
    top = most_copied(client)
    told = client.get(f"/stories/{top['story_id']}.json").json()
    assert all(told[name] for name in ("evidence", "what_would_change_it"))
    assert [m for m in told["members"] if m["is_original"]]
    assert told["events"][-1]["type"] == "started"
    html = client.get(f"/stories/{top['story_id']}").text
    assert html.count('class="mark ') == top["articles"]


def test_the_matrix_has_a_column_for_each_copy(client: TestClient) -> None:
    top = most_copied(client)
    told = client.get(f"/stories/{top['story_id']}/matrix.json").json()
    assert len(told["copies"]) == top["articles"] - 1
    for copy in told["copies"]:
        assert len(copy["cells"]) == len(told["paragraphs"])


def page_of(database: Database, events: list[dict[str, Any]], now: float) -> TestClient:
    take_in(database, records_of(events))
    desk = Desk(database, Progress(lag=0), clock=lambda: now)
    return TestClient(create_app(desk), base_url="http://localhost")


NOON = 1772452800.0  # 2026-03-02T12:00:00Z


def test_texts_under_embargo_or_withheld_bear_a_mark(database: Database) -> None:
    events = [
        raw(0, "a.example", embargoed_until="2026-03-02T18:00:00Z"),
        raw(1, "b.example", status="withheld"),
        raw(2, "c.example"),
    ]
    client = page_of(database, events, NOON)
    html = {
        a["source"]: client.get(f"/articles/{a['article_id']}").text
        for a in client.get("/articles.json").json()["articles"]
    }
    assert "Under embargo until 2026-03-02T18:00:00Z" in html["a.example"]
    assert 'class="mark-w">embargo' in client.get("/articles?publisher=a.example").text
    assert "Withheld by its publisher" in html["b.example"]
    assert "notice mark" not in html["c.example"]
    later = Desk(database, Progress(lag=0), clock=lambda: NOON + 86_400)
    client = TestClient(create_app(later), base_url="http://localhost")
    [embargoed] = client.get("/articles.json?publisher=a.example").json()["articles"]
    assert "embargo" not in client.get(f"/articles/{embargoed['article_id']}").text


def test_a_withdrawn_text_is_shown_only_to_who_asks(database: Database) -> None:
    kill = {**raw(0, "a.example", text=""), "status": "canceled", "version": 2}
    client = page_of(database, [raw(0, "a.example"), kill], NOON)
    [one] = client.get("/articles.json").json()["articles"]
    address = f"/articles/{one['article_id']}"
    assert "boathouse" not in client.get(address).text
    assert "Withdrawn by its publisher" in client.get(address).text
    assert "boathouse" in client.get(f"{address}?withdrawn=show").text


def test_versions_can_be_compared(database: Database) -> None:
    corrected = {**raw(0, "a.example", WIRE.replace("312", "321")), "version": 2}
    client = page_of(database, [raw(0, "a.example"), corrected], NOON)
    [one] = client.get("/articles.json").json()["articles"]
    html = client.get(f"/articles/{one['article_id']}").text
    address = re.search(r'href="(/compare/[^"]+)"', html)
    assert address is not None
    told = client.get(address[1].replace("?", ".json?") + ".json").json()
    facts = [f["text"] for row in told["rows"] for p in row["left"] for f in p["facts"]]
    assert facts == ["312"]


def test_an_empty_desk_says_so(database: Database) -> None:
    client = TestClient(create_app(Desk(database, Progress())), base_url="http://localhost")
    for address in ("/stories", "/articles", "/about"):
        assert client.get(address).status_code == 200
    assert "yet" in client.get("/stories").text


def test_trouble_is_on_every_page_with_the_time_of_what_is_shown(client: TestClient) -> None:
    progress = client.app.state.desk.progress  # type: ignore[attr-defined]
    progress.trouble, progress.heard_at = "no broker answers at kafka:9092", NOON
    for address in ("/stories", "/articles", "/nothing"):
        html = client.get(address).text
        assert "no broker answers at kafka:9092" in html
        assert "2 Mar 2026, 12:00" in html
