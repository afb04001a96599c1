"""Workers in a row meet a record that ends them, in chunks that mix many partitions."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata, TopicPartition
from faust.types import TP

from streams.agents.running import chunk_life
from streams.agents.running.chunk_life import ChunkLife, NoWork, State
from streams.articles.rejection import Rejection
from streams.kafka.poison_records import CRASHES_TOLERATED, CrashLedger
from streams.settings import Settings

Place = tuple[int, int]  # partition, offset
# One crash each until the guilty one of a thousand is alone, and those that are tolerated then.
MOST_CRASHES = 5 + CRASHES_TOLERATED


class EndedError(Exception):
    """Instead of the process."""


@dataclass
class Group:
    """The log, what is committed, and what became of each record."""

    log: list[ConsumerRecord]
    guilty: set[Place]
    committed: dict[TopicPartition, OffsetAndMetadata] = field(default_factory=dict)
    done: set[Place] = field(default_factory=set)
    given_up: set[Place] = field(default_factory=set)

    def unread(self) -> list[ConsumerRecord]:
        """In the log's order, which is that of a merged chunk."""
        known = {tp.partition: at.offset for tp, at in self.committed.items()}
        return [r for r in self.log if r.offset >= known.get(r.partition, 0)]

    def fetched(self, chance: random.Random) -> list[ConsumerRecord]:
        """What one fetch happens to bring: some of each partition."""
        left = {r.partition: chance.randrange(1, 200) for r in self.log}
        chunk = []
        for record in self.unread():
            if left[record.partition]:
                left[record.partition] -= 1
                chunk.append(record)
        return chunk

    async def work_out(self, chunk: Any) -> NoWork:
        places = {(r.partition, r.offset) for r in chunk.records}
        if places & self.guilty:
            raise RuntimeError("no")
        self.done |= places
        return NoWork()

    async def pass_over(self, record: ConsumerRecord) -> None:
        assert (record.partition, record.offset) in self.given_up

    async def give_up(self, record: ConsumerRecord, why: Rejection) -> None:
        self.given_up.add((record.partition, record.offset))

    async def commit_notes(self, _: int, notes: dict[TopicPartition, OffsetAndMetadata]) -> bool:
        self.committed.update(notes)
        return True

    async def commits(self) -> dict[TopicPartition, OffsetAndMetadata]:
        return dict(self.committed)


def group(partitions: int, records: int, guilty: int, chance: random.Random) -> Group:
    log: list[ConsumerRecord] = []
    ends = [0] * partitions
    for time in range(records):
        p = chance.randrange(partitions)
        log.append(ConsumerRecord("raw", p, ends[p], time, 0, None, b"", None, 0, 0, ()))
        ends[p] += 1
    bad = chance.sample(log, guilty)
    return Group(log, {(r.partition, r.offset) for r in bad})


async def handle(of: Group, partitions: int, chance: random.Random) -> None:
    """One worker: until everything is done. Raises EndedError."""
    app: Any = SimpleNamespace(consumer=SimpleNamespace(commit_notes=of.commit_notes))
    ledger: Any = CrashLedger(app, Settings())
    ledger._committed = of.commits
    ledger.assigned({TP("raw", p) for p in range(partitions)})
    while records := of.fetched(chance):
        chunk: Any = SimpleNamespace(
            records=records, unreadable=[], cut=None, generation_id=1, ends=[]
        )
        life = ChunkLife(chunk, of, ledger, of.give_up, None)
        await life.work_out()
        assert life.state is State.WORKED_OUT
        for record in records:  # the ordinary commit
            tp = TopicPartition("raw", record.partition)
            of.committed[tp] = OffsetAndMetadata(record.offset + 1, "")


@pytest.fixture(autouse=True)
def ending(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> None:
        raise EndedError

    monkeypatch.setattr(chunk_life, "exit_at_chunk", ended)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("partitions", "records"), [(1, 100), (2, 100), (12, 1000), (64, 1000)])
@pytest.mark.parametrize("guilty", [1, 3])
async def test_whoever_ends_workers_is_given_up_soon_and_nobody_else(
    partitions: int, records: int, guilty: int, seed: int
) -> None:
    chance = random.Random(seed)
    of = group(partitions, records, guilty, chance)
    crashes = 0
    while True:
        try:
            await handle(of, partitions, chance)
            break
        except EndedError:
            crashes += 1
        assert crashes <= guilty * MOST_CRASHES
    assert of.given_up == of.guilty
    assert of.done == {(r.partition, r.offset) for r in of.log} - of.guilty
