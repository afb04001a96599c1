"""`echowire show` tells how an event was understood."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from rich.console import Console
from typer.testing import CliRunner

from schemas.topics import NORMALISED, RAW
from streams.cli.group import app
from streams.cli.show import rendered
from streams.kafka.connection import client_options
from streams.kafka.topics import topic_name
from streams.settings import Settings
from streams.sources.raw_events import FileRecord
from streams.understand import understand
from tests.cli.broker import echowire

STORY = [
    "The council decided on Monday evening to rebuild the old bridge over the river Aare.",
    "It has been closed since the flood in April, and the work is to begin in the autumn.",
    "The canton pays two thirds of the costs, which are put at nine million francs.",
]
OTHER = (
    "LONDON (Reuters) - Ferry crews on the northern islands ended a strike of nine days on Friday."
    " They accepted a rise of four per cent. The boats sail again from Sunday morning, the company"
    " said. More than three thousand passengers had been waiting in the harbours of both islands."
)
PAGE = "\n".join([
    "logo", "Old bridge to be rebuilt", "Old bridge to be rebuilt", *STORY, "Comments",
    "No comments yet...", "Related Articles", "Island ferry crews end their strike",
    "Gulf News", "time36 minutes ago", "Island ferry crews end their strike", OTHER,
    "Download our app",
])  # fmt: skip


def shown(**fields: str) -> str:
    record = FileRecord(0, 1_772_445_600_000, json.dumps(fields).encode())
    output = io.StringIO()
    console = Console(file=output, width=200, highlight=False)
    console.print(rendered(understand(record, Settings().record_bytes, None)))
    return output.getvalue()


def test_a_page_is_shown_line_by_line_with_class_and_part() -> None:
    text = shown(text=PAGE, url="https://daily.example/bridge")
    lines = text.splitlines()
    for start, name in (
        (STORY[0][:40], "story"),
        ("logo", "furniture"),
        ("Related Articles", "heading"),
        ("time36 minutes ago", "part 1"),
        ("Download our app", "promotion"),
    ):
        assert [line for line in lines if start in line and f" {name} " in line], start


def test_each_article_is_shown_with_source_time_and_evidence() -> None:
    text = shown(text=PAGE, url="https://daily.example/bridge")
    for words in (
        "embedded article 1",
        "gulfnews.com",
        "2026-03-02T09:24:00Z (good to 60 s)",
        "Reuters (provider: dateline)",
    ):
        assert words in text


def test_an_html_page_shows_what_was_kept_of_it() -> None:
    body = "".join(f"<p>{sentence}</p>" for sentence in STORY)
    html = f"<html><body><nav><p>Home</p></nav><article>{body}</article></body></html>"
    lines = shown(html=html).splitlines()
    assert [line for line in lines if STORY[1][:40] in line and " story " in line]
    assert [line for line in lines if "Home" in line and " furniture " in line]


def rows(text: str) -> dict[str, list[str]]:
    """What is shown of an article: label -> [value, where it was found]."""
    cells = [[cell.strip() for cell in line.strip("│ \n").split("│")] for line in text.splitlines()]
    return {row[0]: row[1:] for row in cells if len(row) == 3}


def test_each_field_says_where_in_a_feed_it_was_found(tmp_path: Path) -> None:
    feed = tmp_path / "a.rss"
    feed.write_text(f"""<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
<title>Daily</title><link>https://daily.example/</link><item><guid>n-1</guid>
<title>Old bridge</title>
<link>https://daily.example/1</link><dc:creator>Carla Moss</dc:creator>
<pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate><description>{" ".join(STORY)}</description>
</item></channel></rss>""")
    result = CliRunner().invoke(app, ["show", str(feed)], env={"COLUMNS": "200"})
    shown_rows = rows(result.output)
    assert shown_rows["byline"] == ["Carla Moss", "item: author"]
    assert shown_rows["text"][1] == "item: summary"
    assert shown_rows["published"] == ["2026-03-02T10:00:00Z", "item: published"]
    assert shown_rows["source"] == ["daily.example", "item: feed's link"]


def test_each_field_says_whether_it_comes_from_the_event_or_its_page() -> None:
    body = "".join(f"<p>{sentence}</p>" for sentence in STORY)
    html = f"""<html><head><title>Old bridge to be rebuilt</title>
<meta name="author" content="Carla Moss"></head><body><article><h1>Old bridge to be rebuilt</h1>
{body}</article></body></html>"""
    text = shown(html=html, url="https://daily.example/1", credit="AP", language="en-GB")
    found = rows(text)
    assert found["byline"] == ["Carla Moss", "the page"]
    assert found["credit"] == ["AP", "event: credit"]
    assert found["source"] == ["daily.example", "the address"]
    assert found["language"] == ["en", "event: language, and the text"]
    assert "AP (provider: credit)" in text


def test_a_rejected_event_shows_its_reason() -> None:
    assert "rejected: no_body" in shown(title="Bridge")


@pytest.mark.parametrize(
    ("event", "code", "words"),
    [("1", 0, "Old bridge"), ("2", 1, "no_body"), ("3", 1, "holds no event 3")],
)
def test_an_event_is_chosen_by_its_number(
    tmp_path: Path, event: str, code: int, words: str
) -> None:
    file = tmp_path / "events.jsonl"
    file.write_text(json.dumps({"title": "Old bridge", "text": STORY[0]}) + '\n{"title": "x"}\n')
    result = CliRunner().invoke(app, ["show", str(file), "--event", event])
    assert result.exit_code == code
    assert words in result.output + str(result.exception)


# ---- on a real broker


async def show(settings: Settings, article_id: str) -> tuple[int | None, str]:
    running = echowire("show", settings, article_id)
    try:
        out, err = await asyncio.to_thread(running.communicate, timeout=60)
    finally:
        running.kill()
    return running.returncode, (out + err).decode()


def test_names_of_attributes_do_not_control_the_terminal() -> None:
    fields = {"text": " ".join(STORY), "attributes": {"desk\x1b[2J": "sports"}}
    record = FileRecord(0, 1_772_445_600_000, json.dumps(fields).encode())
    output = io.StringIO()
    Console(file=output, width=200).print(rendered(understand(record, 1 << 20, None)))
    assert "desk [2J" in output.getvalue()
    assert "\x1b" not in output.getvalue()


def test_what_the_terminal_cannot_write_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"text": " ".join(STORY), "title": "Pont de l’Aar à Bern"}))
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", "show", str(path)],
        capture_output=True,
        env={**os.environ, "PYTHONIOENCODING": "iso-8859-1", "PYTHONUTF8": "0"},
        check=False,
    )
    assert b"Pont de l\\u2019Aar \xe0 Bern" in done.stdout, done.stderr


@pytest.mark.broker
async def test_an_article_id_is_looked_up_on_the_topics(topics: Settings) -> None:
    article_id = "0123456789abcdef" * 2
    event = json.dumps({"text": PAGE, "url": "https://daily.example/bridge"}).encode()
    async with AIOKafkaProducer(**client_options(topics), acks="all") as producer:
        raw = topic_name(topics, RAW)
        await producer.send_and_wait(raw, b'{"text": "Another."}', partition=2)
        place = await producer.send_and_wait(raw, event, partition=2)
        at = {"topic": raw, "partition": place.partition, "offset": place.offset}
        normalised = json.dumps({"raw": at}).encode()
        await producer.send_and_wait(
            topic_name(topics, NORMALISED), normalised, key=article_id.encode()
        )
    code, printed = await show(topics, article_id)
    assert code == 0, printed
    assert "Old bridge to be rebuilt" in printed
    assert "embedded article 1" in printed


@pytest.mark.broker
async def test_an_unknown_article_id_is_named(topics: Settings) -> None:
    code, printed = await show(topics, "f" * 32)
    assert code == 1
    assert "no such article" in printed
