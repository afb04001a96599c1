"""`echowire tail` shows what is on the topics, safely, and ends quietly."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import signal
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord
from rich.console import Console

import schemas
from schemas.topics import DEAD_LETTERS, ENRICHED, STORIES, STORY_EVENTS
from streams.cli.tail import _FOLLOWED, as_json, as_lines, follow
from streams.kafka.connection import admin_client, client_options
from streams.kafka.topics import TopicsError, topic_name
from streams.settings import Settings
from tests.cli.broker import echowire

EXAMPLES = Path(schemas.__file__).parent / "examples"
HEADERS = json.loads((EXAMPLES / "dead_letter_headers" / "valid.json").read_bytes())


def example(contract: str, name: str = "valid") -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((EXAMPLES / contract / f"{name}.json").read_bytes())
    return fields


def record_of(value: bytes | None, headers: dict[str, str] | None = None) -> ConsumerRecord:
    pairs = tuple((name, text.encode()) for name, text in (headers or {}).items())
    return ConsumerRecord("topic", 3, 7, 1_772_000_000_000, 0, None, value, None, 0, 0, pairs)


def shown(topic: str, item: dict[str, Any]) -> list[str]:
    return [line.plain for line in as_lines(topic, record_of(json.dumps(item).encode()))]


def test_an_original_is_one_line_of_time_relation_publisher_and_title() -> None:
    article = example("enriched_article", "valid-original")
    (line,) = shown(ENRICHED, article)
    assert line.split()[0] == article["raw"]["timestamp"][5:10]
    assert "original" in line
    assert article["source"] in line
    assert line.endswith(article["title"])


def test_a_copy_says_below_how_much_of_what_it_is() -> None:
    article = example("enriched_article")
    match = article["detection"]["matches"][0]
    _, below = shown(ENRICHED, article)
    assert below == f"  ↳ copy {match['jaccard']:.2f} — {match['reason']}"


@pytest.mark.parametrize(
    ("relation", "share"),
    [("copy", "0.90"), ("excerpt", "0.80"), ("expansion", "0.30"), ("compilation", "0.30")],
)
def test_each_relation_has_the_measure_that_tells_most(relation: str, share: str) -> None:
    article = example("enriched_article")
    match = article["detection"]["matches"][0]
    match |= {"relation": relation, "jaccard": 0.9}
    match["containment"] = {"of_this": 0.8, "of_other": 0.3}
    assert f"↳ {relation} {share} — " in shown(ENRICHED, article)[1]


def test_a_compilation_names_several_stories() -> None:
    article = example("enriched_article")
    article["detection"]["relation"] = "compilation"
    article["detection"]["matches"] *= 4
    assert len(shown(ENRICHED, article)) == 1 + 3


def test_a_withdrawal_says_how_many_articles_its_story_has() -> None:
    article = example("enriched_article", "valid-kill")
    assert shown(ENRICHED, article)[-1] == "  ↳ its story has 3 articles"


def test_an_article_without_a_title_is_shown_by_its_text() -> None:
    article = example("enriched_article") | {"title": None, "text": "First words of it."}
    assert shown(ENRICHED, article)[0].endswith("First words of it.")


def test_a_story_is_shown_with_its_publishers() -> None:
    story = example("story")
    line, below = shown(STORIES, story)
    assert f"{story['articles']} articles" in line
    assert line.endswith(story["headline"])
    assert below == "  ↳ reuters.com 1, radio-kullen.example 1, nordkyst.example 1"


def test_publishers_beyond_the_first_are_counted() -> None:
    publishers = [{"source": f"{n}.example", "articles": n} for n in range(1, 9)]
    below = shown(STORIES, example("story") | {"publishers": publishers})[1]
    assert below.endswith("4.example 4, 5.example 5 and 3 more")


def test_an_event_is_shown_with_its_story_and_reason() -> None:
    event = example("story_event")
    line, story, reason = shown(STORY_EVENTS, event)
    assert event["type"] in line
    assert event["story_id"] in story
    assert reason.endswith(event["reason"])


def test_a_dead_letter_is_shown_with_reason_origin_and_first_bytes() -> None:
    value = b'{"id": {}}\xff' + b"x" * 1000
    line, below = [line.plain for line in as_lines(DEAD_LETTERS, record_of(value, HEADERS))]
    for part in (HEADERS["dlt_reason"], HEADERS["dlt_detail"], "articles.raw[4]@118207"):
        assert part in line
    assert below.startswith('  ↳ {"id": {}}\ufffdxxx')
    assert len(below) < 200


@pytest.mark.parametrize("topic", _FOLLOWED.values())
@pytest.mark.parametrize("value", [b"", b"no JSON", b"[]", b"{}", b'{"detection": 7}'])
def test_a_strange_record_is_named_and_does_not_end_it(topic: str, value: bytes) -> None:
    (line,) = as_lines(topic, record_of(value))
    assert line.plain == "topic[3]@7: not a record of echowire's"


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("[bold]Not[/bold] markup [/]", "[bold]Not[/bold] markup [/]"),
        ("clears\x1b[2J the screen", "clears [2J the screen"),
        ("two\nlines\r", "two lines "),
        ("turns \u202ethe line", "turns the line"),
    ],
)
def test_a_title_cannot_style_or_move_the_terminal(title: str, printed: str) -> None:
    screen = io.StringIO()
    article = example("enriched_article", "valid-original") | {"title": title}
    for line in as_lines(ENRICHED, record_of(json.dumps(article).encode())):
        Console(file=screen, width=500, highlight=False).print(line)
    assert printed in screen.getvalue()
    assert screen.getvalue().count("\n") == 1


def test_json_is_the_value_on_one_line() -> None:
    assert as_json(ENRICHED, record_of(b'{"a":"\\n",\n"b":1}')) == b'{"a":"\\n", "b":1}'


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (b"text\n", {"value": "text\n"}),
        (b"\xff\x00", {"value_base64": base64.b64encode(b"\xff\x00").decode()}),
        (None, {"value": None}),
    ],
)
def test_a_dead_letter_as_json_has_its_headers_and_its_bytes(
    value: bytes | None, field: dict[str, str | None]
) -> None:
    line = as_json(DEAD_LETTERS, record_of(value, HEADERS))
    assert b"\n" not in line
    assert json.loads(line) == {
        "topic": "topic",
        "partition": 3,
        "offset": 7,
        "time": HEADERS["dlt_time"],
        "headers": HEADERS,
        **field,
    }


# ---- on a real broker


async def publish(settings: Settings, name: str, *values: bytes | None, **headers: str) -> None:
    pairs = [(name, text.encode()) for name, text in headers.items()]
    async with AIOKafkaProducer(**client_options(settings), acks="all") as producer:
        for number, value in enumerate(values):
            await producer.send_and_wait(
                topic_name(settings, name), value, key=b"%d" % number, headers=pairs
            )


def articles(*relations: str) -> list[bytes]:
    texts = []
    for number, relation in enumerate(relations):
        article = example("enriched_article") | {"title": f"title {number}"}
        article["detection"]["relation"] = relation
        texts.append(json.dumps(article).encode())
    return texts


async def output_of(settings: Settings, *arguments: str) -> bytes:
    running = echowire("tail", settings, *arguments)
    try:
        out, err = await asyncio.to_thread(running.communicate, timeout=60)
    finally:
        running.kill()
    assert (running.returncode, err) == (0, b"")
    return out


@pytest.mark.broker
async def test_from_the_beginning_it_shows_all_partitions_and_stops_at_the_count(
    topics: Settings,
) -> None:
    values = articles(*["copy"] * 20)
    await publish(topics, ENRICHED, *values)
    out = await output_of(topics, "--json", "-B", "-n", "20")
    assert sorted(out.splitlines()) == sorted(values)


@pytest.mark.broker
async def test_it_follows_what_comes_after_it_has_begun(topics: Settings) -> None:
    await publish(topics, ENRICHED, b"old", b"old", b"old", b"old")
    records = follow(topics, ENRICHED, from_beginning=False)
    first = asyncio.ensure_future(anext(records))
    async with asyncio.timeout(60):
        while not first.done():
            await publish(topics, ENRICHED, b"new")
    assert (await first).value == b"new"
    await records.aclose()


@pytest.mark.broker
async def test_only_the_wanted_relations_are_shown_and_counted(topics: Settings) -> None:
    await publish(topics, ENRICHED, *articles("original", "copy", "excerpt", "original"))
    wanted = ["--filter-relation", "copy", "--filter-relation", "excerpt"]
    out = await output_of(topics, "--json", "-B", "-n", "2", *wanted)
    relations = {json.loads(line)["detection"]["relation"] for line in out.splitlines()}
    assert relations == {"copy", "excerpt"}


@pytest.mark.broker
async def test_a_tombstone_of_a_story_is_passed_over(topics: Settings) -> None:
    await publish(topics, STORIES, None, json.dumps(example("story")).encode())
    out = await output_of(topics, "stories", "-B", "-n", "1")
    assert example("story")["headline"] in out.decode()


@pytest.mark.broker
async def test_dead_letters_are_followed_too(topics: Settings) -> None:
    await publish(topics, DEAD_LETTERS, b"\xff", **HEADERS)
    out = await output_of(topics, "dead-letters", "--json", "-B", "-n", "1")
    assert json.loads(out)["headers"] == HEADERS


@pytest.mark.broker
async def test_it_leaves_no_consumer_group_behind(topics: Settings) -> None:
    await publish(topics, ENRICHED, *articles("copy"))
    async with admin_client(topics) as admin:
        before = await admin.list_consumer_groups()
        await output_of(topics, "-B", "-n", "1")
        assert await admin.list_consumer_groups() == before


@pytest.mark.broker
@pytest.mark.parametrize("how", [[], ["--json"]])
async def test_a_closed_pipe_ends_it_quietly(topics: Settings, how: list[str]) -> None:
    await publish(topics, ENRICHED, *articles(*["copy"] * 500))
    running = echowire("tail", topics, "-B", *how)
    assert running.stdout
    assert running.stderr
    try:
        assert await asyncio.to_thread(running.stdout.readline)
        running.stdout.close()
        await asyncio.to_thread(running.wait, 30)
        assert running.stderr.read() == b""
    finally:
        running.kill()


@pytest.mark.broker
async def test_ctrl_c_ends_it_quietly(topics: Settings) -> None:
    await publish(topics, ENRICHED, *articles("copy"))
    running = echowire("tail", topics, "-B")
    assert running.stdout
    try:
        await asyncio.to_thread(running.stdout.readline)
        running.send_signal(signal.SIGINT)
        _, err = await asyncio.to_thread(running.communicate, timeout=30)
        assert (running.returncode, err) == (0, b"")
    finally:
        running.kill()


@pytest.mark.broker
async def test_a_missing_topic_is_named_with_the_command_that_makes_it(settings: Settings) -> None:
    with pytest.raises(TopicsError, match="echowire topics create"):
        await anext(follow(settings, ENRICHED, from_beginning=True))
