"""Articles come from anyone: nothing in them runs, breaks a page, or sends a reader elsewhere."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk, Options
from tests.desk.newsroom import WIRE, raw, records_of, take_in

SCRIPT = "<script>alert(1)</script>"
QUOTES = "\"'><img src=x onerror=alert(1)>"
TITLE = f"{SCRIPT}{QUOTES}\u202eesrever {{{{7*7}}}} {{% raw %}}"


class Page(HTMLParser):
    """Tags with their attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture
def client(database: Database) -> TestClient:
    hostile = {
        "title": TITLE, "byline": f"By {SCRIPT}", "credit": QUOTES,
        "attributes": {"=cmd|' /C calc'!A0": SCRIPT},
    }  # fmt: skip
    events = [
        raw(0, f"evil{QUOTES}/../x", f"{WIRE}\n\n{SCRIPT} {QUOTES}", **hostile,
            url="javascript:alert(document.cookie)"),
        raw(1, "=HYPERLINK(1)", f"{WIRE}\n\n{SCRIPT}", **hostile, url="https://ok.example/a?b=<>"),
    ]  # fmt: skip
    take_in(database, records_of(events))
    desk = Desk(database, Progress(lag=0))
    return TestClient(create_app(desk), base_url="http://localhost")


def pages(client: TestClient) -> dict[str, str]:
    [story] = client.get("/stories.json").json()["stories"]
    one, other = (a["article_id"] for a in client.get("/articles.json").json()["articles"])
    listed = [
        "/stories", f"/stories/{story['story_id']}", f"/stories/{story['story_id']}/matrix",
        "/articles", "/articles?q=alert", f"/articles/{one}", f"/articles/{other}",
        f"/compare/{one}/{other}", f"/compare/{one}/{other}?form=inline",
        "/stories?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/stories?publisher=%22%3E%3Cscript%3E&since=%3Cb%3E", "/%3Cscript%3Ealert(1)",
    ]  # fmt: skip
    return {address: client.get(address).text for address in listed}


def test_no_text_becomes_markup(client: TestClient) -> None:
    for address, html in pages(client).items():
        page = Page(html)
        scripts = [attributes for tag, attributes in page.tags if tag == "script"]
        assert [(s.get("src") or "").startswith("/static/desk.js") for s in scripts] == [True], (
            address
        )
        assert [tag for tag, _ in page.tags if tag in ("img", "iframe", "object", "style")] == []
        for tag, attributes in page.tags:
            assert not [name for name in attributes if name.startswith("on")], (address, tag)
            assert "style" not in attributes, (address, tag)
    assert "49" not in Page(pages(client)["/stories"]).text.split("esrever")[1][:20]


def test_links_lead_to_the_desk_or_to_web_addresses(client: TestClient) -> None:
    outside = []
    for html in pages(client).values():
        for tag, attributes in Page(html).tags:
            address = attributes.get("href") or attributes.get("action") or ""
            if tag in ("a", "form") and address and not address.startswith(("/", "#", "?")):
                outside.append((address, attributes.get("rel")))
    assert outside
    assert {(address.partition(":")[0], rel) for address, rel in outside} == {
        ("https", "noreferrer noopener")
    }


def test_a_link_to_an_article_reads_as_the_address_that_it_leads_to(database: Database) -> None:
    where = {"url": "https://evil.example/a", "canonical_url": "https://trusted.example/a"}
    take_in(database, records_of([raw(0, "evil.example", **where)]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    [one] = client.get("/articles.json").json()["articles"]
    html = client.get(f"/articles/{one['article_id']}").text
    link = re.search(r'<a href="https://evil.example/a"[^>]*><bdi>([^<]+)</bdi>', html)
    assert link is not None
    assert link[1] == "https://evil.example/a"
    assert '<dd class="address"><bdi>https://trusted.example/a</bdi>' in html


def test_an_address_like_another_hosts_has_no_link_to_it(client: TestClient) -> None:
    page = Page(client.get("http://localhost//evil.example/x").text)
    links = [attributes.get("href") or "" for _, attributes in page.tags]
    assert "/evil.example/x.json" in links
    assert not [link for link in links if link.startswith("//")]


def test_titles_with_changes_of_direction_keep_to_themselves(client: TestClient) -> None:
    for address in ("/stories", "/articles"):
        assert "<bdi>" + "&lt;script&gt;" in client.get(address).text


def test_every_answer_forbids_what_is_not_the_desks_own(client: TestClient) -> None:
    for address in ("/stories", "/stories.json", "/nothing", "/static/desk.js", "/livez"):
        headers = client.get(address).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"


def test_no_cell_of_a_csv_is_a_formula(client: TestClient) -> None:
    [story] = client.get("/stories.json").json()["stories"]
    text = client.get(f"/stories/{story['story_id']}.csv").text
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert [cell for cell in cells if cell.startswith(("=", "@"))] == []


def test_a_text_of_five_megabytes_is_shown_in_part_and_compared(database: Database) -> None:
    long = WIRE + "\n\n" + "The quick brown ferry crossed the lake again today. " * 100_000
    take_in(database, records_of([raw(0, "a.example"), raw(1, "long.example", long)]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    by_source = {
        a["source"]: a["article_id"] for a in client.get("/articles.json").json()["articles"]
    }
    shown = client.get(f"/articles/{by_source['long.example']}")
    assert shown.status_code == 200
    assert len(shown.content) < 200_000
    assert "The whole as JSON" in shown.text
    compared = client.get(f"/compare/{by_source['a.example']}/{by_source['long.example']}")
    assert "Only the first 10,000 words" in compared.text


def test_a_page_of_another_site_cannot_be_the_desk(client: TestClient) -> None:
    for host in ("evil.example", "evil.example:6067", "127.0.0.1.evil.example", ""):
        assert client.get("/stories", headers={"host": host}).status_code == 421
    for host in ("localhost", "127.0.0.1:6067", "[::1]:6067"):
        assert client.get("/stories", headers={"host": host}).status_code == 200


def test_a_desk_goes_by_the_names_that_it_was_given(database: Database) -> None:
    desk = Desk(database, Progress(), Options(hosts=frozenset({"desk.example"})))
    client = TestClient(create_app(desk), base_url="http://desk.example")
    assert client.get("/stories").status_code == 200
    assert client.get("/stories", headers={"host": "other.example"}).status_code == 421


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_probes_and_scrapes_come_by_address(database: Database, path: str) -> None:
    desk = Desk(database, Progress(), Options(hosts=frozenset({"desk.example"})))
    client = TestClient(create_app(desk), base_url="http://10.1.2.3:6067")
    assert client.get(path).status_code == 200


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("/articles/%00", 404),
        ("/stories/a%00b.json", 404),
        ("/publishers/%00", 404),
        ("/compare/a/b:%00", 404),
        ("/articles?q=%00", 400),
        ("/articles.json?publisher=a%00b", 400),
        ("/articles/a?digest=%00", 400),
        ("/stories?after=WzEsIlx1MDAwMCJd", 200),  # a NUL in a cursor: reported beside the list
        ("/stories?sort=copied&after=WzQ2MTE2ODYwMTg0MjczODc5MDMsImEiXQ", 200),  # 2**62 - 1
        ("/stories?q=" + "%EA%B0%81" * 300, 200),  # as letters of Hangul over 2,046 bytes
    ],
)
def test_what_a_database_cannot_take_is_refused_before_it(
    client: TestClient, asked: str, status: int
) -> None:
    assert client.get(asked).status_code == status
