"""Whatever a record holds, the worker continues and reports what became of it."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import ConsumerRecord

from deploy.kafka.embedded import EmbeddedKafka
from schemas import DeadLetterHeaders
from schemas.topics import DEAD_LETTERS, ENRICHED, RAW
from streams.kafka.connection import client_options
from streams.kafka.headers import Header, encode_headers
from streams.kafka.outgoing import Outgoing
from streams.kafka.publish import BatchPublisher
from streams.settings import Settings, load_settings
from tests.kafka.service import make_topics, push, read
from tests.kafka.test_dead_letters import dead_letters
from tests.kafka.test_worker import NOON, article, run_until_committed, text_of

pytestmark = pytest.mark.broker

GOOD = 20
TRACE = ("traceparent", b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


@dataclass(frozen=True, slots=True)
class Odd:
    """A record that some producer might send; `letter`: whether it becomes a dead letter."""

    name: str
    value: bytes | None
    key: bytes | None = b"k"
    headers: Sequence[Header] = ()
    letter: bool = True


def good(number: int) -> bytes:
    return orjson.dumps(article(number))


ODD = (
    Odd("a count of tries that is null", b"{", headers=[("dlt_attempt", None)]),
    Odd("a count of 5,000 digits", b"{", headers=[("dlt_attempt", b"9" * 5000)]),
    Odd("a count of other digits", b"{", headers=[("dlt_attempt", "٣".encode())]),
    Odd("a count below nought", b"{", headers=[("dlt_attempt", b"-4")]),
    Odd("a header twice", b"{", headers=[("a", b"1"), ("a", None), ("dlt_reason", b"x")]),
    Odd("headers without names or values", b"{", headers=[("", None), ("", b"")]),
    Odd("600 kB that compress well", b"x" * 600_000),
    Odd("more than record_bytes that compress well", b"x" * 2_250_000),
    Odd("5 MB that compress well", b"x" * 5_000_000),
    Odd("5 MB of JSON", orjson.dumps({"text": "word " * 1_000_000})),
    Odd("a large key", b"{", key=b"k" * 3_000_000),
    Odd("large headers", b"{", headers=[("h", b"h" * 1_500_000), ("i", b"i" * 1_500_000)]),
    Odd("a large name", b"{", headers=[("n" * 1_000_000, b"")]),
    Odd("50,000 headers", b"{", headers=[("h", b"")] * 50_000),
    Odd("all of it is large", b"v" * 4_000_000, b"k" * 4_000_000, [("h", b"h" * 4_000_000)]),
    Odd("no value, a large key", None, b"k" * 4_000_000),
    Odd("a good one with 900 kB of tracestate", good(901),
        headers=[TRACE, ("tracestate", b"s" * 900_000)], letter=False),
    Odd("a good one with a tracestate of bytes", good(902),
        headers=[TRACE, ("tracestate", b"\xff\xfe")], letter=False),
    Odd("a good one with a null trace", good(903),
        headers=[("traceparent", None), ("tracestate", None)], letter=False),
    Odd("a good one with a large key", good(904), key=b"k" * 3_000_000, letter=False),
)  # fmt: skip


async def send_odd(settings: Settings, odd: Sequence[Odd], partition: int) -> None:
    async with AIOKafkaProducer(
        **client_options(settings), compression_type="gzip", max_request_size=1 << 24
    ) as producer:
        for record in odd:
            await producer.send_and_wait(
                settings.topic_prefix + RAW, record.value, record.key, partition,
                headers=record.headers,
            )  # fmt: skip


def why(letter: ConsumerRecord) -> DeadLetterHeaders:
    headers = {name: (value or b"").decode(errors="replace") for name, value in letter.headers}
    return DeadLetterHeaders.model_validate(headers)


def own(record: ConsumerRecord) -> list[Header]:
    """The headers that the producer set."""
    return [header for header in record.headers if not header[0].startswith("dlt_")]


def test_whatever_a_record_holds_the_worker_carries_on_and_every_record_has_an_outcome(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=2))
    asyncio.run(send_odd(settings, ODD, 0))
    for partition in (0, 1):
        values = [article(n, text=text_of(n)) for n in range(partition * 100, partition * 100 + 20)]
        asyncio.run(push(settings, values, partition=partition))
    with run_until_committed(settings, tmp_path) as worker:
        assert not worker.ended()
        letters = {why(r).dlt_offset: r for r in asyncio.run(read(settings, DEAD_LETTERS))}
        verdicts = asyncio.run(read(settings, ENRICHED))
        assert worker.stop() == 0
    raw = {r.offset: r for r in asyncio.run(read(settings, RAW)) if r.partition == 0}
    given_up = {str(offset) for offset, odd in enumerate(ODD) if odd.letter}
    assert letters.keys() == given_up
    assert len(verdicts) == 2 * GOOD + sum(not odd.letter for odd in ODD)
    for offset in map(int, given_up):
        letter, sent, reason = letters[str(offset)], raw[offset], why(letters[str(offset)])
        assert reason.dlt_attempt == "1", ODD[offset].name
        assert (sent.value or b"").startswith(letter.value or b""), ODD[offset].name
        whole = (letter.key, letter.value, own(letter)) == (sent.key, sent.value, own(sent))
        assert whole == (reason.dlt_truncated is None), ODD[offset].name
    listed = dead_letters(settings, "list")
    assert f"{len(given_up)} dead letters" in listed.stdout
    assert "kept: value" in listed.stdout
    truncated = sum(why(letter).dlt_truncated is not None for letter in letters.values())
    assert f"{truncated} left out, whose letters" in dead_letters(settings, "replay").stdout


def with_bad_names(value: bytes) -> Outgoing:
    """A record whose headers have names that are not UTF-8."""
    headers = encode_headers([("abc", b"1"), TRACE]).replace(b"abc", b"\xff\xfe\xfd")
    return Outgoing("", [b"k"], [value], [NOON], [headers], [0])


async def publish(settings: Settings, topic: str, *outgoing: Outgoing) -> None:
    publisher = BatchPublisher(settings)
    await publisher.start()
    for out in outgoing:
        out.topic = settings.topic_prefix + topic
        await publisher.publish([out])
    await publisher.stop()


def test_names_that_are_not_utf8_stop_neither_workers_nor_commands(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(publish(settings, RAW, with_bad_names(good(1)), with_bad_names(b"{")))
    asyncio.run(publish(settings, DEAD_LETTERS, with_bad_names(b"not of echowire's making")))
    asyncio.run(push(settings, [article(2)]))
    with run_until_committed(settings, tmp_path) as worker:
        assert worker.metric("echowire_verdicts_total") == 2
        assert worker.stop() == 0
    listed = dead_letters(settings, "list")
    assert "1 dead letters: 1 not_json" in listed.stdout
    shown = dead_letters(settings, "show", "0:1").stdout
    assert "\\xff\\xfe\\xfd: 1" in shown
    assert dead_letters(settings, "export", str(tmp_path / "letters.jsonl")).exit_code == 0
    sent = dead_letters(settings, "replay", "--yes")
    assert sent.stdout.strip() == "1 records sent again"


def batches_of(log: bytes) -> list[tuple[int, int]]:
    """Where each record batch begins and ends."""
    found, at = [], 0
    while at < len(log) and log[at + 8 : at + 12] != bytes(4):
        end = at + 12 + int.from_bytes(log[at + 8 : at + 12], "big")
        found.append((at, end))
        at = end
    return found


def test_batches_corrupted_on_disk_are_passed_over_with_their_bytes_kept(
    tmp_path: Path,
) -> None:
    with EmbeddedKafka(tmp_path / "kafka") as broker:
        settings = load_settings(
            bootstrap_servers=broker.bootstrap, group="rot", http_port=0, window_articles=4096,
            session_timeout_seconds=6, normalising_processes=1,
        )  # fmt: skip
        asyncio.run(make_topics(settings, partitions=1))
        singles = [Outgoing("", [b"k"], [good(n)], [NOON + n], [b"\0"], [0]) for n in range(5)]
        asyncio.run(publish(settings, RAW, *singles))
        broker.stop()
        path = tmp_path / "kafka" / "data" / f"{RAW}-0" / f"{0:020}.log"
        log = bytearray(path.read_bytes())
        places = batches_of(bytes(log))
        assert len(places) == 5
        rotten, unknown = places[1], places[3]
        log[rotten[1] - 5] ^= 0xFF
        log[unknown[0] + 22] |= 7
        crc = calc_crc32c(bytes(log[unknown[0] + 21 : unknown[1]]))
        struct.pack_into(">I", log, unknown[0] + 17, crc)
        path.write_bytes(log)
        broker.start()
        with run_until_committed(settings, tmp_path) as worker:
            assert worker.metric("echowire_verdicts_total") == 3
            assert worker.metric("echowire_records_rejected_total", reason="not_json") == 2
            assert "articles.raw partition 0 offset 1 cannot be read" in worker.log()
            assert worker.stop() == 0
        letters = asyncio.run(read(settings, DEAD_LETTERS))
        assert [why(r).dlt_offset for r in letters] == ["1", "3"]
        assert [r.value for r in letters] == [bytes(log[slice(*p)]) for p in (rotten, unknown)]
        assert "CRC" in (why(letters[0]).dlt_unreadable or "")
        assert "codec" in (why(letters[1]).dlt_unreadable or "")
