"""Judgements: which pairs are drawn, what the answers show, and `evaluate` accepts them."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from streams.desk import review
from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.tables import article, judgement
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from streams.evaluation.labelled import read_labelled
from tests.desk.newsroom import raw, records_of, take_in


def answer(client: TestClient, address: str, given: str) -> str:
    """Give an answer on a pair's page -> where it leads."""
    html = client.get(address).text
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html))
    path = address.partition("?")[0]
    done = client.post(path, data={**fields, "answer": given}, follow_redirects=False)
    assert done.status_code == 303, done.text
    return done.headers["location"]


def judged(desk: Desk) -> list[tuple[str, str, str | None, str]]:
    with desk.database.reading() as connection:
        rows = connection.execute(select(judgement)).all()
    return [(row.verdict, row.answer, row.relation, row.drawn) for row in rows]


def test_pairs_are_drawn_once_from_all_relations_until_none_is_left(
    client: TestClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(review, "NEAR_MARGIN", 0.3)  # so that the sample has some
    seen: set[tuple[str, str]] = set()
    drawn: Counter[str] = Counter()
    chance = random.Random(5)
    with desk.database.writing() as connection:
        while (pair := review.draw(connection, "ann", chance)) is not None:
            assert (pair.article_id, pair.other_id) not in seen
            seen.add((pair.article_id, pair.other_id))
            drawn[pair.drawn] += 1
            connection.execute(
                judgement.insert(),
                {
                    "article_id": pair.article_id, "other_id": pair.other_id, "reviewer": "ann",
                    "verdict": pair.relation, "answer": "right", "relation": None,
                    "language": "en", "drawn": pair.drawn, "time": 1,
                },
            )  # fmt: skip
        assert review.draw(connection, "bob", chance) is not None
    articles = client.get("/articles.json?relation=copy").json()["articles"]
    assert len(seen) > len(articles)
    assert drawn["near"] > 0 < drawn["random"]


def test_answers_by_key_names_and_what_they_count_for(client: TestClient, desk: Desk) -> None:
    address = client.get("/review", follow_redirects=False).headers["location"]
    assert answer(client, address, "right") == "/review"
    other = client.get("/review", follow_redirects=False).headers["location"]
    assert answer(client, other, "unrelated") == "/review"
    third = client.get("/review", follow_redirects=False).headers["location"]
    assert answer(client, third, "unsure") == "/review"
    found = {(row[1], row[2]) for row in judged(desk)}
    assert found == {("right", None), ("wrong", "unrelated"), ("unsure", None)}
    assert client.get("/review/results.json").json()["results"]


def test_an_answer_that_is_none_is_said_and_not_kept(client: TestClient, desk: Desk) -> None:
    address = client.get("/review", follow_redirects=False).headers["location"]
    fields = dict(
        re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', client.get(address).text)
    )
    path = address.partition("?")[0]
    refused = client.post(path, data={**fields, "answer": "maybe"})
    assert refused.status_code == 422
    assert "expected one of the answers" in refused.text
    assert judged(desk) == []


def test_a_drawn_pair_is_json_too(client: TestClient) -> None:
    answer = client.get("/review.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["drawn"] in ("random", "near")


def test_every_verdict_can_be_called_wrong(client: TestClient, desk: Desk) -> None:
    one = client.get("/articles.json?relation=copy").json()["articles"][0]
    html = client.get(f"/articles/{one['article_id']}").text
    assert f"/review/{one['article_id']}" in html
    assert answer(client, f"/review/{one['article_id']}", "template") == "/review/results"
    assert judged(desk) == [("copy", "wrong", "template", "asked")]


@pytest.mark.parametrize(("right", "wrong"), [(1, 1), (81, 19), (3, 40), (999, 1)])
def test_precision_has_wilsons_interval(right: int, wrong: int) -> None:
    """Its ends are the shares from which the one that was seen is 1.96 deviations away."""
    found, n = review.precision(right, wrong), right + wrong
    for end in (found["low"], found["high"]):
        assert end is not None
        deviation = (end * (1 - end) / n) ** 0.5
        assert abs(right / n - end) / deviation == pytest.approx(1.96, abs=1e-3)
    assert found["low"] < right / n < found["high"]  # type: ignore[operator]


def test_precision_of_answers_that_all_agree() -> None:
    found = review.precision(10, 0)
    assert (found["share"], found["high"]) == (1, 1)
    assert found["low"] == pytest.approx(1 / (1 + 1.96**2 / 10), abs=1e-4)
    assert review.precision(0, 10)["low"] == 0


def test_no_answers_have_no_precision() -> None:
    found = review.precision(0, 0, 3)
    assert (found["share"], found["low"], found["high"]) == (None, None, None)


def test_the_export_is_what_evaluate_reads(
    client: TestClient, database: Database, tmp_path: Path
) -> None:
    for given in ("right", "unrelated", "unsure"):
        address = client.get("/review", follow_redirects=False).headers["location"]
        answer(client, address, given)
    for name in ("docs", "pairs"):
        (tmp_path / name).write_bytes(client.get(f"/review/{name}.jsonl").content)
    labelled = read_labelled(tmp_path / "docs", tmp_path / "pairs")
    assert len(labelled.labels) == 3
    assert {"NEG", "GREY"} <= set(labelled.labels.values()) <= {"POS", "NEG", "GREY"}
    assert all(document["text"] for document in labelled.documents.values())


def test_a_pair_whose_text_was_withdrawn_is_neither_drawn_nor_exported(
    database: Database,
) -> None:
    def drawn() -> review.Pair | None:
        with database.reading() as connection:
            return review.draw(connection, "ann", random.Random(1))

    events = [raw(1, "wire"), raw(2, "site")]
    take_in(database, records_of(events))
    pair = drawn()
    assert pair is not None
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://127.0.0.1")
    answer(client, f"/review/{pair.article_id}?other={pair.other_id}&drawn=random", "right")
    assert len(client.get("/review/pairs.jsonl").text.splitlines()) == 1
    with database.writing() as connection:
        connection.execute(judgement.update().values(reviewer="bob"))
    assert drawn() == pair
    kill = {**raw(3, "wire", None), "id": "wire-1", "status": "canceled"}
    take_in(database, records_of([*events, kill]))
    assert drawn() is None
    assert client.get("/review/pairs.jsonl").text == ""
    documents = client.get("/review/docs.jsonl").text.splitlines()
    assert [orjson.loads(line)["article_id"] for line in documents] == [pair.article_id]


def test_an_answer_between_the_two_files_of_an_export_changes_no_number(
    database: Database,
) -> None:
    take_in(database, records_of([raw(n, f"{n}.example") for n in range(3)]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://127.0.0.1")
    with database.reading() as connection:
        first, middle, last = sorted(connection.scalars(select(article.c.article_id)))

    def judge(article_id: str, other_id: str) -> None:
        with database.writing() as connection:
            connection.execute(
                judgement.insert(),
                {
                    "article_id": article_id, "other_id": other_id, "reviewer": "ann",
                    "verdict": "copy", "answer": "right", "relation": None, "language": "en",
                    "drawn": "random", "time": 1,
                },
            )  # fmt: skip

    def exported(name: str) -> list[dict[str, Any]]:
        return list(map(orjson.loads, client.get(f"/review/{name}.jsonl").content.splitlines()))

    judge(last, middle)
    [pair] = exported("pairs")
    judge(middle, first)
    numbers = {document["article_id"]: document["idx"] for document in exported("docs")}
    assert (numbers[last], numbers[middle]) == (pair["a"], pair["b"])
    assert len(set(numbers.values())) == 3


def test_a_withdrawn_text_is_not_exported(database: Database) -> None:
    events = [raw(1, "wire"), raw(2, "site")]
    take_in(database, records_of(events))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://127.0.0.1")
    address = client.get("/review", follow_redirects=False).headers["location"]
    answer(client, address, "right")
    assert len(client.get("/review/docs.jsonl").text.splitlines()) == 2
    take_in(database, records_of([*events, raw(3, "wire", id="wire-1", status="canceled")]))
    assert len(client.get("/review/docs.jsonl").text.splitlines()) == 1
    assert client.get("/review/pairs.jsonl").text == ""


def test_where_people_do_not_agree_a_pair_is_left_out(database: Database) -> None:
    def said(reviewer: str, given: str, relation: str | None = None) -> dict[str, object]:
        return {
            "article_id": "a", "other_id": "b", "reviewer": reviewer, "verdict": "copy",
            "answer": given, "relation": relation, "language": "en", "drawn": "random", "time": 1,
        }  # fmt: skip

    with database.writing() as connection:
        connection.execute(judgement.insert(), [said("ann", "right"), said("bob", "right")])
        assert review.labels(connection) == {("a", "b"): "POS"}
        connection.execute(judgement.insert(), [said("cleo", "wrong", "unrelated")])
        assert review.labels(connection) == {("a", "b"): "GREY"}
