"""Hands over records that this worker has written itself without fetching them.

The answer to a produce request contains the batch's offset. If that is the offset that
the consumer would read next, the records are those that a fetch would bring: they are taken from
memory, the position moves behind them, and nothing else changes. If in doubt, they are
fetched like all others: if something else precedes them, if a request had to be retried, or if
they were sent over another connection than the last fetched records (their leader may be in
another epoch, which only the log shows).
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import ConsumerRecord
from faust.types import TP

from streams.kafka.batch import RecordBatch
from streams.kafka.insides.fetching import read_epochs_of
from streams.kafka.own_records import own_records

# This much, compressed, may wait for its stage; the rest is fetched when it is its turn.
MOST_WAITING_BYTES = 4 << 20
# While all of a log's records come this way, it is fetched this often, in case others write to it.
_LOOK_SECONDS = 1.0
_OVER = object()  # the result of a fetch's waiter when its time is over


@dataclass(frozen=True, slots=True)
class Offer:
    """A batch at its `offset` in a partition's log, and the connection it was sent over;
    None if that is no longer known."""

    tp: TP
    batch: RecordBatch
    connection: object | None

    @property
    def first(self) -> int:
        """The offset of its first record."""
        return self.batch.offset

    @property
    def end(self) -> int:
        """The offset after its last record."""
        return self.batch.offset + self.batch.count

    def records(self, position: int) -> list[ConsumerRecord]:
        """Those from an offset on, as a fetch would return them."""
        return own_records(self.batch, self.tp.topic, self.tp.partition, position)


class _Lane:
    """The offers of one partition, and whether their connection is trusted."""

    def __init__(self) -> None:
        self.offers: deque[Offer] = deque()
        self.behind = False  # something must be fetched before the next offer
        self.looked = 0.0  # when it was last fetched, or could have been
        self._seen = 0  # the position
        self._trusted: object = None  # the connection of the last fetched records
        self._proof: Offer | None = None  # once this was fetched, its connection is trusted

    def next(self, state: Any, max_records: int) -> list[ConsumerRecord]:
        """The offer at the position, which advances past it."""
        taken: list[ConsumerRecord] = []
        if state.position < self._seen:  # the log was recreated or cut
            self._trusted = self._proof = None
        while self.offers and len(taken) < max_records:
            offer, position = self.offers[0], state.position
            if self._proof is not None and self._proof.end <= position:
                self._trusted, self._proof = self._proof.connection, None
            if offer.end <= position:  # it was fetched
                self._trusted, self.behind = offer.connection, False
            elif offer.first > position:
                self.behind = True
                self.offers.clear()
                break
            elif offer.connection is None or offer.connection is not self._trusted:
                if self._proof is None or self._proof.connection is not offer.connection:
                    self._proof = offer
                self.behind = True
            else:
                taken += offer.records(position)
                _move_on(state, offer.end)
                self.behind = False
            self.offers.popleft()
        if self.behind:
            state.resume()
        self._seen = state.position
        return taken


def _move_on(state: Any, end: int) -> None:
    """The consumer has read a partition up to here, in an unknown epoch."""
    read_epochs_of(state).hand_over(end)
    state.consumed_to(end)
    state.highwater, state.lso = max(state.highwater or 0, end), max(state.lso or 0, end)


class ShortCut:
    """The offers of one consumer. `add` is thread-safe, everything else runs in the consumer's."""

    def __init__(self) -> None:
        self._new: deque[Offer] = deque()  # of any partition
        self._lanes: dict[TP, _Lane] = {}
        self._assignment: Any = None
        self._has_all, self._counted = False, -math.inf  # whether it has all partitions, and when
        self.waiting_bytes = 0

    def add(self, offers: Iterable[Offer]) -> None:
        """Offers records."""
        self._new.extend(offers)

    def take(
        self, assignment: Any, partitions: Collection[TP], max_records: int | None
    ) -> dict[TP, list[ConsumerRecord]]:
        """The offers of these partitions. What was offered in another assignment is fetched
        in this one, if it is its turn."""
        if assignment is not self._assignment:
            self._assignment, self._lanes, self._counted = assignment, {}, -math.inf
            self._new.clear()
        self._sort_in()
        taken = {}
        for tp, lane in self._lanes.items():
            state = assignment.state_value(tp)
            if (
                tp in partitions
                and state.has_valid_position
                and (found := lane.next(state, max_records or 1))
            ):
                taken[tp] = found
        self.waiting_bytes = 0
        for lane in self._lanes.values():
            for offer in lane.offers:
                self.waiting_bytes += len(offer.batch.body)
        return taken

    def _sort_in(self) -> None:
        while self._new:
            offer = self._new.popleft()
            if self._assignment.state_value(offer.tp) is None:  # another worker's
                continue
            lane = self._lanes.setdefault(offer.tp, _Lane())
            self.waiting_bytes += len(offer.batch.body)
            if self.waiting_bytes <= 2 * MOST_WAITING_BYTES:
                lane.offers.append(offer)

    def look(self, consumer: AIOKafkaConsumer, *, expected: bool) -> None:
        """Whether the next fetches include the offered partitions. They do so only once a second
        while offers are `expected` and nobody else writes there."""
        now = time.monotonic()
        if now - self._counted >= _LOOK_SECONDS:
            self._counted, self._has_all = now, _has_all_partitions(consumer)
        alone = expected and self._has_all
        for tp, lane in self._lanes.items():
            state = self._assignment.state_value(tp)
            if alone and not lane.behind and now - lane.looked < _LOOK_SECONDS:
                state.pause()
            else:
                state.resume()
                lane.looked = now


def _has_all_partitions(consumer: AIOKafkaConsumer) -> bool:
    """Of all topics that it reads: then no other worker of its group has any."""
    ours, cluster = Counter(tp.topic for tp in consumer.assignment()), consumer._client.cluster
    return all(
        len(cluster.partitions_for_topic(topic) or ()) == ours[topic]
        for topic in consumer.subscription()
    )


async def fetched_or_offered(
    fetcher: Any,
    short_cut: ShortCut,
    partitions: Collection[TP],
    timeout: float,  # noqa: ASYNC109
    max_records: int | None,
) -> tuple[dict[TP, list[ConsumerRecord]], dict[TP, list[ConsumerRecord]]]:
    """-> what was fetched, as soon as there is anything, and the offers that follow it.

    Raises what aiokafka does if it cannot fetch; nothing is taken then.
    """
    subscriptions, deadline = fetcher._subscriptions, time.monotonic() + timeout
    while True:
        fetched = await fetcher.fetched_records(partitions, timeout=0, max_records=max_records)
        # Nothing is awaited and nothing fails from here on: what is taken is handed over.
        taken: dict[TP, list[ConsumerRecord]] = {}
        if not subscriptions.reassignment_in_progress:
            assignment = subscriptions.subscription.assignment
            taken = short_cut.take(assignment, partitions, max_records)
        left = deadline - time.monotonic()
        if fetched or taken or left <= 0:
            return fetched, taken
        waiter = fetcher._create_fetch_waiter()
        timer = asyncio.get_running_loop().call_later(left, _end, waiter)
        try:
            over = await waiter is _OVER  # or raises an error of the group's
        finally:
            timer.cancel()
        if over or fetcher._closed:
            return {}, {}  # to ask once more might wait for a rebalance to end


def _end(waiter: asyncio.Future[object]) -> None:
    if not waiter.done():
        waiter.set_result(_OVER)


def wake(fetcher: Any) -> None:
    """Wakes a waiting fetch: records were offered."""
    for waiter in list(fetcher._fetch_waiters):
        fetcher._notify(waiter)
