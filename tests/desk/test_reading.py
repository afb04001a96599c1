"""The page that shows how a raw record was read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from streams.errors import UserError
from streams.sources.raw_events import FileRecord
from streams.understand import Understood, understand
from tests.desk.newsroom import WIRE, raw, records_of, take_in

PAGE = "".join(
    f"<p>{paragraph}</p>" for paragraph in WIRE.split("\n\n")
)  # fmt: skip
HTML = (
    "<html><head><title>Ferry strike on the lake ends</title></head><body>"
    "<nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>"
    f"<article><h1>Ferry strike on the lake ends</h1>{PAGE}</article>"
    "<footer><p>Sign up for our <b>&lt;newsletter&gt;</b></p></footer></body></html>"
)


def desk_of(database: Database, event: dict[str, object], **more: Any) -> tuple[Desk, str]:
    """A desk that holds this event's article and can fetch its raw record; and the article's id."""
    records = records_of([event])
    take_in(database, records)
    asked: list[tuple[str, int, int]] = []

    def fetch(topic: str, partition: int, offset: int) -> Understood:
        asked.append((topic, partition, offset))
        record = FileRecord(offset, 1_772_445_600_000, orjson.dumps(event))
        return understand(record, 2 << 20, None)

    article = next(orjson.loads(r.value or b"") for r in records if r.kind == "articles")
    desk = Desk(database, Progress(lag=0), **{"read_again": fetch, **more})
    return desk, article["article_id"]


def client_of(desk: Desk) -> TestClient:
    return TestClient(create_app(desk), base_url="http://127.0.0.1:6067")


def test_a_page_is_shown_line_by_line_with_what_was_kept(database: Database) -> None:
    desk, article_id = desk_of(database, raw(1, "harbour-post.example", text=None, html=HTML))
    client = client_of(desk)
    found = client.get(f"/articles/{article_id}/reading.json").json()
    by_text = {line["text"]: line for line in found["lines"]}
    first = next(line for text, line in by_text.items() if text.startswith("GENEVA"))
    assert first["kept"]
    assert first["class"] == "story"
    footer = next(line for text, line in by_text.items() if "newsletter" in text)
    assert not footer["kept"]
    assert first["score"] > footer["score"]
    assert {"field": "source", "from": "event: source"} in [
        {"field": f["field"], "from": f["from"].split(",")[0]} for f in found["fields"]
    ]
    assert "embargoed until" not in [f["field"] for f in found["fields"]]
    page = client.get(f"/articles/{article_id}/reading")
    assert page.status_code == 200
    assert "<newsletter>" not in page.text
    assert client.get(f"/articles/{article_id}/reading.csv").text.startswith("score,class")
    assert f"/articles/{article_id}/reading" in client.get(f"/articles/{article_id}").text


def test_a_text_that_is_not_a_page_says_so(database: Database) -> None:
    desk, article_id = desk_of(database, raw(1, "harbour-post.example"))
    answer = client_of(desk).get(f"/articles/{article_id}/reading")
    assert "not as a page" in answer.text


def gone(topic: str, partition: int, offset: int) -> Understood:
    raise UserError(f"{topic}[{partition}]@{offset} is no longer on its topic")


@pytest.mark.parametrize(
    ("fetch", "sentence"), [(gone, "is no longer on its topic"), (None, "started without Kafka")]
)
def test_a_record_that_cannot_be_had_is_a_sentence(
    database: Database, fetch: object, sentence: str
) -> None:
    desk, article_id = desk_of(database, raw(1, "harbour-post.example"), read_again=fetch)
    answer = client_of(desk).get(f"/articles/{article_id}/reading")
    assert answer.status_code == 200
    assert sentence in answer.text


def test_a_withdrawn_article_is_not_read_until_somebody_asks(database: Database) -> None:
    event = raw(1, "harbour-post.example", html=HTML, text=None)
    desk, article_id = desk_of(database, event)
    kill = {**event, "html": None, "text": "", "status": "canceled", "version": 2}
    take_in(database, records_of([event, kill]))
    client = client_of(desk)
    assert "GENEVA" not in client.get(f"/articles/{article_id}/reading").text
    assert client.get(f"/articles/{article_id}/reading.json").json()["lines"] == []
    shown = client.get(f"/articles/{article_id}/reading?withdrawn=show")
    assert "GENEVA" in shown.text


def test_an_article_that_is_not_kept_is_not_found(database: Database) -> None:
    desk = Desk(database, Progress(lag=0))
    assert client_of(desk).get(f"/articles/{'0' * 32}/reading").status_code == 404
