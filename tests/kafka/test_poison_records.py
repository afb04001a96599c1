"""A record that ends every worker that handles it is given up; nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, NodeNotReadyError
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata, TopicPartition
from faust.types import TP
from hypothesis import given
from hypothesis import strategies as st

from schemas import DeadLetterHeaders
from schemas.topics import DEAD_LETTERS, ENRICHED, NORMALISED
from streams.agents.running.exit import EXIT_INTERNAL_ERROR
from streams.kafka import poison_records
from streams.kafka.connection import admin_client
from streams.kafka.poison_records import CRASHES_TOLERATED, CrashLedger, CrashNote, decode_note
from streams.settings import Settings
from tests.chaos.crew import FaultyWorker
from tests.chaos.faulty_worker import Fault
from tests.kafka.service import Worker, make_topics, push, read, until
from tests.kafka.test_worker import article, run_until_committed

POISON = b"not of echowire's making"


def run_until_ended(settings: Settings, folder: Path) -> int:
    worker = Worker(settings, folder, "--stage", "detect").launch()
    until(worker.ended, "it has ended")
    return worker.process.returncode


def letters(settings: Settings) -> list[ConsumerRecord]:
    return asyncio.run(read(settings, DEAD_LETTERS))


async def noted_crashes(settings: Settings) -> CrashNote | None:
    """The note beside the committed offset of the articles."""
    async with admin_client(settings) as admin:
        offsets = await admin.list_consumer_group_offsets(settings.group)
    return decode_note(offsets[TopicPartition(settings.topic_prefix + NORMALISED, 0)])


@pytest.mark.broker
def test_a_record_that_ends_three_workers_in_a_row_is_given_up_and_its_neighbours_are_not(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(5)]))
    with Worker(settings, tmp_path, "--stage", "normalise") as normaliser:
        made = partial(normaliser.metric, "echowire_articles_normalised_total")
        until(lambda: made() == 5, "its neighbours before it are there")
        asyncio.run(push(settings, [POISON], topic=NORMALISED, keys=[b"a key"]))
        asyncio.run(push(settings, [article(n) for n in range(5, 10)]))
        until(lambda: made() == 10, "its neighbours after it are there")
        assert normaliser.stop() == 0

    ends = [run_until_ended(settings, tmp_path) for _ in range(CRASHES_TOLERATED)]
    assert ends == [EXIT_INTERNAL_ERROR] * CRASHES_TOLERATED
    assert letters(settings) == []
    with run_until_committed(settings, tmp_path) as worker:
        verdicts = {r.key for r in asyncio.run(read(settings, ENRICHED))}
        assert worker.stop() == 0
    (letter,) = letters(settings)
    why = DeadLetterHeaders.model_validate({n: v.decode() for n, v in letter.headers})
    assert len(verdicts) == 10
    assert (letter.key, letter.value) == (b"a key", POISON)
    assert (why.dlt_reason, why.dlt_stage) == ("crashes_worker", "detect")
    assert why.dlt_detail.startswith("value: ended 3 workers in a row, the last with Foreign")


@pytest.mark.broker
def test_three_kills_at_one_record_do_not_condemn_it(settings: Settings, tmp_path: Path) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(3)]))
    for _ in range(CRASHES_TOLERATED):
        worker = FaultyWorker(settings, tmp_path, [Fault("decided", 1, "kill")]).launch()
        until(worker.ended, "it was killed")
    with run_until_committed(settings, tmp_path) as sound:
        assert sound.metric("echowire_verdicts_total") == 3
    assert letters(settings) == []


@pytest.mark.broker
def test_two_errors_are_forgotten_when_the_record_passes(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(3)]))
    faults = [Fault("decided", 1, "error")]
    for _ in range(CRASHES_TOLERATED - 1):
        worker = FaultyWorker(settings, tmp_path, faults).launch()
        until(worker.ended, "it ended by the error")
        assert worker.process.returncode == EXIT_INTERNAL_ERROR
    with run_until_committed(settings, tmp_path) as sound:
        assert sound.stop() == 0
    asyncio.run(push(settings, [article(9)]))
    worker = FaultyWorker(settings, tmp_path, faults).launch()
    until(worker.ended, "it ended by the error")
    noted = asyncio.run(noted_crashes(settings))
    assert noted is not None
    assert noted.count == 1
    assert noted.first == noted.last
    assert letters(settings) == []


def test_a_note_is_read_as_it_was_written() -> None:
    crashes = CrashNote(2, 17, 40, 24, "ValueError: “no”")
    assert decode_note(OffsetAndMetadata(17, crashes.encode())) == crashes


@given(st.text() | st.sampled_from(['{"crashes": 1}', '{"crashes": "x", "through": 1}', "[1]"]))
def test_metadata_that_others_commit_is_not_taken_for_a_note(metadata: object) -> None:
    assert decode_note(OffsetAndMetadata(0, metadata)) is None


def records_at(offsets: range, partition: int = 0) -> list[ConsumerRecord]:
    return [ConsumerRecord("raw", partition, n, 0, 0, None, b"", None, 0, 0, ()) for n in offsets]


def suspecting(**spans: tuple[int, int, int]) -> CrashLedger:
    """A ledger with a note of (crashes, first, last) on partitions p0, p1 and so on."""
    nothing: Any = None
    ledger = CrashLedger(nothing, nothing)
    ledger._crashes = {
        ("raw", int(name[1:])): CrashNote(count, first, last, last - first + 1, "KeyError")
        for name, (count, first, last) in spans.items()
    }
    return ledger


class _Admin:
    """Knows no broker at first, as while leaders are elected."""

    def __init__(self, failures: list[KafkaError], note: CrashNote) -> None:
        self._failures, self._note = failures, note

    async def list_consumer_group_offsets(self, _group: str) -> dict[TopicPartition, object]:
        if self._failures:
            raise self._failures.pop()
        at = OffsetAndMetadata(self._note.first, self._note.encode())
        return {TopicPartition("raw", 0): at}


async def read_notes(monkeypatch: pytest.MonkeyPatch, failures: list[KafkaError]) -> CrashLedger:
    @asynccontextmanager
    async def admin_client(_settings: Settings) -> AsyncIterator[_Admin]:
        yield _Admin(failures, CrashNote(1, 3, 5, 3, "an error"))

    monkeypatch.setattr(poison_records, "admin_client", admin_client)
    ledger = CrashLedger(None, Settings())
    ledger.assigned({TP("raw", 0)})
    return ledger


async def test_notes_are_read_although_no_broker_is_known_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ledger = await read_notes(monkeypatch, [NodeNotReadyError(), NodeNotReadyError()])
    assert await ledger.suspects(records_at(range(4, 5)))
    assert not await ledger.suspects(records_at(range(6, 9)))


async def test_a_rebalance_while_notes_are_read_has_those_of_the_new_partitions_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever waits for the notes waits for these, instead of ending the worker."""
    crashes, told = CrashNote(3, 7, 7, 1, "no"), asyncio.Event()

    async def committed(_ledger: CrashLedger) -> dict[TopicPartition, OffsetAndMetadata]:
        await told.wait()
        return {TopicPartition("raw", 1): OffsetAndMetadata(7, crashes.encode())}

    monkeypatch.setattr(CrashLedger, "_committed", committed)
    nothing: Any = None
    ledger = CrashLedger(nothing, Settings())
    ledger.assigned({TP("raw", 0), TP("raw", 1)})
    waiting = asyncio.create_task(ledger.suspects(records_at(range(5, 9), partition=1)))
    await asyncio.sleep(0.01)
    ledger.assigned({TP("raw", 1)})
    await asyncio.sleep(0.01)
    assert not waiting.done()
    told.set()
    assert await waiting


async def test_what_will_not_pass_is_raised_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = await read_notes(monkeypatch, [GroupAuthorizationFailedError("g")])
    with pytest.raises(GroupAuthorizationFailedError):
        await ledger.suspects(records_at(range(4, 5)))


def test_suspects_are_handled_in_eight_parts_apart_from_the_others() -> None:
    records = records_at(range(100, 2000))
    parts = suspecting(p0=(1, 150, 1149)).parts(records)
    assert [record for part in parts for record in part] == records
    assert [len(part) for part in parts] == [50, *[125] * 8, 850]


def test_suspects_among_records_of_another_partition_are_handled_in_few_parts() -> None:
    of_both = zip(records_at(range(500)), records_at(range(500), 1), strict=True)
    records = [record for pair in of_both for record in pair]
    parts = suspecting(p1=(1, 0, 499)).parts(records)
    assert [record for part in parts for record in part] == records
    assert len(parts) <= 20


@pytest.mark.parametrize("guilty", [0, 1, 499, 998, 999])
async def test_the_guilty_one_of_a_thousand_is_alone_after_four_more_errors(guilty: int) -> None:
    """And its neighbours are all done, once the offset before it is committed."""
    records = records_at(range(1000))
    done: set[int] = set()
    crashes = CrashNote(1, 0, 999, 1000, "KeyError")
    errors = 1
    while (known := suspecting(p0=(crashes.count, crashes.first, crashes.last))) and not any(
        map(known.condemned, records)
    ):
        for part in known.parts([r for r in records if r.offset >= crashes.first]):
            if guilty in {record.offset for record in part}:
                crashes = CrashNote(
                    crashes.count + 1, part[0].offset, part[-1].offset, len(part), "KeyError"
                )
                errors += 1
                break
            done.update(record.offset for record in part)
    assert errors <= 5
    assert [r.offset for r in records if known.condemned(r)] == [guilty]
    assert done == set(range(guilty))


@pytest.mark.broker
def test_a_killed_page_process_costs_a_restart_and_no_record(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    asyncio.run(push(settings, [article(n) for n in range(3000)]))
    with Worker(settings, tmp_path, "--stage", "normalise").launch() as worker:
        until(
            lambda: worker.ended() or bool(normalising_processes(worker)), "there is a page process"
        )
        until(
            lambda: worker.ended() or (worker.ready() and at_work(worker) > 0),
            "it has normalised some",
        )  # fmt: skip
        for process in normalising_processes(worker):
            process.kill()
        until(worker.ended, "it has ended")
        assert worker.process.returncode == EXIT_INTERNAL_ERROR
    with run_until_committed(settings, tmp_path) as after:
        assert not after.ended()
        assert after.stop() == 0
    assert len({r.key for r in asyncio.run(read(settings, ENRICHED))}) == 3000
    assert letters(settings) == []


def at_work(worker: Worker) -> float:
    return worker.metric("echowire_articles_normalised_total")


def normalising_processes(worker: Worker) -> list[psutil.Process]:
    """Forked from the worker or spawned by it; what else it has is the tracker of semaphores."""
    found = []
    for child in psutil.Process(worker.process.pid).children():
        with suppress(psutil.Error):  # it has ended meanwhile
            if "resource_tracker" not in " ".join(child.cmdline()):
                found.append(child)
    return found
