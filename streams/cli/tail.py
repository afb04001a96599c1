"""`echowire tail`: follows what echowire publishes, for people to read or for a pipe."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Callable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any, NotRequired, TypedDict, get_args

import orjson
import typer
from aiokafka import ConsumerRecord, TopicPartition
from rich.console import Console
from rich.text import Text

from schemas.enriched_article import Relation
from schemas.records import EnrichedArticleRecord, MatchRecord, StoryEventRecord, StoryRecord
from schemas.topics import DEAD_LETTERS, ENRICHED, STORIES, STORY_EVENTS, TOPICS
from streams.articles.times import format_milliseconds
from streams.cli.options import BootstrapServers, TopicPrefix
from streams.cli.terminal import safe
from streams.kafka.connection import admin_client, reader
from streams.kafka.event_time import own_time, parsed_time
from streams.kafka.topics import partitions_of, topic_name
from streams.kafka.unreadable import UnreadableRecord
from streams.settings import Settings, load_settings

_POLL_MILLISECONDS = 500
_SHOWN_MATCHES = 3
_SHOWN_PUBLISHERS = 5
_SHOWN_BYTES = 120


_FOLLOWED = {topic.followed_as: topic.name for topic in TOPICS if topic.followed_as}
# Typer needs an enumeration for a closed list of words.
What = StrEnum("What", {name: name for name in _FOLLOWED})  # type: ignore[misc]
_WITH_RELATIONS = ENRICHED, STORY_EVENTS
_STYLES = {
    "original": "green",
    "copy": "yellow",
    "excerpt": "cyan",
    "expansion": "cyan",
    "compilation": "magenta",
    "revision": "blue",
    "withdrawn": "red",
}


async def follow(
    settings: Settings, name: str, *, from_beginning: bool
) -> AsyncGenerator[ConsumerRecord]:
    """Yield a topic's records as they come, outside of any consumer group; never ends.

    From the beginning, records of one fetch are in the order of their times, but partitions are
    not merged. Raises BrokerUnreachableError, and TopicsError where the topic is missing.
    """
    partitions = await _partitions(settings, topic_name(settings, name))
    consumer = reader(settings, auto_offset_reset="earliest")
    try:
        await consumer.start()
        consumer.assign(partitions)
        await (consumer.seek_to_beginning() if from_beginning else consumer.seek_to_end())
        while True:
            fetched = await consumer.getmany(timeout_ms=_POLL_MILLISECONDS)
            records = [record for of_partition in fetched.values() for record in of_partition]
            for record in sorted(records, key=_time):
                if not isinstance(record, UnreadableRecord):  # which has been said
                    yield record
    finally:
        await consumer.stop()


def _time(record: ConsumerRecord) -> int:
    """The time of the record's event, in milliseconds since 1970."""
    letter = parsed_time(dict(record.headers).get("dlt_time"))
    return own_time(record) if letter is None else letter


async def _partitions(settings: Settings, topic: str) -> list[TopicPartition]:
    async with admin_client(settings) as admin:
        return [TopicPartition(topic, number) for number in await partitions_of(admin, topic)]


def as_lines(topic: str, record: ConsumerRecord) -> list[Text]:
    """One record -> a line about it, and lines below that say more. `topic` is its topic's name
    without prefix.

    For a record that is not echowire's: its position.
    """
    try:
        if topic == DEAD_LETTERS:
            return _dead_letter(record)
        return _LINES[topic](orjson.loads(record.value))
    except (ValueError, LookupError, TypeError, AttributeError):
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        return [Text(f"{place}: not a record of echowire's", "red")]


def _article(article: EnrichedArticleRecord) -> list[Text]:
    detection = article["detection"]
    title = article["title"] or article["text"][:_SHOWN_BYTES] or article["article_id"]
    relation = detection["relation"]
    lines = [_line(article["raw"]["timestamp"], relation, article["source"], title)]
    if relation != "original":
        shown = _SHOWN_MATCHES if relation == "compilation" else 1
        lines += [_below(_matched(match)) for match in detection["matches"][:shown]]
    if relation == "withdrawn":
        lines.append(_below(f"its story has {detection['story_size']} articles"))
    return lines


def _matched(match: MatchRecord) -> str:
    """How similar they are, by the measure of the relation; the reason names the other article."""
    contained = match["containment"]
    match match["relation"]:
        case "excerpt":
            share = contained["of_this"]
        case "expansion" | "compilation":
            share = contained["of_other"]
        case _:
            share = match["jaccard"]
    return f"{match['relation']} {share:.2f} — {match['reason']}"


def _story(story: StoryRecord) -> list[Text]:
    label, relation = f"{story['articles']} articles", "copy"
    if story["original_status"] == "canceled":
        relation = "withdrawn"
    publishers = [f"{p['source']} {p['articles']}" for p in story["publishers"][:_SHOWN_PUBLISHERS]]
    more = len(story["publishers"]) - len(publishers)
    rest = f" and {more} more" if more else ""
    title = story["headline"] or story["story_id"]
    return [
        _line(story["last_seen"], label, story["original_source"], title, _STYLES[relation]),
        _below(", ".join(publishers) + rest),
    ]


def _event(event: StoryEventRecord) -> list[Text]:
    title, relation = event["headline"] or event["article_id"], event["relation"]
    return [
        _line(event["time"], event["type"], event["source"], title, _STYLES.get(relation)),
        _below(f"{relation}, event {event['sequence']} of story {event['story_id']}"),
        _below(event["reason"]),
    ]


_LINES: dict[str, Callable[[Any], list[Text]]] = {
    ENRICHED: _article,
    STORIES: _story,
    STORY_EVENTS: _event,
}


def _dead_letter(record: ConsumerRecord) -> list[Text]:
    headers = _headers(record)
    origin = f"{headers['dlt_topic']}[{headers['dlt_partition']}]@{headers['dlt_offset']}"
    first = (record.value or b"")[:_SHOWN_BYTES].decode("utf-8", "replace")
    reason, detail = headers["dlt_reason"], headers["dlt_detail"]
    return [_line(headers["dlt_time"], reason, origin, detail, "red"), _below(first or "no bytes")]


def _line(time: str, label: str, source: str | None, title: str, style: str | None = None) -> Text:
    # 2026-03-17T07:06:32.551Z -> 03-17 07:06:32
    return Text.assemble(
        (safe(f"{time[5:10]} {time[11:19]}"), "dim"), " ",
        (safe(f"{label:<11}"), style or _STYLES.get(label, "")), " ",
        (f"{safe(source or '-'):<24}", "bold"), " ",
        safe(title),
    )  # fmt: skip


def _below(text: str) -> Text:
    return Text(f"  ↳ {safe(text)}", "dim")


def _headers(record: ConsumerRecord) -> dict[str, str]:
    return {name: value.decode("utf-8", "replace") for name, value in record.headers if value}


class _Letter(TypedDict):
    """A dead letter: its headers, and what was given up; in base64 if that is not UTF-8."""

    topic: str
    partition: int
    offset: int
    time: str
    headers: dict[str, str]
    value: NotRequired[str | None]
    value_base64: NotRequired[str]


def as_json(topic: str, record: ConsumerRecord) -> bytes:
    """One record -> one line of JSON: its value; of a dead letter its headers and bytes, too."""
    if topic != DEAD_LETTERS:
        return bytes(record.value).replace(b"\n", b" ")
    letter: _Letter = {
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "time": format_milliseconds(_time(record)),
        "headers": _headers(record),
    }
    try:
        letter["value"] = None if record.value is None else record.value.decode()
    except UnicodeDecodeError:
        letter["value_base64"] = base64.b64encode(record.value).decode()
    return orjson.dumps(letter)


def _relation(record: ConsumerRecord) -> str | None:
    """The relation of an article or event; None if the record is neither."""
    try:
        item = orjson.loads(record.value)
        relation = item.get("detection", item)["relation"]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return relation if isinstance(relation, str) else None


# For repeated options Typer accepts an enumeration, but not the contract's Literal.
RelationName = StrEnum("RelationName", {name.upper(): name for name in get_args(Relation)})  # type: ignore[misc]


def tail_command(
    what: Annotated[What, typer.Argument(help="What to follow.")] = What["articles"],
    json: Annotated[bool, typer.Option("--json", help="JSON lines, for pipes.")] = False,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", "-B", help="Start with the oldest record.")
    ] = False,
    count: Annotated[
        int | None, typer.Option("--count", "-n", min=1, help="Stop after this many.")
    ] = None,
    filter_relation: Annotated[
        list[RelationName] | None,
        typer.Option(help="Only articles or events of this relation; may be repeated."),
    ] = None,
    bootstrap_servers: BootstrapServers = None,
    topic_prefix: TopicPrefix = None,
) -> None:
    """Show articles with their verdicts, stories, events or dead letters as they come.

    Ctrl-C ends it. It joins no consumer group and disturbs no worker.
    """
    topic = _FOLLOWED[what]
    if filter_relation and topic not in _WITH_RELATIONS:
        raise typer.BadParameter(f"{what} have no relation", param_hint="--filter-relation")
    settings = load_settings(bootstrap_servers=bootstrap_servers, topic_prefix=topic_prefix)
    show = _write_json if json else partial(_print, Console(highlight=False))
    records = follow(settings, topic, from_beginning=from_beginning)
    shown = _show(topic, records, show, set(filter_relation or []), count)
    try:
        asyncio.run(shown)
    except KeyboardInterrupt:
        pass
    except BrokenPipeError:  # the pipe's reader has gone; Python must not flush into it again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _show(
    topic: str,
    records: AsyncGenerator[ConsumerRecord],
    show: Callable[[str, ConsumerRecord], None],
    relations: set[str],
    count: int | None,
) -> None:
    left = count
    async with contextlib.aclosing(records):
        async for record in records:
            tombstone = record.value is None and topic != DEAD_LETTERS
            if tombstone or (relations and _relation(record) not in relations):
                continue
            show(topic, record)
            left = left and left - 1
            if left == 0:
                return


def _print(console: Console, topic: str, record: ConsumerRecord) -> None:
    for line in as_lines(topic, record):
        if console.is_terminal:
            line.truncate(console.width, overflow="ellipsis")
        console.print(line, soft_wrap=True)


def _write_json(topic: str, record: ConsumerRecord) -> None:
    sys.stdout.buffer.write(as_json(topic, record) + b"\n")
    sys.stdout.buffer.flush()
