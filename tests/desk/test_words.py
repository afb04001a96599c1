"""How many words a text has, in any script."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from streams.desk.database import Database
from streams.desk.follow import Progress
from streams.desk.web.app import create_app
from streams.desk.web.desk import Desk
from streams.desk.words import number_of_words
from tests.desk.newsroom import raw, records_of, take_in

CHINESE = "湖上渡轮船员周一接受加薪协议，结束了为期九天的罢工，第一批船在一小时内开往各岛。" * 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Ferry crews' strike ends", 4),
        ("Fährleute beenden Streik", 3),
        ("दिल्ली में भारी बारिश", 4),
        ("地震予測の観測点。", 8),
        ("iPhone 的销量", 4),
    ],
)
def test_characters_count_in_scripts_without_blanks(text: str, words: int) -> None:
    assert number_of_words(text) == words


def test_lists_and_comparisons_agree_on_a_texts_words(database: Database) -> None:
    events = [raw(n, f"{n}.example", CHINESE, title="渡轮罢工结束") for n in range(2)]
    take_in(database, records_of(events))
    client = TestClient(create_app(Desk(database, Progress(lag=0))), base_url="http://localhost")
    one, other = client.get("/articles.json").json()["articles"]
    compared = client.get(f"/compare/{one['article_id']}/{other['article_id']}.json").json()
    assert one["words"] == compared["left"]["words"] == compared["same_words"] == 111
