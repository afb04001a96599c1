"""Records become rows once, whatever is repeated and in whatever order it arrives."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import func, select, text

from streams.desk.database import Database, DatabaseError, open_database
from streams.desk.ingest import Incoming, positions
from streams.desk.retention import delete_older
from streams.desk.search_index import matching
from streams.desk.tables import (
    article,
    article_agency,
    judgement,
    link,
    meta,
    story,
    story_event,
    version,
)
from tests.desk.newsroom import WIRE, raw, records_of, take_in

OTTERS = (
    "Biologists at the river station have counted more otters this spring than in any year since "
    "the survey began, and believe that cleaner water has brought back the crayfish they live on."
)
TABLES = (article, article_agency, link, story, story_event, version)


def contents(database: Database) -> dict[str, list[dict[str, Any]]]:
    """All rows, by table; without `n`, which counts arrivals."""
    with database.reading() as connection:
        return {
            table.name: sorted(
                ({k: v for k, v in row.items() if k != "n"}
                 for row in connection.execute(select(table)).mappings()),
                key=repr,
            )
            for table in TABLES
        }  # fmt: skip


def found(database: Database, query: str) -> int:
    with database.reading() as connection:
        hits = matching(connection.dialect.name, query).subquery()
        return connection.scalar(select(func.count()).select_from(hits)) or 0


def test_every_article_story_and_event_has_its_row(
    database: Database, sample: list[Incoming]
) -> None:
    take_in(database, sample)
    values = {kind: [orjson.loads(r.value or b"") for r in sample if r.kind == kind]
              for kind in ("articles", "stories", "events")}  # fmt: skip
    held = contents(database)
    assert {row["article_id"] for row in held["article"]} == {
        value["article_id"] for value in values["articles"]
    }
    assert len(held["version"]) == len(
        {(v["article_id"], v["content_digest"]) for v in values["articles"]}
    )
    assert {row["story_id"] for row in held["story"]} == {
        value["story_id"] for value in values["stories"]
    }
    assert len(held["story_event"]) == len(values["events"])


def test_everything_again_changes_nothing(database: Database, sample: list[Incoming]) -> None:
    take_in(database, sample)
    once = contents(database)
    take_in(database, sample, batch=77)
    assert contents(database) == once


def test_the_topics_may_come_in_any_mixture(
    database: Database, address: str, sample: list[Incoming]
) -> None:
    """Stories before their articles, or long after: only each topic's own order is Kafka's."""
    take_in(database, sample)
    expected = contents(database)
    open_database(address, rebuild=True).close()
    kinds = [record.kind for record in sample]
    random.Random(7).shuffle(kinds)
    queues = {kind: [r for r in sample if r.kind == kind] for kind in set(kinds)}
    take_in(database, [queues[kind].pop(0) for kind in kinds], batch=31)
    assert contents(database) == expected


def test_offsets_are_where_to_go_on(database: Database, sample: list[Incoming]) -> None:
    take_in(database, sample)
    last = {kind: max(r.offset for r in sample if r.kind == kind) for kind in
            ("articles", "stories", "events")}  # fmt: skip
    assert positions(database) == {(kind, 0): offset + 1 for kind, offset in last.items()}


def test_a_record_that_is_none_of_echowires_is_skipped_and_counted(
    database: Database, sample: list[Incoming]
) -> None:
    strange = [
        Incoming("articles", "articles", 0, 10_000, b"\xff not JSON"),
        Incoming("articles", "articles", 0, 10_001, b'{"article_id": "a"}'),
        Incoming("stories", "stories", 0, 10_002, b"[]"),
        Incoming("events", "events", 0, 10_003, b'{"story_id": 3}'),
        Incoming("stories", "stories", 0, 10_004, None),
    ]
    done = take_in(database, [*sample[:50], *strange])
    assert done.skipped == 4
    assert positions(database)["events", 0] == 10_004


def test_an_older_story_record_does_not_replace_a_newer_one(database: Database) -> None:
    records = records_of([raw(n, f"paper-{n}.example") for n in range(4)])
    first = records_of([raw(n, f"paper-{n}.example") for n in range(2)])
    take_in(database, records)
    newest = contents(database)["story"]
    take_in(database, [r for r in first if r.kind == "stories"])
    assert contents(database)["story"] == newest
    assert newest[0]["articles"] == 4


def test_a_new_version_replaces_the_words_of_the_old_one(database: Database) -> None:
    corrected = WIRE.replace("boathouse", "townhall")
    take_in(database, records_of([raw(0, "a.example")]))
    assert found(database, "boathouse") == 1
    both = [raw(0, "a.example"), {**raw(0, "a.example", corrected, version=2)}]
    take_in(database, records_of(both))
    assert (found(database, "boathouse"), found(database, "townhall")) == (0, 1)
    held = contents(database)
    assert (len(held["article"]), len(held["version"])) == (1, 2)
    assert held["article"][0]["relation"] == "revision"


def test_credit_is_that_of_the_storys_agency(database: Database) -> None:
    """The agency's own article, one that credits it, one that cites it only, and one that does not
    name it."""
    bare = WIRE.partition(" - ")[2]
    events = [
        raw(0, "reuters.com"),
        raw(1, "credits.example", credit="Reuters"),
        raw(2, "silent.example", bare),
    ]
    take_in(database, records_of(events))
    credited = {row["source"]: row["credited"] for row in contents(database)["article"]}
    assert credited["credits.example"] == "provider"
    assert credited["silent.example"] == "none"
    [held] = contents(database)["story"]
    assert (held["agency"], held["credit_given"], held["credit_missing"]) == ("Reuters", 1, 1)
    assert held["publishers"] == 3


def test_what_is_older_than_is_kept_leaves_with_its_words(database: Database) -> None:
    late = raw(600, "late.example", OTTERS)
    take_in(database, records_of([raw(0, "early.example"), raw(1, "copy.example"), late]))
    gone = delete_older(database, 3600, now=time.time())
    assert gone == 2
    held = contents(database)
    assert [row["source"] for row in held["article"]] == ["late.example"]
    assert len(held["version"]) == 1
    assert not held["story"]
    assert not held["story_event"]
    assert (found(database, "Geneva"), found(database, "otters")) == (0, 1)


def test_an_article_ahead_of_the_clock_does_not_empty_the_desk(database: Database) -> None:
    future = raw(1, "future.example", OTTERS, published_at=None)
    records = records_of([raw(0, "now.example"), {**future, "fetched_at": "2026-03-02T12:05:00Z"}])
    shifted = []
    for record in records:
        value = orjson.loads(record.value or b"{}")
        if value.get("source") == "future.example" and "raw" in value:
            value["raw"]["timestamp"] = "2099-01-01T00:00:00Z"
        shifted.append(Incoming(record.kind, record.topic, 0, record.offset, orjson.dumps(value)))
    take_in(database, shifted)
    noon = 1772453100.0  # 2026-03-02T12:05:00Z
    assert delete_older(database, 3600, now=noon) == 0


def test_a_database_of_another_version_says_what_to_do(address: str) -> None:
    opened = open_database(address)
    with opened.writing() as connection:
        connection.execute(meta.update().where(meta.c.name == "schema").values(value="0"))
        row = {
            "article_id": "a", "other_id": "b", "reviewer": "you", "verdict": "copy",
            "answer": "right", "relation": None, "language": "en", "drawn": "asked", "time": 1,
        }  # fmt: skip
        connection.execute(judgement.insert(), row)
    opened.close()
    with pytest.raises(DatabaseError, match=r"version 0.*--rebuild"):
        open_database(address)
    again = open_database(address, rebuild=True)
    with again.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(judgement)) == 1
        assert connection.scalar(select(func.count()).select_from(article)) == 0
    again.close()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://x/y", "expected a path or postgresql://"),
        ("/nowhere/at/all/desk.db", "is not a folder"),
        ("postgresql://desk@127.0.0.1:1/desk", "does not answer"),
    ],
)
def test_a_database_that_cannot_be_is_a_sentence(address: str, said: str) -> None:
    with pytest.raises(DatabaseError, match=said):
        open_database(address)


def test_a_file_that_is_not_a_database_is_reported_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    path.write_bytes(b"these are no pages of SQLite" * 100)
    with pytest.raises(DatabaseError, match="no SQLite database"):
        open_database(str(path))


_KILLED = """
import sys, orjson
from streams.desk.database import open_database
from streams.desk.ingest import Incoming, apply, positions
records = [Incoming(r["kind"], r["kind"], 0, r["offset"], r["value"].encode())
           for r in map(orjson.loads, open(sys.argv[2], "rb"))]
database = open_database(sys.argv[1])
known = positions(database)
left = [r for r in records if r.offset >= known.get((r.topic, 0), 0)]
print("ready", flush=True)
for start in range(0, len(left), 9):
    some = left[start:start + 9]
    apply(database, some, {(r.topic, 0): r.offset + 1 for r in some}, lambda source: source)
print("done", flush=True)
"""


def test_a_desk_that_is_killed_loses_and_doubles_nothing(
    address: str, sample: list[Incoming], tmp_path: Path
) -> None:
    lines = [
        orjson.dumps({"kind": r.kind, "offset": r.offset, "value": (r.value or b"").decode()})
        for r in sample
    ]
    (tmp_path / "records").write_bytes(b"\n".join(lines))
    kills, draw = 0, random.Random(3)
    for _ in range(40):
        process = subprocess.Popen(
            [sys.executable, "-c", _KILLED, address, str(tmp_path / "records")],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if kills < 6:
            time.sleep(draw.uniform(0.005, 0.12))
            process.send_signal(signal.SIGKILL)
            kills += process.wait() == -signal.SIGKILL
        said = process.stdout.read()
        process.wait()
        if said.endswith(b"done\n"):
            break
    assert kills >= 2
    database = open_database(address)
    killed = contents(database)
    words = found(database, "ferry")
    with database.writing() as connection:
        for table in TABLES:
            connection.execute(table.delete())
        if database.is_sqlite:
            connection.execute(text("INSERT INTO search(search) VALUES ('delete-all')"))
        else:
            connection.execute(text("DELETE FROM search"))
    take_in(database, sample)
    assert killed == contents(database)
    assert words == found(database, "ferry") > 0
    database.close()
