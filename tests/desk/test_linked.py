"""Articles that a story's page lists beside its members, as what they are to these."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from tests.desk.newsroom import raw, records_of, take_in
from tests.detection.newsroom import story as text_of

WORDS = text_of(1, 300).split()
SHORT, WHOLE = " ".join(WORDS[:110]), " ".join(WORDS)


@pytest.mark.parametrize("short_came", [0, 5])
def test_a_part_of_the_storys_text_is_an_excerpt_whenever_it_came(
    database: Database, short_came: int
) -> None:
    """The verdict that links them is on the later one: it may be the member's, an expansion."""
    texts = {1: ("a.example", WHOLE), 2: ("b.example", WHOLE), short_came: ("short.example", SHORT)}
    take_in(database, records_of([raw(n, *text) for n, text in sorted(texts.items())]))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    [story] = client.get("/stories.json").json()["stories"]
    page = f"/stories/{story['story_id']}"
    [row] = client.get(f"{page}.json").json()["linked"]
    assert (row["source"], row["relation"]) == ("short.example", "excerpt")
    assert row["of_this"] > 0.9 > row["of_other"]
    assert (row["verdict_of"] == row["article_id"]) == (short_came == 5)
    assert ("A member</a>: " in client.get(page).text) == (short_came == 0)
