"""Figures of publishers and agencies; each number links to what it counts."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.queries import articles, stories
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from streams.desk.web.kept import Kept
from tests.desk.newsroom import WIRE, raw, records_of, take_in

HALF = "\n\n".join(WIRE.partition(" - ")[2].split("\n\n")[:3])


@pytest.fixture
def client(database: Database) -> TestClient:
    events = [
        raw(0, "reuters.com"),
        raw(20, "a/b paper", credit="Reuters"),
        raw(40, "silent.example", WIRE.partition(" - ")[2]),
        raw(60, "silent.example", HALF),
    ]
    take_in(database, records_of(events))
    desk = Desk(database, Progress(lag=0))
    return TestClient(create_app(desk), base_url="http://localhost")


def test_a_publisher_sees_whose_texts_it_runs_how_fast_and_with_what_credit(
    client: TestClient,
) -> None:
    silent = client.get("/publishers/silent.example.json").json()["publisher"]
    assert (silent["articles"], silent["credit_missing"]) == (2, 2)
    [runs] = silent["runs"]
    assert (runs["source"], runs["articles"], runs["delay"]) == ("reuters.com", 2, 50 * 60_000)
    assert runs["kept"] < 1
    feeds = {f["source"]: f["articles"] for f in
             client.get("/publishers/reuters.com.json").json()["publisher"]["feeds"]}  # fmt: skip
    assert feeds == {"a/b paper": 1, "silent.example": 2}


def test_both_publishers_pages_count_the_delay_from_the_original(database: Database) -> None:
    """It may not be the first: an agency's own article came after one that credits it."""
    early = raw(0, "early.example", credit="Reuters")
    take_in(database, records_of([early, raw(30, "reuters.com"), raw(50, "late.example")]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    [runs] = client.get("/publishers/late.example.json").json()["publisher"]["runs"]
    feeds = client.get("/publishers/reuters.com.json").json()["publisher"]["feeds"]
    assert {f["source"]: f["delay"] for f in feeds} == {
        "early.example": -30 * 60_000,
        "late.example": 20 * 60_000,
    }
    assert (runs["source"], runs["delay"]) == ("reuters.com", 20 * 60_000)


def test_a_name_with_a_slash_has_its_page(client: TestClient) -> None:
    html = client.get("/publishers").text
    address = re.search(r'href="(/publishers/a[^"]+)"', html)
    assert address is not None
    assert client.get(address[1]).status_code == 200
    assert client.get(address[1] + ".json").json()["publisher"]["source"] == "a/b paper"


def test_the_links_of_a_page_have_its_name_whatever_its_letters(database: Database) -> None:
    names = ["What's on?", "a#b", "100%", "back\\slash", "a;b&c=d"]
    take_in(database, records_of(raw(n, name) for n, name in enumerate(names)))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    for name in names:
        html = client.get("/publishers/" + quote(name, safe="")).text
        address = re.search(r'type="application/json" href="([^"]+)"', html)
        assert address is not None
        assert client.get(unescape(address[1])).json()["publisher"]["source"] == name


def test_an_agency_sees_who_ran_its_stories_credited_or_not_and_what_was_cut(
    client: TestClient,
) -> None:
    [row] = client.get("/agencies.json").json()["agencies"]
    assert (row["name"], row["stories"], row["credit_given"], row["credit_missing"]) == (
        "Reuters", 1, 1, 2,
    )  # fmt: skip
    told = client.get("/agencies/Reuters.json").json()["agency"]
    ran = {r["source"]: r for r in told["ran"]}
    assert (ran["a/b paper"]["credit_given"], ran["silent.example"]["credit_missing"]) == (1, 2)
    assert ran["silent.example"]["cut"] > ran["a/b paper"]["cut"]


def test_every_number_on_the_pages_leads_to_that_many_rows(client: TestClient) -> None:
    pages = ("/publishers", "/publishers/silent.example", "/publishers/reuters.com",
             "/agencies/Reuters", "/agencies")  # fmt: skip
    assert [(page, found) for page in pages for found in wrong_numbers(client, page)] == []


@pytest.mark.parametrize("many", [1, 1000])
def test_every_number_of_the_sample_leads_to_that_many_rows(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """With withdrawn articles, stories whose original changed, and originals unseen."""
    monkeypatch.setattr(articles, "_MANY_STORIES", many)
    client = TestClient(create_app(desk), base_url="http://localhost")
    names = [a["name"] for a in client.get("/agencies.json").json()["agencies"]]
    sources = [p["source"] for p in client.get("/publishers.json").json()["publishers"][:4]]
    pages = ["/agencies", "/publishers", *(f"/agencies/{name}" for name in names[:4]),
             *(f"/publishers/{source}" for source in sources)]  # fmt: skip
    assert [(page, found) for page in pages for found in wrong_numbers(client, page)] == []


def wrong_numbers(client: TestClient, page: str) -> list[str]:
    """Numbers of a page that lead to another number of rows, or nowhere."""
    html = client.get(page).text
    found = re.findall(r'<td class="num"[^>]*>([1-9][\d,]*)</td>', html)
    for address, number in re.findall(r'href="((?:/articles|/stories)\?[^"]+)">([\d,]+)</a>', html):
        following = address.replace("&amp;", "&").replace("?", ".json?", 1)
        rows = 0
        told = client.get(following).json()
        while True:
            rows += len(told["articles"] if address.startswith("/articles") else told["stories"])
            if told["next"] is None:
                break
            told = client.get(f"{following}&after={told['next']}").json()
        if rows != int(number.replace(",", "")):
            found.append(f"{address}: {number}, not {rows}")
    return found


def test_unknown_names_are_404(client: TestClient) -> None:
    for address in ("/publishers/nobody.example", "/agencies/Nobody"):
        assert client.get(address).status_code == 404


def test_figures_are_recounted_while_the_old_ones_are_shown() -> None:
    now, counted = [0.0], []

    def count() -> int:
        counted.append(now[0])
        return len(counted)

    kept = Kept(60, lambda: now[0])
    assert kept.get("x", count) == (0.0, 1)
    now[0] = 59
    assert kept.get("x", count) == (0.0, 1)
    now[0] = 61
    assert kept.get("x", count) == (0.0, 1)  # the old one, while a thread counts
    for _ in range(1000):
        if kept.get("x", count)[1] == 2:
            break
    assert kept.get("x", count) == (61, 2)


def test_what_takes_long_to_count_is_kept_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    now, begun_and_done = [0.0], iter([0.0, 3.0])
    monkeypatch.setattr("time.perf_counter", lambda: next(begun_and_done))
    kept = Kept(60, lambda: now[0])
    kept.get("x", lambda: "first")
    now[0] = 149  # fifty times three seconds
    assert kept.get("x", lambda: pytest.fail("counted again")) == (0.0, "first")


def test_a_publisher_of_many_articles_has_the_same_stories(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "/stories.json?publisher=silent.example"
    found = client.get(address).json()["stories"]
    monkeypatch.setattr(stories, "_MANY_ARTICLES", 1)
    assert len(found) > 0
    assert client.get(address).json()["stories"] == found
