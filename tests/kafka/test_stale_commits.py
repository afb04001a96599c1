"""After the log of articles was cut, an older commit counts records that nobody has decided."""

from __future__ import annotations

import pytest

from schemas.topics import SEGMENTS
from streams.detection.index.segment import decode_segment
from streams.kafka.connection import admin_client
from streams.kafka.rebuild import rebuild_all
from streams.kafka.recorded_cuts import RecordedCuts
from streams.kafka.recovery import ShardUnrecoverableError
from streams.kafka.shard_note import ShardNote
from streams.kafka.stale_commits import UNKNOWN, Cut, StaleCommits
from streams.settings import Settings
from tests.detection.newsroom import NOON, Arrival, Desk, article, chunk_of, remembered, story
from tests.kafka.service import push
from tests.kafka.shard_logs import NEWS, commit, decided, publish_articles, recovered
from tests.kafka.test_decided_log import LOG, desk_of, others, segment_record

CUT, ONE_MORE = 10, 3
# What is in the log since it was cut at the tenth: more than it held before.
NEW = [article(f"new{n}", story(300 + n)) for n in range(40)]
AFTER = [*NEWS[:CUT], *NEW]


@pytest.mark.parametrize(
    ("cuts", "committed", "done", "left"),
    [
        ([], 9, 5, 9),
        ([Cut(5, 9)], 9, 5, 5),
        ([Cut(5, 9)], 9, 7, 7),
        ([Cut(5, 9)], 4, 4, 4),
        ([Cut(5, 9)], 10, 5, 10),  # nobody had come so far before the cut
        ([Cut(5, 9), Cut(7, 20)], 15, 8, 8),
        ([Cut(5, 9), Cut(7, 20)], 8, 5, 5),
        ([Cut(5, UNKNOWN)], 1000, 2, 5),
    ],
)
def test_a_commit_holds_up_to_the_cut_or_what_is_decided_since(
    cuts: list[Cut], committed: int, done: int, left: int
) -> None:
    commits = StaleCommits()
    for cut in cuts:
        commits.add(cut)
    assert commits.left_of(committed, done) == left


@pytest.mark.parametrize("decided_before", [len(LOG), -1], ids=["noted", "older version"])
def test_segments_tell_of_cuts_though_some_are_damaged(decided_before: int) -> None:
    desk = desk_of(LOG)
    (old,) = desk.segments
    desk.state.rewind(5)
    desk.decide(chunk_of([Arrival(a, NOON + 20_000 + n, 5 + n) for n, a in enumerate(others(3))]))
    cuts = RecordedCuts()
    cuts.read(segment_record(0, old, ShardNote()))
    cuts.read(segment_record(1, b"damaged", ShardNote()))
    cuts.read(segment_record(2, desk.segments[-1], ShardNote(cut=5, decided=decided_before)))
    assert [cuts.left_of(committed) for committed in (4, 6, 9, 10)] == [4, 6, 8, 10]


def decided_after_the_cut(settings: Settings, articles: int) -> Desk:
    """A desk that decided the old log, and these many articles of the new one."""
    desk = decided(settings, NEWS)
    desk.state.rewind(CUT)
    for n, made in enumerate(NEW[:articles], CUT):
        desk.decide(chunk_of([Arrival(made, NOON + n * 1000, n)]))
    return desk


async def publish_with_cut(settings: Settings, desk: Desk, first: int = 0) -> None:
    """The desk's segments from the `first` on, with the note of the cut."""
    seen = False
    for data in desk.segments[first:]:
        segment, note = decode_segment(data), ShardNote(desk.state.tail, 1, 1)
        if not seen and segment.base >= decided(settings, NEWS).state.count:
            note, seen = note._replace(cut=CUT, decided=len(NEWS)), True
        await push(settings, [data], topic=SEGMENTS, partition=0, headers=[note.header()])


@pytest.mark.broker
async def test_a_commit_from_before_a_cut_does_not_look_like_lost_segments(
    shard: Settings,
) -> None:
    """A worker had written what it decided after the cut, and was killed before it committed."""
    desk = decided_after_the_cut(shard, ONE_MORE)
    await publish_articles(shard, AFTER)
    await publish_with_cut(shard, desk)
    await commit(shard, len(NEWS))
    assert remembered((await recovered(shard)).state) == remembered(desk.state)
    await commit(shard, len(NEWS) + 1)  # a worker after the cut did that
    with pytest.raises(ShardUnrecoverableError, match=r"covers .* up to offset 12"):
        await recovered(shard)


@pytest.mark.broker
async def test_segments_before_the_one_that_tells_of_a_cut_may_be_gone(shard: Settings) -> None:
    narrow = shard.model_copy(update={"window_articles": ONE_MORE})
    desk = decided_after_the_cut(narrow, ONE_MORE)
    await publish_articles(narrow, AFTER)
    await publish_with_cut(narrow, desk, first=len(desk.segments) - ONE_MORE)
    await commit(narrow, len(NEWS))
    recovery = await recovered(narrow)
    assert recovery.state.last_offset == CUT + ONE_MORE - 1
    assert recovery.log.commits.left_of(len(NEWS) + 1, 0) == len(NEWS) + 1


@pytest.mark.broker
async def test_rebuild_does_not_decide_what_came_after_a_cut_for_a_commit_before_it(
    shard: Settings,
) -> None:
    """It publishes nothing: what it decided beyond that would never have a verdict."""
    await publish_articles(shard, AFTER)
    await publish_with_cut(shard, decided_after_the_cut(shard, ONE_MORE))
    await commit(shard, len(NEWS))
    for _ in range(2):  # what the first deleted, the second has to know
        async with admin_client(shard) as admin:
            await rebuild_all(admin, shard, lambda *_: None)
        recovery = await recovered(shard)
        assert recovery.state.last_offset == CUT + ONE_MORE - 1
        expected = decided(shard, AFTER[: CUT + ONE_MORE])
        assert remembered(recovery.state) == remembered(expected.state)
