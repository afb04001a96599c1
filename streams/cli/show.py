"""`echowire show`: how one raw event was understood, line by line."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from schemas.records import NormalisedArticleRecord, RawCoordinatesRecord
from schemas.topics import NORMALISED
from streams.articles.pages.reading import Label, LineClass
from streams.cli.terminal import safe
from streams.kafka.connection import admin_client, reader
from streams.kafka.one_record import raw_record_at
from streams.kafka.topics import partitions_of, topic_name
from streams.settings import Settings
from streams.sources.inputs import read_events
from streams.sources.raw_events import FileRecord, InputError
from streams.understand import Understood, understand

_COLOURS = {
    LineClass.STORY: "green", LineClass.TITLE: "bold", LineClass.PART: "cyan",
    LineClass.INTERSTITIAL: "magenta", LineClass.CAPTION: "yellow", LineClass.HEADING: "blue",
    LineClass.COMMENT: "red", LineClass.PROMOTION: "dim red", LineClass.FURNITURE: "dim",
    LineClass.OTHER: "dim",
}  # fmt: skip
_SEARCH_SECONDS = 60.0


def show_event(what: str, event: int, settings: Settings) -> bool:
    """Print one event of a file, or the article of an id in Kafka. Raises InputError.

    -> whether it was accepted.
    """
    record = (
        _from_file(Path(what), event)
        if Path(what).exists() or not _is_id(what)
        else asyncio.run(_from_kafka(what, settings))
    )
    understood = understand(record, settings.record_bytes, settings.outlets_file)
    Console(highlight=False).print(rendered(understood))
    return bool(understood.chunk.articles)


def rendered(understood: Understood) -> Group:
    """What is shown: each article with its fields, then the lines and what became of each."""
    chunk = understood.chunk
    parts: list[Any] = [
        Text(f"rejected: {why.reason}: {why.detail}", "red") for _, why in chunk.rejections
    ]
    for article, compared in zip(chunk.articles, chunk.story_texts, strict=True):
        parts.append(_fields(article, compared, {} if article["position"] else understood.origins))
    if understood.labels:
        parts.append(_lines(understood.labels))
    elif chunk.articles:
        parts.append(Text(chunk.articles[0]["text"]))
    return Group(*parts)


def _fields(article: NormalisedArticleRecord, compared: str, origins: Mapping[str, str]) -> Table:
    part = article["position"]
    name = f"embedded article {part}" if part else "article"
    table = Table(title=f"{name} {article['article_id']}", title_justify="left", show_header=False)
    table.add_column(style="dim")
    table.add_column()
    table.add_column(style="dim")
    precision = article["published_precision_seconds"]
    agencies = [f"{a['name']} ({a['role']}: {a['evidence']})" for a in article["agencies"]]
    words = len(article["text"].split())
    rows = {
        "title": article["title"],
        "source": article["source"],
        "syndicated from": article["syndicated_from"],
        "address": article["canonical_url"],
        "byline": article["byline"],
        "credit": article["credit"],
        "dateline": article["dateline"],
        "published": article["published_at"] and article["published_at"]
        + (f" (good to {precision} s)" if precision else ""),
        "embargoed until": article["embargoed_until"],
        "status": article["status"] if article["status"] != "usable" else None,
        "version": article["version"],
        "language": article["language"],
        "kind": article["kind"] if article["kind"] != "article" else None,
        "agencies": ", ".join(agencies),
        "text": f"{words} words, {words - len(compared.split())} of them not compared",
        "confidence": article["text_confidence"],
        "parts": article["parts"] or None,
        "attributes": ", ".join(article["attributes"] or ()),
        "dropped": ", ".join(article["dropped"]),
    }  # fmt: skip
    for label, value in rows.items():
        if value not in (None, ""):
            table.add_row(label, Text(safe(str(value))), Text(origins.get(label, "")))
    return table


def _lines(labels: tuple[Label, ...]) -> Table:
    """The original page on the left, what was kept of it on the right."""
    table = Table(show_edge=False, expand=True)
    table.add_column("score", min_width=5)
    table.add_column("class", min_width=12)
    table.add_column("page", ratio=1, overflow="ellipsis", no_wrap=True)
    table.add_column("kept", ratio=1, overflow="ellipsis", no_wrap=True)
    for label in labels:
        colour = _COLOURS[label.line_class]
        name = f"part {label.part}" if label.part else label.line_class.value
        kept = label.text if label.line_class in (LineClass.STORY, LineClass.PART) else ""
        table.add_row(
            f"{label.score:.2f}", Text(name, colour), Text(label.text, colour), Text(kept, colour)
        )
    return table


def _is_id(what: str) -> bool:
    return len(what) == 32 and all(c in "0123456789abcdef" for c in what)


def _from_file(path: Path, number: int) -> FileRecord:
    found = next(islice(read_events([path]), number - 1, None), None)
    if found is None:
        raise InputError(f"{path}: holds no event {number}")
    return FileRecord(number - 1, found.time or 0, found.value, taken_from=found.taken_from)


async def _from_kafka(article_id: str, settings: Settings) -> FileRecord:
    """The raw record of an article, found through the last normalised one with its id."""
    topic = topic_name(settings, NORMALISED)
    async with admin_client(settings) as admin:  # says it if there is no broker, or no such topic
        places = [TopicPartition(topic, number) for number in await partitions_of(admin, topic)]
    consumer = reader(settings)
    try:
        await consumer.start()
        async with asyncio.timeout(_SEARCH_SECONDS):
            raw = await _coordinates(consumer, places, article_id)
    except TimeoutError:
        raise InputError(f"{article_id}: not found in {_SEARCH_SECONDS:.0f} s") from None
    finally:
        await consumer.stop()
    return await raw_record_at(settings, raw["topic"], raw["partition"], raw["offset"])


async def _coordinates(
    consumer: AIOKafkaConsumer, places: list[TopicPartition], article_id: str
) -> RawCoordinatesRecord:
    ends = await consumer.end_offsets(places)
    consumer.assign(places)
    await consumer.seek_to_beginning()
    found: bytes | None = None
    while any([await consumer.position(place) < end for place, end in ends.items()]):
        fetched = await consumer.getmany(timeout_ms=200)
        for records in fetched.values():
            found = next(
                (r.value for r in reversed(records) if r.key == article_id.encode()), found
            )
    if found is None:
        raise InputError(f"{article_id}: no such article on {places[0].topic}")
    raw: RawCoordinatesRecord = orjson.loads(found)["raw"]
    return raw
